"""Make a run's report: when it begins, of what it came to, when it ends."""

import platform
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from importlib.metadata import version
from itertools import count
from pathlib import Path

from finews_spider import __version__, dates
from finews_spider.crawl.coverage import Reaches, coverage_of, days_of
from finews_spider.crawl.list_reading import ListReading
from finews_spider.dates import Window
from finews_spider.ledger.coverage import ListCoverage
from finews_spider.ledger.gaps import Gap
from finews_spider.ledger.listed import ListedCounts
from finews_spider.publishing.commit import Published
from finews_spider.reporting.days import Known, known_of
from finews_spider.reporting.report import (
    SCHEMA,
    DayReport,
    GapReport,
    HostReport,
    ListReport,
    PicturesReport,
    PublishedReport,
    RunReport,
    SourceReport,
    Versions,
    WindowReport,
)
from finews_spider.reporting.store import path_of

Stats = Mapping[str, object]  # Scrapy's: counts, and texts and times besides
NOTHING_LISTED = ListedCounts(0, 0, 0, 0, 0)


def begin(output: Path, arguments: Mapping[str, str]) -> RunReport:
    """Return the report of a run that begins now, under a name that no report in the output folder has."""
    now = dates.now()
    second = f"{now:%Y-%m-%dT%H-%M-%S}"
    names = (f"{second}-{number}" if number else second for number in count())
    return RunReport(
        schema=SCHEMA,
        run=next(name for name in names if not path_of(output, name).exists()),
        started=now.replace(microsecond=0),
        arguments=dict(arguments),
        versions=Versions(finews=__version__, scrapy=version("scrapy"), python=platform.python_version()),
        output=str(output.resolve()),
        sources={},
        hosts={},
        broken=[],
        exit_code=None,
        why="it goes on, or was killed",
    )


def end(report: RunReport, exit_code: int, why: str) -> RunReport:
    """Return the report of the run, which ends now."""
    now = dates.now()
    seconds = round((now - report.started).total_seconds(), 1)
    return replace(report, ended=now.replace(microsecond=0), seconds=seconds, exit_code=exit_code, why=why)


def source_report(
    name: str, stats: Stats, lists: Mapping[str, ListReading], listed: ListedCounts, owed: int, gaps: Iterable[Gap] = ()
) -> SourceReport:
    """Return what came of a source: from the stats `finews/<name>/…`, its lists by name, and the ledger's counts."""
    counts = _counts(f"finews/{name}/", stats)
    dated = [reading for reading in lists.values() if reading.newest]
    return SourceReport(
        lists={title: _list_report(reading) for title, reading in lists.items()},
        rows=listed.listed,
        new=listed.new,
        known=listed.known,
        asked=counts.get("asked", 0),
        archived=counts.get("archived", 0),
        edited=counts.get("edited", 0),
        unchanged=counts.get("unchanged", 0),
        withdrawn=counts.get("withdrawn", 0),
        given_up=counts.get("given_up", 0),
        last_route=counts.get("last_route", 0),
        blocked=counts.get("blocked", 0),
        chars=counts.get("chars", 0),
        bodies=counts.get("bodies", 0),
        skipped=_counts("skipped/", counts),
        refused=_counts("refused/", counts),
        failed=_counts("failed/", counts),
        routes=_counts("routes/", counts),
        owed=owed,
        newest=max((str(reading.newest) for reading in dated), default=None),
        oldest=min((str(reading.oldest) for reading in dated), default=None),
        gaps=[_gap_report(gap) for gap in gaps if gap.source == name],
    )


def pictures_report(stats: Stats) -> PicturesReport | None:
    """Return what came of pictures, from the stats `finews/pictures/…`; None where they are not kept."""
    counts = _counts("finews/pictures/", stats)
    if not counts:
        return None
    return PicturesReport(
        kept=counts.get("kept", 0),
        from_archive=counts.get("from_archive", 0),
        bytes=counts.get("bytes", 0),
        owed=counts.get("owed", 0),
        given_up=counts.get("given_up", 0),
        left=counts.get("left", 0),
        failed=_counts("failed/", counts),
        elsewhere=_counts("elsewhere/", counts),
    )


def host_reports(stats: Stats) -> dict[str, HostReport]:
    """Return how each host answered, from the stats `finews/hosts/<host>/…`."""
    hosts = [name.split("/")[2] for name in stats if name.startswith("finews/hosts/")]
    return {host: _host_report(f"finews/hosts/{host}/", stats) for host in dict.fromkeys(hosts)}


def window_report(
    window: Window, reaches: Reaches, today: date, listed: Mapping[str, Mapping[date, ListedCounts]]
) -> tuple[WindowReport, list[str]]:
    """Return what the lists prove of a window's days, and warnings of days that are left out.

    `today` is Beijing's; `listed` are the ledger's counts by source and day. Where the window is open, its days begin
    with the oldest that a list named, and end today.
    """
    days, warnings = days_of(window, reaches, today)
    since, until = (days[0], days[-1]) if days else (window.since, None)
    reports = {
        source: {
            day: _day_report(listed.get(source, {}).get(day, NOTHING_LISTED), *coverage)
            for day, coverage in coverage_of(days, lists.values()).items()
        }
        for source, lists in reaches.items()
    }
    return WindowReport(
        since=since,
        until=until,
        days=reports,
        lists={source: len(lists) for source, lists in reaches.items()},
        not_covered={
            source: [day for day, report in by_day.items() if not report.covered + report.in_part]
            for source, by_day in reports.items()
        },
    ), warnings


def with_coverage(report: WindowReport, lists: Mapping[str, Mapping[str, ListCoverage]], now: datetime) -> WindowReport:
    """Return the window with the days that no list of any source covers, whatever run read it, as the ledger tells."""
    uncovered: list[date] = []
    beyond: list[date] = []
    for day in dict.fromkeys(day for days in report.days.values() for day in days):
        known = [known_of(day, of_source.values(), now)[0] for of_source in lists.values()]
        in_run = any(days[day].covered for days in report.days.values() if day in days)
        if not in_run and Known.READ not in known:
            uncovered.append(day)
            beyond += [day] * all(one is Known.BEYOND for one in known)
    return replace(report, uncovered=uncovered, beyond=beyond)


def published_report(published: Published) -> PublishedReport:
    """Return what became of the run's files in git."""
    return PublishedReport(
        files=published.files,
        commit=published.commit,
        pushed=published.pushed,
        trouble=published.trouble,
        notes=published.notes,
    )


def _list_report(reading: ListReading) -> ListReport:
    return ListReport(
        pages=reading.pages,
        unchanged=reading.unchanged,
        rows=reading.rows,
        newest=reading.newest,
        oldest=reading.oldest,
        failed=reading.failed,
        ended=reading.reach.ended,
        skipped=dict(reading.skipped),
        looked=reading.looked,
        late=reading.late,
    )


def _gap_report(gap: Gap) -> GapReport:
    return GapReport(
        list=gap.name,
        since=gap.since,
        until=gap.until,
        opened=gap.opened,
        looks=gap.looks,
        state=gap.state.value,
        reason=gap.reason,
    )


def _host_report(prefix: str, stats: Stats) -> HostReport:
    counts = _counts(prefix, stats)
    return HostReport(
        requests=counts.get("requests", 0),
        retries=counts.get("retries", 0),
        bytes=counts.get("bytes", 0),
        statuses=_counts("statuses/", counts),
        left_alone=str(stats.get(f"{prefix}left_alone", "")),
    )


def _day_report(listed: ListedCounts, covered: int, in_part: int) -> DayReport:
    return DayReport(
        listed=listed.listed,
        archived=listed.archived,
        known=listed.known,
        owed=listed.owed,
        covered=covered,
        in_part=in_part,
    )


def _counts(prefix: str, stats: Stats) -> dict[str, int]:
    """Return the counts below a prefix, by the rest of their names."""
    return {
        name.removeprefix(prefix): value
        for name, value in stats.items()
        if name.startswith(prefix) and isinstance(value, int)
    }
