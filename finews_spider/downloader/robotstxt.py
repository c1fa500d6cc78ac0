"""robots.txt, obeyed from the first request on, and its Crawl-delay."""

import asyncio
import logging

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares import robotstxt
from scrapy.http import Response
from scrapy.robotstxt import RobotParser
from scrapy.utils.httpobj import urlparse_cached

from finews_spider.downloader.throttle import MAX_DELAY, slow_down

MAX_SIZE = 500 * 1024  # bytes of a robots.txt that are read, the least that RFC 9309 asks for


def _drop_traceback(record: logging.LogRecord) -> bool:
    """Let the record pass without its traceback: why a robots.txt could not be fetched stands in its message."""
    record.exc_info = None
    return True


class RobotsTxtMiddleware(robotstxt.RobotsTxtMiddleware):
    """Obeys robots.txt from the first request on, and its Crawl-delay.

    When several requests wait for a host's robots.txt, Scrapy 2.19 checks only the first and sends the others: they
    share one Deferred, whose result is gone after the first callback. Here they share one task.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        robotstxt.logger.addFilter(_drop_traceback)
        self._fetches: dict[str, asyncio.Task[RobotParser | None]] = {}  # by netloc

    async def robot_parser(self, request: Request) -> RobotParser | None:
        """Return the rules of the request's host, which are fetched once; None where it has none."""
        netloc = urlparse_cached(request).netloc
        fetch = self._fetches.get(netloc)
        if fetch is None:
            fetch = self._fetches[netloc] = asyncio.ensure_future(self._fetch(request))
        return fetch.result() if fetch.done() else await asyncio.shield(fetch)

    async def _parse_robots(self, response: Response, netloc: str, request: Request) -> None:
        await super()._parse_robots(response.replace(body=response.body[:MAX_SIZE]), netloc, request)

    async def _fetch(self, request: Request) -> RobotParser | None:
        parser = await super().robot_parser(request)
        delay = parser.crawl_delay(self._robotstxt_useragent or self._default_useragent) if parser else None
        if delay:
            slow_down(self.crawler, request, min(delay, MAX_DELAY))
        return parser
