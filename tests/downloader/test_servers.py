"""Hostile and broken servers: only their own article is owed, the others come, and memory and log stay small."""

import gzip
import json
import sys
import zlib
from collections.abc import Callable, Mapping
from typing import NamedTuple

import brotli
import pytest
from scrapy.utils.project import get_project_settings

from finews_spider.newsroom.finews import Blog, ShareHost
from finews_spider.newsroom.pages import View
from finews_spider.newsroom.world import Story, World
from tests.conftest import Ran, Site
from tests.support.hostile_server import Attack, drip, endless, hostile, response

pytestmark = pytest.mark.slow

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

NAME, CATEGORY = "中国证券报", "category=zhongguozhengquanbao"
MB = 1024 * 1024
MAX_MEMORY = 200  # MB of a run; without an attack it takes 80 to 100
MAX_LOG = 100_000  # characters

OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
FULL = b'{"text": "<p>\xe6\x96\x87</p>"}'
ZEROS = bytes(128 * MB)


class Attacked(NamedTuple):
    ran: Ran
    peak: float  # MB
    requested: list[str]  # targets


@pytest.fixture
def victim(site: Site, world: World) -> Story:
    """Return an article that can be fetched by one route only, the one that is attacked."""
    story = next(story for story in world if story.in_article and story.media_name == NAME)
    site.fail(story)
    return story


def others(world: World, victim: Story) -> set[str]:
    return {f"NW{s.number}" for s in world if s.in_article and s.media_name == NAME} - {f"NW{victim.number}"}


def crawl(site: Site, role: str, attacks: Mapping[str, Attack], **settings: str) -> Attacked:
    """Crawl the category from a newsroom of which one host is hostile at these paths and has no others."""
    with hostile(attacks) as server:
        site.room.urls[role] = server.url
        crawling = site.start(CATEGORY, settings={"DOWNLOAD_TIMEOUT": "2", **settings})
        ran = site.end_of(crawling)
    return Attacked(ran, getattr(crawling, "peak", 0.0), server.requested)


def attack_the_text(site: Site, victim: Story, attack: Attack, **settings: str) -> Attacked:
    return crawl(site, "share", {f"/NewsData/GetNewsText.do?id=NW{victim.number}": attack}, **settings)


def assert_harmless(site: Site, attacked: Attacked, rest: set[str]) -> None:
    assert attacked.ran.code == 3, attacked.ran.err
    assert site.names() == rest
    assert site.report()["sources"]["finews"]["owed"] == 1
    assert attacked.peak < MAX_MEMORY
    assert len(attacked.ran.err) < MAX_LOG


BOMBS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": lambda data: gzip.compress(data, compresslevel=1),
    "deflate": lambda data: zlib.compress(data, level=1),
    "br": lambda data: brotli.compress(data, quality=1),
    "zstd": zstd.compress,
}


@pytest.mark.parametrize("coding", BOMBS)
def test_bombs(site: Site, world: World, victim: Story, coding: str) -> None:
    bomb = response(BOMBS[coding](ZEROS), f"Content-Encoding: {coding}")
    attacked = attack_the_text(site, victim, bomb)
    assert_harmless(site, attacked, others(world, victim))
    assert "too large: Ignored response" in attacked.ran.err


def test_a_body_with_several_content_codings(site: Site, world: World, victim: Story) -> None:
    packed = response(gzip.compress(gzip.compress(gzip.compress(FULL))), "Content-Encoding: gzip, gzip, gzip")
    attacked = attack_the_text(site, victim, packed)
    assert_harmless(site, attacked, others(world, victim))
    assert "too many content codings" in attacked.ran.err


ENDLESS = {
    "body": endless(OK + b"\r\n", b"x" * 65536),
    "chunks": endless(CHUNKED, b"10000\r\n" + b"x" * 65536 + b"\r\n"),
    "small chunks": endless(CHUNKED, b"1\r\nx\r\n" * 10_000),
    "chunk extension": endless(CHUNKED + b"5;", b"x" * 65536),
    "trailers": endless(CHUNKED + b"0\r\n", b"X: y\r\n" * 10_000),
    "status line": endless(b"HTTP/1.1 200 ", b"x" * 65536),
    "header": endless(OK + b"X: ", b"x" * 65536),
    "headers": endless(OK, b"X: y\r\n" * 10_000),
    "header in lines": endless(OK + b"X: y\r\n", b" y\r\n" * 10_000),
    "interim responses": endless(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n" * 1000),
    "slow head": drip(b"HTTP/1.1 200 ", b"O"),
    "slow headers": drip(OK, b"X: y\r\n"),
    "slow body": drip(OK + b"Content-Length: 100000\r\n\r\n", b" "),
    "silence": drip(b"", b"", pause=0.5),
}


@pytest.mark.parametrize("kind", ENDLESS)
def test_what_never_ends(site: Site, world: World, victim: Story, kind: str) -> None:
    assert_harmless(site, attack_the_text(site, victim, ENDLESS[kind]), others(world, victim))


@pytest.mark.parametrize("kind", ["headers", "header in lines", "interim responses"])
def test_a_head_without_end_is_not_read_until_the_time_is_over(site: Site, victim: Story, kind: str) -> None:
    """Without the limit, some GB of it would be in memory by then."""
    attacked = attack_the_text(site, victim, ENDLESS[kind], DOWNLOAD_TIMEOUT="30")
    assert "the response's head is too large" in attacked.ran.err


def test_a_head_of_some_kilobytes_is_read(site: Site, world: World, victim: Story) -> None:
    cookies = [f"Set-Cookie: a{n}={'b' * 4000}" for n in range(10)]
    attacked = attack_the_text(site, victim, response(text_of(world, victim), *cookies))
    assert attacked.ran.code == 0, attacked.ran.err


LIES = {
    "too long": response(FULL, length=1000),
    "far too long": response(FULL, length=10**30),
    "too short": response(FULL, length=len(FULL) - 2),
    "negative": response(FULL, length=-5),
    "no number": response(FULL, "Content-Length: many", length=-1),
    "two": response(FULL, "Content-Length: 5"),
    "beside an unknown coding": response(FULL, "Transfer-Encoding: gzip, chunked"),
    "beside chunks that are none": response(FULL, "Transfer-Encoding: chunked"),
    "gzip that is none": response(FULL, "Content-Encoding: gzip"),
    "gzip that is cut": response(gzip.compress(FULL)[:-12], "Content-Encoding: gzip"),
    "zstd that is cut": response(zstd.compress(FULL)[:-5], "Content-Encoding: zstd"),
    "chunks that are cut": lambda client: client.sendall(CHUNKED + b"5\r\n" + FULL[:5] + b"\r\n"),
    "cut, and no length": lambda client: client.sendall(b"HTTP/1.0 200 OK\r\n\r\n" + FULL[:-1]),
    "nothing": lambda client: None,
    "no HTTP": lambda client: client.sendall(FULL),
    "another protocol": lambda client: client.sendall(b"SSH-2.0-OpenSSH_9.9\r\n"),
    "no status": lambda client: client.sendall(b"HTTP/1.1 two OK\r\n\r\n" + FULL),
    "304": response(status="304 Not Modified"),
    "204": response(status="204 No Content"),
}


@pytest.mark.parametrize("lie", LIES)
def test_lies_about_the_body(site: Site, world: World, victim: Story, lie: str) -> None:
    assert_harmless(site, attack_the_text(site, victim, LIES[lie]), others(world, victim))


@pytest.mark.parametrize("wait", ["99999999", "1e400", "9" * 4000, "-1", "soon", "Mon, 01 Jan 99999 00:00:00 GMT"])
def test_unusual_values_of_retry_after(site: Site, world: World, victim: Story, wait: str) -> None:
    busy = response(b"", f"Retry-After: {wait}", status="503 Busy")
    assert_harmless(site, attack_the_text(site, victim, busy), others(world, victim))


# robots.txt.


def test_a_robots_txt_is_read_to_its_first_half_megabyte(site: Site, world: World, victim: Story) -> None:
    forbidden = b"User-agent: *\nDisallow: /a/\n"
    filling = b"Disallow: /*x*y*z$\n" * (10 * MB // 19)
    rules = response(forbidden + filling + b"Disallow: /NewsData/\n")
    path = f"/NewsData/GetNewsText.do?id=NW{victim.number}"
    attacked = crawl(site, "share", {"/robots.txt": rules, path: response(text_of(world, victim))})
    assert attacked.ran.code == 0, attacked.ran.err
    assert path in attacked.requested
    assert attacked.peak < MAX_MEMORY


ROBOTS = {
    "32 MB": response(b"Disallow: /x\n" * (32 * MB // 13)),
    "endless": endless(OK + b"\r\n", b"User-agent: *\n" * 1000),
    "zeros": response(bytes(MB)),
    "redirects to itself": response(b"", "Location: /robots.txt", status="302 Found"),
    "an endless delay": response(b"User-agent: *\nCrawl-delay: inf\n"),
}


@pytest.mark.parametrize("robots", ROBOTS)
def test_a_hostile_robots_txt(site: Site, world: World, victim: Story, robots: str) -> None:
    attacked = crawl(site, "share", {"/robots.txt": ROBOTS[robots]})
    assert_harmless(site, attacked, others(world, victim))


# Encodings. The text API of the newsroom, in other bytes than its header says.


def text_of(world: World, story: Story) -> bytes:
    page = ShareHost(world).page(f"/NewsData/GetNewsText.do?id=NW{story.number}", View(len(world)))
    assert page
    return page.body


READABLE = {
    "GBK that is called UTF-8": ("gb18030", "utf-8"),
    "UTF-8 that is called GBK": ("utf-8", "gbk"),
    "GB18030 that is called GB2312": ("gb18030", "gb2312"),
    "UTF-8 with a mark in front": ("utf-8-sig", "latin-1"),
    "UTF-8 that is called by an unknown name": ("utf-8", "klingon"),
}


@pytest.mark.parametrize("case", READABLE)
def test_the_bytes_tell_the_encoding_and_not_the_header(site: Site, world: World, victim: Story, case: str) -> None:
    encoding, label = READABLE[case]
    text_page = json.loads(text_of(world, victim))
    text_page["text"] = f"<p>㐂镕𠮷</p>{text_page['text']}"  # characters of GB18030, and not of GB2312
    body = json.dumps(text_page, ensure_ascii=False).encode(encoding)
    sent = response(body, f"Content-Type: text/html; charset={label}")
    attacked = attack_the_text(site, victim, sent)
    assert attacked.ran.code == 0, attacked.ran.err
    post = next(post for path, post in site.posts().items() if victim.number in path)
    assert "㐂镕𠮷".encode() in post
    assert victim.blocks[0].clean.encode() in post


GARBLED: dict[str, Callable[[str], bytes]] = {
    "UTF-8 that was read as GBK": lambda text: text.encode().decode("gbk", "replace").encode(),
    "UTF-8 that was read as Latin-1": lambda text: text.encode().decode("latin-1").encode(),
    "GBK that was read as UTF-8": lambda text: text.encode("gbk", "ignore").decode("utf-8", "replace").encode(),
    "UTF-16 without a mark": lambda text: text.encode("utf-16-be"),
    "UTF-7": lambda text: text.encode("utf-7"),
}


@pytest.mark.parametrize("case", GARBLED)
def test_garbled_text_is_no_article(site: Site, world: World, victim: Story, case: str) -> None:
    body = GARBLED[case](json.dumps(json.loads(text_of(world, victim)), ensure_ascii=False))
    assert_harmless(site, attack_the_text(site, victim, response(body)), others(world, victim))


@pytest.mark.parametrize("field", ["Title", "text"])
def test_a_broken_character_costs_the_article_that_it_is_in(
    site: Site, world: World, victim: Story, field: str
) -> None:
    answer = json.loads(text_of(world, victim))
    body = json.dumps({**answer, field: f"{answer[field]}@"}, ensure_ascii=False).encode()
    assert b"@" in body
    assert_harmless(site, attack_the_text(site, victim, response(body.replace(b"@", b"\xff"))), others(world, victim))
    assert site.report()["sources"]["finews"]["refused"] == {"broken characters": 1}


# Truncated pages. An HTML parser takes any of them for whole, so this has to be noticed.


def post_page(world: World, victim: Story) -> tuple[str, bytes]:
    path = f"/zhongguozhengquanbao/{victim.time:%Y/%m/%d}/NW{victim.number}.html"
    page = Blog(world).page(path, View(len(world)))
    assert page
    return path, page.body


CUTS: dict[str, Callable[[bytes], Attack]] = {
    "by its length": lambda page: response(page, length=page.index(b"</section>")),
    "without a length": lambda page: response(page[: page.index(b"</section>")], length=-1),
    "of HTTP/1.0": lambda page: (
        lambda client: client.sendall(b"HTTP/1.0 200 OK\r\n\r\n" + page[: page.rindex(b"</p>")])
    ),
}


@pytest.mark.parametrize("cut", CUTS)
def test_a_page_that_is_cut_is_no_article(site: Site, world: World, victim: Story, cut: str) -> None:
    path, page = post_page(world, victim)
    listing = Blog(world).page("/category/zhongguozhengquanbao.html", View(len(world)))
    assert listing
    attacked = crawl(site, "site", {path: CUTS[cut](page), "/category/": response(listing.body)})
    assert_harmless(site, attacked, others(world, victim))
    assert "post page: cut short" in attacked.ran.err


def test_a_page_with_its_end_is_an_article(site: Site, world: World, victim: Story) -> None:
    path, page = post_page(world, victim)
    listing = Blog(world).page("/category/zhongguozhengquanbao.html", View(len(world)))
    assert listing
    whole = response(page + b"\n<!-- 12 queries -->\n<script>measure()</script>\n", length=-1)
    attacked = crawl(site, "site", {path: whole, "/category/": response(listing.body)})
    assert attacked.ran.code == 0, attacked.ran.err
    assert f"NW{victim.number}" in site.names()


def test_a_listing_that_is_cut_is_read_again(site: Site, world: World) -> None:
    """Also where the server says later that it is unchanged, which the whole one is."""
    path = "/category/zhongguozhengquanbao.html"
    page = Blog(world).page(path, View(len(world)))
    assert page
    site.room.answer("site", path, body=page.body[: len(page.body) // 2], headers=page.validators, times=1)
    ran = site.crawl(CATEGORY)
    assert ran.code == 4
    assert site.report()["sources"]["finews"]["lists"]["category zhongguozhengquanbao"]["ended"] == "failed"
    assert site.posts() == {}
    assert site.crawl(CATEGORY).code == 0
    assert site.names() == {f"NW{s.number}" for s in world if s.in_article and s.media_name == NAME}


def test_the_bounds_are_settings() -> None:
    settings = get_project_settings()
    assert settings.getint("DOWNLOAD_MAXSIZE") == 16 * MB
    assert settings.getint("DOWNLOAD_TIMEOUT") == 30
    assert settings.getint("REDIRECT_MAX_TIMES") == 5
