"""Workers at the front door: real runs in clones of one remote, units from a real database."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.support.feed_sites import FeedSite
from tests.support.machines import Asked, Postgres, Stage, hosts, site_of, sources_of, wait_until

pytestmark = pytest.mark.slow

SLOWLY = ("-s", "DOWNLOAD_DELAY=3")
ALL = ("--source", "h1a,h1b,h2a")


@pytest.fixture
def sites() -> list[FeedSite]:
    return [site_of(1, parts=2, each=3), site_of(2, parts=1, each=3), site_of(3, parts=1, each=30)]


@pytest.fixture
def log(sites: list[FeedSite]) -> Iterator[list[Asked]]:
    with hosts(sites) as log:
        yield log


@pytest.fixture
def stage(tmp_path: Path, queue: str, sites: list[FeedSite], log: list[Asked]) -> Iterator[Stage]:
    stage = Stage(tmp_path / "stage", queue, sources_of(sites), 0.3)
    yield stage
    stage.close()


def listed(stage: Stage) -> list[dict[str, Any]]:
    done = stage.quick("m1", "units", "--json")
    assert done.code == 0, done.err
    found: list[dict[str, Any]] = json.loads(done.out)["units"]
    return found


def add(stage: Stage, *words: str) -> None:
    done = stage.quick("m1", "units", "add", *words)
    assert done.code == 0, done.err


def work(stage: Stage, name: str, *words: str, code: int = 0) -> str:
    done = stage.finews(name, "worker", "--once", "--name", name, *words)
    assert done.returncode == code, done.stderr[-3000:]
    return done.stderr


def posts(stage: Stage) -> int:
    return sum(path.startswith("_posts/") for path in stage.tree())


def articles(log: list[Asked]) -> list[str]:
    return [asked.path for asked in log if asked.path.startswith("/posts/")]


def test_units_are_done_and_published_and_nothing_is_asked_for_twice(stage: Stage, log: list[Asked]) -> None:
    stage.clone("m2")
    add(stage, *ALL)
    said = work(stage, "m1")
    assert said.count("ends with exit code 0") == 3
    assert "procrastinate" not in said
    assert {row["state"] for row in listed(stage)} == {"done"}
    assert posts(stage) == len(articles(log)) == 9
    add(stage, "--source", "h2a")  # what is new may be asked for again, and elsewhere
    work(stage, "m2")
    assert len(articles(log)) == 9
    assert [asked.by for asked in log[-2:]] == ["m2", "m2"]
    assert stage.git("-C", str(stage.folder / "m2"), "status", "--short") == ""


def test_a_list_that_is_repeated_comes_back_and_keeps_none_of_its_group_waiting(stage: Stage, log: list[Asked]) -> None:
    add(stage, "--source", "h1a", "--every", "1h")
    add(stage, "--source", "h1b")
    work(stage, "m1")
    first, second = listed(stage)
    assert (first["state"], second["state"]) == ("to do", "done")
    assert 3000 < first["due"] <= 3600
    with psycopg.connect(stage.queue, autocommit=True) as connection:
        connection.execute("UPDATE procrastinate_jobs SET scheduled_at = now() WHERE id = %s", (first["id"],))
    asked = len(log)
    work(stage, "m1")
    assert [one.path for one in log[asked:]] == ["/robots.txt", "/sitemap-1.xml"]
    assert 3000 < listed(stage)[0]["due"] <= 3600


def test_what_is_owed_comes_back_and_its_group_goes_on_what_is_broken_is_for_a_person(
    stage: Stage, sites: list[FeedSite]
) -> None:
    sites[0].failing["/posts/1-3/"] = 503
    sites[1].failing["/sitemap-1.xml"] = 503
    add(stage, "--source", "h1b")
    add(stage, "--source", "h1a,h2a")
    work(stage, "m1")
    owed, done, broken = listed(stage)
    assert (owed["state"], owed["last"]["code"], owed["last"]["why"]) == ("owed", 3, "1 article is owed")
    assert 500 < owed["due"] <= 600
    assert (done["state"], done["last"]["code"]) == ("done", 0)
    assert (broken["state"], broken["last"]["code"], broken["by"]) == ("failed", 4, "m1")


def test_a_run_has_people_type_the_program_that_they_typed(stage: Stage, sites: list[FeedSite], tmp_path: Path) -> None:
    sites[1].failing["/sitemap-1.xml"] = 503
    add(stage, "--source", "h2a")
    program = tmp_path / "finews"
    program.write_text("from finews_spider.commands.main import main; main()")
    words = [sys.executable, str(program), "worker", "--once"]
    folder, environment = stage.clone("m1"), stage.environment("m1")
    done = subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True, check=True)
    assert re.search(r"/finews doctor", done.stderr)
    assert "scrapy doctor" not in done.stderr


def test_a_wrong_unit_fails_and_a_wrong_worker_stops_with_its_units_left(stage: Stage) -> None:
    add(stage, "--source", "h1a,h2a")
    with psycopg.connect(stage.queue, autocommit=True) as connection:
        words = json.dumps({"words": {"source": "gone"}})
        connection.execute("UPDATE procrastinate_jobs SET args = args || %s::jsonb WHERE id = 1", (words,))
    work(stage, "m1")
    assert [row["state"] for row in listed(stage)] == ["failed", "done"]
    assert listed(stage)[0]["last"]["code"] == 2
    add(stage, "--source", "h1b,h2a")
    stage.clone("other")
    (stage.folder / "other" / "finews.toml").write_text(
        'sources_file = "sources.toml"\npublish = "push"\nnonsense = 1\n'
    )
    for words in ("add -A", "commit -qm Nonsense", "push -q origin HEAD"):
        stage.git("-C", str(stage.folder / "other"), *words.split())
    said = work(stage, "m1", code=2)
    assert "this worker's own settings are wrong" in said
    assert said.count("ends with exit code 2") == 1
    with psycopg.connect(stage.queue) as connection:
        states = connection.execute("SELECT status::text FROM procrastinate_jobs ORDER BY id DESC LIMIT 2").fetchall()
    assert states == [("todo",), ("todo",)]


def test_a_remote_that_refuses_stops_the_worker_after_three_units(stage: Stage, log: list[Asked]) -> None:
    add(stage, *ALL)
    hook = stage.remote / "hooks" / "pre-receive"
    hook.write_text("#!/bin/sh\necho closed for repairs >&2\nexit 1\n")
    hook.chmod(0o755)
    said = work(stage, "m1", code=5)
    assert "3 units in a row ended so" in said
    assert [row["state"] for row in listed(stage)] == ["owed"] * 3
    hook.unlink()
    asked = len(articles(log))
    with psycopg.connect(stage.queue, autocommit=True) as connection:
        connection.execute("UPDATE procrastinate_jobs SET scheduled_at = now()")
    work(stage, "m1")
    assert posts(stage) == len(articles(log)) == 9
    assert asked == 3  # of the first unit, before it was known


def test_a_worker_that_is_told_to_end_gives_its_unit_back_at_once(stage: Stage, log: list[Asked]) -> None:
    add(stage, "--source", "h1a")
    worker = stage.start("m1", "worker", "--name", "m1", *SLOWLY)
    wait_until(lambda: len(articles(log)) > 0)
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(30) == 0
    (row,) = listed(stage)
    assert (row["state"], row["due"]) == ("to do", 0)
    work(stage, "m2")
    assert posts(stage) == 3


def test_a_run_is_cancelled_while_it_goes_on(stage: Stage, log: list[Asked]) -> None:
    add(stage, "--source", "h3a")
    stage.start("m1", "worker", "--name", "m1", *SLOWLY)
    wait_until(lambda: len(articles(log)) > 0)
    assert stage.quick("m2", "units", "cancel", "1").out == "1 unit cancelled\n"
    wait_until(lambda: "is interrupted" in stage.log("m1").read_text(encoding="utf-8"))
    wait_until(lambda: listed(stage) == [])


def without_database(stage: Stage, log: list[Asked], postgres: Postgres) -> subprocess.Popen[bytes]:
    """Return a worker whose run has begun, and whose database has gone since."""
    add(stage, "--source", "h1a")
    worker = stage.start("m1", "worker", "--name", "m1")
    wait_until(lambda: len(articles(log)) > 0)
    postgres.stop()
    return worker


def test_a_run_goes_on_without_the_database_and_its_end_is_noted_when_that_is_back(
    stage: Stage, log: list[Asked], postgres: Postgres
) -> None:
    worker = without_database(stage, log, postgres)
    with suppress(AssertionError):  # where the machine is so slow, the run is held meanwhile
        wait_until(lambda: "exit code 0" in stage.log("m1").read_text(encoding="utf-8"), 8)
    assert worker.poll() is None
    postgres.start()
    wait_until(lambda: [row["state"] for row in listed(stage)] == ["done"])
    assert len(log) == len({asked.path for asked in log}) == 5


def test_a_worker_that_is_told_to_end_while_the_database_is_away_loses_no_unit(
    stage: Stage, log: list[Asked], postgres: Postgres
) -> None:
    worker = without_database(stage, log, postgres)
    (run,) = children(worker.pid)
    with suppress(AssertionError):  # where the machine is so slow, the run is held, and ended by the signal
        wait_until(lambda: is_gone(run), 8)
    time.sleep(1)
    worker.send_signal(signal.SIGTERM)
    wait_until(lambda: is_gone(run))
    time.sleep(1)
    assert worker.poll() is None
    postgres.start()
    assert worker.wait(30) == 0
    assert [row["state"] for row in listed(stage)] == ["to do"]
    assert "Traceback" not in stage.log("m1").read_text(encoding="utf-8")


def test_a_run_is_held_while_others_may_take_its_worker_for_dead(
    stage: Stage, log: list[Asked], postgres: Postgres
) -> None:
    add(stage, "--source", "h3a")
    worker = stage.start("m1", "worker", "--name", "m1", impatient=True)
    wait_until(lambda: len(articles(log)) > 0)
    (run,) = children(worker.pid)
    postgres.stop()
    wait_until(lambda: "the run is held" in stage.log("m1").read_text(encoding="utf-8"))
    wait_until(lambda: state(run) == "T")
    asked = len(log)
    time.sleep(1)
    assert len(log) == asked
    postgres.start()
    wait_until(lambda: len(log) > asked)
    stage.processes[0].send_signal(signal.SIGKILL)
    wait_until(lambda: is_gone(run))


def test_a_run_that_is_held_dies_with_its_worker_too(stage: Stage, log: list[Asked]) -> None:
    add(stage, "--source", "h3a")
    worker = stage.start("m1", "worker", "--name", "m1")
    wait_until(lambda: len(articles(log)) > 0)
    (run,) = children(worker.pid)
    os.killpg(run, signal.SIGSTOP)
    worker.kill()
    worker.wait()
    wait_until(lambda: is_gone(run))


def children(pid: int) -> list[int]:
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def test_a_worker_that_is_killed_leaves_no_run_behind(stage: Stage, log: list[Asked]) -> None:
    add(stage, "--source", "h3a")
    worker = stage.start("m1", "worker", "--name", "m1", *SLOWLY)
    wait_until(lambda: len(articles(log)) > 0)
    (run,) = children(worker.pid)
    worker.kill()
    worker.wait()
    assert wait_until(lambda: is_gone(run), 10) < 10
    asked = len(log)
    time.sleep(1)
    assert len(log) == asked


def state(pid: int) -> str:
    """The state of a process, as the kernel's letter has it; empty for none."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0]
    except FileNotFoundError:
        return ""


def is_gone(pid: int) -> bool:
    """Whether a process has ended; nobody may have fetched its exit code."""
    return state(pid) in ("", "Z")


def test_captures_are_for_the_worker_that_has_them_and_pictures_have_a_unit_of_their_host(
    stage: Stage, sites: list[FeedSite], log: list[Asked]
) -> None:
    window = ("--since", "2021-12-01", "--until", "2021-12-31")
    add(stage, "--source", "h2a")
    work(stage, "m1", "-s", "FINEWS_EVIDENCE=articles")
    asked = len(log)
    add(stage, "--reparse", "--on", "m1", *window)
    work(stage, "m2")
    assert listed(stage)[1]["state"] == "to do"
    said = work(stage, "m1")
    assert "unit 2 ends with exit code 0" in said
    sources = stage.folder / "m2" / "sources.toml"
    sources.write_text(sources.read_text(encoding="utf-8").replace("[h2a]", '[h2a]\npictures = ["http://127.0.1.7"]'))
    for words in ("commit -qam Pictures", "push -q"):
        stage.git("-C", str(stage.folder / "m2"), *words.split())
    assert stage.quick("m2", "units", "add", "--pictures", "127.0.1.7", *window).out == "1 unit added\n"
    assert "unit 3 ends with exit code 0" in work(stage, "m1")
    assert len(log) == asked
