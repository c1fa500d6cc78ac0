"""Files that appear whole or not at all, and that last."""

import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

# When names in a folder had changed, in ns, before and after files were written to it; 0: there was no folder.
Changes = Mapping[str, tuple[int, int]]


def write_all(aside: Path, batch: list[tuple[Path, str]]) -> tuple[list[Exception | None], Changes]:
    """Write each text aside, sync it, give it its name, and sync the folders; what went wrong with each, if anything.

    All are written before the first is synced, so that the disk can take them together. This is a run's hottest code
    besides cleaning, hence plain strings and handles.
    """
    files = [_File(str(path), f"{aside}/{path.name}") for path, _ in batch]
    before = {folder: _changed(folder) for folder in {file.folder for file in files}}
    for file, (_, text) in zip(files, batch, strict=True):
        file.attempt(file.write, text)
    for file in files:
        file.attempt(file.finish)
    synced = {folder: _sync(folder) for folder in before}
    changes = {folder: (time, _changed(folder)) for folder, time in before.items()}
    return [file.error or synced[file.folder] for file in files], changes


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
        with open(self.aside, "wb") as file:  # noqa: PTH123
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
