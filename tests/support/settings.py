"""The delivered settings, as a command reads them, with some exchanged."""

from scrapy.settings import Settings

from finews_spider import settings as delivered
from finews_spider.config import Config, read_config


def config(**changed: object) -> Config:
    """What `read_config` makes of them."""
    settings = Settings()
    settings.setmodule(delivered, priority="project")
    settings.setdict(changed, priority="cmdline")
    return read_config(settings)
