"""Writes the pages: only those that changed, whole or not at all, and never over what is somebody else's."""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from finews_spider.archive.atomic import check_inside, write_all
from finews_spider.exceptions import DiskError
from finews_spider.ledger.database import Ledger
from finews_spider.ledger.facts import Fact, Facts
from finews_spider.ledger.owed import OwedArticle
from finews_spider.ledger.unpublished import Unpublished
from finews_spider.overview.figures import gather
from finews_spider.overview.index import pages
from finews_spider.overview.page import MARK
from finews_spider.sources.base import Source
from finews_spider.tables.rows import UnreadPost

FOLDER = "overview"
_HEAD = 1000  # bytes in which the mark of a page stands


def regular(sources: Mapping[str, Source]) -> list[str]:
    """Return the names of the sources that runs read where none is named."""
    return [name for name, source in sources.items() if source.enabled and not source.is_archive]


class Updated(NamedTuple):
    """The files that were written or deleted, below the output folder, and the posts that could not be read."""

    files: list[str]
    unread: list[UnreadPost]


class Overview:
    """The pages of one archive."""

    def __init__(self, ledger: Ledger, owed: Iterable[OwedArticle], sources: Sequence[str]) -> None:
        self._ledger, self._owed, self._sources = ledger, owed, sources

    def update_daily(self, now: datetime, running: str) -> list[str]:
        """Bring the pages up to date, unless that was done today; return warnings of what went wrong."""
        try:
            if Facts(self._ledger).text(Fact.OVERVIEW) != f"{now.date()}":
                self.update(now, running)
        except (DiskError, OSError, sqlite3.Error) as error:
            return [f"the overview could not be written, the next run tries again: {error}"]
        return []

    def update(self, now: datetime, running: str = "") -> Updated:
        """Bring the pages up to date. Raises DiskError, OSError; FileExistsError for what is not finews's own."""
        output = self._ledger.output
        figures = gather(output, self._ledger, self._owed, self._sources, now, running)
        files = write_pages(output, pages(figures), Unpublished(self._ledger))
        Facts(self._ledger).keep_text(Fact.OVERVIEW, f"{now.date()}")
        return Updated(files, figures.posts.unread)


def write_pages(output: Path, made: dict[str, str], unpublished: Unpublished) -> list[str]:
    """Write the pages that differ, delete those of years that are no more, and return their files. Raises OSError."""
    folder = output / FOLDER
    check_inside(output, folder)
    there = {path.name: path for path in folder.glob("*.html")} if folder.is_dir() else {}
    ours = {name for name, path in there.items() if _is_ours(path)}
    for name in made.keys() & there.keys() - ours:
        raise FileExistsError(f"{folder / name} is not of finews; move it away, or set FINEWS_OVERVIEW=off")
    kept = {name: there[name].read_bytes() for name in ours & made.keys()}
    changed = {name: page for name, page in made.items() if kept.get(name) != page.encode()}
    stale = sorted(name for name in ours - made.keys() if name[:-5].isdecimal())
    files = [f"{FOLDER}/{name}" for name in (*changed, *stale)]
    if files:
        unpublished.note(files)
        errors, _ = write_all(output, [(folder / name, page) for name, page in changed.items()])
        for error in filter(None, errors):
            raise error
    for name in stale:
        there[name].unlink()
    return files


def _is_ours(path: Path) -> bool:
    with path.open("rb") as file:
        return MARK.encode() in file.read(_HEAD)
