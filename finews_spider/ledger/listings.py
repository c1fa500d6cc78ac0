"""What runs learned of lists: whether they were read to their end, and whether they have as many rows as they say."""

from finews_spider.ledger.database import Ledger


class FinishedListings:
    """The lists of each source, by name: finished, when the last run that read one came to its end."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def is_finished(self, source: str, name: str) -> bool:
        """Return whether the last run that read the list came to its end; False for a list never read."""
        row = self._ledger.row("SELECT finished FROM lists WHERE source = ? AND name = ?", (source, name))
        return bool(row and row[0])

    def record(self, source: str, name: str, *, finished: bool) -> None:
        """Note whether the list was read to its end. Raises DiskError."""
        with self._ledger.writing():
            self._ledger.rows(
                "INSERT INTO lists (source, name, finished) VALUES (?, ?, ?)"
                " ON CONFLICT DO UPDATE SET finished = excluded.finished",
                (source, name, finished),
            )

    def reopen(self, source: str) -> None:
        """Have the next run read all lists of a source to their end. Raises DiskError."""
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
