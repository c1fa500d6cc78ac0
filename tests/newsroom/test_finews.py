"""The newsroom's stories, and its site and share host."""

import json
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from http.client import HTTPConnection
from urllib.parse import urlsplit

import nh3
import pytest
from aiohttp import web
from parsel import Selector

from finews_spider.newsroom.constructs import AFTER, CHARTS, MIDDLE, STOCK
from finews_spider.newsroom.server import Newsroom
from finews_spider.newsroom.words import COLUMNS, SLUGS
from finews_spider.newsroom.world import BEIJING, Story, World
from tests.support.nonempty import nonempty

WORLD = World(articles=60)
FIRST_DAY_NOON = datetime(2021, 12, 30, 12, tzinfo=BEIJING)
KEPT = {"a": {"href"}, "p": {"class", "style"}, "table": {"border"}}
KEPT_OF_PICTURES = {"img": {"src", "alt", "width", "height", "style"}}


@dataclass
class Response:
    status: int
    headers: dict[str, str]
    text: str


@pytest.fixture(scope="module")
def server() -> Iterator[Newsroom]:
    with Newsroom(WORLD) as room:
        yield room


@pytest.fixture
def room(server: Newsroom) -> Iterator[Newsroom]:
    yield server
    server.clear()
    server.log.clear()
    server.now = None


def get(room: Newsroom, role: str, path: str, headers: dict[str, str] | None = None) -> Response:
    connection = HTTPConnection(urlsplit(room.urls[role]).netloc, timeout=10)
    try:
        connection.request("GET", path, headers=headers or {})
        response = connection.getresponse()
        return Response(response.status, dict(response.headers), response.read().decode(errors="replace"))
    finally:
        connection.close()


def text_of(room: Newsroom, number: str) -> dict[str, str]:
    text: dict[str, str] = json.loads(get(room, "share", f"/NewsData/GetNewsText.do?id={number}").text)
    return text


def post(story: Story) -> str:
    return f"/{SLUGS[story.media_name]}/{story.time:%Y/%m/%d}/NW{story.number}.html"


def first(**wanted: object) -> Story:
    return next(s for s in WORLD if all(getattr(s, name) == value for name, value in wanted.items()))


def test_same_arguments_same_stories() -> None:
    assert list(World(60)) == list(WORLD)


def test_another_seed_other_titles() -> None:
    assert [s.title for s in World(60, seed=2)] != [s.title for s in WORLD]


def test_a_story_does_not_depend_on_the_stories_made_before() -> None:
    assert World(60)[41] == WORLD[41]


@pytest.mark.parametrize("articles", [3, 60, 1000])
def test_stories_stand_in_order_of_time(articles: int) -> None:
    times = [s.time for s in World(articles)]
    assert times == sorted(times)


@pytest.mark.parametrize("articles", [3, 60, 1000])
def test_numbers_lead_back_to_their_stories(articles: int) -> None:
    world = World(articles)
    assert [world.index(s.number) for s in world] == list(range(articles))


@pytest.mark.parametrize("number", ["", "NW", "2" * 18, "20220112223000000²", WORLD[3].number + "0"])
def test_no_story_has_another_number(number: str) -> None:
    assert WORLD.index(number) is None


def test_a_number_begins_with_its_day() -> None:
    assert all(s.number[:8] == f"{s.time:%Y%m%d}" and len(s.number) == 18 for s in nonempty(WORLD))


def test_the_window_is_whole_days() -> None:
    assert {s.time.date() for s in World(60, days=2, until=date(2022, 3, 1))} == {
        date(2022, 2, 28),
        date(2022, 3, 1),
    }


@pytest.mark.parametrize("edge", ["00:00:00", "23:59:59"])
def test_stories_stand_at_the_edges_of_days(edge: str) -> None:
    assert any(f"{s.time:%H:%M:%S}" == edge for s in WORLD)


@pytest.mark.parametrize("odd", ['"', "'", ": ", "{{", "{%", "<", "&", "#", "\\"])
def test_titles_hold_what_broke_the_site(odd: str) -> None:
    assert any(odd in s.title for s in WORLD)


def test_all_media_names_occur() -> None:
    assert {s.media_name for s in WORLD} == set(SLUGS)


def test_some_stories_are_in_several_columns() -> None:
    assert any(len(s.columns) > 1 for s in WORLD)
    assert {column for s in WORLD for column in s.columns} <= set(COLUMNS)


def test_families_are_mixed() -> None:
    assert {(s.in_article, s.in_flash) for s in WORLD} == {(True, False), (True, True), (False, True)}


def test_some_flashes_are_a_digest_only() -> None:
    assert WORLD.wrapped_body(first(blocks=())) == ""


@pytest.mark.parametrize("name", [construct.name for construct in (*MIDDLE, *AFTER)])
def test_every_construct_is_in_an_article_and_in_a_flash(name: str) -> None:
    having = [s for s in WORLD if name in {block.name for block in s.blocks}]
    assert any(s.in_article for s in having)
    assert any(s.in_flash for s in having)


def test_the_clean_form_is_what_a_parser_writes() -> None:
    for story in nonempty(WORLD):
        clean = WORLD.clean_body(story)
        written = nh3.clean(clean, tags=nh3.ALLOWED_TAGS, attributes={**KEPT, **KEPT_OF_PICTURES}, link_rel=None)
        assert written == clean.replace(" />", ">")


@pytest.mark.parametrize(
    "rubbish", ["　　", "display:none", "quote.eastmoney.com", "webquoteklinepic", "<span", "<!--"]
)
def test_the_clean_form_is_clean(rubbish: str) -> None:
    assert not any(rubbish in WORLD.clean_body(s) for s in nonempty(WORLD))


def test_only_flashes_are_wrapped() -> None:
    story = next(s for s in WORLD if STOCK.name in {block.name for block in s.blocks})
    assert 'class="keytip"' in WORLD.wrapped_body(story)
    assert 'class="keytip"' not in WORLD.plain_body(story)


def test_a_live_chart_leaves_nothing() -> None:
    assert {block.clean for s in WORLD for block in s.blocks if block.name == CHARTS[0].name} == {""}


def test_blocks_are_joined_as_in_the_posts() -> None:
    bodies = "".join(WORLD.clean_body(s) for s in WORLD)
    assert "</center>\n" not in bodies
    assert '\n <p class="em_media">' not in bodies
    assert "</p>\n <p>" in bodies


def test_the_home_page_shows_up_to_five_posts_a_tag(room: Newsroom) -> None:
    home = Selector(get(room, "site", "/").text)
    assert max(len(posts.xpath("li")) for posts in home.xpath("//section/ul")) == 5
    assert "每日经济新闻新闻" in home.xpath("//h2/@id").getall()


def test_a_category_page_shows_all_its_posts_newest_first(room: Newsroom) -> None:
    page = Selector(get(room, "site", "/category/guangzhouribao.html").text)
    expected = [post(s) for s in WORLD if s.media_name == "广州日报" and s.in_article]
    assert page.xpath("//section//a/@href").getall() == expected[::-1]


def test_a_category_page_may_bear_the_name_of_another(room: Newsroom) -> None:
    page = Selector(get(room, "site", "/category/meirijingjixinwen.html").text)
    assert page.xpath("//h2/text()").get() == "21世纪经济报道新闻"


def test_flashes_have_their_page(room: Newsroom) -> None:
    page = Selector(get(room, "site", "/emnews/").text)
    assert len(page.xpath("//section//li")) == sum(s.in_flash for s in WORLD)


def test_a_post_stands_in_its_section(room: Newsroom) -> None:
    story = WORLD[1]
    section = Selector(get(room, "site", post(story)).text).xpath("//section")
    assert section.xpath("h1/text()").get() == story.title
    assert section.xpath("small/em/text()").getall() == [f"{story.media_name}新闻"]
    assert f"{story.time:%Y-%m-%d %H:%M:%S}" in section.xpath("small/text()").get("")


def test_a_post_has_rubbish_before_its_section(room: Newsroom) -> None:
    story = next(s for s in WORLD if s.in_article and "picture" in {block.name for block in s.blocks})
    page = Selector(get(room, "site", post(story)).text)
    assert len(page.xpath("//p[not(ancestor::section)]")) > 3


def test_a_post_of_another_day_or_category_is_not_there(room: Newsroom) -> None:
    assert get(room, "site", post(WORLD[1]).replace("/2021/", "/2020/")).status == 404
    assert get(room, "site", post(WORLD[1]).replace("meiri", "")).status == 404


def test_a_flash_post_quotes_its_digest(room: Newsroom) -> None:
    story = first(in_flash=True)
    page = Selector(get(room, "site", f"/emnews/{story.time:%Y/%m/%d}/{story.number}.html").text)
    assert page.xpath("string(//section/blockquote/p)").get() == story.digest


@pytest.mark.parametrize("role", ["share", "origin"])
def test_the_share_page_is_a_script(room: Newsroom, role: str) -> None:
    page = get(room, role, f"/html_News/NewsShare.html?infoCode=NW{WORLD[0].number}")
    assert "/NewsData/GetNewsText.do?id=" in page.text


def test_the_text_of_an_article(room: Newsroom) -> None:
    text = text_of(room, "NW" + WORLD[0].number)
    assert text["text"] == WORLD.plain_body(WORLD[0])
    assert (text["Title"], text["medianame"]) == (WORLD[0].title, "中国证券报")
    assert text["Date"] == "2021-12-30 00:00:00"


def test_the_text_of_a_flash(room: Newsroom) -> None:
    text = text_of(room, WORLD[0].number)
    assert text["content"] == WORLD.wrapped_body(WORLD[0])
    assert "text" not in text


def test_the_text_of_a_flash_without_html_is_its_digest(room: Newsroom) -> None:
    story = first(blocks=())
    assert text_of(room, story.number)["content"] == story.digest


@pytest.mark.parametrize("number", ["NW" + "2" * 18, "", "NW" + first(in_article=False).number])
def test_the_text_of_what_is_not_there_is_empty(room: Newsroom, number: str) -> None:
    assert not any(value for value in nonempty(text_of(room, number).values()))


def test_a_picture(room: Newsroom) -> None:
    assert get(room, "site", "/download/D1.jpg").headers["Content-Type"] == "image/gif"


@pytest.mark.parametrize("path", ["/", "/category/TechWeb.html", "/category/emnews.html"])
def test_a_listing_is_not_sent_twice(room: Newsroom, path: str) -> None:
    seen = get(room, "site", path).headers
    assert get(room, "site", path, {"If-None-Match": seen["ETag"]}).status == 304
    assert get(room, "site", path, {"If-Modified-Since": seen["Last-Modified"]}).status == 304


def test_a_listing_that_changed_is_sent(room: Newsroom) -> None:
    room.now = FIRST_DAY_NOON
    seen = get(room, "site", "/").headers
    room.now = None
    headers = {"If-None-Match": seen["ETag"], "If-Modified-Since": seen["Last-Modified"]}
    assert get(room, "site", "/", headers).status == 200


def test_later_stories_are_not_published(room: Newsroom) -> None:
    room.now = FIRST_DAY_NOON
    later = next(s for s in WORLD if s.time > FIRST_DAY_NOON and s.in_article)
    assert later.number not in get(room, "site", "/").text
    assert get(room, "site", post(later)).status == 404
    assert text_of(room, "NW" + later.number)["text"] == ""


def test_earlier_stories_are_published(room: Newsroom) -> None:
    room.now = WORLD[0].time
    assert post(WORLD[0]) in get(room, "site", "/").text


@pytest.mark.parametrize("role", ["site", "share", "origin"])
def test_robots(room: Newsroom, role: str) -> None:
    assert get(room, role, "/robots.txt").text == "User-agent: *\nDisallow: /private/\n"


def test_robots_of_one_role() -> None:
    with Newsroom(WORLD) as room:
        room.robots["share"] = "User-agent: *\r\nDisallow: /\r\n"
        assert "\r\n" in get(room, "share", "/robots.txt").text
        assert "\r\n" not in get(room, "site", "/robots.txt").text
        room.clear()
        assert "\r\n" not in get(room, "share", "/robots.txt").text


def test_an_unknown_path(room: Newsroom) -> None:
    assert get(room, "share", "/nowhere").status == 404


def test_the_log_remembers_requests(room: Newsroom) -> None:
    get(room, "share", "/nowhere?a=1", {"Referer": "http://a.example/"})
    (logged,) = room.log
    assert (logged.role, logged.method, logged.path, logged.status) == ("share", "GET", "/nowhere?a=1", 404)
    assert logged.headers["Referer"] == "http://a.example/"


def test_the_log_is_read_by_role_and_prefix(room: Newsroom) -> None:
    for role, path in (("site", "/"), ("share", "/a"), ("share", "/b")):
        get(room, role, path)
    assert [logged.path for logged in room.requests("share")] == ["/a", "/b"]
    assert [logged.path for logged in room.requests(prefix="/b")] == ["/b"]


def test_another_response(room: Newsroom) -> None:
    room.answer("site", "/category/", status=503, body="忙", headers={"Retry-After": "7"})
    response = get(room, "site", "/category/TechWeb.html")
    assert (response.status, response.text, response.headers["Retry-After"]) == (503, "忙", "7")
    assert get(room, "site", "/").status == 200


def test_another_response_so_many_times(room: Newsroom) -> None:
    room.answer("site", "/", status=500, times=2)
    assert [get(room, "site", "/").status for _ in range(3)] == [500, 500, 200]


def test_the_newest_rule_wins(room: Newsroom) -> None:
    room.answer("site", "/", status=500)
    room.answer("site", "/", status=429)
    assert get(room, "site", "/").status == 429


def test_the_usual_response_with_other_headers(room: Newsroom) -> None:
    usual = get(room, "site", "/").text
    room.answer("site", "/", headers={"Content-Type": "text/html; charset=gbk"}, delay=0.001)
    response = get(room, "site", "/")
    assert (response.text, response.headers["Content-Type"]) == (usual, "text/html; charset=gbk")


def test_the_usual_response_edited(room: Newsroom) -> None:
    kept = get(room, "site", "/").headers["ETag"]
    room.answer("site", "/", edit=lambda text: text.replace("<li>", "<div>"))
    response = get(room, "site", "/", {"If-None-Match": kept})
    assert response.status == 200
    assert "<div>" in response.text
    assert "<li>" not in response.text


def test_a_handler_may_do_anything(room: Newsroom) -> None:
    async def teapot(request: web.BaseRequest) -> web.Response:
        return web.Response(status=418, text=request.path)

    room.answer("origin", "/tea", handler=teapot)
    assert get(room, "origin", "/tea").text == "/tea"


def test_clear_makes_it_behave(room: Newsroom) -> None:
    room.answer("site", "/", status=500)
    room.clear()
    assert get(room, "site", "/").status == 200


def test_only_roles_misbehave(room: Newsroom) -> None:
    with pytest.raises(ValueError, match="nobody"):
        room.answer("nobody", "/")


def test_the_sources_lead_to_the_newsroom(room: Newsroom) -> None:
    sources = tomllib.loads(room.sources_toml())["finews"]
    assert sources["site"] == room.urls["site"]
    assert (sources["share"], sources["origin"]) == ([room.urls["share"]], [room.urls["origin"]])
    assert sources["share_link"].startswith("http://finews.zning.xyz/")


def test_a_role_on_another_address() -> None:
    with Newsroom(WORLD, addresses={"share": "127.0.0.2"}) as room:
        assert room.urls["share"].startswith("http://127.0.0.2:")
        assert get(room, "share", "/robots.txt").status == 200
