"""What every run leaves, and what it says of its lists; through the front door."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from finews_spider.newsroom.server import Newsroom
from finews_spider.newsroom.world import UNTIL, World
from tests.conftest import Site, TimedSite, held

FLASHES = "/comm/web/getFastNewsList"


@pytest.fixture
def long_lists() -> Iterator[Newsroom]:
    """Three pages of flashes."""
    with Newsroom(World(articles=1400)) as room:
        yield room


def window(*days: date) -> list[str]:
    return [f"{name}={day}" for name, day in zip(("since", "until"), days, strict=True)]


@pytest.mark.slow
def test_a_limit_of_pages_is_said(long_lists: Newsroom, tmp_path: Path) -> None:
    site = Site(tmp_path / "site", long_lists)
    sources = tmp_path / "sources.toml"
    sources.write_text(re.sub(r"(?m)^pages = .*", "pages = 1", long_lists.sources_toml()), encoding="utf-8")
    arguments = ["source=eastmoney", "category=emnews", *window(UNTIL - timedelta(days=9), UNTIL)]
    ran = site.crawl(*arguments, settings={"FINEWS_SOURCES_FILE": str(sources)})
    report = site.report()
    assert report["sources"]["eastmoney"]["lists"]["flashes"]["ended"] == "limit"
    assert report["window"]["not_covered"]["eastmoney"]
    assert "limit" in ran.out


def types(value: object) -> object:
    """The shape of a report: names and types."""
    if isinstance(value, dict):
        return {name: types(entry) for name, entry in value.items()}
    return type(value).__name__


def test_every_run_leaves_a_report_of_one_shape(archived: TimedSite) -> None:
    archived.crawl()
    well = archived.report()
    assert well["exit_code"] == 0
    archived.crawl("category=ÄÖ")
    wrong = archived.report()
    assert wrong["exit_code"] == 2
    assert "ÄÖ" in wrong["why"]
    assert wrong.keys() == well.keys()
    source = well["sources"]["finews"]
    assert types(source) == {
        **dict.fromkeys(source, "int"),
        "lists": types(source["lists"]),
        **{name: {} for name in ("skipped", "refused", "failed", "routes")},
        **dict.fromkeys(("newest", "oldest"), "str"),
    }
    assert set(source["lists"]["home"]) == {"pages", "unchanged", "rows", "newest", "oldest", "failed", "ended"}
    (host,) = (host for host in well["hosts"].values() if host["statuses"].get("304"))
    assert {name: type(value) for name, value in host.items()} == {
        **dict.fromkeys(("requests", "retries", "bytes"), int),
        "statuses": dict,
        "left_alone": str,
    }
    assert host["requests"] == sum(host["statuses"].values())


@pytest.mark.slow
def test_a_run_that_was_killed_leaves_a_report_without_an_end(site: Site, world: World) -> None:
    with held(site.room, world):
        killed = site.start()
        while not site.posts():
            assert killed.poll() is None
        killed.kill()
        killed.wait()
    report = site.report()
    assert (report["ended"], report["exit_code"]) == (None, None)
    assert "killed" in report["why"]
