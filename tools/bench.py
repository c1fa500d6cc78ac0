"""`make bench`: what finews costs beyond bare fetching, as ratios of runs in turn, so that noise hits both.

The baseline is a Scrapy spider with no pipeline that fetches the same text-API URLs at the same concurrency and yields
the parsed JSON.
"""

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

from aiohttp import web

from finews_spider.evidence.library import stored
from finews_spider.evidence.reader import message, record_of, records
from finews_spider.evidence.remake import Maker
from finews_spider.evidence.review import Review, State, evidence_in
from finews_spider.evidence.segments import segments
from finews_spider.newsroom.server import Newsroom
from finews_spider.newsroom.words import SLUGS
from finews_spider.newsroom.world import World
from finews_spider.sources.loader import load
from pipelines.clean import clean
from pipelines.sanitize import sanitize
from tests.support.paths import ROOT

CONCURRENCY = 16
FAST = {
    "DOWNLOAD_DELAY": 0,
    "CONCURRENT_REQUESTS": CONCURRENCY,
    "CONCURRENT_REQUESTS_PER_DOMAIN": CONCURRENCY,
    "FINEWS_PRIVATE_NETWORKS": "127.0.0.0/8",
}

BARE = """
import json, scrapy

class BareSpider(scrapy.Spider):
    name = "bare"

    async def start(self):
        for url in open(self.urls):
            yield scrapy.Request(url.strip())

    def parse(self, response):
        yield json.loads(response.text)
"""


class Cost(NamedTuple):
    """A run's articles, and what it took: peak memory in MB, the rest in seconds.

    `seconds` and `loop`, the CPU of the event loop's thread, are from opening to closing of the spider; `cpu` is that
    of the whole process, from its start to its end.
    """

    articles: int
    seconds: float
    memory: float
    cpu: float = 0.0
    loop: float = 0.0

    @property
    def speed(self) -> float:
        """Articles a second."""
        return self.articles / self.seconds


def run(command: list[str], settings: Mapping[str, object], folder: Path = ROOT, *, items: bool = True) -> Cost:
    """Run `scrapy …`, and return what it cost; exit with its log where it failed."""
    settings = {"ADDONS": '{"tools.cpu_time.CpuTimeAddon": 1}', **settings} if items else settings
    options = [word for name, value in settings.items() for word in ("-s", f"{name}={value}")]
    command = [sys.executable, "-m", "scrapy", *command, *options]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with tempfile.TemporaryFile("w+", encoding="utf-8") as log_file:
        scrapy = subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=log_file)
        _, status, usage = os.wait4(scrapy.pid, 0)
        scrapy.returncode = os.waitstatus_to_exitcode(status)
        log_file.seek(0)
        log = log_file.read()
    if scrapy.returncode != 0:
        sys.exit(log)
    stats = {name: float(value) for name, value in re.findall(r"'(\w+)': ([0-9.]+)[,}]", log)}
    cost = Cost(0, stats["elapsed_time_seconds"], usage.ru_maxrss / 1024, usage.ru_utime + usage.ru_stime)
    return cost._replace(articles=int(stats["item_scraped_count"]), loop=stats["cpu_seconds_loop"]) if items else cost


@contextmanager
def newsroom(folder: Path, articles: int) -> Iterator[dict[str, str]]:
    """Run the newsroom in a process of its own; yield its URLs."""
    ports = folder / "ports.json"
    options = ["--articles", str(articles), "--port-file", str(ports), "--sources", str(folder / "sources.toml")]
    room = subprocess.Popen(
        [sys.executable, "-m", "finews_spider.newsroom", *options], cwd=ROOT, stdout=subprocess.DEVNULL
    )
    try:
        while not ports.exists():
            time.sleep(0.05)
        yield json.loads(ports.read_text())
    finally:
        room.terminate()
        room.wait()
        ports.unlink()


def speed(articles: int, rounds: int) -> None:
    """Print articles a second and peak memory, compared with the bare spider."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with newsroom(folder, articles) as urls:
            numbers = [story.number for story in World(articles) if story.in_article]
            path = "/NewsData/GetNewsText.do?id=NW"
            (folder / "urls").write_text("\n".join(f"{urls['share']}{path}{number}" for number in numbers))
            (folder / "bare.py").write_text(BARE)
            pairs = []
            for turn in range(rounds + 1):
                bare = run(["runspider", f"{folder}/bare.py", "-a", f"urls={folder}/urls", "-L", "INFO"], FAST, folder)
                ours = archive(folder, folder / f"out{turn}")
                assert bare.articles == ours.articles == len(numbers), (bare, ours)
                pairs += [(bare, ours)] if turn else []  # the first is a warm-up
    print(f"{len(numbers)} articles, {CONCURRENCY} at a time, {rounds} rounds in turn:")
    report("articles a second, bare", pairs, lambda bare, ours: bare.speed)
    report("articles a second, finews", pairs, lambda bare, ours: ours.speed)
    report("  finews / bare", pairs, lambda bare, ours: ours.speed / bare.speed, "1.0 at least")
    report("ms of loop's CPU, bare", pairs, lambda bare, ours: 1_000 * bare.loop / bare.articles)
    report("ms of loop's CPU, finews", pairs, lambda bare, ours: 1_000 * ours.loop / ours.articles)
    report("  bare / finews", pairs, lambda bare, ours: bare.loop / ours.loop, "1.0 at least")
    report("peak MB, finews - bare", pairs, lambda bare, ours: ours.memory - bare.memory, "30 at most")


def start(articles: int, rounds: int) -> None:
    """Print the CPU that `finews crawl` with nothing new takes beyond `scrapy version`."""
    program = [sys.executable, "-c", "from finews_spider.commands.main import main; main()"]
    version = [sys.executable, "-m", "scrapy", "version"]
    with tempfile.TemporaryDirectory() as name, newsroom(Path(name), articles):
        folder = Path(name)
        settings = {**FAST, "FINEWS_SOURCES_FILE": folder / "sources.toml", "FINEWS_OUTPUT": folder / "out"}
        crawl = [*program, "crawl", *(word for key, value in settings.items() for word in ("-s", f"{key}={value}"))]
        cpu(crawl, folder)
        pairs = [(cpu(version, folder), cpu(crawl, folder)) for _ in range(3 * rounds)]
    versions, crawls = zip(*pairs, strict=True)
    print(f"nothing new on the lists of {articles} stories, the best of {len(pairs)} in turn, seconds of CPU:")
    print(f"{'scrapy version':28} {min(versions):8.2f}")
    print(f"{'finews crawl':28} {min(crawls):8.2f}")
    print(f"{'  the difference':28} {min(crawls) - min(versions):8.2f}   0.5 at most")


def cpu(command: list[str], folder: Path) -> float:
    """Return the seconds of CPU of a program; exit where it failed."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    nowhere = subprocess.DEVNULL
    process = subprocess.Popen(command, cwd=folder, env=environment, stdout=nowhere, stderr=nowhere)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{command} ended with {process.returncode}")
    return usage.ru_utime + usage.ru_stime


def archive(folder: Path, output: Path, evidence: str = "off") -> Cost:
    """Archive all articles of the newsroom's existing site, and return what that cost."""
    settings = {**FAST, "FINEWS_SOURCES_FILE": folder / "sources.toml", "FINEWS_OUTPUT": output}
    settings["FINEWS_EVIDENCE"] = evidence
    return run(["crawl", "finews", "-a", f"category={','.join(SLUGS.values())}"], settings)


def evidence(articles: int, rounds: int) -> None:
    """Print what evidence costs an article, and what it costs to make posts of it again."""
    with tempfile.TemporaryDirectory() as name, newsroom(Path(name), articles):
        folder = Path(name)
        pairs = []
        for turn in range(rounds + 1):
            off = archive(folder, folder / f"off{turn}")
            on = archive(folder, folder / f"on{turn}", "articles")
            pairs += [(off, on)] if turn else []
        sizes = evidence_sizes(folder / f"on{rounds}/_evidence")
        made = [reparse(folder, folder / f"on{rounds}") for _ in range(rounds)]
        read = [reading(folder / f"on{rounds}/_evidence") for _ in range(rounds)]
    print(f"{pairs[0][0].articles} articles with and without evidence, {rounds} rounds in turn:")
    report("ms of CPU an article", pairs, lambda off, on: 1_000 * (on.cpu - off.cpu) / on.articles, "0.8 at most")
    report("peak MB more", pairs, lambda off, on: on.memory - off.memory)
    print(f"{'KB beyond the body':28} {sizes / pairs[0][0].articles / 1_000:8.2f}   1.6 at most")
    print(f"{'ms of CPU a post made again':28} {1_000 * min(made):8.2f}   1.7 at most")
    print(f"{'  of it reading records':28} {1_000 * min(read):8.2f}   the rest is cleaning, sanitizing and rendering")


def evidence_sizes(folder: Path) -> float:
    """Return the bytes of the evidence beyond the bodies that it keeps, as sites pack them; the newsroom does not."""
    answers = (one for path in segments(folder) for one in records(path) if one.kind == "response")
    bodies = sum(len(zlib.compress(message(one).body)) for one in answers)
    return sum(path.stat().st_size for path in segments(folder)) - bodies


def reparse(folder: Path, output: Path) -> float:
    """Return the seconds of CPU for which a post is read, made again and compared; without the start of Python."""
    maker = Maker(output / "_evidence", load(folder / "sources.toml"), "//finews.withounder.com")
    review = Review(maker, lambda evidence: output / evidence.path)
    began = time.process_time()
    states = [reviewed.state for reviewed in review.posts(lambda _: True)]
    cost = time.process_time() - began
    assert set(states) == {State.SAME}, states
    return cost / len(states)


def reading(folder: Path) -> float:
    """Return the seconds of CPU for which the records are read that a post is made of, as reparse reads them."""
    began, number = time.process_time(), 0
    for segment in stored(folder):
        for made in evidence_in(segment):
            number += 1
            for step in made.steps:
                message(record_of(step.captures[-1].payload, folder))
    return (time.process_time() - began) / number


def cleaning(articles: int, rounds: int) -> None:
    """What a body costs to be cleaned and sanitized, in the forms of both families; the best of some rounds."""
    world = World(articles)
    forms = (form(story) for story in world for form in (world.plain_body, world.wrapped_body))
    bodies = [body for body in forms if body]
    costs = []
    for _ in range(rounds + 2):
        began = time.process_time()
        for body in bodies:
            sanitize(clean(body))
        costs.append((time.process_time() - began) / len(bodies))
    print(f"{'ms a body, cleaning':28} {1_000 * min(costs):8.2f}   0.20 at most")


def memory(articles: int) -> None:
    """Print the peak memory with ten times as many articles."""
    costs = []
    for stories in (articles, 10 * articles):
        with tempfile.TemporaryDirectory() as name, newsroom(Path(name), stories):
            costs.append(archive(Path(name), Path(name) / "out"))
    few, many = costs
    print(f"peak MB with {few.articles} articles: {few.memory:.0f}, with {many.articles}: {many.memory:.0f}")
    print(f"  ratio {many.memory / few.memory:23.2f}   1.10 at most")


def incremental(posts: int, rounds: int) -> None:
    """Print seconds to the first request and memory of a run with nothing new, compared with an empty archive."""
    with tempfile.TemporaryDirectory() as name, Newsroom(World(60)) as room:
        folder = Path(name)
        (folder / "sources.toml").write_text(room.sources_toml(), encoding="utf-8")
        fill(folder / "large", posts)
        first_request(room, folder, folder / "large")  # learns the posts, archives what is new
        starts, memories = [], []
        for turn in range(rounds):
            empty = first_request(room, folder, folder / f"empty{turn}")
            large = first_request(room, folder, folder / "large")
            starts.append(large[0] - empty[0])
            memories.append(large[1] - empty[1])
    print(f"nothing new among {posts} posts, against an empty archive, {rounds} rounds in turn:")
    print(f"{'seconds later':28} {max(starts):8.2f}   2 at most")
    print(f"{'MB more':28} {max(memories):8.0f}   150 at most")


def fill(output: Path, posts: int) -> None:
    """Write empty files with names of posts, 300 a day."""
    for number in range(posts):
        day = date(2000, 1, 1) + timedelta(days=number // 300)
        folder = output / f"_posts/{day:%Y/%m/%d}"
        if number % 300 == 0:
            folder.mkdir(parents=True)
        os.close(os.open(f"{folder}/{day}-NW{day:%Y%m%d}{2230000000 + number}.md", os.O_CREAT | os.O_WRONLY))


def first_request(room: Newsroom, folder: Path, output: Path) -> tuple[float, float]:
    """Return the seconds from the start of a run to its first request, and its peak memory in MB."""
    requests: list[float] = []

    async def robots(_: web.BaseRequest) -> web.Response:
        requests.append(time.monotonic())
        return web.Response(text="")

    room.clear()
    room.answer("site", "/robots.txt", handler=robots)
    began = time.monotonic()
    settings = {**FAST, "FINEWS_SOURCES_FILE": folder / "sources.toml", "FINEWS_OUTPUT": output}
    cost = run(["crawl", "finews", "-a", "source=finews"], settings, items=False)
    return requests[0] - began, cost.memory


def report(name: str, pairs: list[tuple[Cost, Cost]], figure: Callable[[Cost, Cost], float], aim: str = "") -> None:
    """Print the median and the range of a figure."""
    figures = [figure(*pair) for pair in pairs]
    line = f"{name:28} {statistics.median(figures):8.2f}  ({min(figures):.2f} to {max(figures):.2f})"
    print(f"{line}   {aim}".rstrip(), flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=3600, help="stories; about eleven in twelve are articles")
    parser.add_argument("--posts", type=int, default=1_000_000, help="in the large archive")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", choices=["speed", "start", "cleaning", "memory", "incremental", "evidence"])
    options = parser.parse_args()
    if options.only in (None, "speed"):
        speed(options.articles, options.rounds)
    if options.only in (None, "start"):
        start(240, options.rounds)
    if options.only in (None, "cleaning"):
        cleaning(600, options.rounds)
    if options.only in (None, "evidence"):
        evidence(options.articles, options.rounds)
    if options.only in (None, "memory"):
        memory(options.articles)
    if options.only in (None, "incremental"):
        incremental(options.posts, 3)
