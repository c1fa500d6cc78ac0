"""What the reports of runs say of one source, put so that they can be compared."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

from finews_spider.dates import BEIJING
from finews_spider.reporting.report import RunReport, SourceReport

MIN_ARTICLES = 5  # articles to judge by; where a run has fewer, those of the runs before it are added
MIN_BODIES = 50  # bodies in three runs or more, to know how long they are

ONE_OFF_ARGS = {"since", "until", "url", "refresh"}  # a run with these is not like those before it
NARROW_ARGS = {"category", "column"}  # its lists are like the same lists of other runs, its articles are not


@dataclass(frozen=True, slots=True)
class SourceRun:
    """What one run's report says of one source."""

    source: str
    report: SourceReport
    run_report: RunReport
    kind_of_list: Callable[[str], str]

    @classmethod
    def of(cls, source: str, run: RunReport, kind_of_list: Callable[[str], str]) -> Self:
        """Return the run's part that is the source's, which knows the kind of a list. Raises KeyError without one."""
        return cls(source, run.sources[source], run, kind_of_list)

    def has(self, arguments: set[str]) -> bool:
        """Return whether it was run with one of these."""
        return not arguments.isdisjoint(self.run_report.arguments)

    def rows(self, name: str) -> int | None:
        """Return how many rows a list had, none where it is absent; None where it was not read, or not wholly."""
        reading = self.report.lists.get(name)
        was_read = reading and (reading.pages or reading.ended == "end") and not reading.failed
        return reading.rows if reading and was_read else None

    def skipped_share(self, name: str, reason: str) -> float | None:
        """Return the share of a list's rows that were skipped for a reason; None where that is not known."""
        reading = self.report.lists.get(name)
        by_list = any(one.skipped for one in self.report.lists.values())
        if not reading or not self.rows(name) or (reason in self.report.skipped and not by_list):  # of 0.2.0 or before
            return None
        return reading.skipped.get(reason, 0) / (reading.rows + sum(reading.skipped.values()))

    def had(self, trouble: str, name: str = "") -> bool:
        """Return whether it was broken by this trouble, and where a list is named, by that of this list."""
        lines = [line for line in self.run_report.broken if line.startswith(f"{self.source}: ") and trouble in line]
        if not lines or not name:
            return bool(lines)
        named = re.compile(rf": (?:.*, )?(?:{re.escape(name)}|all \d+ {self.kind_of_list(name)} lists)(?:, | ha)")
        return any(map(named.search, lines))

    @property
    def archived(self) -> int:
        """Articles that came well, written or not."""
        return self.report.archived + self.report.edited + self.report.unchanged

    @property
    def lost(self) -> int:
        """Articles that did not come."""
        return sum(self.report.refused.values()) + sum(self.report.failed.values()) + self.report.withdrawn

    @property
    def fresh(self) -> int:
        """Articles that were asked for the first time. One that fails run after run says nothing of today."""
        return self.report.asked if self.has({"refresh"}) else min(self.report.new, self.report.asked)

    @property
    def bodies(self) -> int:
        """Posts that were written with a body."""
        return self.report.bodies

    @property
    def late(self) -> int:
        """Those whose body came by the last route: not articles that did not come, nor flashes without a body."""
        return max(0, self.report.last_route - self.lost - (self.report.archived - self.bodies))


def latest(run: SourceRun, earlier: Sequence[SourceRun], number: Callable[[SourceRun], int]) -> list[SourceRun]:
    """Return this run, and so many before it that there are enough articles to judge by; none where there are not."""
    runs, total = [], 0
    for one in (run, *reversed(earlier)):
        runs.append(one)
        total += number(one)
        if total >= MIN_ARTICLES:
            return runs
    return []


def mean(runs: Iterable[SourceRun]) -> float:
    """Return the characters of a body, on average; there has to be one."""
    counts = [(run.report.chars, run.bodies) for run in runs]
    return sum(chars for chars, _ in counts) / sum(bodies for _, bodies in counts)


def lowest_mean(runs: Sequence[SourceRun]) -> float:
    """Return the lowest mean of runs that have enough bodies together; 0 where there are too few to know."""
    means, together = [], list[SourceRun]()
    for run in runs:
        together.append(run)
        if sum(one.bodies for one in together) >= MIN_ARTICLES:
            means.append(mean(together))
            together = []
    known = sum(run.bodies for run in runs) >= MIN_BODIES and len(means) >= 3
    return min(means) if known else 0.0


def moment(text: str) -> datetime:
    """Return a report's time; of a day its end."""
    time = datetime.fromisoformat(text)
    return time if time.tzinfo else time.replace(tzinfo=BEIJING) + timedelta(days=1)
