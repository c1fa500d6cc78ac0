"""Requests go to the hosts and ports of the sources file only, whatever a page, a row or a redirect says."""

from itertools import count

import pytest
from aiohttp import web
from scrapy import Request

from finews_spider.downloader.allowed_hosts import allowed_netlocs, is_allowed_url
from finews_spider.newsroom.world import World
from tests.conftest import Site
from tests.support.hostile_server import hostile, response

TEXTS, CATEGORY = "/NewsData/", "category=zhongguozhengquanbao"
HOSTS = allowed_netlocs({"a.example", "b.example:8080"})


@pytest.mark.parametrize(
    "url",
    [
        "http://a.example/",
        "https://A.example/x",
        "http://a.example:80/",
        "https://a.example:443/",
        "http://b.example:8080/",
        "https://b.example/",
    ],
)
def test_named_hosts_are_allowed(url: str) -> None:
    assert is_allowed_url(Request(url), HOSTS)


@pytest.mark.parametrize(
    "url",
    [
        "http://c.example/",
        "http://a.example.c.example/",
        "http://c.example/a.example",
        "http://sub.a.example/",
        "http://a.example./",
        "http://a.example:8080/",
        "http://a.example:22/",
        "http://b.example:8081/",
        "http://a.example@c.example/",
        "http://user:secret@a.example/",
        "http://c.example:80@a.example/",
        "http://c.example#@a.example/",
        "http://c.example?@a.example/",
        "http://c.example\\@a.example/",
        "http://[::1]/",
        "http:///a.example/",
        "ftp://a.example/",
        "file://a.example/etc/passwd",
        "gopher://a.example/",
        "data:text/html,a.example",
        "javascript://a.example/",
    ],
)
def test_others_are_not(url: str) -> None:
    assert not is_allowed_url(Request(url), HOSTS)


ELSEWHERE = [
    "http://{other}/",
    "//{other}/",
    "https://{other}/",
    "http://{here}@{other}/",
    "http://{other}\\@{here}/",
    "http://{other}#@{here}/",
    "http://localhost/",
    "http://169.254.169.254/latest/meta-data/",
    "http://[::1]/",
    "http://[",
    "http://a:b:c/",
    "http://127.0.0.1:99999999/",
    "http://\x00/",
    "https:",
    "file:///etc/passwd",
    "ftp://{here}/",
    "gopher://{other}/",
    "data:application/json,{{}}",
    "javascript:alert(1)",
    "/" + "a" * 5000,
    "\xff\xfe",
]


@pytest.mark.slow
@pytest.mark.parametrize("location", ELSEWHERE)
def test_a_redirect_elsewhere_is_a_failure_and_the_next_route_is_tried(site: Site, world: World, location: str) -> None:
    with hostile({"/": response(b'{"text": "<p>elsewhere</p>"}')}) as other:
        here = site.room.urls["share"].removeprefix("http://")
        to = location.format(here=here, other=other.url.removeprefix("http://"))
        with hostile({TEXTS: response(b"", f"Location: {to}", status="302 Found")}) as share:
            site.room.urls["share"] = share.url
            ran = site.crawl(CATEGORY)
    assert other.requested == []
    assert ran.code == 0, ran.err
    assert "Traceback" not in ran.err
    assert site.names() == {f"NW{s.number}" for s in world if s.in_article and s.media_name == "中国证券报"}


@pytest.mark.parametrize("endless", [True, False])
def test_redirects_are_followed_five_times(site: Site, world: World, endless: bool) -> None:
    story = next(s for s in world if s.in_article and s.media_name == "中国证券报")
    steps = count()

    async def redirect(request: web.BaseRequest) -> web.Response:
        to = f"{TEXTS}{next(steps)}" if endless else request.path_qs
        return web.Response(status=302, headers={"Location": to})

    site.fail(story)
    site.room.answer("share", TEXTS, handler=redirect)
    ran = site.crawl(f"url={site.room.urls['share']}/html_News/NewsShare.html?infoCode=NW{story.number}")
    assert ran.code == 3
    assert len(site.room.requests("share", TEXTS)) == 6
    assert "max redirections reached" in ran.err


def test_a_refresh_in_a_page_is_not_followed(site: Site, world: World) -> None:
    with hostile({}) as other:
        page = f'<html><meta http-equiv="refresh" content="0; url={other.url}/"><body>等</body></html>'
        site.room.answer("share", TEXTS, body=page)
        site.room.answer("site", "/category/", body=page)
        site.crawl(CATEGORY)
        assert site.room.requests("site", "/category/")
        site.crawl(f"url={site.room.urls['share']}/html_News/NewsShare.html?infoCode=NW{next(iter(world)).number}")
        assert site.room.requests("share", TEXTS)
    assert other.requested == []


def test_of_a_link_in_a_page_only_the_path_is_taken(site: Site, world: World) -> None:
    with hostile({}) as other:
        site.room.answer("site", "/category/", edit=lambda text: text.replace('href="/', f'href="{other.url}/'))
        site.crawl(CATEGORY)
    assert other.requested == []
    assert site.names() == {f"NW{s.number}" for s in world if s.in_article and s.media_name == "中国证券报"}


def test_a_row_that_leads_elsewhere_is_skipped(site: Site) -> None:
    with hostile({}) as other:
        evil = f"{other.url}/finance.eastmoney.com"
        site.room.answer("listapi", "/", edit=lambda text: text.replace("http://finance.eastmoney.com", evil))
        site.crawl("source=eastmoney", "column=cgnjj")
    assert other.requested == []
    assert "another host" in site.report()["sources"]["eastmoney"]["skipped"]
