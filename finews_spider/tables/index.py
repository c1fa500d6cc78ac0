"""The table of posts beside the ledger, `.finews/tables.sqlite`, with their texts: made of the posts, and deletable.

It follows the posts by what the file system says of each file, and where that leaves a doubt, by its bytes. A file that
is damaged, or of another version, is made anew.
"""

import sqlite3
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import TypeVar

from filelock import FileLock, Timeout

from finews_spider.dates import read_day
from finews_spider.exceptions import DiskError
from finews_spider.ledger.stamps import UNKNOWN
from finews_spider.tables.files import PostFile, post_files
from finews_spider.tables.folding import fold, grams
from finews_spider.tables.rows import Row, Rows, UnreadPost
from finews_spider.tables.store import FILE, LOCK, open_table, remove, seal

VERSION = 1  # of what is in it, and of how texts are folded
SCHEMA = """
CREATE TABLE files (path TEXT PRIMARY KEY, stamp TEXT, sha256 TEXT, key INTEGER, why TEXT) WITHOUT ROWID;
CREATE TABLE posts (
    key INTEGER PRIMARY KEY, id TEXT, number TEXT, family TEXT, day TEXT, title TEXT, published TEXT, medium TEXT,
    category TEXT, tag TEXT, url TEXT, path TEXT, is_searchable INTEGER DEFAULT 0, text BLOB
);
CREATE INDEX articles ON posts (number) WHERE family = 'article';
CREATE INDEX unsearchable ON posts (key) WHERE NOT is_searchable;
CREATE VIRTUAL TABLE grams USING fts5(text, content = '', detail = none, tokenize = 'ascii');
INSERT INTO grams (grams, rank) VALUES ('pgsz', 4000)"""
# The medium of a flash is that of its article, which may come later, or go.
MEDIUM = """CASE family WHEN 'article' THEN medium ELSE coalesce(
(SELECT article.medium FROM posts article WHERE article.number = posts.number AND article.family = 'article'), medium)
END"""
FIRST_DAY = date(2000, 1, 1)  # keys are its minutes: small numbers make a small index
MINUTES = 24 * 60
MEMORY = 64 * 1024 * 1024  # bytes that the index gathers before it writes them; it may be a whole archive's
MAX_WAIT = 600  # seconds for the lock: who has it may index a whole archive
Result = TypeVar("Result")
Known = dict[str, tuple[str, str, int | None]]  # of files, by path: the stamp, the SHA-256, and the key of its post


def use(output: Path, work: Callable[["PostIndex"], Result]) -> Result:
    """Return what `work` gives, with the index of an archive, which nobody else uses meanwhile.

    Raises DiskError, also where somebody else has used it for long.
    """
    with _lock(output):
        for is_last in (False, True):
            try:
                return _use(output, work)
            except sqlite3.OperationalError as error:
                raise DiskError(output / FILE, error) from error
            except sqlite3.DatabaseError as error:
                remove(output)
                if is_last:
                    raise DiskError(output / FILE, error) from error
    raise AssertionError


@contextmanager
def _lock(output: Path) -> Iterator[None]:
    lock = FileLock(output / LOCK, timeout=MAX_WAIT)
    try:
        lock.acquire()
    except Timeout as error:
        raise DiskError(output / FILE, f"another process has held {LOCK.name} for {MAX_WAIT} s; stop it") from error
    try:
        yield
    finally:
        lock.release()


def _use(output: Path, work: Callable[["PostIndex"], Result]) -> Result:
    index = PostIndex(output)
    is_whole = True
    try:
        return work(index)
    except sqlite3.DatabaseError:
        is_whole = False
        raise
    finally:
        index.close()
        if is_whole:
            seal(output)


class PostIndex:
    """The table of posts. `sync` comes first."""

    def __init__(self, output: Path) -> None:
        self._output = output
        self.db = open_table(output, VERSION, SCHEMA)
        self.others: list[str] = []  # further files of an id

    def close(self) -> None:
        """Close the file."""
        self.db.close()

    def sync(self) -> list[UnreadPost]:
        """Bring the table up to date with the files of the posts; return those that cannot be read. Raises DiskError.

        The twin of a flash is not asked here, but where its medium is.
        """
        files, self.others = post_files(self._output)
        rows = self.db.execute("SELECT path, stamp, sha256, key FROM files")
        known: Known = {path: (stamp, sha256, key) for path, stamp, sha256, key in rows}
        stamps = {path: stamp for path, (stamp, _, _) in known.items()}
        changed = [(file, file.stamp.is_settled) for file in files if stamps.get(file.path) != str(file.stamp)]
        gone = known.keys() - {file.path for file in files}
        if changed or gone:
            with self._writing():
                self._follow(changed, {path: known[path] for path in gone}, known)
        return [
            UnreadPost(*row) for row in self.db.execute("SELECT path, why FROM files WHERE why <> '' ORDER BY path")
        ]

    def make_searchable(self) -> None:
        """Bring the index of texts up to date with the table."""
        waiting = self.db.execute("SELECT key FROM posts WHERE NOT is_searchable ORDER BY key").fetchall()
        if not waiting:
            return
        with self._writing():
            self.db.execute("INSERT INTO grams (grams, rank) VALUES ('hashsize', ?)", (MEMORY,))
            for (key,) in waiting:  # in the order of the keys: the index gathers them as long as they grow
                self.db.execute("INSERT INTO grams (rowid, text) VALUES (?, ?)", (key, self._grams(key)))
            self.db.execute("UPDATE posts SET is_searchable = 1 WHERE NOT is_searchable")

    def _follow(self, changed: list[tuple[PostFile, bool]], gone: Known, known: Known) -> None:
        moved = {(_name(path), sha256): path for path, (_, sha256, key) in gone.items() if key is not None}
        reader = Rows(self._output, [])
        for file, is_settled in changed:
            row = reader.row(file)
            stamp = str(file.stamp) if is_settled else UNKNOWN
            if isinstance(row, UnreadPost):
                self._drop(file.path)
                self._note(file, UNKNOWN, "", None, row.why)
            elif file.path in known and known[file.path][1] == row.sha256:
                self.db.execute("UPDATE files SET stamp = ? WHERE path = ?", (stamp, file.path))
            elif old := moved.pop((_name(file.path), row.sha256), None):
                self._move(old, file, stamp)
                del gone[old]
            else:
                self._drop(file.path)
                self._note(file, stamp, row.sha256, self._add(file, row))
        for path in gone:
            self._drop(path)

    def _add(self, file: PostFile, row: Row) -> int:
        key = self._free_key(file, row)
        text = zlib.compress(f"{row.title}\n{row.digest}\n{row.text}".encode(), 1)
        values: tuple[object, ...] = (key, row.id, row.number, row.family, file.day, row.title, row.published)
        values += (row.medium, row.category, row.tag, row.url, row.path, 0, text)
        self.db.execute(f"INSERT INTO posts VALUES ({', '.join('?' * len(values))})", values)
        return key

    def _note(self, file: PostFile, stamp: str, sha256: str, key: int | None, why: str = "") -> None:
        values = (file.path, stamp, sha256, key, why)
        self.db.execute("INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?, ?)", values)

    def _move(self, old: str, file: PostFile, stamp: str) -> None:
        self.db.execute("DELETE FROM files WHERE path = ?", (file.path,))
        self.db.execute("UPDATE files SET path = ?, stamp = ? WHERE path = ?", (file.path, stamp, old))
        self.db.execute("UPDATE posts SET path = ?1 WHERE key = (SELECT key FROM files WHERE path = ?1)", (file.path,))

    def _drop(self, path: str) -> None:
        row = self.db.execute("SELECT key FROM files WHERE path = ?", (path,)).fetchone()
        if row and row[0] is not None:
            (key,) = row
            if self.db.execute("SELECT is_searchable FROM posts WHERE key = ?", (key,)).fetchone() == (1,):
                delete = "INSERT INTO grams (grams, rowid, text) VALUES ('delete', ?, ?)"
                self.db.execute(delete, (key, self._grams(key)))
            self.db.execute("DELETE FROM posts WHERE key = ?", (key,))
        self.db.execute("DELETE FROM files WHERE path = ?", (path,))

    def _grams(self, key: int) -> str:
        (text,) = self.db.execute("SELECT text FROM posts WHERE key = ?", (key,)).fetchone()
        return " ".join(grams(fold(unpacked(text))))

    def _free_key(self, file: PostFile, row: Row) -> int:
        """Return a key by which posts stand in the order of their days and minutes."""
        day, published = read_day(file.day), datetime.fromisoformat(row.published)
        key = first_key(day or published.date()) + published.hour * 60 + published.minute
        while self.db.execute("SELECT 1 FROM posts WHERE key = ?", (key,)).fetchone():
            key += 1
        return key

    @contextmanager
    def _writing(self) -> Iterator[None]:
        self.db.execute("BEGIN IMMEDIATE")
        try:
            yield
            self.db.execute("COMMIT")
        finally:
            if self.db.in_transaction:
                self.db.rollback()


def _name(path: str) -> str:
    return path.rpartition("/")[2]


def unpacked(text: bytes) -> str:
    """Return what the table has of a post: title, digest and text, a line or more each."""
    return zlib.decompress(text).decode()


def first_key(day: date) -> int:
    """Return the least key that a post of a day may have."""
    return max(0, (day - FIRST_DAY).days) * MINUTES
