"""Which days were read, by all runs together. Arithmetic only: no disk, no clock."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from enum import Enum
from itertools import groupby
from typing import NamedTuple

from finews_spider.dates import BEIJING
from finews_spider.ledger.coverage import ListCoverage

DAY = timedelta(days=1)


class Known(Enum):
    """What is known of a day of a source."""

    READ = "read"
    IN_PART = "read in part"
    BEYOND = "older than its lists go back"
    NOT_READ = "not read"


class DayRange(NamedTuple):
    """Days one after the other of which the same is known, and by how many of the lists they are covered."""

    first: date
    last: date
    known: Known
    lists: int


def ranges(days: Iterable[date], lists: Mapping[str, ListCoverage], now: datetime) -> Iterator[DayRange]:
    """Yield the days, those together of which the same is known. They are in order, and follow each other."""
    found = [(day, *known_of(day, lists.values(), now)) for day in days]
    for (known, number), group in groupby(found, key=lambda one: one[1:]):
        alike = [day for day, *_ in group]
        yield DayRange(alike[0], alike[-1], known, number)


def known_of(day: date, lists: Iterable[ListCoverage], now: datetime) -> tuple[Known, int]:
    """Return what is known of a day, and by how many lists it is covered, today up to now."""
    begin = datetime(day.year, day.month, day.day, tzinfo=BEIJING)
    end = min(begin + DAY, now)
    lists = list(lists)
    whole = sum(_covers(one, begin, end) for one in lists)
    if whole:
        return Known.READ, whole
    if any(stretch.since < end and stretch.until > begin for one in lists for stretch in one.stretches):
        return Known.IN_PART, 0
    if lists and all(one.begins and one.begins >= end for one in lists):
        return Known.BEYOND, 0
    return Known.NOT_READ, 0


def _covers(one: ListCoverage, begin: datetime, end: datetime) -> bool:
    """Whether it was read through a day up to a quarter of an hour before its end: today's end is a moment ago."""
    return any(stretch.since <= begin and stretch.until >= end - timedelta(minutes=15) for stretch in one.stretches)
