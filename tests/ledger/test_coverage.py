"""The stretches that lists were read through are joined, and tell a day without news from one that nobody read."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from finews_spider.dates import BEIJING, Window
from finews_spider.ledger.coverage import CoverageTable, ListCoverage, Stretch
from finews_spider.ledger.database import Ledger
from finews_spider.reporting.days import DayRange, Known, ranges

START = datetime(2022, 1, 1, tzinfo=BEIJING)
DAY = timedelta(days=1)


def at(days: float) -> datetime:
    return START + days * DAY


@pytest.fixture
def table(tmp_path: Path) -> Iterator[CoverageTable]:
    with Ledger(tmp_path) as ledger:
        yield CoverageTable(ledger)


@pytest.mark.parametrize(
    ("stretches", "joined"),
    [
        ([(0, 1), (2, 3)], [(0, 1), (2, 3)]),
        ([(0, 1), (1, 2)], [(0, 2)]),
        ([(2, 3), (0, 1), (1, 2)], [(0, 3)]),
        ([(0, 5), (1, 2)], [(0, 5)]),
        ([(1, 2), (3, 4), (0, 5)], [(0, 5)]),
        ([(1, 1), (2, 1)], []),
    ],
)
def test_stretches_that_touch_are_one(
    table: CoverageTable, stretches: list[tuple[int, int]], joined: list[tuple[int, int]]
) -> None:
    for since, until in stretches:
        table.add("a", "list", Stretch(at(since), at(until)))
    found = table.of("a")
    assert [stretch for one in found.values() for stretch in one.stretches] == [
        Stretch(at(since), at(until)) for since, until in joined
    ]
    assert table.of("b") == {}


def test_the_oldest_end_that_was_ever_found_counts(table: CoverageTable) -> None:
    for day in (3, 1, 2):
        table.note_end("a", "list", at(day))
    assert table.of("a") == {"list": ListCoverage([], at(1))}


def known(number: int, lists: dict[str, ListCoverage], now: float = 9) -> list[tuple[int, int, Known, int]]:
    days = [at(day).date() for day in range(number)]
    first = START.date()
    return [
        ((one.first - first).days, (one.last - first).days, one.known, one.lists)
        for one in ranges(days, lists, at(now))
        if isinstance(one, DayRange)
    ]


def test_days_are_read_in_part_or_not_or_older_than_the_lists(table: CoverageTable) -> None:
    table.add("a", "one", Stretch(at(2.5), at(5)))
    table.note_end("a", "one", at(2.5))
    assert known(6, table.of("a")) == [
        (0, 1, Known.BEYOND, 0),
        (2, 2, Known.IN_PART, 0),
        (3, 4, Known.READ, 1),
        (5, 5, Known.NOT_READ, 0),
    ]
    table.add("a", "two", Stretch(at(4), at(6)))
    assert known(6, table.of("a")) == [
        (0, 1, Known.NOT_READ, 0),  # of one of the lists nobody knows where it begins
        (2, 2, Known.IN_PART, 0),
        (3, 3, Known.READ, 1),
        (4, 4, Known.READ, 2),
        (5, 5, Known.READ, 1),
    ]


def test_today_is_read_up_to_a_moment_ago(table: CoverageTable) -> None:
    table.add("a", "one", Stretch(at(0), at(1.5)))
    assert known(2, table.of("a"), now=1.505) == [(0, 1, Known.READ, 1)]
    assert known(2, table.of("a"), now=1.6) == [(0, 0, Known.READ, 1), (1, 1, Known.IN_PART, 0)]


def test_a_source_that_was_never_read_covers_nothing() -> None:
    assert known(2, {}) == [(0, 1, Known.NOT_READ, 0)]


@pytest.mark.parametrize(
    ("since", "until", "left"),
    [(None, None, (1, 9)), (3, None, (3, 9)), (None, 4, (1, 5)), (3, 4, (3, 5)), (0, 20, (1, 9))],
)
def test_a_window_proves_its_own_days_only(since: int | None, until: int | None, left: tuple[int, int]) -> None:
    first, last = (day if day is None else at(day).date() for day in (since, until))
    assert Stretch(at(1), at(9)).within(Window(first, last)) == Stretch(*map(at, left))
