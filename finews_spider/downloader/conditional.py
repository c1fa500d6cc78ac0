"""Listings are asked for again with If-None-Match and If-Modified-Since; for a 304 the kept answer stands in."""

from typing import Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response

from finews_spider.ledger.responses import KeptResponses, Validators

MAX_VALIDATOR = 1000  # characters of an ETag; it is sent back
UNCHANGED = "unchanged"  # the flag of a response that stands in


_HEADERS = ("ETag", "Last-Modified")


class ConditionalMiddleware:
    """Keeps answers to requests with `meta["revalidate"]` in the ledger, where they have an ETag or a Last-Modified.

    A listing is read in full either way: what a run does with it does not depend on whether it has changed.
    """

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's constructor."""
        return cls(crawler)

    @property
    def _responses(self) -> KeptResponses:
        return KeptResponses(self.crawler.spider.ledger)  # type: ignore[union-attr]

    def process_request(self, request: Request) -> None:
        """Send what validates the kept answer."""
        if not request.meta.get("revalidate"):
            return
        validators = self._responses.validators(request.url)
        for name, value in zip(("If-None-Match", "If-Modified-Since"), validators, strict=True):
            request.headers.pop(name, None)  # of the page that redirected here
            if value:
                request.headers[name] = value

    def process_response(self, request: Request, response: Response) -> Request | Response:
        """Return the answer, or the kept one where it is the same; or the request again, where that cannot be read."""
        if not request.meta.get("revalidate"):
            return response
        if response.status == 304:
            return self._kept(response) or request.copy()
        validators = Validators(*((response.headers.get(name) or b"").decode("latin-1") for name in _HEADERS))
        if response.status == 200 and any(validators) and max(map(len, validators)) <= MAX_VALIDATOR:
            self._responses.keep(response.url, validators, response.body)
        return response

    def _kept(self, response: Response) -> Response | None:
        if not self._responses.is_kept(response.url):  # a 304 that nobody asked for
            return response
        body = self._responses.body(response.url)
        return None if body is None else response.replace(status=200, body=body, flags=[*response.flags, UNCHANGED])
