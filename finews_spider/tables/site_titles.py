"""The files of the index of titles in a site: written where they changed, and again when many posts have come."""

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

from finews_spider.archive.atomic import write_all
from finews_spider.tables.index import PostIndex, use
from finews_spider.tables.rows import UnreadPost
from finews_spider.tables.titles import FOLDER, MONTHS, files

STEP = 300  # posts; half of those that search.json has beside the index


class Written(NamedTuple):
    """What became of the files, and the posts that could not be read."""

    files: int
    written: int
    removed: int
    unread: list[UnreadPost]


def is_due(output: Path, posts: int) -> bool:
    """Return whether a site that has the index, and so many posts to build, should have it written again."""
    try:
        listed = json.loads((output / MONTHS).read_text(encoding="utf-8"))["posts"]
        return not 0 <= posts - int(listed) < STEP
    except FileNotFoundError:
        return False  # it is not wanted
    except (OSError, ValueError, KeyError, TypeError):
        return True


def refresh(output: Path, note: Callable[[Iterable[str]], None]) -> Written:
    """Write what changed; `note` hears of it before. Raises OSError, DiskError."""

    def make(index: PostIndex) -> tuple[list[UnreadPost], dict[str, str]]:
        return index.sync(), files(index)

    unread, texts = use(output, make)
    there = {path.relative_to(output).as_posix() for path in (output / FOLDER).glob("*/*.json")}
    changed = [path for path, text in texts.items() if _text(output / path) != text]
    gone = sorted(there - texts.keys())
    note([*changed, *gone])
    for paths in [path for path in changed if path != MONTHS], [path for path in changed if path == MONTHS]:
        errors, _ = write_all(output, [(output / path, texts[path]) for path in paths])
        for error in filter(None, errors):
            raise error
    for path in gone:
        (output / path).unlink(missing_ok=True)
    return Written(len(texts), len(changed), len(gone), unread)


def _text(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None
