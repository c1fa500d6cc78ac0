from datetime import UTC, datetime
from pathlib import Path

import pytest

from finews_spider.dates import BEIJING
from finews_spider.ledger.database import Ledger
from finews_spider.ledger.facts import Fact, Facts

NOW = datetime(2022, 1, 13, 9, tzinfo=BEIJING)


def test_a_time_is_kept_until_another_is(tmp_path: Path) -> None:
    with Ledger(tmp_path) as ledger:
        assert Facts(ledger).time(Fact.PROVEN_CLOCK) is None
        Facts(ledger).keep_time(Fact.PROVEN_CLOCK, datetime(1999, 1, 1, tzinfo=UTC))
        Facts(ledger).keep_time(Fact.PROVEN_CLOCK, NOW)
    with Ledger(tmp_path) as ledger:
        assert Facts(ledger).time(Fact.PROVEN_CLOCK) == NOW


@pytest.mark.parametrize("value", [None, "", "soon", 7, b"\xff", "0001-01-01T00:00:00+14:00"])
def test_what_cannot_be_read_is_not_known(tmp_path: Path, value: object) -> None:
    with Ledger(tmp_path) as ledger, ledger.writing():
        ledger.rows("INSERT INTO facts VALUES (?, ?)", (Fact.PROVEN_CLOCK, value))
        assert Facts(ledger).time(Fact.PROVEN_CLOCK) is None
