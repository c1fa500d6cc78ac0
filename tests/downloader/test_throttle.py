"""Retry-After, Crawl-delay and suspended hosts. The arithmetic is given the time; the rest is tested by crawls."""

import asyncio
import signal
from datetime import UTC, datetime
from email.utils import format_datetime
from threading import Event
from types import SimpleNamespace

import pytest
from aiohttp import web
from scrapy import Request
from scrapy.core.downloader import Downloader
from scrapy.utils.test import get_crawler

from finews_spider.downloader.throttle import Host, parse_retry_after, slow_down
from finews_spider.newsroom.world import World
from tests.conftest import Site

NOW = 1_640_995_200.0


def test_a_good_response_asks_for_no_pause() -> None:
    assert Host().record_response(200, 0) == 0


@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_is_waited_for(status: int) -> None:
    host = Host()
    assert host.record_response(status, 30) == 30
    assert not host.suspended


def test_a_long_retry_after_is_left_to_a_later_run() -> None:
    host = Host()
    assert host.record_response(503, 300) == 300
    host.record_response(503, 301)
    assert host.suspended == "asked for a pause of 301 s"


def test_a_host_that_keeps_failing_is_suspended() -> None:
    host = Host()
    suspended = []
    for _ in range(5):
        host.record_response(500, 0)
        suspended.append(host.suspended)
    assert suspended == ["", "", "", "", "failed 5 times in a row"]


def test_a_good_response_ends_the_row_of_failures() -> None:
    host = Host()
    for _ in range(10):
        host.record_failure()
        host.record_response(404, 0)
    assert not host.suspended


@pytest.mark.parametrize(
    ("header", "wait"),
    [
        (None, 0),
        (b"", 0),
        (b"120", 120),
        (b" 7 ", 7),
        (b"-5", 0),
        (b"soon", 0),
        (b"Mon, 01 Jan 99999999999999999999 00:00:00 GMT", 0),
        (b"9" * 5000, 999999999),
        (format_datetime(datetime.fromtimestamp(NOW + 90, UTC), usegmt=True).encode(), 90),
        (format_datetime(datetime.fromtimestamp(NOW - 90, UTC), usegmt=True).encode(), 0),
    ],
)
def test_retry_after_is_read(header: bytes | None, wait: float) -> None:
    assert parse_retry_after(header, NOW) == wait


def delays(log: str) -> list[float]:
    return [float(line.split(": ")[1].rstrip(",")) for line in log.splitlines() if "finews/delay/" in line]


def test_crawl_delay_is_obeyed(site: Site, world: World) -> None:
    site.room.robots["share"] = "User-agent: *\nCrawl-delay: 0.125\n"
    story = next(story for story in world if story.in_article)
    ran = site.crawl(f"url={site.room.urls['share']}/html_News/NewsShare.html?infoCode=NW{story.number}")
    assert delays(ran.err) == [0.125]
    assert len(site.posts()) == 1


def test_a_busy_host_is_slowed_down(site: Site, world: World) -> None:
    site.room.answer("share", "/NewsData/", status=429, headers={"Retry-After": "0"})
    story = next(story for story in world if story.in_article)
    ran = site.crawl(
        f"url={site.room.urls['share']}/html_News/NewsShare.html?infoCode=NW{story.number}",
        settings={"DOWNLOAD_DELAY": "0.01"},
    )
    assert delays(ran.err) == [0.02]
    assert len(site.posts()) == 1


def test_a_dead_host_gets_a_few_requests_only_and_the_other_hosts_answer(site: Site, world: World) -> None:
    site.room.answer("share", "/NewsData/", status=500)
    categories = "category=zhongguozhengquanbao,meirijingjixinwen"
    one_by_one = {"CONCURRENT_REQUESTS_PER_DOMAIN": "1", "DOWNLOAD_DELAY": "0.01"}  # Scrapy counts only with a delay
    ran = site.crawl(categories, settings=one_by_one)
    wanted = {f"NW{s.number}" for s in world if s.in_article and s.media_name in ("中国证券报", "每日经济新闻")}
    assert site.names() == wanted
    # Where an answer takes longer than the delay, one more is under way when it comes.
    assert len(site.room.requests("share", "/NewsData/")) in (5, 6)
    assert len(wanted) > 6
    assert "it gets no more requests in this run" in ran.err


def test_a_slow_host_stays_slow_when_scrapy_forgets_it() -> None:
    async def delay_after_a_while() -> float:
        crawler = get_crawler(
            settings_dict={"DOWNLOAD_HANDLERS": dict.fromkeys(("http", "https", "data", "file", "ftp", "s3"))}
        )
        crawler.engine = SimpleNamespace(downloader=Downloader(crawler))  # type: ignore[assignment]
        downloader, request = crawler.engine.downloader, Request("https://example.com/")
        downloader._get_slot(request)
        slow_down(crawler, request, 10.0)
        downloader._slot_gc(age=-100)
        assert not downloader.slots
        delay = downloader._get_slot(request)[1].delay
        downloader.close()
        return float(delay)

    assert asyncio.run(delay_after_a_while()) == 10.0


def test_what_waits_for_robots_txt_is_not_requested_after_ctrl_c(site: Site) -> None:
    requested = Event()

    async def robots(_: web.BaseRequest) -> web.Response:
        requested.set()
        while b"SIGINT" not in site.log.read_bytes():  # the run is stopped meanwhile
            await asyncio.sleep(0.01)
        return web.Response(text="")

    site.room.answer("share", "/robots.txt", handler=robots)
    crawl = site.start("category=zhongguozhengquanbao")
    assert requested.wait(60)
    crawl.send_signal(signal.SIGINT)
    assert crawl.wait(60) == 130
    assert site.articles_asked() == []
