"""What runs learned of lists is there for the next."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from finews_spider.ledger.database import Ledger
from finews_spider.ledger.listings import FinishedListings, ListTotals


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Ledger(tmp_path) as ledger:
        yield ledger


def test_a_list_is_finished_when_its_last_reading_came_to_its_end(ledger: Ledger) -> None:
    lists = FinishedListings(ledger)
    assert not lists.is_finished("a", "column")
    for finished in (True, False, True):
        lists.record("a", "column", finished=finished)
        assert lists.is_finished("a", "column") == finished
    assert not lists.is_finished("a", "other")
    assert not lists.is_finished("b", "column")


def test_all_lists_of_a_source_are_reopened(ledger: Ledger) -> None:
    lists = FinishedListings(ledger)
    for source, name in (("a", "column"), ("a", "flashes"), ("b", "column")):
        lists.record(source, name, finished=True)
    lists.reopen("a")
    assert not lists.is_finished("a", "column")
    assert not lists.is_finished("a", "flashes")
    assert lists.is_finished("b", "column")


def test_readings_that_missed_the_total_are_counted_by_list(ledger: Ledger) -> None:
    totals = ListTotals(ledger)
    assert totals.missed("a", "column") == 0
    for missed in (1, 2, 0, 3):
        totals.record("a", "column", missed=missed)
        assert totals.missed("a", "column") == missed
    assert totals.missed("a", "other") == totals.missed("b", "column") == 0
