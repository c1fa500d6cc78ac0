"""Files that appear whole or not at all, that last, and that lie in the output folder."""

import errno
import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

ASIDE = Path(".finews/tmp")  # where files are written before they get their names

# When names in a folder had changed, in ns, before and after files were written to it; 0: there was no folder.
Changes = Mapping[str, tuple[int, int]]


def write_all(output: Path, batch: list[tuple[Path, str]]) -> tuple[list[Exception | None], Changes]:
    """Write each text aside, sync it, give it its name, and sync the folders; what went wrong with each, if anything.

    All are written before the first is synced, so that the disk can take them together. This is a run's hottest code
    besides cleaning, hence plain strings and handles.
    """
    files = [_File(str(path), f"{output / ASIDE}/{path.name}") for path, _ in batch]
    before = {folder: _changed(folder) for folder in {file.folder for file in files}}
    outside = {folder: _outside(output, folder) for folder in before}
    for file, (_, text) in zip(files, batch, strict=True):
        file.error = outside[file.folder]
        file.attempt(file.write, text)
    for file in files:
        file.attempt(file.finish)
    synced = {folder: _sync(folder) for folder in before}
    changes = {folder: (time, _changed(folder)) for folder, time in before.items()}
    return [file.error or synced[file.folder] for file in files], changes


def check_inside(output: Path, folder: Path) -> None:
    """Raises OSError where a link in the output folder would have files of that folder lie elsewhere."""
    if error := _outside(output, str(folder)):
        raise error


def _outside(output: Path, folder: str) -> OSError | None:
    top = os.path.realpath(output)
    real = os.path.realpath(folder)
    if os.path.commonpath((top, real)) == top:
        return None
    return OSError(errno.EPERM, f"a link leads out of the output folder, to {real}; take it away", folder)


class _File:
    """A file on its way to its place."""

    def __init__(self, path: str, aside: str) -> None:
        self.path = path
        self.aside = aside
        self.folder = os.path.dirname(path)  # noqa: PTH120
        self.error: Exception | None = None

    def attempt(self, step: Callable[..., None], *arguments: object) -> None:
        """Take a step, unless one before it failed."""
        try:
            if not self.error:
                step(*arguments)
        except (OSError, ValueError) as error:  # ValueError: a text that is not Unicode
            self.error = error
            with suppress(OSError):
                os.unlink(self.aside)  # noqa: PTH108

    def write(self, text: str) -> None:
        """Aside, where nobody looks; half a file is no harm there."""
        with open(self.aside, "wb", opener=_no_link) as file:
            file.write(text.encode())

    def finish(self) -> None:
        """On disk first, then under its name."""
        if error := _sync(self.aside):
            raise error
        try:
            os.rename(self.aside, self.path)  # noqa: PTH104
        except FileNotFoundError:
            _make(self.folder)
            os.rename(self.aside, self.path)  # noqa: PTH104


def _make(folder: str) -> None:
    """The folder and those above it, which have to last too."""
    above = os.path.dirname(folder)  # noqa: PTH120
    if not os.path.isdir(above):  # noqa: PTH112
        _make(above)
    os.makedirs(folder, exist_ok=True)  # noqa: PTH103
    _sync(above)


def _no_link(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NOFOLLOW, 0o644)


def _changed(folder: str) -> int:
    try:
        return os.stat(folder).st_mtime_ns  # noqa: PTH116
    except OSError:
        return 0


def _sync(path: str) -> OSError | None:
    """Make a file's text, or a folder's names, last; what went wrong, if anything."""
    try:
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
    except OSError as error:
        return error
    return None
