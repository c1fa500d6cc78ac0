"""Answers that can be asked for again with If-None-Match and If-Modified-Since: their validators and bodies."""

import zlib
from datetime import timedelta
from typing import NamedTuple

from finews_spider import dates
from finews_spider.dates import to_seconds
from finews_spider.ledger.database import Ledger

KEPT = timedelta(days=30)  # since it was last asked for
BELIEVED = timedelta(hours=6)  # since it came in full; a host may say for ever that nothing has changed


_KEEP = "INSERT OR REPLACE INTO pages (url, etag, modified, body, asked, fetched) VALUES (?, ?, ?, ?, ?, ?)"


class Validators(NamedTuple):
    """The ETag and Last-Modified of a kept answer, as its server wrote them; empty for one it did not send."""

    etag: str = ""
    modified: str = ""


class KeptResponses:
    """Bodies of answers by URL, for as long as a run asks for them within `KEPT`."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def validators(self, url: str) -> Validators:
        """Return what the kept answer of that URL is revalidated with; empty where it is asked for in full."""
        since = to_seconds(dates.now() - BELIEVED)
        query = "SELECT etag, modified FROM pages WHERE url = ? AND fetched >= ?"
        return Validators(*self._ledger.row(query, (url, since)) or ("", ""))

    def is_kept(self, url: str) -> bool:
        """Return whether there is an answer of that URL."""
        return self._ledger.row("SELECT 1 FROM pages WHERE url = ?", (url,)) is not None

    def body(self, url: str) -> bytes | None:
        """Return the kept body, and note that it was asked for; None, and forget it, where it is damaged.

        Raises DiskError.
        """
        (packed,) = self._ledger.row("SELECT body FROM pages WHERE url = ?", (url,))
        try:
            body = zlib.decompress(packed)
        except zlib.error:
            self.forget(url)
            return None
        with self._ledger.writing():
            self._ledger.rows("UPDATE pages SET asked = ? WHERE url = ?", (_today(), url))
        return body

    def recent(self, url: str, within: timedelta) -> bytes | None:
        """Return the kept body, if it came so shortly ago. Raises DiskError."""
        now = dates.now()
        query = "SELECT 1 FROM pages WHERE url = ? AND fetched BETWEEN ? AND ?"
        found = self._ledger.row(query, (url, to_seconds(now - within), to_seconds(now)))
        return self.body(url) if found else None

    def keep(self, url: str, validators: Validators, body: bytes) -> None:
        """Keep an answer in place of the one before it, and forget those that nobody asks for. Raises DiskError."""
        with self._ledger.writing():
            row = (url, *validators, zlib.compress(body, 1), _today(), to_seconds(dates.now()))
            self._ledger.rows(_KEEP, row)
            self._ledger.rows("DELETE FROM pages WHERE asked < ?", (_today() - KEPT.days,))

    def forget(self, url: str) -> None:
        """Ask for that URL as if its answer never came: a 304 would bring back one that cannot be read.

        Raises DiskError.
        """
        with self._ledger.writing():
            self._ledger.rows("DELETE FROM pages WHERE url = ?", (url,))


def _today() -> int:
    return dates.now().toordinal()
