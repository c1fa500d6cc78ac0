"""What each post was when it was written, or when it was first seen: its SHA-256, by id. Posts cannot tell it again."""

from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple

from finews_spider import dates
from finews_spider.ledger.database import Ledger

WRITE = "INSERT OR REPLACE INTO hashes (id, sha256, origin, day) VALUES (?, ?, ?, ?)"


class Origin(StrEnum):
    """From where a hash is known."""

    WRITTEN = "written"  # by a run, or as its commit or its evidence has it
    EDITED = "edited"  # by a person, who committed it
    FOUND = "found"  # nothing was known of it before that day


class Hash(NamedTuple):
    """A post's hash, from where it is known, and since which day (its ordinal)."""

    sha256: bytes
    origin: Origin
    day: int


class Hashes:
    """The hashes of posts, by id."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def of(self, id_: str) -> Hash | None:
        """Return what is known of a post."""
        row = self._ledger.row("SELECT sha256, origin, day FROM hashes WHERE id = ?", (id_,))
        return Hash(bytes(row[0]), Origin(row[1]), row[2]) if row else None

    def keep(self, id_: str, sha256: bytes, origin: Origin) -> None:
        """Keep a post's hash. Raises DiskError."""
        with self._ledger.writing():
            self._ledger.rows(WRITE, (id_, sha256, origin, dates.now().toordinal()))

    def forget(self, id_: str) -> None:
        """Know nothing of a post. Raises DiskError."""
        with self._ledger.writing():
            self._ledger.rows("DELETE FROM hashes WHERE id = ?", (id_,))

    def gone(self) -> Iterator[tuple[str, Origin]]:
        """Yield the ids of which no post is there."""
        query = "SELECT id, origin FROM hashes WHERE id NOT IN (SELECT id FROM posts) ORDER BY id"
        return ((id_, Origin(origin)) for id_, origin in self._ledger.rows(query).fetchall())
