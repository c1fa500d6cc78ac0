"""`scrapy runs`: the last runs, the newest first."""

import json

import pytest

from tests.conftest import Ran, Site, run_forked

HEAD = "run                  seconds  requests     new    owed  code  ended"


def runs(site: Site, *words: str) -> Ran:
    return run_forked("runs", *words, "-s", f"FINEWS_OUTPUT={site.output}")


@pytest.mark.slow
def test_the_newest_stands_first(site: Site) -> None:
    site.crawl()
    new = len(site.posts())
    site.room.answer("site", "/", status=503)
    site.crawl("category=emnews")
    site.crawl("since=yesterday")
    lines = runs(site).out.splitlines()
    assert lines[0] == HEAD
    assert [line.split()[6:7] for line in lines[1:]] == [["2"], ["4"], ["0"]]
    assert "yesterday" in lines[1]
    assert lines[3].split()[4] == f"{new}"
    assert lines[3].endswith("  all well")
    assert len(runs(site, "--last", "1").out.splitlines()) == 2
    rows = [json.loads(line) for line in runs(site, "--json").out.splitlines()]
    assert [row["code"] for row in rows] == [2, 4, 0]
    assert rows[2]["new"] == new
    assert (site.output / ".finews" / "runs").is_dir()
    (site.output / ".finews" / "runs" / "2099-01-01T00-00-00.json").write_text("no report")
    assert runs(site).out.splitlines() == lines


def test_an_archive_without_runs_has_none(site: Site) -> None:
    site.output.mkdir()
    assert (runs(site).code, runs(site).out) == (0, f"{HEAD}\n")
    assert runs(site, "--json").out.strip() == ""


@pytest.mark.parametrize("number", ["0", "-1"])
def test_a_wrong_number(site: Site, number: str) -> None:
    site.output.mkdir()
    ran = runs(site, f"--last={number}")
    assert (ran.code, ran.err) == (2, f"scrapy runs: --last: {number} is not accepted; use 1 or more\n")
