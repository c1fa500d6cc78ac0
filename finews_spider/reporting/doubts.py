"""What is to be said of how finews is set up. `doctor` says it each time, a run says most of it once."""

from collections.abc import Iterator

from finews_spider.archive import site_config
from finews_spider.config import Config
from finews_spider.reporting.program import command
from finews_spider.settings import FINEWS_CONTACT

NO_CONTACT = (
    "FINEWS_CONTACT is not set: the sites cannot reach you; give them a page of yours, or mailto: and an address"
)


def lasting_doubts(config: Config) -> list[str]:
    """Return what each run says."""
    return [NO_CONTACT] if config.contact == FINEWS_CONTACT else []


def doubts(config: Config) -> list[str]:
    """Return what a run says once, until it is another sentence."""
    return [*_missing_site(config), *site_config.doubts(config.output, config.site)]


def _missing_site(config: Config) -> Iterator[str]:
    if not (config.output / site_config.CONFIG).exists():
        yield f"an archive begins, in a folder that is no site yet; `{command('init')} DIR` makes one"
