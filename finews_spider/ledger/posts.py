"""What is archived, as the posts' folders show it, kept in the ledger so that a run need not list them all."""

import json
import logging
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

from finews_spider import dates
from finews_spider.dates import read_day
from finews_spider.exceptions import DiskError
from finews_spider.ledger.database import Ledger
from finews_spider.ledger.hashes import WRITE, Origin
from finews_spider.ledger.stamps import NO_FOLDER, UNKNOWN, Stamp, stamp_of
from finews_spider.ledger.unpublished import NOTE, Unpublished
from finews_spider.printable import printable

logger = logging.getLogger(__name__)

# Of a folder and all below it.
_DROP_POSTS = """
DELETE FROM posts WHERE folder IN
(SELECT number FROM folders WHERE path = ?1 OR substr(path, 1, length(?1) + 1) = ?1 || '/')"""
_COUNT_BELOW = """
SELECT count(*) FROM posts JOIN folders ON number = folder
WHERE path = ?1 OR substr(path, 1, length(?1) + 1) = ?1 || '/'"""
_DROP_FOLDERS = "DELETE FROM folders WHERE path = ?1 OR substr(path, 1, length(?1) + 1) = ?1 || '/'"

# Posts that were owed until a run was killed, or lost its last notes with the power: finews wrote them.
_NOTE_OURS = """
INSERT OR IGNORE INTO unpublished SELECT path || '/' || name
FROM owed CROSS JOIN posts ON posts.id = owed.id JOIN folders ON number = folder WHERE state = 'owed'"""


class Post(NamedTuple):
    """A post's file: its folder, relative to the output folder, and its name there; its hash, where it was written."""

    id: str
    folder: str
    name: str
    sha256: bytes = b""


class Index:
    """The posts of the output folder, in any layout below `folders`, which are relative to it.

    `id_in_name` tells the id by which a post's file is named, and None for any other file.
    """

    def __init__(self, ledger: Ledger, folders: Sequence[str], id_in_name: Callable[[str], str | None]) -> None:
        self._ledger = ledger
        self._folders, self._id_in_name = folders, id_in_name
        self._output = ledger.output
        self.unpublished = Unpublished(ledger)

    def __len__(self) -> int:
        return int(self._ledger.row("SELECT count(*) FROM posts")[0])

    def __contains__(self, id_: str) -> bool:
        return self._ledger.row("SELECT 1 FROM posts WHERE id = ?", (id_,)) is not None

    def count_below(self, top: str) -> int:
        """Return how many posts lie in that folder and below it."""
        return int(self._ledger.row(_COUNT_BELOW, (top,))[0])

    def known(self, ids: Iterable[str]) -> set[str]:
        """Return those of the ids that have a post."""
        query = "SELECT id FROM posts WHERE id IN (SELECT value FROM json_each(?))"
        return {id_ for (id_,) in self._ledger.rows(query, (json.dumps(list(ids)),))}

    def count_by_day(self) -> dict[date, int]:
        """Return how many posts each day has, by their names."""
        rows = self._ledger.rows("SELECT substr(name, 1, 10), count(*) FROM posts GROUP BY 1")
        return {day: number for name, number in rows if (day := read_day(name))}

    def all(self) -> Iterator[Post]:
        """Yield all posts, by folder and name."""
        query = "SELECT id, path, name FROM posts JOIN folders ON number = folder ORDER BY path, name"
        return (Post(*row) for row in self._ledger.rows(query).fetchall())

    def path(self, id_: str) -> Path | None:
        """Where the post of that id lies."""
        find = "SELECT path, name FROM posts JOIN folders ON number = folder WHERE id = ? ORDER BY path, name"
        row = self._ledger.row(find, (id_,))
        return self._output / row[0] / row[1] if row else None

    def sync(self) -> tuple[int, int]:
        """Bring the index up to date with the folders; how many posts came, and how many are gone.

        Only folders that changed since the last look are listed.
        """
        came = gone = 0
        folders = list(self._folders)
        with self._ledger.writing():
            while folders:
                folder = folders.pop()
                stamp = _stamp(self._output / folder)
                row = self._ledger.row("SELECT stamp FROM folders WHERE path = ?", (folder,))
                if stamp is None:
                    gone += self._drop(folder)
                elif row is None or row[0] != str(stamp):
                    more, fewer = self._list(self._number(folder), folder, stamp)
                    came, gone = came + more, gone + fewer
                folders += self._children(folder)
            self._ledger.rows(_NOTE_OURS)
            self._ledger.rows("DELETE FROM owed WHERE EXISTS (SELECT 1 FROM posts WHERE posts.id = owed.id)")
        return came, gone

    def reindex(self) -> int:
        """Learn all posts anew; how many there are."""
        with self._ledger.writing():
            self._ledger.rows("DELETE FROM posts")
            self._ledger.rows("DELETE FROM folders")
        return self.sync()[0]

    def add(self, posts: Sequence[Post], folders: Mapping[str, tuple[str, str]], *, written: bool = True) -> None:
        """These are on disk, and owed no more; with the stamps of their folders, before and after.

        `written` by finews, they are to be published.
        """
        today = dates.now().toordinal()
        with self._ledger.writing():
            folders_of_posts = dict.fromkeys(post.folder for post in posts)
            numbers = {folder: self._number(folder, NO_FOLDER) for folder in folders_of_posts}
            rows = ((numbers[post.folder], post.name, post.id) for post in posts)
            self._ledger.write_rows("INSERT OR IGNORE INTO posts VALUES (?, ?, ?)", rows)
            self._ledger.write_rows("DELETE FROM owed WHERE id = ?", ((post.id,) for post in posts))
            hashes = ((post.id, post.sha256, Origin.WRITTEN, today) for post in posts if post.sha256)
            self._ledger.write_rows(WRITE, hashes)
            if written:
                self._ledger.write_rows(NOTE, ((f"{post.folder}/{post.name}",) for post in posts))
            for folder, (before, after) in folders.items():  # one that others changed too is listed at the next look
                update = "UPDATE folders SET stamp = ? WHERE path = ? AND stamp = ?"
                self._ledger.rows(update, (after, folder, before))

    def _children(self, folder: str) -> list[str]:
        return [path for (path,) in self._ledger.rows("SELECT path FROM folders WHERE parent = ?", (folder,))]

    def _number(self, folder: str, stamp: str = UNKNOWN) -> int:
        """A folder's, which is noted where it is new, with those above it: a look comes to it through them."""
        row = self._ledger.row("SELECT number FROM folders WHERE path = ?", (folder,))
        if row is None:
            above = folder.rpartition("/")[0]
            if above:
                self._number(above)
            insert = "INSERT INTO folders (path, parent, stamp) VALUES (?, ?, ?) RETURNING number"
            row = self._ledger.row(insert, (folder, above, stamp))
        return int(row[0])

    def _drop(self, folder: str) -> int:
        """A folder is gone, and all below it; how many posts that were."""
        gone = self._ledger.rows(_DROP_POSTS, (folder,)).rowcount
        self._ledger.rows(_DROP_FOLDERS, (folder,))
        return gone

    def _list(self, number: int, folder: str, stamp: Stamp) -> tuple[int, int]:
        """Compare a folder with what is known of it. It may hold a million names, so the database does it."""
        vanished = set(self._children(folder))
        self._ledger.rows("CREATE TEMP TABLE found (name TEXT PRIMARY KEY, id TEXT) WITHOUT ROWID")
        try:
            with os.scandir(self._output / folder) as entries:
                for name, id_ in self._posts(entries, folder, vanished):
                    self._ledger.rows("INSERT INTO found VALUES (?, ?)", (name, id_))
        except OSError as error:  # to go on without its posts would be to ask for them again
            raise DiskError(self._output / folder, error.strerror) from error
        gone = sum(map(self._drop, vanished))
        delete = "DELETE FROM posts WHERE folder = ? AND name NOT IN (SELECT name FROM found)"
        gone += self._ledger.rows(delete, (number,)).rowcount
        insert = "INSERT OR IGNORE INTO posts SELECT ?, name, id FROM found"
        came = self._ledger.rows(insert, (number,)).rowcount
        self._ledger.rows("DROP TABLE found")
        kept = str(stamp) if stamp.is_settled else UNKNOWN
        self._ledger.rows("UPDATE folders SET stamp = ? WHERE number = ?", (kept, number))
        return came, gone

    def _posts(
        self, entries: Iterable["os.DirEntry[str]"], folder: str, vanished: set[str]
    ) -> Iterator[tuple[str, str]]:
        """Names and ids of the posts. Folders are noted on the way; those that are met have not vanished."""
        for entry in entries:
            id_ = self._id_in_name(entry.name)
            if id_ and is_post(entry):
                yield entry.name, id_
            elif entry.is_dir(follow_symlinks=False):
                path = f"{folder}/{entry.name}"
                if not _is_text(path):
                    logger.warning("%r has no name in UTF-8: posts in it are not known; rename it", path)
                elif path not in vanished:
                    self._number(path)
                vanished.discard(path)
            elif id_:
                path = printable(f"{folder}/{entry.name}")
                logger.warning("%s: it has the name of a post, and holds none; the command verify tells more", path)


def _is_text(path: str) -> bool:
    try:
        return bool(path.encode())
    except UnicodeEncodeError:
        return False


def _stamp(folder: Path) -> Stamp | None:
    try:
        return stamp_of(folder)
    except OSError as error:
        raise DiskError(folder, error.strerror) from error


def is_post(file: "os.DirEntry[str] | Path") -> bool:
    """Return whether what has the name of a post is one: a file that holds something, or a link to one."""
    try:
        return file.is_file() and file.stat().st_size > 0
    except FileNotFoundError:
        return False
    except OSError:
        if file.is_symlink():  # in a circle, or to where nobody may look
            return False
        raise
