"""The ledger's file: opened, checked, made anew where it cannot be used. Each table has a module of its own."""

import logging
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Self

from finews_spider.exceptions import ConfigurationError, DiskError
from finews_spider.ledger import repair, schema

logger = logging.getLogger(__name__)

FILE = Path(".finews/ledger.sqlite")
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


class Ledger:
    """`with Ledger(output) as ledger:`. One run at a time writes to it, others may read meanwhile.

    One of an older version is brought to this one. One that is missing or damaged is made anew; the index then learns
    the posts from their folders. Raises ConfigurationError for one of a newer version, and where there can be none.
    """

    def __init__(self, output: Path) -> None:
        self.output = output
        self.file = output / FILE
        self.damage = ""  # what of it was damaged, and made anew
        self._db = self._open()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Leave one file, as SQLite does when its last user goes."""
        self._db.close()

    def rows(self, query: str, values: tuple[Any, ...] = ()) -> sqlite3.Cursor:
        """What a query finds, row by row. Raises DiskError, for a row that comes late too."""
        cursor = self._db.cursor(_Cursor)
        cursor.refuse = self._refuse
        try:
            return cursor.execute(query, values)
        except sqlite3.Error as error:
            self._refuse(error)
            raise

    def write_rows(self, query: str, rows: Iterable[tuple[Any, ...]]) -> None:
        """Write each of the rows, which takes half the time of as many calls of `rows`. Raises DiskError."""
        try:
            self._db.executemany(query, rows)
        except sqlite3.Error as error:
            self._refuse(error)
            raise

    def row(self, query: str, values: tuple[Any, ...] = ()) -> Any:
        """The first row that a query finds, or None. Raises DiskError."""
        try:
            return self._db.execute(query, values).fetchone()
        except sqlite3.Error as error:
            self._refuse(error)
            raise

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
            self._refuse(error)
            raise
        finally:
            if self._db.in_transaction:
                self._db.rollback()

    def _refuse(self, error: sqlite3.Error) -> None:
        """Raise DiskError, unless it is a fault of ours.

        A damaged ledger is set aside, and the next run makes it anew.
        """
        if _code(error) in (0, sqlite3.SQLITE_ERROR):
            return
        if _code(error) & 0xFF in _DAMAGED and self.file.exists():
            self._set_aside(error)
        raise DiskError(self.file, error) from error

    def _open(self) -> sqlite3.Connection:
        try:
            return self._connect()
        except OSError as error:
            raise self._cannot_open(error) from error
        except (sqlite3.DatabaseError, UnicodeDecodeError) as error:  # the latter for a message that quotes the damage
            if isinstance(error, sqlite3.OperationalError) and _code(error) != sqlite3.SQLITE_ERROR:
                raise self._cannot_open(error) from error
            self._set_aside(error)
            return self._connect()

    def _cannot_open(self, error: Exception) -> ConfigurationError:
        return ConfigurationError(
            f"{self.file}: cannot be opened: {error}; make its folder writable, or room on its disk, and run again"
        )

    def _set_aside(self, error: Exception) -> None:
        aside = self.file.with_suffix(".damaged")
        self.file.replace(aside)
        for ending in ("-wal", "-shm"):
            self.file.with_name(self.file.name + ending).unlink(missing_ok=True)
        self._note(f"{self.file} is damaged ({error}): it is made anew; the old one is {aside.name}")

    def _note(self, damage: str) -> None:
        self.damage = f"{self.damage}; {damage}" if self.damage else damage
        logger.warning("%s", damage)

    def _connect(self) -> sqlite3.Connection:
        self.file.parent.mkdir(parents=True, exist_ok=True)
        db = sqlite3.connect(self.file, isolation_level=None, timeout=10)
        db.text_factory = partial(str, encoding="utf-8", errors="replace")  # damage, where it is not UTF-8
        try:
            self._prepare(db)
        except BaseException:
            db.close()
            raise
        return db

    def _prepare(self, db: sqlite3.Connection) -> None:
        """Bring it to this version, and drop what is damaged. It is written to only where that is needed.

        Raises sqlite3.DatabaseError where it cannot be used, ConfigurationError for one of a newer version.
        """
        version = self._version(db)
        if damage := repair.damage(db):
            self._repair(db, damage)
        db.execute("PRAGMA journal_mode = WAL")
        if version < schema.VERSION:
            self._migrate(db, version)
        schema.check(db)
        if dropped := repair.drop_unreadable(db):
            rows = "1 row of it is" if dropped == 1 else f"{dropped} rows of it are"
            self._note(f"{self.file} is damaged: {rows} dropped, and learned again")

    def _repair(self, db: sqlite3.Connection, damage: str) -> None:
        with schema.transaction(db):
            repair.make_indexes(db)
        self._note(f"{self.file} is damaged ({damage}): its indexes are made anew, and the posts learned again")

    def _version(self, db: sqlite3.Connection) -> int:
        """Raises sqlite3.DatabaseError for a damaged file, ConfigurationError for one of a newer version."""
        (version,) = db.execute("PRAGMA user_version").fetchone()
        if version > schema.VERSION:
            raise ConfigurationError(
                f"{self.file}: is of version {version}, this finews knows {schema.VERSION}; update finews,"
                " or move the file away: a new one is made from the posts and the listings"
            )
        return int(version)

    def _migrate(self, db: sqlite3.Connection, version: int) -> None:
        """Bring the tables to this version, what they hold with them; those of no version are none of finews's."""
        with schema.transaction(db):
            tables = db.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()
            if version:
                logger.info("%s is of version %d: it is brought to version %d", self.file, version, schema.VERSION)
            elif tables:
                logger.warning("%s is of version 0: it is made anew", self.file)
                for (table,) in tables:
                    db.execute(f'DROP TABLE "{table}"')
            else:
                logger.info("%s is new", self.file)
            schema.migrate(db, version)


class _Cursor(sqlite3.Cursor):
    """One whose errors are those that the ledger raises, for the rows that come after the first too."""

    refuse: Callable[[sqlite3.Error], None]

    def fetchall(self) -> list[Any]:
        try:
            return super().fetchall()
        except sqlite3.Error as error:
            self.refuse(error)
            raise

    def __next__(self) -> Any:
        try:
            return super().__next__()
        except sqlite3.Error as error:
            self.refuse(error)
            raise


def _code(error: Exception) -> int:
    """SQLite's; 0 for an error that is not its own."""
    return getattr(error, "sqlite_errorcode", 0)
