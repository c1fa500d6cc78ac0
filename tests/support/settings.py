"""The settings module's settings, as a command reads them, with some replaced."""

from typing import Any

from scrapy.settings import Settings

from finews_spider import settings
from finews_spider.config import Config, read_config


def delivered() -> dict[str, Any]:
    """Return the settings of the settings module, by name."""
    return {name: value for name, value in vars(settings).items() if name.isupper()}


def config(**changed: object) -> Config:
    """Return the Config of the settings module, with some settings replaced."""
    return read_config(Settings({**delivered(), **changed}))
