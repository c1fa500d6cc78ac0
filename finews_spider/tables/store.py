"""The file of the table of posts: opened, made anew where it is not as it was left, and sealed."""

import sqlite3
import zlib
from contextlib import suppress
from pathlib import Path

from finews_spider.ledger.stamps import Stamp

FILE = Path(".finews/tables.sqlite")
LOCK = Path(".finews/tables.lock")
SEAL = Path(".finews/tables.seal")  # by which damage shows: what the file system says of the file, and its sum


def open_table(output: Path, version: int, schema: str) -> sqlite3.Connection:
    """Open the file; one that is missing, damaged or of another version is made anew. Raises sqlite3.Error."""
    if _is_damaged(output):
        remove(output)
    db = sqlite3.connect(output / FILE, isolation_level=None)
    try:
        db.execute("PRAGMA synchronous = NORMAL")
        if db.execute("PRAGMA user_version").fetchone() != (version,):
            db.close()
            remove(output)
            db = sqlite3.connect(output / FILE, isolation_level=None)
            db.executescript(f"BEGIN;{schema};PRAGMA user_version = {version};COMMIT")
    except BaseException:
        db.close()
        raise
    return db


def _is_damaged(output: Path) -> bool:
    """Return whether the file is another than it was left. SQLite would find few of the bits that a disk may lose."""
    if not (output / FILE).exists():
        return False
    if (output / FILE).with_name(f"{FILE.name}-journal").exists():  # of a killed process: SQLite rolls back
        with suppress(sqlite3.Error):
            db = sqlite3.connect(output / FILE)
            db.execute("SELECT count(*) FROM sqlite_schema").fetchone()
            db.close()
    stamp, _, total = _sealed(output).partition("\n")
    return stamp != _stamp(output) and total != _sum(output)


def seal(output: Path) -> None:
    """Note how the file is left. Raises OSError."""
    stamp, total = _stamp(output), _sealed(output).partition("\n")[2]
    if _sealed(output).partition("\n")[0] != stamp:
        total = _sum(output)
    kept = stamp if _stamp_of(output).is_settled else ""
    (output / SEAL).write_text(f"{kept}\n{total}", encoding="utf-8")


def _sealed(output: Path) -> str:
    try:
        return (output / SEAL).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""


def _stamp_of(output: Path) -> Stamp:
    found = (output / FILE).stat()
    return Stamp(found.st_mtime_ns, found.st_ctime_ns, found.st_ino, found.st_size)


def _stamp(output: Path) -> str:
    return str(_stamp_of(output))


def _sum(output: Path) -> str:
    total = 0
    with (output / FILE).open("rb") as file:
        while piece := file.read(1 << 20):
            total = zlib.crc32(piece, total)
    return f"{total:08x}"


def remove(output: Path) -> None:
    """Delete the file, and what belongs to it. Raises OSError."""
    for name in (FILE, FILE.with_name(f"{FILE.name}-journal"), SEAL):
        (output / name).unlink(missing_ok=True)
