"""A disk that takes names for one that differ in case or form of Unicode only, as those of macOS do.

It is one for `open` and the functions of `os`, in the test's own process.
"""

import builtins
import io
import os
import stat
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

OF_A_PATH = ("open", "stat", "lstat", "unlink", "mkdir", "rmdir", "listdir", "scandir")
OF_TWO = ("rename", "replace", "link")
_lstat, _listdir = os.lstat, os.listdir


def fold_names(monkeypatch: pytest.MonkeyPatch, top: Path) -> None:
    """Fold all names below `top` from now on."""

    def patched(function: Callable[..., Any], paths: int) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            return function(*(_found(top, path) for path in arguments[:paths]), *arguments[paths:], **named)

        return call

    monkeypatch.setattr(builtins, "open", patched(open, 1))
    monkeypatch.setattr(io, "open", open)
    for names, paths in ((OF_A_PATH, 1), (OF_TWO, 2)):
        for name in names:
            monkeypatch.setattr(os, name, patched(getattr(os, name), paths))


def _found(top: Path, path: Any) -> Any:
    """Return the path under the names that are there."""
    text = str(path) if isinstance(path, str | Path) else ""
    if not text.startswith(f"{top}/"):
        return path
    here = str(top)
    for name in text.removeprefix(f"{top}/").split("/"):
        here = f"{here}/{next((other for other in _names(here) if _folded(other) == _folded(name)), name)}"
    return here


def _names(folder: str) -> list[str]:
    try:
        return _listdir(folder) if stat.S_ISDIR(_lstat(folder).st_mode) else []
    except OSError:
        return []


def _folded(name: str) -> str:
    return unicodedata.normalize("NFD", name).casefold()
