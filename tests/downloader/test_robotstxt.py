"""robots.txt: one that cannot be had is no permission, a young copy serves, Crawl-delay is obeyed whole."""

import asyncio
from datetime import timedelta
from types import SimpleNamespace

import pytest
from aiohttp import web
from scrapy import Request
from scrapy.core.downloader import Downloader
from scrapy.utils.test import get_crawler

from finews_spider.downloader.robotstxt import MAX_CRAWL_DELAY
from finews_spider.downloader.throttle import slow_down
from finews_spider.exit_codes import ExitCode
from finews_spider.newsroom.world import World
from tests.acceptance.test_crawl import an_article, ids_of
from tests.conftest import Site, TimedSite

ROBOTS = "/robots.txt"
TEXTS = "/NewsData/"


async def cut(request: web.BaseRequest) -> web.Response:
    """Close the connection without a word."""
    assert request.transport
    request.transport.close()
    return web.Response()


NO_PERMISSION: dict[str, tuple[dict[str, object], str]] = {
    "500": ({"status": 500}, "HTTP 500"),
    "503": ({"status": 503}, "HTTP 503"),
    "429": ({"status": 429}, "HTTP 429"),
    "no answer": ({"handler": cut}, "connection"),
    "in a circle": ({"status": 302, "headers": {"Location": ROBOTS}}, "max redirections"),
    "elsewhere": ({"status": 301, "headers": {"Location": "http://127.0.0.2/robots.txt"}}, "not a host of the sources"),
    "an endless delay": ({"body": "User-agent: *\nCrawl-delay: 1e9\n"}, "Crawl-delay of 1e+09 s"),
    "a long delay": ({"body": f"User-agent: *\nCrawl-delay: {MAX_CRAWL_DELAY + 1}\n"}, "Crawl-delay of 301 s"),
}


@pytest.mark.slow
@pytest.mark.parametrize("case", NO_PERMISSION)
def test_without_permission_a_host_gets_no_request_and_is_named(site: Site, world: World, case: str) -> None:
    answer, why = NO_PERMISSION[case]
    site.room.answer("share", ROBOTS, **answer)  # type: ignore[arg-type]
    ran = site.crawl()
    assert "Traceback" not in ran.err
    assert {logged.path for logged in site.room.log if logged.role == "share"} == {ROBOTS}
    (left_alone,) = [host["left_alone"] for host in site.report()["hosts"].values() if host["left_alone"]]
    assert why in left_alone
    assert f"it {left_alone}" in ran.out
    assert site.names() == ids_of(world)  # by other routes


def test_a_list_whose_host_gives_no_permission_fails(site: Site) -> None:
    site.room.answer("site", ROBOTS, status=503)
    ran = site.crawl()
    assert ran.code in (ExitCode.OWED, ExitCode.BROKEN)
    failed = {reading["failed"] for reading in site.report()["sources"]["finews"]["lists"].values()}
    assert failed == {"host left alone: it has a robots.txt that cannot be read (HTTP 503), which is no permission"}


@pytest.mark.slow
@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_a_host_without_rules_forbids_nothing(site: Site, world: World, status: int) -> None:
    site.room.answer("share", ROBOTS, status=status)
    assert site.crawl().code == ExitCode.OK
    assert site.room.requests("share", TEXTS)


@pytest.mark.slow
@pytest.mark.parametrize(("hours", "serves"), [(23, True), (25, False), (-1, False)])
def test_a_young_copy_serves(archived: TimedSite, world: World, hours: int, serves: bool) -> None:
    path = max(archived.posts())
    (archived.output / path).unlink()
    (archived.output / ".finews" / "ledger.sqlite").unlink()
    archived.room.robots["site"] = "User-agent: *\nDisallow: /emnews/\n"
    archived.crawl()
    archived.now += timedelta(hours=hours)
    archived.room.answer("site", ROBOTS, status=503)
    archived.crawl()
    paths = [logged.path for logged in archived.room.log if logged.role == "site" and logged.path != ROBOTS]
    assert bool(paths) == serves
    assert not [path for path in paths if path.startswith("/emnews/")]


@pytest.mark.parametrize("delay", [0.25, 61.5, 299.0])
def test_a_crawl_delay_is_obeyed_whole(delay: float) -> None:
    async def delay_of_slot() -> float:
        handlers = dict.fromkeys(("http", "https", "data", "file", "ftp", "s3"))
        crawler = get_crawler(settings_dict={"DOWNLOAD_HANDLERS": handlers})
        downloader = Downloader(crawler)
        crawler.engine = SimpleNamespace(downloader=downloader)  # type: ignore[assignment]
        request = Request("https://example.com/")
        downloader._get_slot(request)
        slow_down(crawler, request, delay)
        slow_down(crawler, request, factor=2.0)
        found = float(downloader._get_slot(request)[1].delay)
        downloader.close()
        return found

    assert asyncio.run(delay_of_slot()) == max(delay, min(2 * delay, 60.0))


def test_a_post_is_archived_at_the_pace_that_a_host_asks_for(site: Site, world: World) -> None:
    site.room.robots["share"] = "User-agent: finews\nCrawl-delay: 0.375\nUser-agent: *\nCrawl-delay: 0\n"
    number = an_article(world).number
    ran = site.crawl(f"url={site.room.urls['share']}/html_News/NewsShare.html?infoCode=NW{number}")
    assert ran.code == ExitCode.OK
    assert "'finews/delay/" in ran.err
    assert ": 0.375" in ran.err
