"""Finds posts by parts of their texts, exactly: whatever the words, what is found has them, and nothing is missed."""

from collections.abc import Iterator, Sequence
from datetime import date
from functools import cached_property
from itertools import islice
from typing import NamedTuple

from finews_spider.dates import Window, read_day
from finews_spider.exceptions import ConfigurationError
from finews_spider.tables.folding import fold, query, snippet
from finews_spider.tables.index import MEDIUM, PostIndex, first_key, unpacked


class Hit(NamedTuple):
    """A post that has all the words."""

    id: str
    published: str
    medium: str
    category: str
    title: str
    snippet: str
    url: str
    path: str


class Match:
    """A post that may have the words. Its text is unpacked when it is asked for."""

    def __init__(self, key: int, day: str, category: str, text: bytes) -> None:
        self.key, self.day, self.category = key, day, category
        self._text = text

    @cached_property
    def original(self) -> str:
        """Title, digest and text."""
        return unpacked(self._text)

    @cached_property
    def folded(self) -> str:
        """The same, as it is compared."""
        return fold(self.original)


class Search(NamedTuple):
    """What is looked for: parts of title, digest or text, all of them, in posts of a window and of categories."""

    words: Sequence[str]
    window: Window = Window()
    categories: Sequence[str] = ()
    is_best_first: bool = False  # those that have it in the title, then those that have it most; else the newest

    def hits(self, index: PostIndex, limit: int) -> list[Hit]:
        """Return so many hits, all for 0."""
        found = self._ranked(index) if self.is_best_first else self._matches(index)
        return [self._hit(index, match) for match in islice(found, limit or None)]

    def keys(self, index: PostIndex) -> Iterator[int]:
        """Yield the keys of what has the words, the newest first."""
        return (match.key for match in self._matches(index))

    def _ranked(self, index: PostIndex) -> Iterator[Match]:
        def rank(match: Match) -> tuple[int, int, int]:
            title = match.folded.partition("\n")[0]
            return -sum(word in title for word in words), -sum(map(match.folded.count, words)), -match.key

        words = self._folded()
        ranks = sorted(map(rank, self._matches(index)))  # of these, no texts are kept
        return (self._match(index, -key) for *_, key in ranks)

    def _matches(self, index: PostIndex) -> Iterator[Match]:
        words, since = self._folded(), self.window.since
        rows = index.db.execute(
            "SELECT rowid FROM grams WHERE grams MATCH ? AND rowid >= ? ORDER BY rowid DESC",
            (query(words), first_key(since) if since else 0),
        )
        for (key,) in rows:
            match = self._match(index, key)
            if self._is_wanted(match) and all(word in match.folded for word in words):
                yield match

    def _match(self, index: PostIndex, key: int) -> Match:
        row = index.db.execute("SELECT day, category, text FROM posts WHERE key = ?", (key,)).fetchone()
        return Match(key, *row)

    def _is_wanted(self, match: Match) -> bool:
        is_of_category = not self.categories or match.category in self.categories
        return is_of_category and (not self.window or (read_day(match.day) or date.min) in self.window)

    def _folded(self) -> list[str]:
        """Return the words as they are compared. Raises ConfigurationError where one has nothing to look for."""
        words = [fold(word) for word in self.words]
        if not words or not all(map(str.strip, words)):
            raise ConfigurationError("give words to look for")
        return words

    def _hit(self, index: PostIndex, match: Match) -> Hit:
        columns = f"id, published, {MEDIUM}, category, title, url, path"
        row = index.db.execute(f"SELECT {columns} FROM posts WHERE key = ?", (match.key,)).fetchone()
        id_, published, medium, category, title, url, path = row
        body = len(fold(title)) + 1
        places = ((match.folded.find(word, body), len(word)) for word in self._folded())
        place, size = next((found for found in places if found[0] >= 0), (body, 0))  # it is in the title only
        shown = snippet(match.original, len(title) + 1, place, size)
        return Hit(id_, published, medium, category, title, shown, url, path)
