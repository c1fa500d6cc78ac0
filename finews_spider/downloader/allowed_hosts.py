"""Where requests may go: to the hosts and ports of the sources file over HTTP, also after a redirect."""

from collections.abc import Iterable
from typing import Self

from scrapy import Request, Spider
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.utils.httpobj import urlparse_cached


def allowed_netlocs(hosts: Iterable[str]) -> frozenset[str]:
    """These hosts as URLs may write them: with their own port, or with those of HTTP."""
    given = frozenset(hosts)
    names = {host.partition(":")[0] for host in given}
    return given | names | {f"{name}:{port}" for name in names for port in (80, 443)}


def is_allowed_url(request: Request, allowed_netlocs: frozenset[str]) -> bool:
    """Whether it goes to one of them.

    Other spellings are refused, as what connects may read them fallback: `user@a.example`, `a.example:80@b.example`.
    """
    url = urlparse_cached(request)
    return url.scheme in ("http", "https") and url.netloc.lower() in allowed_netlocs


class RestrictedSpider(Spider):
    """A spider whose requests go to the hosts of the sources file only."""

    netlocs: frozenset[str]  # as `allowed_netlocs` gives them


class AllowedHostsMiddleware:
    """Refuses requests to hosts that the sources file does not name, so that the next route is tried.

    It sees redirects too. Scrapy's own drops such requests where no errback hears of it.
    """

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's constructor."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Raises IgnoreRequest."""
        spider = self.crawler.spider
        if isinstance(spider, RestrictedSpider) and not is_allowed_url(request, spider.netlocs):
            raise IgnoreRequest(f"{urlparse_cached(request).netloc[:100]} is no host of the sources file")
