"""Listings are asked for again with If-None-Match and If-Modified-Since; for a 304 the kept answer stands in."""

import zlib
from datetime import timedelta
from typing import Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response

from finews_spider import dates
from finews_spider.ledger import Ledger

KEPT = timedelta(days=30)  # since it was last asked for
LONGEST = 1000  # characters of an ETag; it is sent back
UNCHANGED = "unchanged"  # the flag of a response that stands in


class RevalidationMiddleware:
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
    def _ledger(self) -> Ledger:
        ledger: Ledger = self.crawler.spider.ledger  # type: ignore[union-attr]
        return ledger

    def process_request(self, request: Request) -> None:
        """Say what is kept."""
        if not request.meta.get("revalidate"):
            return
        for name, value in zip(("If-None-Match", "If-Modified-Since"), self._validators(request.url), strict=True):
            request.headers.pop(name, None)  # of the page that redirected here
            if value:
                request.headers[name] = value

    def process_response(self, request: Request, response: Response) -> Request | Response:
        """The answer, or the kept one where it is the same; or the request again, where that cannot be read."""
        if not request.meta.get("revalidate"):
            return response
        if response.status == 304:
            return self._kept(response) or request.copy()
        validators = [(response.headers.get(name) or b"").decode("latin-1") for name in ("ETag", "Last-Modified")]
        if response.status == 200 and any(validators) and max(map(len, validators)) <= LONGEST:
            self._keep(response, *validators)
        return response

    def _validators(self, url: str) -> tuple[str, str]:
        found: tuple[str, str] = self._ledger.row("SELECT etag, modified FROM pages WHERE url = ?", (url,)) or ("", "")
        return found

    def _kept(self, response: Response) -> Response | None:
        row = self._ledger.row("SELECT body FROM pages WHERE url = ?", (response.url,))
        if row is None:  # a 304 that nobody asked for
            return response
        with self._ledger.writing():
            try:
                body = zlib.decompress(row[0])
            except zlib.error:  # damage in the ledger
                self._ledger.rows("DELETE FROM pages WHERE url = ?", (response.url,))
                return None
            self._ledger.rows("UPDATE pages SET asked = ? WHERE url = ?", (_day(), response.url))
        return response.replace(status=200, body=body, flags=[*response.flags, UNCHANGED])

    def _keep(self, response: Response, etag: str, modified: str) -> None:
        kept = (response.url, etag, modified, zlib.compress(response.body, 1), _day())
        with self._ledger.writing():
            self._ledger.rows("INSERT OR REPLACE INTO pages VALUES (?, ?, ?, ?, ?)", kept)
            self._ledger.rows("DELETE FROM pages WHERE asked < ?", (_day() - KEPT.days,))


def forget(ledger: Ledger, url: str) -> None:
    """The answer could not be read: it is asked for as if it never came, or a 304 would bring it again and again."""
    with ledger.writing():
        ledger.rows("DELETE FROM pages WHERE url = ?", (url,))


def _day() -> int:
    return dates.now().toordinal()
