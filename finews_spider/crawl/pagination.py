"""The lists of a run: how far each is read, and what is left to be read by later runs."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta

from finews_spider.crawl.clock import Clock
from finews_spider.crawl.coverage import Reach
from finews_spider.crawl.gaps import gap_after
from finews_spider.crawl.list_reading import LATE, Depth, ListReading
from finews_spider.dates import Window, day_after
from finews_spider.ledger.coverage import CoverageTable, Stretch
from finews_spider.ledger.database import Ledger
from finews_spider.ledger.gaps import Gaps
from finews_spider.ledger.listings import ListState, ListStates, ListTotals
from finews_spider.sources.base import Listing, ListingPage, Query, Source

BELIEVED = 3  # readings in a row in which a list's total is not reached; it is believed no more after them

# Once a day a list is read again, `LATE` below its last such look. A daily schedule's runs are not a day apart exactly.
DEEP_EVERY = timedelta(hours=23)
# One whose end was found once only, which may have been an empty page, sooner.
UNCONFIRMED_EVERY = timedelta(hours=6)
SHRINKS = 0.1  # by so much a list may have fewer rows than at the look before; with fewer it was not read to its end


class Pagination:
    """Decides which listings a run starts with, and page by page whether the next page of a list is read."""

    def __init__(self, ledger: Ledger, query: Query, clock: Clock | None = None) -> None:
        self._clock = clock or Clock()
        self.gaps = Gaps(ledger)
        self.coverage = CoverageTable(ledger)
        self._states = ListStates(ledger)
        self._totals = ListTotals(ledger)
        self._query = query
        self._narrow = bool(query.categories or query.columns)
        self.readings: dict[tuple[str, str], ListReading] = {}  # by source and name of the list

    def start(self, source: Source, *, beside_posts: bool) -> list[Listing]:
        """Return the listings that the run starts with, each with as many pages as it may have to be read.

        A list that is not known `beside_posts` was known to a ledger that is lost.
        """
        listings = source.listings(self._query)
        if self._query.window or self._narrow:
            return listings
        return [self._deepened(source, listing, beside_posts=beside_posts) for listing in listings]

    def _deepened(self, source: Source, listing: Listing, *, beside_posts: bool) -> Listing:
        depth = self._depth(source.name, listing.name)
        if depth.floor and (depth.gap or depth.is_deep):
            query = replace(self._query, window=Window(since=depth.floor.date()))
        elif depth.end and beside_posts:
            query = replace(self._query, whole=True)
        else:
            return listing
        return next((other for other in source.listings(query) if other.name == listing.name), listing)

    def begin(self, source: str, listing: Listing, *, stands_in: bool = False) -> ListReading:
        """Return what is read of a list, of which a page is about to be requested; until its end it is unfinished."""
        reading = self.readings.get((source, listing.name))
        if reading is None:
            state = self._state(source, listing.name)
            reading = ListReading(
                state=state,
                depth=Depth() if stands_in or not listing.in_order else self._depth(source, listing.name),
                gap=self.gaps.of(source, listing.name),
                began=self._clock.now(),
                stands_in=stands_in,
                in_order=listing.in_order,
                reach=Reach(by_days=None if listing.older is None else set()),
                in_window=bool(self._query.window),
            )
            self.readings[source, listing.name] = reading
            self._keep(source, listing.name, state._replace(finished=False))
            if self._query.window:
                # It archives out of turn: pages of which all is known may then stand above others that nobody read.
                self._states.reopen(source)
        return reading

    def _depth(self, source: str, name: str) -> Depth:
        """Return how far down a list is to be read by a run for all of it."""
        state, known_gap, now = self._state(source, name), self.gaps.of(source, name), self._clock.now()
        if self._query.window or self._narrow:
            return Depth(end=not state.finished)
        if not state.finished and not state.newest:
            return Depth(end=True, is_deep=True)
        floor = state.newest
        gap = known_gap if known_gap and known_gap.next_look <= now else None
        # While a gap waits for its next look, rows below it cannot be come to either.
        every = DEEP_EVERY if state.confirmed else UNCONFIRMED_EVERY
        is_deep = gap is known_gap and (not state.deep or not timedelta() <= now - state.deep < every)
        if is_deep and not state.confirmed:
            return Depth(end=True, is_deep=True, gap=gap)
        if is_deep:
            floor = min(filter(None, (floor, (state.deep or now - DEEP_EVERY) - LATE)))
        if gap:
            floor = min(gap.since, floor or gap.since)
        return Depth(floor=floor, gap=gap, is_deep=is_deep)

    def read(self, source: str, listing: Listing, page: ListingPage, fresh: Sequence[bool]) -> Listing | None:
        """Return the page to read after this one, if any; `fresh` tells of each wanted ref whether it is new."""
        reading = self.readings[source, listing.name]
        if not reading.pages:  # by now a host has told the time
            reading.began = self._clock.now()
        reading.note(page, fresh, listing.url)
        if page.whole:
            self._cover(source, listing.name, reading, page.whole)
        why = self._end(reading, page, fresh)
        if not why:
            return page.next_page
        self._end_reading(source, listing, why)
        return None

    def end(self, source: str, listing: Listing) -> ListReading:
        """Note that a page which may be absent is; return what was read of its list."""
        self._end_reading(source, listing, "end")
        return self.readings[source, listing.name]

    def fail(self, source: str, listing: Listing, why: str) -> None:
        """Note why a page could not be fetched or read."""
        reading = self.readings[source, listing.name]
        if not reading.failed:
            self._note_coverage(source, listing.name, reading, is_end=False)
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
                self._keep(source, name, reading.state._replace(finished=True))

    def reaches(self, sources: Iterable[str]) -> dict[str, dict[str, Reach]]:
        """Return how far back the lists of each source were read; those in no order of time prove nothing."""
        return {
            name: {
                title: reading.reach
                for (source, title), reading in self.readings.items()
                if source == name and (reading.in_order or reading.reach.by_days is not None)
            }
            for name in sources
        }

    def _end_reading(self, source: str, listing: Listing, why: str) -> None:
        reading = self.readings[source, listing.name]
        if why == "end" and reading.total:
            why = self._end_of(reading, source, listing)
        reading.reach.end(why)
        if not reading.failed:
            self._note_coverage(source, listing.name, reading, is_end=why == "end")
        if self._narrow or self._query.window or reading.failed or (why == "short" and not reading.state.newest):
            return
        state = reading.state._replace(finished=True)
        if reading.pages and reading.in_order and not reading.stands_in:
            self._settle_gap(source, listing.name, reading, why)
            state = _after(reading, why)
        self._keep(source, listing.name, state)

    def _end_of(self, reading: ListReading, source: str, listing: Listing) -> str:
        """Return "short" where the list says that it has more, unless that was wrong too often; else "end"."""
        missed = self._totals.missed(source, listing.name)
        self._totals.record(source, listing.name, missed=min(missed + 1, BELIEVED + 1) if reading.is_short else 0)
        return "short" if reading.is_short and missed < BELIEVED else "end"

    def _end(self, reading: ListReading, page: ListingPage, fresh: Sequence[bool]) -> str:
        """Return why no older page is read; empty where one is.

        In a window, reading ends when a page is all too old; else when it comes to what was known before.
        """
        if page.next_page is None:
            return "limit" if page.limit_reached else "end"
        if self._query.window:
            days = [ref.day for ref in page.refs if ref.day]
            return "window" if days and all(map(self._query.window.is_before, days)) else ""
        return "known" if reading.has_gone_far_enough(fresh) else ""

    def _settle_gap(self, source: str, name: str, reading: ListReading, why: str) -> None:
        """Keep the gap that is left of a list; none is given up by a clock that may be wrong."""
        may_give_up = not self._clock.is_doubted
        left = gap_after(reading, source, name, why, self._clock.now(), may_give_up=may_give_up)
        if left and left != reading.gap:
            self.gaps.keep(left)
        elif reading.gap and not left:
            self.gaps.close(source, name)

    def _note_coverage(self, source: str, name: str, reading: ListReading, *, is_end: bool) -> None:
        """Note the days that a list was read through: what rows outside of a window name is not archived."""
        stretch = reading.stretch(self._query.window, is_end=is_end)
        if not stretch or self._query.categories:
            return
        self.coverage.add(source, name, stretch.within(self._query.window))
        if is_end and not reading.chain.jump:
            self.coverage.note_end(source, name, stretch.since)

    def _cover(self, source: str, name: str, reading: ListReading, days: Window) -> None:
        """Note the days that a list, which is read by days, was read wholly."""
        reading.reach.add_days(days)
        if days.since and days.until and not self._query.categories:
            begin, end = day_after(days.since) - timedelta(days=1), day_after(days.until)
            self.coverage.add(source, name, Stretch(begin, min(end, reading.began)))

    def _state(self, source: str, name: str) -> ListState:
        return self._states.of(source, self._name(name))

    def _keep(self, source: str, name: str, state: ListState) -> None:
        if not self._query.window:
            self._states.keep(source, self._name(name), state)

    def _name(self, name: str) -> str:
        """Return the ledger's name of the list: a run for some categories leaves out the rows of others."""
        return " ".join([name, *self._query.categories])


def _after(reading: ListReading, why: str) -> ListState:
    """Return what is known of a list that was read, to its end or to a limit where it never was before."""
    state, is_deep = reading.state, reading.depth.is_deep
    has_shrunk = reading.rows < state.deep_rows * (1 - SHRINKS)
    is_cut = why == "end" and state.confirmed and (has_shrunk or not reading.is_joined(is_end=True))
    # A list that has shrunk for good is believed when two looks in a row come to the same; at last, whatever they do.
    is_alike = state.early_rows and abs(reading.rows - state.early_rows) <= SHRINKS * state.early_rows
    is_early = is_cut and not is_alike
    # Where many rows are new below those that were known, the end that was found before was none.
    is_same_end = not reading.missed and reading.late <= state.deep_rows * SHRINKS
    is_confirmed = reading.depth.end and (is_same_end if state.newest else why == "limit")
    rows = round(state.deep_rows * (1 - SHRINKS)) if is_early else reading.rows
    return ListState(
        finished=True,
        newest=reading.chain.top or state.newest,
        deep=reading.read_twice if is_deep and not is_early else state.deep,
        confirmed=state.confirmed or is_confirmed,
        deep_rows=rows if is_deep else state.deep_rows,
        early_rows=(reading.rows if is_early else 0) if is_deep else state.early_rows,
    )
