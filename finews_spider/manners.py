"""How finews behaves on other people's sites."""

import asyncio

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares import robotstxt
from scrapy.robotstxt import RobotParser
from scrapy.utils.httpobj import urlparse_cached


class RobotsTxtMiddleware(robotstxt.RobotsTxtMiddleware):
    """Obeys robots.txt from the first request on.

    Scrapy 2.19 lets all but the first of the requests through that wait together for a host's robots.txt: they share
    one Deferred, and its result is gone after the first. Here they share one task.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._readings: dict[str, asyncio.Task[RobotParser | None]] = {}

    async def robot_parser(self, request: Request) -> RobotParser | None:
        """The host's rules, read once."""
        netloc = urlparse_cached(request).netloc
        if netloc not in self._readings:
            self._readings[netloc] = asyncio.ensure_future(super().robot_parser(request))
        return await asyncio.shield(self._readings[netloc])
