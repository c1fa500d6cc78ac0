"""Refuses what cannot be a whole post. What is refused is not lost: a later run asks for it again."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Self

from scrapy.crawler import Crawler

from finews_spider.crawl.run import run_of
from finews_spider.items import Article
from finews_spider.markup.plain import BROKEN
from finews_spider.markup.text import without_source_line
from finews_spider.refusals import Refused, RefusedError
from finews_spider.sources import known

AHEAD = timedelta(days=1)  # how far a time may be ahead of the clock; Jekyll leaves out what lies in the future

OF_FIELD = {
    "title": Refused.NO_TITLE,
    "time": Refused.NO_TIME,
    "media_name": Refused.NO_MEDIA_NAME,
    "body": Refused.NO_BODY,
    "digest": Refused.NO_DIGEST,
}

_EMPTY = re.compile(r"(?:<[^>]*>|&nbsp;|\s)*+")


class MissingFieldError(RefusedError):
    """The article lacks fields that a post needs."""


class ValidatePipeline:
    """Lets whole articles through. `now` returns the time."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.now = now

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's constructor: the time is the run's, which asks the hosts where it doubts the machine's clock."""
        return cls(lambda: run_of(crawler).clock.now())

    def process_item(self, item: Article) -> Article:
        """The article, if it can be a post; else MissingFieldError names its URL and the fields."""
        missing = [OF_FIELD[name] for name in item.missing()]
        if item.body and not item.is_flash and not has_content(item.body):
            missing.append(Refused.NO_BODY)
        if not item.family.category and item.media_name and item.category in ("", *known.fixed_categories()):
            missing.append(Refused.NO_SLUG)
        if item.time and item.time > self.now() + AHEAD:
            missing.append(Refused.TIME_AHEAD)
        if is_broken(item):
            missing.append(Refused.BROKEN_CHARACTERS)
        if missing:
            raise MissingFieldError(item.url, item.id, *missing)
        return item


def is_broken(item: Article) -> bool:
    """Whether one of its texts has lost a character."""
    return any(BROKEN in text for text in (item.title, item.media_name, item.digest, item.body))


def has_content(body: str) -> bool:
    """Whether there is something to read or see besides the source line."""
    rest = without_source_line(body)
    return "<img src=" in rest or not _EMPTY.fullmatch(rest)
