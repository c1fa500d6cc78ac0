"""The newsroom's sites of Eastmoney."""

import json
import re
from collections.abc import Callable, Iterator
from datetime import datetime
from html import escape
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from parsel import Selector

from finews_spider.newsroom import server as server_module
from finews_spider.newsroom.eastmoney import sites
from finews_spider.newsroom.pages import View
from finews_spider.newsroom.placeholders import PlaceholderBody, without_sizes
from finews_spider.newsroom.server import Newsroom
from finews_spider.newsroom.words import COLUMNS
from finews_spider.newsroom.world import BEIJING, Story, World, has_sizes
from finews_spider.sources.eastmoney import EastmoneySource
from finews_spider.sources.loader import load
from pipelines.clean import clean
from pipelines.sanitize import sanitize
from tests.support.nonempty import nonempty

WORLD = World(articles=400)
ALL = View(published=len(WORLD))
SITES = sites(WORLD)
WITH_BODY = [(index, story) for index, story in enumerate(WORLD) if story.blocks]
NOON = datetime(2021, 12, 31, 12, tzinfo=BEIJING)
COLUMN = "/comm/web/getNewsByColumns?client=web&biz=web_news_col&order=1&needInteractData=0&req_trace=x"
FLASHES = "/comm/web/getFastNewsList?client=web&biz=web_724&fastColumn=102&req_trace=x"
OLD_FLASHES = "/kuaixun/v2/api/list?column=102"
ARTICLE = "/kuaixun/v2/api/article/{}?guid=1"
GETNEWS = "/kuaixun/v2/api/content/getnews?newsid={}&newstype=1&guid=1&source=wap&version=1"
LISTINGS = [
    ("listapi", f"{COLUMN}&column=350"),
    ("weblist", FLASHES),
    ("newsapi", OLD_FLASHES),
    ("newsapi", "/kuaixun/v1/getlist_102_ajaxResult_50_1_.html"),
    ("roll", "/default_1.html"),
    ("roll", "/finance.html"),
]
CFH = "CFH"


@pytest.fixture(scope="module")
def server() -> Iterator[Newsroom]:
    with Newsroom(WORLD) as room:
        yield room


@pytest.fixture
def room(server: Newsroom) -> Iterator[Newsroom]:
    yield server
    server.clear()
    server.now = None


def get(room: Newsroom, role: str, path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    connection = HTTPConnection(urlsplit(room.urls[role]).netloc, timeout=10)
    try:
        connection.request("GET", path, headers=headers)
        response = connection.getresponse()
        return response.status, dict(response.headers), response.read()
    finally:
        connection.close()


def get_json(role: str, path: str, view: View = ALL) -> Any:
    page = SITES[role].page(path, view)
    assert page is not None
    return json.loads(page.body)


def column(number: int = 1, size: int = 20, id_: int = 350, view: View = ALL) -> list[dict[str, Any]]:
    path = f"{COLUMN}&column={id_}&page_index={number}&page_size={size}"
    rows: list[dict[str, Any]] = get_json("listapi", path, view)["data"]["list"]
    return rows


def flashes(cursor: str = "", size: int = 20, view: View = ALL) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = get_json("weblist", f"{FLASHES}&sortEnd={cursor}&pageSize={size}", view)["data"][
        "fastNewsList"
    ]
    return rows


def history(number: int = 1, size: int = 20, view: View = ALL) -> list[dict[str, Any]]:
    page = SITES["newsapi"].page(f"/kuaixun/v1/getlist_102_ajaxResult_{size}_{number}_.html", view)
    assert page is not None
    text = page.body.decode()
    assert text.startswith("var ajaxResult={")
    rows: list[dict[str, Any]] = json.loads(text.removeprefix("var ajaxResult=").removesuffix(";"))["LivesList"]
    return rows


def page_of(story: Story) -> Selector:
    page = SITES["finance"].page(f"/a/{story.number}.html", ALL)
    assert page is not None
    return Selector(page.body.decode(page.content_type.partition("charset=")[2]))


def rebuilt(content: PlaceholderBody) -> str:
    """Return the body with record pictures and links put back, as a reader of `getnews` shows it."""

    def image(match: re.Match[str]) -> str:
        record = content.images[int(match[1])]
        names = [name for name in ("src", "alt", "width", "height", "style") if record.get(name)]
        shown = " ".join(f'{name}="{escape(record[name])}"' for name in names)
        return "" if record["code"] else f"<img {shown}>"

    def link(match: re.Match[str]) -> str:
        record = content.links[int(match[1])]
        return f'<a href="{escape(record["url_w"] or record["url_m"])}">{record["text"]}</a>'

    def words(match: re.Match[str]) -> str:
        return content.links[int(match[1])]["text"]

    body = re.sub(r'<span id="[^"]*"><!-- ?Link#(\d+) ?--></span>', words, content.body)
    return re.sub(r"<!-- ?Link#(\d+) ?-->", link, re.sub(r"<!-- ?IMG#(\d+) ?-->", image, body))


def test_there_are_the_columns_of_the_site() -> None:
    columns = load(server_module.SOURCES)["eastmoney"]
    assert isinstance(columns, EastmoneySource)
    assert {column.slug: column.id for column in columns.columns} == COLUMNS


@pytest.mark.parametrize("id_", COLUMNS.values())
def test_every_column_has_articles(id_: int) -> None:
    assert column(id_=id_)


def test_a_row_of_a_column() -> None:
    row = column()[0]
    story = WORLD[WORLD.index(row["code"]) or 0]
    assert (row["title"], row["mediaName"], row["summary"]) == (story.title, story.media_name, story.digest)
    assert row["showTime"] == f"{story.time:%Y-%m-%d %H:%M:%S}"
    assert row["url"] == f"http://finance.eastmoney.com/news/1345,{story.number}.html"
    assert (row["np_dst"], len(row["realSort"])) == ("CMS", 16)


def test_a_column_names_its_articles() -> None:
    named = {row["code"] for row in column(size=200) if len(row["code"]) == 18}
    assert named == {s.number for s in WORLD if "cgnjj" in s.columns and s.in_article}


def test_a_column_names_an_article_once() -> None:
    codes = [row["code"] for number in range(1, 10) for row in column(number)]
    assert len(codes) == len(set(codes)) == len(column(size=200))


def test_some_rows_are_blogs() -> None:
    blogs = [row for row in column(size=200) if row["url"].startswith("http://caifuhao.")]
    assert all(row["np_dst"] == CFH and WORLD.index(row["code"]) is None for row in nonempty(blogs))


def test_some_articles_are_marked_as_blogs() -> None:
    marked = [row for row in column(size=200, id_=345) if row["np_dst"] == CFH and WORLD.index(row["code"])]
    assert all(".eastmoney.com/a/" in row["uniqueUrl"] for row in nonempty(marked))


def test_some_articles_are_named_on_another_host() -> None:
    hosts = {urlsplit(row["uniqueUrl"]).hostname for row in column(size=200) if row["np_dst"] != CFH}
    assert {"finance.eastmoney.com", "stock.eastmoney.com"} <= hosts


def test_rows_stand_newest_first_but_at_the_border_of_pages() -> None:
    first, second = ([row["realSort"] for row in column(number)] for number in (1, 2))
    assert first[:-1] == sorted(first[:-1], reverse=True)
    assert first[-1] < second[0]


def test_past_the_end_a_column_is_empty() -> None:
    assert column(50) == []


def test_an_unknown_column_is_empty() -> None:
    assert column(id_=1) == []


def test_a_page_has_200_rows_at_most() -> None:
    assert get_json("listapi", f"{COLUMN}&column=350&page_size=500")["data"]["page_size"] == 200


def test_only_the_fields_of_the_query() -> None:
    row = get_json("listapi", f"{COLUMN}&column=350&fields=code,Np_dst")["data"]["list"][0]
    assert set(row) == {"code", "np_dst"}


@pytest.mark.parametrize(("role", "path"), [("listapi", f"{COLUMN}&column=350"), ("weblist", FLASHES)])
def test_without_a_trace_there_is_no_data(role: str, path: str) -> None:
    answer = get_json(role, path.replace("&req_trace=x", ""))
    assert (answer["code"], answer["data"]) == ("0", None)


def test_a_callback_gets_the_column() -> None:
    page = SITES["listapi"].page(f"{COLUMN}&column=350&callback=jQuery1_2", ALL)
    assert page is not None
    assert json.loads(page.body.removeprefix(b"jQuery1_2(").removesuffix(b");"))["code"] == "1"


def test_a_moving_column_repeats_a_row_and_loses_none() -> None:
    moving = ALL._replace(moving=True)
    first, second = column(1, view=moving), column(2, view=moving)
    assert second[0] == first[-1]
    codes = {row["code"] for number in range(1, 10) for row in column(number, view=moving)}
    assert codes == {row["code"] for row in column(size=200)}


def test_the_newsroom_moves_when_told(room: Newsroom) -> None:
    path = f"{COLUMN}&column=350&page_index=2"
    still = get(room, "listapi", path)
    room.moving = True
    assert get(room, "listapi", path) != still
    room.clear()
    assert get(room, "listapi", path)[2] == still[2]


def test_a_flash_row() -> None:
    row = flashes()[0]
    story = WORLD[WORLD.index(row["code"]) or 0]
    assert row["summary"] == f"【{story.title}】{story.digest}"
    assert int(row["realSort"]) // 10**6 == story.time.timestamp()


def test_cursors_lead_through_all_flashes() -> None:
    codes, cursor = [], ""
    while rows := flashes(cursor):
        codes += [row["code"] for row in rows]
        cursor = rows[-1]["realSort"]
    assert codes == [s.number for s in WORLD if s.in_flash][::-1]


def test_the_answer_names_the_next_cursor() -> None:
    answer = get_json("weblist", FLASHES)["data"]
    assert answer["sortEnd"] == answer["fastNewsList"][-1]["realSort"]


def test_a_cursor_can_be_made_for_a_moment() -> None:
    expected = [s.number for s in WORLD if s.in_flash and s.time < NOON][::-1]
    assert [row["code"] for row in flashes(f"{NOON.timestamp():.0f}000000", 200)] == expected


def test_made_cursors_may_be_ignored() -> None:
    strict = ALL._replace(cursors=False)
    assert flashes(f"{NOON.timestamp():.0f}000000", view=strict) == flashes()


def test_served_cursors_are_never_ignored() -> None:
    cursor = flashes()[-1]["realSort"]
    assert flashes(cursor, view=ALL._replace(cursors=False)) == flashes(cursor)


def test_the_newsroom_ignores_cursors_when_told(room: Newsroom) -> None:
    path = f"{FLASHES}&sortEnd=1"
    assert json.loads(get(room, "weblist", path)[2])["data"]["fastNewsList"] == []
    room.cursors = False
    assert json.loads(get(room, "weblist", path)[2])["data"]["fastNewsList"] == flashes()


@pytest.mark.parametrize("cursor", ["x", "²", "9" * 5000])
def test_a_cursor_that_is_none(cursor: str) -> None:
    assert flashes(cursor) == flashes()


def test_old_flashes_are_the_same_flashes() -> None:
    pages = [get_json("newsapi", f"{OLD_FLASHES}&limit=50&p={number}")["news"] for number in range(1, 5)]
    assert [row["newsid"] for page in pages for row in page] == [row["code"] for row in flashes(size=200)]


def test_old_flashes_end() -> None:
    assert get_json("newsapi", f"{OLD_FLASHES}&p=999")["news"] == []


def test_the_flash_history_is_the_same_flashes() -> None:
    rows = [row for number in range(1, 7) for row in history(number)]
    assert [row["newsid"] for row in rows] == [row["code"] for row in flashes(size=200)][: len(rows)]
    assert [row["id"] for row in rows] == [row["newsid"] for row in rows]


def test_the_last_page_of_the_flash_history_stands_for_all_further_ones() -> None:
    capped = ALL._replace(by_page=3)
    assert history(4, view=capped) == history(99, view=capped) == history(3)
    assert history(999) == history(-(-len(flashes(size=200)) // 20))


def test_flashes_by_cursor_may_not_reach_far() -> None:
    near = ALL._replace(by_cursor=30)
    first = flashes(size=20, view=near)
    second = flashes(first[-1]["realSort"], size=20, view=near)
    assert first + second == flashes(size=30)
    assert flashes(second[-1]["realSort"], view=near) == []


def test_flashes_link_pages_of_several_channels_and_hosts() -> None:
    links = [row["url_w"] for row in history(size=100)]
    assert {link.split("/")[-1].split(",")[0] for link in links} == {"1350", "1351", "1353", "1354", "1355"}
    assert {urlsplit(link).hostname for link in links} == {f"{n}.eastmoney.com" for n in ("finance", "stock", "global")}


def test_the_title_of_some_flashes_stands_in_their_digest_alone() -> None:
    untitled = [row for row in history(size=100) if not row["title"]]
    assert all(row["digest"].startswith("【") for row in nonempty(untitled))


@pytest.mark.parametrize("path", ["/default_1.html", "/default_2.html", "/finance.html"])
def test_the_rolling_page_names_articles_to_the_minute(path: str) -> None:
    page = SITES["roll"].page(path, ALL)
    assert page is not None
    for row in nonempty(Selector(page.body.decode()).css("#artList li")):
        number = row.xpath("a[@title]/@href").get("").removesuffix(".html")[-18:]
        story = WORLD[WORLD.index(number) or 0]
        assert row.xpath("a/@title").get() == story.title
        assert row.xpath("span/text()").get() == f"{story.time:%Y-%m-%d %H:%M}"


def test_the_rolling_pages_end() -> None:
    assert SITES["roll"].page("/default_99.html", ALL) is None


def test_an_article() -> None:
    story = WITH_BODY[0][1]
    article = get_json("newsinfo", ARTICLE.format(story.number))["data"]
    assert (article["Art_Title"], article["Art_Media_Name"]) == (story.title, story.media_name)
    assert article["Art_ShowTime"] == f"{story.time:%Y/%m/%d %H:%M:%S}"
    assert article["Art_Content"] == WORLD.wrapped_body(story)


def test_a_digest_has_an_empty_article_or_its_text() -> None:
    digests = [s for s in WORLD if not s.blocks]
    contents = {get_json("newsinfo", ARTICLE.format(s.number))["data"]["Art_Content"] for s in digests}
    assert contents == {"", *(f"<p>{escape(s.digest, quote=False)}</p>" for s in digests[1::2])}


@pytest.mark.parametrize("path", [ARTICLE, GETNEWS])
def test_what_is_not_there_is_null(path: str) -> None:
    answer = get_json("newsinfo", path.format("2" * 18))
    assert answer.get("data", answer.get("news")) is None


def test_news_stand_under_a_key_or_at_the_top() -> None:
    for index in (3, 4):
        answer = get_json("newsinfo", GETNEWS.format(WORLD[index].number))
        assert ("news" in answer) == (index == 3)
        assert answer.get("news", answer)["title"] == WORLD[index].title


def test_a_chart_tells_its_stock() -> None:
    pictures = [image for _, story in WITH_BODY for image in WORLD.placeholder_body(story).images]
    assert {bool(picture["code"]) for picture in pictures} == {True, False}
    assert all(("GetPic.aspx" in picture["src"]) == bool(picture["code"]) for picture in nonempty(pictures))


def test_the_new_page() -> None:
    story = WORLD[0]
    page = page_of(story).css("div.contentwrap")
    assert page.css("div.title::text").get() == story.title
    assert page.css(".tipbox .infos > div::text").getall() == [f"{story.time:%Y年%m月%d日 %H:%M}", story.media_name]
    assert page.css(".abstract .txt::text").get() == story.digest


def test_the_old_page() -> None:
    story = WORLD[2]
    page = page_of(story).css("div.newsContent")
    assert page.css("h1::text").get() == story.title
    assert page.css(".time::text").get() == f"{story.time:%Y年%m月%d日 %H:%M}"
    assert page.css(".source::text").get() == f"来源：{story.media_name}"
    assert page.css(".b-review::text").get() == story.digest


def test_a_page_with_labels() -> None:
    story = WORLD[4]
    assert f"来源：{story.media_name}" in page_of(story).css(".infos").xpath("string()").get("")


def test_a_page_whose_title_stands_in_its_head() -> None:
    story = WORLD[5]
    assert page_of(story).css(".contentwrap .title").xpath("string()").get() == ""
    assert page_of(story).css("title::text").get() == f"{story.title} _ 东方财富网"


def test_a_page_without_names_around_its_body() -> None:
    story = WORLD[3]
    page = page_of(story)
    assert page.css("h1::text").get() == story.title
    assert f"来源：{story.media_name}" in page.css(".info").xpath("string()").get("")
    assert page.css(".content_text p")


def test_a_page_in_gbk(room: Newsroom) -> None:
    status, headers, body = get(room, "finance", f"/a/{WORLD[1].number}.html")
    assert (status, headers["Content-Type"]) == (200, "text/html; charset=gbk")
    assert 'charset="gbk"' in body.decode("gbk")


def test_an_old_address_leads_to_the_page(room: Newsroom) -> None:
    status, headers, _ = get(room, "finance", f"/news/1345,{WORLD[0].number}.html")
    assert (status, headers["Location"]) == (301, f"/a/{WORLD[0].number}.html")


@pytest.mark.parametrize("path", ["/a/{}.html", "/news/1345,{}.html"])
def test_an_unknown_page_is_not_there(path: str) -> None:
    assert SITES["finance"].page(path.format("2" * 18), ALL) is None


@pytest.mark.slow
@pytest.mark.parametrize(
    "body",
    [
        lambda story: WORLD.plain_body(story),
        lambda story: WORLD.wrapped_body(story),
        lambda story: page_of(story).css("#ContentBody, .content_text").get(),
    ],
    ids=["plain", "wrapped", "page"],
)
def test_cleaning_gives_the_same_body(body: Callable[[Story], str]) -> None:
    for _, story in nonempty(WITH_BODY):
        assert sanitize(clean(body(story))) == WORLD.clean_body(story)


def test_cleaning_news_gives_the_same_body() -> None:
    for _, story in nonempty(WITH_BODY):
        expected = WORLD.clean_body(story, sizes=has_sizes(story))
        assert sanitize(clean(rebuilt(WORLD.placeholder_body(story)))) == expected


def test_half_of_the_news_tell_no_sizes() -> None:
    assert {has_sizes(story) for _, story in WITH_BODY} == {True, False}


def test_a_body_without_sizes_differs_in_its_pictures_only() -> None:
    assert without_sizes('<p>a</p>\n <center><img src="b" alt="c" width="1" style="d" /></center>') == (
        '<p>a</p>\n <center><img src="b" alt="c" /></center>'
    )


@pytest.mark.parametrize(("role", "path"), LISTINGS)
def test_a_listing_is_not_sent_twice(room: Newsroom, role: str, path: str) -> None:
    _, seen, _ = get(room, role, path)
    assert get(room, role, path, **{"If-None-Match": seen["ETag"]})[0] == 304
    assert get(room, role, path, **{"If-Modified-Since": seen["Last-Modified"]})[0] == 304


@pytest.mark.parametrize(("role", "path"), LISTINGS)
def test_later_stories_are_not_listed(room: Newsroom, role: str, path: str) -> None:
    room.now = NOON
    body = get(room, role, path)[2].decode()
    numbers = re.findall(r"(?<!\d)(20\d{16})(?!\d)", body)
    assert numbers
    assert all(WORLD[WORLD.index(number) or 0].time <= NOON for number in nonempty(numbers))


@pytest.mark.parametrize(("role", "path"), [("newsinfo", ARTICLE), ("newsinfo", GETNEWS), ("finance", "/a/{}.html")])
def test_a_later_story_is_not_there(room: Newsroom, role: str, path: str) -> None:
    story = WORLD[399]
    seen = get(room, role, path.format(story.number))
    room.now = NOON
    assert get(room, role, path.format(story.number)) != seen


@pytest.mark.parametrize("role", SITES)
def test_each_role_has_its_robots(room: Newsroom, role: str) -> None:
    assert get(room, role, "/robots.txt")[2] == room.robots[role].encode()


def test_the_sources_lead_here_in_any_table(room: Newsroom, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    sources = tmp_path / "sources.toml"
    sources.write_text('[eastmoney]\nfinance = ["https://finance.eastmoney.com"]\nmedia = "https://a.example"\n')
    monkeypatch.setattr(server_module, "SOURCES", sources)
    assert room.sources_toml() == f'[eastmoney]\nfinance = ["{room.urls["finance"]}"]\nmedia = "https://a.example"\n'
