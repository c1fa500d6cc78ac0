"""Ctrl-C, at the pace of a real run: many requests wait for their turn."""

import asyncio
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from aiohttp import web

from finews_spider.newsroom.server import Newsroom
from finews_spider.newsroom.world import World
from tests.conftest import Ran, Site
from tests.support.forks import Process
from tools.torture import files, leftovers, read

pytestmark = pytest.mark.slow

COLUMN = "column=cgnjj"
REAL_PACE = {"DOWNLOAD_DELAY": "1", "CONCURRENT_REQUESTS_PER_DOMAIN": "1"}
SOON = 20  # seconds: for the answer that is under way, and the posts that are being written
NOT_WAITED = 20  # seconds: the answer that does not come is waited for until DOWNLOAD_TIMEOUT, which is 30
BY_CTRL_C = 130


@pytest.fixture(scope="module")
def room() -> Iterator[Newsroom]:
    with Newsroom(World(articles=72)) as room:
        yield room


@pytest.fixture(scope="module")
def reference(room: Newsroom, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    site = Site(tmp_path_factory.mktemp("reference") / "site", room)
    assert site.crawl(COLUMN).code == 0
    return site.posts()


@pytest.fixture
def site(tmp_path: Path, room: Newsroom) -> Iterator[Site]:
    yield Site(tmp_path / "site", room)
    room.clear()


def at_its_first_post(site: Site) -> Process:
    """A crawl at the real pace that has just archived something."""
    crawl = site.start(COLUMN, settings=REAL_PACE)
    wait(crawl, lambda: bool(site.posts()))
    return crawl


def wait(crawl: Process, until: Callable[[], bool]) -> None:
    while crawl.poll() is None and not until():
        time.sleep(0.01)


def ctrl_c(site: Site, crawl: Process) -> tuple[Ran, float]:
    """How the crawl ended, and after how many seconds."""
    began = time.monotonic()
    crawl.send_signal(signal.SIGINT)
    return site.end_of(crawl), time.monotonic() - began


def check_the_rest(site: Site, reference: dict[str, bytes]) -> None:
    """What is there is whole, and the next run archives what is not."""
    posts = read(site.output)
    assert 0 < len(posts) < len(reference)
    assert posts.items() <= reference.items()
    site.room.clear()
    assert site.crawl(COLUMN).code == 0
    assert read(site.output) == reference
    assert leftovers(site.output) == []


def test_ctrl_c_ends_a_run_soon_and_the_next_goes_on(site: Site, reference: dict[str, bytes]) -> None:
    ran, seconds = ctrl_c(site, at_its_first_post(site))
    assert seconds < SOON
    assert ran.code == BY_CTRL_C
    assert "Traceback" not in ran.err
    assert " ERROR: " not in ran.err
    assert files(site.output, ".finews/tmp") == []
    check_the_rest(site, reference)


def test_ctrl_c_twice_waits_for_no_answer(site: Site, reference: dict[str, bytes]) -> None:
    requested, over = threading.Event(), threading.Event()

    async def answer(request: web.BaseRequest) -> web.Response:
        requested.set()
        while not over.is_set():
            await asyncio.sleep(0.01)
        return web.Response()

    crawl = at_its_first_post(site)
    site.room.answer("newsinfo", "/", handler=answer)
    wait(crawl, requested.is_set)
    crawl.send_signal(signal.SIGINT)
    wait(crawl, lambda: b"SIGINT" in site.log.read_bytes())
    ran, seconds = ctrl_c(site, crawl)
    over.set()
    assert seconds < NOT_WAITED
    check_the_rest(site, reference)
    assert ran.code == BY_CTRL_C
