"""The spider: the order in which listings and articles are asked for. `crawl/` has what is done with them."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Iterable
from typing import Any, Self

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.settings import BaseSettings

from finews_spider.config import user_agent
from finews_spider.crawl.articles import Articles
from finews_spider.crawl.listings import Listings
from finews_spider.crawl.run import RunSpider
from finews_spider.items import Article

# Where FINEWS_EVIDENCE is on. Tools that play captures do not unpack zstd and br everywhere.
EVIDENCE_SETTINGS: dict[str, dict[str, Any]] = {
    "DOWNLOAD_HANDLERS": dict.fromkeys(("http", "https"), "finews_spider.evidence.handler.RecordingHandler"),
    "DEFAULT_REQUEST_HEADERS": {"Accept-Encoding": "gzip, deflate"},
    "EXTENSIONS": {"finews_spider.evidence.extension.EvidenceExtension": 50},
}
# Where FINEWS_PICTURES is on: before what came of a run is published.
PICTURES_EXTENSION = {"finews_spider.pictures.extension.PicturesExtension": 750}


class FinewsSpider(RunSpider):
    """`scrapy crawl finews`; its arguments are in `crawl/arguments.py`."""

    name = "finews"

    listings: Listings
    articles: Articles

    @classmethod
    def update_settings(cls, settings: BaseSettings) -> None:
        """Name who reads and how to reach them."""
        super().update_settings(settings)
        settings.set("USER_AGENT", user_agent(settings), priority="spider")
        if settings["FINEWS_EVIDENCE"] != "off":
            for name, value in EVIDENCE_SETTINGS.items():
                settings.set(name, {**settings.getdict(name), **value}, priority="spider")
        if settings["FINEWS_PICTURES"] != "off":
            settings.set("EXTENSIONS", {**settings.getdict("EXTENSIONS"), **PICTURES_EXTENSION}, priority="spider")

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: object, **kwargs: str) -> Self:
        """Scrapy's constructor; `kwargs` are the arguments as they were typed. Raises ConfigurationError."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        spider.listings, spider.articles = Listings(spider.run), Articles(spider.run)
        crawler.signals.connect(spider.run.ledger.close, signals.engine_stopped)
        return spider

    async def start(self) -> AsyncIterator[Any]:
        """Yield listings, source by source, and articles, a bounded number at a time.

        The sources are read in the order of the sources file: an article that two of them name gets the link of the
        first, whichever host is the quicker.
        """
        if task := asyncio.current_task():
            task.add_done_callback(self._start_ended)
        for request in self.listings.start_directories():
            yield request
        while self.listings.open:
            await self._change()
        if not self.listings.find_mistake():
            async for step in self._steps():
                yield step

    async def _steps(self) -> AsyncIterator[Any]:
        run = self.run
        sources = deque(run.arguments.sources if not run.arguments.ref else ())
        run.fill_queue()
        while True:
            if sources and not self.listings.open:
                for request in self.listings.start(sources.popleft()):
                    yield request
            for article in self._send(self.articles.take_owed()):
                yield article
            if not (sources or self.listings.open or run.fetches):
                break
            await self._change()
        run.settle()

    async def _change(self) -> None:
        """Wait until a listing was read, or a fetch has ended."""
        await self.run.changed.wait()
        self.run.changed.clear()

    def _send(self, steps: Iterable[Request | Article]) -> list[Article]:
        """Send the requests at once, which `start` would hand on one a turn of the loop; return the articles.

        While `start` hands on an article, others are archived: what was read of the ledger before is old then.
        """
        articles = []
        for step in steps:
            if isinstance(step, Request):
                assert self.crawler.engine
                self.crawler.engine.crawl(step)
            else:
                articles.append(step)
        return articles

    def _start_ended(self, _: asyncio.Task[Any]) -> None:
        """Scrapy asks `start` for no more: all is asked for, or Ctrl-C was typed, which `start` need not hear of."""
        if self.crawler.engine and not self.crawler.engine.running:
            self.run.stop()
