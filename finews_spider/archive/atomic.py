"""Atomic, synced writing of files inside the output folder."""

import errno
import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

TEMPORARY = Path(".finews/tmp")  # where files are written before they are renamed

# By folder: its mtime in ns before and after files were written to it; 0: there was no folder.
Changes = Mapping[str, tuple[int, int]]


def write_all(output: Path, batch: list[tuple[Path, str]]) -> tuple[list[Exception | None], Changes]:
    """Write temporary files, sync them, rename them to their paths, and sync the folders.

    Return for each file what went wrong, if anything, and the folders' changes. All files are written before the first
    is synced, so that the disk can take them together. After cleaning this is a run's hottest code, hence plain strings
    and file descriptors.
    """
    files = [_File(str(path), f"{output / TEMPORARY}/{path.name}") for path, _ in batch]
    before = {folder: _mtime(folder) for folder in {file.folder for file in files}}
    outside = {folder: _outside(output, folder) for folder in before}
    for file, (_, text) in zip(files, batch, strict=True):
        file.error = outside[file.folder]
        file.attempt(file.write, text)
    for file in files:
        file.attempt(file.finish)
    synced = {folder: _sync(folder) for folder in before}
    changes = {folder: (time, _mtime(folder)) for folder, time in before.items()}
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

    def __init__(self, path: str, temporary: str) -> None:
        self.path = path
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

    def write(self, text: str) -> None:
        """Write the temporary file. Raise OSError, and ValueError for a text with half a character."""
        with open(self.temporary, "wb", opener=_no_link) as file:
            file.write(text.encode())

    def finish(self) -> None:
        """Sync the temporary file, and only then rename it. Raise OSError."""
        if error := _sync(self.temporary):
            raise error
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
    _sync(parent)


def _no_link(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NOFOLLOW, 0o644)


def _mtime(folder: str) -> int:
    try:
        return os.stat(folder).st_mtime_ns  # noqa: PTH116
    except OSError:
        return 0


def _sync(path: str) -> OSError | None:
    """Sync a file's content or a folder's entries to the disk; return what went wrong, if anything."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        return error
    return None
