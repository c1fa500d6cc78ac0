from datetime import UTC, date, datetime, timedelta

import pytest

from finews_spider import dates
from finews_spider.dates import BEIJING, Window, read_day, read_time

DAY = date(2021, 12, 30)
BEFORE, AFTER = DAY - timedelta(days=1), DAY + timedelta(days=1)
SECOND = datetime(2021, 12, 30, 7, 57, 23, tzinfo=BEIJING)


@pytest.mark.parametrize(
    "text",
    [
        "2021-12-30 07:57:23",
        "2021/12/30 07:57:23",
        "2021/12/30 7:57:23",
        "2021年12月30日 07:57:23",
        "2021年12月30日07:57:23",
        "2021-12-30T07:57:23",
        "2021-12-30 07:57:23 +0800",
        "2021-12-30\u300007:57:23",
        "(GMT+8, Asia/Shanghai, CST) 2021-12-30 07:57:23",
    ],
)
def test_a_time_is_read(text: str) -> None:
    assert read_time(text) == (SECOND, True)


@pytest.mark.parametrize("text", ["2021-12-30 07:57", "2021/12/30 7:57", "2021年12月30日 07:57　来源"])
def test_a_time_without_seconds_says_so(text: str) -> None:
    assert read_time(text) == (SECOND.replace(second=0), False)


def test_a_second_of_zero_is_a_second() -> None:
    moment = read_time("2021-12-30 07:57:00")
    assert moment is not None
    assert moment.to_the_second


@pytest.mark.parametrize("clock", ["00:00:00", "23:59:59"])
def test_the_ends_of_a_day_are_of_that_day(clock: str) -> None:
    moment = read_time(f"2021-12-30 {clock}")
    assert moment is not None
    assert f"{moment.time:%Y-%m-%d %H:%M:%S %z}" == f"2021-12-30 {clock} +0800"


def test_the_first_of_two_times_is_read() -> None:
    assert read_time("2021-12-30 07:57:23 更新 2021-12-31 08:00:00") == (SECOND, True)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "+0800",
        "2021-12-30",
        "07:57:23",
        "2021-13-30 07:57:23",
        "2021-02-29 07:57:23",
        "2021-12-30 24:00:00",
        "2021-12-30 07:60:00",
        "2021-12-30 23:59:60",
        "0000-00-00 00:00:00",
    ],
)
def test_what_is_no_time_is_not_read(text: str) -> None:
    assert read_time(text) is None


@pytest.mark.parametrize("text", ["2021-12-30", "2021/12/30"])
def test_a_day_is_read(text: str) -> None:
    assert read_day(text) == DAY


@pytest.mark.parametrize(
    "text",
    ["", "2021-12", "2021-12/30", "20211230", "2021-02-29", "2021-12-30\n", "2021-12-30 07:57", "２０２１-12-30"],
)
def test_what_is_no_day_is_not_read(text: str) -> None:
    assert read_day(text) is None


@pytest.mark.parametrize(
    ("window", "inside"),
    [
        (Window(), [True, True, True]),
        (Window(since=DAY), [False, True, True]),
        (Window(until=DAY), [True, True, False]),
        (Window(DAY, DAY), [False, True, False]),
        (Window(BEFORE, AFTER), [True, True, True]),
    ],
)
def test_a_window_has_both_its_ends(window: Window, inside: list[bool]) -> None:
    assert [day in window for day in (BEFORE, DAY, AFTER)] == inside


def test_older_days_are_before_the_window() -> None:
    assert Window(DAY, AFTER).is_before(BEFORE)


@pytest.mark.parametrize("window", [Window(BEFORE, DAY), Window(DAY), Window(until=BEFORE), Window()])
def test_other_days_are_not_before_the_window(window: Window) -> None:
    assert not window.is_before(DAY)


@pytest.mark.parametrize(("window", "asks"), [(Window(), False), (Window(DAY), True), (Window(until=DAY), True)])
def test_a_window_is_true_when_it_asks_for_something(window: Window, asks: bool) -> None:
    assert bool(window) is asks


def test_now_is_the_time_in_beijing() -> None:
    assert dates.now().utcoffset() == timedelta(hours=8)
    assert abs(dates.now() - datetime.now(UTC)) < timedelta(minutes=1)
