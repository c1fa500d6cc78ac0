"""The queue at the front door: what is added, listed, tried again, cancelled; and what is refused in one line."""

import json
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.conftest import run_scrapy
from tests.support.machines import Postgres, Stage, site_of, sources_of

pytestmark = pytest.mark.slow

WAYBACK = """
[finews]
site = "http://127.0.0.5"
share = []
origin = []
text_path = "/{id}"
share_link = "http://127.0.0.5/{id}"
flash_link = "http://127.0.0.5/{number}"
pictures = ["http://127.0.0.7"]

[wayback]
cdx = "http://127.0.0.6/cdx"
play = "http://127.0.0.6/web"
queries = [{ source = "finews", prefix = "127.0.0.5/" }]
"""


@pytest.fixture
def stage(tmp_path: Path, queue: str) -> Stage:
    sites = [site_of(1, parts=2, each=1), site_of(2, parts=1, each=1)]
    for number, site in enumerate(sites, 1):
        site.url = f"http://127.0.1.{number}"
    return Stage(tmp_path / "stage", queue, sources_of(sites) + WAYBACK, 0.2)


def units(stage: Stage, *words: str, code: int = 0) -> str:
    """Run `finews units …`; return what it prints, of what is refused the one line of the error."""
    done = stage.quick("m1", "units", *words)
    assert done.code == code, done.err
    if code:
        assert done.err.count("\n") == 1
        assert "s3cret" not in done.err
    return done.err if code else done.out


def listed(stage: Stage) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(units(stage, "--json"))["units"]
    return found


def end(stage: Stage, id_: int, status: str, **last: object) -> None:
    """Note that a unit ended so, as a worker does."""
    with psycopg.connect(stage.queue, autocommit=True) as connection:
        connection.execute("UPDATE procrastinate_jobs SET status = 'doing' WHERE id = %s", (id_,))
        arguments = json.dumps({"last": last})
        connection.execute("UPDATE procrastinate_jobs SET args = args || %s::jsonb WHERE id = %s", (arguments, id_))
        connection.execute(
            "UPDATE procrastinate_jobs SET status = %s::procrastinate_job_status WHERE id = %s", (status, id_)
        )


def test_ten_years_of_an_archive_are_a_unit_a_month(stage: Stage) -> None:
    words = "add --source wayback --since 2015-01-01 --until 2024-12-31 --by month".split()
    assert units(stage, *words) == "120 units added\n"
    assert units(stage, *words) == "120 units there already\n"
    rows = listed(stage)
    assert len(rows) == 120
    assert rows[0]["key"] == "crawl source=wayback since=2015-01-01 until=2015-01-31"
    assert {row["group"] for row in rows} == {"finews+wayback"}
    table = units(stage).splitlines()
    assert table[0].split() == "group to do doing owed failed done oldest to do".split()
    assert table[1].split()[:6] == ["finews+wayback", "120", "0", "0", "0", "0"]


def test_without_a_name_each_source_that_is_enabled_is_a_unit(stage: Stage) -> None:
    assert units(stage, "add", "--every", "10m") == "4 units added\n"
    assert {row["key"]: row["group"] for row in listed(stage)} == {
        "crawl source=h1a": "h1a+h1b",
        "crawl source=h1b": "h1a+h1b",
        "crawl source=h2a": "h2a",
        "crawl source=finews": "finews+wayback",
    }
    assert {row["every"] for row in listed(stage)} == {600}


def test_captures_and_pictures_are_units_too(stage: Stage) -> None:
    window = "--since 2021-12-01 --until 2022-01-31 --by month".split()
    assert units(stage, "add", "--reparse", "--on", "m2", *window) == "2 units added\n"
    assert units(stage, "add", "--pictures", "127.0.0.7", *window) == "2 units added\n"
    assert [(row["key"], row["group"]) for row in listed(stage)][1:3] == [
        ("reparse since=2022-01-01 until=2022-01-31 on m2", ""),
        ("pictures host=127.0.0.7 since=2021-12-01 until=2021-12-31", "finews+wayback"),
    ]


@pytest.mark.parametrize(
    ("status", "told"), [("doing", "being done"), ("succeeded", "done already"), ("failed", "failed before")]
)
def test_added_twice_is_once_whatever_became_of_it(stage: Stage, status: str, told: str) -> None:
    words = "add --source wayback --since 2021-12-01 --until 2021-12-31".split()
    units(stage, *words)
    (row,) = listed(stage)
    end(stage, row["id"], status)
    assert units(stage, *words) == f"1 unit {told}\n"
    assert len(listed(stage)) == 1
    again = units(stage, *words, "--again")
    assert again == ("1 unit being done\n" if status == "doing" else "1 unit added\n")
    assert [row["state"] for row in listed(stage)] == ["doing" if status == "doing" else "to do"]


def test_a_live_list_that_was_read_may_be_read_again(stage: Stage) -> None:
    units(stage, "add", "--source", "h2a")
    end(stage, listed(stage)[0]["id"], "succeeded")
    assert units(stage, "add", "--source", "h2a") == "1 unit added\n"


def test_what_is_to_be_done_once_is_repeated_from_then_on_where_that_is_added(stage: Stage) -> None:
    units(stage, "add", "--source", "h2a,h1a")
    assert units(stage, "add", "--source", "h2a", "--every", "10m") == "1 unit changed\n"
    assert units(stage, "add", "--source", "h2a", "--every", "2h") == "1 unit changed\n"
    for words in ((), ("--every", "2h")):
        assert units(stage, "add", "--source", "h2a", *words) == "1 unit there already\n"
    assert {row["key"]: row["every"] for row in listed(stage)} == {"crawl source=h1a": 0, "crawl source=h2a": 7200}


def test_what_failed_says_why_and_is_tried_again(stage: Stage) -> None:
    units(stage, "add", "--source", "h1a,h2a")
    first, second = (row["id"] for row in listed(stage))
    for id_ in (first, second):
        end(stage, id_, "failed", code=7, why="a gap\x1b[31m was given up", times=1)
    told = units(stage)
    assert "exit code 7: a gap [31m was given up" in told
    assert units(stage, "retry", str(first)) == "1 unit will be done again\n"
    assert [row["state"] for row in listed(stage)] == ["to do", "failed"]
    assert units(stage, "retry", "all") == "1 unit will be done again\n"
    assert units(stage, "retry", "all") == "0 units will be done again\n"


def test_what_is_repeated_and_not_well_is_told(stage: Stage) -> None:
    units(stage, "add", "--source", "h1a", "--every", "1h")
    end(stage, listed(stage)[0]["id"], "todo", code=4, why="no news for days")
    assert "to do again, and not well\n       1  crawl source=h1a  exit code 4: no news for days" in units(stage)


def test_what_another_version_added_is_told(stage: Stage) -> None:
    units(stage, "add", "--source", "h1a,h2a")
    with psycopg.connect(stage.queue, autocommit=True) as connection:
        connection.execute("UPDATE procrastinate_jobs SET args = args || '{\"new\": 1}' WHERE id = 1")
    assert "1 unit that this finews cannot read" in units(stage)
    assert len(listed(stage)) == 1


def test_a_unit_is_cancelled_and_may_be_added_again(stage: Stage) -> None:
    units(stage, "add", "--source", "h2a")
    id_ = str(listed(stage)[0]["id"])
    assert units(stage, "cancel", id_, "999") == "1 unit cancelled\n"
    assert units(stage).startswith("The queue is empty.")
    assert units(stage, "add", "--source", "h2a") == "1 unit added\n"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("ad", "ad: is nothing that units can be told; use add, retry, cancel"),
        ("--every 10m", "--every: is an option of scrapy units add"),
        ("retry all --on m1", "--on: is an option of scrapy units add"),
        ("add h1a", "h1a: not accepted; options begin with --"),
        ("add --source h9", "source: h9 is not accepted; sources are h1a, h1b, h2a, finews, wayback"),
        ("add --source wayback", "source: wayback has all days there ever were"),
        ("add --since 2021-12-01 --by day", "--by day: needs the window's first and last day"),
        ("add --since 2021-13-01 --until 2021-12-01 --by day", "since: '2021-13-01' is not a day"),
        ("add --every 5", "--every: '5' is not accepted; use minutes, hours or days: 10m, 2h, 1d"),
        ("add --every 5m --since 2021-12-01", "--every: is for what is new"),
        ("add --reparse", "--reparse, --pictures: name the days of the posts"),
        (
            "add --pictures x.example --since 2021-12-01 --until 2021-12-02",
            "x.example is none of the hosts of pictures in the sources file",
        ),
        ("add --reparse --on m1 --since 2021-12-01 --until 2021-12-02 --every 5m", "--every: is of lists"),
        ("add --reparse --since 2021-12-01 --until 2021-12-02", "--reparse: name the worker whose captures are meant"),
        ("retry", "nothing: is not accepted; use ids of units, or all"),
        ("cancel all", "all: is not accepted; use ids of units"),
    ],
)
def test_what_cannot_be_meant_is_refused(stage: Stage, words: str, told: str) -> None:
    assert told in units(stage, *words.split(), code=2)


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("", "FINEWS_QUEUE: is empty; "),
        ("mysql://me:s3cret@db/x", "FINEWS_QUEUE: '…' is not accepted; use the address of a PostgreSQL database"),
        (
            "postgresql://me:s3cret%zz@db/x",
            "FINEWS_QUEUE: '…' is not accepted; use the address of a PostgreSQL database",
        ),
        ("postgresql://me:a@s3cret@db/x", "with %, / and @ as %25, %2F, %40"),
        ("postgresql://s3cret/me@db/x", "with %, / and @ as %25, %2F, %40"),
        ("postgresql://me:s3cret@127.0.0.1:1/x", "FINEWS_QUEUE: the database says: "),
        ("postgresql://me:s3cret@/x?host=/nowhere", "FINEWS_QUEUE: the database says: "),
    ],
)
def test_a_database_that_cannot_be_used_is_named_by_its_setting(stage: Stage, url: str, told: str) -> None:
    stage.queue = url
    assert told in units(stage, code=2)
    assert told in stage.quick("m1", "worker", "--once").err


def test_a_database_without_that_name_is_told(stage: Stage, postgres: Postgres) -> None:
    stage.queue = postgres.url("nothing")
    assert 'database "nothing" does not exist' in units(stage, code=2)


def test_the_password_is_shown_nowhere(stage: Stage) -> None:
    done = stage.quick("m1", "config")
    assert "FINEWS_QUEUE" in done.out
    assert "s3cret" not in done.out + done.err


def test_a_worker_that_would_publish_nothing_is_refused(stage: Stage) -> None:
    done = stage.quick("m1", "worker", "--once", "-s", "FINEWS_PUBLISH=commit")
    assert (done.code, done.out) == (2, "")
    assert "FINEWS_PUBLISH: " in done.err
    assert "set it to push" in done.err


def test_without_the_extra_it_says_what_to_install(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "import importlib.util as u; find = u.find_spec\n"
        "u.find_spec = lambda name, *a: None if name == 'procrastinate' else find(name, *a)\n"
    )
    done = run_scrapy("units", environment={"PYTHONPATH": str(tmp_path), "FINEWS_QUEUE": "postgresql://x/y"})
    assert done.code == 2
    assert "needs procrastinate: pip install 'procrastinate<4' 'psycopg[binary]'" in done.err
