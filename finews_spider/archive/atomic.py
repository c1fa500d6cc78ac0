"""Atomic, synced writing of files inside the output folder."""

import errno
import os
import sys
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from itertools import count
from pathlib import Path

from finews_spider.ledger.stamps import NO_FOLDER, stamp_of

TEMPORARY = Path(".finews/tmp")  # where files are written before they are renamed

# By folder: its stamp before and after files were written to it.
Changes = Mapping[str, tuple[str, str]]

# What the file systems of shares and virtual machines say to a sync of a folder: they do not offer it.
_NOT_OFFERED = frozenset({errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS})


class PathTakenError(OSError):
    """At a file's path stands what is no file, or in place of its folder what is no folder; the message says what."""

    def __init__(self, taken: str) -> None:
        super().__init__(errno.EEXIST, "something else stands in its place; move it away", taken)


_numbers = count()


def write_all(
    output: Path, batch: Sequence[tuple[Path, str | bytes]], new: Collection[Path] = ()
) -> tuple[list[Exception | None], Changes]:
    """Write temporary files, sync them, rename them to their paths, and sync the folders.

    Those that are `new` replace no file. Return for each file what went wrong, if anything, and the folders' changes.
    All files are written before the first is synced, so that the disk can take them together. After cleaning this is a
    run's hottest code, hence plain strings and file descriptors.
    """
    # Two names may be one file: on a disk that ignores case, or because another process writes a report.
    own = f"{output / TEMPORARY}/{os.getpid()}"
    files = [_File(str(path), f"{own}-{next(_numbers)}-{path.name}", is_new=path in new) for path, _ in batch]
    before = {folder: _stamp(folder) for folder in {file.folder for file in files}}
    outside = {folder: _outside(output, folder) for folder in before}
    for file, (_, content) in zip(files, batch, strict=True):
        file.error = outside[file.folder]
        file.attempt(file.write, content)
    for file in files:
        file.attempt(file.finish)
    synced = {folder: sync_folder(folder) for folder in before}
    changes = {folder: (stamp, _stamp(folder)) for folder, stamp in before.items()}
    return [file.error or synced[file.folder] for file in files], changes


def check_inside(output: Path, folder: Path) -> None:
    """Raise OSError where a symbolic link leads the folder out of the output folder."""
    if error := _outside(output, str(folder)):
        raise error


def _outside(output: Path, folder: str) -> OSError | None:
    top = os.path.realpath(output)
    real = os.path.realpath(folder)
    if os.path.commonpath((top, real)) == top:
        return None
    return OSError(errno.EPERM, f"a link leads out of the output folder, to {real}; remove it", folder)


class _File:
    """A file that is written in steps, and the error of the step that failed."""

    def __init__(self, path: str, temporary: str, *, is_new: bool) -> None:
        self.path = path
        self.is_new = is_new
        self.temporary = temporary
        self.folder = os.path.dirname(path)  # noqa: PTH120
        self.error: Exception | None = None

    def attempt(self, step: Callable[..., None], *arguments: object) -> None:
        """Take a step, unless an earlier one failed."""
        try:
            if not self.error:
                step(*arguments)
        except (OSError, ValueError) as error:  # ValueError: a text that is not Unicode
            self.error = error
            with suppress(OSError):
                os.unlink(self.temporary)  # noqa: PTH108

    def write(self, content: str | bytes) -> None:
        """Write the temporary file. Raise OSError, and ValueError for a text with half a character."""
        with open(self.temporary, "wb", opener=_no_link) as file:
            file.write(content.encode() if isinstance(content, str) else content)
            file.flush()
            _begin_sync(file.fileno())

    def finish(self) -> None:
        """Sync the temporary file, and only then rename it. Raise OSError."""
        if error := sync(self.temporary):
            raise error
        if os.path.lexists(self.path) and not self._may_replace():
            raise PathTakenError(self.path)
        try:
            self._rename()
        except (FileExistsError, NotADirectoryError) as error:
            raise PathTakenError(_taken(self.folder)) from error

    def _may_replace(self) -> bool:
        """Return whether what is there may be replaced: a file, not a link to nothing; by a new one, an empty file."""
        return os.path.isfile(self.path) and not (self.is_new and os.path.getsize(self.path))  # noqa: PTH113, PTH202

    def _rename(self) -> None:
        try:
            os.rename(self.temporary, self.path)  # noqa: PTH104
        except FileNotFoundError:
            _make(self.folder)
            os.rename(self.temporary, self.path)  # noqa: PTH104


def _make(folder: str) -> None:
    """Make the folder and its parents, and sync each parent: a new folder is lost in a power cut too."""
    parent = os.path.dirname(folder)  # noqa: PTH120
    if not os.path.isdir(parent):  # noqa: PTH112
        _make(parent)
    os.makedirs(folder, exist_ok=True)  # noqa: PTH103
    sync(parent)


def _taken(folder: str) -> str:
    """Return what stands in place of the folder, or of one above it."""
    while not os.path.lexists(folder):
        folder = os.path.dirname(folder)  # noqa: PTH120
    return folder


def _no_link(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NOFOLLOW, 0o644)


def _stamp(folder: str) -> str:
    try:
        return str(stamp_of(folder) or NO_FOLDER)
    except OSError:
        return NO_FOLDER


def _begin_sync(descriptor: int) -> None:
    """Have the system begin to bring a file to the disk, where it takes such advice: the sync later waits for less."""
    if sys.platform == "linux":
        with suppress(OSError):
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)


def sync_folder(folder: str) -> OSError | None:
    """Sync a folder's names, where its file system offers that; return what went wrong, if anything."""
    error = sync(folder)
    return None if error and error.errno in _NOT_OFFERED else error


def sync(path: str) -> OSError | None:
    """Sync a file's content or a folder's names to the disk; return what went wrong, if anything."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        return error
    return None
