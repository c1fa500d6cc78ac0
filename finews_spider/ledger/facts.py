"""Single facts that outlast a run, by name."""

from datetime import datetime
from enum import StrEnum

from finews_spider import dates
from finews_spider.ledger.database import Ledger


class Fact(StrEnum):
    """Their names."""

    PROVEN_CLOCK = "proven clock"  # the last time at which hosts did not contradict the machine's clock
    DOUBTS = "doubts"  # of the set-up, which the operator was told
    SILENT = "silent since:"  # and a source: when it began to answer nothing
    OVERVIEW = "overview"  # the day on which it was last written
    RUNS_COUNTED = "runs counted"  # the day up to which the figures of runs are kept


class Facts:
    """Kept in the ledger; what cannot be read is not known. A name is a Fact, or made of one that ends in a colon."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def time(self, name: str) -> datetime | None:
        """Return the time that was kept under that name."""
        row = self._ledger.row("SELECT value FROM facts WHERE name = ?", (name,))
        try:
            return row and datetime.fromisoformat(row[0]).astimezone(dates.BEIJING)
        except (ValueError, TypeError, OverflowError):
            return None

    def keep_time(self, name: str, time: datetime) -> None:
        """Keep a time under that name."""
        self.keep_text(name, time.isoformat(timespec="seconds"))

    def text(self, name: str) -> str:
        """Return the text that was kept under that name; empty where there is none."""
        row = self._ledger.row("SELECT value FROM facts WHERE name = ?", (name,))
        return row[0] if row and isinstance(row[0], str) else ""

    def keep_text(self, name: str, text: str) -> None:
        """Keep a text under that name."""
        with self._ledger.writing():
            self._ledger.rows("INSERT OR REPLACE INTO facts VALUES (?, ?)", (name, text))

    def forget(self, name: str) -> None:
        """Keep nothing under that name."""
        with self._ledger.writing():
            self._ledger.rows("DELETE FROM facts WHERE name = ?", (name,))
