"""The source of kind `feed`: its table, its lists, and what it tells of an article without asking anybody."""

from datetime import date
from pathlib import Path

import pytest

from finews_spider.dates import Window, read_time
from finews_spider.sources import feed
from finews_spider.sources.base import Listing, Query, Source
from finews_spider.sources.feed_lists import MANY_PARTS, MAX_PARTS, RECENT_PAGES, RECENT_PARTS
from finews_spider.sources.loader import SourcesFileError, load
from tests.support.feed_sites import urlset

TABLE = '[yuanshan]\nkind = "feed"\nfeeds = ["https://www.yuanshan.example/feed"]\n'
SITEMAP = '[yuanshan]\nkind = "feed"\nsitemaps = ["https://www.yuanshan.example/sitemap.xml"]\n'
DECEMBER = Window(date(2021, 12, 1), date(2021, 12, 31))


def source(folder: Path, table: str = TABLE) -> Source:
    path = folder / "sources.toml"
    path.write_text(table, encoding="utf-8")
    (found,) = load(path).values()
    return found


def refusal(folder: Path, table: str) -> str:
    with pytest.raises(SourcesFileError) as caught:
        source(folder, table)
    return str(caught.value).partition("sources.toml:")[2]


# The table.


def test_a_table_of_any_name_is_a_source_of_that_name(tmp_path: Path) -> None:
    found = source(tmp_path)
    assert found.name == "yuanshan"
    assert found.hosts() == {"www.yuanshan.example", "yuanshan.example"}
    both = source(tmp_path, TABLE + 'article_hosts = ["www.news.example:8080"]\n')
    assert both.hosts() >= {"news.example:8080", "www.news.example:8080"}


@pytest.mark.parametrize(
    ("table", "why"),
    [
        ('[yuanshan]\nkind = "feed"\n', "1: yuanshan: has neither feeds nor sitemaps"),
        ('[yuanshan]\nkind = "rss"\n', "2: yuanshan.kind: 'rss' is not accepted; use 'feed', or no kind"),
        ('[finews]\nkind = "feed"\n', "1: finews: is no name for a source of a kind"),
        ('["远山"]\nkind = "feed"\n', "1: 远山: is no name for a source of a kind"),
        ('["a/b"]\nkind = "feed"\n', "1: a/b: is no name for a source of a kind"),
        (TABLE + "sitmaps = []\n", "4: yuanshan.sitmaps: unknown key"),
        (TABLE + 'sitemaps = ["/sitemap.xml"]\n', "4: yuanshan.sitemaps[0]: '/sitemap.xml' is not an address"),
        (TABLE + 'name = "x"\n', "4: yuanshan.name: unknown key"),
        (TABLE + 'body = "div["\n', "1: yuanshan: 'div[' is no CSS selector"),
        (TABLE + 'cut = ["p", "::"]\n', "1: yuanshan: '::' is no CSS selector"),
        (TABLE + 'time_zone = "Asia/Peking"\n', "1: yuanshan: 'Asia/Peking' is no time zone"),
        (TABLE + 'time_zone = "../x"\n', "1: yuanshan: '../x' is no time zone"),
        (TABLE + 'category = "a b"\n', "4: yuanshan.category: 'a b' is not a slug"),
        (TABLE + 'category = "emnews"\n', "1: yuanshan: category: 'emnews' is that of another source's posts"),
        (TABLE + 'tag_ending = "a b"\n', "4: yuanshan.tag_ending: 'a b' is not what tags have"),
        (TABLE + 'full_text = "yes"\n', "4: yuanshan.full_text: 'yes' is not true or false"),
    ],
)
def test_a_mistake_is_named_with_its_line(tmp_path: Path, table: str, why: str) -> None:
    assert refusal(tmp_path, table).startswith(why)


def test_without_its_libraries_a_table_is_refused_with_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "find_spec", lambda name: None if name in ("feedparser", "trafilatura") else True)
    assert refusal(tmp_path, TABLE) == (
        "1: yuanshan: needs feedparser and trafilatura, which are not installed:"
        " pip install feedparser trafilatura htmldate"
    )


# What it tells of an article.


def test_an_article_is_its_own_link(tmp_path: Path) -> None:
    ref = source(tmp_path).ref("http://yuanshan.example/x/?utm_source=a&id=7#top")
    assert ref
    assert ref.url == ref.share_link == "http://yuanshan.example/x/?id=7"
    assert ref.id.startswith("yuanshan-example-")
    assert source(tmp_path).has(ref.id)


@pytest.mark.parametrize("url", ["https://other.example/x", "ftp://yuanshan.example/x", "x", ""])
def test_what_lies_elsewhere_is_none_of_its_articles(tmp_path: Path, url: str) -> None:
    assert source(tmp_path).ref(url) is None


def test_ids_of_another_site_are_not_its_own(tmp_path: Path) -> None:
    elsewhere = source(tmp_path, TABLE.replace("yuanshan.example", "other.example")).ref("https://other.example/x")
    assert elsewhere
    assert not source(tmp_path).has(elsewhere.id)
    assert not source(tmp_path).has("NW202112302230672549")


def test_category_and_ending_are_the_tables(tmp_path: Path) -> None:
    found = source(tmp_path, TABLE + 'category = "shan"\ntag_ending = ""\nmedia_name = "远山"\n')
    ref = found.ref("https://yuanshan.example/x")
    assert ref
    article = found.article(ref, media_name=ref.media_name)
    assert (article.category, article.tag) == ("shan", "远山")
    assert found.listings(Query(categories=("other",))) == []
    assert len(found.listings(Query(categories=("shan",)))) == 1


# Its lists.


def feed_of(*entries: str, more: str = "") -> str:
    items = "".join(f"<item>{entry}</item>" for entry in entries)
    return f'<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel>{more}{items}</channel></rss>'


def item(path: str, date_: str = "Thu, 30 Dec 2021 07:57:23 +0800") -> str:
    return f"<title>题{path}</title><link>https://yuanshan.example{path}</link><pubDate>{date_}</pubDate>"


def test_the_rows_of_a_feed_are_in_the_order_of_time(tmp_path: Path) -> None:
    (listing,) = source(tmp_path).listings(Query())
    page = listing.read(
        feed_of(item("/a", "Tue, 28 Dec 2021 07:57:23 +0800"), item("/b"), "<link>https://o.cn/</link>")
    )
    assert [ref.title for ref in page.refs] == ["题/b", "题/a"]
    assert page.refs[0].time == (read_time("2021-12-30 07:57:23") or [None])[0]
    assert page.skipped == {"another host": 1}


def test_a_feed_that_names_its_next_page_is_read_on_up_to_a_limit(tmp_path: Path) -> None:
    following = '<atom:link rel="next" href="https://www.yuanshan.example/feed?paged={}"/>'
    (listing,) = source(tmp_path).listings(Query())
    urls = [listing.url]
    while (page := listing.read(feed_of(item("/a"), more=following.format(len(urls) + 1)))).next_page:
        assert page.next_page.name == listing.name
        listing = page.next_page
        urls.append(listing.url)
    assert urls[1] == "https://www.yuanshan.example/feed?paged=2"
    assert (len(urls), page.limit_reached) == (RECENT_PAGES, True)


def test_a_next_page_on_another_host_is_none(tmp_path: Path) -> None:
    (listing,) = source(tmp_path).listings(Query())
    page = listing.read(feed_of(item("/a"), more='<atom:link rel="next" href="https://o.cn/feed"/>'))
    assert (page.next_page, page.limit_reached) == (None, False)


def parts_of(folder: Path, index: str, window: Window) -> tuple[list[str], bool]:
    (listing,) = source(folder, SITEMAP).listings(Query(window=window))
    page = listing.read(f"<sitemapindex>{index}</sitemapindex>")
    return [part.url.rpartition("/")[2] for part in page.linked], page.limit_reached


def rows(*parts: str, changed: str = "") -> str:
    row = f"<lastmod>{changed}</lastmod>" if changed else ""
    return "".join(f"<sitemap><loc>https://yuanshan.example/{part}</loc>{row}</sitemap>" for part in parts)


def test_an_index_is_pruned_by_the_window(tmp_path: Path) -> None:
    months = rows(*(f"map-2021-{month:02}.xml" for month in range(9, 13)), "map-2022-01.xml")
    assert parts_of(tmp_path, months, DECEMBER)[0] == ["map-2022-01.xml", "map-2021-12.xml", "map-2021-11.xml"]
    changed = rows("a.xml", changed="2021-11-20") + rows("b.xml", changed="2022-05-01") + rows("c.xml")
    assert parts_of(tmp_path, changed, DECEMBER)[0] == ["b.xml", "c.xml"]


def test_without_a_window_the_newest_parts_are_read(tmp_path: Path) -> None:
    months = rows(*(f"map-2021-{month:02}.xml" for month in range(1, 13)))
    assert parts_of(tmp_path, months, Window()) == (["map-2021-12.xml", "map-2021-11.xml", "map-2021-10.xml"], False)
    assert RECENT_PARTS == 3
    assert len(parts_of(tmp_path, rows(*(f"{number}.xml" for number in range(90))), Window())[0]) == MANY_PARTS


def test_an_index_has_a_bounded_number_of_parts(tmp_path: Path) -> None:
    many = rows(*(f"{number}.xml" for number in range(MAX_PARTS + 1)))
    found, is_cut = parts_of(tmp_path, many, DECEMBER)
    assert (len(found), is_cut) == (MAX_PARTS, True)


@pytest.mark.parametrize(
    "part", ["post_tag-sitemap.xml", "category-sitemap2.xml", "wp-sitemap-users-1.xml", "page-sitemap.xml"]
)
def test_parts_that_name_no_articles_are_left_out(tmp_path: Path, part: str) -> None:
    assert parts_of(tmp_path, rows(part, "post-sitemap.xml"), Window())[0] == ["post-sitemap.xml"]


def test_an_index_in_an_index_in_an_index_leads_nowhere(tmp_path: Path) -> None:
    (listing,) = source(tmp_path, SITEMAP).listings(Query(window=DECEMBER))
    read = 0
    at: Listing | None = listing
    while at:
        page = at.read(f"<sitemapindex>{rows(f'{read}.xml')}</sitemapindex>")
        at = page.linked[0] if page.linked else None
        read += 1
    assert read == 3


def day_in(folder: Path, path: str, changed: str, window: Window) -> date | None:
    (listing,) = source(folder, SITEMAP).listings(Query(window=window))
    row = f"<url><loc>https://yuanshan.example{path}</loc><lastmod>{changed}</lastmod></url>"
    (ref,) = listing.read(urlset(row)).refs
    return ref.day


@pytest.mark.parametrize(
    ("path", "changed", "day"),
    [
        ("/2021/12/05/x", "2022-03-01", "2021-12-05"),  # the address tells it
        ("/2021/11/30/x", "2022-03-01", None),  # the day before the window: by the zone it may be of it
        ("/2021/11/29/x", "2022-03-01", "2021-11-29"),
        ("/2022/01/02/x", "2022-03-01", "2022-01-02"),
        ("/x", "2021-12-05", "2021-12-05"),
        ("/x", "2021-11-05", "2021-11-05"),  # changed before the window, so published before it
        ("/x", "2022-03-01", None),  # changed after it: it may be of any day before
    ],
)
def test_a_row_is_outside_a_window_only_where_that_is_sure(
    tmp_path: Path, path: str, changed: str, day: str | None
) -> None:
    assert day_in(tmp_path, path, changed, DECEMBER) == (day and date.fromisoformat(day))


def test_without_a_window_the_day_of_a_change_is_none_of_the_article(tmp_path: Path) -> None:
    assert day_in(tmp_path, "/x", "2021-12-05", Window()) is None
    assert day_in(tmp_path, "/2021/12/05/x", "2022-03-01", Window()) == date(2021, 12, 5)


@pytest.mark.parametrize("path", ["/", "/index.html", "/tags/", "/tags/x/", "/blog/tag/x", "/page/2/", "/author/li"])
def test_addresses_of_the_site_itself_are_no_articles(tmp_path: Path, path: str) -> None:
    (listing,) = source(tmp_path, SITEMAP).listings(Query())
    page = listing.read(urlset(f"<url><loc>https://yuanshan.example{path}</loc></url>"))
    assert (page.refs, page.skipped) == ([], {"no article": 1})
