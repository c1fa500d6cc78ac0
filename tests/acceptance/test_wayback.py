"""A backfill from an archive of the web, at the front door: any day that it has, and no request to a live host."""

import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from finews_spider.newsroom.server import Newsroom
from finews_spider.newsroom.web_archive import INDEX
from finews_spider.newsroom.web_archive_captures import KINDS, is_captured
from finews_spider.newsroom.world import World
from tests.conftest import Ran, Site, run_forked
from tests.support.forks import Process
from tests.support.nonempty import nonempty

pytestmark = pytest.mark.slow

DAYS = 31
MONTH = World(articles=DAYS * 8, days=DAYS)
FORTNIGHT = World(articles=60)
PREFIXES_BY_DAY, QUERIES_BY_MONTH = 3, 1  # of the delivered file


def window_of(world: World) -> tuple[str, str, str]:
    return ("source=wayback", f"since={world.time(0):%Y-%m-%d}", f"until={world.time(len(world) - 1):%Y-%m-%d}")


def truth(world: World) -> set[str]:
    """The ids of which the archive has a page that can be read."""
    found = set()
    for index in range(len(world)):
        number = world.number(index)
        found |= {f"NW{number}"} if is_captured(index, is_flash=False) else set()
        found |= {number} if is_captured(index, is_flash=True) else set()
    return found


def live_requests(room: Newsroom) -> list[str]:
    return [f"{logged.role} {logged.path}" for logged in room.log if logged.role != "archive"]


@dataclass
class EditedSite(Site):
    """A site whose sources file has other values for some keys of the archive."""

    keys: tuple[tuple[str, str], ...] = ()

    def words(self, arguments: tuple[str, ...], settings: dict[str, str]) -> list[str]:
        words = super().words(arguments, settings)
        file = self.output.with_suffix(".toml")
        text = file.read_text(encoding="utf-8")
        for key, value in self.keys:
            text = re.sub(rf"(?m)^{key} = .*\n", "", text) + f"{key} = {value}\n"
        file.write_text(text, encoding="utf-8")
        return words


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Site, Ran]]:
    """What a backfill of 31 days left, and what it said; its room still has the log."""
    with Newsroom(MONTH) as room:
        site = Site(tmp_path_factory.mktemp("month") / "site", room)
        yield site, site.crawl(*window_of(MONTH))


@pytest.fixture
def world() -> World:
    return FORTNIGHT


def test_31_days_are_archived_whole_and_no_live_host_is_asked(month: tuple[Site, Ran]) -> None:
    site, ran = month
    assert ran.code == 0, ran.err[-5000:]
    assert site.names() == truth(MONTH)
    assert live_requests(site.room) == []


def test_the_index_is_asked_once_for_each_day_of_a_prefix_and_for_each_month(month: tuple[Site, Ran]) -> None:
    months = {MONTH.time(index).month for index in range(len(MONTH))}
    asked = [logged.path for logged in month[0].room.requests("archive", INDEX)]
    assert len(asked) == len(set(asked)) == DAYS * PREFIXES_BY_DAY + len(months) * QUERIES_BY_MONTH


def test_its_days_are_covered_for_ever(month: tuple[Site, Ran]) -> None:
    site, ran = month
    assert f"31 days, {len(truth(MONTH))} listed" in ran.out
    assert "covered by all 4 lists" in ran.out
    words = [word for argument in window_of(MONTH) for word in ("-a", argument)]
    options = [f"FINEWS_OUTPUT={site.output}", f"FINEWS_SOURCES_FILE={site.output.with_suffix('.toml')}"]
    told = run_forked("coverage", *words, *(word for option in options for word in ("-s", option)))
    assert told.code == 0, told.err
    assert f"31 days, {len(truth(MONTH))} posts; read, by 4 lists" in told.out


def test_digests_are_compared_and_what_differs_is_archived(month: tuple[Site, Ran]) -> None:
    counted = {name: number for name, number in month[1].stats.items() if name.startswith("finews/playback/")}
    odd = sum(
        index % KINDS == 3 and index % 2 == 1 and is_captured(index, is_flash=False) for index in range(len(MONTH))
    )
    assert counted["finews/playback/unequal"] == odd > 10
    assert sum(counted.values()) == len(month[0].room.requests("archive", "/web/"))


def test_pages_of_the_index_follow_each_other(tmp_path: Path, room: Newsroom, world: World) -> None:
    site = EditedSite(tmp_path / "site", room, keys=(("index_rows", "3"),))
    ran = site.crawl(*window_of(world))
    assert ran.code == 0, ran.err[-3000:]
    assert site.names() == truth(world)
    asked = [logged.path for logged in room.requests("archive", INDEX)]
    resumed = [path for path in asked if "resumeKey=" in path]
    assert len(resumed) > 10
    assert len(asked) - len(resumed) == 14 * PREFIXES_BY_DAY + 2 * QUERIES_BY_MONTH


def test_where_a_server_has_no_keys_a_full_page_covers_no_day(tmp_path: Path, room: Newsroom, world: World) -> None:
    site = EditedSite(tmp_path / "site", room, keys=(("index_rows", "1"), ("index_pages", "1")))
    ran = site.crawl(*window_of(world))
    assert ran.code == 7, ran.err[-3000:]
    assert "days of the window covered by no list" in ran.out
    assert {report["ended"] for report in site.report()["sources"]["wayback"]["lists"].values()} <= {"limit", "end"}


def test_a_day_that_fails_costs_that_day(site: Site, world: World) -> None:
    day = world.time(30).date()
    for prefix in (
        "finance.eastmoney.com%2Fa%2F",
        "stock.eastmoney.com%2Fa%2F",
        "finance.eastmoney.com%2Fnews%2F1354%2C",
    ):
        site.room.answer("archive", f"{INDEX}?url={prefix}{day:%Y%m%d}", status=500)
    ran = site.crawl(*window_of(world))
    assert ran.code == 4
    of_day = {f"NW{world.number(index)}" for index in range(len(world)) if world.time(index).date() == day}
    missing = truth(world) - site.names()
    assert missing
    assert missing <= of_day
    days = site.report()["window"]["days"]["wayback"]
    assert [found for found, figures in days.items() if figures["covered"] < 4] == [f"{day}"]
    site.room.clear()
    assert site.crawl(*window_of(world)).code == 0
    assert site.names() == truth(world)


def test_an_index_that_is_no_index_is_a_failed_list(site: Site, world: World) -> None:
    site.room.answer("archive", INDEX, body="<html><body>Service unavailable</body></html>")
    ran = site.crawl(*window_of(world))
    assert ran.code == 4
    assert site.report()["window"]["uncovered"] != []
    assert site.posts() == {}


@pytest.mark.parametrize("headers", [{}, {"Retry-After": "0"}])
@pytest.mark.parametrize("path", [INDEX, "/web/"])
def test_one_refusal_is_waited_out(site: Site, world: World, path: str, headers: dict[str, str]) -> None:
    site.room.answer("archive", path, status=429, headers=headers, times=1)
    ran = site.crawl(*window_of(world), settings={"RETRY_TIMES": "2"})
    assert ran.code == 0, ran.err[-3000:]
    assert site.names() == truth(world)


def test_after_two_refusals_the_archive_is_left_alone(site: Site, world: World) -> None:
    site.room.answer("archive", "/web/", status=429, times=2)
    ran = site.crawl(*window_of(world), settings={"RETRY_TIMES": "2"})
    assert ran.code != 0
    assert "refused 2 requests (HTTP 429); it gets no more requests in this run" in ran.err
    (host,) = site.report()["hosts"].values()
    assert host["left_alone"] == "refused 2 requests (HTTP 429)"
    assert site.crawl(*window_of(world)).code == 0
    assert site.names() == truth(world)


def test_robots_txt_is_obeyed_unless_the_interface_is_said_to_be_documented(
    tmp_path: Path, room: Newsroom, world: World
) -> None:
    room.robots["archive"] = "User-agent: *\nDisallow: /\n"
    site = EditedSite(tmp_path / "site", room)
    assert site.crawl(*window_of(world)).code == 4
    assert [logged.path for logged in room.log] == ["/robots.txt"]
    site.keys = (("documented_interface", "true"),)
    assert site.crawl(*window_of(world)).code == 0
    assert site.names() == truth(world)
    assert room.requests("archive", "/robots.txt") == []


def test_links_of_a_played_page_are_those_of_the_page_that_was_captured(site: Site, world: World) -> None:
    index = next(index for index in range(len(world)) if index % KINDS == 1 and is_captured(index, is_flash=False))
    number = world.number(index)
    linked = '<div id="ContentBody"><p><a href="../x/1.html">相关</a></p>'
    site.room.answer("archive", "/web/", edit=lambda text: re.sub('<div[^>]*id="ContentBody"[^>]*>', linked, text))
    day = f"{world.time(index):%Y-%m-%d}"
    site.crawl("source=wayback", f"since={day}", f"until={day}")
    (post,) = [post for path, post in site.posts().items() if path.endswith(f"NW{number}.md")]
    assert b'<a href="http://finance.eastmoney.com/x/1.html">' in post


def test_a_played_page_that_leads_to_the_live_site_is_not_followed(site: Site, world: World) -> None:
    live = f"{site.room.urls['finance']}/a/{world.number(1)}.html"
    site.room.answer("archive", "/web/", status=302, headers={"Location": live})
    day = f"{world.time(1):%Y-%m-%d}"
    assert site.crawl("source=wayback", f"since={day}", f"until={day}").code != 0
    assert site.posts() == {}
    assert live_requests(site.room) == []


def test_one_played_page_is_one_article(site: Site, world: World) -> None:
    number = world.number(0)
    ran = site.crawl(
        "source=wayback",
        f"url={site.room.urls['archive']}/web/20211231000000id_/http://finance.eastmoney.com/a/{number}.html",
    )
    assert ran.code == 0, ran.err[-3000:]
    assert site.names() == {f"NW{number}"}
    assert live_requests(site.room) == []


# The same article by the archive and live.


def different(one: bytes, other: bytes) -> list[str]:
    """The lines of one post that the other has not."""
    return [line for line in one.decode().splitlines() if line not in other.decode().splitlines()]


def test_a_post_page_gives_the_same_bytes_from_the_archive(month: tuple[Site, Ran], tmp_path: Path) -> None:
    archived, room = month[0].posts(), month[0].room
    live = Site(tmp_path / "live", room)
    assert live.crawl(f"since={date(2021, 12, 1)}").code in (0, 7)
    posts = live.posts()
    assert archived.keys() < posts.keys()
    of_site = {path for path in archived if "finance.eastmoney.com/a/" not in archived[path].decode()}
    assert len(of_site) > 60
    assert [path for path in nonempty(sorted(of_site)) if archived[path] != posts[path]] == []
    # Eastmoney's page tells no seconds, and its share link is its own.
    rest = {line for path in archived.keys() - of_site for line in different(archived[path], posts[path])}
    assert [
        line for line in rest if not re.match(r"date: .*:00 \+0800|<https://finance\.eastmoney\.com/a/\d+\.html>", line)
    ] == []


@pytest.mark.parametrize("index", [1, 3, 5, 6, 17])  # of different templates and encodings; none is a flash too
def test_an_article_page_gives_the_same_bytes_from_the_archive(
    month: tuple[Site, Ran], tmp_path: Path, index: int
) -> None:
    archived, room = month[0].posts(), month[0].room
    room.answer("newsinfo", "/", status=503)  # which tells the seconds
    live = Site(tmp_path / "live", room)
    ran = live.crawl("source=eastmoney", f"url={room.urls['finance']}/a/{MONTH.number(index)}.html")
    room.clear()
    assert ran.code == 0, ran.err[-3000:]
    ((path, post),) = live.posts().items()
    assert archived[path] == post


def is_going_on(crawl: Process, seconds: float) -> bool:
    """Whether it is after so long."""
    try:
        crawl.wait(seconds)
    except subprocess.TimeoutExpired:
        return True
    return False


@pytest.mark.slow
def test_a_backfill_that_is_killed_20_times_comes_to_the_same_posts(month: tuple[Site, Ran], tmp_path: Path) -> None:
    site = EditedSite(tmp_path / "site", month[0].room, keys=(("playback_delay", "0.05"),))
    for number in range(20):
        crawl, enough = site.start(*window_of(MONTH)), len(site.names()) + 1 + number % 5
        while len(site.names()) < enough:
            assert is_going_on(crawl, 0.02)
        assert is_going_on(crawl, number / 100)
        crawl.kill()
        assert crawl.wait() == -9
    site.keys, begun = (), len(site.posts())
    ran = site.crawl(*window_of(MONTH))
    assert ran.code == 0, ran.err[-3000:]
    assert 20 < begun < len(month[0].posts())
    assert site.posts() == month[0].posts()
    assert live_requests(site.room) == []
