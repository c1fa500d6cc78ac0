"""What became of a try, on a ledger of its own."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from finews_spider import dates
from finews_spider.archive import check_output
from finews_spider.items import ArticleRef
from finews_spider.ledger import Ledger
from finews_spider.owed import Owed, State
from tests.conftest import run_scrapy

ID = "NW202112302230672549"
START = datetime(2026, 11, 1, tzinfo=dates.BEIJING)


@pytest.fixture
def owed(tmp_path: Path) -> Iterator[Owed]:
    check_output(tmp_path)
    with Ledger(tmp_path) as ledger:
        owed = Owed(ledger, timedelta(days=14))
        owed.name([ArticleRef(source="finews", id=ID, url="https://example.com/")])
        yield owed


def fail(owed: Owed, monkeypatch: pytest.MonkeyPatch, day: int, *, tried: bool = True) -> State:
    """A try on that day after the first."""
    monkeypatch.setattr(dates, "now", lambda: START + timedelta(days=day))
    return owed.fail(ID, "HTTP 503", tried=tried)


def test_an_article_is_given_up_when_it_failed_for_some_days(owed: Owed, monkeypatch: pytest.MonkeyPatch) -> None:
    assert [fail(owed, monkeypatch, day) for day in (0, 13, 14)] == [State.OWED, State.OWED, State.GIVEN_UP]


def test_a_host_that_is_left_alone_at_times_puts_nothing_off(owed: Owed, monkeypatch: pytest.MonkeyPatch) -> None:
    fail(owed, monkeypatch, 0)
    assert fail(owed, monkeypatch, 13, tried=False) is State.OWED
    assert fail(owed, monkeypatch, 14) is State.GIVEN_UP


def test_an_article_that_nobody_was_asked_for_is_not_given_up(owed: Owed, monkeypatch: pytest.MonkeyPatch) -> None:
    assert {fail(owed, monkeypatch, day, tried=False) for day in range(20)} == {State.OWED}
    assert fail(owed, monkeypatch, 20) is State.OWED


def test_a_folder_that_is_not_there_is_named_and_not_made(tmp_path: Path) -> None:
    ran = run_scrapy("owed", "-s", f"FINEWS_OUTPUT={tmp_path}/typo")
    assert ran.code == 2
    assert f"{tmp_path}/typo" in ran.err
    assert not (tmp_path / "typo").exists()
