"""What is owed while the machine's clock is doubted: nothing is given up or withdrawn, and no wrong time is noted."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from finews_spider import dates
from finews_spider.dates import BEIJING
from finews_spider.items import ArticleRef
from finews_spider.ledger.database import Ledger
from finews_spider.ledger.owed import Owed
from finews_spider.ledger.patience import MIN_TRIES
from finews_spider.ledger.tries import State

NOW = datetime(2021, 12, 30, 12, 0, tzinfo=BEIJING)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
AHEAD = 40 * DAY  # by which the machine's clock is wrong
ID = "NW202112302230672549"


@dataclass
class FakeClock:
    """The time, whether it is known, and whether the machine's clock is doubted."""

    now: datetime = NOW
    is_known: bool = True
    is_doubted: bool = True

    def time(self) -> datetime | None:
        return self.now if self.is_known else None


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> FakeClock:
    clock = FakeClock()
    monkeypatch.setattr(dates, "now", lambda: clock.now + (AHEAD if clock.is_doubted else timedelta(0)))
    return clock


@pytest.fixture
def owed(tmp_path: Path, clock: FakeClock) -> Iterator[Owed]:
    with Ledger(tmp_path) as ledger:
        owed = Owed(ledger, timedelta(days=14), clock=clock)
        owed.record_listed([ArticleRef(source="finews", id=ID, url="https://example.com/")])
        yield owed


def fail(owed: Owed, times: int = 1) -> State:
    return [owed.tries.fail(ID, "HTTP 503") for _ in range(times)][-1]


def absent(owed: Owed, times: int = 1) -> State:
    return [owed.tries.record_absence(ID, "HTTP 404") for _ in range(times)][-1]


def test_the_time_that_is_known_is_noted(owed: Owed) -> None:
    fail(owed)
    (article,) = owed
    assert (article.seen, article.next_try) == (NOW, NOW + timedelta(minutes=10))


@pytest.mark.parametrize("is_known", [True, False])
def test_nothing_is_given_up_until_the_clock_is_believed(owed: Owed, clock: FakeClock, is_known: bool) -> None:
    clock.is_doubted = False
    fail(owed)
    clock.is_doubted, clock.is_known = True, is_known
    clock.now += 15 * DAY
    assert fail(owed, MIN_TRIES) is State.OWED
    clock.is_doubted, clock.is_known = False, True
    assert fail(owed) is State.GIVEN_UP


@pytest.mark.parametrize("is_known", [True, False])
def test_nothing_is_withdrawn_until_the_clock_is_believed(owed: Owed, clock: FakeClock, is_known: bool) -> None:
    clock.is_doubted = False
    absent(owed)
    clock.is_doubted, clock.is_known = True, is_known
    clock.now += DAY
    assert absent(owed, 3) is State.OWED
    clock.is_doubted, clock.is_known = False, True
    assert absent(owed) is State.WITHDRAWN


@pytest.mark.parametrize(("is_known", "state"), [(True, State.GIVEN_UP), (False, State.OWED)])
def test_patience_begins_with_a_time_that_is_known(owed: Owed, clock: FakeClock, is_known: bool, state: State) -> None:
    clock.is_known = is_known
    fail(owed, MIN_TRIES)
    clock.is_doubted, clock.is_known = False, True
    clock.now += 14 * DAY
    assert fail(owed) is state
    clock.now += 14 * DAY
    assert fail(owed) is State.GIVEN_UP


@pytest.mark.parametrize(("is_known", "state"), [(True, State.WITHDRAWN), (False, State.OWED)])
def test_absences_begin_with_a_time_that_is_known(owed: Owed, clock: FakeClock, is_known: bool, state: State) -> None:
    clock.is_known = is_known
    absent(owed, 3)
    clock.is_doubted, clock.is_known = False, True
    clock.now += 6 * HOUR
    assert absent(owed) is state
    clock.now += 6 * HOUR
    assert absent(owed) is State.WITHDRAWN
