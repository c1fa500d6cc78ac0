"""Writes the table of posts into a folder: a file a month and format, only what changed, and all of it or nothing."""

import hashlib
import os
import shutil
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from filelock import FileLock, Timeout

from finews_spider.archive.atomic import sync, sync_folder
from finews_spider.exceptions import ArchiveLockedError, ConfigurationError
from finews_spider.tables import package
from finews_spider.tables.files import PostFile
from finews_spider.tables.formats import FORMATS, Table, table
from finews_spider.tables.package import PICTURES, Package, Resource
from finews_spider.tables.pictures import PictureRow, PictureRows
from finews_spider.tables.rows import COLUMNS, Row, Rows, UnreadPost

STAGING = ".finews-export"  # in it files lie until all are whole; what a killed export left is thrown away
LOCK = Path(".finews/export.lock")  # below the output folder


@contextmanager
def export_lock(output: Path) -> Iterator[None]:
    """Let one export at a time read an archive. Raises ArchiveLockedError during another."""
    try:
        with FileLock(output / LOCK, timeout=0):
            yield
    except Timeout:
        raise ArchiveLockedError(f"another export of {output} goes on; wait for its end") from None


@dataclass
class Export:
    """An export into a folder. What is `selection` is kept with it: a folder has one."""

    folder: Path
    formats: Sequence[str]
    selection: dict[str, str]
    unread: list[UnreadPost] = field(default_factory=list)
    written: list[str] = field(default_factory=list)  # paths in the folder
    rows: int = 0
    pictures: int = 0

    def __post_init__(self) -> None:
        self._staged: list[tuple[Path, str]] = []
        self._package = self._kept()
        known = {entry.format for entry in self._package.resources.values()}
        self.formats = [name for name in FORMATS if name in {*self.formats, *known}]
        self._columns = tuple(name for name in COLUMNS if name not in self._package.columns_left_out)

    def write(
        self,
        files: Iterable[PostFile],
        rows: Rows,
        categories: Sequence[str] = (),
        pictures: PictureRows | None = None,
    ) -> None:
        """Write these posts, and their pictures where there are any. Raises OSError; then the folder is as it was."""
        self._clear()
        (self.folder / STAGING).mkdir(parents=True)
        resources = {path: entry for path, entry in self._package.resources.items() if (self.folder / path).is_file()}
        try:
            for month, found in self._by_month(files, rows, categories):
                lines = [tuple(getattr(row, column) for column in self._columns) for row in found]
                self._files(month, table(self._columns, lines), resources)
                if of_posts := [tuple(one) for row in found for one in pictures.of(row)] if pictures else []:
                    self.pictures += len(of_posts)
                    of = table(PictureRow._fields, of_posts)._replace(name=PICTURES, key=package.PICTURES_KEY)
                    self._files(month, of, resources)
            self._stage_rest(resources)
            self._put_in_place()
        finally:
            self._clear()

    def _kept(self) -> Package:
        """Return what the folder has. Raise ConfigurationError for one that has something else."""
        if os.path.lexists(self.folder) and not self.folder.is_dir():
            raise ConfigurationError(f"{self.folder}: is no folder; name another")
        names = {path.name for path in self.folder.iterdir()} if self.folder.is_dir() else set()
        kept = package.read((self.folder / package.FILE).read_bytes()) if package.FILE in names else None
        others = {name for name in names if not name.startswith(".")}
        if kept is None and others and STAGING not in names:  # where it is, the first export was killed
            raise ConfigurationError(
                f"{self.folder}: is not empty, and no export: {min(others)} is in it; name another folder"
            )
        if kept is not None and kept.selection != self.selection:
            raise ConfigurationError(
                f"{self.folder}: is an export of {_shown(kept.selection)}, not of {_shown(self.selection)};"
                " name another folder"
            )
        return kept or Package(self.selection, {})

    def _by_month(
        self, files: Iterable[PostFile], rows: Rows, categories: Sequence[str]
    ) -> Iterator[tuple[str, list[Row]]]:
        months: dict[str, list[PostFile]] = defaultdict(list)
        for file in files:
            months[file.day[:7]].append(file)
        for month in sorted(months):
            found = []
            for row in map(rows.row, months[month]):
                if isinstance(row, UnreadPost):
                    self.unread.append(row)
                elif not categories or row.category in categories:
                    found.append(row)
            if found:
                self.rows += len(found)
                yield month, sorted(found, key=lambda row: (row.published, row.id))

    def _files(self, month: str, of: Table, resources: dict[str, Resource]) -> None:
        """Write a month's files of a table, and list them."""
        digest = hashlib.sha256(of.lines).hexdigest()
        for name in self.formats:
            path = f"{PICTURES if of.name == PICTURES else name}/{month}.{name}"
            resources[path] = self._file(name, path, of, digest)

    def _file(self, name: str, path: str, of: Table, digest: str) -> Resource:
        """Return what is listed of a file, which is written where it is another than is there."""
        kept = self._package.resources.get(path)
        if kept and kept.digest == digest and kept.hash == _hash_of(self.folder / path):
            return kept
        staged = self._stage(path)
        FORMATS[name](staged, of)
        return Resource(path, name, staged.stat().st_size, _hash_of(staged), len(of.rows), digest)

    def _stage_rest(self, resources: dict[str, Resource]) -> None:
        for name, text in ((package.README, package.readme(self._columns)), (package.CITATION, package.CITATION_TEXT)):
            if not os.path.lexists(self.folder / name):  # afterwards it is the user's
                self._stage(name).write_text(text, encoding="utf-8")
        data = package.datapackage(Package(self.selection, resources), self._columns)
        there = self.folder / package.FILE
        if not there.is_file() or there.read_bytes() != data:
            self._stage(package.FILE).write_bytes(data)

    def _stage(self, path: str) -> Path:
        staged = self.folder / STAGING / path.replace("/", "-")
        self._staged.append((staged, path))
        return staged

    def _put_in_place(self) -> None:
        """Rename all that is whole and on the disk; the list of files comes last."""
        for staged, _ in self._staged:
            if error := sync(str(staged)):
                raise error
        for staged, path in self._staged:
            there = self.folder / path
            there.parent.mkdir(exist_ok=True)
            staged.replace(there)
            self.written.append(path)
        for folder in {(self.folder / path).parent for path in self.written}:
            if error := sync_folder(str(folder)):
                raise error

    def _clear(self) -> None:
        shutil.rmtree(self.folder / STAGING, ignore_errors=True)


def _hash_of(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}"
    except OSError:
        return ""


def _shown(selection: Mapping[str, str]) -> str:
    return ", ".join(f"{name}={value}" for name, value in sorted(selection.items())) or "all posts"
