"""Where the evidence of payloads lies: JSON texts by digest, and for kept responses."""

from collections.abc import Mapping
from datetime import timedelta

from finews_spider import dates
from finews_spider.ledger.database import Ledger

KEPT = timedelta(days=30)  # what comes again later is written again: listings and refreshed articles come sooner


class Captures:
    """Texts by the digest of a payload, and by the URL of a kept response."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def by_digest(self, digest: str) -> str:
        """Return the text of that digest; empty where there is none."""
        row = self._ledger.row("SELECT capture FROM captures WHERE digest = ?", (digest,))
        return str(row[0]) if row else ""

    def of_response(self, url: str) -> str:
        """Return the text of the response that is kept for that URL; empty where there is none."""
        row = self._ledger.row("SELECT capture FROM pages WHERE url = ?", (url,))
        return str(row[0]) if row else ""

    def add(self, captures: Mapping[str, str]) -> None:
        """Keep texts by digest. Raises DiskError."""
        today = dates.now().toordinal()
        with self._ledger.writing():
            for digest, capture in captures.items():
                self._ledger.rows("INSERT OR REPLACE INTO captures VALUES (?, ?, ?)", (digest, capture, today))

    def forget_old(self) -> None:
        """Forget those that were kept long ago. Raises DiskError."""
        with self._ledger.writing():
            self._ledger.rows("DELETE FROM captures WHERE kept < ?", (dates.now().toordinal() - KEPT.days,))

    def note_response(self, url: str, capture: str) -> None:
        """Keep the text of the response that is kept for that URL, if one is. Raises DiskError."""
        with self._ledger.writing():
            self._ledger.rows("UPDATE pages SET capture = ? WHERE url = ?", (capture, url))
