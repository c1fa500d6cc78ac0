"""Feeds: what RSS, Atom and JSON Feed say of articles, and what is none."""

import json
import time
from datetime import date
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finews_spider.dates import read_time
from finews_spider.sources.base import UnreadableError
from finews_spider.sources.feed_entries import MAX_ENTRIES, Entry, read_feed, whole_text
from tests.support.mutants import mutant

TIME = read_time("2021-12-30 07:57:23")
BODY = "<p>各地稳步推进。</p><p>企业订单<b>回暖</b>。</p>"
FOOTER = '<p>The post <a href="https://a.cn/x">一题</a> appeared first on <a href="https://a.cn">远山</a>.</p>\n'


def rss(*items: str, head: str = "") -> str:
    return (
        f'<?xml version="1.0" encoding="GBK"?>{head}<rss version="2.0"'
        ' xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<channel><title>远山</title>{''.join(f'<item>{item}</item>' for item in items)}</channel></rss>"
    )


ITEM = (
    "<title>一题 &amp;amp; 二题</title><link>https://a.cn/x</link><pubDate>Wed, 29 Dec 2021 23:57:23 GMT</pubDate>"
    f"<description>摘要</description><content:encoded><![CDATA[{BODY}\n{FOOTER}]]></content:encoded>"
)
ATOM = (
    '<feed xmlns="http://www.w3.org/2005/Atom"><title>远山</title><link rel="next" href="/feed?page=2"/>'
    '<entry><title type="html">一题 &amp;amp; 二题</title><link rel="alternate" href="https://a.cn/x"/>'
    "<published>2021-12-30T07:57:23+08:00</published><updated>2022-01-05T07:57:23+08:00</updated>"
    f'<content type="html"><![CDATA[{BODY}]]></content></entry></feed>'
)
JSON = json.dumps(
    {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "远山",
        "next_url": "/feed?page=2",
        "items": [
            {
                "id": "1",
                "url": "https://a.cn/x",
                "title": "一题 & 二题",
                "date_published": "2021-12-29T23:57:23Z",
                "content_html": BODY,
            },
            "damaged",
        ],
    }
)


@pytest.mark.parametrize("text", [rss(ITEM), ATOM, JSON], ids=["rss", "atom", "json"])
def test_an_entry_has_address_title_time_and_text(text: str) -> None:
    feed = read_feed(text)
    assert feed.title == "远山"
    assert feed.entries == [Entry("https://a.cn/x", "一题 & 二题", TIME, date(2021, 12, 30), BODY)]


@pytest.mark.parametrize(("text", "url"), [(rss(ITEM), ""), (ATOM, "/feed?page=2"), (JSON, "/feed?page=2")])
def test_a_feed_may_name_its_next_page(text: str, url: str) -> None:
    assert read_feed(text).next_url == url


@pytest.mark.parametrize(
    ("date_", "zone", "time"),
    [
        ("<pubDate>Thu, 30 Dec 2021 07:57:23 +0800</pubDate>", "Asia/Shanghai", "2021-12-30 07:57:23"),
        ("<pubDate>2021-12-30 07:57:23</pubDate>", "Asia/Shanghai", "2021-12-30 07:57:23"),
        ("<pubDate>2021-12-30 00:57:23</pubDate>", "Europe/Berlin", "2021-12-30 07:57:23"),
        ("<pubDate>Thu, 30 Dec 2021 00:57:23</pubDate>", "Europe/Berlin", "2021-12-30 07:57:23"),
        ("<pubDate>Wed, 29 Dec 2021 18:57:23 EST</pubDate>", "Asia/Shanghai", "2021-12-30 07:57:23"),
        ("<dc:date>2021-12-30T07:57:23+08:00</dc:date>", "Asia/Shanghai", "2021-12-30 07:57:23"),
        ("<pubDate>yesterday</pubDate>", "Asia/Shanghai", ""),
        ("<pubDate>Thu, 30 Dec 99999 07:57:23</pubDate>", "Asia/Shanghai", ""),
        ("", "Asia/Shanghai", ""),
    ],
)
def test_a_time_is_read_as_it_is_written(date_: str, zone: str, time: str) -> None:
    (entry,) = read_feed(rss(f"<link>https://a.cn/x</link>{date_}"), ZoneInfo(zone)).entries
    assert entry.published == read_time(time)


@pytest.mark.parametrize(
    "end",
    [
        "[&#8230;]</p>",
        "[…]",
        '<a href="/x">阅读全文 »</a></p>\n',
        '<a class="more-link" href="/x">Continue reading <span>&rarr;</span></a>',
        "Read more...",
    ],
)
def test_a_teaser_is_no_whole_text(end: str) -> None:
    assert whole_text(f"<p>云岭省上周公布{end}") == ""


@pytest.mark.parametrize("body", [BODY, "<p>他说：“阅读全文才知道结论。”</p>", "<p>……</p>", ""])
def test_another_end_is_one(body: str) -> None:
    assert whole_text(body) == body


def test_the_time_of_a_change_is_no_time_of_publication() -> None:
    (entry,) = read_feed(ATOM.replace("published>", "x>")).entries
    assert (entry.published, entry.day) == (None, date(2022, 1, 5))


def test_entities_of_a_feeds_own_grow_nothing() -> None:
    bomb = '<!DOCTYPE rss [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>'
    (entry,) = read_feed(rss("<title>&c;</title><link>https://a.cn/x</link>", head=bomb)).entries
    assert len(entry.title) < 20


def test_a_file_is_not_read_because_a_feed_names_it() -> None:
    head = '<!DOCTYPE rss [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    assert "root" not in f"{read_feed(rss('<title>&a;</title><link>https://a.cn/x</link>', head=head))}"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("/etc/passwd", "no feed"),
        ("https://a.cn/feed", "no feed"),
        ("<html><body>404</body></html>", "no feed"),
        ("", "no feed"),
        (rss(ITEM)[:-9], "cut short"),
        ('{"version": "https://jsonfeed.org/version/1", "items": 1}', "no JSON Feed"),
        ('{"items": []}', "no JSON Feed"),
        ("{", "not JSON"),
        (rss(f"<p {'a ' * 2_001}></p>"), "too large"),
    ],
)
def test_what_is_no_feed_is_refused(text: str, why: str) -> None:
    with pytest.raises(UnreadableError, match=why):
        read_feed(text)


@pytest.mark.parametrize("form", ["rss", "json"])
def test_a_feed_of_50000_entries_costs_little(form: str) -> None:
    urls = [f"https://a.cn/{number}" for number in range(50_000)]
    as_json = json.dumps({"version": "https://jsonfeed.org/version/1", "items": [{"url": url} for url in urls]})
    text = as_json if form == "json" else rss(*(f"<link>{url}</link>" for url in urls))
    began = time.process_time()
    feed = read_feed(text)
    assert time.process_time() - began < 3
    assert [entry.url for entry in feed.entries] == urls[:MAX_ENTRIES]
    assert feed.is_cut


@given(st.data())
def test_whatever_a_feed_has_become_it_is_read_or_refused(data: st.DataObject) -> None:
    text = mutant(data.draw, data.draw(st.sampled_from([rss(ITEM, ITEM), ATOM, JSON])))
    try:
        feed = read_feed(text)
    except UnreadableError:
        return
    assert len(feed.entries) <= MAX_ENTRIES
