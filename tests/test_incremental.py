"""What a run costs when there is nothing new, what it notices, what a backfill proves, and what every run leaves."""

import re
import subprocess
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from finews_spider.newsroom.server import Newsroom
from finews_spider.newsroom.world import UNTIL, World
from tests.conftest import Site, TimedSite

FLASHES = "/comm/web/getFastNewsList"


def an_article(posts: dict[str, bytes]) -> str:
    """The path of one that is no flash too."""
    names = {Path(path).stem[11:] for path in posts}
    return next(path for path in posts if "-NW" in path and Path(path).stem[13:] not in names)


def test_listings_that_did_not_change_answer_304(archived: TimedSite) -> None:
    times = archived.times()
    assert archived.crawl().code == 0
    listings = [each for each in archived.room.log if each.path != "/robots.txt"]
    assert {each.status for each in listings} == {304}
    assert archived.articles_asked() == []
    assert archived.times() == times


def test_a_run_with_nothing_new_leaves_nothing_to_commit(archived: TimedSite) -> None:
    def git(*words: str) -> str:
        identity = ("-c", "user.name=x", "-c", "user.email=x@example.com")
        command = ["git", *identity, "-C", str(archived.output), *words]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    git("init", "-q")
    git("add", ".")
    git("commit", "-qm", "all")
    archived.crawl()
    assert git("status", "--porcelain", "--ignored") == "!! .finews/\n"


def test_a_post_that_a_person_deleted_is_fetched_again(archived: TimedSite) -> None:
    posts = archived.posts()
    (archived.output / an_article(posts)).unlink()
    assert archived.crawl().code == 0
    assert archived.posts() == posts
    assert len(archived.articles_asked()) == 1


def test_a_post_that_a_person_moved_is_known(archived: TimedSite) -> None:
    path = archived.output / an_article(archived.posts())
    (archived.output / "old_post").mkdir()
    path.rename(archived.output / "old_post" / path.name)
    archived.crawl()
    assert archived.articles_asked() == []


def test_what_fell_off_its_listings_is_asked_for_still(archived: TimedSite) -> None:
    posts = archived.posts()
    path = archived.output / an_article(posts)
    id_ = path.stem[11:]
    path.unlink()
    for role in ("share", "origin", "newsinfo", "finance"):
        archived.room.answer(role, "/", status=503)
    archived.room.answer("site", "/meirijingjixinwen/", status=503)
    assert archived.crawl(settings={"FINEWS_OWED_PAUSE": "0"}).code == 3
    archived.room.clear()
    archived.room.answer("site", "/", edit=lambda page: re.sub(f"<li><a [^>]*{id_}.*?</li>", "", page))
    archived.crawl()
    assert archived.posts() == posts


@pytest.fixture
def long_lists() -> Iterator[Newsroom]:
    """Three pages of flashes."""
    with Newsroom(World(articles=1400)) as room:
        yield room


def window(*days: date) -> list[str]:
    return [f"{name}={day}" for name, day in zip(("since", "until"), days, strict=True)]


def test_a_backfill_that_was_killed_asks_only_for_what_is_missing(long_lists: Newsroom, tmp_path: Path) -> None:
    site = Site(tmp_path / "site", long_lists)
    arguments = ["source=eastmoney", "category=emnews", *window(UNTIL - timedelta(days=9), UNTIL)]
    killed = site.start(*arguments)
    while len(site.posts()) < 30:
        assert killed.poll() is None
    killed.kill()
    killed.wait()
    kept = site.names()
    assert site.crawl(*arguments).code == 0
    asked = {re.findall(r"\d{18}", path)[0] for path in site.articles_asked()}
    assert asked == site.names() - kept
    days = site.report()["window"]["days"]["eastmoney"]
    assert sum(day["archived"] + day["known"] for day in days.values()) >= len(asked)
    assert all(day["owed"] == 0 and day["covered"] for day in days.values())


def test_a_day_that_no_listing_covered_is_named(long_lists: Newsroom, tmp_path: Path) -> None:
    site = Site(tmp_path / "site", long_lists)
    long_lists.answer("weblist", f"{FLASHES}?client=web&biz=web_724&fastColumn=102&sortEnd=16", status=503)
    long_lists.answer("weblist", f"{FLASHES}?client=web&biz=web_724&fastColumn=102&sortEnd=1642003200", headers={})
    ran = site.crawl("source=eastmoney", "category=emnews", *window(UNTIL - timedelta(days=9), UNTIL))
    report = site.report()
    days = report["window"]["days"]["eastmoney"]
    missed = report["window"]["not_covered"]["eastmoney"]
    assert ran.code == 4
    assert f"{UNTIL - timedelta(days=9)}" in missed
    assert missed[0] in ran.out
    assert days[f"{UNTIL}"]["in_part"] == 1
    assert all(days[day]["listed"] == 0 for day in missed)


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
        return {name: types(each) for name, each in value.items()}
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


def test_a_run_that_was_killed_leaves_a_report_without_an_end(site: Site) -> None:
    killed = site.start()
    while not site.posts():
        assert killed.poll() is None
    killed.kill()
    killed.wait()
    report = site.report()
    assert (report["ended"], report["exit_code"]) == (None, None)
    assert "killed" in report["why"]
