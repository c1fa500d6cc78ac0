"""Files of finews's own that no commit has yet, kept in the ledger; of a run that was killed, the next has them."""

from collections.abc import Iterable, Iterator

from finews_spider.ledger.database import Ledger

NOTE = "INSERT OR IGNORE INTO unpublished VALUES (?)"


class Unpublished:
    """Paths below the output folder: written, moved there, or moved away."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def __iter__(self) -> Iterator[str]:
        return (path for (path,) in self._ledger.rows("SELECT path FROM unpublished ORDER BY path"))

    def note(self, paths: Iterable[str]) -> None:
        """These are about to change: noted before, so that it is known of a run that is killed. On disk on return."""
        with self._ledger.writing(synced=True):
            for path in paths:
                self._ledger.rows(NOTE, (path,))

    def clear(self, paths: Iterable[str]) -> None:
        """A commit has these, or there is no difference to it."""
        with self._ledger.writing():
            for path in paths:
                self._ledger.rows("DELETE FROM unpublished WHERE path = ?", (path,))
