"""Finds posts by parts of their texts, exactly: whatever the words, what is found has them, and nothing is missed."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import islice
from typing import NamedTuple

from finews_spider.dates import Window
from finews_spider.exceptions import ConfigurationError
from finews_spider.tables.folding import fold, query, snippet
from finews_spider.tables.index import MEDIUM, PostIndex, first_key


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


class Search(NamedTuple):
    """What is looked for: parts of title, digest or text, all of them, in posts of a window and of categories."""

    words: Sequence[str]
    window: Window = Window()
    categories: Sequence[str] = ()
    is_best_first: bool = False  # those that have it in the title, then those that have it most; else the newest

    def hits(self, index: PostIndex, limit: int) -> list[Hit]:
        """Return so many hits, all for 0."""
        found = self._ranked(index) if self.is_best_first else self.keys(index)
        return [self._hit(index, key) for key in islice(found, limit or None)]

    def keys(self, index: PostIndex) -> Iterator[int]:
        """Yield the keys of what has the words, the newest first."""
        return (key for key, _ in self._matches(index))

    def _ranked(self, index: PostIndex) -> list[int]:
        def rank(match: tuple[int, str]) -> tuple[int, int, int]:
            key, text = match
            title = text.partition("\n")[0]
            in_title = sum(word in title for word in words)
            return -in_title, -sum(map(text.count, words)), -key

        words = self._folded()
        return [match[0] for match in sorted(self._matches(index), key=rank)]

    def _matches(self, index: PostIndex) -> Iterator[tuple[int, str]]:
        """Yield keys and folded texts, the newest first."""
        words = self._folded()
        since, until = self.window.since, self.window.until
        first = first_key(since) if since else 0
        last = first_key(until + timedelta(days=1)) - 1 if until else 1 << 62
        rows = index.db.execute(
            "SELECT rowid FROM grams WHERE grams MATCH ? AND rowid BETWEEN ? AND ? ORDER BY rowid DESC",
            (query(words), first, last),
        )
        for (key,) in rows:
            text = fold(index.text(key))
            if all(word in text for word in words) and self._is_wanted(index, key):
                yield key, text

    def _is_wanted(self, index: PostIndex, key: int) -> bool:
        if not self.categories:
            return True
        (category,) = index.db.execute("SELECT category FROM posts WHERE key = ?", (key,)).fetchone()
        return category in self.categories

    def _folded(self) -> list[str]:
        """Return the words as they are compared. Raises ConfigurationError where one has nothing to look for."""
        words = [fold(word) for word in self.words]
        if not words or not all(map(str.strip, words)):
            raise ConfigurationError("give words to look for")
        return words

    def _hit(self, index: PostIndex, key: int) -> Hit:
        columns = f"id, published, {MEDIUM}, category, title, url, path"
        row = index.db.execute(f"SELECT {columns} FROM posts WHERE key = ?", (key,)).fetchone()
        id_, published, medium, category, title, url, path = row
        body = index.text(key).split("\n", 1)[1].strip("\n")
        folded = fold(body)
        places = ((folded.find(word), len(word)) for word in self._folded())
        place, size = next((found for found in places if found[0] >= 0), (0, 0))  # it is in the title only
        return Hit(id_, published, medium, category, title, snippet(body, place, size).strip(), url, path)
