"""The ledger's tables, from version to version."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

# From nothing to version 1 (finews 0.1.0), and from each version to the next. What is released is never changed.
MIGRATIONS = (
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
ALTER TABLE owed ADD COLUMN archive_look INTEGER DEFAULT 0;
UPDATE owed SET told = 1;
ALTER TABLE lists ADD COLUMN newest INTEGER;
ALTER TABLE lists ADD COLUMN deep INTEGER;
ALTER TABLE lists ADD COLUMN confirmed INTEGER DEFAULT 1;
ALTER TABLE lists ADD COLUMN deep_rows INTEGER DEFAULT 0;
ALTER TABLE lists ADD COLUMN early_rows INTEGER DEFAULT 0;
ALTER TABLE pages ADD COLUMN fetched INTEGER DEFAULT 0;
CREATE TABLE gaps (
    source TEXT, name TEXT, since INTEGER, until INTEGER, opened INTEGER, looks INTEGER, next_look INTEGER,
    state TEXT, reason TEXT, told INTEGER,
    PRIMARY KEY (source, name)
) WITHOUT ROWID;
CREATE TABLE coverage (
    source TEXT, name TEXT, since INTEGER, until INTEGER, PRIMARY KEY (source, name, since)
) WITHOUT ROWID;
CREATE TABLE backfills (arguments TEXT PRIMARY KEY, began INTEGER, runs INTEGER, posts INTEGER) WITHOUT ROWID;
CREATE TABLE list_ends (source TEXT, name TEXT, oldest INTEGER, PRIMARY KEY (source, name)) WITHOUT ROWID;
ALTER TABLE pages ADD COLUMN capture TEXT DEFAULT '';
CREATE TABLE hashes (id TEXT PRIMARY KEY, sha256 BLOB, origin TEXT, day INTEGER) WITHOUT ROWID;
CREATE TABLE captures (digest TEXT PRIMARY KEY, capture TEXT, kept INTEGER) WITHOUT ROWID;
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
CREATE TABLE run_days (
    day TEXT PRIMARY KEY, runs INTEGER, failed INTEGER, killed INTEGER, seconds INTEGER, longest INTEGER,
    archived INTEGER, owed INTEGER, bytes INTEGER
) WITHOUT ROWID;
CREATE TABLE run_hosts (
    day TEXT, host TEXT, requests INTEGER, failures INTEGER, bytes INTEGER, PRIMARY KEY (day, host)
) WITHOUT ROWID;
CREATE TABLE post_days (day TEXT PRIMARY KEY, posts INTEGER) WITHOUT ROWID;
CREATE TABLE pictures (
    day TEXT, key TEXT, address TEXT, state TEXT, seen INTEGER,
    tries INTEGER DEFAULT 0, first_try INTEGER, next_try INTEGER DEFAULT 0, reason TEXT DEFAULT '',
    archive_look INTEGER DEFAULT 0, PRIMARY KEY (key, day)
) WITHOUT ROWID""",
)
VERSION = len(MIGRATIONS)


@contextmanager
def transaction(db: sqlite3.Connection) -> Iterator[None]:
    """All that is written in it, or nothing."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.execute("COMMIT")
    finally:
        if db.in_transaction:
            db.rollback()


def migrate(db: sqlite3.Connection, version: int) -> None:
    """Bring the tables from that version to this one, what they hold with them."""
    for statement in ";\n".join(MIGRATIONS[version:]).split(";\n"):
        db.execute(statement)
    _note_version(db)


def _note_version(db: sqlite3.Connection) -> None:
    db.execute(f"PRAGMA user_version = {VERSION}")


def check(db: sqlite3.Connection) -> None:
    """Raise sqlite3.DatabaseError where a table or an index of this version is not there as it should be."""
    if not _tables() <= _tables_of(db):
        raise sqlite3.DatabaseError("its tables are others than those of finews")


@cache
def _tables() -> frozenset[tuple[str, ...]]:
    with sqlite3.connect(":memory:") as db:
        migrate(db, 0)
        tables = _tables_of(db)
    db.close()
    return tables


def _tables_of(db: sqlite3.Connection) -> frozenset[tuple[str, ...]]:
    return frozenset(db.execute("SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE sql IS NOT NULL"))
