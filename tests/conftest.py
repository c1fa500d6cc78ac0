"""The front door: real crawls in a process of their own, over loopback, into a temporary folder."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import settings

from finews_spider.newsroom.server import Newsroom
from finews_spider.newsroom.world import World

# Hypothesis: the same examples each time, nothing kept on disk, no limits of time.
settings.register_profile("finews", deadline=None, derandomize=True, database=None)
settings.load_profile("finews")

ROOT = Path(__file__).parent.parent
FULL_SPEED = {"DOWNLOAD_DELAY": "0", "CONCURRENT_REQUESTS_PER_DOMAIN": "16", "RETRY_TIMES": "0"}


@dataclass
class Ran:
    """How a command ended and what it said; `stats` are those that a crawl counted."""

    code: int
    out: str
    err: str

    @property
    def stats(self) -> dict[str, int]:
        return {name: int(value) for name, value in re.findall(r"'([^']+)': (\d+)[,}]", self.err)}


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


@dataclass
class Site:
    """An output folder that is fed from a newsroom."""

    output: Path
    room: Newsroom

    def crawl(self, *arguments: str, settings: dict[str, str] | None = None, **environment: str) -> Ran:
        """`scrapy crawl finews -a …` at full speed, of the source finews if none is named; the log starts anew."""
        return run_scrapy(*self.words(arguments, settings or {}), environment=environment)

    def start(self, *arguments: str, settings: dict[str, str] | None = None) -> subprocess.Popen[bytes]:
        """The same, in the background."""
        command = [sys.executable, "-W", "error", "-m", "scrapy", *self.words(arguments, settings or {})]
        with self.log.open("wb") as log:
            return subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=subprocess.STDOUT)

    def end_of(self, crawl: subprocess.Popen[bytes], within: float = 60) -> Ran:
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

    def posts(self) -> dict[str, bytes]:
        """The posts' paths in the output folder, and their bytes."""
        found = sorted(path for folder in ("_posts", "old_post") for path in self.output.glob(f"{folder}/**/*.md"))
        return {str(post.relative_to(self.output)): post.read_bytes() for post in found}

    def names(self) -> set[str]:
        """The ids of the posts."""
        return {Path(path).stem[11:] for path in self.posts()}

    def articles_asked(self) -> list[str]:
        """Paths of the requests that were for articles."""
        return [asked.path for asked in self.room.log if re.search(r"\d{17}", asked.path)]


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
def tool() -> Callable[[str], str]:
    """The path of a program that a test needs; without it the test is skipped, but CI has to have it."""

    def find(name: str) -> str:
        path = shutil.which(name)
        if not path:
            refuse = pytest.fail if os.environ.get("CI") else pytest.skip
            refuse(f"{name} is not installed")
        return str(path)

    return find
