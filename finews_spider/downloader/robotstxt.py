"""robots.txt, obeyed from the first request on, and its Crawl-delay: one that cannot be had is no permission."""

import asyncio
import logging
from contextlib import suppress
from datetime import timedelta
from typing import NamedTuple

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares import robotstxt
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK
from scrapy.robotstxt import RobotParser
from scrapy.utils.httpobj import urlparse_cached
from twisted.python.failure import Failure

from finews_spider.downloader.allowed_hosts import RestrictedSpider
from finews_spider.downloader.failures import FetchFailure
from finews_spider.downloader.throttle import HostSuspendedError, slow_down
from finews_spider.exceptions import DiskError
from finews_spider.ledger.responses import Validators

logger = logging.getLogger(__name__)

MAX_SIZE = 500 * 1024  # bytes of a robots.txt that are read, the least that RFC 9309 asks for
MAX_AGE = timedelta(hours=24)  # of a copy that serves where there is no answer; RFC 9309, 2.4
MAX_CRAWL_DELAY = 300.0  # seconds; with a longer one a run could not work


class UnreadableRulesError(Exception):
    """A robots.txt cannot be had; the message says why."""


class Rules(NamedTuple):
    """What a host's robots.txt says, and why the host gets no request in this run; empty: it does."""

    parser: RobotParser | None = None
    refusal: str = ""


class RobotsTxtMiddleware(robotstxt.RobotsTxtMiddleware):
    """Obeys robots.txt from the first request on, and its Crawl-delay.

    When several requests wait for a host's robots.txt, Scrapy 2.19 checks only the first and sends the others: they
    share one Deferred, whose result is gone after the first callback. Here they share one task. Scrapy also takes what
    could not be fetched for permission. RFC 9309 says (2.3.1): 4xx is permission, 5xx and no answer are none; that 429
    and redirects that lead nowhere are none is our own choice.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._fetches: dict[str, asyncio.Task[Rules]] = {}  # by netloc

    async def robot_parser(self, request: Request) -> RobotParser | None:
        """Return the rules of the request's host, fetched once. Raise HostSuspendedError where it gets no request."""
        netloc = urlparse_cached(request).netloc
        fetch = self._fetches.get(netloc)
        if fetch is None:
            fetch = self._fetches[netloc] = asyncio.ensure_future(self._fetch(request))
        rules = fetch.result() if fetch.done() else await asyncio.shield(fetch)
        if rules.refusal:
            raise HostSuspendedError(rules.refusal)
        return rules.parser

    async def _fetch(self, request: Request) -> Rules:
        url = urlparse_cached(request)
        try:
            body = await self._read(f"{url.scheme}://{url.netloc}/robots.txt")
        except HostSuspendedError as error:
            return Rules(refusal=str(error))
        except UnreadableRulesError as error:
            return self._refuse(url.netloc, f"has a robots.txt that cannot be read ({error}), which is no permission")
        parser = self._parserimpl.from_crawler(self.crawler, body)
        delay = parser.crawl_delay(self._robotstxt_useragent or self._default_useragent) or 0.0
        if delay > MAX_CRAWL_DELAY:
            return self._refuse(url.netloc, f"asks for a Crawl-delay of {delay:g} s, too long for a run")
        if delay > 0:
            slow_down(self.crawler, request, delay)
        return Rules(parser)

    def _refuse(self, netloc: str, why: str) -> Rules:
        logger.warning("%s %s; it gets no requests in this run", netloc, why)
        self._stats.set_value(f"finews/hosts/{netloc}/left_alone", why)
        return Rules(refusal=f"host left alone: it {why}")

    async def _read(self, url: str) -> bytes:
        """Return the text of a robots.txt, of an answer or of a young copy.

        Raise UnreadableRulesError for neither, HostSuspendedError where its host is suspended.
        """
        spider = self.crawler.spider
        kept = spider.kept_responses if isinstance(spider, RestrictedSpider) else None
        try:
            body = await self._request(url)
        except UnreadableRulesError as error:
            copy = kept.recent(url, MAX_AGE) if kept else None
            if copy is None:
                raise
            logger.info("%s cannot be read (%s): a copy serves", url, error)
            return copy
        if kept:
            with suppress(DiskError):  # the next run keeps one
                kept.keep(url, Validators(), body)
        return body

    async def _request(self, url: str) -> bytes:
        meta = {"dont_obey_robotstxt": True}
        request = Request(url, priority=self.DOWNLOAD_PRIORITY, meta=meta, callback=NO_CALLBACK)
        self._stats.inc_value("robotstxt/request_count")
        assert self.crawler.engine
        try:
            response = await self.crawler.engine.download_async(request)
        except HostSuspendedError:
            raise
        except Exception as error:  # whatever it is, it is no permission
            raise UnreadableRulesError(str(FetchFailure.of(Failure(error)))) from error  # type: ignore[no-untyped-call]
        return _text_of(response)


def _text_of(response: Response) -> bytes:
    """Return the text of the rules, empty where there are none. Raise UnreadableRulesError where that is not told."""
    if 200 <= response.status < 300:
        return response.body[:MAX_SIZE]
    if 400 <= response.status < 500 and response.status != 429:
        return b""
    raise UnreadableRulesError(f"HTTP {response.status}")
