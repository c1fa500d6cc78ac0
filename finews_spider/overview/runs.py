"""Figures of runs, taken from their reports as long as these are there, and kept in the ledger by day."""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path

from finews_spider.dates import read_day
from finews_spider.exit_codes import ExitCode
from finews_spider.ledger.database import Ledger
from finews_spider.ledger.facts import Fact, Facts
from finews_spider.ledger.run_days import HostFigures, RunDay, RunDays
from finews_spider.overview.days import days_from
from finews_spider.printable import safe_line
from finews_spider.reporting.report import HostReport, RunReport
from finews_spider.reporting.store import FOLDER, KEPT, NAMES, from_json

MAX_HOST = 120  # characters
_WELL = (ExitCode.OK, ExitCode.OWED, ExitCode.INTERRUPTED)


def keep_figures(output: Path, ledger: Ledger, today: date, running: str = "") -> None:
    """Keep the figures of the runs since they were last kept, up to today, but for the one that goes on.

    Raises DiskError, and OSError for a folder that cannot be read.
    """
    facts, table = Facts(ledger), RunDays(ledger)
    last = read_day(facts.text(Fact.RUNS_COUNTED))
    names = _names(output, last if last and last <= today else None, today)
    days: defaultdict[date, list[RunReport]] = defaultdict(list)
    for day, name in names:
        with suppress(OSError, ValueError, RecursionError):  # what is no report is for a run to say
            if name != f"{running}.json":
                days[day].append(from_json((output / FOLDER / name).read_text(encoding="utf-8")))
    first = max(last or min(days, default=today), today - KEPT + timedelta(days=1))
    for day in days_from(min([first, *days]), today):
        table.keep(_of_day(day, days[day]), _hosts(days[day]))
    facts.keep_text(Fact.RUNS_COUNTED, f"{today}")


def _names(output: Path, since: date | None, today: date) -> Iterator[tuple[date, str]]:
    folder = output / FOLDER
    for name in sorted(path.name for path in folder.iterdir()) if folder.is_dir() else ():
        day = read_day(name[:10]) if NAMES.fullmatch(name) else None
        if day and (since or day) <= day <= today:
            yield day, name


def _of_day(day: date, reports: list[RunReport]) -> RunDay:
    owed: dict[str, int] = {}
    for report in reports:
        owed |= {name: source.owed for name, source in report.sources.items()}
    seconds = [round(report.seconds or 0) for report in reports]
    return RunDay(
        day=day,
        runs=len(reports),
        failed=sum(report.exit_code not in _WELL for report in reports),
        killed=sum(report.exit_code is None for report in reports),
        seconds=sum(seconds),
        longest=max(seconds, default=0),
        archived=sum(source.archived for report in reports for source in report.sources.values()),
        owed=sum(owed.values()),
        bytes=sum(host.bytes for report in reports for host in report.hosts.values()),
    )


def _hosts(reports: list[RunReport]) -> dict[str, HostFigures]:
    found: defaultdict[str, list[HostReport]] = defaultdict(list)
    for report in reports:
        for host, asked in report.hosts.items():
            found[safe_line(host, MAX_HOST)].append(asked)
    return {
        host: HostFigures(
            requests=sum(asked.requests for asked in all_of_it),
            failures=sum(map(_failures, all_of_it)),
            bytes=sum(asked.bytes for asked in all_of_it),
        )
        for host, all_of_it in found.items()
    }


def _failures(asked: HostReport) -> int:
    return sum(number for status, number in asked.statuses.items() if not status.startswith(("2", "3")))
