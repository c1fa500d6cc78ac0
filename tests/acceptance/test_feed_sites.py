"""Sites that finews knows by nothing but a table: at the front door, over loopback."""

import gzip
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import FULL_SPEED, Ran, Site, run_forked
from tests.support.feed_sites import FeedSite, Story, hugo, newspaper, served, story, urlset, wordpress
from tests.support.nonempty import nonempty

pytestmark = pytest.mark.slow

TABLES = """\
[yuanshan]
kind = "feed"
feeds = ["{wordpress}/feed/"]
full_text = true
media_name = "远山财经"

[yunling]
kind = "feed"
sitemaps = ["{newspaper}/news.xml", "{newspaper}/sitemap.xml"]

[xiaozhan]
kind = "feed"
sitemaps = ["{hugo}/sitemap.xml"]
media_name = "小站"
category = "geren"
tag_ending = "随笔"
"""


@dataclass
class Sites:
    """An output folder that is fed from three sites by their tables."""

    output: Path
    by_name: dict[str, FeedSite]
    tables: str = TABLES

    def scrapy(self, *words: str) -> Ran:
        """`scrapy …`; what the sites were asked for is written anew."""
        sources = self.output.with_suffix(".toml")
        tables = self.tables
        for name, site in self.by_name.items():
            tables = tables.replace(f"{{{name}}}", site.url)
            del site.requested[:]
        sources.write_text(tables, encoding="utf-8")
        options = {**FULL_SPEED, "FINEWS_OUTPUT": str(self.output), "FINEWS_SOURCES_FILE": str(sources)}
        return run_forked(*words, *(word for name, value in options.items() for word in ("-s", f"{name}={value}")))

    def crawl(self, *arguments: str) -> Ran:
        return self.scrapy("crawl", "finews", *(word for one in arguments for word in ("-a", one)))

    def posts(self) -> dict[str, str]:
        """The posts by their titles."""
        texts = [path.read_text(encoding="utf-8") for path in sorted(self.output.glob("_posts/**/*.md"))]
        return {json.loads(title) if title[0] == '"' else title: text for text in texts for title in titles(text)}

    def report(self) -> dict[str, Any]:
        """Of the last run."""
        last = max(self.output.glob(".finews/runs/*.json"), key=lambda path: path.stat().st_mtime_ns)
        report: dict[str, Any] = json.loads(last.read_text(encoding="utf-8"))
        return report

    def stories(self) -> list[Story]:
        return [one for site in self.by_name.values() for one in site.stories]

    def requested(self) -> list[str]:
        return [path for site in self.by_name.values() for path in site.articles_requested()]


def titles(text: str) -> list[str]:
    return re.findall("^title: (.*)$", text, re.MULTILINE)


@pytest.fixture
def sites(tmp_path: Path) -> Iterator[Sites]:
    with served(wordpress()) as blog, served(newspaper()) as paper, served(hugo()) as notes:
        yield Sites(tmp_path / "site", {"wordpress": blog, "newspaper": paper, "hugo": notes})


def only(sites: Sites, name: str) -> Sites:
    """The same with one of the tables."""
    of = {"wordpress": "yuanshan", "newspaper": "yunling", "hugo": "xiaozhan"}[name]
    (table,) = [table for table in TABLES.split("\n\n") if table.startswith(f"[{of}]")]
    return replace(sites, tables=table)


def test_three_sites_of_different_make_are_archived_by_tables_alone(sites: Sites) -> None:
    ran = sites.crawl()
    assert ran.code == 3, ran.err  # a page of the sitemap is no article, and looked at again
    assert sites.posts().keys() == {one.title for one in sites.stories()}
    owed = sites.scrapy("owed").out
    assert owed.count("no article") == 1
    names = [path.name for path in sites.output.glob("_posts/*/*/*/*.md")]
    odd = [
        name for name in names if not re.fullmatch(r"[0-9]{4}(-[0-9]{2}){2}-127-0-0-1-[0-9]+-[0-9a-f]{20}\.md", name)
    ]
    assert (len(names), odd) == (10, [])
    again = sites.crawl()
    assert again.code == 3
    assert sites.requested() == []
    assert sites.report()["sources"]["yuanshan"]["archived"] == 0


def test_a_post_has_the_form_of_the_seed(sites: Sites) -> None:
    sites.crawl()
    one, url = sites.by_name["newspaper"].stories[0], sites.by_name["newspaper"].url
    assert sites.posts()[one.title] == (
        f'---\nlayout: post\ntitle: "{one.title}"\ndate: 2021-12-30 06:30:00 +0800\n'
        "categories: yunlingribao\ntags: 云岭日报新闻\n---\n"
        + "\n ".join(f"<p>{text}</p>" for text in one.paragraphs)
        + f"\n\n<{url}{one.path}>\n\n"
        "[返回云岭日报新闻](//finews.withounder.com/category/yunlingribao.html)｜[返回首页](//finews.withounder.com/)"
    )
    blog = sites.posts()["远山转债今日上市"]
    assert "date: 2021-12-29 12:00:01 +0800\ncategories: yuanshancaijing\ntags: 远山财经新闻\n" in blog
    assert f"<{sites.by_name['wordpress'].url}/?p=12>\n" in blog
    assert "appeared first on" not in blog
    notes = sites.posts()["记账十年"]
    assert "date: 2021-11-02 22:00:00 +0800\ncategories: geren\ntags: 小站随笔\n" in notes


def test_a_feed_with_the_whole_text_costs_no_request_for_an_article(sites: Sites) -> None:
    blog = only(sites, "wordpress")
    assert blog.crawl().code == 0
    assert blog.requested() == []
    of_the_feed = blog.posts()
    pages = replace(blog, output=blog.output.with_name("pages"), tables=blog.tables.replace("full_text = true", ""))
    assert pages.crawl().code == 0
    assert len(pages.requested()) == 3
    assert pages.posts() == of_the_feed


def test_a_window_is_read_through_the_months_of_an_index(sites: Sites) -> None:
    paper = only(sites, "newspaper")
    ran = paper.crawl("since=2021-12-03", "until=2021-12-29")
    assert ran.code == 7, ran.err  # that a list names no older article proves nothing of the days before it
    assert paper.posts().keys() == {"远山粮价连涨三周"}
    requested = paper.by_name["newspaper"].requested
    assert [path for path in requested if path.startswith("/map-")] == ["/map-2021-12.xml.gz"]
    # The day in an address may be off by one; the page tells, and what is outside is owed no more.
    assert set(paper.requested()) == {"/html/2021-12/29/content_29.htm", "/html/2021-12/30/content_30.htm"}
    assert paper.scrapy("owed").out.startswith("Nothing is owed")
    ran = paper.crawl("since=2021-12-01", "until=2021-12-30")  # by the zone it may have articles of the day before
    assert ran.code == 0, ran.err
    assert {path for path in requested if path.startswith("/map-")} == {"/map-2021-12.xml.gz", "/map-2021-11.xml.gz"}


def test_the_last_change_bounds_a_window_on_one_side(sites: Sites) -> None:
    notes = only(sites, "hugo")
    ran = notes.crawl("since=2021-12-01", "until=2021-12-20")
    assert ran.code in (0, 3), ran.err
    assert notes.posts().keys() == {"提前还房贷的账"}
    assert "/posts/jizhang/" not in notes.requested()  # changed before the window, so published before it


def test_an_edit_is_found_and_nothing_else_is_written(sites: Sites) -> None:
    sites.crawl()
    before = sites.posts()
    edited = sites.by_name["newspaper"].stories[0]
    edited.paragraphs[1] = "更正：" + edited.paragraphs[1]
    ran = sites.crawl("refresh=99999")
    assert ran.code == 3, ran.err
    after = sites.posts()
    assert [title for title in before if before[title] != after[title]] == [edited.title]
    assert len(sites.requested()) == len(before)


def test_one_address_is_one_article_however_it_is_written(sites: Sites) -> None:
    blog = only(sites, "wordpress")
    url = blog.by_name["wordpress"].url
    assert blog.crawl(f"url={url}/?p=11&utm_source=x&spm=1.2#top").code == 0
    assert blog.posts().keys() == {"云岭港口吞吐量增长"}
    assert blog.crawl().code == 0
    assert blog.report()["sources"]["yuanshan"]["known"] == 1
    assert len(blog.posts()) == 3
    refused = blog.crawl("url=http://127.0.0.1:9/?p=11")
    assert (refused.code, "names no article of yuanshan" in refused.err) == (2, True)


def test_the_doctor_looks_at_it(sites: Sites) -> None:
    ran = sites.scrapy("doctor")
    assert ran.code == 0, ran.out
    sites.by_name["newspaper"].failing["/news.xml"] = 404
    ran = sites.scrapy("doctor")
    assert ran.code == 4
    assert "yunling, sitemap 127.0.0.1" in ran.out


def test_what_robots_txt_forbids_is_not_requested(sites: Sites) -> None:
    sites.by_name["hugo"].extra["/robots.txt"] = "User-agent: *\nDisallow: /posts/jiangjin/\n"
    assert sites.crawl().code == 3
    assert "/posts/jiangjin/" not in sites.requested()
    assert "年终奖怎么花" not in sites.posts()


# What goes wrong is named, what is owed stays owed, and the run goes on.


def test_a_dead_feed_is_named_and_the_others_are_read(sites: Sites) -> None:
    sites.by_name["wordpress"].failing["/feed/"] = 404
    ran = sites.crawl()
    assert ran.code == 4, ran.err
    assert re.search(r"feed 127\.0\.0\.1:\d+/feed/ .*HTTP 404", ran.err)
    assert len(sites.posts()) == 7


def test_a_feed_that_became_a_page_is_named(sites: Sites) -> None:
    sites.by_name["wordpress"].extra["/feed/"] = "<html><body>停用</body></html>"
    ran = sites.crawl()
    assert ran.code == 4
    assert "no feed" in ran.err


BOMB = "<!DOCTYPE x [<!ENTITY a 'aaaaaaaa'>" + "<!ENTITY b '&a;&a;&a;&a;'>" + "]>"


@pytest.mark.parametrize("kind", ["entities", "gzip"])
def test_a_sitemap_bomb_is_refused(sites: Sites, kind: str) -> None:
    bomb = urlset("<url><loc>&b;</loc></url>").replace("<urlset", f"{BOMB}<urlset").encode()
    sites.by_name["hugo"].extra["/sitemap.xml"] = bomb if kind == "entities" else gzip.compress(b" " * 2**26)
    ran = sites.crawl()
    assert ran.code == 4
    assert re.search("sitemap .*(DOCTYPE|no sitemap|too large)", ran.err)
    assert len(sites.posts()) == 7


@pytest.mark.parametrize("kind", ["feed", "sitemap"])
def test_50000_addresses_cost_no_more_than_their_rows(sites: Sites, kind: str) -> None:
    """They lie before the window, so none is requested."""
    rows = range(50_000)
    if kind == "feed":
        date = "<pubDate>Thu, 30 Dec 2010 00:00:00 GMT</pubDate>"
        items = "".join(f"<item><title>题{row}</title><link>{{site}}/{row}</link>{date}</item>" for row in rows)
        sites = only(sites, "wordpress")
        sites.by_name["wordpress"].extra["/feed/"] = f'<rss version="2.0"><channel>{items}</channel></rss>'
    else:
        urls = (f"<url><loc>{{site}}/{row}</loc><lastmod>2010-12-30</lastmod></url>" for row in rows)
        sites = only(sites, "hugo")
        sites.by_name["hugo"].extra["/sitemap.xml"] = urlset("".join(urls))
    ran = sites.crawl("since=2021-12-01", "until=2021-12-31")
    assert ran.code in (0, 7), ran.err
    assert ran.stats[f"finews/{'yuanshan' if kind == 'feed' else 'xiaozhan'}/skipped/outside window"] >= 1_000
    assert sites.posts() == {}
    assert ran.stats["memusage/max"] < 600 * 2**20


def test_a_selector_that_finds_nothing_is_named_and_its_articles_are_owed(sites: Sites) -> None:
    sites.tables = TABLES.replace('media_name = "小站"', 'media_name = "小站"\nbody = ".gone"')
    ran = sites.crawl()
    assert ran.code in (3, 4)
    assert "the selector body = '.gone' finds nothing in the page" in ran.err
    assert len(sites.posts()) == 7
    assert sites.scrapy("owed").out.count("finds nothing") == 4
    sites.tables = TABLES
    sites.scrapy("owed", "--retry")
    sites.crawl()
    assert len(sites.posts()) == 10


def test_a_story_that_comes_later_is_fetched_alone(sites: Sites) -> None:
    notes = only(sites, "hugo")
    notes.crawl()
    notes.by_name["hugo"].stories.insert(0, story("/posts/xin/", "新的一年", "2022-01-01 08:00:00"))
    notes.crawl()
    assert "新的一年" in notes.posts()
    assert notes.requested() == ["/posts/xin/"]


# What is off costs nothing.


def test_without_such_a_table_and_without_an_export_none_of_their_libraries_is_loaded(site: Site) -> None:
    ran = site.crawl(PYTHONPROFILEIMPORTTIME="1")
    assert ran.code == 0
    assert "finews_spider.sources.feed\n" in ran.err
    loaded = set(re.findall(r"\| +([a-z_]+)", ran.err))
    assert not {"feedparser", "trafilatura", "htmldate", "justext", "courlan", "dateparser"} & loaded
    assert not {"duckdb", "pyarrow", "warcio"} & loaded
    assert not re.search(r"finews_spider\.(?:tables|evidence)\b", ran.err)


@pytest.mark.parametrize("days", [("2021-12-30", "2022-01-03")])
def test_a_sitemap_that_gives_the_day_of_its_making_to_all_opens_no_gap(sites: Sites, days: tuple[str, str]) -> None:
    notes = only(sites, "hugo")
    for day in nonempty(days):
        urls = [f"<url><loc>{{site}}{one.path}</loc><lastmod>{day}</lastmod></url>" for one in hugo().stories]
        notes.by_name["hugo"].extra["/sitemap.xml"] = urlset("".join(urls))
        ran = notes.crawl()
        assert ran.code == 0, ran.out
    assert len(notes.posts()) == 3
