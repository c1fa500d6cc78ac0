"""What runs learned of lists: how far they were read, and whether they have as many rows as they say."""

from datetime import datetime
from typing import NamedTuple

from finews_spider.dates import of_seconds, to_seconds
from finews_spider.ledger.database import Ledger

_OF = "SELECT finished, newest, deep, confirmed, deep_rows, early_rows FROM lists WHERE source = ? AND name = ?"
_KEEP = """
INSERT OR REPLACE INTO lists (source, name, finished, newest, deep, confirmed, deep_rows, early_rows)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)"""


class ListState(NamedTuple):
    """How far a list was read by the runs before.

    `finished`, when the last run that read it came to its end, or to what was known before. `newest` is the time of its
    top rows then, from which the rows below follow each other without a gap that is not noted. `deep` is the time up
    to which its rows were read twice, for those that come late; `confirmed`, when its end was found twice. `deep_rows`
    is how many rows it had at the last such look: an end that comes much sooner is none, unless the look before came to
    the same, after `early_rows`.
    """

    finished: bool = False
    newest: datetime | None = None
    deep: datetime | None = None
    confirmed: bool = False
    deep_rows: int = 0
    early_rows: int = 0


class ListStates:
    """The lists of each source, by name. What writes may raise DiskError."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def of(self, source: str, name: str) -> ListState:
        """Return what is known of a list."""
        finished, newest, deep, confirmed, *rows = self._ledger.row(_OF, (source, name)) or (0, None, None, 0, 0, 0)
        return ListState(
            bool(finished),
            None if newest is None else of_seconds(newest),
            None if deep is None else of_seconds(deep),
            bool(confirmed),
            *rows,
        )

    def keep(self, source: str, name: str, state: ListState) -> None:
        """Keep what is known of a list now."""
        newest, deep = (None if time is None else to_seconds(time) for time in (state.newest, state.deep))
        row = (source, name, state.finished, newest, deep, state.confirmed, state.deep_rows, state.early_rows)
        with self._ledger.writing():
            self._ledger.rows(_KEEP, row)

    def reopen(self, source: str) -> None:
        """Have the next run read all lists of a source down to what was known, or to their end."""
        with self._ledger.writing():
            self._ledger.rows("UPDATE lists SET finished = 0 WHERE source = ?", (source,))


class ListTotals:
    """How many readings in a row did not reach the total that a list gives."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def missed(self, source: str, name: str) -> int:
        """Return how many there were; 0 for a list never read, and after one that reached it."""
        row = self._ledger.row("SELECT missed FROM totals WHERE source = ? AND name = ?", (source, name))
        return int(row[0]) if row else 0

    def record(self, source: str, name: str, *, missed: int) -> None:
        """Note how many there are now. Raises DiskError."""
        with self._ledger.writing():
            self._ledger.rows("INSERT OR REPLACE INTO totals VALUES (?, ?, ?)", (source, name, missed))
