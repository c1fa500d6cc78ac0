"""The download handler of a run that keeps what it fetches: it hands on each response's head as it came."""

from base64 import b64decode, b64encode

from scrapy import Request
from scrapy.core.downloader.handlers import http11
from scrapy.crawler import Crawler
from scrapy.http import Response
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IAddress
from twisted.web._newclient import STATUS
from twisted.web._newclient import Request as TwistedRequest
from twisted.web.http_headers import Headers
from twisted.web.iweb import IResponse

from finews_spider.downloader import handlers
from finews_spider.evidence.extension import EvidenceExtension

# Scrapy makes its response of the head's fields; through these the head itself comes with them.
_HEAD = b"X-Finews-Head"


class RecordingHandler(handlers.DownloadHandler):
    """Hands each response to the recorder, before anything reads or changes it."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._pool._factory = _Factory

    async def download_request(self, request: Request) -> Response:
        """Return the response."""
        response = await super().download_request(request)
        head = b64decode(response.headers.pop(_HEAD, [b""])[-1])
        extension = self._crawler.get_extension(EvidenceExtension)
        assert extension
        extension.take(request, response, head)
        return response


def head_of(headers: Headers) -> bytes:
    """Return the head that came with the fields."""
    return b64decode((headers.getRawHeaders(_HEAD) or [b""])[-1])


class _Parser(http11._LenientHTTPClientParser):
    """A parser that has the lines of the head; none of its own fields are set when Scrapy gives it its class."""

    _lines: list[bytes]

    def lineReceived(self, line: bytes) -> None:  # noqa: N802  # Twisted's name
        if self.state == STATUS:
            self._lines = []
        self._lines.append(line + self.delimiter)
        super().lineReceived(line)

    def allHeadersReceived(self) -> None:  # noqa: N802  # Twisted's name
        head = b64encode(b"".join(self._lines))
        self.response.headers.setRawHeaders(_HEAD, [head])
        super().allHeadersReceived()  # type: ignore[no-untyped-call]


class _Protocol(handlers._Protocol):
    def request(self, request: TwistedRequest) -> Deferred[IResponse]:
        deferred = super().request(request)
        assert self._parser is not None
        self._parser.__class__ = _Parser
        return deferred


class _Factory(handlers._Factory):
    def buildProtocol(self, addr: IAddress | None) -> _Protocol:  # noqa: N802  # Twisted's name
        return _Protocol(self._quiescentCallback)  # type: ignore[no-untyped-call]
