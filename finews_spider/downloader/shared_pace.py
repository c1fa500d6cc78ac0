"""One pace for a host, whichever of a user's commands send it requests: a crawl, and `doctor` beside it."""

import asyncio
import fcntl
import logging
import os
import stat
import struct
import tempfile
import time
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

logger = logging.getLogger(__name__)

MAX_AHEAD = 3600.0  # seconds; what lies further ahead was noted before the machine started
TOLERANCE = 0.01  # seconds; a host does not notice, and Scrapy's own delay is as exact
TRIES, PAUSE = 100, 0.01  # to lock a file that others hold for microseconds
_TIME = struct.Struct("d")


class SharedPace:
    """Times of the next requests to hosts, in a file for each; by the clock that all processes of a machine share."""

    def __init__(self, folder: Path | None) -> None:
        """`folder` is the user's own; None: commands do not know of each other."""
        self._folder = folder
        self._files: dict[str, int | None] = {}  # descriptors by netloc; None: there can be none

    async def wait(self, netloc: str, delay: float) -> None:
        """Return when the host may get a request, `delay` seconds after the last of any command."""
        if not delay or self._folder is None:
            return
        file = self._file(self._folder, netloc)
        if file is not None and (pause := await _reserve(file, delay)) > TOLERANCE:
            await asyncio.sleep(pause)

    def hold(self, netloc: str, seconds: float) -> None:
        """Have no command send the host a request for so long."""
        if self._folder is None or (file := self._file(self._folder, netloc)) is None:
            return
        with suppress(OSError):  # a full disk
            os.pwrite(file, _TIME.pack(time.monotonic() + seconds), 0)

    def _file(self, folder: Path, netloc: str) -> int | None:
        if netloc not in self._files:
            self._files[netloc] = _open(folder / sha256(netloc.encode()).hexdigest()[:32])
        return self._files[netloc]

    def close(self) -> None:
        """Close the files."""
        for file in self._files.values():
            if file is not None:
                os.close(file)
        self._files.clear()


async def _reserve(file: int, delay: float) -> float:
    """Note when the next request is sent, and return in how many seconds that is."""
    for _ in range(TRIES):
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            await asyncio.sleep(PAUSE)
            continue
        try:
            now = time.monotonic()
            at = max(now, _last(file, now) + delay)
            os.pwrite(file, _TIME.pack(at), 0)
            return at - now
        except OSError:  # a full disk
            return 0.0
        finally:
            fcntl.flock(file, fcntl.LOCK_UN)
    return 0.0


def _last(file: int, now: float) -> float:
    data = os.pread(file, _TIME.size, 0)
    last: float = _TIME.unpack(data)[0] if len(data) == _TIME.size else 0.0
    return last if 0 <= last <= now + MAX_AHEAD else 0.0


def _open(path: Path) -> int | None:
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except OSError as error:
        logger.info("%s cannot be opened (%s): other commands do not share the pace of a host", path, error.strerror)
        return None


def runtime_folder() -> Path | None:
    """Return a folder that only this user can write to, made where there is none; None where that cannot be.

    In the folder of temporary files, anybody may have made one of that name, or a link.
    """
    own = os.environ.get("XDG_RUNTIME_DIR", "")
    folder = Path(own, "finews") if own else Path(tempfile.gettempdir(), f"finews-{os.getuid()}")
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
    except OSError:
        return None
    is_own = stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and not found.st_mode & 0o077
    return folder if is_own else None
