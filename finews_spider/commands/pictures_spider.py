"""The spider of `finews pictures`: it reads no list, and asks for the pictures of posts that are there."""

import os
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

from scrapy.crawler import Crawler

from finews_spider.archive.paths import FOLDERS, id_in_post_name
from finews_spider.crawl.arguments import window_of
from finews_spider.dates import Window, read_day
from finews_spider.exceptions import DiskError
from finews_spider.sources.base import Query
from finews_spider.spiders.finews import FinewsSpider


class PicturesSpider(FinewsSpider):
    """A run for pictures alone, of all that are owed and of the posts of a window; it takes the time that it needs."""

    name = "pictures"
    window: Window
    host: str  # that is asked alone; empty: all

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: object, **kwargs: str) -> Self:
        """Scrapy's constructor; `kwargs` are `since`, `until` and `host`. Raises ConfigurationError."""
        spider = super().from_crawler(crawler, *args)
        spider.window = window_of(kwargs)
        spider.host = kwargs.get("host", "").lower()
        spider.run.values = dict(kwargs)
        spider.run.arguments = replace(spider.run.arguments, sources=(), query=Query())
        return spider

    async def start(self) -> AsyncIterator[Any]:
        """Owe the pictures of the posts; the extension asks for what is owed when there is nothing else to do."""
        from finews_spider.pictures.extension import PicturesExtension  # Scrapy loads all modules of commands

        extension = self.crawler.get_extension(PicturesExtension)
        assert extension
        extension.max_seconds = float("inf")
        extension.host = self.host
        try:
            extension.owe(self._posts() if self.window else (), again=True)
        except (OSError, DiskError) as error:
            self.run.stop(error if isinstance(error, DiskError) else DiskError(self.run.config.output, error))
        return
        yield

    def _posts(self) -> Iterator[tuple[str, str]]:
        """Yield day and text of the posts of the window."""
        for folder in FOLDERS:
            for parent, _, names in os.walk(self.run.config.output / folder):
                for name in names:
                    day = read_day(name[:10]) if id_in_post_name(name) else None
                    if day and day in self.window:
                        yield str(day), Path(parent, name).read_text(encoding="utf-8", errors="replace")
