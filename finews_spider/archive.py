"""The archive: all posts under one output folder. It is the truth about what is kept."""

import asyncio
import os
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout

from finews_spider import ids, posts
from finews_spider.dates import BEIJING
from finews_spider.errors import HeldError, MistakeError
from finews_spider.items import Article

FOLDERS = ("_posts", "old_post", "_old_post")  # the last is old_post as a collection, which Jekyll builds
BY_DAY = "_posts/{year}/{month}/{day}/{year}-{month}-{day}-{id}.md"
FLAT = "_posts/{year}-{month}-{day}-{id}.md"
POST_PATHS = {"by-day": BY_DAY, "flat": FLAT}

GATHERING = 0.05  # seconds in which posts come together to be written at once: a thread's switch costs more than a post

_PATTERN = re.compile(r"_posts/(?:[\w.-]+/|\{(?:year|month|day)\}/)*\{year\}-\{month\}-\{day\}-\{id\}\.(?:md|markdown)")


def post_pattern(value: str) -> str:
    """The pattern of post paths that the setting FINEWS_POST_PATH gives, by name or as it is.

    Raises MistakeError for one that Jekyll would not find, or in which ids and days would not tell posts apart.
    """
    pattern = POST_PATHS.get(value, value)
    if not _PATTERN.fullmatch(pattern) or ".." in pattern:
        raise MistakeError(
            f"FINEWS_POST_PATH: {value!r} is not accepted; use {', '.join(POST_PATHS)}, or a path like {BY_DAY}"
        )
    return pattern


def check_output(output: Path) -> None:
    """Make finews's own folder in the output folder. Raises MistakeError where nothing can be written."""
    own = output / ".finews"
    try:
        (own / "tmp").mkdir(parents=True, exist_ok=True)
        (own / ".gitignore").write_text("*\n")  # nothing in it belongs in the site's repository
    except OSError as error:
        raise MistakeError(f"FINEWS_OUTPUT: {output} cannot be written: {error.strerror}") from error


class Unfinished:
    """Lists that a run began and did not bring to a good end: it was killed, or a page failed.

    The next run reads such a list on past pages that are wholly archived: older articles may be missing.
    """

    def __init__(self, output: Path) -> None:
        self._file = output / ".finews" / "unfinished"
        try:
            self.before = frozenset(self._file.read_text(encoding="utf-8").splitlines())
        except OSError:
            self.before = frozenset()
        self._now = set(self.before)

    def begin(self, name: str) -> None:
        """The list is about to be read."""
        if name not in self._now:
            self._now.add(name)
            self._write()

    def end(self, failed: set[str]) -> None:
        """The run has come to its end; only these lists have not."""
        self._now &= failed
        self._write()

    def _write(self) -> None:
        aside = self._file.with_name("tmp") / "unfinished"
        aside.parent.mkdir(parents=True, exist_ok=True)
        aside.write_text("".join(f"{name}\n" for name in sorted(self._now)), encoding="utf-8")
        aside.replace(self._file)


@contextmanager
def only_run(output: Path) -> Iterator[None]:
    """Hold the archive for one run; a lock that a killed run left does not block.

    Raises HeldError where another run holds it.
    """
    note = output / ".finews" / "holder"
    lock = FileLock(output / ".finews" / "lock", timeout=0)
    try:
        with lock:
            for left in (output / ".finews" / "tmp").iterdir():  # by a run that was killed
                left.unlink()
            note.write_text(f"process {os.getpid()}, since {datetime.now(BEIJING):%Y-%m-%d %H:%M:%S} Beijing time")
            yield
    except Timeout:
        holder = note.read_text() if note.exists() else "another process"
        raise HeldError(f"{output} is held by another run ({holder}); wait for its end, or stop it") from None


class Archive:
    """The posts of one output folder, in any layout. One run at a time writes to it."""

    def __init__(self, output: Path, pattern: str = BY_DAY) -> None:
        self.output = output
        self.pattern = pattern
        self._aside = output / ".finews" / "tmp"
        self._paths = {id_: path for path, id_ in self._found()}
        self._waiting: list[tuple[Path, str, asyncio.Future[None]]] = []
        self._writer: asyncio.Task[None] | None = None
        self._thread = ThreadPoolExecutor(1, "archive")

    def __len__(self) -> int:
        return len(self._paths)

    def __contains__(self, id_: str) -> bool:
        """Whether the article has a post in the id's own family."""
        return id_ in self._paths

    def path(self, id_: str, time: datetime) -> Path:
        """Where a new post of that id and time belongs."""
        assert ids.is_id(id_)
        day = {"year": f"{time:%Y}", "month": f"{time:%m}", "day": f"{time:%d}"}
        return self.output / self.pattern.format(id=id_, **day)

    def read(self, id_: str) -> Article | None:
        """The article of a post; None where there is none, or none that finews wrote."""
        try:
            return posts.parse(Path(self._paths[id_]).read_text(encoding="utf-8"))
        except (KeyError, OSError, ValueError):
            return None

    async def add(self, id_: str, time: datetime, text: str) -> None:
        """Write a post; when this returns, it is on disk, whole, under its name.

        Posts that come together are written together, in a thread, so that syncing them delays nothing else.
        Raises OSError where the disk refuses.
        """
        path = self.path(id_, time)
        written: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((path, text, written))
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write_waiting())
        await written
        self._paths[id_] = str(path)

    async def _write_waiting(self) -> None:
        while self._waiting:
            await asyncio.sleep(GATHERING)
            batch, self._waiting = self._waiting, []
            texts = [(path, text) for path, text, _ in batch]
            loop = asyncio.get_running_loop()
            results = await loop.run_in_executor(self._thread, _write_all, self._aside, texts)
            for (_, _, written), error in zip(batch, results, strict=True):
                if written.cancelled():
                    continue
                if error:
                    written.set_exception(error)
                else:
                    written.set_result(None)

    def _found(self) -> Iterator[tuple[str, str]]:
        for folder in FOLDERS:
            for parent, _, names in os.walk(self.output / folder):
                for name in names:
                    if id_ := ids.id_in_post_name(name):
                        yield f"{parent}/{name}", id_


def _write_all(aside: Path, batch: list[tuple[Path, str]]) -> list[Exception | None]:
    """Each file appears whole or not at all: written aside, synced, renamed; then the folders are synced.

    All are written before the first is synced, so that the disk can take them together. This is a run's hottest code
    besides cleaning, hence plain strings and handles.
    """
    aside.mkdir(parents=True, exist_ok=True)
    files = [_File(str(path), f"{aside}/{path.name}") for path, _ in batch]
    for file, (_, text) in zip(files, batch, strict=True):
        file.attempt(file.write, text)
    for file in files:
        file.attempt(file.finish)
    synced = {folder: _sync(folder) for folder in {file.folder for file in files}}
    return [file.error or synced[file.folder] for file in files]


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

    def write(self, text: str) -> None:
        """Aside, where nobody looks; half a file is no harm there."""
        with open(self.aside, "wb") as file:  # noqa: PTH123
            file.write(text.encode())

    def finish(self) -> None:
        """On disk first, then under its name."""
        handle = os.open(self.aside, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
        try:
            os.rename(self.aside, self.path)  # noqa: PTH104
        except FileNotFoundError:
            os.makedirs(self.folder, exist_ok=True)  # noqa: PTH103
            os.rename(self.aside, self.path)  # noqa: PTH104


def _sync(folder: str) -> OSError | None:
    """Make the folder's names last; what went wrong, if anything."""
    try:
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
    except OSError as error:
        return error
    return None
