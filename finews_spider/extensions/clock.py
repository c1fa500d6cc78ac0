"""Compare the machine's clock with the hosts': note the Date of each answer, keep what is proven, tell of a doubt."""

from contextlib import suppress
from typing import Self

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.http import Response
from scrapy.utils.httpobj import urlparse_cached

from finews_spider.crawl.clock import host_time
from finews_spider.crawl.run import RunSpider, run_of
from finews_spider.exceptions import DiskError
from finews_spider.ledger.facts import Fact


class ClockWatch:
    """Feeds the run's clock. It is kept as proven with the first new post, for runs that are killed, and at the end."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self._is_kept = False

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's constructor."""
        if not issubclass(crawler.spidercls, RunSpider):
            raise NotConfigured
        watch = cls(crawler)
        crawler.signals.connect(watch.response_downloaded, signals.response_downloaded)
        crawler.signals.connect(watch.item_scraped, signals.item_scraped)
        crawler.signals.connect(watch.spider_closed, signals.spider_closed)
        return watch

    def response_downloaded(self, response: Response, request: Request) -> None:
        """Note what the host's clock says; robots.txt, redirects and errors tell it as well."""
        if at := host_time(response.headers.get("Date"), response.headers.get("Age")):
            run_of(self.crawler).clock.record(urlparse_cached(request).netloc, at)

    def item_scraped(self) -> None:
        """Keep the time of the first new post."""
        if not self._is_kept:
            self._is_kept = self._keep()

    def spider_closed(self) -> None:
        """Keep the time of the end, or say why it is doubted."""
        run = run_of(self.crawler)
        self._keep()
        if doubt := run.clock.doubt():
            run.log_once("%s", doubt)

    def _keep(self) -> bool:
        """Keep the time, if it is proven; return whether it was kept."""
        run = run_of(self.crawler)
        if run.clock.is_proven:
            with suppress(DiskError):  # what a later run keeps is as good
                run.facts.keep_time(Fact.PROVEN_CLOCK, run.clock.now())
                return True
        return False
