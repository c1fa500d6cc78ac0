"""Rows as files: CSV, JSON lines and SQLite by Python's own modules, Parquet by DuckDB. Same rows, same bytes."""

import csv
import json
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from finews_spider.exceptions import ConfigurationError


class Table(NamedTuple):
    """Rows by columns, and the same as JSON, one a line; in a database, it has a name, and a key of columns."""

    columns: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    lines: bytes
    name: str = "posts"
    key: tuple[str, ...] = ("id",)


Writer = Callable[[Path, Table], None]

# What a spreadsheet takes for a formula where a cell begins with it, of half or full width; and the mark itself, so
# that it can be taken off again.
RUNS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", "'")
MARK = "'"
_LIBRARY_VERSION = slice(96, 100)  # of a SQLite file: who wrote it last, which nobody needs


def table(columns: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> Table:
    """Return rows as a table."""
    texts = (json.dumps(dict(zip(columns, row, strict=True)), ensure_ascii=False) for row in rows)
    return Table(columns, rows, "".join(f"{text}\n" for text in texts).encode())


def safe_cell(text: str) -> str:
    """Return what is written into a cell: with a mark in front where a spreadsheet would run it, or where one is."""
    return f"{MARK}{text}" if text.startswith(RUNS) else text


def write_jsonl(path: Path, of: Table) -> None:
    """Write JSON lines. Raises OSError."""
    path.write_bytes(of.lines)


def write_csv(path: Path, of: Table) -> None:
    """Write CSV as RFC 4180 has it, in UTF-8, all cells quoted. Raises OSError."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL)
        writer.writerow(of.columns)
        writer.writerows([safe_cell(cell) for cell in row] for row in of.rows)


def write_sqlite(path: Path, of: Table) -> None:
    """Write a database with one table. Raises OSError."""
    try:
        with closing(sqlite3.connect(path, isolation_level=None)) as db:
            db.execute("PRAGMA journal_mode = OFF")
            db.execute("PRAGMA secure_delete = ON")  # nothing of memory gets into pages
            db.execute("BEGIN")
            types = ", ".join(f"{name} TEXT NOT NULL" for name in of.columns)
            db.execute(f"CREATE TABLE {of.name} ({types}, PRIMARY KEY ({', '.join(of.key)}))")
            db.executemany(f"INSERT INTO {of.name} VALUES ({', '.join('?' * len(of.columns))})", of.rows)  # noqa: S608
            db.execute("COMMIT")
    except sqlite3.OperationalError as error:
        raise OSError(0, str(error), str(path)) from error
    with path.open("r+b") as file:
        file.seek(_LIBRARY_VERSION.start)
        file.write(bytes(4))


def write_parquet(path: Path, of: Table) -> None:
    """Write Parquet, all columns strings. Raises OSError."""
    import duckdb

    lines = path.with_suffix(".lines")
    lines.write_bytes(of.lines)
    types = ", ".join(f"{name}: 'VARCHAR'" for name in of.columns)
    options = f"format = 'newline_delimited', maximum_object_size = {len(of.lines) + 1}, columns = {{{types}}}"
    settings: dict[str, str | bool | int | float | list[str]] = {"threads": 1}
    settings |= {"autoinstall_known_extensions": False, "autoload_known_extensions": False}
    try:
        with duckdb.connect(":memory:", config=settings) as db:
            db.execute(
                f"COPY (SELECT * FROM read_json({_quoted(lines)}, {options}))"  # noqa: S608
                f" TO {_quoted(path)} (FORMAT parquet, COMPRESSION zstd)"
            )
    except duckdb.IOException as error:
        raise OSError(0, str(error), str(path)) from error
    finally:
        lines.unlink(missing_ok=True)


FORMATS: Mapping[str, Writer] = {
    "parquet": write_parquet,
    "csv": write_csv,
    "jsonl": write_jsonl,
    "sqlite": write_sqlite,
}
MEDIA_TYPES = {
    "parquet": "application/vnd.apache.parquet",
    "csv": "text/csv",
    "jsonl": "application/jsonl",
    "sqlite": "application/vnd.sqlite3",
}


def check_installed(formats: Sequence[str]) -> None:
    """Raise ConfigurationError where a format is asked for whose library is not installed."""
    if "parquet" not in formats:
        return
    try:
        import duckdb  # noqa: F401
    except ModuleNotFoundError:
        raise ConfigurationError(
            "--format: parquet is written by DuckDB, which is not installed; pip install 'finews-spider[export]',"
            " or use csv, jsonl, sqlite"
        ) from None


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
