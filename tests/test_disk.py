"""A disk that fills, or becomes read-only: before a run, while it reads listings, while it writes posts."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from finews_spider.newsroom.server import Newsroom
from finews_spider.newsroom.world import World
from tests.conftest import Ran, Site
from tests.torture import left_over, read

PAGE = 4096
MOMENTS = {"before": (0, 0), "listings": (4, 0), "posts": (4, 30)}  # so many requests and posts on disk
# As the system says it, and as SQLite does.
REASONS = {
    "full": ("No space left on device", "disk is full"),
    "read-only": ("Read-only file system", "readonly database"),
}


class Disk:
    """A file system in memory, of a size that changes; what is mounted over it makes it read-only."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        self._mount("-t", "tmpfs", "-o", "size=8m", "tmpfs", folder)

    def fail(self, how: str) -> None:
        """No byte more, or no change, from now on."""
        if how == "full":
            stat = os.statvfs(self.folder)
            used = (stat.f_blocks - stat.f_bfree) * stat.f_frsize
            self._mount("-o", f"remount,size={max(used, PAGE)}", self.folder)
        else:
            self._mount("--bind", self.folder, self.folder)
            self._mount("-o", "remount,bind,ro", self.folder)

    def mend(self, how: str) -> None:
        """As before."""
        if how == "full":
            self._mount("-o", "remount,size=8m", self.folder)
        else:
            subprocess.run(["umount", self.folder], check=True)

    def close(self) -> None:
        """Whatever was mounted there."""
        while os.path.ismount(self.folder):
            subprocess.run(["umount", "--lazy", self.folder], check=True)

    def _mount(self, *words: str | Path) -> None:
        subprocess.run(["mount", *words], check=True, capture_output=True)


class Failed(NamedTuple):
    """How the disk failed, how the run ended, which posts were on disk then; then the next run, on a sound disk."""

    how: str
    site: Site
    ran: Ran
    posts: dict[str, bytes]
    again: Ran


def crawl_until(site: Site, disk: Disk, how: str, requests: int, posts: int) -> Ran:
    """A crawl that is held for as long as it takes the disk to fail."""
    crawl = site.start()
    while crawl.poll() is None and (len(site.room.log) < requests or len(site.posts()) < posts):
        time.sleep(0.001)
    crawl.send_signal(signal.SIGSTOP)
    disk.fail(how)
    crawl.send_signal(signal.SIGCONT)
    return site.end_of(crawl, within=15)


@pytest.fixture(scope="module")
def room() -> Iterator[Newsroom]:
    with Newsroom(World(articles=60)) as room:
        room.answer("site", "/", headers={}, delay=0.01)
        room.answer("share", "/", headers={}, delay=0.01)
        yield room


@pytest.fixture(scope="module")
def reference(room: Newsroom, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    site = Site(tmp_path_factory.mktemp("reference") / "site", room)
    assert site.crawl().code == 0
    return site.posts()


def cases() -> Iterator[pytest.ParameterSet]:
    """Each is crawled once for all tests, on one worker of pytest-xdist where it is told `--dist loadgroup`."""
    for how in REASONS:
        for moment in MOMENTS:
            name = f"{how}-{moment}"
            yield pytest.param((how, moment), id=name, marks=pytest.mark.xdist_group(name))


@pytest.fixture(scope="module", params=cases())
def failed(
    request: pytest.FixtureRequest, room: Newsroom, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Failed]:
    how, moment = request.param
    site = Site(tmp_path_factory.mktemp("disk") / "site", room)
    try:
        disk = Disk(site.output)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("a tmpfs cannot be mounted here")
    try:
        ran = crawl_until(site, disk, how, *MOMENTS[moment])
        posts = read(site.output)
        disk.mend(how)
        yield Failed(how, site, ran, posts, site.crawl())
    finally:
        disk.close()


def test_posts_are_whole_on_a_disk_that_fails(failed: Failed, reference: dict[str, bytes]) -> None:
    assert len(failed.posts) < len(reference)
    assert failed.posts.items() <= reference.items()


def test_a_run_ends_with_a_code_that_says_so_on_a_disk_that_fails(failed: Failed) -> None:
    assert failed.ran.code in (2, 3)


def test_a_run_names_the_folder_and_what_to_do_on_a_disk_that_fails(failed: Failed) -> None:
    lines = [line for line in failed.ran.err.splitlines() if " ERROR: " in line or line.startswith("scrapy crawl")]
    said = [line for line in lines if str(failed.site.output) in line and "run again" in line]
    assert len(said) == 1
    assert any(reason in said[0] for reason in REASONS[failed.how])


def test_no_traceback_on_a_disk_that_fails(failed: Failed) -> None:
    assert "Traceback" not in failed.ran.err


def test_the_run_after_a_disk_failed_archives_the_rest(failed: Failed, reference: dict[str, bytes]) -> None:
    assert failed.again.code == 0
    assert read(failed.site.output) == reference
    assert left_over(failed.site.output) == []
