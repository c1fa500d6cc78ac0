"""What the lists of a window prove: which of its days they were read past.

A list names its articles newest first, but not strictly: neighbours may stand the wrong way round, also where one page
ends and the next begins. So an article that was not read may be newer than the last row that was read, but not newer
than both of the last two; and where the reading stopped before the list did, the whole last page is taken for its edge.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple

from finews_spider.dates import Window

DAY = timedelta(days=1)
MAX_DAYS = 3660  # of a window, ten years; the figures of each are in the run's report

Reaches = Mapping[str, Mapping[str, "Reach"]]  # by source, by the list's name


class DayCoverage(NamedTuple):
    """By how many lists a day is covered, and of how many others something of it was read."""

    covered: int
    in_part: int


@dataclass(slots=True)
class Reach:
    """How far back one list was read in this run, from its top or from the end of the window on.

    `ended` says why no more was read: "window", a page wholly older than the window was read; "end", the list has no
    older page; "short", it has none, but says that it has more rows than were seen; "limit", of pages; "failed", a page
    could not be read; "known", a page named nothing new; None, the run was cut short. A list that is read by days has
    in `by_days` those that were read wholly.
    """

    ended: str | None = None
    by_days: set[date] | None = None
    rows: int = 0
    oldest: date | None = None
    _newest: date | None = None  # of the last page
    _last_two: list[date] = field(default_factory=list)

    def page(self, days: Iterable[date | None]) -> None:
        """Take note of the next page, given the days of its rows in order; after a failed page it proves nothing."""
        if self.ended == "failed":
            return
        rows = list(days)
        dated = [day for day in rows if day]
        self.ended = None
        self.rows += len(rows)
        self.oldest = min([*dated, self.oldest or date.max]) if dated else self.oldest
        self._last_two = [*self._last_two, *dated][-2:]
        self._newest = max(dated if len(dated) > 1 else self._last_two, default=None)

    def end(self, why: str) -> None:
        """Note why no more of it is read."""
        if self.ended != "failed":
            self.ended = why

    def add_days(self, days: Window) -> None:
        """Take note of days that were read wholly, of a list that is read by days."""
        if self.by_days is not None and days.since and days.until:
            self.by_days.update(days.since + number * DAY for number in range((days.until - days.since).days + 1))

    @property
    def covered_from(self) -> date:
        """The first day that is covered, as all after it are; date.max when none is."""
        if self.by_days is not None:
            return date.max
        if self.ended == "end":
            proved = len(self._last_two) > 1 or self.rows == 1
            edge = max(self._last_two, default=None)
        else:
            proved, edge = len(self._last_two) > 1, self._newest
        return edge + DAY if proved and edge and edge < date.max else date.max

    @property
    def read_from(self) -> date:
        """The first day that was read of, in part at least, as all after it were; date.max when none was."""
        return self.oldest if self.oldest and self.by_days is None else date.max


def days_of(window: Window, reaches: Reaches, today: date) -> tuple[list[date], list[str]]:
    """Return the days that a window has, in order, and warnings about those that are left out."""
    remarks = []
    until = min(window.until or today, today)
    if (window.since or until) > until:
        return [], [f"window: none of its days has come yet; today is {today}"]
    if window.until and window.until > today:
        remarks.append(f"window: the days after today, {today}, are left out")
    found = (reach.oldest for lists in reaches.values() for reach in lists.values())
    oldest = min(filter(None, found), default=date.max)
    since = window.since or min(oldest, until)
    if (until - since).days >= MAX_DAYS:
        since = until - (MAX_DAYS - 1) * DAY
        remarks.append(f"window: the days before {since} are left out; coverage is told of {MAX_DAYS} days at most")
    return [since + number * DAY for number in range((until - since).days + 1)], remarks


def coverage_of(days: Iterable[date], lists: Iterable[Reach]) -> dict[date, DayCoverage]:
    """Return how many of the lists each day is covered by, and read of in part."""
    lists = list(lists)
    covered = sorted(reach.covered_from for reach in lists)
    read = sorted(reach.read_from for reach in lists)
    wholly = Counter(day for reach in lists for day in reach.by_days or ())
    counts = {day: (bisect_right(covered, day), bisect_right(read, day)) for day in days}
    # What covers a day was read of it too.
    return {day: DayCoverage(past + wholly[day], so_far - past) for day, (past, so_far) in counts.items()}


def days_read(lists: Iterable[Reach], days: list[date]) -> float:
    """Return how many of the days were read, on the average of the lists; one that has ended counts whole."""
    parts = [1.0 if reach.ended else _share(days, reach) for reach in lists]
    return len(days) * sum(parts) / len(parts) if parts else 0.0


def days_done(lists: Iterable[Reach], days: list[date], waiting: Mapping[date, int]) -> int:
    """Return how many of the days no list will add to and no article of which is `waiting`."""
    going_on = [reach for reach in lists if not reach.ended]
    first = max((reach.covered_from for reach in going_on if reach.by_days is None), default=date.min)
    by_days = [reach.by_days for reach in going_on if reach.by_days is not None]
    return sum(day >= first and not waiting.get(day) and all(day in one for one in by_days) for day in days)


def _share(days: list[date], reach: Reach) -> float:
    first, wholly = reach.covered_from, reach.by_days or ()
    return sum(day >= first or day in wholly for day in days) / len(days) if days else 0.0
