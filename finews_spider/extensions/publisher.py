"""Publish what a run wrote, when its articles have come: old posts move, then a commit and a push, where asked for."""

from typing import Self

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured

from finews_spider.archive.paths import TITLES
from finews_spider.crawl.run import Run, RunSpider, run_of
from finews_spider.exceptions import DiskError
from finews_spider.publishing.finish import Outcome, finish


class Publisher:
    """Retention and publishing at the end of a run, once; the report tells what came of it."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self._outcome: Outcome | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's constructor."""
        if not issubclass(crawler.spidercls, RunSpider):
            raise NotConfigured
        publisher = cls(crawler)
        crawler.signals.connect(publisher.spider_closed, signals.spider_closed)
        return publisher

    def spider_closed(self) -> None:
        """Publish."""
        self.publish()

    def publish(self) -> Outcome:
        """Return what became of the run's files, publishing them where that is not done yet."""
        if self._outcome is None:
            run = run_of(self.crawler)
            warnings = _refresh_titles(run)
            today = run.clock.now().date() if run.clock.is_proven else None
            if run.config.overview and today and not run.stopped:
                warnings += _update_overview(run)
            outcome = finish(run.archive, run.archive.unpublished, run.config, run.name, today)
            self._outcome = outcome._replace(warnings=[*warnings, *outcome.warnings])
        return self._outcome


def _refresh_titles(run: Run) -> list[str]:
    """Have the index of titles follow the posts, where the site has one; return warnings."""
    if not (run.archive.output / TITLES).exists():
        return []
    from finews_spider.tables.site_titles import is_due, refresh  # what is off is not loaded

    try:
        if is_due(run.archive.output, run.archive.count_to_build()):
            refresh(run.archive.output, run.archive.unpublished.note)
    except (OSError, DiskError) as error:
        return [f"the index of titles could not be written, the next run tries again: {error}"]
    return []


def _update_overview(run: Run) -> list[str]:
    """Bring the overview's pages up to date, and return warnings."""
    from finews_spider.overview.update import Overview, regular  # what is off is not loaded

    return Overview(run.ledger, run.owed, regular(run.sources)).update_daily(run.clock.now(), run.name)
