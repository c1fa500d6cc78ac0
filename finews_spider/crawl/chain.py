"""Whether the rows of a list, read page by page from its top, follow each other down to what was known before. Pure.

Rows of one page are of one answer, so nothing is missing between them. Between two pages there may be: the second may
be an older copy, or the first one again. A row that both have shows that it is not so; else a step in time between them
that is long beside those within them is a jump. Many rows that both have show that they are of different age: the first
is an older copy, above which some rows may be missing. A later reading, with pages that begin elsewhere, has them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise

from finews_spider.dates import BEIJING
from finews_spider.items import ArticleRef

EDGE = 5  # rows at the top or the end of a page that are looked at together: neighbours stand the wrong way round
MIN_JUMP = timedelta(hours=1)
JUMP = 3  # times as long as the longest step between two rows of either page


@dataclass(slots=True)
class Chain:
    """The rows of one list that were read in one run, from the top down.

    `top` is the time of its newest rows, `bottom` that down to which it was read for sure, `lowest` that of the oldest
    of the last rows; None where no row tells a day. `jump` is the first doubtful step between two pages, as text, and
    `above` the time at which it begins.
    """

    top: datetime | None = None
    bottom: datetime | None = None
    lowest: datetime | None = None
    jump: str = ""
    above: datetime | None = None
    _edge: datetime | None = None  # of the last page, but for one row
    _above: datetime | None = None  # of the page before it
    _older: datetime | None = None  # the edge above a page that was older than the one below it
    _ids: set[str] = field(default_factory=set)
    _longest: timedelta = timedelta()  # step between two rows of the last page

    def add(
        self, refs: Sequence[ArticleRef], now: datetime, *, is_joined: bool = False, same_list: bool = True
    ) -> None:
        """Take note of the next page; rows that are dated after `now` tell nothing.

        Where the pages before it have `joined` what was known, a jump would hide no more than rows that came late. A
        page that is not of the `same_list` as the one before it may have many rows of that one.
        """
        times = [time for time in map(time_of, refs) if time and time <= now]
        ids = {ref.id for ref in refs}
        if not times:
            return
        steps = _longest_step(times) if len(times) >= EDGE else timedelta.max
        if self.bottom and not is_joined:
            begins, in_both = sorted(times[:EDGE])[-2:][0], len(self._ids & ids)
            self._join(begins, max(steps, self._longest), in_both=in_both, same_list=same_list)
        if self.top is None:
            self.top = sorted(times, reverse=True)[2] if len(times) >= EDGE else max(times)
        self.bottom, self.lowest = _median(times[-EDGE:]), min(times[-EDGE:])
        self._above, self._edge = self._edge, sorted(times[-EDGE:])[:2][-1]
        self._ids, self._longest = ids, steps

    def reaches(self, time: datetime, *, is_end: bool = False) -> bool:
        """Return whether it was read down to that time; where the list ends there, its last row shows it."""
        reached = self.lowest if is_end else self.bottom
        return reached is not None and reached <= time

    def _join(self, begins: datetime, longest: timedelta, *, in_both: int, same_list: bool) -> None:
        """Compare the page that follows with the last one; so many rows are in both."""
        if self._older and not self.jump:  # a last page that comes twice is a list's end, and no jump
            self.above = self._older
            self.jump = f"pages of different age follow each other, below {self._older:%Y-%m-%d %H:%M}"
        if in_both > EDGE and same_list:
            self._older = self._older or self._above or self._edge
        elif not in_both:
            self._compare(begins, longest)

    def _compare(self, begins: datetime, longest: timedelta) -> None:
        """Compare the rows on either side of a page's end, but for one of each, which may stand there by mistake."""
        assert self._edge
        step = self._edge - begins
        if not self.jump and step > MIN_JUMP and step / JUMP > longest:
            self.above = self._edge
            self.jump = f"{step} lie between two of its pages, {begins:%Y-%m-%d %H:%M} and {self._edge:%Y-%m-%d %H:%M}"


def time_of(ref: ArticleRef) -> datetime | None:
    """Return the time of a row: the beginning of its day where it tells no more."""
    if ref.time or not ref.day:
        return ref.time
    return datetime(ref.day.year, ref.day.month, ref.day.day, tzinfo=BEIJING)


def _median(times: Iterable[datetime]) -> datetime:
    ordered = sorted(times)
    return ordered[(len(ordered) - 1) // 2] if len(ordered) >= EDGE else ordered[0]


def _longest_step(times: Iterable[datetime]) -> timedelta:
    return max((later - earlier for earlier, later in pairwise(sorted(times))), default=timedelta())
