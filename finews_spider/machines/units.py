"""Units: what is handed out to workers. A unit is a finews run, named by the words that one would type. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, Self

from finews_spider.reporting.program import FINEWS

DAY = timedelta(days=1)
_ORDER = ("source", "host", "category", "column", "since", "until")  # of arguments


class Kind(StrEnum):
    """The command of a unit."""

    CRAWL = "crawl"  # a source's lists, or a window of days
    REPARSE = "reparse"  # posts of a window made again of the captures that one machine has
    PICTURES = "pictures"  # the pictures at one host, of the posts of a window


ANY = "any"  # the queue of units that any worker may do


def queue_of(worker: str) -> str:
    """Return the queue of units that only the worker of that name may do."""
    return f"worker {worker}"


LIVE, BACKFILL = 10, 0  # priorities: of a group, what is news comes first


@dataclass(frozen=True, kw_only=True)
class Unit:
    """One run: its command, its arguments, and the group of hosts that it has to itself meanwhile."""

    kind: Kind
    words: Mapping[str, str]  # as typed after -a
    group: str = ""  # empty: it asks no host
    every: int = 0  # seconds after which it is to be done again; 0: it is done once
    on: str = ""  # the worker that it is for; empty: any
    last: Mapping[str, Any] = field(default_factory=dict)  # what came of it when it was tried last
    by: str = ""  # the worker that has it, or had it

    @classmethod
    def of(cls, arguments: Mapping[str, Any]) -> Self:
        """Return the unit that the queue keeps so. Raise ValueError where it is none."""
        try:
            unit = cls(**{**arguments, "kind": Kind(arguments["kind"])})
            for name in unit.words:
                _ORDER.index(name)
        except (KeyError, TypeError) as error:
            raise ValueError(f"no unit: {error}") from error
        return unit

    @property
    def arguments(self) -> dict[str, Any]:
        """What the queue keeps of it."""
        return {
            "kind": str(self.kind),
            "words": dict(self.words),
            "group": self.group,
            "every": self.every,
            "on": self.on,
        }

    @property
    def key(self) -> str:
        """By this two units are the same."""
        return " ".join([self.kind, *self._typed, *([f"on {self.on}"] if self.on else [])])

    @property
    def _typed(self) -> list[str]:
        """The arguments, in an order that does not depend on the database's."""
        return [f"{name}={self.words[name]}" for name in sorted(self.words, key=_ORDER.index)]

    @property
    def lock(self) -> str:
        """What no two units have that are done at the same time."""
        return self.group or self.key

    @property
    def is_live(self) -> bool:
        """Whether it reads what is new, and may be asked for again and again."""
        return self.kind is Kind.CRAWL and "since" not in self.words and "until" not in self.words

    @property
    def priority(self) -> int:
        """The higher is done first."""
        return LIVE if self.is_live else BACKFILL

    @property
    def queue(self) -> str:
        """Which workers it is for."""
        return queue_of(self.on) if self.on else ANY

    @property
    def command(self) -> list[str]:
        """What is typed after `scrapy`. Pictures have units of their own: their hosts may be other groups'."""
        words = [word for typed in self._typed for word in ("-a", typed)]
        match self.kind:
            case Kind.REPARSE:
                return [self.kind, "--write", "--kept", *words]
            case Kind.PICTURES:
                return [self.kind, *words, "-s", "FINEWS_PICTURES=on"]
            case _:
                return [self.kind, FINEWS, *words, "-s", "FINEWS_PICTURES=off"]


def windows(since: date, until: date, by: str) -> Iterator[tuple[date, date]]:
    """Yield first and last day of each month, week (from Monday on) or day, the first and the last one cut short."""
    while since <= until:
        last = _end_of(since, by)
        yield since, min(last, until)
        since = last + DAY


def _end_of(day: date, by: str) -> date:
    if by == "month":
        return (day.replace(day=1) + 32 * DAY).replace(day=1) - DAY
    return day + (6 - day.weekday()) * DAY if by == "week" else day
