"""Sitemaps: what they say of pages and of parts, and what is none."""

import gzip
import tracemalloc
from datetime import date

import pytest

from finews_spider.dates import BEIJING, read_time
from finews_spider.sources.base import UnreadableError
from finews_spider.sources.encodings import decode
from finews_spider.sources.sitemaps import MAX_ROWS, SitemapRow, day_of_article, days_of_part, read_sitemap

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
NS = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
IMAGE = "<image:image><image:loc>https://a.cn/p.jpg</image:loc><image:title>图</image:title></image:image>"
NEWS = (
    "<news:news><news:publication><news:name>远山日报</news:name><news:language>zh</news:language></news:publication>"
    "<news:publication_date>2021-12-30T07:57:23+08:00</news:publication_date><news:title>一 题</news:title></news:news>"
)


def sitemap(*rows: str, more: str = 'xmlns:news="n" xmlns:image="i"') -> str:
    return f"{HEAD}<urlset {NS} {more}>{''.join(f'<url>{row}</url>' for row in rows)}</urlset>"


def test_a_plain_sitemap_has_addresses_and_days_of_change() -> None:
    text = sitemap(
        "<loc> https://a.cn/x?a=1&amp;b=2 </loc><lastmod>2021-12-30T20:00:00Z</lastmod>", "<loc>https://a.cn/y</loc>"
    )
    found = read_sitemap(text)
    assert found.rows == [
        SitemapRow("https://a.cn/x?a=1&b=2", changed=date(2021, 12, 31)),
        SitemapRow("https://a.cn/y"),
    ]
    assert not found.is_index


def test_a_news_sitemap_has_titles_times_and_names_and_pictures_are_no_pages() -> None:
    (row,) = read_sitemap(sitemap(f"{IMAGE}<loc>https://a.cn/x</loc>{NEWS}")).rows
    assert row == SitemapRow(
        "https://a.cn/x",
        published=read_time("2021-12-30 07:57:23"),
        day=date(2021, 12, 30),
        title="一 题",
        media_name="远山日报",
    )


@pytest.mark.parametrize("more", ["", 'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'])
def test_a_namespace_that_is_missing_or_another_costs_nothing(more: str) -> None:
    news = NEWS if more else NEWS.replace("news:", "").replace("<news>", "<news>")
    (row,) = read_sitemap(sitemap(f"<loc>https://a.cn/x</loc>{news}", more=more).replace(NS, "")).rows
    assert (row.url, row.title) == ("https://a.cn/x", "一 题")


def test_an_index_names_other_sitemaps() -> None:
    part = "<sitemap><loc>https://a.cn/2021-12.xml.gz</loc><lastmod>2022-01-01</lastmod></sitemap>"
    found = read_sitemap(f"{HEAD}<sitemapindex {NS}>{part}</sitemapindex>\n")
    assert (found.is_index, found.rows) == (True, [SitemapRow("https://a.cn/2021-12.xml.gz", changed=date(2022, 1, 1))])


def test_a_text_of_addresses_is_one() -> None:
    assert [row.url for row in read_sitemap("https://a.cn/x\r\n\r\nhttps://a.cn/y\n").rows] == [
        "https://a.cn/x",
        "https://a.cn/y",
    ]


def test_a_zone_is_the_tables_where_none_is_written() -> None:
    news = NEWS.replace("+08:00", "")
    (row,) = read_sitemap(sitemap(f"<loc>https://a.cn/x</loc>{news}"), zone=BEIJING).rows
    assert row.published == read_time("2021-12-30 07:57:23")


def test_what_is_damaged_costs_its_row() -> None:
    text = sitemap(
        "<loc>https://a.cn/x</loc>", "<loc>https://a.cn/\x0b?a&b</loc>", "<loc></loc>", "<loc>https://a.cn/y</loc>"
    )
    urls = [row.url for row in read_sitemap(text).rows]
    assert (urls[0], urls[-1]) == ("https://a.cn/x", "https://a.cn/y")


def test_a_packed_sitemap_is_read() -> None:
    assert len(read_sitemap(decode(gzip.compress(sitemap("<loc>https://a.cn/x</loc>").encode()))).rows) == 1


BOMB = (
    '<!DOCTYPE u [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY {y} "{f"&{x};" * 10}">' for x, y in zip("abcdefgh", "bcdefghi", strict=True))
    + "]>"
)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (sitemap("<loc>&i;</loc>").replace("<urlset", f"{BOMB}<urlset"), "no sitemap|DOCTYPE"),
        (sitemap("<loc>&i;</loc>").replace("<url>", f"{BOMB}<url>"), "DOCTYPE"),
        (sitemap("<loc>https://a.cn/x</loc>")[:-20], "cut short"),
        ("<html><body>404</body></html>", "no sitemap"),
        ("Not found", "no sitemap"),
        ("", "no sitemap"),
        ("<urlset>" + "<a>" * 2_000_001 + "</urlset>", "too large"),
    ],
)
def test_what_is_no_sitemap_is_refused(text: str, why: str) -> None:
    with pytest.raises(UnreadableError, match=why):
        read_sitemap(text)


@pytest.mark.slow
def test_a_long_sitemap_is_read_up_to_what_one_may_have_in_little_memory() -> None:
    text = sitemap(
        *(f"<loc>https://a.cn/{number}</loc><lastmod>2021-12-30</lastmod>" for number in range(MAX_ROWS + 5))
    )
    tracemalloc.start()
    found = read_sitemap(text)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (len(found.rows), found.is_cut) == (MAX_ROWS, True)
    assert most < 60 * 1024 * 1024


@pytest.mark.parametrize(
    ("name", "days"),
    [
        ("sitemap-pt-post-2021-12.xml", ("2021-12-01", "2021-12-31")),
        ("sitemap/2020/02.xml.gz", ("2020-02-01", "2020-02-29")),
        ("sitemap_202112.xml", ("2021-12-01", "2021-12-31")),
        ("sitemap-20211230.xml", ("2021-12-30", "2021-12-30")),
        ("sitemap-2021.xml", ("2021-01-01", "2021-12-31")),
        ("sitemap.xml?yyyy=2021&mm=2&dd=3", ("2021-02-03", "2021-02-03")),
        ("sitemap.xml?yyyy=2021&mm=02", ("2021-02-01", "2021-02-28")),
        ("post-sitemap2.xml", None),
        ("sitemap-20213.xml", None),
        ("sitemap-2021-02-31.xml", None),
    ],
)
def test_a_part_may_tell_its_days(name: str, days: tuple[str, str] | None) -> None:
    expected = days and tuple(map(date.fromisoformat, days))
    assert days_of_part(f"https://a.cn/{name}") == expected


@pytest.mark.parametrize(
    ("path", "day"),
    [
        ("2021/12/30/a-title", "2021-12-30"),
        ("n1/2021/1230/c1-32318.html", "2021-12-30"),
        ("html/2021-12/30/content_1.htm", "2021-12-30"),
        ("a/20211230/x.html", "2021-12-30"),
        ("202112/30/x.html", "2021-12-30"),
        ("zw/202112/t20211230_1.html", None),
        ("a/202112302230672549.html", None),
        ("2021/13/30/x", None),
        ("p/20211301/x", None),
        ("2021/12/a-title", None),
    ],
)
def test_an_address_may_tell_the_day_of_its_article(path: str, day: str | None) -> None:
    assert day_of_article(f"https://a.cn/{path}") == (day and date.fromisoformat(day))
