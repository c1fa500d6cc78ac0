"""One run: what it works with and what it has come to. The one thing that spider, pipelines and extensions share."""

import asyncio
import logging
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Protocol, Self

from scrapy import Request
from scrapy.crawler import Crawler

from finews_spider import dates
from finews_spider.archive.archive import Archive
from finews_spider.archive.lock import prepare_output
from finews_spider.archive.paths import FOLDERS, id_in_post_name
from finews_spider.config import Config, read_config
from finews_spider.crawl.arguments import Arguments, read_arguments
from finews_spider.crawl.article_fetch import ArticleFetch
from finews_spider.crawl.categories import Categories
from finews_spider.crawl.clock import Clock
from finews_spider.crawl.pagination import Pagination
from finews_spider.downloader.allowed_hosts import RestrictedSpider, allowed_netlocs
from finews_spider.downloader.throttle import run_stopped
from finews_spider.exceptions import DiskError
from finews_spider.items import Article
from finews_spider.ledger.backfills import Backfills
from finews_spider.ledger.database import Ledger
from finews_spider.ledger.facts import Fact, Facts
from finews_spider.ledger.owed import Owed
from finews_spider.ledger.posts import Index
from finews_spider.ledger.responses import KeptResponses
from finews_spider.ledger.silence import Silences
from finews_spider.sources import known
from finews_spider.sources.base import Source
from finews_spider.sources.loader import load

logger = logging.getLogger(__name__)


def read_order(config: Config, values: Mapping[str, str]) -> tuple[dict[str, Source], Arguments]:
    """Return the sources of the sources file, and what the arguments, given as they were typed, ask of them.

    Makes finews's own folder in the output folder. Raises ConfigurationError for what cannot be meant.
    """
    sources = load(config.sources_file, config.config)
    arguments = read_arguments(values, sources)
    prepare_output(config.output)
    return sources, arguments


class Witness(Protocol):
    """What keeps listings as they came, and what articles were made of."""

    def must_come_in_full(self, url: str) -> bool:
        """Return whether a 304 would not do: what it refers to was not kept."""

    def take_articles(self, fetch: ArticleFetch, articles: Iterable[Article]) -> None:
        """Take note that these articles of the fetch are about to be handed over."""

    def take_listing(self, response_of: Request, *, is_news: bool) -> None:
        """Take note that a listing was read: it named something new or could not be read (`is_news`), or did not."""


class Run:
    """What one run works with. Raises ConfigurationError as `read_order` does."""

    def __init__(self, crawler: Crawler, values: Mapping[str, str]) -> None:
        self.crawler = crawler
        self.name = f"{dates.now():%Y-%m-%dT%H-%M-%S}"  # as its report and its commits call it
        self.values = dict(values)  # the arguments as they were typed
        self.config = read_config(crawler.settings)
        self.sources, self.arguments = read_order(self.config, values)
        self.ledger = Ledger(self.config.output)
        self.archive = Archive(self.config.output, Index(self.ledger, FOLDERS, id_in_post_name), self.config.post_path)
        self.facts = Facts(self.ledger)
        self.clock = Clock(self.facts.time(Fact.PROVEN_CLOCK))
        self.owed = Owed(self.ledger, self.config.owed_days, self.config.owed_pause, self.clock)
        self.responses = KeptResponses(self.ledger)
        self.pagination = Pagination(self.ledger, self.arguments.query, self.clock)
        self.backfills = Backfills(self.ledger)
        self.silences = Silences(self.ledger)
        self.categories = Categories(self.arguments.query.categories, self._known_categories())
        self.fetches: dict[str, ArticleFetch] = {}  # by number, until their items have left the pipelines
        self.warnings = [self.ledger.damage] if self.ledger.damage else []  # none twice
        self.changed = asyncio.Event()  # a listing was read, or a fetch has ended: there may be more to ask for
        self.stopped = False
        self.witness: Witness | None = None
        self.mistake = ""  # in an argument, which only the lists told
        self.trouble = ""  # with the disk, which ended the run
        self._closing: asyncio.Task[None] | None = None

    @property
    def netlocs(self) -> frozenset[str]:
        """Where requests may go: to all sources, since what a run owes may have been named by another than it reads."""
        return allowed_netlocs(host for source in self.sources.values() for host in source.hosts())

    def fill_queue(self) -> None:
        """Queue what there is to ask for before any listing is read."""
        came, gone = self.archive.sync()
        if came or gone:
            logger.info("%d posts came since the last run, %d are gone", came, gone)
        if self.arguments.ref:
            self.owed.enqueue(self.arguments.ref)
        elif not self.arguments.is_narrow:
            self.owed.enqueue_due(source.name for source in self.arguments.sources)
        if self.arguments.refresh:
            today = dates.now().date()
            self.owed.enqueue_refresh(today - timedelta(days=self.arguments.refresh - 1), self.arguments.is_id)
        if self.arguments.query.window:
            self.backfills.begin(self.values, self.clock.now(), self.count_in_window())

    def settle(self) -> None:
        """Close the books of a run that has come to its end by itself."""
        if self.stopped:
            return
        if not any(reading.failed for reading in self.pagination.readings.values()):
            self.mistake = self.categories.mistake()
        if not self.owed.count_queued():
            self.pagination.settle()

    def _known_categories(self) -> set[str]:
        """Return the categories that posts have, where the run is for some."""
        if not self.arguments.query.categories:
            return set()
        return {page.stem for page in self.config.output.glob("category/*")} | known.fixed_categories()

    def stop(self, trouble: DiskError | None = None) -> None:
        """End the run before its time; what waits is cancelled, and is owed as before."""
        if trouble and not self.trouble:
            logger.error("%s", trouble)
            self.trouble = trouble.reason
            assert self.crawler.engine
            self._closing = asyncio.ensure_future(self.crawler.engine.close_spider_async(reason=trouble.reason))
        self.stopped = True
        self.crawler.signals.send_catch_log(run_stopped)

    def count_owed(self) -> int:
        """Return how many articles are owed of what the run was for."""
        if self.arguments.is_narrow:
            return self.owed.count_queued()
        return sum(self.owed.count(source.name) for source in self.arguments.sources)

    def count_in_window(self) -> int:
        """Return how many posts the days of the run's window have."""
        window = self.arguments.query.window
        return sum(number for day, number in self.archive.count_by_day().items() if day in window)

    def count(self, source: str, what: str, by: int = 1) -> None:
        """Count under `finews/<source>/…` in the stats, from which the run's report is made."""
        assert self.crawler.stats
        self.crawler.stats.inc_value(f"finews/{source}/{what}", by)

    def counted(self, what: str) -> int:
        """Return what was counted so far under names that begin so, of all sources."""
        assert self.crawler.stats
        prefixes = tuple(f"finews/{source}/{what}" for source in self.sources)
        return sum(value for name, value in self.crawler.stats.get_stats().items() if name.startswith(prefixes))

    def log_once(self, message: str, *arguments: str) -> None:
        """Warn, once a run."""
        warning = message % arguments
        if warning not in self.warnings:
            self.warnings.append(warning)
            logger.warning("%s (said once a run)", warning)


class RunSpider(RestrictedSpider):
    """A spider that works on a run."""

    run: Run

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: object, **kwargs: str) -> Self:
        """Scrapy's constructor. Raises ConfigurationError."""
        spider = super().from_crawler(crawler, *args)
        spider.run = Run(crawler, kwargs)
        spider.netlocs, spider.kept_responses = spider.run.netlocs, spider.run.responses
        return spider


def run_of(crawler: Crawler) -> Run:
    """Return the run of the crawler's spider, which has to be one that works on a run."""
    assert isinstance(crawler.spider, RunSpider)
    return crawler.spider.run
