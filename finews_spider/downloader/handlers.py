"""A download handler that limits response heads, and keeps the pace that a user's commands share for a host.

Scrapy 2.19 and Twisted 26 read headers for as long as they come.
"""

from scrapy import Request
from scrapy.core.downloader.handlers import http11
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from twisted.internet.interfaces import IAddress
from twisted.python.failure import Failure
from twisted.web._newclient import HEADER, STATUS, ParseError

from finews_spider.downloader.paces import pace_of, queue_of
from finews_spider.downloader.shared_pace import SharedPace, runtime_folder

MAX_HEAD = 64 * 1024  # bytes of status lines and headers, interim responses (1xx) included; servers send some KB
MAX_CODINGS = 2  # content codings of a body; each layer may take as long to decompress as a large body


class DownloadHandler(http11.HTTP11DownloadHandler):
    """Scrapy's HTTP/1.1 handler, with a limit on the size of heads and on the number of content codings."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._pool._factory = _Factory
        self._pace = SharedPace(runtime_folder())

    async def download_request(self, request: Request) -> Response:
        """Return the response. Raise IgnoreRequest for one with too many content codings."""
        await self._pace.wait(queue_of(request), self._delay(request))
        response = await super().download_request(request)
        if (pace := pace_of(request)) and response.status == 429:
            for interface, _ in pace.delays:
                self._pace.hold(queue_of(request, interface), pace.pause)
        if b",".join(response.headers.getlist("Content-Encoding")).count(b",") >= MAX_CODINGS:
            raise IgnoreRequest("too many content codings")
        return response

    async def close(self) -> None:
        """Close connections and files."""
        self._pace.close()
        await super().close()

    def _delay(self, request: Request) -> float:
        """Return the seconds between requests to the host, by its Crawl-delay and what it was slowed down for too."""
        assert self._crawler.engine
        downloader = self._crawler.engine.downloader
        slot = downloader.slots.get(downloader.get_slot_key(request))
        return slot.delay if slot else 0.0


class _Protocol(http11._LenientHTTP11ClientProtocol):
    _head_size = 0  # bytes received of the head so far

    def dataReceived(self, data: bytes) -> None:  # noqa: N802  # Twisted's name
        super().dataReceived(data)  # type: ignore[no-untyped-call]
        in_head = self._parser and self._parser.state in (STATUS, HEADER)
        self._head_size = self._head_size + len(data) if in_head else 0
        if self._head_size > MAX_HEAD:
            self._giveUp(Failure(ParseError("the response's head is too large", b"")))  # type: ignore[no-untyped-call]


class _Factory(http11._LenientHTTP11ClientFactory):
    def buildProtocol(self, addr: IAddress | None) -> _Protocol:  # noqa: N802  # Twisted's name
        return _Protocol(self._quiescentCallback)  # type: ignore[no-untyped-call]
