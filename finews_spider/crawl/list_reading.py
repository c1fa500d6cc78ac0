"""What one run reads of one list."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from finews_spider.crawl.chain import EDGE, Chain, time_of
from finews_spider.crawl.coverage import Reach
from finews_spider.dates import Window, day_after
from finews_spider.ledger.coverage import Stretch
from finews_spider.ledger.gaps import Gap
from finews_spider.ledger.listings import ListState
from finews_spider.sources.base import ListingPage

LATE = timedelta(hours=120)  # rows come up to 72 hours late; a look a day, each is looked for three times


@dataclass(frozen=True, slots=True, kw_only=True)
class Depth:
    """How far down a list is to be read: to `floor`, to its `end`, or else to a page that names nothing new."""

    floor: datetime | None = None
    end: bool = False
    gap: Gap | None = None  # that is looked at
    is_deep: bool = False  # below what is known already, for rows that came late


@dataclass(slots=True, kw_only=True)
class ListReading:
    """What was read of one list in this run. Times are texts, `2026-11-22T21:40:00+08:00` or the day."""

    state: ListState = field(default_factory=ListState)
    depth: Depth = field(default_factory=Depth)
    gap: Gap | None = None  # the list's, looked at or not
    began: datetime
    in_window: bool = False
    stands_in: bool = False  # for a list that could not be had
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
    chain: Chain = field(default_factory=Chain)
    known: int = 0  # rows of articles that were known before the run
    late: int = 0  # fresh rows below those that were known
    missed: int = 0  # of these, so old that they did not come late
    found: int = 0  # fresh rows in the gap that is looked at
    _place: str = ""  # where its last page was, but for numbers
    _spread: bool = False  # fresh rows above what was known stand on more than the first page

    def note(self, page: ListingPage, fresh: Sequence[bool], url: str = "") -> None:
        """Take note of a page that was read; `fresh` tells of each wanted ref whether it is new."""
        self.pages += 1
        place = re.sub(r"\d+", "", url.partition("?")[0])
        self._compare(page, fresh, same_list=place == self._place)
        self._place = place
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

    def has_gone_far_enough(self, fresh: Sequence[bool]) -> bool:
        """Return whether no older page is needed; `fresh` tells of the refs of the last page whether they are new."""
        if self.depth.end or not fresh:
            return False
        if self.depth.floor is None or self.chain.bottom is None:
            return self.state.finished and not any(fresh)
        return self.chain.reaches(self.depth.floor) and not any(fresh[-EDGE:])

    def is_joined(self, *, is_end: bool) -> bool:
        """Return whether it came to rows that were there when the list was read before."""
        if not self.state.finished and not self.state.newest:
            return True
        if self.state.newest is None and not self.rows:
            return True  # one that was read without a newest row had none, or none with a day
        if self.state.newest is None or self.chain.bottom is None:
            return self.known > 0
        return self.chain.reaches(self._joint, is_end=is_end)

    @property
    def looked(self) -> str:
        """Return why it was read below what was known: "gap", "end", "deep"; empty where it was not."""
        if not self.state.finished and not self.state.newest:
            return ""
        return "gap" if self.depth.gap else "end" if self.depth.end else "deep" if self.depth.is_deep else ""

    @property
    def missing_until(self) -> datetime:
        """Return the time from which on nothing is missing that the list showed."""
        return self.chain.above or self.chain.lowest or self.state.newest or self.began

    @property
    def read_twice(self) -> datetime:
        """Return the time up to which its rows were read by two runs: between two pages of news some may be missing."""
        return self.state.newest if self._spread and self.state.newest else self.began

    @property
    def _joint(self) -> datetime:
        """The time at which what is read now has to meet what was read before."""
        assert self.state.newest
        return min(self.state.newest, self.depth.gap.since) if self.depth.gap else self.state.newest

    def stretch(self, window: Window, *, is_end: bool) -> Stretch | None:
        """Return through which time it was read without a gap, from its top or from the end of a window on."""
        reached = self.chain.above or (self.chain.lowest if is_end else self.chain.bottom)
        if not reached or not self.chain.top or not self.in_order:
            return None
        until = self.began
        if window.until and self.chain.top < (end := day_after(window.until)):
            until = min(until, end)
        return Stretch(reached, until)

    def _compare(self, page: ListingPage, fresh: Sequence[bool], *, same_list: bool) -> None:
        """Compare a page with what was known of the list before; `same_list`, with the page above it, too."""
        self.known += len(fresh) - sum(fresh)
        if not self.in_order:
            return
        newest = self.state.newest
        is_joined = not self.in_window and (newest is None or self.chain.reaches(self._joint))
        self.chain.add(page.refs, self.began, is_joined=is_joined, same_list=same_list)
        times = [time_of(ref) for ref, is_fresh in zip(page.refs, fresh, strict=False) if is_fresh]
        above = [time for time in times if newest is None or time is None or time > newest]
        self.late += len(times) - len(above)
        if deep := self.state.deep:
            self.missed += sum(time is not None and time < deep - LATE for time in times)
        if gap := self.depth.gap:
            self.found += sum(time is None or gap.since < time <= gap.until for time in times)
        self._spread = self._spread or bool(self.pages > 1 and newest and above)

    def _count(self, page: ListingPage) -> None:
        """Take note of the page's rows, but for those of a page that repeats one before it."""
        ids = {ref.id for ref in page.refs}
        if page.refs and self.total and ids <= self.shown:
            return
        self.skipped.update(page.skipped)
        if page.total:
            self.total = min(self.total or page.total, page.total)
            self.shown |= ids
