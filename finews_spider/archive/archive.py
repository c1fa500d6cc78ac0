"""The archive: all posts under one output folder. It is the truth about what is kept."""

import asyncio
import hashlib
import logging
import os
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from pathlib import Path
from typing import NamedTuple, Protocol

from finews_spider.archive import category_pages, edited, posts
from finews_spider.archive.atomic import Changes, write_all
from finews_spider.archive.paths import BY_DAY, POSTS
from finews_spider.exceptions import DiskError
from finews_spider.items import Article
from finews_spider.ledger.posts import Index, Post, is_post
from finews_spider.ledger.unpublished import Unpublished
from finews_spider.printable import printable
from finews_spider.sources import known

logger = logging.getLogger(__name__)

BATCH_SECONDS = (
    0.05  # seconds in which posts come together to be written at once: a thread's switch costs more than a post
)


class PostWitness(Protocol):
    """What notes something of posts: where they are from, say. It is on the disk before they are, or they are not."""

    def note(self, posts: Sequence["PendingPost"]) -> None:
        """Write what has to be known of posts that are about to be written. Raises OSError or DiskError."""

    def sync(self) -> None:
        """Bring that to the disk, in the thread that writes posts. Raises OSError."""


class Archive:
    """The posts of one output folder, in any layout. One run at a time writes to it."""

    def __init__(self, output: Path, index: Index, pattern: str = BY_DAY) -> None:
        self.output = output
        self.pattern = pattern
        self.witnesses: list[PostWitness] = []
        self._index = index
        self._pages: dict[str, asyncio.Task[None]] = {}  # by slug, written or being written
        self._pending: list[PendingPost] = []
        self._writer: asyncio.Task[None] | None = None
        self._thread = ThreadPoolExecutor(1, "archive")

    def __len__(self) -> int:
        return len(self._index)

    def __contains__(self, id_: str) -> bool:
        """Whether the article has a post in the id's own family."""
        return id_ in self._index

    def known(self, ids: Iterable[str]) -> set[str]:
        """Return those of the ids that have a post; to look for many together costs much less than for each."""
        return self._index.known(ids)

    def count_by_day(self) -> dict[date, int]:
        """Return how many posts each day has."""
        return self._index.count_by_day()

    def count_to_build(self) -> int:
        """Return how many posts Jekyll builds, but for a collection of old ones."""
        return self._index.count_below(POSTS)

    @property
    def unpublished(self) -> Unpublished:
        """What finews wrote and no commit has yet."""
        return self._index.unpublished

    def sync(self) -> tuple[int, int]:
        """Take note of what others did; how many posts came, and how many are gone."""
        return self._index.sync()

    def path(self, id_: str, time: datetime) -> Path:
        """Where a new post of that id and time belongs. Raises ValueError for what is no id."""
        if not known.is_id(id_):
            raise ValueError(f"not an id: {id_[:60]!r}")
        year, month, day = time.date().isoformat().split("-")
        return self.output / self.pattern.format(id=id_, year=year, month=month, day=day)

    def where(self, id_: str) -> str:
        """Return where the post of that id lies, below the output folder; empty where there is none."""
        path = self._index.path(id_)
        return self._relative(path) if path else ""

    def read(self, id_: str) -> Article | None:
        """The article of a post; None where there is none, or none that finews wrote, which is said."""
        path = self._index.path(id_)
        try:
            return posts.parse(path.read_text(encoding="utf-8"), id_) if path else None
        except (OSError, ValueError) as error:
            why = (error.strerror if isinstance(error, OSError) else None) or "it is no post as finews writes them"
            logger.warning("%s: %s; the command verify tells more", printable(str(path)), why)
            return None

    def has_come(self, id_: str, time: datetime) -> bool:
        """Return whether somebody else put a post there since the run began; then it is known from now on."""
        path = self.path(id_, time)
        if not (is_post(path) and path in path.parent.iterdir()):  # the disk may ignore case
            return False
        self._index.add([Post(id_, self._relative(path.parent), path.name)], {}, written=False)
        return True

    async def ensure_page(self, slug: str, tag: str) -> None:
        """Write the category's page where there is none: before its post, so that a run may be killed at any moment.

        Raises OSError or DiskError where the disk refuses.
        """
        if slug not in self._pages:
            self._pages[slug] = asyncio.create_task(self._write_page(slug, tag))
        await self._pages[slug]

    async def _write_page(self, slug: str, tag: str) -> None:
        if not category_pages.find(self.output, slug):
            self.unpublished.note([category_pages.path(slug)])
            await asyncio.to_thread(category_pages.ensure, self.output, {slug: tag})

    async def add(self, id_: str, time: datetime, text: str) -> None:
        """Write a post; when this returns, it is on disk, whole, under its name, and known.

        Raises PathTakenError where a file has that name, as the disk compares names; OSError or DiskError where it
        refuses.
        """
        await self._write(id_, self.path(id_, time), text, is_new=True)

    async def rewrite(self, id_: str, text: str, seen: datetime) -> None:
        """Write the post of an article that was edited, where it is; the site is told when that was seen, before."""
        path = self._index.path(id_)
        assert path
        is_told = edited.is_kept(self.output)
        self.unpublished.note([self._relative(path), *([edited.FILE] if is_told else [])])
        if is_told:
            await asyncio.get_running_loop().run_in_executor(self._thread, edited.note, self.output, id_, seen)
        await self._write(id_, path, posts.in_place_of(path.read_text(encoding="utf-8"), text))

    async def _write(self, id_: str, path: Path, text: str, *, is_new: bool = False) -> None:
        """Write it with the posts that come together, in a thread, so that syncing them delays nothing else."""
        pending = PendingPost(id_, path, text, is_new, asyncio.get_running_loop().create_future())
        self._pending.append(pending)
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write_pending())
        await pending.written

    async def _write_pending(self) -> None:
        now = asyncio.get_running_loop().time
        wait = BATCH_SECONDS
        while self._pending:
            await asyncio.sleep(wait)
            began = now()
            batch, self._pending = self._pending, []
            try:
                errors = await self._write_batch(batch)
            except Exception as fault:  # noqa: BLE001  # whoever waits has to hear of it, or waits for ever
                errors = [fault] * len(batch)
            for pending, error in zip(batch, errors, strict=True):
                if pending.written.cancelled():
                    continue
                if error:
                    pending.written.set_exception(error)
                else:
                    pending.written.set_result(None)
            wait = max(0.0, BATCH_SECONDS - (now() - began))  # while a slow disk writes, others have come together

    async def _write_batch(self, batch: list["PendingPost"]) -> list[Exception | None]:
        texts = [(pending.path, pending.text) for pending in batch]
        new = {pending.path for pending in batch if pending.is_new}
        loop = asyncio.get_running_loop()
        for witness in self.witnesses:
            witness.note(batch)
            await loop.run_in_executor(self._thread, witness.sync)
        errors, folders = await loop.run_in_executor(self._thread, write_all, self.output, texts, new)
        return self._note(batch, errors, folders)

    def _note(
        self, batch: list["PendingPost"], errors: list[Exception | None], folders: Changes
    ) -> list[Exception | None]:
        """Index the posts that are on disk; return what went wrong with each of the batch, if anything."""
        on_disk = [pending for pending, error in zip(batch, errors, strict=True) if not error]
        changes = {self._relative(folder): times for folder, times in folders.items()}
        try:
            self._index.add([self._written(pending) for pending in on_disk], changes)
        except DiskError as error:
            return [own or error for own in errors]
        return errors

    def _written(self, pending: "PendingPost") -> Post:
        sha256 = hashlib.sha256(pending.text.encode()).digest()
        return Post(pending.id, self._relative(pending.path.parent), pending.path.name, sha256)

    def _relative(self, path: str | Path) -> str:
        """Return a path of the output folder as it is below that."""
        return str(path).removeprefix(f"{self.output}{os.sep}").replace(os.sep, "/")


class PendingPost(NamedTuple):
    """A post that is to be written, and who waits for it."""

    id: str
    path: Path
    text: str
    is_new: bool
    written: asyncio.Future[None]
