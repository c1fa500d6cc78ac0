"""Backfills under way: their runs are counted from the first to the one that ends it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from finews_spider.ledger.backfills import Backfill, Backfills
from finews_spider.ledger.database import Ledger

BEGAN = datetime(2022, 1, 13, 9, tzinfo=UTC)
DAYS = {"since": "2021-12-01", "until": "2021-12-31"}


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Ledger(tmp_path) as ledger:
        yield ledger


def test_a_backfill_that_is_run_again_goes_on(ledger: Ledger) -> None:
    backfills = Backfills(ledger)
    assert backfills.of(DAYS) is None
    backfills.begin(DAYS, BEGAN, posts=7)
    backfills.begin(dict(reversed(DAYS.items())), BEGAN + timedelta(days=1), posts=12)
    assert backfills.of(DAYS) == Backfill(BEGAN, runs=2, posts=7)


def test_others_are_others(ledger: Ledger) -> None:
    backfills = Backfills(ledger)
    backfills.begin(DAYS, BEGAN, posts=7)
    backfills.begin({**DAYS, "source": "finews"}, BEGAN, posts=1)
    backfills.end(DAYS)
    assert backfills.of(DAYS) is None
    assert backfills.of({**DAYS, "source": "finews"}) == Backfill(BEGAN, runs=1, posts=1)
