import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from finews_spider.dates import BEIJING, Window
from finews_spider.items import Article, ArticleRef
from finews_spider.newsroom.eastmoney import sites
from finews_spider.newsroom.pages import View
from finews_spider.newsroom.world import World
from finews_spider.sources.base import AbsentError, Listing, ListingPage, Query, UnreadableError
from finews_spider.sources.eastmoney import EastmoneySource
from finews_spider.sources.eastmoney_columns import Column
from finews_spider.sources.eastmoney_ids import ARTICLE
from pipelines.clean import clean
from tests.support.nonempty import nonempty

EASTMONEY = EastmoneySource(
    listapi="https://np-listapi.eastmoney.com",
    weblist="https://np-weblist.eastmoney.com",
    newsapi="https://newsapi.eastmoney.com",
    newsinfo="https://newsinfo.eastmoney.com",
    finance="https://finance.eastmoney.com",
    roll="https://roll.eastmoney.com:8080",
    share_link="https://finance.eastmoney.com/a/{number}.html",
    flash_link="http://finance.eastmoney.com/news/1354,{number}.html",
    pages=3,
    recent_pages=3,
    columns=(
        Column(id=350, slug="cgnjj", name="国内经济"),
        Column(id=1207, slug="czpnc", name="财经早餐"),
        Column(id=345, slug="czyyw", name="要闻", enabled=False),
    ),
)
WORLD = World(240)
SITES = sites(WORLD)
ROLES = {
    "np-listapi": "listapi",
    "np-weblist": "weblist",
    "newsapi": "newsapi",
    "newsinfo": "newsinfo",
    "finance": "finance",
    "roll": "roll",
}

NUMBER = "202112302230672549"
OTHER = "202112302230672550"
ID = f"NW{NUMBER}"
PAGE = f"https://finance.eastmoney.com/a/{NUMBER}.html"
REF = ArticleRef(source="eastmoney", id=ID, url=PAGE)
TIME = datetime(2021, 12, 30, 7, 57, 23, tzinfo=BEIJING)
MINUTE = TIME.replace(second=0)
UNTIL = date(2021, 12, 31)
END_OF_UNTIL = "1640966400000000"

COLUMN_ROW = {
    "code": NUMBER,
    "showTime": "2021-12-30 07:57:23",
    "title": "题",
    "mediaName": "中国证券报",
    "uniqueUrl": f"http://finance.eastmoney.com/a/{NUMBER}.html",
    "np_dst": "CMS",
}
FLASH_ROW = {"code": NUMBER, "showTime": "2021-12-30 07:57:23", "title": "题", "summary": "【题】要"}
OLD_FLASH_ROW = {"newsid": NUMBER, "showtime": "2021-12-30 07:57:23", "title": "题", "digest": "【题】要"}
API = {
    "Art_Title": "题",
    "Art_Media_Name": "中国证券报",
    "Art_Content": "<p>文</p>",
    "Art_ShowTime": "2021/12/30 07:57:23",
}
NEWS = {"title": "题", "source": "中国证券报", "body": "<p>文</p>", "showtime": "2021-12-30 07:57:23"}


def newsroom(url: str) -> str:
    """What the site of the newsroom answers."""
    parts = urlsplit(url)
    page = SITES[ROLES[(parts.hostname or "").split(".")[0]]].page(f"{parts.path}?{parts.query}", View(len(WORLD)))
    assert page is not None
    return page.body.decode()


def listings(query: Query | None = None, source: EastmoneySource = EASTMONEY) -> list[Listing]:
    return source.listings(query or Query())


def column(source: EastmoneySource = EASTMONEY) -> Listing:
    return listings(Query(columns=("cgnjj",)), source)[0]


def flashes(until: date | None = None, source: EastmoneySource = EASTMONEY) -> Listing:
    return listings(Query(window=Window(until=until)), source)[-1]


def old_flashes(source: EastmoneySource = EASTMONEY) -> Listing:
    listing = flashes(source=source).fallback
    assert listing is not None
    return listing


def roll(source: EastmoneySource = EASTMONEY) -> Listing:
    listing = listings(source=source)[0].fallback
    assert listing is not None
    return listing


def asked(listing: Listing | None) -> dict[str, str]:
    """What the listing's URL asks for."""
    assert listing is not None
    return {name: values[0] for name, values in parse_qs(urlsplit(listing.url).query, keep_blank_values=True).items()}


def column_page(*rows: object) -> str:
    return json.dumps({"code": "1", "data": {"list": rows}})


def flash_page(*rows: object, after: object = "1640851043000001") -> str:
    return json.dumps({"code": "1", "data": {"sortEnd": after, "fastNewsList": rows}})


def old_flash_page(*rows: object) -> str:
    return json.dumps({"rc": 1, "news": rows})


def roll_page(*links: str, time: str = "2021-12-30 07:57") -> str:
    rows = "".join(f'<li><span>{time}</span>[<a href="/">财经</a>]{link}</li>' for link in links)
    return f'<body><ul id="artList">{rows}</ul></body>'


def roll_link(href: str = PAGE) -> str:
    return f'<a href="{href}" title="题">题</a>'


def routes(ref: ArticleRef = REF) -> dict[str, Callable[[str], Article]]:
    return {route.name: route.read for route in EASTMONEY.routes(ref)}


def read_api(answer: object) -> Article:
    return routes()["article API"](json.dumps(answer))


def read_getnews(answer: object) -> Article:
    return routes()["getnews API"](json.dumps(answer))


def read_page(text: str) -> Article:
    return routes()["article page"](text)


def new_page(title: str = "题", infos: str = "<div>2021年12月30日 07:57</div><div>中国证券报</div>") -> str:
    return (
        f'<div class="title">头</div><div class="contentwrap"><div class="title"> {title} </div>'
        f'<div class="tipbox"><div class="infos">{infos}</div></div>'
        '<div class="abstract"><div class="txt">要</div></div><div id="ContentBody"><p>文</p></div></div></body>'
    )


def old_page(source: str = "来源：中国证券报") -> str:
    return (
        '<h1>头</h1><div class="newsContent"><h1> 题 </h1><div class="time">2021年12月30日 07:57</div>'
        f'<div class="source">{source}</div><div class="b-review">要</div>'
        '<div id="ContentBody"><p>文</p></div></div></body>'
    )


def all_pages(listing: Listing | None) -> list[ListingPage]:
    """The listing and the older ones, from the newsroom."""
    pages = []
    while listing:
        pages.append(listing.read(newsroom(listing.url)))
        listing = pages[-1].next_page
    return pages


# What is asked for.


def test_it_may_be_asked_for_its_hosts_only() -> None:
    assert {host.removesuffix(":8080") for host in EASTMONEY.hosts()} == {f"{name}.eastmoney.com" for name in ROLES}
    assert "roll.eastmoney.com:8080" in EASTMONEY.hosts()


def test_a_run_can_be_narrowed_to_its_columns() -> None:
    assert EASTMONEY.column_slugs() == {"cgnjj", "350", "czpnc", "1207", "czyyw", "345"}


def test_the_listings_are_the_enabled_columns_and_the_flashes() -> None:
    assert [listing.name for listing in listings()] == ["column cgnjj", "column czpnc", "flashes"]


def test_asked_columns_are_read_whether_enabled_or_not_and_no_flashes() -> None:
    assert [listing.name for listing in listings(Query(columns=("czyyw", "cgnjj")))] == ["column cgnjj", "column czyyw"]


def test_a_column_is_asked_for_by_its_number_or_its_slug_and_read_once() -> None:
    assert [listing.name for listing in listings(Query(columns=("345", "czyyw")))] == ["column czyyw"]


def test_a_column_without_a_slug_goes_by_its_number() -> None:
    own = replace(EASTMONEY, columns=(Column(id=366), Column(id=350, slug="cgnjj")))
    assert [(listing.name, asked(listing)["column"]) for listing in listings(Query(columns=("366",)), own)] == [
        ("column 366", "366")
    ]


@pytest.mark.parametrize("other", [Column(id=345), Column(id=7, slug="czyyw"), Column(id=7, slug="345")])
def test_two_columns_are_not_called_the_same(other: Column) -> None:
    with pytest.raises(ValueError, match=r"two columns are called (345|czyyw): 345 and (345|7)"):
        replace(EASTMONEY, columns=(*EASTMONEY.columns, other))


def test_of_the_category_of_flashes_only_these_are_read() -> None:
    assert [listing.name for listing in listings(Query(categories=("emnews",)))] == ["flashes"]


def test_of_another_category_all_columns_are_read() -> None:
    assert [listing.name for listing in listings(Query(categories=("TechWeb",)))] == ["column cgnjj", "column czpnc"]


def test_of_several_categories_columns_and_flashes_are_read() -> None:
    query = Query(categories=("TechWeb", "emnews"))
    assert [listing.name for listing in listings(query)] == ["column cgnjj", "column czpnc", "flashes"]


def test_flashes_are_not_read_where_they_are_off() -> None:
    names = [listing.name for listing in listings(source=replace(EASTMONEY, flashes=False))]
    assert names == ["column cgnjj", "column czpnc"]


def test_a_column_is_asked_for_by_its_number() -> None:
    assert column().url.startswith("https://np-listapi.eastmoney.com/comm/web/getNewsByColumns?")
    assert asked(column()) == {
        "client": "web",
        "biz": "web_news_col",
        "column": "350",
        "order": "1",
        "needInteractData": "0",
        "page_index": "1",
        "page_size": "200",
        "req_trace": "finews",
    }


def test_flashes_are_asked_for_from_now() -> None:
    assert flashes().url.startswith("https://np-weblist.eastmoney.com/comm/web/getFastNewsList?")
    assert asked(flashes()) == {
        "client": "web",
        "biz": "web_724",
        "fastColumn": "102",
        "sortEnd": "",
        "pageSize": "200",
        "req_trace": "finews",
    }


def test_flashes_of_a_window_are_asked_for_from_its_end() -> None:
    assert asked(flashes(UNTIL))["sortEnd"] == END_OF_UNTIL


def test_a_window_may_end_on_any_day() -> None:
    assert flashes(date.max).name == "flashes"


# Columns.


def test_a_row_of_a_column_is_a_ref() -> None:
    assert column().read(column_page(COLUMN_ROW)).refs == [
        ArticleRef(
            source="eastmoney",
            id=ID,
            url=PAGE,
            day=date(2021, 12, 30),
            title="题",
            time=TIME,
            to_the_second=True,
            media_name="中国证券报",
            category="zhongguozhengquanbao",
        )
    ]


def test_a_column_may_come_in_a_callback() -> None:
    listing = column()
    assert listing.read(newsroom(f"{listing.url}&callback=jQuery1_2")).refs == listing.read(newsroom(listing.url)).refs


@pytest.mark.parametrize("code", [NUMBER, int(NUMBER)])
def test_the_code_of_a_row_may_be_a_number(code: object) -> None:
    assert column().read(column_page({**COLUMN_ROW, "code": code})).refs[0].id == ID


def test_the_code_of_a_row_may_have_its_nw() -> None:
    assert column().read(column_page({**COLUMN_ROW, "code": ID})).refs[0].id == ID


def test_the_title_of_a_row_stands_on_one_line() -> None:
    assert column().read(column_page({**COLUMN_ROW, "title": " 题\n一 "})).refs[0].title == "题 一"


def test_a_blog_is_skipped_and_counted() -> None:
    url = "http://caifuhao.eastmoney.com/news/20211230075723000000001"
    page = column().read(column_page({**COLUMN_ROW, "uniqueUrl": url, "np_dst": "CFH"}, COLUMN_ROW))
    assert (len(page.refs), page.skipped) == (1, {"blog": 1})


@pytest.mark.parametrize("url", [PAGE, f"http://stock.eastmoney.com/news/1345,{NUMBER}.html"])
def test_a_blog_with_the_number_and_the_link_of_an_article_is_one(url: str) -> None:
    page = column().read(column_page({**COLUMN_ROW, "uniqueUrl": url, "np_dst": "CFH"}))
    assert ([ref.id for ref in page.refs], page.skipped) == ([ID], {})


@pytest.mark.parametrize(
    ("code", "url"),
    [
        (NUMBER, f"http://finance.eastmoney.com/a/{OTHER}.html"),
        (NUMBER, f"https://a.example/a/{NUMBER}.html"),
        (NUMBER, ""),
        ("20211230075723000000001", PAGE),
    ],
)
def test_a_blog_with_another_number_or_link_stays_one(code: str, url: str) -> None:
    row = {**COLUMN_ROW, "code": code, "uniqueUrl": url, "np_dst": "CFH"}
    assert column().read(column_page(row)).skipped == {"blog": 1}


@pytest.mark.parametrize("name", ["uniqueUrl", "url"])
def test_a_row_of_another_host_is_skipped_and_counted(name: str) -> None:
    page = column().read(column_page({**COLUMN_ROW, "uniqueUrl": "", name: f"http://a.example/a/{NUMBER}.html"}))
    assert (page.refs, page.skipped) == ([], {"another host": 1})


@pytest.mark.parametrize(
    "host",
    [
        "eastmoney.com.a.example",
        "a.example/.eastmoney.com",
        "xeastmoney.com",
        "a@.eastmoney.com",
        "finance.eastmoney.com@a.example",
    ],
)
def test_a_host_that_looks_like_its_own_is_another(host: str) -> None:
    page = column().read(column_page({**COLUMN_ROW, "uniqueUrl": f"http://{host}/a/{NUMBER}.html"}))
    assert page.skipped == {"another host": 1}


@pytest.mark.parametrize("code", ["", "1", "../" + NUMBER, NUMBER + "0000000", None, [], {}])
def test_a_row_without_an_id_is_skipped_and_counted(code: object) -> None:
    page = column().read(column_page({**COLUMN_ROW, "code": code}, COLUMN_ROW))
    assert (len(page.refs), page.skipped) == (1, {"no id": 1})


@pytest.mark.parametrize("name", ["code", "showTime", "title", "mediaName"])
def test_a_field_that_rows_lack_is_named(name: str) -> None:
    row = {key: value for key, value in COLUMN_ROW.items() if key != name}
    assert column().read(column_page(row, COLUMN_ROW)).missing_fields == {name}


def test_whole_rows_lack_nothing() -> None:
    assert column().read(column_page(COLUMN_ROW)).missing_fields == set()


def test_a_row_may_give_no_link() -> None:
    assert column().read(column_page({**COLUMN_ROW, "uniqueUrl": None})).refs[0].url == PAGE


@pytest.mark.parametrize("time", ["", None, "2021-13-30 07:57:23"])
def test_a_row_may_tell_no_time(time: object) -> None:
    (ref,) = column().read(column_page({**COLUMN_ROW, "showTime": time})).refs
    assert (ref.time, ref.day, ref.to_the_second) == (None, None, False)


def test_what_is_no_row_is_passed_over() -> None:
    assert len(column().read(column_page(None, "文", 1, COLUMN_ROW)).refs) == 1


def test_unknown_keys_of_a_column_are_ignored() -> None:
    answer = {"code": "1", "new": 1, "data": {"list": [{**COLUMN_ROW, "new": {}}], "new": []}}
    assert column().read(json.dumps(answer)).refs == column().read(column_page(COLUMN_ROW)).refs


NO_DATA = [
    {"code": "1", "message": "success", "data": None},
    {"code": "0", "message": "参数错误: req_trace", "data": None},
    {"code": "0"},
    {"data": []},
    {"data": {}},
    {"data": {"list": None, "fastNewsList": None}},
    [],
    None,
]


@pytest.mark.parametrize("answer", NO_DATA)
def test_a_column_without_data_is_unreadable(answer: object) -> None:
    with pytest.raises(UnreadableError):
        column().read(json.dumps(answer))


@pytest.mark.parametrize("answer", NO_DATA)
def test_flashes_without_data_are_unreadable(answer: object) -> None:
    with pytest.raises(UnreadableError):
        flashes().read(json.dumps(answer))


def test_an_answer_of_code_0_is_unreadable_whatever_its_data() -> None:
    with pytest.raises(UnreadableError):
        column().read(json.dumps({"code": "0", "message": "系统繁忙", "data": {"list": []}}))


def test_what_the_site_says_of_its_refusal_is_said() -> None:
    with pytest.raises(UnreadableError, match=r"data is None, code '0', message '参数错误'"):
        column().read(json.dumps({"code": "0", "message": "参数错误", "data": None}))


def test_a_page_is_unreadable_as_a_column() -> None:
    with pytest.raises(UnreadableError, match="not JSON"):
        column().read("<html><body>此域名可以出售</body></html>")


def test_a_column_goes_on_with_its_next_page() -> None:
    assert asked(column().read(column_page(COLUMN_ROW)).next_page) == {**asked(column()), "page_index": "2"}


def test_a_page_of_blogs_only_is_not_the_last() -> None:
    row = {**COLUMN_ROW, "np_dst": "CFH", "uniqueUrl": "http://caifuhao.eastmoney.com/news/20211230075723000000001"}
    page = column().read(column_page(row))
    assert (page.refs, page.next_page is not None) == ([], True)


def test_an_empty_column_ends() -> None:
    assert column().read(column_page()) == ListingPage()


def test_a_column_that_repeats_itself_ends() -> None:
    second = column().read(column_page(COLUMN_ROW)).next_page
    assert second is not None
    assert second.read(column_page(COLUMN_ROW)).next_page is None


def test_a_column_ends_at_the_limit_of_pages() -> None:
    second = column().read(column_page(COLUMN_ROW)).next_page
    assert second is not None
    third = second.read(column_page({**COLUMN_ROW, "code": OTHER})).next_page
    assert third is not None
    assert third.read(column_page(COLUMN_ROW)).next_page is None


def test_one_page_may_be_the_limit() -> None:
    assert column(replace(EASTMONEY, pages=1)).read(column_page(COLUMN_ROW)).next_page is None


def test_the_roll_stands_in_for_a_column() -> None:
    assert roll().url == "https://roll.eastmoney.com:8080/default_1.html"


def test_nothing_stands_in_for_the_next_page_of_a_column() -> None:
    second = column().read(column_page(COLUMN_ROW)).next_page
    assert second is not None
    assert second.fallback is None


def test_a_run_for_one_column_does_not_go_on_with_all() -> None:
    assert column().fallback is None


@pytest.mark.parametrize("slug", ["cgnjj", "czpnc"])
def test_every_article_of_a_column_is_named_once(slug: str) -> None:
    pages = all_pages(listings(Query(columns=(slug,)))[0])
    ids = [ref.id for page in pages for ref in page.refs]
    expected = [f"NW{story.number}" for story in WORLD if slug in story.columns and story.in_article]
    assert sorted(ids) == sorted(expected)


def test_the_blogs_of_a_column_are_counted() -> None:
    rows = json.loads(newsroom(column().url))["data"]["list"]
    blogs = sum(row["url"].startswith("http://caifuhao.") for row in rows)
    assert column().read(newsroom(column().url)).skipped == {"blog": blogs}


# Flashes.


def test_a_flash_is_a_ref() -> None:
    assert flashes().read(flash_page(FLASH_ROW)).refs == [
        ArticleRef(
            source="eastmoney",
            id=NUMBER,
            url=PAGE,
            day=date(2021, 12, 30),
            title="题",
            time=TIME,
            to_the_second=True,
            digest="【题】要",
            category="emnews",
        )
    ]


@pytest.mark.parametrize("name", ["code", "showTime", "title", "summary"])
def test_a_field_that_flashes_lack_is_named(name: str) -> None:
    row = {key: value for key, value in FLASH_ROW.items() if key != name}
    assert flashes().read(flash_page(row, FLASH_ROW)).missing_fields == {name}


def test_a_flash_without_an_id_is_skipped_and_counted() -> None:
    assert flashes().read(flash_page({**FLASH_ROW, "code": ""}, FLASH_ROW)).skipped == {"no id": 1}


def test_unknown_keys_of_flashes_are_ignored() -> None:
    row = {**FLASH_ROW, "realSort": "1640851043000001", "titleColor": 0, "stockList": [], "new": 1}
    assert flashes().read(flash_page(row)).refs == flashes().read(flash_page(FLASH_ROW)).refs


@pytest.mark.parametrize("after", ["1640851043000001", 1640851043000001])
def test_flashes_go_on_from_the_cursor_that_they_give(after: object) -> None:
    assert asked(flashes().read(flash_page(FLASH_ROW, after=after)).next_page)["sortEnd"] == "1640851043000001"


@pytest.mark.parametrize("after", ["", None])
def test_flashes_without_a_cursor_end(after: object) -> None:
    assert flashes().read(flash_page(FLASH_ROW, after=after)).next_page is None


def test_flashes_whose_cursor_stays_end() -> None:
    second = flashes().read(flash_page(FLASH_ROW, after="2")).next_page
    assert second is not None
    assert second.read(flash_page({**FLASH_ROW, "code": OTHER}, after="2")).next_page is None


def test_flashes_that_repeat_themselves_end() -> None:
    second = flashes().read(flash_page(FLASH_ROW, after="2")).next_page
    assert second is not None
    assert second.read(flash_page(FLASH_ROW, after="1")).next_page is None


def test_flashes_end_at_the_limit_of_pages() -> None:
    second = flashes(source=replace(EASTMONEY, pages=2)).read(flash_page(FLASH_ROW, after="2")).next_page
    assert second is not None
    assert second.read(flash_page({**FLASH_ROW, "code": OTHER}, after="1")).next_page is None


def test_no_flashes_are_the_end() -> None:
    assert flashes().read(flash_page()) == ListingPage()


def test_a_cursor_that_was_given_and_gives_nothing_is_the_end() -> None:
    second = flashes().read(flash_page(FLASH_ROW)).next_page
    assert second is not None
    assert second.read(flash_page()) == ListingPage()


def test_every_flash_is_named_once() -> None:
    ids = [ref.id for page in all_pages(flashes()) for ref in page.refs]
    assert ids == [story.number for story in WORLD if story.in_flash][::-1]


def test_a_built_cursor_gives_the_flashes_up_to_the_end_of_the_window() -> None:
    ids = [ref.id for ref in flashes(UNTIL).read(newsroom(flashes(UNTIL).url)).refs]
    assert ids == [story.number for story in WORLD if story.in_flash and story.time.date() <= UNTIL][::-1]


# The older flash list.


def test_the_older_list_stands_in_for_flashes() -> None:
    assert old_flashes().url == "https://newsapi.eastmoney.com/kuaixun/v2/api/list?column=102&limit=100&p=1"


def test_nothing_stands_in_for_the_next_page_of_flashes() -> None:
    second = flashes().read(flash_page(FLASH_ROW)).next_page
    assert second is not None
    assert second.fallback is None


def test_the_older_list_names_the_same_flashes() -> None:
    older = [ref for page in all_pages(old_flashes()) for ref in page.refs]
    assert [replace(ref, share_link="") for ref in older] == flashes().read(newsroom(flashes().url)).refs
    assert all(ref.id in ref.share_link for ref in nonempty(older))


@pytest.mark.parametrize(
    "link",
    [
        f"http://finance.eastmoney.com/news/1350,{NUMBER}.html",
        f"http://stock.eastmoney.com/news/1353,{NUMBER}.html",
        f"https://global.eastmoney.com/a/{NUMBER}.html",
        f"//hk.eastmoney.com/a/{NUMBER}.html",
    ],
)
@pytest.mark.parametrize("name", ["url_w", "url_unique"])
def test_a_flash_shares_the_link_that_its_row_has(link: str, name: str) -> None:
    (ref,) = old_flashes().read(old_flash_page({**OLD_FLASH_ROW, "url_w": None, name: link})).refs
    assert ref.share_link == (f"https:{link}" if link.startswith("//") else link)


@pytest.mark.parametrize("surplus", ["?from=app", "?{{x}}", "#>\n文", "?x=\x1b[31m#\u202e", "?infoCode=NW1&id=2"])
def test_a_flash_shares_its_link_without_what_follows_the_page(surplus: str) -> None:
    (ref,) = old_flashes().read(old_flash_page({**OLD_FLASH_ROW, "url_w": PAGE + surplus})).refs
    assert ref.share_link == PAGE


def test_of_two_links_of_a_flash_the_one_for_wide_screens_is_shared() -> None:
    wide = f"http://finance.eastmoney.com/news/1351,{NUMBER}.html"
    (ref,) = old_flashes().read(old_flash_page({**OLD_FLASH_ROW, "url_w": wide, "url_unique": PAGE})).refs
    assert ref.share_link == wide


@pytest.mark.parametrize(
    "link",
    [
        "",
        1,
        f"http://finance.eastmoney.com/news/1350,{OTHER}.html",
        f"https://a.example/news/1350,{NUMBER}.html",
        f"ftp://finance.eastmoney.com/a/{NUMBER}.html",
        f"https://finance.eastmoney.com/a/{{{{x}}}}/../{NUMBER}.html",
        f"http://[/a/{NUMBER}.html",
        "https://caifuhao.eastmoney.com/news/20211230075723000000001",
    ],
)
def test_other_links_of_a_flash_are_not_shared(link: object) -> None:
    (ref,) = old_flashes().read(old_flash_page({**OLD_FLASH_ROW, "url_w": link})).refs
    assert ref.share_link == ""


@pytest.mark.parametrize(
    ("digest", "title"),
    [
        ("【题】要", "题"),
        ("  【 题 一 】要【二】", "题 一"),
        ("要：【题】", "题"),
        ("【】【题】要", "题"),
        ("【题", ""),
        ("要", ""),
        ("【" + "题" * 501 + "】", ""),
    ],
)
def test_a_flash_without_a_title_has_what_its_digest_brackets(digest: str, title: str) -> None:
    (ref,) = flashes().read(flash_page({**FLASH_ROW, "title": "", "summary": digest})).refs
    assert ref.title == title


def test_the_title_of_a_flash_comes_first() -> None:
    assert flashes().read(flash_page({**FLASH_ROW, "summary": "【另】要"})).refs[0].title == "题"


@pytest.mark.parametrize("name", ["newsid", "showtime", "title", "digest"])
def test_a_field_that_the_older_list_lacks_is_named(name: str) -> None:
    row = {key: value for key, value in OLD_FLASH_ROW.items() if key != name}
    assert old_flashes().read(old_flash_page(row, OLD_FLASH_ROW)).missing_fields == {name}


@pytest.mark.parametrize("answer", [{}, {"news": None}, {"rc": 0, "news": ""}, []])
def test_an_older_list_without_news_is_unreadable(answer: object) -> None:
    with pytest.raises(UnreadableError):
        old_flashes().read(json.dumps(answer))


def test_the_older_list_goes_on_with_its_next_page() -> None:
    assert asked(old_flashes().read(old_flash_page(OLD_FLASH_ROW)).next_page)["p"] == "2"


def test_an_empty_older_list_ends() -> None:
    assert old_flashes().read(old_flash_page()) == ListingPage()


def test_an_older_list_that_repeats_itself_ends() -> None:
    second = old_flashes().read(old_flash_page(OLD_FLASH_ROW)).next_page
    assert second is not None
    assert second.read(old_flash_page(OLD_FLASH_ROW)).next_page is None


def test_the_older_list_ends_at_the_limit_of_pages() -> None:
    assert old_flashes(replace(EASTMONEY, pages=1)).read(old_flash_page(OLD_FLASH_ROW)).next_page is None


@pytest.mark.parametrize("link", ["javascript:open(1)", "http://[", "mailto:a@finance.eastmoney.com"])
def test_a_link_that_leads_nowhere_is_none_of_its_own(link: str) -> None:
    assert column().read(column_page({**COLUMN_ROW, "uniqueUrl": link}, COLUMN_ROW)).skipped == {"another host": 1}


def test_of_two_links_of_a_row_one_of_its_own_is_enough() -> None:
    for other in ("javascript:;", "#", "https://a.example/"):
        assert [ref.id for ref in column().read(column_page({**COLUMN_ROW, "uniqueUrl": other, "url": PAGE})).refs] == [
            ID
        ]


# What a browser would open as an article is one, and rows that tell no day get one from the answer's own Date.

AT = datetime(2021, 12, 31, 0, 20, tzinfo=BEIJING)


@pytest.mark.parametrize("name", ["uniqueUrl", "url"])
@pytest.mark.parametrize(
    "link",
    [
        f"//stock.eastmoney.com/a/{NUMBER}.html",
        f"/a/{NUMBER}.html",
        f"HTTPS://HK.EastMoney.com:443/a/{NUMBER}.html#top",
        f" http://finance.eastmoney.com/news/1345,{NUMBER}.html\n",
        f"http://eastmoney.com/a/{NUMBER}.html",
    ],
)
def test_a_row_may_write_its_link_in_any_way(name: str, link: str) -> None:
    page = column().read(column_page({**COLUMN_ROW, "uniqueUrl": "", name: link}))
    assert [ref.id for ref in page.refs] == [ID]


def test_a_row_whose_link_is_broken_is_known_by_its_other_link_or_by_its_number() -> None:
    broken = "http://fin\ufffdnce.eastmoney.com/"
    refs = column().read(column_page({**COLUMN_ROW, "uniqueUrl": broken})).refs
    refs += column().read(column_page({**COLUMN_ROW, "uniqueUrl": broken, "url": broken})).refs
    assert [ref.id for ref in refs] == [ID, ID]


@pytest.mark.parametrize("name", ["title", "mediaName", "showTime"])
def test_a_broken_character_costs_its_field(name: str) -> None:
    (ref,) = column().read(column_page({**COLUMN_ROW, name: f"\ufffd{COLUMN_ROW[name]}"})).refs
    assert (bool(ref.title), bool(ref.media_name), bool(ref.time)) == tuple(
        name != entry for entry in ("title", "mediaName", "showTime")
    )


@pytest.mark.parametrize("value", [["1"], {"a": 1}, True, 1.5, f"\ufffd{NUMBER}"])
def test_a_number_that_is_none_is_damaged(value: object) -> None:
    assert column().read(column_page({**COLUMN_ROW, "code": value}, COLUMN_ROW)).skipped == {"damaged": 1}
    assert flashes().read(flash_page({**FLASH_ROW, "code": value}, FLASH_ROW)).skipped == {"damaged": 1}


@pytest.mark.parametrize("value", ["\ufffd要", ["要"]])
def test_a_flash_whose_digest_is_broken_is_read_when_it_is_whole(value: object) -> None:
    assert flashes().read(flash_page({**FLASH_ROW, "summary": value}, FLASH_ROW)).skipped == {"damaged": 1}
    assert flashes().read(flash_page({**FLASH_ROW, "summary": ""}, FLASH_ROW)).skipped == {}


@pytest.mark.parametrize(
    ("time", "day"),
    [
        ("今天 00:10", date(2021, 12, 31)),
        ("昨天 09:00", date(2021, 12, 30)),
        ("30分钟前", date(2021, 12, 30)),
        ("12-29 07:57", date(2021, 12, 29)),
        ("2021-12-28", date(2021, 12, 28)),
        ("不久前", None),
    ],
)
def test_a_row_that_tells_no_day_gets_one_from_the_answers_own_date(time: str, day: date | None) -> None:
    answers = [
        (column(), column_page({**COLUMN_ROW, "showTime": time})),
        (flashes(), flash_page({**FLASH_ROW, "showTime": time})),
        (roll(), roll_page(roll_link(), time=time)),
    ]
    dated = [ref for listing, text in answers for ref in listing.read(text, AT).refs]
    undated = [ref for listing, text in answers for ref in listing.read(text).refs]
    assert [(ref.day, ref.time) for ref in dated] == [(day, None)] * 3
    assert [ref.day for ref in undated] == [day if time[0] == "2" else None] * 3


def test_a_row_that_tells_its_time_needs_no_date() -> None:
    assert column().read(column_page(COLUMN_ROW), AT).refs == column().read(column_page(COLUMN_ROW)).refs


@pytest.mark.parametrize(("value", "total"), [(5, 5), ("5", 5), (None, 0), (-1, 0), (True, 0), ("x", 0), (10**12, 0)])
def test_a_column_says_how_many_rows_it_has(value: object, total: int) -> None:
    answer = json.loads(column_page(COLUMN_ROW))
    answer["data"]["totle_hits"] = value
    assert column().read(json.dumps(answer)).total == total


# Texts.


def test_texts_of_rows_are_plain() -> None:
    row = {**COLUMN_ROW, "title": "S&amp;P <em>500</em>\u3000", "mediaName": "S&amp;P Global\u2003"}
    (ref,) = column().read(column_page(row)).refs
    assert (ref.title, ref.media_name, ref.category) == ("S&P 500", "S&P Global", "SPGlobal")
    (flash,) = flashes().read(flash_page({**FLASH_ROW, "summary": "【题】要&lt;3<b>!</b>"})).refs
    assert flash.digest == "【题】要<3!"


# The roll.


@pytest.mark.parametrize("link", ["/a/{}.html", "../a/{}.html", "a/{}.html", "//finance.eastmoney.com/a/{}.html"])
def test_a_row_of_the_roll_may_write_its_link_in_any_way(link: str) -> None:
    assert [ref.id for ref in roll().read(roll_page(roll_link(link.format(NUMBER)))).refs] == [ID]


def test_links_of_the_roll_are_relative_to_its_base() -> None:
    text = roll_page(roll_link(f"a/{NUMBER}.html"))
    assert [ref.id for ref in roll().read(f'<head><base href="//finance.eastmoney.com/"></head>{text}').refs] == [ID]
    assert roll().read(f'<head><base href="//a.example/"></head>{text}').refs == []


def test_a_row_of_the_roll_that_is_damaged_costs_that_row() -> None:
    broken = f'<a href="/a/\ufffd{NUMBER}.html" title="题">题</a>'
    page = roll().read(roll_page(roll_link(), broken, roll_link(f"/a/{OTHER}.html").replace("题", "\ufffd题")))
    assert [(ref.id, ref.title) for ref in page.refs] == [(ID, "题"), (f"NW{OTHER}", "")]
    assert page.skipped == {"damaged": 1}


def test_a_row_of_the_roll_is_a_ref_to_the_minute() -> None:
    assert roll().read(roll_page(roll_link())).refs == [
        ArticleRef(source="eastmoney", id=ID, url=PAGE, day=date(2021, 12, 30), title="题", time=MINUTE)
    ]


def test_the_roll_names_every_article() -> None:
    pages = []
    listing: Listing | None = roll()
    for _ in range(3):
        assert listing is not None
        pages.append(listing.read(newsroom(listing.url)))
        listing = pages[-1].next_page
    ids = [ref.id for page in pages for ref in page.refs]
    assert ids == [f"NW{story.number}" for story in WORLD if story.in_article][::-1][: len(ids)]
    assert len(ids) == 150


def test_a_row_of_the_roll_without_an_article_is_skipped_and_counted() -> None:
    page = roll().read(roll_page('<a href="/b/1.html">题</a>', "", roll_link()))
    assert (len(page.refs), page.skipped) == (1, {"no id": 2})


def test_a_row_of_the_roll_on_another_host_is_skipped() -> None:
    assert roll().read(roll_page(roll_link(f"https://a.example/a/{NUMBER}.html"))).refs == []


def test_a_link_behind_the_title_of_a_row_is_not_the_articles() -> None:
    (ref,) = roll().read(roll_page(f'{roll_link()}<a href="/a/{OTHER}.html">评论</a>')).refs
    assert ref.id == ID


@pytest.mark.parametrize("text", ["", "<html><body>验证码</body></html>", '<ul id="artList"></ul>', '{"code": 403}'])
def test_a_roll_without_rows_is_unreadable(text: str) -> None:
    with pytest.raises(UnreadableError, match=r"roll page has no #artList li|not HTML|^(empty|captcha) page$"):
        roll().read(text)


def test_the_roll_goes_on_with_its_next_page() -> None:
    older = roll().read(roll_page(roll_link())).next_page
    assert older is not None
    assert older.url == "https://roll.eastmoney.com:8080/default_2.html"


def test_the_roll_ends_at_the_limit_of_pages() -> None:
    assert roll(replace(EASTMONEY, pages=1)).read(roll_page(roll_link())).next_page is None


def test_a_roll_that_repeats_itself_ends() -> None:
    second = roll().read(roll_page(roll_link())).next_page
    assert second is not None
    assert second.read(roll_page(roll_link())).next_page is None


# Routes.


@pytest.mark.parametrize("id_", [ID, NUMBER])
def test_an_article_is_asked_of_two_apis_then_of_its_page(id_: str) -> None:
    newsinfo = "https://newsinfo.eastmoney.com/kuaixun/v2/api"
    assert [(route.name, route.url) for route in EASTMONEY.routes(replace(REF, id=id_))] == [
        ("article API", f"{newsinfo}/article/{NUMBER}?guid=finews"),
        (
            "getnews API",
            f"{newsinfo}/content/getnews?newsid={NUMBER}&newstype=1&guid=finews&source=wap&version=1",
        ),
        ("article page", PAGE),
    ]


def told(**values: Any) -> Article:
    """What each route tells of the article."""
    usual = {"title": "题", "time": TIME, "to_the_second": True, "media_name": "中国证券报", "body": "<p>文</p>"}
    return Article(**{"source": "eastmoney", "id": ID, "url": PAGE, "family": ARTICLE, **usual, **values})


def test_the_article_api_tells_an_article() -> None:
    assert read_api({"data": API}) == told()


def test_getnews_tells_an_article() -> None:
    assert read_getnews({"news": NEWS}) == told()


def test_getnews_may_tell_it_at_the_top() -> None:
    assert read_getnews({"rc": 1, **NEWS}) == told()


def test_getnews_puts_pictures_and_links_back() -> None:
    body = "<!--IMG#0--><!--Link#0-->"
    images, links = [{"src": "https://a.example/a.jpg"}], [{"text": "文", "url_w": "https://a.example/"}]
    assert read_getnews({"news": {**NEWS, "body": body, "images": images, "links": links}}).body == (
        '<img src="https://a.example/a.jpg"><a href="https://a.example/">文</a>'
    )


@pytest.mark.parametrize("page", [new_page(), old_page()])
def test_a_page_tells_an_article_to_the_minute(page: str) -> None:
    article = read_page(page)
    assert article == told(time=MINUTE, to_the_second=False)


@pytest.mark.parametrize("name", API)
def test_a_field_that_the_article_api_lacks_is_named(name: str) -> None:
    with pytest.raises(UnreadableError, match=f"^no field {name}$"):
        read_api({"data": {key: value for key, value in API.items() if key != name}})


@pytest.mark.parametrize("name", NEWS)
def test_a_field_that_getnews_lacks_is_named(name: str) -> None:
    with pytest.raises(UnreadableError, match=f"^no field {name}$"):
        read_getnews({"news": {key: value for key, value in NEWS.items() if key != name}})


def test_a_page_without_a_body_is_unreadable() -> None:
    with pytest.raises(UnreadableError, match="no #ContentBody"):
        read_page("<html><body>新版</body></html>")


@pytest.mark.parametrize("name", API)
def test_a_field_of_the_article_api_that_is_null_is_empty(name: str) -> None:
    assert len(read_api({"data": {**API, name: None}}).missing()) == 1


@pytest.mark.parametrize("value", [1, [], {}, True])
def test_fields_of_the_article_api_may_be_anything(value: object) -> None:
    assert read_api({"data": dict.fromkeys(API, value)}).missing() == ["title", "time", "media_name", "body"]


def test_keys_may_change_their_case() -> None:
    assert read_api({"Data": {key.lower(): value for key, value in API.items()}}) == told()


def test_unknown_keys_of_an_article_are_ignored() -> None:
    assert read_api({"rc": 1, "data": {**API, "Art_New": [1]}}) == told()


def test_unknown_keys_of_getnews_are_ignored() -> None:
    assert read_getnews({"rc": 1, "news": {**NEWS, "new": [1]}}) == told()


def test_an_article_whose_data_is_null_is_absent() -> None:
    with pytest.raises(AbsentError, match="data is null"):
        read_api({"rc": 0, "data": None})


def test_news_that_are_null_are_absent() -> None:
    with pytest.raises(AbsentError, match="news is null"):
        read_getnews({"rc": 0, "news": None})


@pytest.mark.parametrize("path", ["article API", "getnews API"])
def test_an_article_that_the_site_does_not_know_is_absent(path: str) -> None:
    (route,) = (route for route in EASTMONEY.routes(REF) if route.name == path)
    with pytest.raises(AbsentError):
        route.read(newsroom(route.url))


@pytest.mark.parametrize("read", [read_api, read_getnews])
def test_another_answer_does_not_say_that_the_article_is_absent(read: Callable[[object], Article]) -> None:
    with pytest.raises(UnreadableError) as raised:
        read({"code": 403, "message": "访问过于频繁"})
    assert not isinstance(raised.value, AbsentError)


@pytest.mark.parametrize("data", ["", [], 0, "文"])
def test_data_that_are_no_object_are_unreadable_not_absent(data: object) -> None:
    with pytest.raises(UnreadableError, match="an object was due") as raised:
        read_api({"data": data})
    assert not isinstance(raised.value, AbsentError)


@pytest.mark.parametrize("name", routes())
def test_the_source_line_names_who_published_it_where_nothing_else_does(name: str) -> None:
    body = "<p>（文章来源：泉州晚报）</p>"
    answers = {
        "article API": json.dumps({"data": {**API, "Art_Media_Name": "", "Art_Content": body}}),
        "getnews API": json.dumps({"news": {**NEWS, "source": "", "body": body}}),
        "article page": old_page("来源：").replace("<p>文</p>", body),
    }
    assert routes()[name](answers[name]).media_name == "泉州晚报"


@pytest.mark.parametrize("source", ["来源：中国证券报", "来源:中国证券报", " 来源： 中国证券报 ", "中国证券报"])
def test_the_label_of_a_source_is_no_name(source: str) -> None:
    assert read_page(old_page(source)).media_name == "中国证券报"


def test_a_new_page_may_label_its_source_too() -> None:
    page = new_page(infos="<div>2021年12月30日 07:57</div><div>来源：中国证券报</div>")
    assert read_page(page).media_name == "中国证券报"


def test_a_page_may_tell_no_source() -> None:
    assert read_page(new_page(infos="<div>2021年12月30日 07:57</div>")).media_name == ""


def test_what_stands_before_an_old_article_is_not_read() -> None:
    assert read_page(f'<div class="time">2026年01月01日 00:00</div>{old_page()}').time == MINUTE


def test_the_title_of_a_page_stands_on_one_line() -> None:
    assert read_page(new_page("题\n <em>一</em>")).title == "题 一"


def test_text_in_a_body_stays_text() -> None:
    page = new_page().replace("<p>文</p>", "1 &lt;b&gt; 2")
    assert clean(read_page(page).body) == "<p>1 &lt;b&gt; 2</p>"


# Links.


def test_the_share_link_of_an_article_is_its_page() -> None:
    assert EASTMONEY.share_link_of(ID) == PAGE


@pytest.mark.parametrize("mark", ["<!--IMG#0-->", "<!-- IMG#0 -->", "<!--img#0-->", "<!--IMG #0-->"])
def test_getnews_may_write_its_marks_in_several_ways(mark: str) -> None:
    news = {**NEWS, "body": mark, "images": [{"src": "https://a.example/a.jpg"}]}
    assert read_getnews({"news": news}).body == '<img src="https://a.example/a.jpg">'


def test_the_share_link_of_a_flash_has_its_number() -> None:
    assert EASTMONEY.share_link_of(NUMBER) == f"http://finance.eastmoney.com/news/1354,{NUMBER}.html"


@pytest.mark.parametrize(
    "url",
    [
        PAGE,
        PAGE.replace("https:", "http:"),
        f"http://stock.eastmoney.com/a/{NUMBER}.html",
        f"https://wap.eastmoney.com/a/{NUMBER}.html",
        f"http://finance.eastmoney.com/news/1354,{NUMBER}.html",
        f"https://hk.eastmoney.com/news/1535,{NUMBER}.html",
    ],
)
def test_an_article_page_names_an_article(url: str) -> None:
    assert EASTMONEY.ref(url) == ArticleRef(source="eastmoney", id=ID, url=url)


@pytest.mark.parametrize("ending", ["?from=weixin", "#comment"])
def test_a_link_may_say_where_it_was_shared(ending: str) -> None:
    ref = EASTMONEY.ref(PAGE + ending)
    assert ref is not None
    assert ref.id == ID


def test_its_own_host_may_have_a_port() -> None:
    source = replace(EASTMONEY, finance="http://127.0.0.1:8000")
    assert source.ref(f"http://127.0.0.1:8000/a/{NUMBER}.html") is not None


@pytest.mark.parametrize(
    "url",
    [
        "",
        ID,
        f"/a/{NUMBER}.html",
        f"//finance.eastmoney.com/a/{NUMBER}.html",
        f"ftp://finance.eastmoney.com/a/{NUMBER}.html",
        f"javascript://finance.eastmoney.com/a/{NUMBER}.html",
        f"https://a.example/a/{NUMBER}.html",
        f"https://eastmoney.com.a.example/a/{NUMBER}.html",
        f"https://xeastmoney.com/a/{NUMBER}.html",
        f"https://a.example/.eastmoney.com/a/{NUMBER}.html",
        f"https://finance.eastmoney.com@a.example/a/{NUMBER}.html",
        f"https://a.example/news/1354,{NUMBER}.html",
        "https://finance.eastmoney.com/a/cgnjj.html",
        f"https://finance.eastmoney.com/a/{NUMBER}0000000.html",
        f"https://finance.eastmoney.com/?infoCode={ID}",
        "https://caifuhao.eastmoney.com/news/20211230075723000000001",
        f"http://[/a/{NUMBER}.html",
    ],
)
def test_other_links_name_no_article(url: str) -> None:
    assert EASTMONEY.ref(url) is None


@pytest.mark.parametrize(("query", "pages"), [(Query(), 2), (Query(window=Window(since=date(2021, 12, 30))), 3)])
def test_a_run_without_a_window_reads_fewer_pages(query: Query, pages: int) -> None:
    few = replace(EASTMONEY, recent_pages=2)
    listing: Listing | None = next(entry for entry in few.listings(query) if entry.name.startswith("column "))
    read = 0
    while listing:
        read += 1
        row = {**COLUMN_ROW, "code": f"{NUMBER[:-1]}{read}"}
        listing = listing.read(column_page(row)).next_page
    assert read == pages
