"""The listings of a run: asked for, read, followed, asked for again, replaced by what stands in for them."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from scrapy import Request
from scrapy.downloadermiddlewares.retry import get_retry_request
from scrapy.http import Response
from twisted.python.failure import Failure

from finews_spider.crawl import scope
from finews_spider.crawl.run import Run, RunSpider
from finews_spider.downloader.conditional import UNCHANGED
from finews_spider.downloader.failures import FetchFailure, request_of
from finews_spider.downloader.paces import paced
from finews_spider.exceptions import DiskError
from finews_spider.items import ArticleRef
from finews_spider.refusals import Skipped
from finews_spider.sources.base import BlockedError, Listing, ListingPage, NoRefsError, Source, UnreadableError
from finews_spider.sources.encodings import decode

logger = logging.getLogger(__name__)

FIRST = 10  # a request's priority: what there is comes first, then the articles

TOTAL_NEVER_REACHED = "%s of %s says that it has more rows than it ever shows; that is believed no more"


class Listings:
    """Requests for listings; what they name is owed, in the ledger, where articles are taken from."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.open = 0  # asked for and not through yet
        self._requested: set[str] = set()  # URLs
        self._directories = 0  # that were read

    def start_directories(self) -> Iterator[Request]:
        """Yield the requests for pages that lead to all categories, where nobody knows one that the run is for."""
        if self.run.categories.doubted:
            for listing in filter(None, (source.directory() for source in self.run.arguments.sources)):
                self.open += 1
                yield Request(
                    listing.url,
                    callback=self._read_directory,
                    errback=self._no_directory,
                    cb_kwargs={"listing": listing},
                    priority=FIRST,
                )

    def start(self, source: Source) -> Iterator[Request]:
        """Yield the requests that a run of the source begins with."""
        for listing in self.run.pagination.start(source, beside_posts=len(self.run.archive) > 0):
            yield from self.request(source, listing)

    def request(self, source: Source, listing: Listing | None, *, stands_in: bool = False) -> Iterator[Request]:
        """Yield the request for a listing, once a run; one that `stands_in` for another is none of the run's own."""
        if not listing or listing.url in self._requested:
            return
        self._requested.add(listing.url)
        self.open += 1
        reading = self.run.pagination.begin(source.name, listing, stands_in=stands_in)
        # Older pages are others by the time that they are asked for again; a window is read once.
        is_kept = not reading.pages and not self.run.arguments.query.window
        meta = (
            {"kept_responses": self.run.responses, "in_full": bool(reading.looked) or self._must_come_in_full(listing)}
            if is_kept
            else {}
        )
        if listing.older:
            meta["handle_httpstatus_list"] = [404]  # of pywb, which says with it that its index has nothing
        yield Request(
            listing.url,
            callback=self.parse,
            errback=self.failed,
            cb_kwargs={"source": source, "listing": listing},
            meta={**meta, **paced(listing.pace)},
            priority=FIRST,
        )

    def parse(self, response: Response, source: Source, listing: Listing) -> Iterator[Request]:
        """Owe what the listing names, and yield what it leads to; where it cannot be read, what stands in for it."""
        with self._closing(source, listing):
            reading = self.run.pagination.readings[source.name, listing.name]
            try:
                page = _without_foreign_ids(source, listing.read(decode(response.body), _answered_at(response)))
                if page.skipped_all() and not reading.rows:
                    raise NoRefsError(page)
            except UnreadableError as error:
                yield from self._unreadable(response, source, listing, error)
            else:
                reading.unchanged += UNCHANGED in response.flags
                yield from self._follow(response, source, listing, page)

    def find_mistake(self) -> str:
        """Return which category that the run is for is not there, as far as a directory tells; the run has it then."""
        if self._directories:
            self.run.mistake = self.run.categories.mistake()
        return self.run.mistake

    def _read_directory(self, response: Response, listing: Listing) -> None:
        try:
            self.run.categories.note(listing.read(decode(response.body), _answered_at(response)).categories)
            self._directories += 1
        except UnreadableError as error:
            logger.warning("%s at %s cannot be read: %s", listing.name, listing.url, error)
        finally:
            self._close_one()

    def _no_directory(self, failure: Failure) -> None:
        logger.warning("%s: %s", request_of(failure).url, FetchFailure.of(failure))
        self._close_one()

    def _close_one(self) -> None:
        self.open -= 1
        self.run.changed.set()

    def failed(self, failure: Failure) -> Iterator[Request]:
        """Yield what stands in for a listing that did not come."""
        request = request_of(failure)
        with self._closing(**request.cb_kwargs):
            self._witness(request, is_news=True)
            if isinstance(failure.value, DiskError):  # of what keeps answers
                self.run.stop(failure.value)
            if not self.run.stopped:
                yield from self._replace(**request.cb_kwargs, failure=FetchFailure.of(failure))

    def _follow(self, response: Response, source: Source, listing: Listing, page: ListingPage) -> Iterator[Request]:
        self._count_rows(source, listing, page)
        fresh = self.run.owed.record_listed([ref for ref in page.refs if self._is_wanted(ref)])
        self._witness(response.request, is_news=any(fresh))
        self.run.categories.note(ref.category for ref in page.refs)
        for other in page.linked:
            yield from self.request(source, other)
        next_page = self.run.pagination.read(source.name, listing, page, fresh)
        if self.run.pagination.is_total_never_reached(source.name, listing):
            self.run.log_once(TOTAL_NEVER_REACHED, listing.name, source.name)
        yield from self.request(source, next_page)

    def _unreadable(
        self, response: Response, source: Source, listing: Listing, error: UnreadableError
    ) -> Iterator[Request]:
        """Ask again some times, as for a server's error: null data come and go."""
        assert response.request
        assert isinstance(self.run.crawler.spider, RunSpider)
        self.run.responses.forget(response.url)
        self._witness(response.request, is_news=True)
        again = get_retry_request(response.request, spider=self.run.crawler.spider, reason="unreadable")
        if again:
            self.open += 1
            yield again
            return
        if isinstance(error, NoRefsError):
            self._count_rows(source, listing, error.page)
        if isinstance(error, BlockedError):
            self.run.count(source.name, "blocked")
        yield from self._replace(source, listing, FetchFailure("cannot be read", str(error)))

    def _replace(self, source: Source, listing: Listing, failure: FetchFailure) -> Iterator[Request]:
        """Say which listing is not had and why, and go on with what stands in for it."""
        if listing.may_be_absent and failure.status == 404:
            yield from self._absent(source, listing)
            return
        self.run.pagination.fail(source.name, listing, str(failure))
        level = logging.ERROR if failure.tried else logging.DEBUG  # why a host is left alone was logged for all of it
        logger.log(level, "%s at %s: %s", listing.name, listing.url, failure)
        yield from self.request(source, listing.fallback, stands_in=True)
        if listing.older and failure.tried:  # its days are not covered; those before them are read all the same
            yield from self.request(source, listing.older())

    def _absent(self, source: Source, listing: Listing) -> Iterator[Request]:
        """Yield what stands in for a page that need not be there; say once, and not run after run, that none is."""
        if listing.fallback:
            yield from self.request(source, listing.fallback, stands_in=True)
            return
        reading = self.run.pagination.end(source.name, listing)
        if reading.pages:
            return
        logger.info("%s has no %s", source.name, listing.name)
        if not reading.state.finished or self.run.arguments.query.categories:
            self.run.log_once("%s has no %s", source.name, listing.name)

    @contextmanager
    def _closing(self, source: Source, listing: Listing) -> Iterator[None]:
        """A listing is through when what it leads to is asked for; a fault of our own is its failure."""
        try:
            yield
        except DiskError as error:
            self.run.stop(error)
            raise
        except Exception as fault:
            self.run.pagination.fail(source.name, listing, f"fault in finews: {fault!r}")
            raise
        finally:
            self._close_one()

    def _must_come_in_full(self, listing: Listing) -> bool:
        return self.run.witness is not None and self.run.witness.must_come_in_full(listing.url)

    def _witness(self, request: Request | None, *, is_news: bool) -> None:
        if self.run.witness and request:
            self.run.witness.take_listing(request, is_news=is_news)

    def _is_wanted(self, ref: ArticleRef) -> bool:
        skipped = scope.skip_ref(ref, self.run.arguments.query)
        if skipped:
            self.run.count(ref.source, f"skipped/{skipped}")
        return skipped is None

    def _count_rows(self, source: Source, listing: Listing, page: ListingPage) -> None:
        """Count and name what was wrong with rows."""
        for reason, rows in page.skipped.items():
            self.run.count(source.name, f"skipped/{reason}", rows)
            logger.info("%s: %d rows skipped, %s", listing.name, rows, reason)
        for name in sorted(page.missing_fields):
            self.run.log_once("%s: rows have no field %s", source.kind_of_list(listing.name), name)


def _without_foreign_ids(source: Source, page: ListingPage) -> ListingPage:
    """Return the page; what has no id of the source could be fetched, and never be named."""
    refs = [source.shown(ref) for ref in page.refs if ref.id in source.ids]
    for _ in range(len(page.refs) - len(refs)):
        page.skip(Skipped.NO_ID)
    page.refs = refs
    return page


def _answered_at(response: Response) -> datetime | None:
    """Return when the answer was made, by its own Date; None where it has none, or is a kept one."""
    date = response.headers.get("Date")
    if not date or UNCHANGED in response.flags:
        return None
    try:
        at = parsedate_to_datetime(date.decode("latin-1"))
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)
