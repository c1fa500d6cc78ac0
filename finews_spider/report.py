"""The report of a run: what it was asked for, what came, what is owed, and how it ended. README.md has its schema."""

import json
import platform
import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from importlib.metadata import version
from itertools import count
from pathlib import Path
from typing import Any

from finews_spider import __version__, dates
from finews_spider.archive.atomic import check_inside, write_all
from finews_spider.coverage import window_part
from finews_spider.lists import ListReading
from finews_spider.shapes import fits
from finews_spider.spiders.finews import FinewsSpider

Report = dict[str, Any]

SCHEMA = 1
FOLDER = Path(".finews/runs")
TELLING = 60  # of the last reports that new posts came with, to compare with, and all between them
MOST = 1000  # reports to read for that: runs without news, and those that another run kept from beginning
KEPT = timedelta(days=60)  # a report has some KB, and a run every five minutes makes a hundred thousand a year
NAMES = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}-\d{2}-\d{2}(?:-\d+)?\.json")
COUNTS = (
    "asked",
    "archived",
    "edited",
    "unchanged",
    "withdrawn",
    "given_up",
    "last_route",
    "blocked",
    "chars",
    "bodies",
)
BY_REASON = ("skipped", "refused", "failed", "routes")
# What reports are compared by.
COMPARED = {
    "arguments": {str: str},
    "hosts": {str: {"left_alone": str}},
    "broken": [str],
    "exit_code": (int, type(None)),
    "sources": {
        str: {
            "lists": {str: {"pages": int, "rows": int, "failed": str}},
            "new": int,
            **dict.fromkeys(COUNTS, int),
            **{name: {str: int} for name in BY_REASON},
        }
    },
}

OK, FAULT, WRONG, OWED, BROKEN, UNPUBLISHED, HELD, INTERRUPTED = 0, 1, 2, 3, 4, 5, 6, 130


def begin(output: Path, arguments: Mapping[str, str]) -> Report:
    """The report of a run that begins now."""
    now = dates.now()
    second = f"{now:%Y-%m-%dT%H-%M-%S}"
    names = (f"{second}-{number}" if number else second for number in count())
    return {
        "schema": SCHEMA,
        "run": next(name for name in names if not (output / FOLDER / f"{name}.json").exists()),
        "started": now.isoformat(timespec="seconds"),
        "ended": None,
        "seconds": None,
        "arguments": dict(arguments),
        "versions": {"finews": __version__, "scrapy": version("scrapy"), "python": platform.python_version()},
        "output": str(output.resolve()),
        "posts": None,
        "sources": {},
        "hosts": {},
        "window": None,
        "published": None,
        "warnings": [],
        "broken": [],
        "exit_code": None,
        "why": "it goes on, or was killed",
    }


def fill(report: Report, spider: FinewsSpider) -> None:
    """Put in what the run has come to so far."""
    stats: dict[str, Any] = spider.crawler.stats.get_stats()
    report["posts"] = len(spider.archive)
    report["hosts"] = hosts(stats)
    names = [source.name for source in spider.arguments.sources]
    report["sources"] = {name: _source(name, spider, stats) for name in names}
    if spider.arguments.query.window:
        report["window"], remarks = _window(spider, names)
        report["warnings"] += remarks


def end(report: Report, code: int, why: str) -> None:
    """Say how it ended."""
    now = dates.now()
    report["ended"] = now.isoformat(timespec="seconds")
    report["seconds"] = round((now - datetime.fromisoformat(report["started"])).total_seconds(), 1)
    report["exit_code"], report["why"] = code, why


def verdict(report: Report, reason: str, owed: int) -> tuple[int, str]:
    """The exit code and why, given Scrapy's reason for the spider's end and how many articles are owed."""
    if reason == "shutdown":
        return INTERRUPTED, "interrupted; the next run goes on where this one was"
    if reason == "start_error":
        return FAULT, "a fault in finews; the log has its traceback"
    unpublished = (report.get("published") or {}).get("trouble", "")
    if reason != "finished" and not (unpublished and reason.startswith("closespider_")):
        return OWED, reason
    if report["broken"]:
        return BROKEN, report["broken"][0]
    if unpublished:
        return UNPUBLISHED, unpublished
    if owed:
        return OWED, f"{owed} articles are owed"
    return OK, "all well"


def hosts(stats: Mapping[str, Any]) -> dict[str, Any]:
    """What each host was asked and said."""
    found: dict[str, Any] = {}
    for name, value in _below("finews/hosts", stats):
        netloc, _, what = name.partition("/")
        host = found.setdefault(netloc, {"requests": 0, "retries": 0, "bytes": 0, "statuses": {}, "left_alone": ""})
        if what.startswith("statuses/"):
            host["statuses"][what.removeprefix("statuses/")] = value
        else:
            host[what] = value
    return found


def _source(name: str, spider: FinewsSpider, stats: Mapping[str, Any]) -> dict[str, Any]:
    named = spider.owed.named(name)
    lists = {title: reading for (source, title), reading in spider.lists.readings.items() if source == name}
    told = [reading for reading in lists.values() if reading.newest]
    return {
        "lists": {title: _list(reading) for title, reading in lists.items()},
        "rows": named.listed,
        "new": named.new,
        "known": named.known,
        **{what: stats.get(f"finews/{name}/{what}", 0) for what in COUNTS},
        **{what: dict(_below(f"finews/{name}/{what}", stats)) for what in BY_REASON},
        "owed": spider.owed.count(name),
        "newest": max((str(each.newest) for each in told), default=None),
        "oldest": min((str(each.oldest) for each in told), default=None),
    }


def _list(reading: ListReading) -> dict[str, Any]:
    names = ("pages", "unchanged", "rows", "newest", "oldest", "failed")
    return {**{name: getattr(reading, name) for name in names}, "ended": reading.reach.ended}


def _window(spider: FinewsSpider, names: list[str]) -> tuple[dict[str, Any], list[str]]:
    counts = {
        name: {datetime.fromisoformat(day).date(): named._asdict() for day, named in days.items()}
        for name, days in ((name, spider.owed.named_by_day(name)) for name in names)
    }
    return window_part(spider.arguments.query.window, spider.lists.reaches(names), dates.now().date(), counts)


def _below(prefix: str, stats: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    return ((name[len(prefix) + 1 :], value) for name, value in stats.items() if name.startswith(f"{prefix}/"))


# On disk.


def write(report: Report, output: Path) -> Path:
    """Keep the report, whole. Raises OSError where the disk refuses."""
    folder = output / FOLDER
    check_inside(output, folder)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{report['run']}.json"
    # Names of files need not be Unicode.
    text = json.dumps(report, ensure_ascii=False).encode("utf-8", "backslashreplace").decode()
    (error,), _ = write_all(output, [(path, text)])
    if error:
        raise error
    return path


def forget_old(output: Path) -> None:
    """Reports that no run is compared with any more go."""
    oldest = f"{dates.now() - KEPT:%Y-%m-%d}"
    for path in (output / FOLDER).iterdir():
        if NAMES.fullmatch(path.name) and path.name < oldest and path.is_file():
            path.unlink()


def last(output: Path) -> tuple[list[Report], list[str]]:
    """The last reports, the newest last, and what is wrong with files that are none."""
    try:
        names = sorted(path.name for path in (output / FOLDER).iterdir())
    except FileNotFoundError:
        return [], []
    except NotADirectoryError:
        return [], [f"{output / FOLDER} is no folder; move it away, the reports of runs go there"]
    others = [name for name in names if not NAMES.fullmatch(name)]
    found, wrong = [], [f"{output / FOLDER / name} is no report of a run; move it away" for name in others]
    telling = 0
    for name in [name for name in reversed(names) if NAMES.fullmatch(name)][:MOST]:
        try:
            found.append(_read(output / FOLDER / name))
            telling += any(each["archived"] for each in found[-1]["sources"].values())
        except (OSError, ValueError, RecursionError) as error:
            wrong.append(f"{output / FOLDER / name} is no report of a run ({error}); move it away")
        if telling == TELLING:
            break
    return found[::-1], wrong[:1] + ([f"… and {len(wrong) - 1} more files there"] if len(wrong) > 1 else [])


def _read(path: Path) -> Report:
    report = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(report, dict) or report.get("schema") != SCHEMA:
        raise ValueError("its schema is another")
    if not fits(report, COMPARED):
        raise ValueError("it lacks fields, or they are of another type")
    return report
