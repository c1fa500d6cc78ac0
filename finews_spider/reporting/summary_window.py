"""What a window's lists proved, in few words: its days in ranges, and how far back each list was read."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from itertools import groupby
from typing import Any, NamedTuple

from finews_spider.printable import safe_line
from finews_spider.reporting.terminal import plural

COUNTS = ("listed", "archived", "known", "owed")
NAMES = ("source", "window")
REMARKS = ("newest", "covered by")
MAX_RANGES = 30  # of a source; the report has every day
MAX_DAYS = 3  # that lists of one kind were read to
MAX_LISTS = 3  # that are named

ENDED = {
    "window": "read past the window",
    "known": "read to what was known",
    "end": "came to their end",
    "limit": "stopped at the limit of pages",
    "failed": "failed",
    None: "cut short",
}
GOOD = ("window", "known")


class Covered(Enum):
    """By how many of a source's lists."""

    ALL = "all lists"
    SOME = "some lists"
    IN_PART = "in part only"
    NOT = "not covered"


class Table(NamedTuple):
    """Cells are texts; under NAMES and REMARKS they say what they say, elsewhere they are numbers."""

    head: tuple[str, ...]
    rows: list[tuple[str, ...]]


@dataclass(slots=True)
class Days:
    """Days one after the other that are alike, and the sum of their figures."""

    first: date
    last: date
    how: Covered
    lists: int
    sums: Counter[str] = field(default_factory=Counter)
    covered: set[int] = field(default_factory=set)  # by how many lists, where that differs

    def add(self, day: date, figures: Mapping[str, Any]) -> None:
        """One more of them."""
        self.last = day
        self.sums.update({"days": 1, **{name: figures.get(name) or 0 for name in COUNTS}})
        self.covered.add(figures.get("covered") or 0)

    @property
    def covered_by(self) -> str:
        """By how many lists."""
        if self.how is Covered.SOME:
            return f"{between(min(self.covered), max(self.covered))} of {self.lists} lists"
        return f"all {plural(self.lists, 'list')}" if self.how is Covered.ALL else self.how.value


def between(first: object, last: object) -> str:
    """`a to b`; `a` where both are the same."""
    return f"{first} to {last}" if first != last else f"{first}"


def days_table(window: Mapping[str, Any]) -> Table:
    """The days of each source, those that are alike in one row."""
    rows: list[tuple[str, ...]] = []
    for source in {**(window.get("lists") or {}), **(window.get("days") or {})}:
        ranges = list(_ranges(window, source))
        shown = ranges[:MAX_RANGES]
        rows += [_row(source, between(days.first, days.last), days.sums, days.covered_by) for days in shown]
        if rest := ranges[MAX_RANGES:]:
            sums = sum((days.sums for days in rest), Counter[str]())
            rows.append(_row(source, f"and more, to {rest[-1].last}", sums, _covered_by(rest)))
    return Table(("source", "window", "days", *COUNTS, "covered by"), rows)


def _row(source: str, name: str, sums: Mapping[str, int], covered_by: str) -> tuple[str, ...]:
    return (safe_line(source), name, *(f"{sums[count]:,}" for count in ("days", *COUNTS)), covered_by)


def _covered_by(rest: list[Days]) -> str:
    counts: Counter[Covered] = Counter()
    for days in rest:
        counts[days.how] += days.sums["days"]
    return ", ".join(f"{how.value}: {plural(count, 'day')}" for how, count in counts.items())


def _ranges(window: Mapping[str, Any], source: str) -> Iterator[Days]:
    lists = (window.get("lists") or {}).get(source) or 0
    figures: dict[str, Mapping[str, Any]] = {day: {} for day in (window.get("not_covered") or {}).get(source) or ()}
    figures |= (window.get("days") or {}).get(source) or {}
    days = [(date.fromisoformat(day), figures[day] or {}) for day in sorted(figures)]

    def alike(numbered: tuple[int, tuple[date, Mapping[str, Any]]]) -> tuple[int, Covered, bool]:
        number, (day, of_day) = numbered
        return day.toordinal() - number, _how(of_day, lists), bool(of_day.get("owed"))

    for (_, how, _), group in groupby(enumerate(days), alike):
        members = [each for _, each in group]
        made = Days(members[0][0], members[0][0], how, lists)
        for day, of_day in members:
            made.add(day, of_day)
        yield made


def _how(figures: Mapping[str, Any], lists: int) -> Covered:
    covered = figures.get("covered") or 0
    if covered:
        return Covered.ALL if covered >= lists else Covered.SOME
    return Covered.IN_PART if figures.get("in_part") else Covered.NOT


def reached(source: str, lists: Mapping[str, Any], window: Mapping[str, Any] | None) -> Iterator[str]:
    """How far back the source's lists were read and why no farther, like lists together.

    Without a window only lists that were not read as far as they should be.
    """
    groups: dict[tuple[str | None, str], dict[str, list[str]]] = {}
    for name, each in lists.items():
        ended, oldest = each.get("ended"), str(each.get("oldest") or "")[:10]
        if window and ended == "end" and "" < oldest < (window.get("since") or ""):
            ended = "window"
        if window or ended not in (*GOOD, "end"):
            days = groups.setdefault((ended, safe_line(each.get("failed") or "")), {})
            days.setdefault(oldest, []).append(safe_line(name))
    for (ended, why), days in sorted(groups.items(), key=lambda group: [*ENDED, group[0][0]].index(group[0][0])):
        what = ENDED.get(ended, f"ended: {ended}") + (f" ({why})" if why else "")
        lists_of_group = plural(sum(map(len, days.values())), "list")
        yield f"{safe_line(source)}: {lists_of_group} {what}: {_where(days, ended in GOOD)}"


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
