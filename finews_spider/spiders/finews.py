"""The spider: asks for listings, then for each article that is owed, route by route, and hands it over."""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any, Self

import scrapy
from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.retry import get_retry_request
from scrapy.http import Response
from scrapy.settings import BaseSettings
from twisted.python.failure import Failure

from finews_spider import dates, ids
from finews_spider.archive.archive import Archive
from finews_spider.archive.lock import check_output
from finews_spider.archive.paths import FOLDERS
from finews_spider.config import Config, read_config, user_agent
from finews_spider.crawl.arguments import Arguments, read_arguments
from finews_spider.crawl.article_fetch import ArticleFetch, kind_of
from finews_spider.crawl.pagination import Pagination
from finews_spider.crawl.progress import Figures, days, last_read
from finews_spider.downloader.allowed_hosts import allowed_netlocs
from finews_spider.downloader.conditional import UNCHANGED
from finews_spider.downloader.failures import reason_of
from finews_spider.downloader.throttle import HostSuspendedError, cancel_queued_requests
from finews_spider.exceptions import DiskError
from finews_spider.items import Article, ArticleRef
from finews_spider.ledger.database import Ledger
from finews_spider.ledger.owed import Owed, State, Task
from finews_spider.ledger.posts import Index
from finews_spider.ledger.responses import KeptResponses
from finews_spider.sources.base import BlockedError, Listing, ListingPage, Route, Source, UnreadableError
from finews_spider.sources.encodings import decode
from finews_spider.sources.loader import load

logger = logging.getLogger(__name__)

Asked = Iterator[Request | Article]


class FinewsSpider(scrapy.Spider):
    """`scrapy crawl finews`; its arguments are in `arguments.ACCEPTED`."""

    name = "finews"

    config: Config
    hosts: frozenset[str]  # that may be asked, as URLs write them
    values: dict[str, str]  # the arguments as they were typed
    arguments: Arguments
    sources: dict[str, Source]
    ledger: Ledger
    archive: Archive
    owed: Owed
    lists: Pagination
    fetches: dict[str, ArticleFetch]  # by number, until their items have left the pipelines
    seen: set[str]  # URLs of listings that were asked for
    said: set[str]  # what is said once a run
    open_listings: int
    changed: asyncio.Event  # a listing was read, or an fetch has ended: there may be more to ask for
    stopped: bool
    trouble: str  # with the disk, which ended the run
    _closing: asyncio.Task[None]  # because of it

    @staticmethod
    def read_arguments(config: Config, values: Mapping[str, str]) -> tuple[dict[str, Source], Arguments]:
        """What the settings and the arguments ask for. Raises ConfigurationError where they cannot be meant."""
        sources = load(config.sources_file)
        arguments = read_arguments(values, sources)
        check_output(config.output)
        return sources, arguments

    @classmethod
    def update_settings(cls, settings: BaseSettings) -> None:
        """The User-Agent says who reads and how to reach them."""
        super().update_settings(settings)
        settings.set("USER_AGENT", user_agent(settings), priority="spider")

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        """Scrapy's constructor; raises ConfigurationError as `read_arguments` does."""
        spider = super().from_crawler(crawler, *args)
        config = spider.config = read_config(crawler.settings)
        spider.values = kwargs
        spider.sources, spider.arguments = cls.read_arguments(config, kwargs)
        # Of all sources: what a run owes may have been named by another than it reads.
        spider.hosts = allowed_netlocs(set().union(*(source.hosts() for source in spider.sources.values())))
        spider.ledger = Ledger(config.output)
        spider.archive = Archive(config.output, Index(spider.ledger, FOLDERS), config.post_path)
        spider.owed = Owed(spider.ledger, config.owed_days, config.owed_pause)
        spider.lists = Pagination(spider.ledger, spider.arguments.query)
        spider.fetches, spider.seen, spider.said = {}, set(), set()
        spider.open_listings, spider.changed, spider.stopped = 0, asyncio.Event(), False
        spider.trouble = ""
        spider._connect()
        return spider

    def _connect(self) -> None:
        connect = self.crawler.signals.connect
        connect(self.item_left, signals.item_scraped)
        connect(self.item_dropped, signals.item_dropped)
        connect(self.item_failed, signals.item_error)
        connect(self.ledger.close, signals.engine_stopped)

    async def start(self) -> AsyncIterator[Any]:
        """Listings, source by source, and articles, a bounded number at a time.

        The sources are read in the order of the sources file: an article that two of them name gets the link of the
        first, whichever host is the quicker.
        """
        sources = deque(self.arguments.sources if not self.arguments.ref else ())
        if task := asyncio.current_task():
            task.add_done_callback(self.start_ended)
        self.fill_queue()
        while True:
            if sources and not self.open_listings:
                source = sources.popleft()
                for listing in source.listings(self.arguments.query):
                    for request in self.ask_listing(source, listing):
                        yield request
            for item in self.send(self.ask_for_owed()):
                yield item
            if not (sources or self.open_listings or self.fetches):
                break
            await self.changed.wait()
            self.changed.clear()
        self.settle()

    def send(self, asked: Asked) -> list[Article]:
        """Send the requests at once, which `start` would hand on one a turn of the loop; the items are left.

        While `start` hands on an item, articles are archived: what was asked of the ledger before is old then.
        """
        items = []
        for each in asked:
            if isinstance(each, Request):
                self.crawler.engine.crawl(each)
            else:
                items.append(each)
        return items

    def start_ended(self, _: asyncio.Task[Any]) -> None:
        """Scrapy asks `start` for no more: all is asked for, or Ctrl-C was typed, which `start` need not hear of."""
        if not self.crawler.engine.running:
            self.stop()

    def fill_queue(self) -> None:
        """What there is to ask for before any listing is read."""
        came, gone = self.archive.sync()
        if came or gone:
            logger.info("%d posts came since the last run, %d are gone", came, gone)
        if self.arguments.ref:
            self.owed.enqueue(self.arguments.ref)
        elif not self.arguments.is_narrow:
            self.owed.enqueue_due(source.name for source in self.arguments.sources)
        if self.arguments.refresh:
            today = dates.now().date()
            self.owed.enqueue_refresh(today - timedelta(days=self.arguments.refresh - 1))

    def settle(self) -> None:
        """The run has come to its end by itself."""
        if not self.stopped and not self.owed.count_queued():
            self.lists.settle()

    def stop(self, trouble: DiskError | None = None) -> None:
        """The run ends before its time: what waits is let go, and is owed as before."""
        if trouble and not self.trouble:
            logger.error("%s", trouble)
            self.trouble = trouble.reason
            self._closing = asyncio.ensure_future(self.crawler.engine.close_spider_async(reason=trouble.reason))
        self.stopped = True
        cancel_queued_requests(self.crawler, HostSuspendedError("the run was stopped"))

    # Listings.

    def ask_listing(self, source: Source, listing: Listing | None) -> Asked:
        """The request for a listing, once a run."""
        if listing and listing.url not in self.seen:
            self.seen.add(listing.url)
            self.open_listings += 1
            reading = self.lists.begin(source.name, listing)
            first = not reading.pages  # older pages are others by the time that they are asked for again
            yield Request(
                listing.url,
                callback=self.parse_listing,
                errback=self.listing_failed,
                cb_kwargs={"source": source, "listing": listing},
                meta={"revalidate": first and not self.arguments.query.window},
                priority=10,  # what there is comes first, then the articles
            )

    def parse_listing(self, response: Response, source: Source, listing: Listing) -> Asked:
        """What the listing gives, or what stands in for it."""
        with self.listing_closed(source, listing):
            try:
                page = listing.read(decode(response.body))
            except UnreadableError as error:
                yield from self.unreadable_listing(response, source, listing, error)
            else:
                self.lists.readings[source.name, listing.name].unchanged += UNCHANGED in response.flags
                yield from self.follow(source, listing, page)

    def follow(self, source: Source, listing: Listing, page: ListingPage) -> Asked:
        """Owe the listing's articles that are not archived; requests for the listings that it leads to."""
        self.report_rows(source, listing, page)
        fresh = self.owed.record_listed([ref for ref in page.refs if self.is_wanted(ref)])
        for other in page.linked:
            yield from self.ask_listing(source, other)
        older = self.lists.read(source.name, listing, page, fresh)
        if self.lists.has_gap(source.name, listing, fresh):
            what = (
                "all that %s of %s showed is new: older articles may be missing; backfill them (-a since=… -a until=…)"
            )
            self.log_once(what, listing.name, source.name)
        yield from self.ask_listing(source, older)

    def listing_failed(self, failure: Failure) -> Asked:
        """A listing did not come."""
        request: Request = failure.request  # type: ignore[attr-defined]
        with self.listing_closed(**request.cb_kwargs):
            if not self.has_ended(failure):
                yield from self.no_listing(**request.cb_kwargs, why=reason_of(failure))

    @contextmanager
    def listing_closed(self, source: Source, listing: Listing) -> Iterator[None]:
        """A listing is through, and what it leads to is asked for."""
        try:
            yield
        except DiskError as error:
            self.stop(error)
            raise
        except Exception as fault:
            self.lists.fail(source.name, listing, f"fault in finews: {fault!r}")
            raise
        finally:
            self.open_listings -= 1
            self.changed.set()

    def unreadable_listing(self, response: Response, source: Source, listing: Listing, error: UnreadableError) -> Asked:
        """Ask again some times, as for a server's error: null data come and go."""
        assert response.request
        KeptResponses(self.ledger).forget(response.url)
        again = get_retry_request(response.request, spider=self, reason="unreadable")
        if again:
            self.open_listings += 1
            yield again
        else:
            self.count_blocked(source, error)
            yield from self.no_listing(source, listing, f"cannot be read: {error}")

    def no_listing(self, source: Source, listing: Listing, why: str) -> Asked:
        """Say which and why; the rest of the run goes on, with what stands in for it if there is such."""
        if listing.may_be_absent and why == "HTTP 404":
            if not self.lists.end(source.name, listing).pages:
                self.log_once("%s has no %s", source.name, listing.name)
            return
        self.lists.fail(source.name, listing, why)
        logger.error("%s at %s: %s", listing.name, listing.url, why)
        yield from self.ask_listing(source, listing.fallback)

    def report_rows(self, source: Source, listing: Listing, page: ListingPage) -> None:
        """Count and name what was wrong with rows."""
        for reason, rows in page.skipped.items():
            self.count(source.name, f"skipped/{reason}", rows)
            logger.info("%s: %d rows skipped, %s", listing.name, rows, reason)
        for name in sorted(page.missing_fields):
            self.log_once("%s: rows have no field %s", listing.name.split(" ")[0], name)

    def is_wanted(self, ref: ArticleRef) -> bool:
        """Whether it is in the window and of the categories, as far as the listing tells."""
        query = self.arguments.query
        if ref.day and ref.day not in query.window:
            self.count(ref.source, "skipped/outside window")
            return False
        if query.categories and ref.category and ref.category not in query.categories:
            self.count(ref.source, "skipped/other category")
            return False
        return True

    # Articles.

    def ask_for_owed(self) -> Asked:
        """What to do for the next articles, so that no more than some are under way: a list may name a million."""
        most = 4 * self.settings.getint("CONCURRENT_REQUESTS")
        if len(self.fetches) > most // 2:  # many at a time: each look into the ledger costs as much as an article
            return
        while len(self.fetches) < most and (tasks := self.owed.take(most - len(self.fetches))):
            for task in tasks:
                yield from self.ask_for(task)

    def ask_for(self, task: Task) -> Asked:
        """What is to be done for an article that is owed, or for a post that may have been edited."""
        ref = task.ref
        kept = self.archive.read(ids.sibling(task.id) if ref else task.id) if task.is_kept else None
        share_link = ""
        if kept and task.ref is None:
            ref, share_link = self.ref_of(task.id, kept), kept.share_link
            kept = replace(kept, body="")
        if not ref:
            logger.info("the post of %s has not the form of finews's posts; it is not asked for again", task.id)
            self.log_once("some posts have not the form of finews's posts; they are not asked for again")
            return
        source = self.sources[ref.source]
        number = ids.number(ref.id)
        under_way = number in self.fetches
        fetch = self.fetches.setdefault(number, ArticleFetch(number=number))
        fetch.add(ref, share_link or source.share_link_of(ref.id), self.routes(source, ref), kept)
        self.count(ref.source, "asked")
        if not under_way or fetch.handed_over:
            yield from self.next_route(fetch)

    def ref_of(self, id_: str, kept: Article) -> ArticleRef:
        """The ref of an article whose post there is: of the source whose link it bears, or else of the first."""
        sources = self.arguments.sources
        its = next((each for each in sources if each.share_link_of(id_) == kept.share_link), sources[0])
        return ArticleRef(source=its.name, id=id_, url=kept.share_link)

    def routes(self, source: Source, ref: ArticleRef) -> Iterator[Route]:
        """The ways to an article, made when needed: its source's, then those of the sources that help out."""
        own = source.routes(ref)
        yield from own[:-1]
        if len(own) > 1:
            self.count(source.name, "last_route")
        yield own[-1]
        for other in self.with_others(source)[1:]:
            yield from other.routes(ref)

    def next_route(self, fetch: ArticleFetch) -> Asked:
        """The items when they are whole; the request for what is missing; when no route is left, what there is."""
        route = fetch.next_route()
        if not route:
            yield from self.hand_over(fetch)
            return
        yield Request(
            route.url,
            callback=self.parse_article,
            errback=self.route_failed,
            cb_kwargs={"fetch": fetch, "route": route},
        )

    def parse_article(self, response: Response, fetch: ArticleFetch, route: Route) -> Asked:
        """Take what the answer has, and go on."""
        with self.under_way(fetch):
            try:
                fetch.take(route.read(decode(response.body)))
            except UnreadableError as error:
                fetch.fail(route, str(error), error)
                self.count_blocked(self.source_of(fetch), error)
                self.log_once("%s: %s", route.name, kind_of(str(error)))
            else:
                self.count(self.source_of(fetch).name, f"routes/{route.name}")
            yield from self.next_route(fetch)

    def route_failed(self, failure: Failure) -> Asked:
        """Note why, and go on with the next route."""
        if self.has_ended(failure):
            return
        request: Request = failure.request  # type: ignore[attr-defined]
        fetch, route = request.cb_kwargs["fetch"], request.cb_kwargs["route"]
        with self.under_way(fetch):
            fetch.fail(route, reason_of(failure), tried=not isinstance(failure.value, HostSuspendedError))
            yield from self.next_route(fetch)

    def has_ended(self, failure: Failure) -> bool:
        """Whether the run has, so that a failure says nothing of what was asked for."""
        if isinstance(failure.value, DiskError):  # of what keeps listings
            self.stop(failure.value)
        return self.stopped

    @contextmanager
    def under_way(self, fetch: ArticleFetch) -> Iterator[None]:
        """A fault of our own must not leave an fetch open, or the run would wait for it."""
        try:
            yield
        except DiskError as error:
            self.stop(error)
            raise
        except Exception as fault:
            for id_ in fetch.items.keys() - fetch.handed_over:
                self.note(fetch.refs[id_], f"fault in finews: {fault!r}")
            self.end(fetch.number)
            raise

    def hand_over(self, fetch: ArticleFetch) -> Iterator[Article]:
        """The items to the pipelines; of those that cannot be items, say what every route said."""
        wanted = [id_ for id_ in fetch.items if id_ not in fetch.handed_over]
        items = {item.id: item for item in fetch.hand_over()}
        why = "; ".join(fetch.failures) or fetch.kind
        for id_ in wanted:
            self.judge(fetch, fetch.refs[id_], items, why)
        accepted = [item for item in items.values() if self.is_accepted(item, fetch.refs[item.id])]
        if not accepted:
            self.end(fetch.number)
        yield from accepted

    def judge(self, fetch: ArticleFetch, ref: ArticleRef, items: dict[str, Article], why: str) -> None:
        """Take an item out of those that are handed over where nobody told anything of the article."""
        item = items.get(ref.id)
        missing = item.missing() if item else ["body"]
        if fetch.is_withdrawn and not (item and item.is_flash):
            items.pop(ref.id, None)
            self.withdraw(ref, why)
        elif missing:
            logger.warning("%s at %s has no %s: %s", ref.id, ref.url, ", no ".join(missing), why)
            if not fetch.answered or not item:
                items.pop(ref.id, None)
                self.fail(ref, why, fetch.kind, tried=fetch.tried)

    def is_accepted(self, item: Article, ref: ArticleRef) -> bool:
        """Whether it is in the window and of the categories, where the listing did not tell."""
        query = self.arguments.query
        other_day = item.time and item.time.date() not in query.window
        other_category = query.categories and not ref.category and item.category not in query.categories
        if self.arguments.ref or not (other_day or other_category):
            return True
        self.count(item.source, f"skipped/{'outside window' if other_day else 'other category'}")
        self.owed.release(item.id)
        return False

    def fail(self, ref: ArticleRef, reason: str, kind: str, *, tried: bool) -> None:
        """The article is owed still."""
        self.count(ref.source, f"failed/{kind}")
        self.note(ref, reason, tried=tried)

    def note(self, of: ArticleRef | Article, reason: str, *, tried: bool = True) -> None:
        """Why it did not come; after some days it is given up."""
        if self.owed.fail(of.id, reason, tried=tried) is State.GIVEN_UP:
            logger.error("%s at %s is given up", of.id, of.url)
            self.count(of.source, "given_up")

    def withdraw(self, ref: ArticleRef, reason: str) -> None:
        """The article is gone; a post that it may have stays."""
        logger.warning("%s at %s is withdrawn: %s", ref.id, ref.url, reason)
        self.count(ref.source, "withdrawn")
        self.owed.withdraw(ref.id, reason)

    # Items.

    def item_left(self, item: Article) -> None:
        """An item is through the pipelines."""
        self.end(ids.number(item.id))

    def item_dropped(self, item: Article, exception: Exception) -> None:
        """A pipeline refused it: it is owed still, unless its post is there."""
        reason = getattr(exception, "reason", "")
        if reason:
            self.count(item.source, f"refused/{reason}")
        self.refused(item, f"refused: {reason}" if reason else "")

    def item_failed(self, item: Article, failure: Failure) -> None:
        """A fault in a pipeline; the log has its traceback."""
        self.count(item.source, "refused/fault in finews")
        self.refused(item, f"fault in finews: {failure.value!r}")

    def refused(self, item: Article, reason: str) -> None:
        """Note it, and end the fetch, whatever the disk says: Scrapy would only log what is raised here."""
        try:
            if reason:
                self.note(item, reason)
        except DiskError as error:
            self.stop(error)
        finally:
            self.end(ids.number(item.id))

    def end(self, number: str) -> None:
        """An fetch has ended; later refs find its post, or what is owed."""
        self.fetches.pop(number, None)
        self.changed.set()

    def owed_of_run(self) -> int:
        """How many articles are owed of what the run was for."""
        if self.arguments.is_narrow:
            return self.owed.count_queued()
        return sum(self.owed.count(source.name) for source in self.arguments.sources)

    def figures(self) -> Figures:
        """How far the run is."""
        window, names = self.arguments.query.window, [source.name for source in self.arguments.sources]
        under_way = [ref for fetch in self.fetches.values() for ref in fetch.refs.values()]
        waiting = {name: self.owed.days_waiting(name) | {r.day for r in under_way if r.day} for name in names}
        source, listing, reached = last_read(self.lists)
        return Figures(
            source=source,
            listing=listing,
            reached=reached,
            wanted=self.owed.wanted(),
            done=self.counted("asked") - len(self.fetches),
            archived=self.counted("archived"),
            failed=sum(map(self.counted, ("failed/", "refused/", "withdrawn"))),
            sources=len(names),
            **days(window, dates.now().date(), self.lists.reaches(names), waiting)._asdict(),
        )

    def counted(self, what: str) -> int:
        """What was counted so far under this name, of all sources."""
        stats = self.crawler.stats.get_stats()
        prefixes = tuple(f"finews/{source}/{what}" for source in self.sources)
        return sum(value for name, value in stats.items() if name.startswith(prefixes))

    def source_of(self, fetch: ArticleFetch) -> Source:
        """The source that named it first."""
        return self.sources[next(iter(fetch.refs.values())).source]

    def with_others(self, source: Source) -> list[Source]:
        """The source, and those whose routes are tried after its own."""
        return [source, *(self.sources[name] for name in source.fallback_sources)]

    def count_blocked(self, source: Source, error: UnreadableError) -> None:
        """Count answers that keep a reader out: captchas, logins."""
        if isinstance(error, BlockedError):
            self.count(source.name, "blocked")

    def count(self, source: str, what: str, by: int = 1) -> None:
        """Count under `finews/<source>/…` in the stats, from which the run's report is made."""
        self.crawler.stats.inc_value(f"finews/{source}/{what}", by)

    def log_once(self, message: str, *arguments: str) -> None:
        """Warn, once a run."""
        said = message % arguments
        if said not in self.said:
            self.said.add(said)
            logger.warning("%s (said once a run)", said)
