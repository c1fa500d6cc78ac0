"""Runs one after the other: what is asked for again, and what is not."""

import re
import shutil
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

import pytest

from finews_spider.ledger.database import Ledger
from finews_spider.ledger.patience import MIN_TRIES
from finews_spider.newsroom.server import Newsroom
from finews_spider.newsroom.words import SLUGS
from finews_spider.newsroom.world import Story, World
from tests.conftest import Ran, Site, TimedSite, unanswered
from tools.torture import ShortLists

pytestmark = pytest.mark.slow

PAUSE = timedelta(minutes=10)
NONE, SECOND, HOUR = timedelta(0), timedelta(seconds=1), timedelta(hours=1)
BOTH = "source=finews,eastmoney"
TEXT_API = "/NewsData/GetNewsText.do"


def git(folder: Path, *words: str) -> str:
    author = ["-c", "user.name=n", "-c", "user.email=n@example.com", "-c", "commit.gpgsign=false"]
    done = subprocess.run(["git", *author, *words], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout


def commit(folder: Path) -> None:
    git(folder, "init", "--quiet", "--initial-branch=main")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "posts")


def articles(world: World) -> list[Story]:
    """That are no flashes: each has one post."""
    return [story for story in world if story.in_article and not story.in_flash]


def post_of(site: Site, story: Story) -> Path:
    return site.output / f"_posts/{story.time:%Y/%m/%d/%Y-%m-%d}-NW{story.number}.md"


def owe(site: TimedSite, story: Story, status: int = 503) -> Ran:
    """Have a run not get this article."""
    post_of(site, story).unlink()
    site.fail(story, status)
    ran = site.crawl()
    site.room.clear()
    return ran


def numbers_asked(site: Site) -> Counter[str]:
    return Counter(re.findall(r"\d{18}", path)[-1] for path in site.articles_asked())


@pytest.fixture
def story(world: World) -> Story:
    return articles(world)[3]


# Nothing is new.


class Second(NamedTuple):
    """The second run of an archive that is a repository."""

    site: TimedSite
    ran: Ran
    before: dict[str, int]
    after: dict[str, int]


def every_file(folder: Path) -> dict[str, int]:
    """When each file was written, in ns; but for finews's own."""
    found = (path for path in folder.rglob("*") if ".finews" not in path.parts and ".git" not in path.parts)
    return {str(path): path.stat().st_mtime_ns for path in found}


@pytest.fixture(scope="module", params=["finews", "eastmoney"])
def second(request: pytest.FixtureRequest, world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Second]:
    with Newsroom(world) as room:
        site = TimedSite(tmp_path_factory.mktemp("second") / "site", room)
        source = f"source={request.param}"
        assert site.crawl(source).code == 0
        commit(site.output)
        before = every_file(site.output)
        ran = site.crawl(source)
        yield Second(site, ran, before, every_file(site.output))


def test_a_run_with_nothing_new_asks_for_no_article(second: Second) -> None:
    assert second.ran.code == 0
    assert second.site.articles_asked() == []


def test_a_run_with_nothing_new_asks_for_each_list_once_and_is_told_that_it_is_the_same(second: Second) -> None:
    lists = [logged for logged in second.site.room.log if logged.path != "/robots.txt"]
    assert len(lists) > 5
    assert len({(logged.role, logged.path) for logged in lists}) == len(lists)
    assert {logged.status for logged in lists} == {304}


def test_a_run_with_nothing_new_says_so_in_its_report(second: Second) -> None:
    (source,) = second.site.report()["sources"].values()
    assert source["rows"] == source["known"] > 20
    assert (source["new"], source["asked"], source["owed"]) == (0, 0, 0)
    assert {(entry["pages"], entry["unchanged"]) for entry in source["lists"].values()} == {(1, 1)}


def test_a_run_with_nothing_new_touches_no_file(second: Second) -> None:
    assert second.after == second.before


def test_a_run_with_nothing_new_leaves_nothing_to_commit(second: Second) -> None:
    assert git(second.site.output, "status", "--porcelain", "--ignored=no") == ""


def test_a_new_article_is_all_that_is_asked_for(archived: TimedSite, world: World, tmp_path: Path) -> None:
    site = replace(archived, output=tmp_path / "other")
    site.room.now = world.time(50)
    site.crawl()
    before = site.times()
    site.room.now = None
    assert site.crawl().code == 0
    new = [story.number for story in world if story.time > world.time(50)]
    assert set(numbers_asked(site)) == set(new)
    assert site.times().items() > before.items()
    assert site.posts() == archived.posts()


@pytest.mark.parametrize(
    ("header", "condition"), [("ETag", "If-None-Match"), ("Last-Modified", "If-Modified-Since"), ("X-None", "")]
)
def test_a_list_is_asked_for_again_with_what_it_told(
    archived: TimedSite, tmp_path: Path, header: str, condition: str
) -> None:
    site = replace(archived, output=tmp_path / "other")
    value = "Wed, 12 Jan 2022 00:00:00 GMT"
    site.room.answer("site", "/emnews/", body="<h2>东财滚动新闻</h2></html>", headers={header: value})
    for _ in range(2):
        assert site.crawl("category=emnews").code == 0
    (requested,) = site.room.requests("site", "/emnews/")
    conditions = {"If-None-Match", "If-Modified-Since"} & requested.headers.keys()
    assert conditions == ({condition} if condition else set())
    assert not condition or requested.headers[condition] == value


def test_a_list_that_is_not_kept_whole_is_asked_for_again(archived: TimedSite) -> None:
    with Ledger(archived.output) as ledger, ledger.writing():
        ledger.rows("UPDATE pages SET body = substr(body, 1, length(body) / 2)")
    for statuses in ([304, 200], [304]):
        assert archived.crawl().code == 0
        assert [logged.status for logged in archived.room.requests("site", "/emnews/")] == statuses


# What others did.


def test_a_post_that_was_deleted_is_fetched_again(archived: TimedSite, story: Story) -> None:
    before = archived.posts()
    post_of(archived, story).unlink()
    ran = archived.crawl()
    assert ran.code == 0
    assert set(numbers_asked(archived)) == {story.number}
    assert archived.posts() == before
    assert "0 posts came since the last run, 1 are gone" in ran.err


def test_posts_that_another_clone_brought_are_not_fetched(archived: TimedSite, world: World, tmp_path: Path) -> None:
    here = replace(archived, output=tmp_path / "here")
    here.room.now = world.time(50)
    here.crawl()
    commit(here.output)
    git(tmp_path, "clone", "--quiet", "here", "there")
    there = replace(archived, output=tmp_path / "there")
    here.room.now = None
    assert there.crawl().code == 0
    commit(there.output)
    git(here.output, "pull", "--quiet", "--no-rebase", str(there.output), "main")
    ran = here.crawl()
    assert ran.code == 0
    assert here.articles_asked() == []
    came = sum(story.in_article + story.in_flash for story in world if story.time > world.time(50))
    assert f"{came} posts came since the last run, 0 are gone" in ran.err
    assert here.posts() == archived.posts()
    assert git(here.output, "status", "--porcelain") == ""


def test_a_post_that_was_moved_to_old_post_is_not_fetched(archived: TimedSite) -> None:
    shutil.move(archived.output / "_posts/2021", archived.output / "old_post")
    assert archived.crawl().code == 0
    assert archived.articles_asked() == []


# What could not be had.


def test_an_article_that_fails_is_asked_for_when_its_pause_is_over(archived: TimedSite, story: Story) -> None:
    before = archived.posts()
    assert owe(archived, story).code == 3
    assert archived.report()["why"] == "1 article is owed"
    archived.now += PAUSE - SECOND
    assert archived.crawl().code == 3
    assert archived.articles_asked() == []
    archived.now += SECOND
    assert archived.crawl().code == 0
    assert set(numbers_asked(archived)) == {story.number}
    assert archived.posts() == before


def test_an_article_that_is_owed_is_listed_with_reason_tries_and_time(archived: TimedSite, story: Story) -> None:
    owe(archived, story)
    printed = archived.owed()
    assert printed.code == 0
    for part in (f"NW{story.number}  owed  finews", "HTTP 503", "1 try, next after 2022-01-13 09:10"):
        assert part in printed.out
    archived.now += PAUSE
    assert "next by the next run" in archived.owed().out


def test_the_pause_is_a_setting(archived: TimedSite, story: Story) -> None:
    post_of(archived, story).unlink()
    archived.fail(story)
    for _ in range(2):
        archived.crawl(settings={"FINEWS_OWED_PAUSE": "0"})
        assert story.number in numbers_asked(archived)


def crawl_after(site: TimedSite, pause: timedelta) -> tuple[int, set[str]]:
    """The exit code of a run after a pause, and the numbers of the articles that it asked for."""
    site.now += pause
    return site.crawl().code, set(numbers_asked(site))


@pytest.mark.parametrize("status", [404, 410])
def test_an_article_that_is_gone_at_three_looks_over_hours_is_withdrawn(
    archived: TimedSite, story: Story, status: int
) -> None:
    post_of(archived, story).unlink()
    archived.fail(story, status)
    looked = {story.number}
    assert crawl_after(archived, NONE) == (3, looked)
    assert " 1 try" not in archived.owed().out
    assert f"NW{story.number}  owed" in archived.owed().out
    assert "absent at 1 look, next after 2022-01-13 10:00" in archived.owed().out
    assert crawl_after(archived, HOUR - SECOND) == (3, set())
    assert crawl_after(archived, SECOND) == (3, looked)
    assert crawl_after(archived, 5 * HOUR) == (0, looked)
    assert archived.report()["sources"]["finews"]["withdrawn"] == 1
    assert f"NW{story.number}  withdrawn" in archived.owed().out
    assert crawl_after(archived, HOUR) == (0, set())
    assert "1 article will" in archived.owed("--retry").out
    archived.room.clear()
    assert crawl_after(archived, NONE) == (0, looked)
    assert post_of(archived, story).exists()


def test_an_article_that_is_listed_before_its_page_is_up_is_archived(archived: TimedSite, story: Story) -> None:
    before = archived.posts()
    assert owe(archived, story, 404).code == 3
    assert archived.report()["sources"]["finews"]["withdrawn"] == 0
    assert crawl_after(archived, HOUR) == (0, {story.number})
    assert archived.posts() == before


def test_a_withdrawn_article_that_lists_go_on_to_name_is_looked_at_now_and_then(
    archived: TimedSite, story: Story
) -> None:
    before = archived.posts()
    post_of(archived, story).unlink()
    archived.fail(story, 404)
    for pause in (NONE, HOUR, 5 * HOUR):
        crawl_after(archived, pause)
    looks = [bool(crawl_after(archived, HOUR)[1]) for _ in range(24)]
    assert [at for at, looked in enumerate(looks, 1) if looked] == [6, 18]
    assert crawl_after(archived, NONE)[0] == 0
    archived.room.clear()
    assert crawl_after(archived, 24 * HOUR) == (0, {story.number})
    assert archived.posts() == before


def test_an_article_that_is_gone_here_and_in_trouble_there_is_owed(archived: TimedSite, story: Story) -> None:
    post_of(archived, story).unlink()
    archived.fail(story, 404)
    archived.room.answer("finance", f"/a/{story.number}.html", status=500)
    assert archived.crawl().code == 3
    assert archived.report()["sources"]["finews"]["withdrawn"] == 0


def test_an_article_is_given_up_when_its_time_is_over(archived: TimedSite, story: Story) -> None:
    post_of(archived, story).unlink()
    archived.fail(story)
    for _ in range(MIN_TRIES):
        ran = archived.crawl(settings={"FINEWS_OWED_DAYS": "0"})
        archived.now += timedelta(days=1)
    assert f"NW{story.number} at" in ran.err
    assert "is given up" in ran.err
    assert archived.report()["sources"]["finews"]["given_up"] == 1
    assert f"NW{story.number}  given up" in archived.owed().out
    archived.room.clear()
    archived.now += timedelta(days=2)
    archived.crawl()
    assert archived.articles_asked() == []
    assert archived.report()["sources"]["finews"]["given_up"] == 0


def test_what_a_run_gave_up_that_was_killed_the_next_one_says(archived: TimedSite, story: Story) -> None:
    owe(archived, story)
    with Ledger(archived.output) as ledger, ledger.writing():
        ledger.rows("UPDATE owed SET state = 'given up', told = 0")
    ran = archived.crawl()
    assert "given up: 1 article of finews" in ran.out
    assert archived.report()["sources"]["finews"]["given_up"] == 1
    archived.crawl()
    assert archived.report()["sources"]["finews"]["given_up"] == 0


def test_an_article_with_empty_fields_stays_owed(archived: TimedSite, story: Story) -> None:
    before = archived.posts()
    post_of(archived, story).unlink()
    archived.fail(story)
    archived.room.answer("share", f"{TEXT_API}?id=NW{story.number}", body='{"Title":"","Date":"","text":"<p>文</p>"}')
    assert archived.crawl().code == 3
    archived.room.clear()
    archived.now += PAUSE
    assert archived.crawl().code == 0
    assert archived.posts() == before


def test_what_is_forgotten_is_not_asked_for_again(archived: TimedSite, story: Story) -> None:
    owe(archived, story)
    assert archived.owed("--forget", f"NW{story.number}").code == 0
    archived.now += timedelta(days=2)
    assert archived.crawl().code == 0
    assert archived.articles_asked() == []


def test_an_article_that_fell_off_its_lists_is_fetched(archived: TimedSite, story: Story) -> None:
    before = archived.posts()
    owe(archived, story)

    def without(page: str) -> str:
        return re.sub(rf"<li><a href=\"[^\"]*{story.number}.*?</li>", "", page)

    for path in ("/", f"/category/{SLUGS[story.media_name]}.html"):
        archived.room.answer("site", path, edit=without)
    archived.now += PAUSE
    assert archived.crawl().code == 0
    assert archived.report()["sources"]["finews"]["known"] == len(before) - 1
    assert archived.posts() == before


def test_an_article_that_is_owed_is_asked_for_where_its_site_moved(archived: TimedSite, story: Story) -> None:
    before = archived.posts()
    owe(archived, story)
    archived.now += PAUSE
    with Newsroom(World(articles=60)) as room:
        for role in ("share", "origin"):
            room.answer(role, TEXT_API, status=500)
        moved = replace(archived, room=room)
        del archived.room.log[:]
        assert moved.crawl().code == 0
        assert [logged.role for logged in room.requests() if story.number in logged.path] == [
            "share",
            "origin",
            "site",
        ]
    assert archived.room.log == []
    assert archived.posts() == before


NARROW = {
    "category": "category=emnews",
    "a day": "since=2022-01-12",
    "another article": "url=",
}


@pytest.mark.parametrize("narrow", NARROW)
def test_a_narrow_run_does_not_fetch_what_others_owe(archived: TimedSite, world: World, narrow: str) -> None:
    story, other, *_ = articles(world)
    owe(archived, story)
    archived.now += PAUSE
    argument = NARROW[narrow]
    if narrow == "another article":
        argument += f"{archived.room.urls['share']}/html_News/NewsShare.html?infoCode=NW{other.number}"
    assert archived.crawl(argument).code == 0
    assert archived.articles_asked() == []
    assert archived.crawl().code == 0
    assert post_of(archived, story).exists()


def test_a_narrow_run_fetches_what_it_owes(archived: TimedSite, story: Story) -> None:
    owe(archived, story)
    archived.now += PAUSE
    assert archived.crawl(f"category={SLUGS[story.media_name]}").code == 0
    assert post_of(archived, story).exists()


# Pagination of several pages.


@pytest.fixture
def short(tmp_path: Path, world: World) -> Iterator[TimedSite]:
    """Eastmoney with few columns, whose pages have few rows."""
    with ShortLists(world) as room:
        yield TimedSite(tmp_path / "site", room)


COLUMN = "column=cgnjj"  # has two pages
PAGES = "/comm/web/getNewsByColumns?client=web&biz=web_news_col&column=350&order=1&needInteractData=0&page_index="


def in_column(world: World) -> set[str]:
    return {f"NW{story.number}" for story in world if "cgnjj" in story.columns and story.in_article}


def pages_asked(site: Site) -> list[tuple[str, int]]:
    """Numbers of the column's pages, and how they were answered."""
    return [(logged.path[len(PAGES)], logged.status) for logged in site.room.requests("listapi", PAGES)]


def test_a_list_that_was_not_read_to_its_end_is_read_on_past_an_unchanged_page(short: TimedSite, world: World) -> None:
    short.room.answer("listapi", f"{PAGES}2", status=500)
    assert short.crawl(COLUMN).code == 4
    assert 0 < len(short.names()) < len(in_column(world))
    short.room.clear()
    assert short.crawl(COLUMN).code == 0
    assert pages_asked(short)[:2] == [("1", 304), ("2", 200)]
    assert short.names() == in_column(world)
    assert short.crawl(COLUMN).code == 0
    assert pages_asked(short) == [("1", 304)]


def test_what_a_narrow_run_owes_the_next_one_finds_on_any_page(short: TimedSite, world: World) -> None:
    for role in ("newsinfo", "finance"):
        short.room.answer(role, "/", status=503)
    assert short.crawl(COLUMN).code == 4
    assert short.names() == set()
    short.room.clear()
    short.now += PAUSE
    assert short.crawl(COLUMN).code == 0
    assert short.names() == in_column(world)
    short.crawl(COLUMN)
    assert [page for page, _ in pages_asked(short)] == ["1"]


# A range of days.


def test_a_backfill_that_was_killed_asks_only_for_what_is_missing(
    archived: TimedSite, world: World, tmp_path: Path
) -> None:
    days = (BOTH, "since=2021-12-31", "until=2022-01-10")
    whole = replace(archived, output=tmp_path / "whole")
    assert whole.crawl(*days).code == 0
    site = replace(archived, output=tmp_path / "killed")
    number = next(story.number for story in articles(world) if f"{story.time:%Y-%m-%d}" == "2022-01-05")
    text, api = f"/NewsData/GetNewsText.do?id=NW{number}", f"/kuaixun/v2/api/article/{number}"
    with unanswered(site.room, "share", text), unanswered(site.room, "newsinfo", api):
        killed = site.start(*days)
        while killed.poll() is None and len(site.posts()) < 20:
            time.sleep(0.001)
        killed.kill()
        assert killed.wait() == -9
    before = site.names()
    assert 20 <= len(before) < len(whole.names())
    report = site.report()
    assert (report["ended"], report["exit_code"]) == (None, None)
    ran = site.crawl(*days)
    assert ran.code == 0
    came = len([path for path in whole.posts() if "2021-12-31" <= Path(path).name[:10] <= "2022-01-10"])
    assert re.search(rf"backfill: {came} posts of its days came in 2 runs since 20", ran.out)
    backfill = site.report()["window"]["backfill"]
    assert (backfill["runs"], backfill["archived"]) == (2, came)
    missing = Counter(id_.removeprefix("NW") for id_ in whole.names() - before)
    requested = numbers_asked(site)
    assert requested.keys() <= missing.keys()
    assert max(requested.values()) <= 2
    assert site.posts() == whole.posts()
    site.crawl(*days)
    backfill = site.report()["window"]["backfill"]
    assert (backfill["runs"], backfill["archived"]) == (1, 0)


def test_a_backfill_owes_what_it_could_not_have(archived: TimedSite, world: World) -> None:
    story = articles(world)[3]
    day = f"{story.time:%Y-%m-%d}"
    post_of(archived, story).unlink()
    archived.fail(story)
    assert archived.crawl(f"since={day}", f"until={day}").code == 3
    noted = archived.report()["window"]["days"]["finews"][day]
    assert noted["listed"] == noted["known"] + 1
    assert (noted["owed"], noted["archived"]) == (1, 0)
    archived.room.clear()
    archived.now += PAUSE
    assert archived.crawl(f"since={day}", f"until={day}").code == 0
    assert set(numbers_asked(archived)) == {story.number}


def limited(site: Site) -> dict[str, str]:
    """Settings with which one page of each list is read."""
    file = site.output.with_name("limited.toml")
    file.write_text(re.sub(r"(?m)^pages = \d+", "pages = 1", site.room.sources_toml()), encoding="utf-8")
    return {"FINEWS_SOURCES_FILE": str(file)}


def of_a_limit(site: TimedSite) -> int:
    return site.crawl(COLUMN, "since=2021-12-30", settings=limited(site)).code


def of_a_failure(site: TimedSite) -> int:
    site.room.answer("listapi", f"{PAGES}2", status=500)
    return site.crawl(COLUMN, "since=2021-12-30").code


@pytest.mark.parametrize(("crawl", "code", "ended"), [(of_a_limit, 7, "limit"), (of_a_failure, 4, "failed")])
def test_days_that_no_list_covered_are_told(
    short: TimedSite, world: World, crawl: Callable[[TimedSite], int], code: int, ended: str
) -> None:
    assert crawl(short) == code
    window = short.report()["window"]
    oldest = min(path.split("/")[-1][:10] for path in short.posts())
    days = [f"2021-12-{day}" for day in (30, 31)] + [f"2022-01-{day:02}" for day in range(1, 14)]
    assert list(window["days"]["eastmoney"]) == days
    assert window["not_covered"]["eastmoney"] == [day for day in days if day < oldest] != []
    assert short.report()["sources"]["eastmoney"]["lists"]["column cgnjj"]["ended"] == ended
    printed = short.log.read_text(encoding="utf-8")
    assert ("days of the window covered by no list" in printed) == (code == 7)
    assert f"2021-12-30 to {days[days.index(oldest) - 1]}" in printed
    assert "not covered" in printed


def test_all_days_are_covered_by_lists_that_were_read_past_them(short: TimedSite) -> None:
    assert short.crawl(COLUMN, "since=2022-01-05", "until=2022-01-10").code == 0
    window = short.report()["window"]
    assert window["not_covered"] == {"eastmoney": []}
    assert {day["covered"] for day in window["days"]["eastmoney"].values()} == {1}
    assert "not covered" not in short.log.read_text(encoding="utf-8")
