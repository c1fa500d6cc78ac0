"""The lists of a run: how far each is read, and whether an earlier run brought it to its end."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from finews_spider.crawl.coverage import Reach
from finews_spider.ledger.database import Ledger
from finews_spider.ledger.listings import FinishedListings, ListTotals
from finews_spider.sources.base import Listing, ListingPage, Query

BELIEVED = 3  # readings in a row in which a list's total is not reached; it is believed no more after them


@dataclass(slots=True)
class ListReading:
    """What was read of one list in this run. Times are texts, `2026-11-22T21:40:00+08:00` or the day."""

    was_finished: bool
    pages: int = 0
    unchanged: int = 0
    rows: int = 0
    newest: str | None = None
    oldest: str | None = None
    failed: str = ""
    in_order: bool = True
    reach: Reach = field(default_factory=Reach)
    skipped: Counter[str] = field(default_factory=Counter)  # rows, by reason
    total: int = 0  # rows that the list says it has; while it is read, some may come or go
    shown: set[str] = field(default_factory=set)  # ids, where it says so

    def note(self, page: ListingPage) -> None:
        """Take note of a page that was read."""
        self.pages += 1
        self.rows += len(page.refs)
        self._count(page)
        self.reach.page(ref.day for ref in page.refs)
        times = [ref.time.isoformat() if ref.time else f"{ref.day}" for ref in page.refs if ref.day]
        self.newest = max([*times, self.newest or ""], default=None) or None
        self.oldest = min([*times, self.oldest or "9"], default=None) if times else self.oldest

    @property
    def is_short(self) -> bool:
        """Return whether fewer rows were seen than the list says that it has."""
        return len(self.shown) + self.skipped.total() < self.total

    def _count(self, page: ListingPage) -> None:
        """Take note of the page's rows, but for those of a page that repeats one before it."""
        ids = {ref.id for ref in page.refs}
        if page.refs and self.total and ids <= self.shown:
            return
        self.skipped.update(page.skipped)
        if page.total:
            self.total = min(self.total or page.total, page.total)
            self.shown |= ids


class Pagination:
    """Decides, page by page, whether the next page of a list is read."""

    def __init__(self, ledger: Ledger, query: Query) -> None:
        self._finished = FinishedListings(ledger)
        self._totals = ListTotals(ledger)
        self._query = query
        self._narrow = bool(query.categories or query.columns)
        self.readings: dict[tuple[str, str], ListReading] = {}  # by source and name of the list

    def begin(self, source: str, listing: Listing) -> ListReading:
        """Return what is read of a list, of which a page is about to be requested; until its end it is unfinished."""
        reading = self.readings.get((source, listing.name))
        if reading is None:
            was_finished = self._finished.is_finished(source, self._name(listing.name))
            reading = ListReading(was_finished=was_finished, in_order=listing.in_order)
            self.readings[source, listing.name] = reading
            self._finish(source, listing.name, finished=False)
            if self._query.window:
                # It archives out of turn: pages of which all is known may then stand above others that nobody read.
                self._finished.reopen(source)
        return reading

    def read(self, source: str, listing: Listing, page: ListingPage, fresh: Sequence[bool]) -> Listing | None:
        """Return the page to read after this one, if any; `fresh` tells of each wanted ref whether it is new."""
        reading = self.readings[source, listing.name]
        reading.note(page)
        why = self._end(reading, page, fresh)
        if not why:
            return page.next_page
        self._end_reading(source, listing, why)
        return None

    def end(self, source: str, listing: Listing) -> ListReading:
        """Note that a page which may be absent is; return what was read of its list."""
        self._end_reading(source, listing, "end")
        return self.readings[source, listing.name]

    def has_gap(self, source: str, listing: Listing, fresh: Sequence[bool]) -> bool:
        """Return whether a list that was read to its end before is new to its limit now: older articles are missing."""
        reading = self.readings[source, listing.name]
        return reading.was_finished and reading.reach.ended == "limit" and any(fresh)

    def fail(self, source: str, listing: Listing, why: str) -> None:
        """Note why a page could not be fetched or read."""
        reading = self.readings[source, listing.name]
        reading.failed = why
        reading.reach.end("failed")

    def is_total_never_reached(self, source: str, listing: Listing) -> bool:
        """Return whether this is the reading after which the list's total is believed no more."""
        is_short = self.readings[source, listing.name].reach.ended == "short"
        return is_short and self._totals.missed(source, listing.name) == BELIEVED

    def settle(self) -> None:
        """Finish the lists of a narrow run, when all that they named is archived.

        Until then they are unfinished: a narrow run does not ask for what earlier runs owe, so its lists name it again.
        """
        for (source, name), reading in self.readings.items():
            if self._narrow and reading.reach.ended not in (None, "short") and not reading.failed:
                self._finish(source, name, finished=True)

    def reaches(self, sources: Iterable[str]) -> dict[str, dict[str, Reach]]:
        """Return how far back the lists of each source were read; those in no order of time prove nothing."""
        return {
            name: {
                title: each.reach for (source, title), each in self.readings.items() if source == name and each.in_order
            }
            for name in sources
        }

    def _end_reading(self, source: str, listing: Listing, why: str) -> None:
        reading = self.readings[source, listing.name]
        if why == "end" and reading.total:
            why = self._end_of(reading, source, listing)
        reading.reach.end(why)
        if not self._narrow:
            self._finish(source, listing.name, finished=not reading.failed and why != "short")

    def _end_of(self, reading: ListReading, source: str, listing: Listing) -> str:
        """Return "short" where the list says that it has more, unless that was wrong too often; else "end"."""
        missed = self._totals.missed(source, listing.name)
        self._totals.record(source, listing.name, missed=min(missed + 1, BELIEVED + 1) if reading.is_short else 0)
        return "short" if reading.is_short and missed < BELIEVED else "end"

    def _end(self, reading: ListReading, page: ListingPage, fresh: Sequence[bool]) -> str:
        """Return why no older page is read; empty where one is.

        In a window, reading ends when a page is all too old; else when it names nothing new. But a list that the last
        run did not bring to its end is read to it, since older articles may be missing.
        """
        if page.next_page is None:
            return "limit" if page.limit_reached else "end"
        if self._query.window:
            days = [ref.day for ref in page.refs if ref.day]
            return "window" if days and all(map(self._query.window.is_before, days)) else ""
        return "known" if reading.was_finished and fresh and not any(fresh) else ""

    def _finish(self, source: str, name: str, *, finished: bool) -> None:
        if not self._query.window:
            self._finished.record(source, self._name(name), finished=finished)

    def _name(self, name: str) -> str:
        """Return the ledger's name of the list: a run for some categories leaves out the rows of others."""
        return " ".join([name, *self._query.categories])
