"""The report of a run: what it was asked for, what came, what is owed, and how it ended. README.md has its schema."""

import platform
from collections.abc import Iterator, Mapping
from datetime import datetime
from importlib.metadata import version
from itertools import count
from pathlib import Path
from typing import Any

from finews_spider import __version__, dates
from finews_spider.crawl.coverage import window_part
from finews_spider.crawl.pagination import ListReading
from finews_spider.crawl.run import Run
from finews_spider.reporting.store import BY_REASON, COUNTS, FOLDER, SCHEMA, Report


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


def fill(report: Report, run: Run) -> None:
    """Put in what the run has come to so far."""
    stats: dict[str, Any] = run.crawler.stats.get_stats()
    report["posts"] = len(run.archive)
    report["hosts"] = hosts(stats)
    names = [source.name for source in run.arguments.sources]
    report["sources"] = {name: _source(name, run, stats) for name in names}
    if run.arguments.query.window:
        report["window"], remarks = _window(run, names)
        report["warnings"] += remarks


def end(report: Report, code: int, why: str) -> None:
    """Say how it ended."""
    now = dates.now()
    report["ended"] = now.isoformat(timespec="seconds")
    report["seconds"] = round((now - datetime.fromisoformat(report["started"])).total_seconds(), 1)
    report["exit_code"], report["why"] = code, why


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


def _source(name: str, run: Run, stats: Mapping[str, Any]) -> dict[str, Any]:
    named = run.owed.named(name)
    lists = {title: reading for (source, title), reading in run.pagination.readings.items() if source == name}
    told = [reading for reading in lists.values() if reading.newest]
    return {
        "lists": {title: _list(reading) for title, reading in lists.items()},
        "rows": named.listed,
        "new": named.new,
        "known": named.known,
        **{what: stats.get(f"finews/{name}/{what}", 0) for what in COUNTS},
        **{what: dict(_below(f"finews/{name}/{what}", stats)) for what in BY_REASON},
        "owed": run.owed.count(name),
        "newest": max((str(each.newest) for each in told), default=None),
        "oldest": min((str(each.oldest) for each in told), default=None),
    }


def _list(reading: ListReading) -> dict[str, Any]:
    names = ("pages", "unchanged", "rows", "newest", "oldest", "failed")
    return {**{name: getattr(reading, name) for name in names}, "ended": reading.reach.ended}


def _window(run: Run, names: list[str]) -> tuple[dict[str, Any], list[str]]:
    counts = {
        name: {datetime.fromisoformat(day).date(): named._asdict() for day, named in days.items()}
        for name, days in ((name, run.owed.named_by_day(name)) for name in names)
    }
    return window_part(run.arguments.query.window, run.pagination.reaches(names), dates.now().date(), counts)


def _below(prefix: str, stats: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    return ((name[len(prefix) + 1 :], value) for name, value in stats.items() if name.startswith(f"{prefix}/"))
