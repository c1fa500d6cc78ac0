"""`make torture`: crawls that are killed at random moments and run again must archive what an undisturbed one does.

SIGKILL ends the process, not the machine: what the kernel has buffered still reaches the disk, so fsync is not tested.
"""

import argparse
import hashlib
import os
import re
import shutil
import signal
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from statistics import median
from typing import NamedTuple

from finews_spider.archive import category_pages
from finews_spider.dates import BEIJING
from finews_spider.evidence.captures import PostEvidence
from finews_spider.evidence.check_captures import Captures
from finews_spider.evidence.library import Stored
from finews_spider.evidence.reader import Record, salvaged
from finews_spider.evidence.review import read_evidence
from finews_spider.newsroom.pages import Page
from finews_spider.newsroom.server import Newsroom
from finews_spider.newsroom.world import World
from finews_spider.pictures.check import check
from tests.support import forks

FULL_SPEED = {"DOWNLOAD_DELAY": 0, "CONCURRENT_REQUESTS_PER_DOMAIN": 16, "FINEWS_PRIVATE_NETWORKS": "127.0.0.0/8"}
STORIES = 48
ROWS = 6  # of a list's page
COLUMNS = ("cgnjj", "cssgs", "cgjjj", "chgyj")
TIMEOUT = 60  # seconds until a crawl counts as one that never ends; it takes two or three
POLL = 0.001  # seconds between two looks at a crawl's progress
PHASES = ("start-up", "listings", "articles", "end")


class Case(NamedTuple):
    """What is crawled, and whether stories are published between the runs."""

    name: str
    sources: str
    growing: bool


CASES = (Case("both sources", "finews,eastmoney", growing=False), Case("growing lists", "eastmoney", growing=True))


NOW = datetime(2022, 1, 13, 9, tzinfo=BEIJING)  # the morning after the newsroom's last story
DAY = timedelta(days=1)
# What the lists do while a crawl is killed: role, path, and how often; an empty answer, or an error.
COLUMN = "/comm/web/getNewsByColumns"
FAULTS: tuple[Callable[[Newsroom], None], ...] = (
    lambda room: None,
    lambda room: room.answer("listapi", COLUMN, edit=without_rows, times=2),
    lambda room: room.answer("weblist", "/comm/web/getFastNewsList", edit=without_rows, times=1),
    lambda room: room.answer("listapi", COLUMN, status=503, times=4),
    lambda room: room.answer("site", "/category/", status=503, times=4),
)


def without_rows(answer: str) -> str:
    """Return a list's answer without its rows."""
    return re.sub(r'("(?:list|fastNewsList)":)\[.*\]', r"\1[]", answer)


class Moment(NamedTuple):
    """When to kill: the kind of progress, and how far it has come, from 0 to 1."""

    by: str
    part: float


KINDS = ("time", "requests", "posts", "temporary files", "end")


class Kill(NamedTuple):
    """The phase in which a crawl was killed, and the number of posts on disk."""

    phase: str
    posts: int


class Reference(NamedTuple):
    """An undisturbed crawl: its posts, requests and pictures, seconds to the first request, and after the last post."""

    posts: dict[str, bytes]
    requests: int
    starting: float
    closing: float
    pictures: dict[str, bytes]


class ShortLists(Newsroom):
    """Serves few lists of Eastmoney's in pages of few rows, so that lists of several pages cost little."""

    def sources_toml(self) -> str:
        """Return the sources file without the other columns."""
        lines = super().sources_toml().splitlines(keepends=True)
        return "".join(line for line in lines if "{ id =" not in line or any(f'"{slug}"' in line for slug in COLUMNS))

    def _page(self, role: str, path: str) -> Page:
        return super()._page(role, re.sub(r"(page_?size)=\d+", rf"\1={ROWS}", path, flags=re.IGNORECASE))


class Stage:
    """The newsroom, its world, and the reference of each case."""

    def __init__(
        self, room: Newsroom, world: World, folder: Path, evidence: str = "off", pictures: str = "off"
    ) -> None:
        self.room, self.world, self.folder, self.evidence, self.pictures = room, world, folder, evidence, pictures
        self.sources = folder / "sources.toml"
        self.sources.write_text(room.sources_toml(), encoding="utf-8")
        self.references = {case: self._reference(case, folder / case.sources) for case in CASES}

    def start(self, case: Case, output: Path, now: datetime = NOW) -> forks.Process:
        """Clear the newsroom's log, and start a crawl in a process of its own."""
        self.room.clock = now
        options = {**FULL_SPEED, "FINEWS_OUTPUT": output, "FINEWS_SOURCES_FILE": self.sources}
        options |= {"FINEWS_EVIDENCE": self.evidence, "FINEWS_PICTURES": self.pictures}
        self.room.pictures_here = self.pictures == "on"
        words = ["crawl", "finews", "-a", f"source={case.sources}"]
        words += [word for name, value in options.items() for word in ("-s", f"{name}={value}")]
        del self.room.log[:]
        with output.with_suffix(".log").open("wb") as log:
            return forks.start(words, log, log, now)

    def published_posts(self, case: Case) -> set[str]:
        """Return the paths of the posts whose stories are published."""
        published = self.world.published(self.room.now)
        numbers = {self.world.number(index) for index in range(published)}
        return {path for path in self.references[case].posts if number_of(path) in numbers}

    def _reference(self, case: Case, output: Path) -> Reference:
        began = time.time()
        crawl = self.start(case, output)
        while crawl.poll() is None and not self.room.log:
            time.sleep(POLL)
        starting = time.time() - began
        if crawl.wait(TIMEOUT) != 0:
            sys.exit(f"an undisturbed crawl failed: {log_tail(output)}")
        if self.pictures == "on" and not pictures_in(output):
            sys.exit("an undisturbed crawl kept no pictures")
        written = max(post.stat().st_mtime for post in files(output, "_posts"))
        return Reference(read(output), len(self.room.log), starting, time.time() - written, pictures_in(output))


class Life:
    """An output folder, with crawls into it that are killed, and a last one that is not."""

    def __init__(self, stage: Stage, case: Case, output: Path) -> None:
        self.stage, self.case, self.output = stage, case, output
        self.reference = stage.references[case]
        self.moments: list[Moment] = []
        self.kills: list[Kill] = []
        self.differences: list[str] = []
        self.now = NOW

    def kill(self, moment: Moment, fault: Callable[[Newsroom], None]) -> None:
        """Crawl lists that misbehave, and kill the crawl at that moment unless it ends before."""
        self.moments.append(moment)
        fault(self.stage.room)
        code = self._crawl(self._due(moment))
        self.stage.room.clear()
        if code == -signal.SIGKILL:
            self.kills.append(Kill(self._phase(), count(self.output)))
        elif fault is FAULTS[0]:
            self._check_code(code)

    def finish(self) -> None:
        """Crawl to the end, a day later and again, and check that all posts are there and nothing else."""
        for _ in range(2):  # where a list hid rows, its end is looked for once more
            self.now += DAY
            code = self._crawl(lambda: False)
        self._check_code(code)
        missing = self.reference.posts.keys() - stamps(self.output).keys()
        self._differ("not archived", sorted(missing))
        self._differ("left over", leftovers(self.output))
        faults = [f"{fault.where}: {fault.why}" for fault in Captures(self.output / "_evidence").check()]
        self._differ("evidence that is damaged", faults)
        pictures = pictures_in(self.output)
        wanted = self.reference.pictures
        self._differ("pictures", sorted({*wanted, *pictures} if pictures != wanted else ()))
        self._differ("pictures that are orphaned", picture_faults(self.output, "orphaned"))
        if "Traceback" in log_tail(self.output):
            self._differ("a traceback", [log_tail(self.output)])

    def _crawl(self, due: Callable[[], bool]) -> int:
        before, deadline = stamps(self.output), time.monotonic() + TIMEOUT
        crawl = self.stage.start(self.case, self.output, self.now)
        while crawl.poll() is None and not due() and time.monotonic() < deadline:
            time.sleep(POLL)
        crawl.kill()
        code = crawl.wait()
        if time.monotonic() >= deadline:
            self._differ("does not end", [log_tail(self.output)])
        self._check_posts(before)
        return code

    def _due(self, moment: Moment) -> Callable[[], bool]:
        """Return a function that tells whether the moment has come, for a crawl that starts now."""
        began, log, present = time.monotonic(), self.stage.room.log, count(self.output)
        missing = len(self.stage.published_posts(self.case) - stamps(self.output).keys())
        wanted = present + int(moment.part * missing)
        requests = self.reference.requests - len(self.reference.posts) + missing
        if moment.by == "time":
            return lambda: time.monotonic() - began >= moment.part * self.reference.starting
        if moment.by == "requests" or not missing:
            return lambda: len(log) >= moment.part * requests
        if moment.by == "posts":
            return lambda: count(self.output) > wanted
        if moment.by == "temporary files":
            return lambda: count(self.output) >= wanted and bool(files(self.output, ".finews/tmp"))
        return self._ending(present + missing, moment.part * self.reference.closing)

    def _ending(self, posts: int, seconds: float) -> Callable[[], bool]:
        """Return a function that tells whether all posts have been there for that long."""
        seen: list[float] = []

        def due() -> bool:
            if not seen and count(self.output) == posts:
                seen.append(time.monotonic())
            return bool(seen) and time.monotonic() - seen[0] >= seconds

        return due

    def _phase(self) -> str:
        if not self.stage.room.log:
            return "start-up"
        if not requested_numbers(self.stage.room):
            return "listings"
        return "articles" if self.stage.published_posts(self.case) - stamps(self.output).keys() else "end"

    def _check_code(self, code: int) -> None:
        if code:
            self._differ(f"exit code {code}", [log_tail(self.output)])

    def _check_posts(self, before: dict[str, tuple[int, int]]) -> None:
        """Check that no post is torn, and none that was there before is touched or fetched again."""
        posts, after = read(self.output), stamps(self.output)
        self._differ(
            "not as in the reference", [path for path in posts if posts[path] != self.reference.posts.get(path)]
        )
        if self.stage.evidence != "off":
            self._differ("without evidence", unproven(self.output, posts))
        self._differ("pictures that the site tells of wrongly", picture_faults(self.output, "missing", "damaged"))
        self._differ("written again, or lost", [path for path in before if after.get(path) != before[path]])
        owed = {number_of(path) for path in self.reference.posts.keys() - before.keys()}
        archived = {number_of(path) for path in before} - owed
        self._differ("fetched again", sorted(archived & requested_numbers(self.stage.room)))

    def _differ(self, what: str, examples: list[str]) -> None:
        if examples:
            moments = ", ".join(f"{by} {part:.2f}" for by, part in self.moments)
            self.differences.append(f"{self.output.name}, {self.case.name}, killed by {moments}: {what}: {examples}")


def files(output: Path, folder: str) -> list[Path]:
    return [path for path in (output / folder).rglob("*") if path.is_file()]


def stamps(output: Path) -> dict[str, tuple[int, int]]:
    """Return inode and mtime of each post on disk."""
    found = {}
    for post in files(output, "_posts"):
        stat = post.stat()
        found[str(post.relative_to(output))] = (stat.st_ino, stat.st_mtime_ns)
    return found


def count(output: Path) -> int:
    """Return how many posts are on disk. It is called a thousand times a second."""
    return sum(len(names) for _, _, names in os.walk(output / "_posts"))


def read(output: Path) -> dict[str, bytes]:
    return {str(post.relative_to(output)): post.read_bytes() for post in files(output, "_posts")}


def pictures_in(output: Path) -> dict[str, bytes]:
    """Return pictures, and what the site is told of them."""
    found = [*files(output, "media"), *files(output, "_data/pictures")]
    return {str(path.relative_to(output)): path.read_bytes() for path in found}


def picture_faults(output: Path, *kinds: str) -> list[str]:
    """Return what is wrong with pictures, of these kinds."""
    faults = check(output, output, lambda _: None, fix=False)
    return [f"{fault.what}: {fault.where}" for fault in faults if fault and fault.what in kinds]


def leftovers(output: Path) -> list[str]:
    """Return temporary files, journals that SQLite would need, and files that are neither posts nor finews's own.

    Category pages are finews's own; missing ones are returned too.
    """
    pages = {category_pages.path(slug) for slug in category_pages.scan(output)}
    found = [f"no {page}" for page in sorted(pages) if not (output / page).is_file()]
    for path in files(output, "."):
        top, *rest = path.relative_to(output).parts
        if path.relative_to(output).as_posix() in pages:
            continue
        journal = path.name.endswith(("-journal", "-wal")) and path.stat().st_size > 0
        if top == "media" or (top, *rest[:1]) == ("_data", "pictures"):
            continue
        if top == "_evidence" and path.suffix != ".open":
            continue
        if journal or top not in ("_posts", ".finews") or rest[0] == "tmp":
            found.append(str(path.relative_to(output)))
    return found


def unproven(output: Path, posts: dict[str, bytes]) -> list[str]:
    """Return the posts of which the evidence on disk has no record, or not all captures."""
    offsets: set[tuple[str, int]] = set()
    evidence: dict[tuple[str, str], PostEvidence] = {}
    for file in (output / "_evidence").glob("*.warc.gz*"):
        with Stored.of(file).open() as part:
            for record in salvaged(part) if file.suffix != ".sha256" else ():
                if isinstance(record, Record):
                    offsets.add((file.name.removesuffix(".open"), record.offset))
                    found = read_evidence(record)
                    evidence |= {(found.path, found.sha256): found} if found else {}
    return [path for path, text in posts.items() if not is_proven(evidence.get((path, sha256_of(text))), offsets)]


def is_proven(evidence: PostEvidence | None, offsets: set[tuple[str, int]]) -> bool:
    steps = evidence.steps if evidence else ()
    captures = [capture for step in steps for one in step.captures for capture in (one, one.payload)]
    return evidence is not None and {(one.segment, one.offset) for one in captures} <= offsets


def sha256_of(text: bytes) -> str:
    return hashlib.sha256(text).hexdigest()


def number_of(path: str) -> str:
    return path.removesuffix(".md")[-18:]


def requested_numbers(room: Newsroom) -> set[str]:
    """Return the numbers of the articles that were requested."""
    return {found[0] for logged in room.log if (found := re.findall(r"(?<!\d)\d{18}(?!\d)", logged.path))}


def log_tail(output: Path) -> str:
    """Return the end of the last crawl's log."""
    return output.with_suffix(".log").read_text(encoding="utf-8", errors="replace")[-2000:]


def moments(rng: Random) -> Iterator[Moment]:
    """Yield random moments without end, all kinds equally often."""
    while True:
        for kind in rng.sample(KINDS, len(KINDS)):
            yield Moment(kind, rng.random())


def lives(stage: Stage, kills: int, seed: int) -> Iterator[Life]:
    """Yield lives in which crawls are killed one to three times, until there were this many kills."""
    rng, killed = Random(seed), 0
    next_moments = moments(rng)
    while killed < kills:
        case = rng.choice(CASES)
        life = Life(stage, case, Path(tempfile.mkdtemp(prefix=f"{seed}-", dir=stage.folder)))
        for turn in range(min(rng.choice((1, 1, 1, 2, 3)), kills - killed)):
            stage.room.now = stage.world.time(int(STORIES * (0.6 + 0.1 * turn))) if case.growing else None
            life.kill(next(next_moments), rng.choice(FAULTS))
        stage.room.now = None
        life.finish()
        killed += len(life.kills)
        yield life


def summary(kills: list[Kill]) -> str:
    """Return a line for each phase: the number of kills, and of posts on disk."""
    phases = defaultdict(list)
    for kill in kills:
        phases[kill.phase].append(kill.posts)
    lines = [f"{'killed in':12} {'kills':>5}   posts on disk: fewest, median, most"]
    for phase in PHASES:
        posts = phases[phase] or [0]
        lines.append(f"{phase:12} {len(phases[phase]):5}   {min(posts)}, {median(posts):g}, {max(posts)}")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--evidence", choices=("off", "articles", "all"), default="off")
    parser.add_argument("--pictures", choices=("off", "on"), default="off")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="finews-torture-"))
    kills: list[Kill] = []
    differences: list[str] = []
    world = World(STORIES)
    with ShortLists(world) as room:
        for number, life in enumerate(
            lives(Stage(room, world, folder, options.evidence, options.pictures), options.kills, options.seed), 1
        ):
            kills += life.kills
            differences += life.differences
            print(*life.differences, sep="\n", end="\n" if life.differences else "", flush=True)
            if number % 10 == 0:
                print(f"{number} lives, {len(kills)} kills, {len(differences)} differences", flush=True)
            if not life.differences:
                shutil.rmtree(life.output)
    print(summary(kills))
    if differences:
        sys.exit(f"{len(differences)} differences; their folders are kept in {folder}. Seed {options.seed}.")
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
