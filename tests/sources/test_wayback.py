"""Archives of the web: what is asked of the index for a window, and the routes to what it names."""

import json
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from finews_spider.dates import Window
from finews_spider.items import ArticleRef
from finews_spider.sources.base import Listing, ListingPage, Query, UnreadableError
from finews_spider.sources.loader import SourcesFileError, load
from finews_spider.sources.wayback import CaptureQuery, WaybackSource
from finews_spider.sources.wayback_cdx import FIELDS, read_capture
from tests.support.paths import ROOT

DELIVERED = ROOT / "finews_spider" / "sources.toml"
DAY = date(2021, 12, 30)
NUMBER = "202112302230672549"
POST = f"https://finews.withounder.com/zhongguozhengquanbao/2021/12/30/NW{NUMBER}.html"
PAGE = f"http://finance.eastmoney.com:80/a/{NUMBER}.html"
OTHER = "https://finance.eastmoney.com/a/202112302230672550.html?from=wap"


@pytest.fixture
def wayback() -> WaybackSource:
    source = load(DELIVERED)["wayback"]
    assert isinstance(source, WaybackSource)
    return source


def asking(source: WaybackSource, *prefixes: str, filter_: str = "") -> WaybackSource:
    """The source with other queries, of eastmoney's pages."""
    queries = tuple(CaptureQuery(source="eastmoney", prefix=prefix, filter=filter_) for prefix in prefixes)
    return replace(source, queries=queries, index_rows=5).bound(load(DELIVERED))


def window(since: date = DAY, until: date = DAY) -> Query:
    return Query(window=Window(since, until))


def index(*captures: tuple[str, str], key: str = "") -> str:
    rows = [[timestamp, original, "200", "A" * 32, "9"] for timestamp, original in captures]
    return json.dumps([FIELDS, *rows, *([[], [key]] if key else [])])


def asked(listing: Listing) -> list[str]:
    query = parse_qs(urlsplit(listing.url).query)
    return [query["url"][0], *query["filter"][1:]]


def pages(listing: Listing, text: str = "[]") -> list[tuple[Listing, ListingPage]]:
    """What a list asks for and reads, where the index always answers the same."""
    read = []
    following: Listing | None = listing
    while following:
        page = following.read(text)
        read.append((following, page))
        following = page.next_page
    return read


def test_a_day_is_one_query_of_each_prefix_with_a_day(wayback: WaybackSource) -> None:
    source = asking(wayback, "f.example/a/{year}{month}{day}", "g.example/{day}")
    lists = source.listings(window(date(2021, 12, 30), date(2022, 1, 1)))
    assert [[asked(one)[0] for one, _ in pages(first)] for first in lists] == [
        ["f.example/a/20220101*", "f.example/a/20211231*", "f.example/a/20211230*"],
        ["g.example/01*", "g.example/31*", "g.example/30*"],
    ]


def test_a_month_is_one_query_and_so_is_a_site(wayback: WaybackSource) -> None:
    source = asking(wayback, "f.example/", filter_="original:.*/{year}/{month}/.*")
    (months,) = source.listings(window(date(2021, 11, 20), date(2022, 1, 5)))
    found = pages(months)
    assert [asked(one)[1] for one, _ in found] == [
        f"original:.*/{month}/.*" for month in ("2022/01", "2021/12", "2021/11")
    ]
    assert [page.whole for _, page in found] == [
        Window(date(2022, 1, 1), date(2022, 1, 5)),
        Window(date(2021, 12, 1), date(2021, 12, 31)),
        Window(date(2021, 11, 20), date(2021, 11, 30)),
    ]
    (site,) = asking(wayback, "f.example/").listings(window(date(2021, 11, 20), date(2022, 1, 5)))
    assert [page.whole for _, page in pages(site)] == [Window(date(2021, 11, 20), date(2022, 1, 5))]


def test_a_slug_is_a_list_of_its_own(wayback: WaybackSource) -> None:
    source = replace(asking(wayback, "f.example/{slug}/{year}/{month}/{day}/"), slugs=("one", "two"))
    assert [one.name for one in source.listings(window())] == [
        f"f.example/{slug}/{{year}}/{{month}}/{{day}}/" for slug in ("one", "two")
    ]
    assert len(source.listings(replace(window(), categories=("three",)))) == 1


def test_a_long_window_is_not_made_at_once(wayback: WaybackSource) -> None:
    (days,) = asking(wayback, "f.example/{year}{month}{day}").listings(window(DAY - timedelta(days=9000)))
    assert days.older
    assert days.older()


@pytest.mark.parametrize("open_", [Window(), Window(since=DAY), Window(until=DAY)])
def test_without_both_ends_of_a_window_there_is_no_list(wayback: WaybackSource, open_: Window) -> None:
    assert wayback.listings(Query(window=open_)) == []


def first(source: WaybackSource) -> Listing:
    return source.listings(window())[0]


def test_all_addresses_of_an_article_are_one_ref_with_its_day(wayback: WaybackSource) -> None:
    text = index(
        ("20211230030000", PAGE),
        ("20220102000000", PAGE.replace("http:", "https:")),
        ("20230101000000", PAGE.replace("//finance", "//m.finance")),
        ("20211231000000", OTHER),
    )
    one, other = first(asking(wayback, "finance.eastmoney.com/a/")).read(text).refs
    assert (one.source, one.id, one.day) == ("wayback", f"NW{NUMBER}", DAY)
    assert [capture.timestamp for capture in filter(None, map(read_capture, one.captures.splitlines()))] == [
        "20220102000000",
        "20211230030000",
        "20230101000000",
    ]
    assert one.share_link == f"https://finance.eastmoney.com/a/{NUMBER}.html"  # as its own source writes it
    assert other.url == OTHER.partition("?")[0]


def test_a_post_page_bears_the_share_link_of_its_site(wayback: WaybackSource) -> None:
    (ref,) = first(wayback).read(index(("20211231000000", POST))).refs
    assert (ref.id, ref.day, ref.share_link) == (
        f"NW{NUMBER}",
        DAY,
        f"http://finews.zning.xyz/html_News/NewsShare.html?infoCode=NW{NUMBER}",
    )


def test_what_is_no_article_is_no_ref_and_no_trouble(wayback: WaybackSource) -> None:
    page = first(wayback).read(
        index(("20211231000000", "https://finews.withounder.com/"), ("20211231000000", "http://[/"))
    )
    assert (page.refs, page.skipped) == ([], {})


def test_an_article_that_a_page_cuts_in_two_is_read_whole(wayback: WaybackSource) -> None:
    listing = first(asking(wayback, "finance.eastmoney.com/a/"))
    page = listing.read(index(("20211231000000", OTHER), ("20211230030000", PAGE), key="k"))
    assert [ref.id for ref in page.refs] == ["NW202112302230672550"]
    assert page.whole is None
    assert page.next_page
    assert parse_qs(urlsplit(page.next_page.url).query)["resumeKey"] == ["k"]
    rest = page.next_page.read(index(("20220101000000", PAGE)))
    assert [(ref.id, len(ref.captures.splitlines())) for ref in rest.refs] == [(f"NW{NUMBER}", 2)]
    assert rest.whole == Window(DAY, DAY)


def test_a_key_that_stays_ends_the_day_and_covers_nothing(wayback: WaybackSource) -> None:
    listing = first(asking(wayback, "finance.eastmoney.com/a/"))
    after = listing.read(index(("20211231000000", PAGE), key="k")).next_page
    assert after
    page = after.read(index(("20211231000000", PAGE), key="k"))
    assert (page.next_page, page.limit_reached, page.whole) == (None, True, None)


def test_as_many_rows_as_were_asked_for_and_no_key_cover_nothing(wayback: WaybackSource) -> None:
    page = first(asking(wayback, "finance.eastmoney.com/a/")).read(index(*[("20211231000000", PAGE)] * 5))
    assert (len(page.refs), page.limit_reached, page.whole) == (1, True, None)


def test_the_number_of_pages_of_a_day_is_limited(wayback: WaybackSource) -> None:
    listing = first(replace(asking(wayback, "finance.eastmoney.com/a/"), index_pages=2))
    after = listing.read(index(("20211231000000", PAGE), key="k")).next_page
    assert after
    assert after.read(index(("20211231000000", PAGE), key="l")).limit_reached


def test_a_capture_is_played_as_it_was_and_read_by_its_own_source(wayback: WaybackSource) -> None:
    (ref,) = first(wayback).read(index(("20211231000000", POST))).refs
    (route,) = wayback.routes(ref)
    assert route.url == f"https://web.archive.org/web/20211231000000id_/{POST}"
    assert (route.original, route.digest) == (POST, "A" * 32)
    link = f"<p><a href='{POST}'>{POST}</a></p>"
    text = f"<html><section><small>2021-12-30 07:57:23</small><h1>一题</h1><p>正文</p>{link}</section></html>"
    article = route.read(text)
    assert (article.title, article.body) == ("一题", "<p>正文</p>")
    with pytest.raises(UnreadableError, match="captcha page"):
        route.read("<html><title>安全验证</title><body>请完成验证</body></html>")


def test_a_ref_of_another_source_leads_to_what_was_captured_next_to_its_week(wayback: WaybackSource) -> None:
    refs = [
        ArticleRef(source="finews", id=f"NW{NUMBER}", url=POST),
        ArticleRef(source="eastmoney", id=f"NW{NUMBER}", url=""),
    ]
    assert [[route.url for route in wayback.routes(ref)] for ref in refs] == [
        [
            f"https://web.archive.org/web/20220106160000id_/{POST.replace('https', 'http')}",
            f"https://web.archive.org/web/20220106160000id_/http://finance.eastmoney.com/a/{NUMBER}.html",
        ],
        [f"https://web.archive.org/web/20220106160000id_/http://finance.eastmoney.com/a/{NUMBER}.html"],
    ]


def test_a_capture_that_names_another_article_is_no_route(wayback: WaybackSource) -> None:
    ref = ArticleRef(source="wayback", id=f"NW{NUMBER}", url=PAGE, captures=f"20211231000000 - {OTHER}\nx y z")
    assert wayback.routes(ref) == []


def test_the_address_of_a_played_page_names_its_article(wayback: WaybackSource) -> None:
    ref = wayback.ref(f"https://web.archive.org/web/20211231000000/{PAGE}")
    assert ref
    assert (ref.id, ref.captures) == (f"NW{NUMBER}", f"20211231000000 - {PAGE}")
    assert wayback.ref(PAGE) is None
    assert wayback.ref("https://web.archive.org/web/20211231000000/https://example.com/") is None


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ('{ source = "nobody", prefix = "f.example/" }', "wayback: 'nobody' is not the name of a source"),
        ('{ source = "finews", prefix = "f.example/{id}" }', "the beginning of an address"),
        ('{ source = "finews" }', "wayback.queries[0].prefix: is missing"),
    ],
)
def test_a_mistake_in_a_query_is_named(tmp_path: Path, line: str, named: str) -> None:
    text = DELIVERED.read_text(encoding="utf-8").partition("[wayback]")[0]
    file = tmp_path / "sources.toml"
    file.write_text(
        f'{text}[wayback]\ncdx = "https://a.example/cdx"\nplay = "https://a.example/web"\nqueries = [{line}]\n',
        encoding="utf-8",
    )
    with pytest.raises(SourcesFileError) as refused:
        load(file)
    assert named in str(refused.value)


def test_its_sources_are_no_key_of_its_table(tmp_path: Path) -> None:
    file = tmp_path / "sources.toml"
    file.write_text(DELIVERED.read_text(encoding="utf-8") + "live = 1\n", encoding="utf-8")
    with pytest.raises(SourcesFileError, match="live: unknown key"):
        load(file)
