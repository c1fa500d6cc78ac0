"""JSON and HTML that are not what their URLs give: a reader takes what it can, or says that it cannot read it."""

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date, timedelta
from itertools import count
from pathlib import Path

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

import finews_spider
from finews_spider.dates import Window
from finews_spider.items import Article, ArticleRef
from finews_spider.newsroom.finews import post_folder
from finews_spider.newsroom.words import SLUGS
from finews_spider.sources.base import Listing, ListingPage, Query, UnreadableError
from finews_spider.sources.eastmoney_ids import IDS
from finews_spider.sources.encodings import decode
from finews_spider.sources.loader import load
from finews_spider.sources.parsing import json_object
from tests.conftest import Site, run_forked
from tests.support.nonempty import nonempty

pytestmark = pytest.mark.slow

NUMBER = "202112302230672549"
PAGE = f"https://finance.eastmoney.com/a/{NUMBER}.html"
POST = f"/zhongguozhengquanbao/2021/12/30/NW{NUMBER}.html"
SOURCES = load(Path(finews_spider.__file__).with_name("sources.toml"))
REFS = [ArticleRef(source="finews", id=id_, url=f"https://a.example{POST}") for id_ in (f"NW{NUMBER}", NUMBER)]
ALL = [listing for source in SOURCES.values() for listing in source.listings(Query())]
FAR_BACK = SOURCES["eastmoney"].listings(Query(window=Window(until=date(2026, 1, 1))))[-1].fallback


def with_fallbacks(listing: Listing | None) -> Iterator[Listing]:
    """The listing, and what stands in for it, one after the other."""
    while listing:
        yield listing
        listing = listing.fallback


LISTINGS = {listing.name: listing for first in ALL for listing in with_fallbacks(first)}
LISTINGS |= {f"{listing.name}, far back": listing for listing in with_fallbacks(FAR_BACK)}
COLUMNS = {name for name in LISTINGS if name.startswith("column ")} - {"column cgnjj"}  # they are alike
ROUTES = {
    f"{route.name} {ref.id}": route for source in SOURCES.values() for ref in REFS for route in source.routes(ref)
}
READERS: dict[str, Callable[[str], ListingPage | Article]] = {
    **{name: listing.read for name, listing in LISTINGS.items() if name not in COLUMNS},
    **{name: route.read for name, route in ROUTES.items()},
}

KEYS = """
    LivesList url_m url_unique id class
    data list fastNewsList news sortEnd code message newsid title showTime showtime summary digest mediaName
    url uniqueUrl np_dst text content Title medianame date Date Art_Title Art_Media_Name Art_Content
    Art_ShowTime body source images links src text url_w width
""".split()
TEXTS = st.one_of(
    st.text(max_size=30),
    st.sampled_from(
        [
            NUMBER,
            "2021-12-30 07:57:23",
            "9999-99-99 99:99:99",
            "2021年02月30日 25:61",
            "1640851043",
            "1",
            PAGE,
            "http://[",
            "<p>文</p><!--IMG#0--><!--Link#0-->（文章来源：甲）",
            "<p>文章来源：<p>文章来源",
            "\x00\x1b[31m\u202e\ud800",
            "<!--",
            "]]>",
            "&#0;&#x110000;",
        ]
    ),
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=8),
    max_leaves=20,
)
PIECES = st.sampled_from(
    [
        "<section>",
        "</section>",
        "<h1>题</h1>",
        "<h1>",
        "<h2>中国证券报新闻</h2>",
        "<ul>",
        f'<li><a href="{POST}">题</a></li>',
        '<li><a href="http://[">题</a></li>',
        "<li>",
        '<ul id="artList">',
        f'<li><span>2021-12-30 07:57</span><a href="{PAGE}" title="题">题</a></li>',
        '<div id="ContentBody">',
        '<div class="content_text">',
        "<p>来源：<a>甲</a> 作者：乙 2021-12-30 07:57",
        '<div class="contentwrap"><div class="infos"><div>',
        "<small>(GMT+8) 2021-12-30 07:57:23</small>",
        "<blockquote>",
        "<!-- ",
        "-->",
        "<![CDATA[",
        "<?xml ?>",
        "<script>",
        "<svg><p>",
        "</p>",
        "\x00",
        "\x0c",
        "&#0;",
        "<p>（文章来源：甲）</p>",
        "</body>",
        "</html>",
        "<a",
        '="',
        "文",
    ]
)
PAGES = st.lists(PIECES, max_size=25).map(lambda pieces: "<html>" + "".join(pieces) + "</body></html>")
CALLS = VALUES.map(lambda value: f"cb({json.dumps(value)});")
SCRIPTS = VALUES.map(lambda value: f"var ajaxResult={json.dumps(value)};")
ANSWERS = st.one_of(st.text(), VALUES.map(json.dumps), CALLS, SCRIPTS, PAGES)


def read(name: str, text: str) -> ListingPage | Article | str:
    """What the reader gives, or why it does not."""
    try:
        return READERS[name](text)
    except UnreadableError as error:
        return str(error)


@pytest.mark.parametrize("name", READERS)
@given(text=ANSWERS)
def test_a_reader_gives_what_it_should_or_says_that_it_cannot(name: str, text: str) -> None:
    judge(read(name, text))


def judge(found: ListingPage | Article | str) -> None:
    if isinstance(found, str):
        assert found.isprintable()
        assert len(found) < 300
    elif isinstance(found, Article):
        assert all(isinstance(entry, str) for entry in (found.title, found.media_name, found.digest, found.body))
        assert found.time is None or found.time.utcoffset() == timedelta(hours=8)
    else:
        for ref in found.refs:
            assert ref.id in IDS
            assert all(
                isinstance(entry, str) for entry in (ref.url, ref.title, ref.media_name, ref.digest, ref.category)
            )


@given(body=st.binary())
def test_any_bytes_are_text_or_unreadable(body: bytes) -> None:
    with suppress(UnreadableError):
        decode(body).encode()


MB = 1_000_000
NEWS = {"title": "题", "source": "甲", "showtime": "2021-12-30 07:57:23"}
LARGE: dict[str, Callable[[], str]] = {
    "brackets": lambda: "[" * 3_000_000,
    "objects": lambda: '{"a":' * 700_000,
    "a callback without an end": lambda: "a" * 10_000_000,
    "a callback with many ends": lambda: "a(" + ")" * 1_000_000 + "x",
    "a callback with much space": lambda: "a(" + ")" + " " * 1_000_000 + "x",
    "space": lambda: " " * 10_000_000,
    "space in a callback": lambda: "a" + " " * 1_000_000 + "{",
    "a large number": lambda: '{"data": ' + "9" * 3_000_000 + "}",
    "a long title": lambda: json.dumps({"data": {"list": [{"code": NUMBER, "title": "题" * 1_000_000}]}, "text": "文"}),
    "many rows": lambda: json.dumps({"data": {"list": [{}] * 100_000, "fastNewsList": [{}] * 100_000}}),
    "100 MB": lambda: '{"data": "' + "x" * 100_000_000 + '"}',
    "many tags": lambda: "<html>" + "<p>" * 5_000_000 + "</html>",
    "many attributes": lambda: f"<html><div id=ContentBody {' '.join(map('a{}'.format, range(200_000)))}></div></html>",
    "many attributes in JSON": lambda: json.dumps(
        {"text": f"<p {' '.join(map('a{}'.format, range(200_000)))}>文章来源"}
    ),
    "tags that never end": lambda: "<html>" + "<a" * 400_000 + "</html>",
    "many tags that never end": lambda: "<html>" + "<a " * 1_990 + "x" * 4_000_000 + "</html>",
    "many quotes that never end": lambda: "<html>" + ("<a b='" + '<a c="') * 100_000 + "</html>",
    "deep tags": lambda: "<html><section>" + "<div>" * 300_000 + "</section></html>",
    "many headings": lambda: "<html><section>" + f"<h2>{'题' * 1000}</h2>" * 5_000 + "</section></html>",
    "one heading, many rows": lambda: (
        f"<html><section><h2>{'题' * MB}</h2>" + f'<li><a href="{POST}">题</a></li>' * 20_000 + "</html>"
    ),
    "many marks": lambda: json.dumps(
        {"news": NEWS | {"body": "<!--IMG#0-->" * 100_000, "images": [{"src": "a" * MB}]}}
    ),
    "many spans": lambda: json.dumps({"news": NEWS | {"body": '<span id="stock_"' * 100_000}}),
    "many source lines": lambda: json.dumps({"text": "<p>文章来源：" * 50_000}),
    "nested source lines": lambda: json.dumps({"text": "<p><b>" * 50_000 + "文章来源：" * 1000}),
    "login words": lambda: "<html><title>" + "登录" * 20_000 + "</title></html>",
    "words that forbid": lambda: "访问" * 49_000,
    "words of a check": lambda: "完成" * 49_000,
    "words that drag": lambda: "拖动" * 49_000,
}


@pytest.mark.parametrize("kind", LARGE)
def test_a_large_answer_is_done_with(kind: str) -> None:
    """All readers in their turn, in seconds. What grows with the square would not end within hours."""
    text = LARGE[kind]()
    for name in READERS:
        judge(read(name, text))


@pytest.mark.parametrize(
    "text",
    [
        '{"title": "一", "title": "二"}',
        '{"title": "一", "Title": "二"}',
        '{"data": {"list": [{"code": "1", "code": "2"}]}}',
        '{"a": NaN}',
        '{"a": [Infinity]}',
        '{"a": -Infinity}',
        'cb({"a": 1}',
    ],
)
def test_json_that_can_be_read_two_ways_is_none(text: str) -> None:
    with pytest.raises(UnreadableError, match="not JSON"):
        json_object(text)


@pytest.mark.parametrize("lie", ["\x1b[31m{n}\n" + "x" * MB, '{{"title": "{n}\\u001b"', "cb({n})", '{{"{n}": 1}}'])
def test_lies_are_counted_by_their_kind_and_not_repeated(site: Site, lie: str) -> None:
    numbers = count()

    async def answer(_: web.BaseRequest) -> web.Response:
        return web.Response(text=lie.format(n=next(numbers)))

    for role in ("share", "origin", "newsinfo", "finance"):
        site.room.answer(role, "/NewsData/" if role in ("share", "origin") else "/", handler=answer)
    for slug in SLUGS.values():
        site.room.answer("site", f"/{post_folder(slug)}/20", handler=answer)
    ran = site.crawl("category=zhongguozhengquanbao")
    failed = site.report()["sources"]["finews"]["failed"]
    assert ran.code == 4
    assert site.posts() == {}
    assert list(failed) == ["not HTML"]
    assert len(ran.err) < 20_000
    owed = run_forked("owed", "-s", f"FINEWS_OUTPUT={site.output}").out
    assert len(owed) < 1_000 * failed["not HTML"]
    assert "\x1b" not in ran.err + ran.out + owed + json.dumps(site.report(), ensure_ascii=False)


def test_a_login_page_is_counted_as_one(site: Site) -> None:
    page = "<html><title>登录</title><body><form>请登录<input type=password></form></body></html>"
    for role in ("share", "origin"):
        site.room.answer(role, "/NewsData/", body=page)
    site.crawl("category=zhongguozhengquanbao")
    assert site.report()["sources"]["finews"]["blocked"] > 0
    assert not any("登录".encode() in post for post in nonempty(site.posts().values()))


@pytest.mark.parametrize(
    ("name", "answer", "why"),
    [
        ("column cgnjj", {"data": {"list": {"0": {"code": NUMBER}}}}, "list is no list: it is a dict"),
        ("column cgnjj", {"data": {"list": [[NUMBER], NUMBER, None]}}, "none of 3 rows: damaged"),
        ("column cgnjj", {"data": {"list": [{"code": True}, {"code": [NUMBER]}]}}, "none of 2 rows: damaged"),
        ("column cgnjj", {"data": {"list": [{"code": NUMBER}] * 2001}}, "list is too long: it has 2001 rows"),
        ("column cgnjj", {"data": [], "code": {"a": 1}, "message": "x" * MB}, "no data: data is a list, code a dict"),
        ("flashes", {"data": {"fastNewsList": [], "sortEnd": "9" * 41}}, "sortEnd is no cursor"),
        ("flashes", {"data": {"fastNewsList": [], "sortEnd": {"a": 1}}}, "sortEnd is no cursor: it is a dict"),
    ],
)
def test_lists_of_another_shape_are_unreadable(name: str, answer: object, why: str) -> None:
    """An empty list would be the end of it."""
    assert why in str(read(name, json.dumps(answer)))


def test_a_home_page_leads_to_no_more_categories_than_there_can_be() -> None:
    rows = "".join(f'<li><a href="/a{n}/2021/12/30/NW{NUMBER}.html">题</a></li>' for n in range(4001))
    found = read("home", f"<html><body><section>{rows}</section></body></html>")
    assert found == "too large: home page has more categories than the site ever had"


@pytest.mark.parametrize("folder", ["%1b%5b31m", "%0a", "a" * 501])
def test_a_folder_that_would_spoil_the_log_is_none(folder: str) -> None:
    page = (
        f'<html><body><section><li><a href="/{folder}/2021/12/30/NW{NUMBER}.html">题</a></li></section></body></html>'
    )
    assert read("home", page) == "home page names no article"
