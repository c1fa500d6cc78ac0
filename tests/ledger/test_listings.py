"""What runs learned of lists is there for the next."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from finews_spider.dates import BEIJING
from finews_spider.ledger.database import Ledger
from finews_spider.ledger.listings import ListState, ListStates, ListTotals
from tests.support.nonempty import nonempty


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Ledger(tmp_path) as ledger:
        yield ledger


TIME = datetime(2026, 11, 1, 12, tzinfo=BEIJING)


def test_what_is_known_of_a_list_is_kept_by_source_and_name(ledger: Ledger) -> None:
    lists = ListStates(ledger)
    assert lists.of("a", "column") == ListState()
    states = [ListState(True, TIME, TIME, True), ListState(False, TIME, None, False), ListState(True, None, TIME, True)]
    for state in nonempty(states):
        lists.keep("a", "column", state)
        assert lists.of("a", "column") == state
    assert lists.of("a", "other") == lists.of("b", "column") == ListState()


def test_all_lists_of_a_source_are_reopened(ledger: Ledger) -> None:
    lists, state = ListStates(ledger), ListState(True, TIME, TIME, True)
    for source, name in (("a", "column"), ("a", "flashes"), ("b", "column")):
        lists.keep(source, name, state)
    lists.reopen("a")
    assert lists.of("a", "column") == lists.of("a", "flashes") == state._replace(finished=False)
    assert lists.of("b", "column") == state


def test_readings_that_missed_the_total_are_counted_by_list(ledger: Ledger) -> None:
    totals = ListTotals(ledger)
    assert totals.missed("a", "column") == 0
    for missed in (1, 2, 0, 3):
        totals.record("a", "column", missed=missed)
        assert totals.missed("a", "column") == missed
    assert totals.missed("a", "other") == totals.missed("b", "column") == 0
