"""Ctrl-C, at the pace of a real run: many requests wait for their turn."""

import signal
import time
from collections.abc import Iterator
from typing import NamedTuple

import pytest

from finews_spider.newsroom.server import Newsroom
from finews_spider.newsroom.world import World
from tests.conftest import Ran, Site
from tests.torture import files, left_over, read

pytestmark = pytest.mark.xdist_group("interrupt")  # few crawls for many tests

COLUMN = "column=cgnjj"
REAL_PACE = {"DOWNLOAD_DELAY": "1", "CONCURRENT_REQUESTS_PER_DOMAIN": "1"}
SOON = 5  # seconds: for the answer that is under way, and the posts that are being written
AT_ONCE = 2
BY_CTRL_C = 130


class Interrupted(NamedTuple):
    """How a crawl ended, how many seconds after the last Ctrl-C, and what was on disk then."""

    ran: Ran
    seconds: float
    posts: dict[str, bytes]
    aside: list[str]
    again: Ran
    site: Site


def interrupt(site: Site, times: int) -> Interrupted:
    """Press Ctrl-C when the first post is there, and again at once when that was heard; then run again."""
    crawl = site.start(COLUMN, settings=REAL_PACE)
    for turn in range(times):
        while crawl.poll() is None and not (b"SIGINT" in site.log.read_bytes() if turn else site.posts()):
            time.sleep(0.01)
        crawl.send_signal(signal.SIGINT)
    at = time.monotonic()
    ran = site.end_of(crawl)
    seconds = time.monotonic() - at
    aside = [str(path) for path in files(site.output, ".finews/tmp")]
    return Interrupted(ran, seconds, read(site.output), aside, site.crawl(COLUMN), site)


@pytest.fixture(scope="module")
def room() -> Iterator[Newsroom]:
    with Newsroom(World(articles=72)) as room:
        yield room


@pytest.fixture(scope="module")
def reference(room: Newsroom, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    site = Site(tmp_path_factory.mktemp("reference") / "site", room)
    assert site.crawl(COLUMN).code == 0
    return site.posts()


@pytest.fixture(scope="module")
def once(room: Newsroom, tmp_path_factory: pytest.TempPathFactory) -> Interrupted:
    return interrupt(Site(tmp_path_factory.mktemp("once") / "site", room), 1)


@pytest.fixture(scope="module")
def twice(room: Newsroom, tmp_path_factory: pytest.TempPathFactory) -> Interrupted:
    return interrupt(Site(tmp_path_factory.mktemp("twice") / "site", room), 2)


def test_ctrl_c_ends_a_run_soon(once: Interrupted) -> None:
    assert once.seconds < SOON


def test_ctrl_c_gives_its_exit_code(once: Interrupted) -> None:
    assert once.ran.code == BY_CTRL_C


def test_ctrl_c_is_no_error(once: Interrupted) -> None:
    assert "Traceback" not in once.ran.err
    assert " ERROR: " not in once.ran.err


def test_ctrl_c_leaves_whole_posts_and_no_temporary_file(once: Interrupted, reference: dict[str, bytes]) -> None:
    assert 0 < len(once.posts) < len(reference)
    assert once.posts.items() <= reference.items()
    assert once.aside == []


def test_ctrl_c_twice_ends_a_run_at_once(twice: Interrupted) -> None:
    assert twice.seconds < AT_ONCE


def test_ctrl_c_twice_gives_its_exit_code(twice: Interrupted) -> None:
    assert twice.ran.code == BY_CTRL_C


def test_ctrl_c_twice_leaves_whole_posts(twice: Interrupted, reference: dict[str, bytes]) -> None:
    assert 0 < len(twice.posts) < len(reference)
    assert twice.posts.items() <= reference.items()


@pytest.mark.parametrize("times", ["once", "twice"])
def test_the_run_after_ctrl_c_archives_the_rest(
    times: str, request: pytest.FixtureRequest, reference: dict[str, bytes]
) -> None:
    interrupted: Interrupted = request.getfixturevalue(times)
    assert interrupted.again.code == 0
    assert read(interrupted.site.output) == reference
    assert left_over(interrupted.site.output) == []
