"""Which stretches of time each list was read through: what tells a day without news from one that nobody read."""

from datetime import datetime, timedelta
from typing import NamedTuple

from finews_spider.dates import Window, day_after, of_seconds, to_seconds
from finews_spider.ledger.database import Ledger

_TOUCHING = "FROM coverage WHERE source = ? AND name = ? AND since <= ? AND until >= ?"


class Stretch(NamedTuple):
    """A list was read, without a gap, from one time to the other."""

    since: datetime
    until: datetime

    def within(self, window: Window) -> "Stretch":
        """Return what of it lies in the days of a window; it ends before it begins where nothing does."""
        since = max(self.since, day_after(window.since) - timedelta(days=1)) if window.since else self.since
        return Stretch(since, min(self.until, day_after(window.until)) if window.until else self.until)


class ListCoverage(NamedTuple):
    """What is known of one list: the stretches, oldest first, and the time of its oldest row if its end was found."""

    stretches: list[Stretch]
    begins: datetime | None


class CoverageTable:
    """The stretches of all lists. Those that touch are one."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def add(self, source: str, name: str, stretch: Stretch) -> None:
        """Note that a list was read through a stretch. Raises DiskError."""
        since, until = to_seconds(stretch.since), to_seconds(stretch.until)
        if since >= until:
            return
        where = (source, name, until, since)
        with self._ledger.writing():
            found = self._ledger.row(f"SELECT min(since), max(until) {_TOUCHING}", where)
            oldest, newest = (min(since, found[0]), max(until, found[1])) if found[0] is not None else (since, until)
            self._ledger.rows(f"DELETE {_TOUCHING}", where)
            self._ledger.rows("INSERT INTO coverage VALUES (?, ?, ?, ?)", (source, name, oldest, newest))

    def note_end(self, source: str, name: str, oldest: datetime) -> None:
        """Note the time of the oldest row of a list, of which the end was found; the oldest ever. Raises DiskError."""
        with self._ledger.writing():
            insert = (
                "INSERT INTO list_ends VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET oldest = min(oldest, excluded.oldest)"
            )
            self._ledger.rows(insert, (source, name, to_seconds(oldest)))

    def of(self, source: str) -> dict[str, ListCoverage]:
        """Return what is known of each list of a source."""
        rows = self._ledger.rows("SELECT name, oldest FROM list_ends WHERE source = ?", (source,))
        lists = {name: ListCoverage([], of_seconds(oldest)) for name, oldest in rows}
        query = "SELECT name, since, until FROM coverage WHERE source = ? ORDER BY name, since"
        for name, since, until in self._ledger.rows(query, (source,)):
            known = lists.setdefault(name, ListCoverage([], None))
            known.stretches.append(Stretch(of_seconds(since), of_seconds(until)))
        return lists
