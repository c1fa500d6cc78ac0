"""Whatever a byte or a row of the ledger became: no fault, and no post is lost or fetched twice."""

import json
import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from finews_spider.archive.paths import FOLDERS, id_in_post_name
from finews_spider.exceptions import ConfigurationError, DiskError
from finews_spider.exit_codes import ExitCode
from finews_spider.ledger.backfills import Backfills
from finews_spider.ledger.captures import Captures
from finews_spider.ledger.coverage import CoverageTable, Stretch
from finews_spider.ledger.database import FILE, Ledger
from finews_spider.ledger.facts import Fact, Facts
from finews_spider.ledger.gaps import Gap, Gaps, GapState
from finews_spider.ledger.hashes import Hashes
from finews_spider.ledger.listings import ListStates, ListTotals
from finews_spider.ledger.owed import Owed
from finews_spider.ledger.patience import DAY, MachineClock, Patience
from finews_spider.ledger.pictures import OwedPictures
from finews_spider.ledger.posts import Index
from finews_spider.ledger.responses import KeptResponses
from finews_spider.ledger.run_days import HostFigures, PostDays, RunDay, RunDays
from finews_spider.ledger.schema import VERSION
from finews_spider.newsroom.server import Newsroom
from finews_spider.newsroom.world import World
from tests.acceptance.test_crawl import ids_of
from tests.conftest import NOW, TimedSite, held
from tests.support import forks
from tests.support.nonempty import nonempty
from tests.support.whole import whole

PAGE = 4096
FLIPS = whole(10, 4)  # of each page
FLIPS_OF_RUNS = whole(2, 1)  # likewise, each read by a run
SEEN = datetime(2022, 1, 1, tzinfo=UTC)
JUNK = (
    "NULL",
    "-1",
    "0",
    "7",
    str(2**62),
    "1e300",
    "''",
    "'text'",
    "'2022-01-01'",
    "'/etc/passwd'",
    "'../../etc/passwd'",
    "'{}'",
    """'{"source": "finews", "id": "x", "url": 7}'""",
    "x''",
    "x'00ff'",
    "CAST(x'ff' AS TEXT)",
    "CAST(x'410042' AS TEXT)",
)


OF_POSTS = ("folders", "posts")  # damage shows by their indexes, which a statement changes with the row


@pytest.fixture(scope="module")
def crawled(world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TimedSite]:
    """What a run left that could not fetch three articles; all tables hold something."""
    with Newsroom(world) as room:
        site = TimedSite(tmp_path_factory.mktemp("crawled") / "site", room)
        for story in [story for story in world if story.in_article and not story.in_flash][:3]:
            site.fail(story)
        assert site.crawl().code == ExitCode.OWED
        with Ledger(site.output) as ledger:
            Gaps(ledger).keep(Gap("finews", "a list", SEEN, SEEN, SEEN, 1, SEEN, GapState.OPEN, "no reason"))
            Facts(ledger).keep_time(Fact.PROVEN_CLOCK, NOW)
            CoverageTable(ledger).add("finews", "a list", Stretch(SEEN, SEEN + timedelta(days=1)))
            Backfills(ledger).begin({"since": "2022-01-01"}, SEEN, 7)
            CoverageTable(ledger).note_end("finews", "a list", SEEN)
            ListTotals(ledger).record("finews", "a list", missed=2)
            Captures(ledger).add({"sha1:A": "{}"})
            RunDays(ledger).keep(RunDay(SEEN.date(), runs=1), {"a.example": HostFigures(1, 1, 1)})
            PostDays(ledger).note({SEEN.date(): 2})
            pictures_of(ledger).note([("2022-01-01", f"p.example/{n}", f"http://p.example/{n}") for n in range(3)])
        room.clear()
        yield site


@pytest.fixture
def site(crawled: TimedSite, tmp_path: Path) -> TimedSite:
    """A copy of it."""
    shutil.copytree(crawled.output, tmp_path / "site")
    return replace(crawled, output=tmp_path / "site")


def pictures_of(ledger: Ledger) -> OwedPictures:
    return OwedPictures(ledger, Patience(DAY), MachineClock())


def read_all(ledger: Ledger) -> None:
    """As runs and commands do."""
    index = Index(ledger, FOLDERS, id_in_post_name)
    index.sync()
    list(index.unpublished)
    owed = Owed(ledger, timedelta(days=14))
    list(owed)
    owed.enqueue_due(["finews", "eastmoney"])
    for task in owed.take(99):
        owed.tries.fail(task.id, "no reason")
        owed.tries.record_absence(task.id, "no reason")
    owed.untold(["finews"])
    for source, name in ledger.rows("SELECT source, name FROM lists UNION SELECT source, name FROM gaps").fetchall():
        ListStates(ledger).of(source, name)
        ListTotals(ledger).missed(source, name)
        Gaps(ledger).of(source, name)
    list(Gaps(ledger))
    Gaps(ledger).all()
    responses = KeptResponses(ledger)
    for (url,) in ledger.rows("SELECT url FROM pages").fetchall():
        responses.validators(url)
        responses.body(url)
        Captures(ledger).of_response(url)
    for (id_,) in ledger.rows("SELECT id FROM hashes").fetchall():
        Hashes(ledger).of(id_)
    list(Hashes(ledger).gone())
    list(index.all())
    for (digest,) in ledger.rows("SELECT digest FROM captures").fetchall():
        Captures(ledger).by_digest(digest)
    Facts(ledger).time(Fact.PROVEN_CLOCK)
    RunDays(ledger).all()
    RunDays(ledger).hosts(SEEN.date())
    PostDays(ledger).note({SEEN.date(): 1})
    pictures = pictures_of(ledger)
    pictures.count()
    for key, _ in pictures.due():
        pictures.days_of(key)
        pictures.fail(key, "no reason")
    CoverageTable(ledger).of("finews")
    for (arguments,) in ledger.rows("SELECT arguments FROM backfills").fetchall():
        with suppress(ValueError, AttributeError):
            Backfills(ledger).of(json.loads(arguments))


def check_output(output: Path, posts: set[str]) -> None:
    """A first look may say that the disk refuses; after it, all is well."""
    with suppress(DiskError), Ledger(output) as ledger:
        read_all(ledger)
    with Ledger(output) as ledger:
        read_all(ledger)
        assert {id_ for (id_,) in ledger.rows("SELECT id FROM posts")} == posts


def tables(file: Path) -> dict[str, list[str]]:
    """Return the columns of each table."""
    with closing(sqlite3.connect(file)) as db:
        names = [name for (name,) in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        return {name: [column for _, column, *_ in db.execute(f"PRAGMA table_info({name})")] for name in names}


def positions(size: int, number: int) -> list[int]:
    """Return places in a file, so many of each page, always the same."""
    random = Random(1)
    return [start + random.randrange(PAGE) for start in range(0, size, PAGE) for _ in range(number)]


def flip(file: Path, at: int) -> None:
    with file.open("r+b") as handle:
        handle.seek(at)
        (byte,) = handle.read(1)
        handle.seek(at)
        handle.write(bytes([byte ^ Random(at).randrange(1, 256)]))


def is_newer(file: Path) -> bool:
    """Return whether the ledger calls itself of a version that this finews does not know."""
    with closing(sqlite3.connect(file)) as db:
        return bool(db.execute("PRAGMA user_version").fetchone()[0] > VERSION)


def test_all_tables_hold_something(site: TimedSite) -> None:
    with closing(sqlite3.connect(site.output / FILE)) as db:
        counts = {name: db.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in tables(site.output / FILE)}
    assert {name for name, count in counts.items() if not count} == set()


@pytest.mark.slow
def test_rows_that_hold_anything_are_dropped(site: TimedSite) -> None:
    file, kept = site.output / FILE, (site.output / FILE).read_bytes()
    values = [(table, column, junk) for table, columns in tables(file).items() for column in columns for junk in JUNK]
    for table, column, junk in nonempty(values[:: whole(1, 6)]):
        file.write_bytes(kept)
        with closing(sqlite3.connect(file, isolation_level=None)) as db, suppress(sqlite3.IntegrityError):
            db.execute(f"UPDATE OR IGNORE {table} SET {column} = {junk}")
        with Ledger(site.output) as ledger:
            read_all(ledger)
            assert table in OF_POSTS or {id_ for (id_,) in ledger.rows("SELECT id FROM posts")} == site.names()


@pytest.mark.slow
def test_a_flipped_byte_is_no_fault(site: TimedSite) -> None:
    file, kept = site.output / FILE, (site.output / FILE).read_bytes()
    for at in nonempty(positions(len(kept), FLIPS)):
        file.write_bytes(kept)
        flip(file, at)
        try:
            check_output(site.output, site.names())
        except ConfigurationError:
            assert is_newer(file)


def test_what_was_dropped_is_counted_and_read_of_lists_again(site: TimedSite, caplog: pytest.LogCaptureFixture) -> None:
    with closing(sqlite3.connect(site.output / FILE, isolation_level=None)) as db:
        db.execute("UPDATE owed SET ref = '{' WHERE place = (SELECT min(place) FROM owed)")
    with Ledger(site.output) as ledger:
        assert len(list(Owed(ledger, timedelta(days=14)))) == 2
        assert ledger.row("SELECT count(*) FROM lists") == (0,)
    assert [record.getMessage() for record in caplog.records] == [
        f"{site.output / FILE} is damaged: 1 row of it is dropped, and learned again"
    ]


@pytest.mark.slow
def test_a_run_with_a_flipped_byte_ends_well(site: TimedSite, world: World) -> None:
    file, kept, posts = site.output / FILE, (site.output / FILE).read_bytes(), site.posts()
    noted = {}
    for number, at in enumerate(nonempty(positions(len(kept), FLIPS_OF_RUNS))):
        file.write_bytes(kept)
        flip(file, at)
        if is_newer(file):
            continue
        ran = [site.owed, site.crawl, lambda: site.run("reindex", "-s", f"FINEWS_OUTPUT={site.output}")][number % 3]()
        if ran.code not in (ExitCode.OK, ExitCode.OWED, ExitCode.MISSING) or "Traceback" in ran.err:
            noted[at] = (ran.code, ran.err[-3000:])
        assert posts.items() <= site.posts().items()
    assert noted == {}


def forget_many(output: Path) -> None:
    """Make the ledger larger than what SQLite keeps of it in memory."""
    numbers = "WITH numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 30000)"
    ref = "json_object('source', '', 'id', 'NW' || n, 'url', '', 'digest', printf('%300d', 0))"
    with Ledger(output) as ledger, ledger.writing():
        insert = "INSERT INTO owed (id, source, ref, state, seen)"
        ledger.rows(f"{insert} {numbers} SELECT 'NW' || n, '', {ref}, 'forgotten', 0 FROM numbers")


@pytest.mark.slow
def test_a_run_whose_ledger_is_damaged_meanwhile_leaves_the_next_one_well(
    crawled: TimedSite, tmp_path: Path, world: World
) -> None:
    site = replace(crawled, output=tmp_path / "new")
    forget_many(site.output)
    with held(site.room, world):
        with site.log.open("wb") as log:
            crawl = forks.start(site.words((), {}), log, log, site.now)
        while crawl.poll() is None and len(site.posts()) < 20:
            time.sleep(0.001)
        size = (site.output / FILE).stat().st_size
        with (site.output / FILE).open("r+b") as handle:
            handle.seek(size // 2)
            handle.write(Random(1).randbytes(size // 2))
    ran = site.end_of(crawl)
    assert ran.code == ExitCode.OWED
    assert "malformed" in ran.err
    assert "Traceback" not in ran.err
    assert site.crawl().code == ExitCode.OK
    assert len(site.posts()) == len(site.names()) == len(ids_of(world))
