"""Eastmoney, alone and beside the existing site, through the front door."""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from finews_spider.archive.posts import parse
from finews_spider.newsroom.eastmoney_flashes import flash_link
from finews_spider.newsroom.finews import post_folder
from finews_spider.newsroom.server import Newsroom
from finews_spider.newsroom.words import COLUMNS, SLUGS
from finews_spider.newsroom.world import Story, World
from pipelines.clean import escape_tag_openers
from tests.conftest import Ran, Site, run_scrapy, unanswered
from tests.support.nonempty import nonempty
from tools.torture import ShortLists

pytestmark = pytest.mark.slow

ARTICLE_API = "/kuaixun/v2/api/article/"
GETNEWS = "/kuaixun/v2/api/content/getnews"
LISTINGS = ("listapi", "weblist", "newsapi", "roll", "site")


def in_columns(world: World) -> list[Story]:
    return [story for story in world if story.columns and story.in_article]


def ids_of(world: World, day: date | None = None) -> set[str]:
    """The posts that there have to be: of articles in columns, and of flashes."""
    articles = {f"NW{s.number}" for s in in_columns(world) if day in (None, s.time.date())}
    return articles | {s.number for s in world if s.in_flash and day in (None, s.time.date())}


def numbers_asked(site: Site) -> Counter[str]:
    return Counter(
        re.findall(r"\d{18}", logged.path)[0] for logged in site.room.log if re.search(r"\d{18}", logged.path)
    )


def test_every_article_is_archived_once_and_costs_one_request(site: Site, world: World) -> None:
    ran = site.crawl("source=eastmoney")
    assert ran.code == 0
    assert site.names() == ids_of(world)
    assert len(site.posts()) == len(site.names())
    requested = numbers_asked(site)
    assert set(requested) == {id_.removeprefix("NW") for id_ in ids_of(world)}
    assert set(requested.values()) == {1}
    assert all(path.startswith(ARTICLE_API) for path in nonempty(site.articles_asked()))


def test_a_run_that_repeats_asks_for_listings_only(site: Site) -> None:
    site.crawl("source=eastmoney")
    before = site.posts()
    assert before
    site.crawl("source=eastmoney")
    assert numbers_asked(site) == {}
    assert {logged.role for logged in site.room.log} == {"listapi", "weblist"}
    assert site.posts() == before


def test_both_sources_name_one_article_and_it_is_fetched_once(site: Site, world: World) -> None:
    site.crawl("source=eastmoney,finews")
    articles = {f"NW{story.number}" for story in world if story.in_article}
    assert site.names() == articles | {story.number for story in world if story.in_flash}
    assert max(numbers_asked(site).values()) <= 2
    site.crawl("source=finews,eastmoney")
    assert numbers_asked(site) == {}


def test_the_quicker_host_does_not_decide_what_is_written(site: Site) -> None:
    site.crawl("source=finews,eastmoney")
    slow = Site(site.output.with_name("slow"), site.room)
    site.room.answer("site", "/", headers={}, delay=0.1)
    slow.crawl("source=eastmoney,finews")
    assert slow.posts() == site.posts() != {}


def test_posts_hold_what_the_story_is(site: Site, world: World) -> None:
    site.crawl("source=eastmoney")
    for path, text in nonempty(site.posts().items()):
        post = parse(text.decode(), Path(path).stem[11:])
        index = world.index(post.id.removeprefix("NW"))
        assert index is not None
        story = world[index]
        body = world.clean_body(story).replace("{{", "&#123;&#123;").replace("{%", "&#123;%")
        assert (post.title, post.time) == (escape_tag_openers(story.title), story.time)
        if f"categories: {SLUGS[story.media_name]}\n" in text.decode():
            assert (post.media_name, post.body) == (story.media_name, body)
        else:
            assert post.digest == story.digest
            assert post.body in (body, "")


def test_both_families_are_the_same_whatever_came_first(site: Site, world: World) -> None:
    """Flashes first, then columns; columns first, then flashes; together."""
    others = [Site(site.output.with_name(name), site.room) for name in ("columns", "together")]
    columns = "column=" + ",".join(COLUMNS)
    site.crawl("source=eastmoney", "category=emnews")
    site.crawl(columns)
    others[0].crawl(columns)
    others[0].crawl("source=eastmoney", "category=emnews")
    others[1].crawl("source=eastmoney")
    assert site.names() == ids_of(world)
    assert site.posts() == others[0].posts() == others[1].posts()


def test_a_flash_of_an_archived_article_costs_no_request(site: Site, world: World) -> None:
    site.crawl("column=" + ",".join(COLUMNS))
    site.crawl("source=eastmoney", "category=emnews")
    columns = {story.number for story in in_columns(world)}
    assert set(numbers_asked(site)) == {story.number for story in world if story.in_flash} - columns


def test_window_keeps_both_of_its_days(site: Site, world: World) -> None:
    days = sorted({story.time.date() for story in world})
    site.crawl("source=eastmoney", f"since={days[2]}", f"until={days[3]}")
    assert site.names() == ids_of(world, days[2]) | ids_of(world, days[3])
    cursors = [logged.path for logged in site.room.requests("weblist", "/comm/")]
    assert all("sortEnd=&" not in path for path in nonempty(cursors))


def test_a_site_that_takes_no_built_cursor_is_paged_through(site: Site, world: World) -> None:
    site.room.cursors = False
    days = sorted({story.time.date() for story in world})
    site.crawl("source=eastmoney", f"since={days[2]}", f"until={days[3]}")
    assert site.names() == ids_of(world, days[2]) | ids_of(world, days[3])


@pytest.mark.parametrize("zone", ["America/New_York", "Pacific/Kiritimati"])
def test_midnight_in_beijing_parts_the_days(site: Site, world: World, zone: str) -> None:
    last = next(story for story in world if f"{story.time:%T}" == "23:59:59")
    first = next(story for story in world if f"{story.time:%T}" == "00:00:00")
    site.crawl("source=eastmoney", f"since={last.time.date()}", f"until={last.time.date()}", TZ=zone)
    assert site.names() == ids_of(world, last.time.date())
    site.crawl("source=eastmoney", f"since={first.time.date()}", f"until={first.time.date()}", TZ=zone)
    for story in (last, first):
        for path in nonempty(site.posts()):
            assert story.number not in path or f"/{story.time:%Y/%m/%d/%Y-%m-%d}-" in path


def test_column_narrows_the_run(site: Site, world: World) -> None:
    site.crawl("column=cgnjj")
    assert site.names() == {f"NW{story.number}" for story in in_columns(world) if "cgnjj" in story.columns}
    assert all("column=350&" in logged.path for logged in nonempty(site.room.requests("listapi", "/comm/")))


@pytest.mark.parametrize("name", ["cywjh", "345", "366"])
def test_a_column_may_be_named_by_its_number(site: Site, world: World, name: str) -> None:
    slug = {"345": "cywjh"}.get(name, name)
    site.crawl(f"column={name}")
    assert site.names() == {f"NW{story.number}" for story in in_columns(world) if slug in story.columns}


def test_category_is_judged_before_an_article_is_asked_for(site: Site, world: World) -> None:
    site.crawl("source=eastmoney", "category=zhongguozhengquanbao")
    wanted = {f"NW{s.number}" for s in in_columns(world) if s.media_name == "中国证券报"}
    assert site.names() == wanted
    assert len(site.articles_asked()) == len(wanted)


def test_flashes_can_be_switched_off(site: Site, world: World) -> None:
    site.room.answer("weblist", "/", status=500)
    sources = site.room.sources_toml().replace("flashes = true", "flashes = false")
    file = site.output.with_name("other.toml")
    file.write_text(sources, encoding="utf-8")
    site.crawl("source=eastmoney", settings={"FINEWS_SOURCES_FILE": str(file)})
    assert site.names() == {f"NW{story.number}" for story in in_columns(world)}
    assert site.room.requests("weblist") == []


def test_columns_down_then_the_rolling_list_stands_in(site: Site, world: World) -> None:
    site.room.answer("listapi", "/comm/", body=json.dumps({"code": "0", "message": "x", "data": None}))
    ran = site.crawl("source=eastmoney")
    assert {id_ for id_ in site.names() if id_.startswith("NW")} == {f"NW{s.number}" for s in world if s.in_article}
    assert "data is None" in ran.err


def test_flash_list_down_then_the_older_one_stands_in(site: Site, world: World) -> None:
    site.room.answer("weblist", "/comm/", status=503)
    site.crawl("source=eastmoney")
    assert {id_ for id_ in site.names() if not id_.startswith("NW")} == {s.number for s in world if s.in_flash}


def test_both_flash_lists_down_then_the_history_stands_in(site: Site, world: World) -> None:
    site.room.answer("weblist", "/comm/", status=503)
    site.room.answer("newsapi", "/kuaixun/v2/", status=503)
    site.crawl("source=eastmoney", "category=emnews")
    assert site.names() == {s.number for s in world if s.in_flash}


def test_flashes_far_back_are_read_where_the_cursor_does_not_reach(tmp_path: Path) -> None:
    world = World(articles=36_000, days=600)  # 20 flashes a day
    days = [date(2022, 1, 12) - timedelta(days=back) for back in (500, 499)]
    with Newsroom(world) as room:
        room.by_cursor = 100
        site = Site(tmp_path / "site", room)
        ran = site.crawl("source=eastmoney", "category=emnews", f"since={days[0]}", f"until={days[1]}")
        history = len(room.requests("newsapi", "/kuaixun/v1/"))
    assert ran.code == 0
    assert site.names() == {s.number for s in world if s.in_flash and s.time.date() in days}
    assert {day: figures["covered"] for day, figures in site.report()["window"]["days"]["eastmoney"].items()} == {
        f"{day}": 1 for day in days
    }
    assert history < 25  # of 200 pages that lead there


def test_days_before_the_end_of_the_history_are_not_covered(tmp_path: Path) -> None:
    world = World(articles=3600, days=60)
    since, until = date(2021, 12, 5), date(2021, 12, 31)
    with Newsroom(world) as room:
        room.by_cursor, room.by_page = 100, 8
        site = Site(tmp_path / "site", room)
        site.crawl("source=eastmoney", "category=emnews", f"since={since}", f"until={until}")
    report = site.report()["window"]
    first = min(story.time for story in [s for s in world if s.in_flash][-8 * 50 :]).date()
    assert since < first < until
    assert f"{first - timedelta(days=1)}" in report["not_covered"]["eastmoney"]
    assert f"{until}" not in report["not_covered"]["eastmoney"]
    assert site.names() == {
        s.number for s in [s for s in world if s.in_flash][-8 * 50 :] if since <= s.time.date() <= until
    }


def test_a_flash_has_the_title_and_the_link_that_its_list_gives(site: Site, world: World) -> None:
    site.room.answer("weblist", "/comm/", status=503)
    site.crawl("source=eastmoney", "category=emnews")
    for path, text in nonempty(site.posts().items()):
        post = parse(text.decode(), Path(path).stem[11:])
        index = world.index(post.id)
        assert index is not None
        assert post.title == escape_tag_openers(world[index].title)
        assert post.share_link == flash_link(index, post.id)


def test_a_flash_has_the_link_of_its_post_page_and_keeps_it(site: Site, world: World) -> None:
    def channel(number: int, title: str = "") -> Callable[[str], str]:
        return lambda page: page.replace("/news/1354,", f"/news/{number},").replace("<h1>", f"<h1>{title}")

    site.room.answer("site", "/emnews/20", edit=channel(1351))
    site.crawl("category=emnews")
    before = site.posts()
    site.room.answer("site", "/emnews/20", edit=channel(1355, "更正："))
    site.crawl("category=emnews", "refresh=9999")
    for path, text in nonempty(site.posts().items()):
        assert "title: 更正：" in text.decode().replace('"', "")
        assert b"<http://finance.eastmoney.com/news/1351,20" in before[path]
        assert b"<http://finance.eastmoney.com/news/1351,20" in text


def test_both_share_hosts_dead_then_an_article_is_read_at_its_origin(site: Site, world: World) -> None:
    for role in ("share", "origin"):
        site.room.answer(role, "/", status=502)
    story = next(story for story in world if story.in_article)
    ran = site.crawl(f"url={site.room.urls['share']}/html_News/NewsShare.html?infoCode=NW{story.number}")
    assert ran.code == 0
    assert site.names() == {f"NW{story.number}"}
    (text,) = site.posts().values()
    assert "<http://finews.zning.xyz/html_News/NewsShare.html?infoCode=NW" in text.decode()


BREAKAGES: dict[str, Callable[[Site, str, str], None]] = {
    "HTTP error": lambda site, role, path: site.room.answer(role, path, status=502),
    "null": lambda site, role, path: site.room.answer(role, path, body='{"rc":0,"data":null,"news":null}'),
    "empty": lambda site, role, path: site.room.answer(role, path, body=b"", status=200),
    "wrong template": lambda site, role, path: site.room.answer(role, path, body="<html><div>新版</div></html>"),
    "block page": lambda site, role, path: site.room.answer(role, path, body="<html>请完成验证码</html>"),
    "redirect to another host": lambda site, role, path: site.room.answer(
        role, path, status=302, headers={"Location": "http://localhost:1/x"}
    ),
    "fields empty": lambda site, role, path: site.room.answer(
        role,
        path,
        body=json.dumps({"data": dict.fromkeys(["Art_Title", "Art_Content", "Art_ShowTime", "Art_Media_Name"], "")}),
    ),
}


@pytest.mark.parametrize("breakage", BREAKAGES)
def test_any_route_may_fail_and_the_next_one_answers(site: Site, world: World, breakage: str) -> None:
    story = next(s for s in in_columns(world) if not s.in_flash)
    for failing in ([ARTICLE_API], [ARTICLE_API, GETNEWS]):
        site.room.clear()
        for path in failing:
            BREAKAGES[breakage](site, "newsinfo", path)
        there = Site(site.output.with_name(f"site{len(failing)}"), site.room)
        there.crawl("source=eastmoney", f"url={site.room.urls['finance']}/a/{story.number}.html")
        assert there.names() == {f"NW{story.number}"}, failing


def test_pages_of_all_templates_give_the_same_posts(site: Site) -> None:
    site.crawl("column=ccjdd,cgnjj,cywjh")
    for status in (503, 404):
        there = Site(site.output.with_name(f"pages{status}"), site.room)
        site.room.answer("newsinfo", "/", status=status)
        there.crawl("column=ccjdd,cgnjj,cywjh")
        assert there.posts() == site.posts() != {}


def test_getnews_gives_the_same_words_links_and_pictures(site: Site) -> None:
    site.crawl("source=eastmoney")
    there = Site(site.output.with_name("getnews"), site.room)
    site.room.answer("newsinfo", ARTICLE_API, body='{"rc":0,"data":null}')
    there.crawl("source=eastmoney")
    assert site.room.requests("finance", "/a/") == []
    sizes = re.compile(rb' (?:width|height|style)="[^"]*"')
    posts, others = ({path: sizes.sub(b"", text) for path, text in entry.posts().items()} for entry in (site, there))
    assert posts == others != {}


@pytest.mark.parametrize("breakage", BREAKAGES)
def test_all_routes_fail_and_nothing_is_written_but_named(site: Site, world: World, breakage: str) -> None:
    for role in ("newsinfo", "finance"):
        BREAKAGES[breakage](site, role, "/")
    story = in_columns(world)[0]
    ran = site.crawl("source=eastmoney", f"url={site.room.urls['finance']}/a/{story.number}.html")
    assert site.posts() == {}
    line = next(line for line in ran.err.splitlines() if f"NW{story.number}" in line and " has no " in line)
    if breakage != "fields empty":
        for route in ("article API: ", "getnews API: ", "article page: "):
            assert route in line
    assert ran.code == 3


def test_what_another_source_owes_is_asked_for_where_that_is(site: Site, world: World) -> None:
    for role in ("share", "origin", "newsinfo", "finance"):
        site.room.answer(role, "/", status=503)
    for slug in (*SLUGS.values(), "emnews"):
        site.room.answer("site", f"/{post_folder(slug)}/20", status=503)
    assert site.crawl("source=finews", settings={"FINEWS_OWED_PAUSE": "0"}).code == 4
    site.room.clear()
    words = site.words(("source=eastmoney",), {"DOWNLOAD_TIMEOUT": "5"})
    sources = site.output.with_suffix(".toml")
    text = sources.read_text(encoding="utf-8").split("[eastmoney]")
    text[0] = text[0].replace("127.0.0.1", "localhost")  # a host that eastmoney does not have
    sources.write_text("[eastmoney]".join(text), encoding="utf-8")
    assert run_scrapy(*words).code in (0, 3)  # it ends
    assert ids_of(world) <= site.names()


def test_a_flash_whose_article_fails_is_not_written_without_it(site: Site, world: World) -> None:
    for role in ("newsinfo", "finance"):
        site.room.answer(role, "/", status=503)
    site.crawl("source=eastmoney", "category=emnews")
    assert site.posts() == {}


def test_a_host_that_moved_strips_no_flash_of_its_body(site: Site) -> None:
    for role in ("newsinfo", "finance"):
        site.room.answer(role, "/", status=404)
    assert site.crawl("source=eastmoney", "category=emnews").code == 4
    assert site.posts() == {}


def test_a_flash_without_an_article_is_its_digest(site: Site, world: World) -> None:
    site.room.answer("newsinfo", "/", body='{"rc":0,"data":null,"news":null}')
    site.room.answer("finance", "/", status=404)
    site.crawl("source=eastmoney", "category=emnews")
    assert site.names() == {story.number for story in world if story.in_flash}
    assert all("<p>" not in text.decode() for text in nonempty(site.posts().values()))


LONG = World(articles=150)


@pytest.fixture
def long_column() -> Iterator[Newsroom]:
    """A column of several pages."""
    with ShortLists(LONG) as room:
        yield room


def test_an_older_page_that_failed_is_read_by_the_next_run(long_column: Newsroom, tmp_path: Path) -> None:
    site = Site(tmp_path / "site", long_column)
    null = json.dumps({"code": "1", "message": "", "data": None})
    long_column.answer(
        "listapi",
        "/comm/web/getNewsByColumns?client=web&biz=web_news_col&column=350&order=1&needInteractData=0&page_index=2",
        body=null,
    )
    assert site.crawl("column=cgnjj").code == 4
    some = len(site.names())
    long_column.clear()
    assert site.crawl("column=cgnjj").code == 0
    assert len(site.names()) > some > 0
    assert site.names() == {f"NW{s.number}" for s in LONG if "cgnjj" in s.columns and s.in_article}
    site.crawl("column=cgnjj")
    assert len(site.room.requests("listapi", "/comm/")) == 1


def test_a_run_that_was_killed_loses_nothing(long_column: Newsroom, tmp_path: Path) -> None:
    site = Site(tmp_path / "site", long_column)
    numbers = sorted(s.number for s in LONG if "cgnjj" in s.columns and s.in_article)
    with unanswered(long_column, "newsinfo", f"{ARTICLE_API}{numbers[len(numbers) // 4]}") as requested:
        killed = site.start("column=cgnjj")
        assert requested.wait(60)
        killed.kill()
        killed.wait()
    assert 0 < len(site.names()) < len(numbers)
    assert site.crawl("column=cgnjj").code == 0
    assert site.names() == {f"NW{number}" for number in numbers}
    assert list(site.output.glob(".finews/tmp/*")) == []


def test_a_field_that_rows_lack_is_named_once(site: Site, world: World) -> None:
    def said(ran: Ran) -> list[str]:
        return [line for line in ran.err.splitlines() if "have no field mediaName" in line]

    row = {"code": "202201010000000001", "showTime": "2022-01-01 00:00:00", "title": "x", "surprise": [1]}
    rows = [{**row, "code": str(int(row["code"]) + at)} for at in range(9)]  # type: ignore[call-overload]
    site.room.answer("listapi", "/comm/", body=json.dumps({"code": "1", "data": {"list": rows}}))
    assert len(said(site.crawl("source=eastmoney", "category=zhongguozhengquanbao"))) == 1


def test_rows_that_move_between_pages_are_read_once(site: Site, world: World) -> None:
    site.room.moving = True
    site.crawl("source=eastmoney")
    assert site.names() == ids_of(world)
    assert set(numbers_asked(site).values()) == {1}


def test_after_a_window_a_list_is_read_to_what_was_read_before(tmp_path: Path) -> None:
    world = World(articles=1200, days=2)  # 400 flashes, two pages
    with Newsroom(world) as room:
        site = Site(tmp_path / "site", room)
        room.now = world.time(100)
        site.crawl("source=eastmoney", "category=emnews")
        room.now = None
        last = world.time(len(world) - 1).date()
        site.crawl("source=eastmoney", "category=emnews", f"since={last}")  # its 200 stand above 150 others
        site.crawl("source=eastmoney", "category=emnews")
    assert site.names() == {story.number for story in world if story.in_flash}


def test_rows_of_which_none_can_be_read_are_a_list_that_failed(site: Site) -> None:
    for role, name in (("listapi", "list"), ("weblist", "fastNewsList"), ("newsapi", "news")):
        rows = {name: [{"newcode": "202112302230000000", "title": "题"}]}
        site.room.answer(role, "/", body=json.dumps({"code": "1", "data": rows, **rows}))
    ran = site.crawl("source=eastmoney")
    assert ran.code == 4
    assert "none of 1 rows: no id" in ran.out
