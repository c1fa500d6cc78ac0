"""What is known of days when nothing else tells it any more: what their runs came to, how many posts they had."""

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from finews_spider.dates import read_day
from finews_spider.ledger.database import Ledger


class RunDay(NamedTuple):
    """What the runs of a day came to, all together."""

    day: date
    runs: int = 0
    failed: int = 0  # that were killed, or ended with an exit code that asks for somebody
    killed: int = 0  # of these
    seconds: int = 0  # in all
    longest: int = 0  # seconds of one
    archived: int = 0
    owed: int = 0  # articles, after the last
    bytes: int = 0  # of the bodies of all answers


class HostFigures(NamedTuple):
    """What a host was asked."""

    requests: int
    failures: int  # of these, answered with an error or not at all
    bytes: int


class RunDays:
    """The days of runs. A day that is not there is not known; one without runs is."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def all(self) -> list[RunDay]:
        """Return all days that are known, the oldest first."""
        rows = self._ledger.rows("SELECT * FROM run_days ORDER BY day")
        return [RunDay(day, *figures) for text, *figures in rows if (day := read_day(text))]

    def hosts(self, since: date) -> dict[str, HostFigures]:
        """Return the figures of each host from a day on, those with most failures first."""
        query = (
            "SELECT host, sum(requests), sum(failures), sum(bytes) FROM run_hosts WHERE day >= ?"
            " GROUP BY host ORDER BY 3 DESC, 2 DESC, 1"
        )
        return {host: HostFigures(*figures) for host, *figures in self._ledger.rows(query, (f"{since}",))}

    def keep(self, found: RunDay, hosts: Mapping[str, HostFigures]) -> None:
        """Keep a day's figures, unless more runs of it are known: reports may have gone. Raises DiskError."""
        day = f"{found.day}"
        row = self._ledger.row("SELECT runs FROM run_days WHERE day = ?", (day,))
        if row and row[0] > found.runs:
            return
        with self._ledger.writing():
            self._ledger.rows("INSERT OR REPLACE INTO run_days VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", (day, *found[1:]))
            self._ledger.rows("DELETE FROM run_hosts WHERE day = ?", (day,))
            for host, figures in hosts.items():
                self._ledger.rows("INSERT INTO run_hosts VALUES (?, ?, ?, ?, ?)", (day, host, *figures))


class PostDays:
    """How many posts each day had at the most, whenever that was looked at."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def note(self, posts: Mapping[date, int]) -> dict[date, int]:
        """Take note of how many each day has now; return how many are gone of each that had more. Raises DiskError."""
        rows = self._ledger.rows("SELECT day, posts FROM post_days")
        known = {day: number for text, number in rows if (day := read_day(text))}
        more = [(f"{day}", number) for day, number in posts.items() if number > known.get(day, 0)]
        if more:
            with self._ledger.writing() as db:
                db.executemany("INSERT OR REPLACE INTO post_days VALUES (?, ?)", more)
        missing = {day: number - posts.get(day, 0) for day, number in known.items()}
        return {day: number for day, number in missing.items() if number > 0}
