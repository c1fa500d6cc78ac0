"""Asks for pictures when the articles of a run have come, as a run asks for anything, and keeps those that come."""

import logging
import time
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import DontCloseSpider
from scrapy.http import Response
from twisted.python.failure import Failure

from finews_spider.archive.archive import PendingPost
from finews_spider.crawl.run import Run, RunSpider, run_of
from finews_spider.downloader.failures import FetchFailure, request_of
from finews_spider.exceptions import DiskError
from finews_spider.ledger.patience import Patience
from finews_spider.ledger.pictures import OwedPictures
from finews_spider.ledger.tries import State
from finews_spider.pictures import kept
from finews_spider.pictures.addresses import pictures_of
from finews_spider.pictures.archives import Archives, Look, netlocs_of
from finews_spider.pictures.heads import PictureError, read_head
from finews_spider.pictures.requests import is_allowed, request_of_picture
from finews_spider.pictures.store import Fetched, expire, keep

logger = logging.getLogger(__name__)

MAX_SECONDS = 600  # that a run asks for pictures: the next one finds the archive free, and goes on
MAX_UNDER_WAY = 16
BATCH = 20  # pictures that are written together: fewer commits to the disk
TOGETHER = 500  # pictures that are noted together
STATS = "finews/pictures"


class PicturesExtension:
    """Between the downloader and the site's folder. An article never waits for its pictures."""

    max_seconds: float = MAX_SECONDS
    host: str = ""  # that is asked alone; empty: all

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self._due: list[tuple[str, str]] | None = None  # in reverse; None: the articles are not done
        self._until = 0.0
        self._under_way = 0
        self._batch: list[Fetched] = []

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's constructor."""
        extension = cls(crawler)
        crawler.signals.connect(extension.spider_opened, signals.spider_opened)
        crawler.signals.connect(extension.spider_idle, signals.spider_idle)
        crawler.signals.connect(extension.spider_closed, signals.spider_closed)
        return extension

    @property
    def _run(self) -> Run:
        return run_of(self.crawler)

    def spider_opened(self) -> None:
        """Have posts looked through for pictures before they are written."""
        run, spider = self._run, self.crawler.spider
        assert isinstance(spider, RunSpider)
        spider.netlocs = spider.netlocs.union(*map(netlocs_of, run.sources.values()))
        patience = Patience(run.config.owed_days.total_seconds(), run.config.owed_pause.total_seconds())
        self.owed = OwedPictures(run.ledger, patience, run.clock)
        self._archives = Archives(run.sources)
        run.archive.witnesses.append(self)

    # Posts.

    def note(self, posts: Sequence[PendingPost]) -> None:
        """Owe the pictures of posts that are about to be written. Raises DiskError and OSError."""
        self.owe((post.path.name[:10], post.text) for post in posts)

    def sync(self) -> None:
        """Nothing is left: what is owed is on the disk."""

    def owe(self, posts: Iterable[tuple[str, str]], *, again: bool = False) -> None:
        """Owe the pictures of posts, by day and text; `again`: also those that were given up.

        Raises DiskError and OSError.
        """
        wanted = self._wanted(posts)
        while some := list(islice(wanted, TOGETHER)):
            self.owed.note(some, again=again)

    def _wanted(self, posts: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str, str]]:
        """Yield day, key and address of the pictures that are not kept, and that can be asked for."""
        oldest, days = self._oldest(), kept.Days(self._run.config.output)
        for day, text in posts:
            for key, address in filter(self._is_asked, pictures_of(text)) if day >= oldest else ():
                if not self._is_allowed(address):
                    self._count(f"elsewhere/{address.split('/')[2][:100]}")
                elif key not in days.entries(day):
                    yield day, key, address

    # Requests.

    def spider_idle(self) -> None:
        """Ask for pictures when all else is done. Raises DontCloseSpider while some are under way."""
        if self._run.stopped or self._run.mistake:  # of which a person hears at once
            return
        if self._due is None:
            self.owed.forget_before(self._oldest())
            self._due = [*filter(self._is_asked, self.owed.due()[::-1])]
            self._count("due", len(self._due))
            self._until = time.monotonic() + self.max_seconds
        self._send()
        if self._under_way:
            raise DontCloseSpider
        self._flush()

    def _send(self) -> None:
        while self._due and self._under_way < MAX_UNDER_WAY and not self._run.stopped:
            if time.monotonic() > self._until:
                self._due = []
                break
            key, address = self._due.pop()
            if self._is_allowed(address):
                self._ask(key, address)
            else:
                self._fail(key, FetchFailure("not a host of the sources file any more"))

    def _ask(self, key: str, address: str, look: Look | None = None) -> None:
        assert self.crawler.engine
        self._under_way += 1
        self.crawler.engine.crawl(request_of_picture(key, address, look, callback=self.arrived, errback=self.failed))

    def _ask_archive(self, key: str, address: str, why: FetchFailure) -> bool:
        """Ask an archive for a picture that its host has no more, once; return whether one is asked."""
        day = self.owed.day_of(key)
        if not day or self.owed.is_looked_for(key) or time.monotonic() > self._until:
            return False
        look = self._archives.look(address, day, self._run.clock.now().date(), why)
        if look:
            self._count("archive_looks")
            self._ask(key, address, look)
        return look is not None

    def _is_asked(self, picture: tuple[str, str]) -> bool:
        return not self.host or urlsplit(picture[1]).netloc.lower() == self.host

    def _is_allowed(self, address: str) -> bool:
        spider = self.crawler.spider
        assert isinstance(spider, RunSpider)
        return is_allowed(address, spider.netlocs)

    def arrived(self, response: Response, picture: str, address: str, look: Look | None) -> None:
        """Take a picture, or note why it is none."""
        self._under_way -= 1
        try:
            head = read_head(response.body if response.status == 200 else b"")
            if look:
                look.check(response)
        except PictureError as error:
            self._fail(picture, FetchFailure.reading(error), is_final=error.is_final, look=look)
        else:
            self._count("done")
            self._count("from_archive", int(look is not None))
            self._batch.append(Fetched(picture, response.body, head, self.owed.days_of(picture)))
            if len(self._batch) >= BATCH:
                self._flush()
        self._send()

    def failed(self, failure: Failure) -> None:
        """Note why a picture did not come."""
        self._under_way -= 1
        if self._run.stopped:
            return
        why, of = FetchFailure.of(failure), request_of(failure).cb_kwargs
        picture, look = of["picture"], of["look"]
        if look or not self._ask_archive(picture, of["address"], why):
            self._fail(picture, why, is_final=why.kind == "too large", look=look)
        self._send()

    def _fail(self, key: str, why: FetchFailure, *, is_final: bool = False, look: Look | None = None) -> None:
        """Note why a picture did not come; of one that was looked for, that the archive has it not either."""
        reason = f"{look.why}; in no archive: {why}" if look else str(why)
        logger.info("the picture %s is not kept: %s", key, reason)
        self._count("done")
        self._count(f"failed/{(look.why if look else why).kind}")
        tried = why.tried or (look is not None and look.why.tried)
        is_looked_for = look is not None and not why.is_passing
        try:
            state = self.owed.fail(key, reason, tried=tried, is_final=is_final, is_looked_for=is_looked_for)
            if state is State.GIVEN_UP:
                self._count("given_up")
        except DiskError as error:
            self._run.stop(error)

    def _flush(self) -> None:
        """Keep what has come. The disk's refusal ends the run; what is not kept is owed."""
        batch, self._batch = self._batch, []
        if not batch:
            return
        run = self._run
        try:
            for witness in run.archive.witnesses:  # what came is kept as evidence first
                witness.sync()
            keep(run.config.output, batch, run.archive.unpublished.note)
            self.owed.settle(fetched.key for fetched in batch)
        except (OSError, DiskError) as error:
            run.stop(_disk_error(error, run.config.output))
            return
        self._count("kept", len(batch))
        self._count("bytes", sum(len(fetched.data) for fetched in batch))

    # The end.

    def spider_closed(self) -> None:
        """Keep what has come of a run that was ended, remove what is too old, and count what is owed."""
        self._flush()
        run = self._run
        try:
            if (run.config.pictures_days or run.config.pictures_mb) and run.clock.is_proven and not run.stopped:
                days, megabytes = run.config.pictures_days, run.config.pictures_mb
                today = run.clock.now().date()
                self._count("left", expire(run.config.output, days, megabytes, today, run.archive.unpublished.note))
            self._count("owed", self.owed.count())
        except (OSError, DiskError) as error:
            logger.error("pictures: %s", error)

    def _oldest(self) -> str:
        """Return the first day whose pictures stay; empty: all do."""
        days = self._run.config.pictures_days
        return str(self._run.clock.now().date() - timedelta(days=days)) if days else ""

    def _count(self, what: str, by: int = 1) -> None:
        assert self.crawler.stats
        self.crawler.stats.inc_value(f"{STATS}/{what}", by)


def _disk_error(error: OSError | DiskError, output: Path) -> DiskError:
    if isinstance(error, DiskError):
        return error
    return DiskError(Path(error.filename or output), error.strerror or error)
