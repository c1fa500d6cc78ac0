"""`scrapy source try URL`: from an address to a table that works."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from finews_spider.sources import feed
from finews_spider.sources.discovery import feeds_linked, sitemaps_named, table_name
from tests.conftest import FULL_SPEED, Ran, run_forked
from tests.support.feed_sites import FeedSite, hugo, newspaper, served, wordpress

SITES = {"wordpress": wordpress, "newspaper": newspaper, "hugo": hugo}


@pytest.fixture(params=SITES)
def site(request: pytest.FixtureRequest) -> Iterator[FeedSite]:
    with served(SITES[request.param]()) as site:
        yield site


@pytest.fixture
def blog() -> Iterator[FeedSite]:
    with served(wordpress()) as site:
        yield site


def scrapy(folder: Path, *words: str, **more: str) -> Ran:
    options = {**FULL_SPEED, "FINEWS_OUTPUT": str(folder / "site"), **more}
    return run_forked(*words, *(word for name, value in options.items() for word in ("-s", f"{name}={value}")))


def tried(folder: Path, url: str) -> Ran:
    return scrapy(folder, "source", "try", url)


def table_in(printed: str) -> str:
    return printed.partition("sources file:\n\n")[2].partition("\n\ngives posts")[0]


@pytest.mark.slow
def test_the_table_that_is_printed_archives_the_site(site: FeedSite, tmp_path: Path) -> None:
    ran = tried(tmp_path, f"{site.url}/")
    assert ran.code == 0, ran.out
    assert not (tmp_path / "site").exists()
    sources = tmp_path / "sources.toml"
    sources.write_text(table_in(ran.out), encoding="utf-8")
    crawled = scrapy(tmp_path, "crawl", "finews", FINEWS_SOURCES_FILE=str(sources))
    assert crawled.code in (0, 3), crawled.err
    posts = [path.read_text(encoding="utf-8") for path in tmp_path.glob("site/_posts/**/*.md")]
    assert len(posts) == len(site.stories)
    assert ran.out.partition("like this:\n\n")[2].rstrip("\n") in posts


@pytest.mark.slow
def test_a_feed_with_the_whole_text_is_told_from_one_with_summaries(blog: FeedSite, tmp_path: Path) -> None:
    assert "full_text = true" in tried(tmp_path, f"{blog.url}/").out
    feed = blog.make(blog)["/feed/"]
    assert isinstance(feed, str)
    blog.extra["/feed/"] = re.sub("<content:encoded>.*?</content:encoded>", "", feed, flags=re.DOTALL)
    ran = tried(tmp_path, f"{blog.url}/")
    assert ran.code == 0
    assert "full_text" not in ran.out
    assert f'feeds = ["{blog.url}/feed/"]\nmedia_name = "远山财经"' in ran.out


@pytest.mark.slow
def test_an_articles_page_or_the_feed_itself_will_do(blog: FeedSite, tmp_path: Path) -> None:
    for path in ("/2021/12/30/chuneng-fali/", "/feed/"):
        assert f'feeds = ["{blog.url}/feed/"]' in tried(tmp_path, f"{blog.url}{path}").out


@pytest.mark.slow
def test_articles_on_another_host_are_reached_by_the_table(blog: FeedSite, tmp_path: Path) -> None:
    feed = blog.make(blog)["/feed/"]
    assert isinstance(feed, str)
    elsewhere = blog.url.replace("127.0.0.1", "localhost")
    blog.extra["/feed/"] = re.sub("<content:encoded>.*?</content:encoded>", "", feed, flags=re.DOTALL).replace(
        "<link>{site}/", f"<link>{elsewhere}/"
    )
    ran = tried(tmp_path, f"{blog.url}/")
    assert f'article_hosts = ["{elsewhere.removeprefix("http://")}"]' in ran.out
    sources = tmp_path / "sources.toml"
    sources.write_text(table_in(ran.out), encoding="utf-8")
    crawled = scrapy(tmp_path, "crawl", "finews", FINEWS_SOURCES_FILE=str(sources))
    assert crawled.code == 0, crawled.err
    assert len(list(tmp_path.glob("site/_posts/**/*-localhost-*.md"))) == 3
    sources.write_text(re.sub("article_hosts.*\n", "", table_in(ran.out)), encoding="utf-8")
    without = scrapy(
        tmp_path, "crawl", "finews", FINEWS_SOURCES_FILE=str(sources), FINEWS_OUTPUT=str(tmp_path / "other")
    )
    assert "3 rows skipped, another host" in without.err


@pytest.mark.slow
def test_robots_txt_is_obeyed(blog: FeedSite, tmp_path: Path) -> None:
    blog.extra["/robots.txt"] = "User-agent: *\nDisallow: /2021/\nDisallow: /?p=12\n"
    ran = tried(tmp_path, f"{blog.url}/")
    assert ran.code == 0
    assert "Forbidden by robots.txt" in ran.out
    assert blog.articles_requested() == ["/?p=11"]


@pytest.mark.slow
def test_no_more_than_some_pages_are_requested(blog: FeedSite, tmp_path: Path) -> None:
    tried(tmp_path, f"{blog.url}/")
    assert len(blog.requested) < 15


@pytest.mark.slow
def test_a_site_without_lists_is_told_in_a_sentence(blog: FeedSite, tmp_path: Path) -> None:
    blog.extra |= {"/": "<html><body>没有</body></html>", "/feed/": "<html><body>没有</body></html>"}
    ran = tried(tmp_path, f"{blog.url}/")
    assert ran.code == 4
    assert "No feed and no sitemap was found" in ran.out
    assert "Traceback" not in ran.out + ran.err


@pytest.mark.slow
def test_a_site_that_does_not_answer_is_told_in_a_sentence(tmp_path: Path) -> None:
    ran = tried(tmp_path, "http://127.0.0.1:1/")
    assert ran.code == 4
    assert "127.0.0.1:1/: " in ran.out
    assert "Traceback" not in ran.out + ran.err


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ([], "what is meant is: scrapy source try URL"),
        (["try"], "what is meant is: scrapy source try URL"),
        (["tyr", "https://a.cn"], "what is meant is: scrapy source try URL"),
        (["try", "ftp://a.cn"], "is no address of a site"),
        (["try", "a b"], "is no address of a site"),
        (["try", "https://"], "is no address of a site"),
    ],
)
def test_what_cannot_be_meant_is_refused_in_a_sentence(tmp_path: Path, words: list[str], why: str) -> None:
    ran = scrapy(tmp_path, "source", *words)
    assert ran.code == 2
    assert why in ran.err
    assert "Traceback" not in ran.err


def test_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "find_spec", lambda name: None if name == "htmldate" else True)
    assert feed.missing_libraries() == (
        "needs htmldate, which is not installed: pip install feedparser trafilatura htmldate"
    )


# Where lists are found.


def test_a_page_names_its_feeds_but_those_of_comments() -> None:
    head = "".join(
        f'<link rel="alternate" type="application/{kind}" href="{href}">'
        for kind, href in [
            ("rss+xml", "/feed/"),
            ("rss+xml", "/comments/feed/"),
            ("atom+xml", "atom.xml"),
            ("json", "/x"),
        ]
    )
    page = f"<html><head>{head}</head><body><a href='/rss'>RSS</a></body></html>"
    assert feeds_linked(page, "https://a.cn/b/") == ["https://a.cn/feed/", "https://a.cn/b/atom.xml"]
    assert feeds_linked(page.replace(head, ""), "https://a.cn/b/") == ["https://a.cn/rss"]


def test_robots_txt_names_sitemaps() -> None:
    text = (
        "User-agent: *\nDisallow: /x\nSitemap: https://a.cn/s.xml\r\n sitemap:/t.xml.gz\nSitemap: https://a.cn/s.xml\n"
    )
    assert sitemaps_named(text, "https://a.cn/") == ["https://a.cn/s.xml", "https://a.cn/t.xml.gz"]


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("www.yuanshan.com", "yuanshan"),
        ("news.yuanshan.com.cn", "yuanshan"),
        ("yuanshan-news.example", "example"),
        ("127.0.0.1:80", "site"),
        ("36ke.com", "site"),
        ("a.cn", "a"),
    ],
)
def test_a_table_is_named_after_its_host(host: str, name: str) -> None:
    assert table_name(f"https://{host}/x") == name
