"""The ledger's file: opened, checked, made anew where it cannot be used. Each table has a module of its own."""

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

from finews_spider.exceptions import ConfigurationError, DiskError

logger = logging.getLogger(__name__)

FILE = Path(".finews/ledger.sqlite")

# From nothing to version 1 (finews 0.1.0), and from each version to the next. What is released is never changed.
_MIGRATIONS = (
    """
CREATE TABLE folders (number INTEGER PRIMARY KEY, path TEXT UNIQUE, parent TEXT, changed INTEGER);
CREATE INDEX folders_by_parent ON folders (parent);
CREATE TABLE posts (folder INTEGER, name TEXT, id TEXT, PRIMARY KEY (folder, name)) WITHOUT ROWID;
CREATE INDEX posts_by_id ON posts (id);
CREATE TABLE owed (
    place INTEGER PRIMARY KEY, id TEXT UNIQUE, source TEXT, ref TEXT, state TEXT, seen INTEGER,
    tries INTEGER DEFAULT 0, first_try INTEGER, next_try INTEGER DEFAULT 0, reason TEXT DEFAULT ''
);
CREATE TABLE unpublished (path TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE lists (source TEXT, name TEXT, finished INTEGER, PRIMARY KEY (source, name)) WITHOUT ROWID;
CREATE TABLE pages (url TEXT PRIMARY KEY, etag TEXT, modified TEXT, body BLOB, asked INTEGER)""",
    # Times are Unix seconds.
    """
ALTER TABLE folders DROP COLUMN changed;
ALTER TABLE folders ADD COLUMN stamp TEXT DEFAULT '';
CREATE TABLE IF NOT EXISTS totals (source TEXT, name TEXT, missed INTEGER, PRIMARY KEY (source, name)) WITHOUT ROWID;
ALTER TABLE owed ADD COLUMN absences INTEGER DEFAULT 0;
ALTER TABLE owed ADD COLUMN first_absence INTEGER;
ALTER TABLE owed ADD COLUMN told INTEGER DEFAULT 0;
UPDATE owed SET told = 1;
ALTER TABLE lists ADD COLUMN newest INTEGER;
ALTER TABLE lists ADD COLUMN deep INTEGER;
ALTER TABLE lists ADD COLUMN confirmed INTEGER DEFAULT 1;
ALTER TABLE pages ADD COLUMN fetched INTEGER DEFAULT 0;
CREATE TABLE gaps (
    source TEXT, name TEXT, since INTEGER, until INTEGER, opened INTEGER, looks INTEGER, next_look INTEGER,
    state TEXT, reason TEXT, told INTEGER,
    PRIMARY KEY (source, name)
) WITHOUT ROWID;
CREATE TABLE coverage (
    source TEXT, name TEXT, since INTEGER, until INTEGER, PRIMARY KEY (source, name, since)
) WITHOUT ROWID;
CREATE TABLE list_ends (source TEXT, name TEXT, oldest INTEGER, PRIMARY KEY (source, name)) WITHOUT ROWID;
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID""",
)
VERSION = len(_MIGRATIONS)


class Ledger:
    """`with Ledger(output) as ledger:`. One run at a time writes to it, others may read meanwhile.

    One of an older version is brought to this one. One that is missing or damaged is made anew; the index then learns
    the posts from their folders. Raises ConfigurationError for one of a newer version, and where there can be none.
    """

    def __init__(self, output: Path) -> None:
        self.output = output
        self.file = output / FILE
        self._db = self._open()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Leave one file, as SQLite does when its last user goes."""
        self._db.close()

    def rows(self, query: str, values: tuple[Any, ...] = ()) -> sqlite3.Cursor:
        """What a query finds, row by row."""
        return self._db.execute(query, values)

    def row(self, query: str, values: tuple[Any, ...] = ()) -> Any:
        """The first row that a query finds, or None."""
        return self._db.execute(query, values).fetchone()

    @contextmanager
    def writing(self, *, synced: bool = False) -> Iterator[sqlite3.Connection]:
        """All that is written in it, or nothing. Raises DiskError where the disk refuses.

        Unless `synced`, a power cut may take the last of these, in their order.
        """
        try:
            self._db.execute(f"PRAGMA synchronous = {'FULL' if synced else 'NORMAL'}")
            self._db.execute("BEGIN IMMEDIATE")
            yield self._db
            self._db.execute("COMMIT")
        except sqlite3.Error as error:
            if _code(error) & 0xFF == sqlite3.SQLITE_CORRUPT and self.file.exists():
                self._set_aside(error)  # the next run makes it anew
            raise DiskError(self.file, error) from error
        finally:
            if self._db.in_transaction:
                self._db.rollback()

    def _open(self) -> sqlite3.Connection:
        try:
            return self._connect()
        except OSError as error:
            raise self._cannot_open(error) from error
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.OperationalError) and _code(error) != sqlite3.SQLITE_ERROR:
                raise self._cannot_open(error) from error
            self._set_aside(error)
            return self._connect()

    def _cannot_open(self, error: Exception) -> ConfigurationError:
        return ConfigurationError(
            f"{self.file}: cannot be opened: {error}; make its folder writable, or room on its disk, and run again"
        )

    def _set_aside(self, error: sqlite3.Error) -> None:
        aside = self.file.with_suffix(".damaged")
        self.file.replace(aside)
        for ending in ("-wal", "-shm"):
            self.file.with_name(self.file.name + ending).unlink(missing_ok=True)
        logger.warning("%s is damaged (%s): it is made anew; the old one is %s", self.file, error, aside.name)

    def _connect(self) -> sqlite3.Connection:
        self.file.parent.mkdir(parents=True, exist_ok=True)
        db = sqlite3.connect(self.file, isolation_level=None, timeout=10)
        try:
            version = _version(db, self.file)
            db.execute("PRAGMA journal_mode = WAL")
            if version < VERSION:
                self._migrate(db, version)
        except BaseException:
            db.close()
            raise
        return db

    def _migrate(self, db: sqlite3.Connection, version: int) -> None:
        """Bring the tables to this version, what they hold with them; those of no version are none of finews's."""
        db.execute("BEGIN IMMEDIATE")
        tables = db.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()
        if version:
            logger.info("%s is of version %d: it is brought to version %d", self.file, version, VERSION)
        elif tables:
            logger.warning("%s is of version 0: it is made anew", self.file)
            for (table,) in tables:
                db.execute(f'DROP TABLE "{table}"')
        else:
            logger.info("%s is new", self.file)
        for statement in ";\n".join(_MIGRATIONS[version:]).split(";\n"):
            db.execute(statement)
        db.execute(f"PRAGMA user_version = {VERSION}")
        db.execute("COMMIT")


def _code(error: sqlite3.Error) -> int:
    """SQLite's; 0 for an error that is not its own."""
    return getattr(error, "sqlite_errorcode", 0)


def _version(db: sqlite3.Connection, file: Path) -> int:
    """Raises sqlite3.DatabaseError for a damaged file, ConfigurationError for one of a newer version."""
    (version,) = db.execute("PRAGMA user_version").fetchone()
    if version > VERSION:
        raise ConfigurationError(
            f"{file}: is of version {version}, this finews knows {VERSION}; update finews,"
            " or move the file away: a new one is made from the posts and the listings"
        )
    (damage,) = db.execute("PRAGMA quick_check(1)").fetchone()
    if damage != "ok":
        raise sqlite3.DatabaseError(" ".join(str(damage).split()))
    return int(version)
