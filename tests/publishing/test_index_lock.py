"""git's index.lock: what fails is undone, what a killed run left is recognised, what a live process holds is left."""

import errno
import fcntl
import os
import re
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from finews_spider.exceptions import PublishError
from finews_spider.publishing.index_lock import index_lock
from tests.support.trees import POST, Tree, set_identity

OTHER = "_posts/2026/11/22/2026-11-22-NW202611220000000002.md"
STEPS: dict[str, tuple[Any, str]] = {
    "open": (os, "open"),
    "flock": (fcntl, "flock"),
    "write": (os, "write"),
    "fsync": (os, "fsync"),
    "link": (os, "link"),
    "unlink": (Path, "unlink"),
}


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tree:
    """Return a repository with a commit of a person's."""
    set_identity(tmp_path / "home", monkeypatch)
    site = Tree(tmp_path / "site")
    site.folder.mkdir()
    site.git("init", "-q")
    site.save("_config.yml")
    return site


def left(site: Tree) -> list[str]:
    """Return the names in .git that a lock leaves, and that are not there otherwise."""
    return sorted(path.name for path in (site.folder / ".git").rglob("*") if re.search("lock|finews", path.name))


def handles() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def fail(*_: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def in_vain(handle: int, data: bytes) -> int:
    """Write what fits on a disk that fills."""
    return len(data) - 3


@pytest.mark.parametrize(
    ("step", "instead"), [*((step, fail) for step in STEPS if step != "unlink"), ("write", in_vain)]
)
def test_a_lock_that_cannot_be_taken_is_undone(
    site: Tree, monkeypatch: pytest.MonkeyPatch, step: str, instead: Callable[..., object]
) -> None:
    before = handles()
    lock = site.folder / ".git" / "index.lock"
    with monkeypatch.context() as patch:
        patch.setattr(*STEPS[step], instead)
        with pytest.raises(PublishError, match=r"index\.lock cannot be written: No space left"), index_lock(lock):
            pass
    assert left(site) == []
    assert handles() == before
    assert site.commit(site.write(POST)).files == 1


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("step", STEPS)
def test_a_lock_is_recognised_whatever_step_was_the_last(site: Tree, step: str, when: str) -> None:
    """A run that is killed leaves nothing that the next one, or a person's git, stumbles over for good."""
    child = os.fork()
    if not child:
        die_at(step, when)
        with index_lock(site.folder / ".git" / "index.lock"):
            os.kill(os.getpid(), signal.SIGKILL)
    assert os.waitpid(child, 0)[1] == signal.SIGKILL
    assert site.commit(site.write(POST)).files == 1
    assert left(site) == []
    site.save("by hand")


def die_at(step: str, when: str) -> None:
    """Have this process killed before or after its next call of that step."""
    module, name = STEPS[step]
    call = getattr(module, name)

    def die(*arguments: object, **options: object) -> None:
        if when == "after":
            call(*arguments, **options)
        os.kill(os.getpid(), signal.SIGKILL)

    setattr(module, name, die)


@pytest.mark.parametrize("content", [b"", b"DIRC", b"finews, or nearly"])
def test_a_lock_of_another_is_left_alone(site: Tree, content: bytes) -> None:
    lock = site.folder / ".git" / "index.lock"
    lock.write_bytes(content)
    with pytest.raises(FileExistsError), index_lock(lock):
        pass
    assert lock.read_bytes() == content
    assert left(site) == ["index.lock"]


def test_a_lock_that_a_live_run_holds_is_left_alone(site: Tree) -> None:
    lock = site.folder / ".git" / "index.lock"
    with index_lock(lock):
        with pytest.raises(FileExistsError), index_lock(lock):
            pass
        assert lock.read_bytes() == b"finews"
    assert left(site) == []


@pytest.mark.parametrize("why", [errno.EPERM, errno.ENOTSUP])
@pytest.mark.parametrize("is_full", [False, True])
def test_a_file_system_without_hard_links(site: Tree, monkeypatch: pytest.MonkeyPatch, why: int, is_full: bool) -> None:
    lock = site.folder / ".git" / "index.lock"

    def link(*_: object) -> None:
        if is_full:
            monkeypatch.setattr(os, "write", fail)
        raise OSError(why, os.strerror(why))

    monkeypatch.setattr(os, "link", link)
    if is_full:
        with pytest.raises(PublishError, match="No space left"), index_lock(lock):
            pass
    else:
        with index_lock(lock):
            assert lock.read_bytes() == b"finews"
    monkeypatch.undo()
    assert left(site) == []


@pytest.fixture
def full(site: Tree) -> Iterator[Callable[[], None]]:
    """Return what fills .git, which has a disk of its own, but for so many bytes; call it again to mend it."""
    git = site.folder / ".git"
    kept = site.folder.with_name("kept.git")
    git.rename(kept)
    git.mkdir()
    try:
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", git], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("a tmpfs cannot be mounted here")
    subprocess.run(["cp", "-a", f"{kept}/.", git], check=True)
    filler = git / "filler"

    def fill(free: int = 0) -> None:
        filler.write_bytes(bytes(8))
        size = os.statvfs(git).f_bavail * 4096 - free
        with filler.open("ab") as file:
            file.write(bytes(max(size, 0)))

    yield fill
    subprocess.run(["umount", "--lazy", git], check=True)


@pytest.mark.slow
@pytest.mark.parametrize("pages", range(12))
def test_a_full_disk_leaves_a_repository_that_works_when_there_is_room(
    site: Tree, full: Callable[[int], None], pages: int
) -> None:
    """However far publishing comes before the disk is full."""
    full(pages * 4096)
    with suppress(PublishError):
        site.commit(site.write(POST))
    assert left(site) == []
    (site.folder / ".git" / "filler").unlink()
    site.save("by hand")
    assert site.commit(site.write(POST, "once more"), site.write(OTHER)).files == 2
    site.git("fsck", "--strict")
