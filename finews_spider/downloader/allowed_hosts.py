"""Requests go, over HTTP and also after a redirect, to the hosts and ports of the sources file and nowhere else."""

from collections.abc import Iterable
from typing import Self

from scrapy import Request, Spider
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.utils.httpobj import urlparse_cached

from finews_spider.downloader.paces import pace_of
from finews_spider.ledger.responses import KeptResponses


def allowed_netlocs(hosts: Iterable[str]) -> frozenset[str]:
    """Return the hosts as URLs may write them: with their own port, or with those of HTTP and HTTPS."""
    hosts = frozenset(hosts)
    names = {host.partition(":")[0] for host in hosts}
    return hosts | names | {f"{name}:{port}" for name in names for port in (80, 443)}


def is_allowed_url(request: Request, allowed_netlocs: frozenset[str]) -> bool:
    """Return whether the request goes to an allowed host.

    Spellings such as `user@a.example` and `a.example:80@b.example` are refused: the HTTP client may read another host.
    """
    url = urlparse_cached(request)
    return url.scheme in ("http", "https") and url.netloc.lower() in allowed_netlocs


class RestrictedSpider(Spider):
    """A spider whose requests go to the hosts of the sources file only."""

    netlocs: frozenset[str]  # as `allowed_netlocs` gives them
    kept_responses: KeptResponses | None = None  # where it keeps any


class AllowedHostsMiddleware:
    """Refuses requests to hosts that the sources file does not name, so that the next route is tried.

    It sees redirects too. Scrapy's own middleware drops such requests without calling their errback.
    """

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Make the middleware, as Scrapy asks for it."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Raise IgnoreRequest for a request to any other host, or from an archive to the live site of a page."""
        spider = self.crawler.spider
        if isinstance(spider, RestrictedSpider) and not is_allowed_url(request, spider.netlocs):
            raise IgnoreRequest(f"{urlparse_cached(request).netloc[:100]} is not a host of the sources file")
        netloc = urlparse_cached(request).netloc
        if pace_of(request) and request.meta.setdefault("archive", netloc) != netloc:
            raise IgnoreRequest(f"the archive leads to another host, {netloc[:100]}")
