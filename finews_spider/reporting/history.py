"""What the reports of runs say of one source, put so that they can be compared."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from finews_spider.dates import BEIJING

Report = Mapping[str, Any]

MIN_ARTICLES = 5  # articles to judge by; where a run has fewer, those of the runs before it are added
MIN_BODIES = 50  # bodies in three runs or more, to know how long they are

ONE_OFF_ARGS = {"since", "until", "url", "refresh"}  # a run with these is not like those before it
NARROW_ARGS = {"category", "column"}  # its lists are like the same lists of other runs, its articles are not


@dataclass(frozen=True, slots=True)
class Run:
    """What one run's report says of one source."""

    source: str
    report: Report

    def __getitem__(self, name: str) -> Any:
        return self.report["sources"][self.source][name]

    def has(self, arguments: set[str]) -> bool:
        """Whether it was run with one of these."""
        return not arguments.isdisjoint(self.report["arguments"])

    def rows(self, name: str) -> int | None:
        """How many rows a list had; None where it was not read, or not wholly."""
        reading = self["lists"].get(name)
        return int(reading["rows"]) if reading and reading["pages"] and not reading["failed"] else None

    def was_told(self, trouble: str, name: str = "") -> bool:
        """Whether this trouble was told of then, and of this list where one is named."""
        told = [line for line in self.report["broken"] if line.startswith(f"{self.source}: ") and trouble in line]
        named = re.compile(rf": (?:.*, )?(?:{re.escape(name)}|all \d+ {kind(name)} lists)(?:, | ha)")
        return any(not name or named.search(line) for line in told)

    @property
    def archived(self) -> int:
        """Articles that came well, written or not."""
        return sum(int(self[name]) for name in ("archived", "edited", "unchanged"))

    @property
    def lost(self) -> int:
        """Articles that did not come."""
        return sum([*self["refused"].values(), *self["failed"].values(), self["withdrawn"]])

    @property
    def fresh(self) -> int:
        """Articles that were asked for the first time. One that fails run after run says nothing of today."""
        asked = int(self["asked"])
        return asked if self.has({"refresh"}) else min(int(self["new"]), asked)

    @property
    def bodies(self) -> int:
        """Posts that were written with a body."""
        return int(self["bodies"])

    @property
    def late(self) -> int:
        """Those whose body came by the last route: not articles that did not come, nor flashes without a body."""
        return max(0, int(self["last_route"]) - self.lost - (int(self["archived"]) - self.bodies))


def latest(run: Run, earlier: Sequence[Run], number: Callable[[Run], int]) -> list[Run]:
    """This run, and so many before it that there are enough articles to judge by; none where there are not."""
    runs, total = [], 0
    for each in (run, *reversed(earlier)):
        runs.append(each)
        total += number(each)
        if total >= MIN_ARTICLES:
            return runs
    return []


def mean(runs: Iterable[Run]) -> float:
    """Characters of a body, on average; there has to be one."""
    counts = [(int(each["chars"]), each.bodies) for each in runs]
    return sum(chars for chars, _ in counts) / sum(bodies for _, bodies in counts)


def lowest_mean(runs: Sequence[Run]) -> float:
    """The lowest mean of runs that have enough bodies together; 0 where there are too few to know."""
    means, together = [], list[Run]()
    for each in runs:
        together.append(each)
        if sum(one.bodies for one in together) >= MIN_ARTICLES:
            means.append(mean(together))
            together = []
    known = sum(each.bodies for each in runs) >= MIN_BODIES and len(means) >= 3
    return min(means) if known else 0.0


def moment(text: str) -> datetime:
    """A report's time; of a day its end."""
    time = datetime.fromisoformat(text)
    return time if time.tzinfo else time.replace(tzinfo=BEIJING) + timedelta(days=1)


def kind(name: str) -> str:
    """`column` of `column cgnjj`."""
    return name.split(" ")[0]
