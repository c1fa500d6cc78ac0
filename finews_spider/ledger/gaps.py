"""Gaps: stretches of lists that nobody has read, or not often enough to believe it. Later runs read them again."""

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from finews_spider import dates
from finews_spider.dates import of_seconds, to_seconds
from finews_spider.ledger.database import Ledger


class GapState(StrEnum):
    """Of a gap. One that is closed is forgotten."""

    OPEN = "open"
    GIVEN_UP = "given up"


class Gap(NamedTuple):
    """Rows of a list between two times may be missing, the first of which was known and the second read."""

    source: str
    name: str
    since: datetime
    until: datetime
    opened: datetime
    looks: int  # readings since that did not close it
    next_look: datetime
    state: GapState
    reason: str


_SELECT = "SELECT source, name, since, until, opened, looks, next_look, state, reason FROM gaps"


class Gaps:
    """The gaps of all lists, one of a list at the most: a second one is joined to it. Writing may raise DiskError."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def __iter__(self) -> Iterator[Gap]:
        """Yield those that are open, and those given up of which no report has told yet."""
        query = f"{_SELECT} WHERE state = 'open' OR NOT told ORDER BY source, name"
        return map(_gap, self._ledger.rows(query).fetchall())

    def all(self) -> list[Gap]:
        """Return those that are open or given up."""
        return list(map(_gap, self._ledger.rows(f"{_SELECT} ORDER BY source, name")))

    def of(self, source: str, name: str) -> Gap | None:
        """Return the open gap of a list."""
        query = f"{_SELECT} WHERE source = ? AND name = ? AND state = 'open'"
        row = self._ledger.row(query, (source, name))
        return _gap(row) if row else None

    def keep(self, gap: Gap) -> None:
        """Keep a gap in the place of what is known of its list."""
        times = (to_seconds(gap.since), to_seconds(gap.until), to_seconds(gap.opened))
        row = (gap.source, gap.name, *times, gap.looks, to_seconds(gap.next_look), gap.state, gap.reason)
        with self._ledger.writing():
            self._ledger.rows("INSERT OR REPLACE INTO gaps VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0)", row)

    def close(self, source: str, name: str) -> None:
        """Forget the gap of a list: its rows were read."""
        with self._ledger.writing():
            self._ledger.rows("DELETE FROM gaps WHERE source = ? AND name = ?", (source, name))

    def retry(self) -> int:
        """Have the next run look at all of them, also at those given up; return how many there are."""
        update = "UPDATE gaps SET state = 'open', told = 0, looks = 0, next_look = 0, opened = ?"
        with self._ledger.writing():
            return self._ledger.rows(update, (to_seconds(dates.now()),)).rowcount

    def mark_told(self) -> None:
        """Note that a report has told of all that were given up."""
        with self._ledger.writing():
            self._ledger.rows("UPDATE gaps SET told = 1 WHERE state = 'given up'")


def _gap(row: tuple[str, str, int, int, int, int, int, str, str]) -> Gap:
    source, name, since, until, opened, looks, next_look, state, reason = row
    times = (of_seconds(since), of_seconds(until), of_seconds(opened))
    return Gap(source, name, *times, looks, of_seconds(next_look), GapState(state), reason)
