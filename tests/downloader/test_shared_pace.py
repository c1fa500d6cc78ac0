"""Commands of one user share a host's pace; nobody else can steer it."""

import asyncio
import fcntl
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiohttp import web

from finews_spider.downloader.shared_pace import SharedPace, runtime_folder
from finews_spider.newsroom.world import World
from tests.conftest import Site, run_forked
from tests.support import forks

HOST = "example.com"
DELAY = 0.1


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    folder = runtime_folder()
    assert folder == tmp_path / "finews"
    return folder


@pytest.fixture
def two(folder: Path) -> Iterator[tuple[SharedPace, SharedPace]]:
    """Those of two commands."""
    paces = SharedPace(folder), SharedPace(folder)
    yield paces
    for pace in paces:
        pace.close()


def times(*paces: SharedPace, delay: float = DELAY) -> list[float]:
    """Return when requests went out, one of each at once."""
    sent: list[float] = []

    async def send(pace: SharedPace) -> None:
        await pace.wait(HOST, delay)
        sent.append(time.monotonic())

    async def send_all() -> None:
        await asyncio.gather(*map(send, paces))

    asyncio.run(send_all())
    return sent


def test_requests_of_two_commands_are_the_delay_apart(two: tuple[SharedPace, SharedPace]) -> None:
    sent = times(*two, *two)
    assert sent[-1] - sent[0] > DELAY * (len(sent) - 1) * 0.8  # a machine that is busy makes it longer


def test_a_pause_holds_for_all_commands(two: tuple[SharedPace, SharedPace]) -> None:
    before = time.monotonic()
    two[0].hold(HOST, 3 * DELAY)
    assert times(two[1])[0] - before >= 3 * DELAY


def test_without_a_delay_there_is_no_file(folder: Path, two: tuple[SharedPace, SharedPace]) -> None:
    times(*two, delay=0)
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("content", [b"", b"short", b"\xff" * 8, b"x" * 4096])
def test_what_the_file_holds_else_holds_up_nothing(
    folder: Path, two: tuple[SharedPace, SharedPace], content: bytes
) -> None:
    times(two[0])
    (file,) = folder.iterdir()
    file.write_bytes(content)
    before = time.monotonic()
    assert times(two[1])[0] - before < 10


def test_who_holds_the_file_for_ever_holds_up_nobody(folder: Path, two: tuple[SharedPace, SharedPace]) -> None:
    times(two[0])
    (file,) = folder.iterdir()
    with file.open("rb") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        assert times(two[1])


def test_the_folder_is_the_users_alone(folder: Path) -> None:
    assert folder.stat().st_mode & 0o777 == 0o700


def test_a_folder_that_others_may_write_to_is_not_used(folder: Path) -> None:
    folder.chmod(0o777)
    assert runtime_folder() is None


def test_a_link_in_its_place_is_not_followed(folder: Path, tmp_path: Path) -> None:
    folder.rmdir()
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    folder.symlink_to(tmp_path / "elsewhere")
    assert runtime_folder() is None


def test_a_link_in_place_of_a_file_is_not_followed(folder: Path, two: tuple[SharedPace, SharedPace]) -> None:
    times(two[0])
    (file,) = folder.iterdir()
    file.unlink()
    (folder.parent / "victim").write_bytes(b"victim")
    file.symlink_to(folder.parent / "victim")
    times(two[1])
    assert (folder.parent / "victim").read_bytes() == b"victim"


def test_without_a_folder_of_its_own_it_is_in_that_of_temporary_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert runtime_folder() == tmp_path / f"finews-{os.getuid()}"


@pytest.mark.slow
def test_doctor_beside_a_crawl_keeps_its_pace(site: Site, world: World, tmp_path: Path) -> None:
    """By the clock of the server, which has one host."""
    delay = 0.25
    requested: list[float] = []

    async def answer(_: web.BaseRequest) -> web.Response:
        requested.append(time.monotonic())
        return web.Response(text="")

    site.room.answer("site", "/", handler=answer)
    settings = {"DOWNLOAD_DELAY": str(delay), "CONCURRENT_REQUESTS_PER_DOMAIN": "1"}
    words = site.words((), settings)
    with site.log.open("wb") as log:
        crawl = forks.start(words, log, log)
    options = words[words.index("-s") :]
    run_forked("doctor", "finews", *options)
    crawl.wait(60)
    assert len(requested) > 6
    assert (
        requested[-1] - requested[0] > delay * (len(requested) - 1) * 0.75
    )  # each alone would keep it, in half the time
