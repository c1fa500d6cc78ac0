"""robots.txt, obeyed from the first request on, and its Crawl-delay."""

import asyncio
import logging

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares import robotstxt
from scrapy.http import Response
from scrapy.robotstxt import RobotParser
from scrapy.utils.httpobj import urlparse_cached

from finews_spider.downloader.throttle import MAX_DELAY, pace

MAX_SIZE = 500 * 1024  # bytes of a robots.txt that are read, as RFC 9309 asks for


def _without_traceback(record: logging.LogRecord) -> bool:
    """A robots.txt that cannot be had is a line in the log; the traceback of it tells nothing more."""
    record.exc_info = None
    return True


class RobotsTxtMiddleware(robotstxt.RobotsTxtMiddleware):
    """Obeys robots.txt from the first request on, and its Crawl-delay.

    Scrapy 2.19 lets all but the first of the requests through that wait together for a host's robots.txt: they share
    one Deferred, and its result is gone after the first. Here they share one task.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        robotstxt.logger.addFilter(_without_traceback)
        self._readings: dict[str, asyncio.Task[RobotParser | None]] = {}

    async def robot_parser(self, request: Request) -> RobotParser | None:
        """The host's rules, read once."""
        netloc = urlparse_cached(request).netloc
        reading = self._readings.get(netloc)
        if reading is None:
            reading = self._readings[netloc] = asyncio.ensure_future(self._read(request))
        return reading.result() if reading.done() else await asyncio.shield(reading)

    async def _parse_robots(self, response: Response, netloc: str, request: Request) -> None:
        await super()._parse_robots(response.replace(body=response.body[:MAX_SIZE]), netloc, request)

    async def _read(self, request: Request) -> RobotParser | None:
        parser = await super().robot_parser(request)
        asked = parser.crawl_delay(self._robotstxt_useragent or self._default_useragent) if parser else None
        if asked:
            pace(self.crawler, request, min(asked, MAX_DELAY))
        return parser
