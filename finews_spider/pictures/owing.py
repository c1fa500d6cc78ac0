"""Pictures that posts name anew outside of a run: they are owed, so that the next run asks for them."""

from collections.abc import Iterable
from datetime import timedelta
from typing import NamedTuple

from finews_spider import dates
from finews_spider.config import Config
from finews_spider.ledger.database import Ledger
from finews_spider.ledger.patience import MachineClock, Patience
from finews_spider.ledger.pictures import OwedPictures
from finews_spider.pictures import kept
from finews_spider.pictures.addresses import pictures_of
from finews_spider.pictures.archives import netlocs_of
from finews_spider.pictures.requests import is_allowed
from finews_spider.sources.loader import load


class Changed(NamedTuple):
    """A post of a day, before and after."""

    day: str
    before: str
    after: str


def owe_new(config: Config, ledger: Ledger, posts: Iterable[Changed]) -> None:
    """Owe what posts name and did not before: what has left the site is not brought back. Raises DiskError, OSError."""
    netlocs = frozenset[str]().union(*map(netlocs_of, load(config.sources_file, config.config).values()))
    oldest = str(dates.now().date() - timedelta(days=config.pictures_days)) if config.pictures_days else ""
    days = kept.Days(config.output)
    wanted = [
        (post.day, key, address)
        for post in posts
        if post.day >= oldest
        for key, address in dict(pictures_of(post.after)).items() - dict(pictures_of(post.before)).items()
        if is_allowed(address, netlocs) and key not in days.entries(post.day)
    ]
    if wanted:
        OwedPictures(ledger, Patience(config.owed_days.total_seconds()), MachineClock()).note(sorted(wanted))
