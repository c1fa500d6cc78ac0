"""git's `index.lock`, taken as git takes it, but so that one which a killed finews left is known for finews's own."""

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from finews_spider.exceptions import PublishError

_CONTENT = b"finews"  # of our lock; git's has something else
_DRAFT = "finews-lock."  # and a process's number
_NO_LINKS = frozenset({errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK})


@contextmanager
def index_lock(lock: Path) -> Iterator[None]:
    """Hold the lock. Raise FileExistsError where another process does, PublishError where it cannot be written.

    It comes into being whole and flocked: one with our content that nobody holds was left by a finews that was killed.
    """
    _remove_stale(lock)
    try:
        handle = _create(lock)
    except FileExistsError:
        raise
    except OSError as error:
        raise PublishError(f"{lock} cannot be written: {error.strerror}") from error
    try:
        yield
    finally:
        lock.unlink(missing_ok=True)
        os.close(handle)


def _create(lock: Path) -> int:
    """Return the descriptor of the new lock; nothing is left of one that cannot be made. Raise OSError."""
    draft = lock.with_name(f"{_DRAFT}{os.getpid()}")
    try:
        handle = _write(draft, os.O_TRUNC)
        try:
            os.link(draft, lock)
        except OSError as error:
            os.close(handle)
            if error.errno not in _NO_LINKS:
                raise
            return _write_whole(lock)
        return handle
    finally:
        draft.unlink(missing_ok=True)


def _write_whole(lock: Path) -> int:
    """Return the descriptor, where the file system has no hard links."""
    try:
        return _write(lock, os.O_EXCL)
    except FileExistsError:
        raise
    except OSError:
        lock.unlink(missing_ok=True)
        raise


def _write(path: Path, flag: int) -> int:
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | flag, 0o666)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        if os.write(handle, _CONTENT) != len(_CONTENT):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
        os.fsync(handle)  # after a power cut it would be empty, and nobody's
    except BaseException:
        os.close(handle)
        raise
    return handle


def _remove_stale(lock: Path) -> None:
    """Remove what a finews left that was killed: its lock, and one that it was about to make."""
    for path in (lock, *lock.parent.glob(f"{_DRAFT}*")):
        with suppress(OSError), path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)  # fails where a run holds it
            is_ours = file.read() == _CONTENT or path.name.startswith(_DRAFT)
            if is_ours and os.path.samestat(os.fstat(file.fileno()), path.stat()):  # nobody was quicker
                path.unlink()
