"""What a window's lists proved, in few words: its days in ranges, and how far back each list was read."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum
from itertools import groupby

from finews_spider.printable import safe_line
from finews_spider.reporting.report import DayReport, ListReport, WindowReport
from finews_spider.reporting.tables import Table
from finews_spider.reporting.terminal import plural

COUNTS = ("days", "listed", "archived", "known", "owed")
MAX_RANGES = 30  # of a source; the report has every day
MAX_DAYS = 3  # that lists of one kind were read to
MAX_LISTS = 3  # that are named

ENDED: dict[str | None, str] = {
    "window": "read past the window",
    "known": "read to what was known",
    "end": "came to their end",
    "short": "came to an end before as many rows as they say",
    "limit": "stopped at the limit of pages",
    "failed": "failed",
    None: "cut short",
}
GOOD = ("window", "known")


class Coverage(Enum):
    """By how many of a source's lists days are covered."""

    ALL = "all lists"
    SOME = "some lists"
    IN_PART = "in part only"
    NONE = "not covered"


@dataclass(frozen=True, slots=True, kw_only=True)
class DayRange:
    """Days one after the other that are alike."""

    first: date
    last: date
    coverage: Coverage
    lists: int  # of the source
    fewest: int  # lists that cover one of the days
    most: int
    sums: Counter[str]  # of COUNTS

    @property
    def covered_by(self) -> str:
        """By how many lists."""
        if self.coverage is Coverage.SOME:
            return f"{between(self.fewest, self.most)} of {self.lists} lists"
        return f"all {plural(self.lists, 'list')}" if self.coverage is Coverage.ALL else self.coverage.value


def between(first: object, last: object) -> str:
    """Return `a to b`; `a` where both are the same."""
    return f"{first} to {last}" if first != last else f"{first}"


def days_table(window: WindowReport) -> Table:
    """Return the days of each source, those that are alike in one row."""
    rows: list[tuple[str, ...]] = []
    for source in {**window.lists, **window.days}:
        ranges = list(_ranges(window, source))
        shown, rest = ranges[:MAX_RANGES], ranges[MAX_RANGES:]
        rows += [_row(source, between(days.first, days.last), days.sums, days.covered_by) for days in shown]
        if rest:
            sums = sum((days.sums for days in rest), Counter[str]())
            rows.append(_row(source, f"and more, to {rest[-1].last}", sums, _covered_by(rest)))
    return Table(("source", "window", *COUNTS, "covered by"), rows)


def _row(source: str, name: str, sums: Mapping[str, int], covered_by: str) -> tuple[str, ...]:
    return (safe_line(source), name, *(f"{sums[count]:,}" for count in COUNTS), covered_by)


def _covered_by(rest: list[DayRange]) -> str:
    counts: Counter[Coverage] = Counter()
    for days in rest:
        counts[days.coverage] += days.sums["days"]
    return ", ".join(f"{coverage.value}: {plural(count, 'day')}" for coverage, count in counts.items())


def _ranges(window: WindowReport, source: str) -> Iterator[DayRange]:
    lists = window.lists.get(source, 0)
    reports = dict.fromkeys(window.not_covered.get(source, ()), DayReport()) | window.days.get(source, {})

    def alike(numbered: tuple[int, tuple[date, DayReport]]) -> tuple[int, Coverage, bool]:
        number, (day, report) = numbered
        return day.toordinal() - number, _coverage(report, lists), bool(report.owed)

    for (_, coverage, _), group in groupby(enumerate(sorted(reports.items(), key=lambda item: item[0])), alike):
        days = dict(of_day for _, of_day in group)
        covered = [report.covered for report in days.values()]
        yield DayRange(
            first=min(days),
            last=max(days),
            coverage=coverage,
            lists=lists,
            fewest=min(covered),
            most=max(covered),
            sums=_sums(days.values()),
        )


def _sums(reports: Iterable[DayReport]) -> Counter[str]:
    sums: Counter[str] = Counter()
    for day in reports:
        sums.update(days=1, listed=day.listed, archived=day.archived, known=day.known, owed=day.owed)
    return sums


def _coverage(report: DayReport, lists: int) -> Coverage:
    if report.covered:
        return Coverage.ALL if report.covered >= lists else Coverage.SOME
    return Coverage.IN_PART if report.in_part else Coverage.NONE


def reading_notes(source: str, lists: Mapping[str, ListReport], window: WindowReport | None) -> Iterator[str]:
    """Yield how far back the source's lists were read and why no farther, like lists together.

    Without a window only lists that were not read as far as they should be.
    """
    groups: dict[tuple[str | None, str], dict[str, list[str]]] = {}
    for name, report in lists.items():
        ended, oldest = report.ended, (report.oldest or "")[:10]
        if window and window.since and ended == "end" and "" < oldest < window.since.isoformat():
            ended = "window"
        if window or ended not in (*GOOD, "end"):
            days = groups.setdefault((ended, safe_line(report.failed)), {})
            days.setdefault(oldest, []).append(safe_line(name))
    for (ended, why), days in sorted(groups.items(), key=lambda group: _place(group[0][0])):
        what = ENDED.get(ended, f"ended: {ended}") + (f" ({why})" if why else "")
        lists_of_group = plural(sum(map(len, days.values())), "list")
        yield f"{safe_line(source)}: {lists_of_group} {what}: {_where(days, ended in GOOD)}"


def _place(ended: str | None) -> int:
    return list(ENDED).index(ended) if ended in ENDED else len(ENDED)


def _where(days: Mapping[str, list[str]], good: bool) -> str:
    if good:
        return f"back to {between(min(days), max(days))}"
    newest_first = sorted(filter(None, days), reverse=True)
    nothing = [f"nothing read of {_names(days[''])}"] if "" in days else []
    entries = [f"{day} ({_names(days[day])})" for day in newest_first[:MAX_DAYS]]
    if rest := newest_first[MAX_DAYS:]:
        entries.append(f"{between(rest[-1], rest[0])} ({plural(sum(len(days[day]) for day in rest), 'other')})")
    return "; ".join([*nothing, *([f"back to {', '.join(entries)}"] if entries else [])])


def _names(names: Iterable[str]) -> str:
    first, rest = list(names)[:MAX_LISTS], list(names)[MAX_LISTS:]
    return ", ".join(first) + (f" and {len(rest)} more" if rest else "")
