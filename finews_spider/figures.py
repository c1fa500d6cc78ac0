"""How far a run is, for whoever watches it."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from finews_spider.dates import Window
from finews_spider.lists import ListReading, Lists
from finews_spider.owed import Owed


class Days(NamedTuple):
    """Of a window: how many it has, are done, and are read by its lists on the average."""

    days: int = 0
    days_done: int = 0
    days_read: float = 0.0


def days_of(window: Window, today: date, source: str, lists: Lists, owed: Owed) -> Days:
    """The days of one source; none for a window without a beginning."""
    if not window.since:
        return Days()
    until = min(window.until or today, today)
    readings = [reading for (name, _), reading in lists.readings.items() if name == source]
    read = [_days_read(reading, window.since, until) for reading in readings] or [0]
    done = max(min(read) - owed.days_waiting(source), 0)
    return Days((until - window.since).days + 1, done, sum(read) / len(read))


def last_read(lists: Lists) -> tuple[str, str, date | None]:
    """Source and name of the list of which a page came last, and how far back that was."""
    for (source, name), reading in reversed(lists.readings.items()):
        if reading.pages:
            return source, name, reading.reach.oldest
    return "", "", None


def _days_read(reading: ListReading, since: date, until: date) -> int:
    """Of how many days of the window no further page of the list will name articles."""
    first = since if reading.reach.ended else max(reading.reach.covered_from, since)
    return max((until - first).days + 1, 0) if first <= until else 0


def sum_of(days: Sequence[Days]) -> Days:
    """Of all sources together."""
    return Days(sum(each.days for each in days), sum(e.days_done for e in days), sum(e.days_read for e in days))
