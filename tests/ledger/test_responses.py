"""Answers are kept for as long as somebody asks for them."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from finews_spider import dates
from finews_spider.dates import BEIJING
from finews_spider.ledger.database import Ledger
from finews_spider.ledger.responses import KeptResponses, Validators

URL, OTHER = "https://a.example/1", "https://a.example/2"
SENT = Validators('"e"', "Thu, 30 Dec 2021 12:00:00 GMT")
MONTH = timedelta(days=30)


class Clock:
    now = datetime(2021, 12, 30, 12, tzinfo=BEIJING)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(dates, "now", lambda: clock.now)
    return clock


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Ledger(tmp_path) as ledger:
        yield ledger


@pytest.fixture
def kept(ledger: Ledger, clock: Clock) -> KeptResponses:
    kept = KeptResponses(ledger)
    kept.keep(URL, SENT, b"body")
    return kept


def test_an_answer_is_kept_with_its_validators(kept: KeptResponses) -> None:
    assert kept.is_kept(URL)
    assert (kept.validators(URL), kept.body(URL)) == (SENT, b"body")
    assert not kept.is_kept(OTHER)
    assert kept.validators(OTHER) == Validators()


def test_a_newer_answer_takes_its_place(kept: KeptResponses) -> None:
    kept.keep(URL, Validators("new"), b"more")
    assert (kept.validators(URL), kept.body(URL)) == (Validators("new"), b"more")


def test_an_answer_that_is_forgotten_is_asked_for_in_full(kept: KeptResponses) -> None:
    kept.keep(OTHER, SENT, b"")
    kept.forget(URL)
    assert not kept.is_kept(URL)
    assert kept.validators(URL) == Validators()
    assert kept.is_kept(OTHER)


def test_a_damaged_answer_is_forgotten(kept: KeptResponses, ledger: Ledger) -> None:
    ledger.rows("UPDATE pages SET body = x'00'")
    assert kept.body(URL) is None
    assert not kept.is_kept(URL)


def test_an_answer_that_nobody_asks_for_is_forgotten_after_a_month(kept: KeptResponses, clock: Clock) -> None:
    clock.now += MONTH
    kept.keep(OTHER, SENT, b"")
    assert kept.is_kept(URL)
    clock.now += timedelta(days=1)
    kept.keep(OTHER, SENT, b"")
    assert not kept.is_kept(URL)


def test_an_answer_that_is_asked_for_stays(kept: KeptResponses, clock: Clock) -> None:
    clock.now += MONTH
    assert kept.body(URL) == b"body"
    clock.now += MONTH
    kept.keep(OTHER, SENT, b"")
    assert kept.is_kept(URL)
