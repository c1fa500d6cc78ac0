"""Bounds the head of an answer: Scrapy 2.19 and Twisted 26 keep what comes for as long as it comes."""

from scrapy import Request
from scrapy.core.downloader.handlers import http11
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from twisted.internet.interfaces import IAddress
from twisted.python.failure import Failure
from twisted.web._newclient import HEADER, STATUS, ParseError

MAX_HEAD = 64 * 1024  # bytes of status lines and headers, those of interim answers too; servers send some KB
MAX_CODINGS = 2  # a body may be packed in layers; each may take as long to unpack as a large one


class DownloadHandler(http11.HTTP11DownloadHandler):
    """Scrapy's, with the bounds."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._pool._factory = _Factory

    async def download_request(self, request: Request) -> Response:
        """The answer. Raises IgnoreRequest where its body is packed too often."""
        response = await super().download_request(request)
        if b",".join(response.headers.getlist("Content-Encoding")).count(b",") >= MAX_CODINGS:
            raise IgnoreRequest("packed too often")
        return response


class _Protocol(http11._LenientHTTP11ClientProtocol):
    _head = 0  # bytes of it so far

    def dataReceived(self, data: bytes) -> None:  # noqa: N802  # Twisted's name
        super().dataReceived(data)  # type: ignore[no-untyped-call]
        in_head = self._parser and self._parser.state in (STATUS, HEADER)
        self._head = self._head + len(data) if in_head else 0
        if self._head > MAX_HEAD:
            self._giveUp(Failure(ParseError("the head is too long", b"")))  # type: ignore[no-untyped-call]


class _Factory(http11._LenientHTTP11ClientFactory):
    def buildProtocol(self, addr: IAddress | None) -> _Protocol:  # noqa: N802  # Twisted's name
        return _Protocol(self._quiescentCallback)  # type: ignore[no-untyped-call]
