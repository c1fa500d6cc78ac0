"""What may be missing, and no later run repairs by itself: a sentence each. Arithmetic only: no disk, no clock."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from finews_spider.reporting.program import command
from finews_spider.reporting.report import GapReport, RunReport, WindowReport
from finews_spider.reporting.terminal import plural

PATIENCE = timedelta(days=1)  # with an open gap


def missing(report: RunReport, now: datetime) -> list[str]:
    """Return the sentences; empty where nothing is missing that a later run does not bring by itself."""
    return list(_missing(report, now))


def count_gaps(report: RunReport) -> int:
    """Return how many stretches of lists are still to be read."""
    return sum(gap.state == "open" for source in report.sources.values() for gap in source.gaps) + sum(
        reading.ended == "short" for source in report.sources.values() for reading in source.lists.values()
    )


def gap_in_words(gap: GapReport) -> str:
    """Return `column cgnjj between 2021-12-30 07:57 and 2022-01-02 09:00, as its rows end …`."""
    return f"{gap.list} between {gap.since:%Y-%m-%d %H:%M} and {gap.until:%Y-%m-%d %H:%M}: {gap.reason}"


def _missing(report: RunReport, now: datetime) -> Iterator[str]:
    for name, source in report.sources.items():
        if source.given_up:
            yield f"{plural(source.given_up, 'article')} of {name} given up: {command('owed')} lists them"
    if report.window:
        yield from _of_window(report.window)
        return
    for name, source in report.sources.items():
        for gap in source.gaps:
            if gap.state == "given up" or now - gap.opened > PATIENCE:
                yield f"articles of {name} may be missing in {gap_in_words(gap)}"


def _of_window(window: WindowReport) -> Iterator[str]:
    if not window.uncovered:
        return
    beyond, days = window.beyond, [day for day in window.uncovered if day not in set(window.beyond)]
    parts = [f"{_in_short(days)} not read"] if days else []
    parts += [f"{_in_short(beyond)} older than the lists go back"] if beyond else []
    yield f"{plural(len(window.uncovered), 'day')} of the window covered by no list: {', '.join(parts)}"


def _in_short(days: list[date]) -> str:
    return f"{days[0]} to {days[-1]}" if len(days) > 2 else ", ".join(map(str, days))
