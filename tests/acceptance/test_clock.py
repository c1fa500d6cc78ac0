"""Runs with a clock that is wrong: what cannot be undone waits, and the run says so."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import web

from finews_spider.ledger.patience import MIN_TRIES
from finews_spider.newsroom.world import Story, World
from tests.conftest import NOW, TimedSite
from tests.support.nonempty import nonempty
from tests.support.trees import Tree, set_identity

pytestmark = pytest.mark.slow

DAY = timedelta(days=1)
LEAP = 40 * DAY
KEEP = {"FINEWS_KEEP_DAYS": "30"}  # all of the newsroom's posts are younger than that


@pytest.fixture
def leapt(archived: TimedSite) -> TimedSite:
    """The archive of a machine whose clock is now 40 days ahead of the hosts'."""
    return replace(archived, now=NOW + LEAP, hosts_ahead=-LEAP)


@pytest.fixture
def story(world: World) -> Story:
    return next(story for story in world if story.in_article and not story.in_flash)


def post_of(site: TimedSite, story: Story) -> Path:
    return site.output / f"_posts/{story.time:%Y/%m/%d/%Y-%m-%d}-NW{story.number}.md"


def is_moved(site: TimedSite) -> set[bool]:
    return {post.startswith("old_post/") for post in nonempty(site.posts())}


def test_no_post_moves_by_a_clock_that_is_doubted(leapt: TimedSite) -> None:
    before = leapt.posts()
    ran = leapt.crawl(settings=KEEP)
    assert ran.code == 3
    assert leapt.posts() == before
    (doubt, moves) = leapt.report()["warnings"]
    assert doubt.startswith("the machine's clock says 2022-02-22 09:00, ")
    assert "hosts differ by more than an hour and say 2022-01-13 09:00" in doubt
    assert moves.startswith("old posts were not moved")
    assert f"warning: {doubt}" in ran.out
    assert leapt.report()["why"] == "the machine's clock is doubted"


def test_a_long_absence_is_no_leap(archived: TimedSite) -> None:
    archived.now += LEAP
    assert archived.crawl(settings=KEEP).code == 0
    assert is_moved(archived) == {True}
    assert archived.report()["warnings"] == []


def test_new_posts_are_published_under_doubt_and_none_moves(
    leapt: TimedSite, story: Story, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_identity(tmp_path / "home", monkeypatch)
    tree = Tree(leapt.output)
    post_of(leapt, story).unlink()
    tree.git("init", "-q")
    tree.git("add", "--all")
    tree.git("commit", "-q", "-m", "posts")
    assert leapt.crawl(settings={**KEEP, "FINEWS_PUBLISH": "commit"}).code == 3
    assert tree.log()[0] == "1 new post in 1 category"
    assert is_moved(leapt) == {False}


def test_nothing_is_given_up_under_doubt(leapt: TimedSite, story: Story) -> None:
    post_of(leapt, story).unlink()
    leapt.fail(story)
    for _ in range(MIN_TRIES + 1):
        assert leapt.crawl(settings={"FINEWS_OWED_DAYS": "0", "FINEWS_OWED_PAUSE": "0"}).code == 3
    assert f"NW{story.number}  owed" in leapt.owed().out
    assert f"{MIN_TRIES + 1} tries" in leapt.owed().out
    leapt.now, leapt.hosts_ahead = NOW, 0 * DAY
    leapt.crawl(settings={"FINEWS_OWED_DAYS": "0", "FINEWS_OWED_PAUSE": "0"})
    assert f"NW{story.number}  given up" in leapt.owed().out


def test_the_time_of_the_next_try_is_the_hosts(leapt: TimedSite, story: Story) -> None:
    post_of(leapt, story).unlink()
    leapt.fail(story)
    leapt.crawl()
    leapt.now, leapt.hosts_ahead = NOW, 0 * DAY
    assert "1 try, next after 2022-01-13 09:10" in leapt.owed().out


def test_reports_are_not_forgotten_by_a_clock_that_is_doubted(leapt: TimedSite) -> None:
    reports = set(leapt.output.glob(".finews/runs/*.json"))
    leapt.now, leapt.hosts_ahead = NOW + 3 * LEAP, -3 * LEAP
    leapt.crawl()
    assert reports < set(leapt.output.glob(".finews/runs/*.json"))
    leapt.hosts_ahead = 0 * DAY
    leapt.crawl()
    assert not reports & set(leapt.output.glob(".finews/runs/*.json"))


def test_articles_are_archived_by_a_clock_that_is_behind(archived: TimedSite, tmp_path: Path) -> None:
    behind = replace(archived, output=tmp_path / "behind", now=NOW - LEAP, hosts_ahead=LEAP)
    assert behind.crawl().code == 3
    assert behind.posts() == archived.posts()


def test_an_article_of_the_day_after_tomorrow_is_refused_and_owed(archived: TimedSite, tmp_path: Path) -> None:
    early = replace(archived, output=tmp_path / "early", now=NOW - 2 * DAY)
    early.crawl()
    report = early.report()["sources"]["finews"]
    refused = report["refused"]["no time (it lies ahead of the clock)"]
    assert 0 < refused <= report["owed"]
    assert report["archived"] > 0
    early.now = NOW
    assert early.crawl().code == 0
    assert early.posts() == archived.posts()


@pytest.mark.parametrize(
    ("headers", "roles", "code"),
    [
        ({"Date": "Wed, 12 Jan 2022 22:00:00 GMT"}, ["site", "share"], 3),
        ({"Date": "Wed, 12 Jan 2022 22:00:00 GMT", "Age": "10800"}, ["site", "share"], 0),
        ({"Date": "Wed, 12 Jan 2022 22:00:00 GMT"}, ["site"], 0),  # a cache that does not say how old it is
    ],
)
def test_an_answer_that_a_cache_kept_is_no_old_clock(
    archived: TimedSite, tmp_path: Path, headers: dict[str, str], roles: list[str], code: int
) -> None:
    fresh = replace(archived, output=tmp_path / "fresh")
    for role in roles:
        fresh.room.answer(role, "/", headers=headers)
    assert fresh.crawl().code == code
    assert fresh.posts() == archived.posts()


async def no_answer(request: web.BaseRequest) -> web.Response:
    assert request.transport
    request.transport.abort()
    return web.Response()


def test_without_an_answer_a_clock_that_went_back_is_doubted(archived: TimedSite) -> None:
    for role in archived.room.urls:
        archived.room.answer(role, "/", handler=no_answer)
    archived.now -= LEAP
    archived.crawl(settings=KEEP)
    (doubt, moves) = archived.report()["warnings"]
    assert "the machine's clock says 2021-12-04 09:00, an earlier run was at 2022-01-13 09:00" in doubt
    archived.now += 2 * LEAP
    archived.crawl(settings=KEEP)
    assert archived.report()["warnings"] == [moves]
    assert is_moved(archived) == {False}
