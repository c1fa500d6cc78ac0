"""What is known of each day, and the mark that says so. Arithmetic only: no disk, no clock."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from enum import Enum
from itertools import groupby
from typing import NamedTuple

from finews_spider.ledger.coverage import ListCoverage
from finews_spider.reporting.days import DAY, Known, known_of

LEVELS = 4  # sizes of the square of a day with posts


class Mark(Enum):
    """The mark of a day without posts: its name in the drawing, its letter in the table, and what it means."""

    QUIET = "quiet", "○", "列表已读完，当天无文章"
    GONE = "gone", "▽", "曾有文章，现已不在"
    FAILED = "failed", "×", "列表有文章，尚未取得"
    WITHDRAWN = "withdrawn", "◇", "文章已被来源撤下"
    UNREAD = "unread", "?", "没有读过的记录，不知有无文章"
    IN_PART = "part", "½", "只读到一部分"
    BEYOND = "beyond", "‹", "早于列表所及"
    TODAY = "today", "…", "当天尚未结束"

    def __init__(self, symbol: str, letter: str, meaning: str) -> None:
        self.symbol = symbol
        self.letter = letter
        self.meaning = meaning


_OF_KNOWN = {Known.NOT_READ: Mark.UNREAD, Known.IN_PART: Mark.IN_PART, Known.BEYOND: Mark.BEYOND}
_WORST = (Known.NOT_READ, Known.IN_PART, Known.READ, Known.BEYOND)  # one that cannot be read stands behind one that was


class Missing(NamedTuple):
    """Articles of a day that have no post."""

    owed: int = 0  # asked for again
    given_up: int = 0
    withdrawn: int = 0
    gone: int = 0  # that had one


class Day(NamedTuple):
    """A day, with its posts, what is known of its lists, and what is missing of it."""

    day: date
    posts: int
    known: Known
    missing: Missing = Missing()
    is_over: bool = True

    @property
    def mark(self) -> Mark | None:
        """Return the mark of a day without posts; None where it has some."""
        if self.posts:
            return None
        if self.missing.gone:
            return Mark.GONE
        if self.missing.owed or self.missing.given_up:
            return Mark.FAILED
        if not self.is_over:
            return Mark.TODAY
        return _OF_KNOWN.get(self.known) or (Mark.WITHDRAWN if self.missing.withdrawn else Mark.QUIET)

    @property
    def is_wholly_read(self) -> bool:
        """Whether nothing speaks against that these are all posts of the day."""
        return self.known is Known.READ or not self.is_over

    @property
    def has_trouble(self) -> bool:
        """Whether some of its articles are missing, and are not meant to be."""
        return bool(self.missing.owed or self.missing.given_up or self.missing.gone)


def level_of(posts: int, most: int) -> int:
    """Return the size of a square, 1 to LEVELS, for so many posts where no day has more than `most`."""
    return -(-posts * LEVELS // most)


def known_days(days: Iterable[date], lists: Mapping[str, ListCoverage], now: datetime) -> dict[date, Known]:
    """Return what is known of each of the days, which follow each other, by the lists of one source.

    Between two days on which a stretch begins or ends, the same is known of all: these are not looked at.
    """
    times = {time for one in lists.values() for stretch in one.stretches for time in stretch}
    times |= {one.begins for one in lists.values() if one.begins} | {now}
    edges = {time.date() + number * DAY for time in times for number in (-1, 0, 1)}
    found: dict[date, Known] = {}
    known = None
    for day in days:
        if known is None or day in edges:
            known, _ = known_of(day, lists.values(), now)
        found[day] = known
    return found


def of_all(found: Iterable[Known]) -> Known:
    """Return what is known of a day by all sources: the least of it, but for sources that do not go back so far."""
    return min(found, key=_WORST.index, default=Known.NOT_READ)


def unread_ranges(known: Mapping[date, Known]) -> Iterator[tuple[date, date, Known]]:
    """Yield the first and last of days, one after the other, that were not read, or in part."""
    for value, group in groupby(known.items(), key=lambda pair: pair[1]):
        days = [day for day, _ in group]
        if value in (Known.NOT_READ, Known.IN_PART):
            yield days[0], days[-1], value


def days_from(first: date, last: date) -> list[date]:
    """Return the days from one to the other."""
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]
