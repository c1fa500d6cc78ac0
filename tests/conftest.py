"""The front door: real crawls in a process of their own, over loopback, into a temporary folder."""

import asyncio
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from importlib import import_module
from pathlib import Path
from threading import Event
from types import ModuleType
from typing import Any

import pytest
from aiohttp import web
from hypothesis import settings

from finews_spider.dates import BEIJING
from finews_spider.newsroom.finews import post_folder
from finews_spider.newsroom.server import Newsroom
from finews_spider.newsroom.words import SLUGS
from finews_spider.newsroom.world import Story, World
from tests.support import forks, in_memory
from tests.support.forks import Process
from tests.support.paths import ROOT

# Compiled once, and not again by each worker and by each of the hundreds of commands that tests start.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

in_memory.use()

# Hypothesis: the same examples each time, nothing kept on disk, no limits of time.
settings.register_profile("finews", deadline=None, derandomize=True, database=None)
settings.load_profile("finews")
# `make fuzz`: others each time, as many as there is time for; what failed is kept and tried first.
settings.register_profile("fuzz", deadline=None, max_examples=int(os.environ.get("EXAMPLES", "100")))


# The newsroom's: it is on loopback, and has all the time in the world.
FULL_SPEED = {
    "DOWNLOAD_DELAY": "0",
    "CONCURRENT_REQUESTS_PER_DOMAIN": "16",
    "RETRY_TIMES": "0",
    "FINEWS_PRIVATE_NETWORKS": "127.0.0.0/8",
    "FINEWS_CONTACT": "mailto:tests@example.com",
}
NOW = datetime(2022, 1, 13, 9, tzinfo=BEIJING)  # the morning after the newsroom's last story


@dataclass
class Ran:
    """How a command ended and what it said; `stats` are those that a crawl counted."""

    code: int
    out: str
    err: str

    @property
    def stats(self) -> dict[str, int]:
        return {name: int(value) for name, value in re.findall(r"'([^']+)': (\d+)[,}]", self.err)}


AT_START = re.compile("PYTHON|LC_|LANG")  # variables that an interpreter reads when it starts


def run_scrapy(*arguments: str | Path, environment: Mapping[str, str] | None = None) -> Ran:
    """`scrapy …`; a warning of Python's is an error there too."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "scrapy", *map(str, arguments)],
        cwd=ROOT,
        env=os.environ | dict(environment or {}),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return Ran(done.returncode, done.stdout, done.stderr)


def run_forked(*arguments: str | Path, environment: Mapping[str, str] | None = None) -> Ran:
    """The same, sooner: not for what depends on how an interpreter starts."""
    words = [str(argument) for argument in arguments]
    if any(AT_START.match(name) for name in environment or {}):
        return run_scrapy(*words, environment=environment)
    return Ran(*forks.run(words, environment))


@contextmanager
def unanswered(room: Newsroom, role: str, path: str) -> Iterator[Event]:
    """Requests for this path wait until the block ends; the first one sets the event."""
    requested, over = Event(), Event()

    async def wait(_: web.BaseRequest) -> web.Response:
        requested.set()
        await asyncio.to_thread(over.wait, 60)
        return web.Response()

    room.answer(role, path, handler=wait)
    yield requested
    over.set()
    room.clear()


@contextmanager
def held(room: Newsroom, world: World) -> Iterator[None]:
    """Keep a run of the source finews from its end, however slow the machine is: one article is not answered."""
    story = next(story for story in world if story.in_article and not story.in_flash)
    with unanswered(room, "share", f"/NewsData/GetNewsText.do?id=NW{story.number}"):
        yield


@dataclass
class Site:
    """An output folder that is fed from a newsroom."""

    output: Path
    room: Newsroom

    def crawl(self, *arguments: str, settings: dict[str, str] | None = None, **environment: str) -> Ran:
        """`scrapy crawl finews -a …` at full speed, of the source finews if none is named; the log starts anew."""
        words = self.words(arguments, settings or {})
        return run_forked(*words, environment=environment)

    def start(self, *arguments: str, settings: dict[str, str] | None = None) -> Process:
        """The same, in the background."""
        with self.log.open("wb") as log:
            return forks.start(self.words(arguments, settings or {}), log, log)

    def end_of(self, crawl: Process, within: float = 60) -> Ran:
        """How a crawl that was started ended, and all that it said, in `err`. One that takes longer is killed: -9."""
        try:
            crawl.wait(within)
        except subprocess.TimeoutExpired:
            crawl.kill()
        return Ran(crawl.wait(), "", self.log.read_text(encoding="utf-8"))

    @property
    def log(self) -> Path:
        """What the crawl that was started last says."""
        return self.output.with_suffix(".log")

    def words(self, arguments: tuple[str, ...], settings: dict[str, str]) -> list[str]:
        """The command line's."""
        sources = self.output.with_suffix(".toml")
        sources.write_text(self.room.sources_toml(), encoding="utf-8")
        del self.room.log[:]
        options = {**FULL_SPEED, "FINEWS_OUTPUT": str(self.output), "FINEWS_SOURCES_FILE": str(sources), **settings}
        if not any(argument.startswith(("source=", "column=")) for argument in arguments):
            arguments = ("source=finews", *arguments)
        words = [word for argument in arguments for word in ("-a", argument)]
        return ["crawl", "finews", *words, *(w for name, value in options.items() for w in ("-s", f"{name}={value}"))]

    def fail(self, story: Story, status: int = 503) -> None:
        """No route gives this article from now on."""
        number, slug = story.number, SLUGS[story.media_name]
        self.room.answer("site", f"/{post_folder(slug).lower()}/{story.time:%Y/%m/%d}/NW{number}.html", status=status)
        for role in ("share", "origin"):
            self.room.answer(role, f"/NewsData/GetNewsText.do?id=NW{number}", status=status)
        for path in (f"article/{number}", f"content/getnews?newsid={number}"):
            self.room.answer("newsinfo", f"/kuaixun/v2/api/{path}", status=status)
        self.room.answer("finance", f"/a/{number}.html", status=status)

    def posts(self) -> dict[str, bytes]:
        """The posts' paths in the output folder, and their bytes."""
        found = sorted(path for folder in ("_posts", "old_post") for path in self.output.glob(f"{folder}/**/*.md"))
        return {str(post.relative_to(self.output)): post.read_bytes() for post in found}

    def report(self) -> dict[str, Any]:
        """Of the last run."""
        last = max(self.output.glob(".finews/runs/*.json"), key=lambda path: path.stat().st_mtime_ns)
        report: dict[str, Any] = json.loads(last.read_text(encoding="utf-8"))
        return report

    def names(self) -> set[str]:
        """The ids of the posts."""
        return {Path(path).stem[11:] for path in self.posts()}

    def articles_asked(self) -> list[str]:
        """Paths of the requests that were for articles."""
        return [logged.path for logged in self.room.log if re.search(r"\d{17}", logged.path)]


@dataclass
class TimedSite(Site):
    """A site whose clock says `now`. What a run prints and what it logs are one text, `out` and `err`.

    The hosts' clocks are ahead of it by `hosts_ahead`.
    """

    now: datetime = NOW
    hosts_ahead: timedelta = timedelta(0)

    def crawl(self, *arguments: str, settings: dict[str, str] | None = None, **environment: str) -> Ran:
        """As of any site."""
        assert not environment
        return self.run(*self.words(arguments, settings or {}))

    def owed(self, *words: str) -> Ran:
        """`scrapy owed`."""
        return self.run("owed", *words, "-s", f"FINEWS_OUTPUT={self.output}")

    def run(self, *words: str) -> Ran:
        """`scrapy …`."""
        self.room.clock = self.now + self.hosts_ahead
        with self.log.open("wb") as log:
            code = forks.start(words, log, log, self.now).wait()
        printed = self.log.read_text(encoding="utf-8", errors="backslashreplace")
        return Ran(code, printed, printed)

    def times(self) -> dict[str, int]:
        """When each post was written, in ns."""
        return {path: (self.output / path).stat().st_mtime_ns for path in self.posts()}


@pytest.fixture(scope="session")
def world() -> World:
    return World(articles=60)


@pytest.fixture
def room(world: World) -> Iterator[Newsroom]:
    with Newsroom(world) as room:
        yield room


@pytest.fixture
def site(tmp_path: Path, room: Newsroom) -> Site:
    return Site(tmp_path / "site", room)


@pytest.fixture(scope="session")
def first_run(world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TimedSite]:
    """What a run left that archived all of the source finews. Tests take `archived`, a copy."""
    with Newsroom(world) as room:
        site = TimedSite(tmp_path_factory.mktemp("first") / "site", room)
        assert site.crawl().code == 0
        yield site


@pytest.fixture
def archived(first_run: TimedSite, tmp_path: Path) -> Iterator[TimedSite]:
    site = replace(first_run, output=tmp_path / "site")
    shutil.copytree(first_run.output, site.output)
    yield site
    site.room.clear()
    site.room.now = None


@pytest.fixture(scope="session")
def tool() -> Callable[[str], str]:
    """The path of a program that a test needs; without it the test is skipped, but CI has to have it."""

    def find(name: str) -> str:
        path = shutil.which(name)
        if not path:
            refuse = pytest.fail if os.environ.get("CI") else pytest.skip
            refuse(f"{name} is not installed")
        return str(path)

    return find


@pytest.fixture(scope="session")
def library() -> Callable[[str], ModuleType]:
    """A library that a test needs; without it the test is skipped, but CI has to have it."""

    def find(name: str) -> ModuleType:
        try:
            return import_module(name)
        except ModuleNotFoundError:
            refuse = pytest.fail if os.environ.get("CI") else pytest.skip
            refuse(f"{name} is not installed")

    return find


def pytest_xdist_auto_num_workers() -> int:
    """One more than there are processors: now and then a worker waits for its crawls."""
    return min(os.cpu_count() or 1, 7) + 1


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Have a worker heed `xdist_group`, as pytest-xdist 3.8 does not with pytest 9.2 (its issue 1386)."""
    for item in items if config.getoption("loadgroup", default=False) else ():
        for mark in item.iter_markers("xdist_group"):
            item._id = item._id.parse(f"{item.nodeid}@{mark.args[0]}")
