"""Which captures are known, in the ledger: what came already is not written again. It can be lost without harm."""

import sys
from pathlib import Path

import msgspec

from finews_spider.evidence.captures import Capture
from finews_spider.evidence.library import find
from finews_spider.ledger.captures import Captures


class KnownCaptures:
    """Captures by their payload's digest, and those of kept responses by URL; only such as are there."""

    def __init__(self, table: Captures, folder: Path) -> None:
        self._table = table
        self._folder = folder
        self._sizes: dict[str, int] = {}  # of segments
        self._new: dict[str, Capture] = {}  # by digest; written and not synced yet, or not noted yet

    def by_digest(self, digest: str) -> Capture | None:
        """Return the capture that has this payload."""
        return self._new.get(digest) or self._there(self._table.by_digest(digest))

    def by_url(self, url: str) -> Capture | None:
        """Return the capture of the response that is kept for this URL."""
        return self._there(self._table.of_response(url))

    def add(self, digest: str, capture: Capture) -> None:
        """Take a capture that was written; `note` makes it known to later runs."""
        self._new[digest] = capture
        self._sizes[capture.segment] = sys.maxsize  # this run writes it

    def note(self) -> None:
        """Note all that was added, which has to be synced. Raises DiskError."""
        if self._new:
            self._table.add({digest: msgspec.json.encode(capture).decode() for digest, capture in self._new.items()})
            self._new = {}

    def forget_old(self) -> None:
        """Forget what is old. Raises DiskError."""
        self._table.forget_old()

    def note_response(self, url: str, capture: Capture) -> None:
        """Note that the response that is kept for this URL is this capture. Raises DiskError."""
        self._table.note_response(url, msgspec.json.encode(capture.payload).decode())

    def _there(self, text: str) -> Capture | None:
        try:
            capture = msgspec.json.decode(text, type=Capture) if text else None
        except ValueError:  # damaged
            return None
        return capture if capture and self._size(capture.segment) >= capture.offset + capture.length else None

    def _size(self, segment: str) -> int:
        if segment not in self._sizes:
            found = find(self._folder, Path(segment).name)
            self._sizes[segment] = found.size if found else 0
        return self._sizes[segment]
