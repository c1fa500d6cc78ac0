"""What is damaged in a ledger that SQLite can open: rows that cannot be read are dropped, and learned again."""

import sqlite3

from finews_spider.ledger.refs import read_ref
from finews_spider.ledger.schema import transaction

_LAST = 32_503_680_000  # the year 3000, in Unix seconds


def _number(*columns: str, least: int = 0, most: int = _LAST) -> str:
    return " AND ".join(f"typeof({name}) = 'integer' AND {name} BETWEEN {least} AND {most}" for name in columns)


def _time(*columns: str) -> str:
    return _number(*columns, least=-_LAST)


def _time_or_null(*columns: str) -> str:
    return " AND ".join(f"({name} IS NULL OR {_time(name)})" for name in columns)


def _text(*columns: str) -> str:
    return " AND ".join(f"typeof({name}) = 'text' AND is_text(CAST({name} AS BLOB))" for name in columns)


# What the rows of each table look like. Posts are not here: all of them stands in an index too, by which damage shows.
_FITTING = {
    "folders": _text("path", "parent", "stamp"),
    "owed": f"{_text('id', 'source', 'ref', 'state', 'reason')} AND {_number('tries', 'absences')}"
    " AND is_ref(CAST(id AS BLOB), CAST(source AS BLOB), CAST(ref AS BLOB))"
    " AND state IN ('owed', 'given up', 'withdrawn', 'forgotten')"
    f" AND {_time('seen', 'next_try')} AND {_time_or_null('first_try', 'first_absence')} AND {_number('told', most=1)}",
    "unpublished": f"{_text('path')} AND path GLOB '[^/]*' AND NOT path GLOB '*[/.][/.]*'",
    "lists": f"{_text('source', 'name')} AND {_number('finished', 'confirmed', most=1)}"
    f" AND {_time_or_null('newest', 'deep')} AND {_number('deep_rows')} AND {_number('early_rows')}",
    "totals": f"{_text('source', 'name')} AND {_number('missed')}",
    "pages": f"{_text('url', 'etag', 'modified', 'capture')} AND typeof(body) = 'blob'"
    f" AND {_number('asked', 'fetched')}",
    "gaps": f"{_text('source', 'name', 'state', 'reason')} AND state IN ('open', 'given up') AND {_number('looks')}"
    f" AND {_time('since', 'until', 'opened', 'next_look')} AND {_number('told', most=1)}",
    "coverage": f"{_text('source', 'name')} AND {_time('since', 'until')}",
    "backfills": f"{_text('arguments')} AND {_time('began')} AND {_number('runs', 'posts')}",
    "list_ends": f"{_text('source', 'name')} AND {_time('oldest')}",
    "hashes": f"{_text('id', 'origin')} AND typeof(sha256) = 'blob' AND length(sha256) = 32"
    f" AND origin IN ('written', 'edited', 'found') AND {_number('day')}",
    "captures": f"{_text('digest', 'capture')} AND {_number('kept')}",
    "facts": _text("name", "value"),
    "run_days": f"{_text('day')} AND {_number('runs', 'failed', 'killed', 'seconds', 'longest', 'archived', 'owed')}"
    f" AND {_number('bytes', most=1 << 60)}",
    "run_hosts": f"{_text('day', 'host')} AND {_number('requests', 'failures')} AND {_number('bytes', most=1 << 60)}",
    "post_days": f"{_text('day')} AND {_number('posts')}",
    "pictures": f"{_text('day', 'key', 'address', 'state', 'reason')} AND state IN ('owed', 'given up')"
    " AND (address GLOB 'http://?*' OR address GLOB 'https://?*')"
    " AND day GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'"
    f" AND {_time('seen', 'next_try')} AND {_time_or_null('first_try')} AND {_number('tries')}"
    f" AND {_number('archive_look', most=1)}",
}
_FORGETTING = {"owed", "lists", "gaps"}  # with a row of these, it is lost what lists have to tell again


def damage(db: sqlite3.Connection) -> str:
    """Return what is wrong in the file, rows and indexes together; empty where nothing is."""
    (found,) = db.execute("PRAGMA integrity_check(1)").fetchone()
    return "" if found == "ok" else " ".join(str(found).split())


def make_indexes(db: sqlite3.Connection) -> None:
    """Make the indexes anew. Raises sqlite3.DatabaseError where that does not help.

    They are made of the rows, of which some are wrong then: all that is known of posts is dropped.
    """
    db.execute("REINDEX")
    if left := damage(db):
        raise sqlite3.DatabaseError(left)
    _forget_posts(db)


def drop_unreadable(db: sqlite3.Connection) -> int:
    """Drop the rows that do not fit, and return how many. Lists may have to be read to their ends again for that."""
    db.create_function("is_text", 1, _is_text, deterministic=True)
    db.create_function("is_ref", 3, _is_ref, deterministic=True)
    found = {table: f"FROM {table} WHERE NOT ifnull({fitting}, 0)" for table, fitting in _FITTING.items()}
    damaged = {table for table, rows in found.items() if db.execute(f"SELECT 1 {rows} LIMIT 1").fetchone()}
    if not damaged:
        return 0
    with transaction(db):
        dropped = sum(db.execute(f"DELETE {found[table]}").rowcount for table in sorted(damaged))
        if damaged & _FORGETTING:
            db.execute("DELETE FROM lists")
        if "folders" in damaged:
            _forget_posts(db)
    return dropped


def _forget_posts(db: sqlite3.Connection) -> None:
    db.execute("DELETE FROM posts")
    db.execute("DELETE FROM folders")


def _is_text(data: bytes | None) -> bool:
    try:
        return data is not None and "\0" not in data.decode()
    except UnicodeDecodeError:
        return False


def _is_ref(id_: bytes | None, source: bytes | None, text: bytes | None) -> bool:
    try:
        ref = read_ref(text or b"")
    except (ValueError, OverflowError):
        return False
    is_address = not ref.url or ref.url.startswith(("http://", "https://"))
    return is_address and (ref.id.encode(), ref.source.encode()) == (id_, source)
