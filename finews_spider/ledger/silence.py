"""Since when a source has answered nothing: reports are too few to tell, where runs are many."""

from datetime import datetime

from finews_spider import dates
from finews_spider.ledger.database import Ledger

PREFIX = "silent since: "  # and the source's name, among the facts


class Silences:
    """By source. A source that answers costs a look, and no write."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def note(self, source: str, now: datetime, *, is_silent: bool) -> datetime | None:
        """Take note of what a run met, and return since when it has met nothing else; None where the source answers."""
        since = self.since(source)
        if is_silent and not since:
            with self._ledger.writing():
                value = now.isoformat(timespec="seconds")
                self._ledger.rows("INSERT OR REPLACE INTO facts VALUES (?, ?)", (PREFIX + source, value))
            return now
        if since and not is_silent:
            with self._ledger.writing():
                self._ledger.rows("DELETE FROM facts WHERE name = ?", (PREFIX + source,))
            return None
        return since

    def since(self, source: str) -> datetime | None:
        """Return since when it has answered nothing, as far as that is known."""
        row = self._ledger.row("SELECT value FROM facts WHERE name = ?", (PREFIX + source,))
        try:
            return row and datetime.fromisoformat(row[0]).astimezone(dates.BEIJING)
        except (ValueError, TypeError, OverflowError):
            return None
