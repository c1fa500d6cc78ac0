"""The ledger is made anew where it cannot be used, and the run goes on."""

import logging
import shutil
import sqlite3
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from finews_spider.archive.paths import FOLDERS, id_in_post_name
from finews_spider.exceptions import ConfigurationError, DiskError
from finews_spider.items import ArticleRef
from finews_spider.ledger.database import FILE, Ledger
from finews_spider.ledger.owed import Owed
from finews_spider.ledger.posts import Index
from finews_spider.ledger.schema import VERSION
from tests.conftest import TimedSite

PAGE = 4096


def ids_owed(ledger: Ledger) -> list[str]:
    return [owing.ref.id for owing in Owed(ledger, timedelta(days=14))]


def refs(number: int) -> list[ArticleRef]:
    numbers = range(202112302230000000, 202112302230000000 + number)
    return [ArticleRef(source="finews", id=f"NW{entry}", url=f"https://a.example/{entry}") for entry in numbers]


def posts(output: Path, number: int) -> None:
    folder = output / "_posts"
    folder.mkdir(parents=True)
    for ref in refs(number):
        (folder / f"2021-12-30-{ref.id}.md").write_text("text")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A ledger that knows 900 posts and owes 100 articles."""
    posts(tmp_path, 900)
    with Ledger(tmp_path) as ledger:
        Index(ledger, FOLDERS, id_in_post_name).sync()
        Owed(ledger, timedelta(days=14)).record_listed(refs(1000))
    return tmp_path / FILE


def tell_version(file: Path, version: int) -> None:
    db = sqlite3.connect(file)
    db.execute(f"PRAGMA user_version = {version}")
    db.close()


# What may happen to the file.


def overwrite(file: Path, at: int, data: bytes) -> None:
    with file.open("r+b") as handle:
        handle.seek(at)
        handle.write(data)


def in_the_middle(data: bytes) -> Callable[[Path], None]:
    def damage(file: Path) -> None:
        db = sqlite3.connect(file)
        (page,) = db.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'posts'").fetchone()
        db.close()
        overwrite(file, (page - 1) * PAGE, data)

    return damage


def garbage_and_a_journal(file: Path) -> None:
    file.write_bytes(b"garbage")
    file.with_name(f"{file.name}-wal").write_bytes(Random(1).randbytes(PAGE))


DAMAGES: dict[str, Callable[[Path], object]] = {
    "garbage": lambda file: file.write_bytes(Random(1).randbytes(5 * PAGE)),
    "text": lambda file: file.write_text("no ledger\n" * 99),
    "cut off": lambda file: file.write_bytes(file.read_bytes()[: 3 * PAGE + 99]),
    "a page of zeros": in_the_middle(bytes(PAGE)),
    "a page of garbage": in_the_middle(Random(1).randbytes(PAGE)),
    "a schema of garbage": lambda file: overwrite(file, 200, Random(1).randbytes(PAGE - 200)),
    "an unknown format": lambda file: overwrite(file, 44, bytes([9, 9, 9, 9])),
    "garbage and a journal": garbage_and_a_journal,
}


def test_a_ledger_is_one_file_when_it_is_closed(file: Path) -> None:
    assert {path.name for path in file.parent.iterdir()} == {file.name}


def test_what_was_written_is_there_again(file: Path, tmp_path: Path) -> None:
    with Ledger(tmp_path) as ledger:
        assert len(Index(ledger, FOLDERS, id_in_post_name)) == 900
        assert ids_owed(ledger) == [ref.id for ref in refs(1000)[900:]]


def test_a_newer_ledger_is_refused_with_what_to_do(file: Path, tmp_path: Path) -> None:
    tell_version(file, VERSION + 1)
    before = file.read_bytes()
    with pytest.raises(ConfigurationError) as caught:
        Ledger(tmp_path)
    for part in (str(file), f"version {VERSION + 1}", "update finews", "move the file away"):
        assert part in str(caught.value)
    assert file.read_bytes() == before


def test_an_older_ledger_is_made_anew(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / FILE).parent.mkdir()
    db = sqlite3.connect(tmp_path / FILE)
    db.execute("CREATE TABLE posts (something TEXT)")
    db.execute("CREATE TABLE of_old (something TEXT)")
    db.close()
    posts(tmp_path, 3)
    with Ledger(tmp_path) as ledger:
        assert Index(ledger, FOLDERS, id_in_post_name).sync() == (3, 0)
        assert ledger.row("SELECT 1 FROM sqlite_schema WHERE name = 'of_old'") is None
    (line,) = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
    assert line == f"{tmp_path / FILE} is of version 0: it is made anew"


def test_a_new_ledger_warns_of_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    Ledger(tmp_path).close()
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_ledger_is_made_anew(
    damage: str, file: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    DAMAGES[damage](file)
    damaged = file.read_bytes()
    with Ledger(tmp_path) as ledger:
        assert Index(ledger, FOLDERS, id_in_post_name).sync() == (900, 0)
        assert ids_owed(ledger) == []
    (line,) = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
    assert str(file) in line
    assert "made anew; the old one is ledger.damaged" in line
    assert file.with_suffix(".damaged").read_bytes() == damaged


def test_an_empty_file_is_a_new_ledger(file: Path, tmp_path: Path) -> None:
    file.write_bytes(b"")
    with Ledger(tmp_path) as ledger:
        assert Index(ledger, FOLDERS, id_in_post_name).sync() == (900, 0)


def test_what_a_killed_run_left_in_the_journal_is_there(tmp_path: Path) -> None:
    with Ledger(tmp_path / "killed") as ledger:
        Owed(ledger, timedelta(days=14)).record_listed(refs(2))
        assert ledger.file.with_name(f"{ledger.file.name}-wal").stat().st_size > 0
        shutil.copytree(tmp_path / "killed", tmp_path / "next")
    with Ledger(tmp_path / "next") as ledger:
        assert len(ids_owed(ledger)) == 2


@pytest.mark.parametrize("size", [0, 10, PAGE, 5 * PAGE])
def test_a_journal_of_garbage_harms_nothing(file: Path, tmp_path: Path, size: int) -> None:
    file.with_name(f"{file.name}-wal").write_bytes(Random(1).randbytes(size))
    with Ledger(tmp_path) as ledger:
        assert len(ids_owed(ledger)) == 100


def test_a_journal_of_another_ledger_harms_nothing(file: Path, tmp_path: Path) -> None:
    with Ledger(tmp_path / "other") as other:
        Owed(other, timedelta(days=14)).record_listed(refs(2000))
        shutil.copy(f"{other.file}-wal", f"{file}-wal")
    with Ledger(tmp_path) as ledger:
        assert Index(ledger, FOLDERS, id_in_post_name).sync() in ((0, 0), (900, 0))
        assert len(Index(ledger, FOLDERS, id_in_post_name)) == 900


def test_all_is_written_or_nothing(file: Path, tmp_path: Path) -> None:
    def write(ledger: Ledger) -> None:
        with ledger.writing():
            ledger.rows("DELETE FROM owed")
            raise KeyError

    with Ledger(tmp_path) as ledger:
        with pytest.raises(KeyError):
            write(ledger)
        assert len(ids_owed(ledger)) == 100


def test_a_disk_that_refuses_is_named(file: Path, tmp_path: Path) -> None:
    with Ledger(tmp_path) as ledger:
        ledger.rows("PRAGMA query_only = 1")
        with pytest.raises(DiskError, match=r"ledger.sqlite cannot be written: .*run again"), ledger.writing():
            ledger.rows("DELETE FROM owed")
    with Ledger(tmp_path) as ledger:  # it is not damaged, so it stays
        assert len(ids_owed(ledger)) == 100


@pytest.mark.parametrize("place", [FILE, FILE.parent])
def test_what_stands_in_its_place_is_named_with_what_to_do(tmp_path: Path, place: Path) -> None:
    if place == FILE:
        (tmp_path / place).mkdir(parents=True)
    else:
        (tmp_path / place).write_text("")
    with pytest.raises(ConfigurationError, match=r"ledger.sqlite: cannot be opened: .* and run again"):
        Ledger(tmp_path)


def test_others_read_while_a_run_writes(file: Path, tmp_path: Path) -> None:
    with Ledger(tmp_path) as ledger, ledger.writing():
        ledger.rows("DELETE FROM owed")
        with Ledger(tmp_path) as other:
            assert len(ids_owed(other)) == 100


READINGS: dict[str, Callable[[Ledger], object]] = {
    "a look": lambda ledger: Index(ledger, FOLDERS, id_in_post_name).reindex(),
    "one row": lambda ledger: ledger.row("SELECT max(id) FROM posts"),
    "all rows": lambda ledger: ledger.rows("SELECT id FROM posts").fetchall(),
    "row by row": lambda ledger: list(ledger.rows("SELECT id FROM posts")),
}


@pytest.mark.parametrize("reading", READINGS)
def test_damage_that_shows_in_the_midst_of_a_run_is_over_with_the_next(
    file: Path, tmp_path: Path, reading: str
) -> None:
    with Ledger(tmp_path) as ledger:
        ledger.row("PRAGMA shrink_memory")
        overwrite(file, PAGE, Random(1).randbytes(file.stat().st_size - PAGE))
        with pytest.raises(DiskError, match=r"malformed.*run again"):
            READINGS[reading](ledger)
    with Ledger(tmp_path) as ledger:
        assert Index(ledger, FOLDERS, id_in_post_name).sync() == (900, 0)


def test_a_row_that_comes_late_is_damaged_too(file: Path, tmp_path: Path) -> None:
    with Ledger(tmp_path) as ledger:
        rows = ledger.rows("SELECT name, id FROM posts ORDER BY folder, name")
        next(rows)
        ledger.row("PRAGMA shrink_memory")
        overwrite(file, PAGE, Random(1).randbytes(file.stat().st_size - PAGE))
        with pytest.raises(DiskError, match="malformed"):
            list(rows)


def test_indexes_that_are_damaged_are_made_anew(file: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    db = sqlite3.connect(file)
    db.execute("PRAGMA writable_schema = 1")
    db.execute("UPDATE sqlite_schema SET sql = replace(sql, '(id)', '(name)') WHERE name = 'posts_by_id'")
    db.commit()
    db.execute("PRAGMA writable_schema = RESET")
    db.execute("REINDEX")
    db.execute("PRAGMA writable_schema = 1")
    db.execute("UPDATE sqlite_schema SET sql = replace(sql, '(name)', '(id)') WHERE name = 'posts_by_id'")
    db.commit()
    db.close()
    with Ledger(tmp_path) as ledger:
        assert Index(ledger, FOLDERS, id_in_post_name).sync() == (900, 0)
        assert ids_owed(ledger) == [ref.id for ref in refs(1000)[900:]]
    (line,) = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
    assert "its indexes are made anew, and the posts learned again" in line


# Through the front door.


@pytest.mark.slow
@pytest.mark.parametrize("damage", DAMAGES)
def test_a_run_goes_on_with_a_ledger_that_was_damaged(damage: str, archived: TimedSite) -> None:
    before = archived.times()
    DAMAGES[damage](archived.output / FILE)
    ran = archived.crawl()
    assert ran.code == 0
    assert archived.articles_asked() == []
    assert archived.times() == before
    (line,) = [line for line in ran.err.splitlines() if " WARNING: " in line]
    assert str(archived.output / FILE) in line
    assert "Traceback" not in ran.err


def test_a_run_does_without_a_ledger(archived: TimedSite) -> None:
    (archived.output / FILE).unlink()
    ran = archived.crawl()
    assert ran.code == 0
    assert archived.articles_asked() == []
    assert f"{archived.output / FILE} is new" in ran.err


def test_what_a_lost_ledger_owed_is_owed_again(archived: TimedSite) -> None:
    """A list is read to its end where the ledger does not say that it was."""
    path = max(archived.posts())
    (archived.output / path).unlink()
    (archived.output / FILE).write_bytes(b"garbage")
    assert archived.crawl().code == 0
    assert path in archived.posts()


def test_a_run_does_not_begin_with_a_newer_ledger(archived: TimedSite) -> None:
    tell_version(archived.output / FILE, VERSION + 1)
    ran = archived.crawl()
    assert ran.code == 2
    assert archived.room.log == []
    assert str(archived.output / FILE) in ran.err
    assert "update finews" in ran.err
    assert "Traceback" not in ran.err
    assert archived.report()["exit_code"] == 2


@pytest.mark.parametrize("command", ["owed", "reindex"])
def test_no_command_uses_a_newer_ledger(archived: TimedSite, command: str) -> None:
    tell_version(archived.output / FILE, VERSION + 1)
    ran = archived.run(command, "-s", f"FINEWS_OUTPUT={archived.output}")
    assert ran.code == 2
    assert ran.err.startswith(f"scrapy {command}: {archived.output / FILE}: is of version {VERSION + 1}")
    assert "Traceback" not in ran.err


def test_reindex_learns_the_posts_and_leaves_what_is_owed(archived: TimedSite) -> None:
    with Ledger(archived.output) as ledger:
        Owed(ledger, timedelta(days=14)).record_listed(
            [ArticleRef(source="finews", id="NW202001010000000000", url="https://a.example/1")]
        )
        ledger.rows("DELETE FROM posts")
    ran = archived.run("reindex", "-s", f"FINEWS_OUTPUT={archived.output}")
    assert ran.code == 0
    assert ran.out == f"{archived.output / FILE}: {len(archived.posts())} posts\n"
    with Ledger(archived.output) as ledger:
        assert len(Index(ledger, FOLDERS, id_in_post_name)) == len(archived.posts())
        assert len(ids_owed(ledger)) == 1
