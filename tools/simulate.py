"""A month of runs, every fifteen minutes, against sources that misbehave as real ones do: is anything lost?

`python tools/simulate.py [--days 30] [--seeds 10] [--only NAME…]`

The real lists, ledger, index, sources and verdict, on a clock of its own; no network, no engine, and instead of the
pipelines a file a post. What was published, what a list named and what was told is known here by itself, and compared
after each run and at the end. Ends with 1 where something was lost, twice, or called well while it was missing, or
where an article cost more than 1.05 requests beside those that its host failed to answer.
"""

import argparse
import io
import json
import logging
import os
import sys
import tempfile
from bisect import bisect_left, bisect_right, insort
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import parse_qs, urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response, TextResponse
from scrapy.settings import Settings
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.python.failure import Failure

from finews_spider import dates, settings
from finews_spider.archive.posts import render
from finews_spider.dates import BEIJING
from finews_spider.downloader.conditional import ConditionalMiddleware
from finews_spider.extensions.clock import ClockWatch
from finews_spider.extensions.report import ReportExtension
from finews_spider.items import Article
from finews_spider.ledger.posts import Post
from finews_spider.spiders.finews import FinewsSpider

START = datetime(2026, 3, 1, tzinfo=BEIJING)
EVERY = timedelta(minutes=15)
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
COLUMNS = {"350": 0.6, "344": 0.25, "371": 0.05}  # by number: the share of the news that it names
FLASHES, BY_CURSOR, IN_COLUMN = 0.4, 1000, 2400  # the share that is a flash; rows that the lists hold
ROWS = 40  # of a page, whatever is asked for
MAX_COST = 1.05
ROOM = Path("/dev/shm")
SOURCES = """
[eastmoney]
listapi = "https://listapi.example"
weblist = "https://weblist.example"
newsapi = "https://newsapi.example"
newsinfo = "https://newsinfo.example"
finance = "https://finance.example"
roll = "https://roll.example"
share_link = "https://finance.example/a/{number}.html"
flash_link = "https://finance.example/news/1354,{number}.html"
pages = 500
recent_pages = 80
columns = [{ id = 350 }, { id = 344 }, { id = 371 }]
"""


@dataclass(frozen=True, kw_only=True)
class Faults:
    """What goes wrong: shares of answers, of articles and of runs, and outages in hours, one every four days."""

    empty: float = 0
    repeated: float = 0
    stale: float = 0
    failing_lists: float = 0
    failing_articles: float = 0
    soft_404: float = 0
    late: float = 0
    shuffled: bool = False
    deleted: float = 0
    unchanged_for_ever: bool = False
    killed: float = 0
    leaps: float = 0
    outages: tuple[int, ...] = ()


SCENARIOS = {
    "nothing": Faults(),
    "outages": Faults(outages=(1, 5, 24, 72, 240)),
    "empty pages": Faults(empty=0.02, outages=(24, 48)),
    "repeated pages": Faults(repeated=0.02, outages=(24, 48)),
    "stale pages": Faults(stale=0.02, outages=(24, 48)),
    "soft 404s": Faults(soft_404=0.02),
    "late rows": Faults(late=0.01),
    "shuffles": Faults(shuffled=True),
    "deletions": Faults(deleted=0.005),
    "304s for ever": Faults(unchanged_for_ever=True),
    "failing lists": Faults(failing_lists=0.01),
    "failing articles": Faults(failing_articles=0.05),
    "kills": Faults(killed=0.05),
    "clock leaps": Faults(leaps=0.02),
    "all": Faults(
        empty=0.01, repeated=0.01, stale=0.01, failing_lists=0.01, failing_articles=0.05, soft_404=0.02, late=0.01,
        shuffled=True, deleted=0.002, killed=0.02, leaps=0.005, outages=(1, 24, 60, 240),
    ),
}  # fmt: skip


class KilledError(Exception):
    """The run ends here, as by kill -9."""


@dataclass(slots=True)
class Story:
    """An article: when its lists name it, and when its page is up."""

    number: str
    time: datetime
    listed: datetime
    up: datetime
    lists: tuple[str, ...]
    gone: datetime | None

    @property
    def ids(self) -> list[str]:
        """The ids under which its lists name it."""
        return [self.number] * ("flashes" in self.lists) + [f"NW{self.number}"] * any(
            x != "flashes" for x in self.lists
        )


class World:
    """The news of the days, and the lists that name them, at any moment."""

    def __init__(self, days: int, faults: Faults, seed: int) -> None:
        self.random = Random(seed)
        self.stories = [self._story(number, time, faults) for number, time in enumerate(self._times(days))]
        self.by_number = {story.number: story for story in self.stories}
        self.rows = {name: self._sorted(name) for name in (*COLUMNS, "flashes")}
        self._keys = {name: [story.time for story in rows] for name, rows in self.rows.items()}

    def _times(self, days: int) -> list[datetime]:
        """Return when news comes, no two in one second, with quiet nights."""
        return sorted(set(self._drawn(days)))

    def _drawn(self, days: int) -> Iterator[datetime]:
        for day in range(-3, days):
            for _ in range(300):
                hour = self.random.choice([*range(7, 24), 9, 10, 15, 16, 20] if self.random.random() < 0.97 else [2, 4])
                yield START + day * DAY + hour * HOUR + timedelta(seconds=self.random.randrange(3600))

    def _story(self, number: int, time: datetime, faults: Faults) -> Story:
        random = self.random
        lists = [name for name, share in COLUMNS.items() if random.random() < share]
        lists += ["flashes"] * (random.random() < FLASHES or not lists)
        listed = time + random.random() * 72 * HOUR if random.random() < faults.late else time
        up = listed + random.uniform(1, 50) * MINUTE if random.random() < faults.soft_404 else time
        gone = listed + random.random() * 10 * DAY if random.random() < faults.deleted else None
        return Story(f"{time:%Y%m%d}{2_230_000_000 + number}", time, listed, up, tuple(lists), gone)

    def _sorted(self, name: str) -> list[Story]:
        return sorted((story for story in self.stories if name in story.lists), key=lambda story: story.time)

    def shown(self, name: str, now: datetime, most: int) -> list[Story]:
        """Return what a list holds at a moment, newest first."""
        rows = self.rows[name][: bisect_right(self._keys[name], now)]
        held = [s for s in rows[-most - 99 :] if s.listed <= now and not (s.gone and s.gone <= now)]
        return held[-most:][::-1]


class Server:
    """Answers requests, well or not, at a moment."""

    def __init__(self, world: World, faults: Faults, seed: int) -> None:
        self.world, self.faults, self.random = world, faults, Random(seed + 1)
        self.now = START

    def answer(self, request: Request) -> tuple[int, str, dict[str, str]]:
        """Return status, body and headers."""
        url = urlsplit(request.url)
        headers = {"Date": format_datetime(self.now, usegmt=False)}
        host = url.hostname or ""
        if host in ("newsinfo.example", "finance.example"):
            return *self._article(parse_qs(url.query).get("newsid", [url.path])[0]), headers
        if host == "roll.example" or "/v2/" in url.path:  # nothing stands in for a list that fails
            return 404, "", headers
        if self.random.random() < self.faults.failing_lists:
            return 503, "", headers
        if self.faults.unchanged_for_ever and request.headers.get("If-None-Match"):
            return 304, "", headers
        return 200, self._list(host, url.path, parse_qs(url.query)), headers | {"ETag": '"a"'}

    def _article(self, path: str) -> tuple[int, str]:
        number = "".join(filter(str.isdigit, path.rpartition("/")[2])) or path
        story = self.world.by_number.get(number)
        if self.random.random() < self.faults.failing_articles:
            return 503, ""
        if story is None or self.now < story.up or (story.gone and story.gone <= self.now):
            return 404, ""
        title, media, body, time = f"题{number}", "甲报", "<p>文</p>", f"{story.time:%Y-%m-%d %H:%M:%S}"
        data = {"Art_Title": title, "Art_Media_Name": media, "Art_Content": body, "Art_ShowTime": time}
        return 200, json.dumps(
            {"data": data, "news": {"title": title, "source": media, "body": body, "showtime": time}}
        )

    def _list(self, host: str, path: str, query: dict[str, list[str]]) -> str:
        draw, faults, now = self.random.random(), self.faults, self.now
        number = int(query.get("page_index", ["1"])[0])
        if draw < faults.empty:
            return self._written(host, path, [], "")
        if draw < faults.empty + faults.repeated:
            number = max(number - 1, 1)
        elif draw < faults.empty + faults.repeated + faults.stale:
            now -= self.random.random() * 2 * DAY
        if host == "listapi.example":
            rows = self.world.shown(query["column"][0], now, IN_COLUMN)[(number - 1) * ROWS : number * ROWS]
        elif host == "weblist.example":
            rows = self.world.shown("flashes", now, BY_CURSOR)
            end = query.get("sortEnd", [""])[0]
            rows = [story for story in rows if not end or story.time.timestamp() < int(end[:10])][:ROWS]
        else:
            page = int(path.rpartition("_.html")[0].rpartition("_")[2])
            rows = self.world.shown("flashes", now, 100_000)[(page - 1) * 50 : page * 50]
        after = f"{rows[-1].time.timestamp():.0f}000000" if rows else ""
        return self._written(host, path, self._shuffled(rows), after)

    def _shuffled(self, rows: list[Story]) -> list[Story]:
        if self.faults.shuffled and len(rows) > 9:
            for _ in range(5):
                at = self.random.randrange(len(rows) - 1)
                rows[at], rows[at + 1] = rows[at + 1], rows[at]
        return rows

    def _written(self, host: str, path: str, rows: list[Story], after: str) -> str:
        if host == "listapi.example":
            found = [
                {"code": s.number, "showTime": f"{s.time:%Y-%m-%d %H:%M:%S}", "title": f"题{s.number}",
                 "mediaName": "甲报", "uniqueUrl": f"https://finance.example/a/{s.number}.html", "np_dst": "CMS"}
                for s in rows
            ]  # fmt: skip
            return json.dumps({"code": "1", "data": {"list": found}})
        found = [{"title": f"题{s.number}", "code": s.number, "newsid": s.number, "id": s.number} for s in rows]
        for row, story in zip(found, rows, strict=True):
            row |= dict.fromkeys(("showTime", "showtime"), f"{story.time:%Y-%m-%d %H:%M:%S}")
            row |= dict.fromkeys(("summary", "digest"), f"【题】{story.number}")
        if host == "weblist.example":
            return json.dumps({"code": "1", "data": {"sortEnd": after, "fastNewsList": found}})
        return f"var ajaxResult={json.dumps({'rc': 1, 'LivesList': found})}"


@dataclass
class Figures:
    """What a month came to."""

    published: int = 0
    archived: int = 0
    lost: list[str] = field(default_factory=list)
    twice: int = 0
    false_wells: list[str] = field(default_factory=list)
    sevens: int = 0
    gaps: set[str] = field(default_factory=set)
    codes: Counter[int] = field(default_factory=Counter)
    requests: Counter[str] = field(default_factory=Counter)
    late: int = 0
    seconds: float = 0.0


class Month:
    """The runs of one scenario, on one seed."""

    def __init__(self, faults: Faults, days: int, seed: int, folder: Path) -> None:
        self.faults, self.days, self.folder = faults, days, folder
        self.random = Random(seed + 2)
        self.world = World(days, faults, seed)
        self.server = Server(self.world, faults, seed)
        self.figures = Figures()
        self.written: set[str] = set()  # ids of the posts
        self.waiting: list[tuple[datetime, str]] = []  # named and not archived, by when they were named
        self.named = 0
        self.order = sorted(self.world.stories, key=lambda story: story.listed)
        (folder / "sources.toml").write_text(SOURCES, encoding="utf-8")
        values = {name: value for name, value in vars(settings).items() if name.isupper()}
        paths = {"FINEWS_OUTPUT": str(folder / "site"), "FINEWS_SOURCES_FILE": str(folder / "sources.toml")}
        self.settings = {**values, **paths, "RETRY_TIMES": 0, "TWISTED_REACTOR_ENABLED": False}

    def play(self) -> Figures:
        """Return what the month came to."""
        real_now, began = dates.now, datetime.now(BEIJING)
        try:
            for now in self._moments():
                leap = self.random.choice([40 * DAY, -20_000 * DAY, -2 * HOUR]) if self._happens("leaps") else None
                self.server.now = now
                clock = now + leap if leap else now
                dates.now = lambda clock=clock: clock  # type: ignore[misc]
                self._run(now, kill=self._happens("killed"))
            self._count(now)
        finally:
            dates.now = real_now
        self.figures.seconds = (datetime.now(BEIJING) - began).total_seconds()
        return self.figures

    def _happens(self, fault: str) -> bool:
        return self.random.random() < float(getattr(self.faults, fault))

    def _moments(self) -> Iterator[datetime]:
        """Yield when runs begin; none does in an outage. The last three days are without one."""
        outages = list(self.faults.outages)
        now, next_outage = START, START + 2 * DAY
        while now < START + self.days * DAY:
            yield now
            now += EVERY
            if outages and now >= next_outage and now + outages[0] * HOUR < START + (self.days - 3) * DAY:
                now += outages.pop(0) * HOUR
                next_outage = now + 2 * DAY

    def _run(self, now: datetime, *, kill: bool) -> None:
        crawler = Crawler(FinewsSpider, Settings(self.settings))
        crawler._apply_settings()
        spider = FinewsSpider.from_crawler(crawler)
        crawler.spider = spider
        crawler.get_extension = lambda _: None  # type: ignore[assignment, method-assign]
        report, watch = ReportExtension(crawler), ClockWatch(crawler)
        left = self.random.randrange(40) if kill else 10**9
        try:
            report.spider_opened()
            self._crawl(spider, watch, left)
            watch.spider_closed()
            with redirect_stdout(io.StringIO()):
                report._close("finished")
        except KilledError:
            return
        finally:
            spider.run.ledger.close()
        assert report.report
        self._check(now, report.report)

    def _crawl(self, spider: FinewsSpider, watch: ClockWatch, left: int) -> None:
        run, conditional = spider.run, ConditionalMiddleware()
        run.fill_queue()
        queue: deque[Request] = deque()
        for source in run.arguments.sources:
            queue.extend(spider.listings.start(source))
        while True:
            if not queue:
                steps = list(spider.articles.take_owed())
                if not steps:
                    break
            else:
                request = queue.popleft()
                left -= 1
                if left < 0:
                    raise KilledError
                self._tally(spider, request)
                steps = list(self._answered(request, watch, conditional) or ())
            for step in steps:
                if isinstance(step, Request):
                    queue.append(step)
                else:
                    self._archive(spider, step, kill=left == 0)
        run.settle()

    def _tally(self, spider: FinewsSpider, request: Request) -> None:
        if "fetch" in request.cb_kwargs:
            self.figures.requests["article"] += 1
            return
        reading = spider.run.pagination.readings["eastmoney", request.cb_kwargs["listing"].name]
        self.figures.requests[reading.looked or "list"] += 1

    def _answered(self, request: Request, watch: ClockWatch, conditional: ConditionalMiddleware) -> Iterable[Any]:
        conditional.process_request(request)
        status, body, headers = self.server.answer(request)
        self.figures.requests["article failed"] += status == 503 and "fetch" in request.cb_kwargs
        response: Response | Request = TextResponse(
            request.url, status=status, body=body.encode(), headers=headers, request=request, encoding="utf-8"
        )
        assert isinstance(response, Response)
        watch.response_downloaded(response, request)
        response = conditional.process_response(request, response)
        assert isinstance(response, Response)
        response.request = request
        assert request.callback
        assert request.errback
        if response.status == 200:
            return request.callback(response, **request.cb_kwargs)  # type: ignore[no-any-return]
        failure = Failure(HttpError(response, "Ignoring non-200 response"))  # type: ignore[no-untyped-call]
        failure.request = request  # type: ignore[attr-defined]
        return request.errback(failure)  # type: ignore[no-any-return]

    def _archive(self, spider: FinewsSpider, item: Article, *, kill: bool) -> None:
        """Write a post, as the last pipeline does: the file, then the index; a kill may come between the two."""
        assert item.time
        archive = spider.run.archive
        path = archive.path(item.id, item.time)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(render(item, spider.run.config.site), encoding="utf-8")
        self.written.add(item.id)
        if kill:
            raise KilledError
        archive._index.add([Post(item.id, path.parent.relative_to(archive.output).as_posix(), path.name)], {})
        spider.run.count(item.source, "archived")
        spider.articles.archived(item)

    def _check(self, now: datetime, report: Any) -> None:
        """Look at the verdict, beside what was named and is not here."""
        while self.named < len(self.order) and self.order[self.named].listed <= now:
            story = self.order[self.named]
            for id_ in story.ids:
                late = 2 * DAY if story.listed > story.time else timedelta()  # three looks, a day each, may find it
                insort(self.waiting, (max(story.listed, story.up, START) + late, id_))
            self.named += 1
        waits = [(since, id_) for since, id_ in self.waiting if id_ not in self.written]
        self.waiting = [(since, id_) for since, id_ in waits if not self._is_gone(id_, now)]
        figures = self.figures
        figures.codes[report.exit_code] += 1
        source = report.sources["eastmoney"]
        figures.late += sum(reading.late for reading in source.lists.values())
        figures.gaps |= {f"{gap.list} {gap.since:%m-%d %H:%M} {gap.until:%m-%d %H:%M}" for gap in source.gaps}
        overdue = self.waiting[: bisect_left(self.waiting, (now - DAY, ""))]
        if report.exit_code == 0 and overdue:
            figures.false_wells.append(f"{now:%m-%d %H:%M} {overdue[:5]} of {len(overdue)}")

    def _is_gone(self, id_: str, now: datetime) -> bool:
        gone = self.world.by_number[id_.removeprefix("NW")].gone
        return gone is not None and gone <= now

    def _count(self, now: datetime) -> None:
        figures = self.figures
        files = Counter(path.stem[11:] for path in self.folder.glob("site/_posts/*/*/*/*.md"))
        due = now - 4 * DAY
        expected = [
            id_
            for story in self.world.stories
            if story.time <= due and not story.gone
            for id_ in story.ids
            if story.time >= START - DAY
        ]
        figures.published, figures.archived = len(expected), len({id_.removeprefix("NW") for id_ in files})
        figures.lost = [id_ for id_ in expected if id_ not in files]
        figures.twice = sum(number > 1 for number in files.values())


def main() -> int:
    """Return 1 where a property does not hold."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--seeds", type=int, default=10, help="of the scenario `all`; the others have one each")
    parser.add_argument("--only", nargs="*", choices=SCENARIOS, default=list(SCENARIOS))
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--first", type=int, default=1, help="the first seed")
    options = parser.parse_args()
    months = [
        (name, options.days, seed)
        for name in options.only
        for seed in range(options.first, options.first + (options.seeds if name == "all" else 1))
    ]
    failed = False
    with ProcessPoolExecutor(options.jobs) as pool:
        for (name, _, seed), figures in zip(months, pool.map(play, *zip(*months, strict=True)), strict=True):
            failed |= bool(figures.lost or figures.twice or figures.false_wells or cost(figures) > MAX_COST)
            print(line(name, seed, figures), flush=True)
    return int(failed)


def play(name: str, days: int, seed: int) -> Figures:
    """Return what a month came to."""
    logging.disable(logging.CRITICAL)
    with tempfile.TemporaryDirectory(dir=ROOM if ROOM.is_dir() else None) as folder:
        return Month(SCENARIOS[name], days, seed, Path(folder)).play()


def cost(figures: Figures) -> float:
    """Return how many requests an article took, beside those that were answered with an error."""
    return (figures.requests["article"] - figures.requests["article failed"]) / max(figures.archived, 1)


def line(name: str, seed: int, figures: Figures) -> str:
    """Return the figures of a month on one line."""
    requests = figures.requests
    failed = requests["article failed"] / max(figures.archived, 1)
    listings = ", ".join(f"{kind} {number}" for kind, number in sorted(requests.items()) if "article" not in kind)
    codes = ", ".join(f"{number} x {code}" for code, number in sorted(figures.codes.items()))
    text = (
        f"{name} (seed {seed}): {len(figures.lost)} of {figures.published} lost, {figures.twice} twice,"
        f" {len(figures.false_wells)} false wells; exit codes {codes}; {len(figures.gaps)} gaps, {figures.late} late;"
        f" {cost(figures):.3f} requests an article, and {failed:.3f} that failed; listings: {listings};"
        f" {figures.seconds:.0f} s"
    )
    examples = [f"  lost: {' '.join(figures.lost[:3])}"] if figures.lost else []
    examples += [f"  false: {figures.false_wells[0]}"] if figures.false_wells else []
    return "\n".join([text, *examples])


if __name__ == "__main__":
    sys.exit(main())
