"""Ledgers of every version become the same: what is released is never changed, and each change brings its migration."""

import shutil
import sqlite3
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import pytest

from finews_spider.ledger.database import FILE, Ledger
from finews_spider.ledger.schema import MIGRATIONS, VERSION
from tests.support.nonempty import nonempty
from tests.support.paths import FIXTURES

# Of each migration that a release had. A release with another one adds a line; none is ever changed. The version before
# it needs a file in tests/fixtures/ledger then, and tests that say what is carried over.
RELEASED = ["a21895dc00656140b66dd0439ad61ef206e2e01e2659019cf1d9b733c3f866b7"]
FILES = nonempty(sorted((FIXTURES / "ledger").glob("*.sqlite")))


def version_of(file: Path) -> int:
    with closing(sqlite3.connect(f"file:{file}?immutable=1", uri=True)) as db:
        return int(db.execute("PRAGMA user_version").fetchone()[0])


def schema_of(ledger: Ledger) -> set[tuple[str, ...]]:
    return set(ledger.rows("SELECT type, name, tbl_name, sql FROM sqlite_schema"))


def test_what_is_released_is_never_changed() -> None:
    assert [sha256(migration.encode()).hexdigest() for migration in MIGRATIONS[: len(RELEASED)]] == RELEASED
    assert len(MIGRATIONS) <= len(RELEASED) + 1  # the one that is worked on


def test_of_every_earlier_version_there_is_a_file() -> None:
    assert {version_of(file) for file in FILES} == set(range(1, VERSION))


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.name))
def test_a_ledger_of_an_earlier_version_becomes_what_a_new_one_is(tmp_path: Path, file: Path) -> None:
    old = tmp_path / "old" / FILE
    old.parent.mkdir(parents=True)
    shutil.copyfile(file, old)
    with Ledger(tmp_path / "old") as brought, Ledger(tmp_path / "new") as new:
        assert schema_of(brought) == schema_of(new)
        assert brought.row("PRAGMA user_version") == new.row("PRAGMA user_version") == (VERSION,)


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.name))
def test_a_ledger_that_is_killed_while_it_is_brought_is_as_before(
    tmp_path: Path, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = tmp_path / FILE
    old.parent.mkdir()
    shutil.copyfile(file, old)

    def fail(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("finews_spider.ledger.schema._note_version", fail)
    with pytest.raises(KeyboardInterrupt):
        Ledger(tmp_path)
    monkeypatch.undo()
    assert version_of(old) == version_of(file)
    with Ledger(tmp_path) as ledger:
        assert ledger.row("PRAGMA user_version") == (VERSION,)
