"""A disk that fills, or becomes read-only: before a run, while it reads listings, while it writes posts."""

import os
import signal
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from aiohttp import web

from finews_spider.newsroom.server import Newsroom
from finews_spider.newsroom.world import World
from tests.conftest import Ran, Site, held
from tests.support.forks import Process
from tools.torture import leftovers, read

pytestmark = pytest.mark.slow

PAGE = 4096
WORLD = World(articles=60)
MOMENTS = {"before": (0, 0), "listings": (4, 0), "posts": (4, 30)}  # so many requests and posts on disk
REASONS = {"full": ("No space left on device", "disk is full"), "read-only": ("Read-only file system", "readonly")}


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


@pytest.fixture(scope="module")
def room() -> Iterator[Newsroom]:
    with Newsroom(WORLD) as room:
        yield room


@pytest.fixture(scope="module")
def reference(room: Newsroom, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    site = Site(tmp_path_factory.mktemp("reference") / "site", room)
    assert site.crawl().code == 0
    return site.posts()


@pytest.fixture
def site(tmp_path: Path, room: Newsroom) -> Iterator[Site]:
    for role in ("site", "share"):
        room.answer(role, "/", headers={}, delay=0.01)
    yield Site(tmp_path / "site", room)
    room.clear()


@pytest.fixture
def disk(site: Site) -> Iterator[Disk]:
    """Under the output folder."""
    try:
        disk = Disk(site.output)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("a tmpfs cannot be mounted here")
    yield disk
    disk.close()


def crawl_until(site: Site, disk: Disk, how: str, moment: str) -> Ran:
    """A crawl whose disk fails at that moment; it stands still meanwhile."""
    requests, posts = MOMENTS[moment]
    with held(site.room, WORLD):
        crawl = site.start()
        while crawl.poll() is None and (len(site.room.log) < requests or len(site.posts()) < posts):
            time.sleep(0.001)
        with stopped(crawl):
            disk.fail(how)
    return site.end_of(crawl)


@contextmanager
def stopped(process: Process) -> Iterator[None]:
    """The process does nothing: what is used of its disk is what was measured."""
    process.send_signal(signal.SIGSTOP)
    while process.poll() is None and "State:\tT" not in Path(f"/proc/{process.pid}/status").read_text():
        time.sleep(0.001)
    yield
    process.send_signal(signal.SIGCONT)


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("how", REASONS)
def test_a_disk_that_fails_tears_no_post_and_the_next_run_archives_the_rest(
    site: Site, disk: Disk, reference: dict[str, bytes], how: str, moment: str
) -> None:
    crawl_until(site, disk, how, moment)
    posts = read(site.output)
    assert len(posts) < len(reference)
    assert posts.items() <= reference.items()
    disk.mend(how)
    assert site.crawl().code == 0
    assert read(site.output) == reference
    assert leftovers(site.output) == []


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("how", REASONS)
def test_a_run_says_which_folder_it_cannot_write_and_why(site: Site, disk: Disk, how: str, moment: str) -> None:
    ran = crawl_until(site, disk, how, moment)
    assert "Traceback" not in ran.err
    assert ran.code in (2, 3)
    lines = [line for line in ran.err.splitlines() if " ERROR: " in line or line.startswith("scrapy crawl")]
    (printed,) = [line for line in lines if str(site.output) in line and "run again" in line]
    assert any(reason in printed for reason in REASONS[how])


@pytest.mark.parametrize(("how", "code"), [("full", 3), ("read-only", 2)])
def test_without_a_disk_to_write_to_nothing_is_requested(site: Site, disk: Disk, how: str, code: int) -> None:
    site.output.mkdir(exist_ok=True)
    disk.fail(how)
    ran = site.crawl()
    assert ran.code == code, ran.err
    assert site.room.log == []


def test_a_run_ends_where_what_is_owed_cannot_be_noted(site: Site, world: World) -> None:
    async def answer(_: web.BaseRequest) -> web.Response:
        """From now on the ledger refuses; the article has no title, so that a pipeline refuses it."""
        with closing(sqlite3.connect(site.output / ".finews" / "ledger.sqlite")) as ledger:
            refuse = "BEFORE UPDATE ON owed BEGIN SELECT RAISE(FAIL, 'disk I/O error'); END"
            ledger.execute(f"CREATE TRIGGER IF NOT EXISTS no_more {refuse}")
        return web.json_response({"Title": "", "text": "<p>正文</p>"})

    for role in ("share", "origin", "newsinfo", "finance"):
        site.room.answer(role, "/", handler=answer)
    number = next(story.number for story in world if story.in_article and not story.in_flash)
    ran = site.crawl(f"url={site.room.urls['share']}/html_News/NewsShare.html?infoCode=NW{number}")
    assert ran.code == 3
    assert "ledger.sqlite cannot be written: disk I/O error" in ran.out
