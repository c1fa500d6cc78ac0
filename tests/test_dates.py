from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finews_spider import dates
from finews_spider.dates import BEIJING, Window, day_after, read_day, read_listed_day, read_time

DAY = date(2021, 12, 30)
BEFORE, AFTER = DAY - timedelta(days=1), DAY + timedelta(days=1)
NOON = datetime(2022, 1, 1, 12, tzinfo=BEIJING)
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


@given(st.from_regex(r"\A[12][09][0-9]{2}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}\Z"), st.integers(-12, 14))
def test_the_short_way_reads_what_the_long_one_does(text: str, hours: int) -> None:
    zone = timezone(timedelta(hours=hours))
    assert read_time(text, zone) == read_time(f" {text}", zone)


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


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2022-01-10T20:30:00Z", "2022-01-11 04:30:00"),
        ("2022-01-10T20:30:00.250+0000", "2022-01-11 04:30:00"),
        ("2022-01-10 20:30:00 -05:00", "2022-01-11 09:30:00"),
        ("2022-01-10 20:30:00+08", "2022-01-10 20:30:00"),
        ("2022-01-10 20:30:00 GMT+8", "2022-01-10 20:30:00"),
        ("2022-01-10 20:30:00 GMT", "2022-01-11 04:30:00"),
        ("2022-01-10 03:05:06 PM", "2022-01-10 15:05:06"),
        ("2022-01-10 12:00:01 a.m.", "2022-01-10 00:00:01"),
        ("2022年1月10日 下午3:05:06", "2022-01-10 15:05:06"),
        ("2022年1月10日 星期一 上午9时05分06秒", "2022-01-10 09:05:06"),
        ("2022年1月10日 中午11:30:00", "2022-01-10 11:30:00"),
        ("2022年1月10日 中午12:30:00", "2022-01-10 12:30:00"),
        ("2022年1月10日 午间1:30:00", "2022-01-10 13:30:00"),
        ("2022年1月10日 凌晨12:30:00", "2022-01-10 00:30:00"),
        ("2022年1月10日 晚上8:30:00", "2022-01-10 20:30:00"),
        ("2022年1月10日 深夜11:30:00", "2022-01-10 23:30:00"),
        ("2022-01-10 20:30:00 \u221205:00", "2022-01-11 09:30:00"),
        ("2022-01-10 20:30:00 东八区", "2022-01-10 20:30:00"),
        ("2022-01-10 20:30:00 西部证券", "2022-01-10 20:30:00"),
        ("2022-01-10 20:30:00 晚间新闻", "2022-01-10 20:30:00"),
        ("2022-01-10 20:30:00 美国时代周刊", "2022-01-10 20:30:00"),
        ("2022-01-10 20:30:00 发布时间", "2022-01-10 20:30:00"),
        ("2021-12-30\u00a007:57:23", "2021-12-30 07:57:23"),
        ("２０２１－１２－３０ ０７：５７：２３", "2021-12-30 07:57:23"),
        ("2022-01-10 20:30:00 北京时间", "2022-01-10 20:30:00"),
        ("2022-01-10 20:30:00 CCTV", "2022-01-10 20:30:00"),
    ],
)
def test_what_stands_with_the_digits_counts(text: str, time: str) -> None:
    assert read_time(text) == (datetime.fromisoformat(f"{time}+08:00"), True)


@pytest.mark.parametrize(
    "text",
    [
        "2022-01-10 20:30:00 EST",
        "2022-01-10 20:30:00 MSK",
        "2022-01-10 20:30:00x",
        "2022-01-10 20:30:00 +08:00:00",
        "2022-01-10 20:30:00 +25:00",
        "2022-01-10 14:30:00 AM",
        "2022-01-10 上午 14:30:00",
        "2022-01-10 07:57:23:45",
        "2022-01-10 07:57:2",
        "美东时间2022-01-10 20:30:00",
        "2022-01-10 20:30:00（美东时间）",
        "2022-01-10 20:30:00 格林尼治时间",
        "2022-01-10 20:30:00（莫斯科时间）",
        "2022-01-10 20:30:00 西五区",
        "2022-01-10 20:30:00 东九区",
        "太平洋时间 2022-01-10 20:30:00",
        "2022-01-10 08:30:00 下午",
        "2022-01-10 晚上12:00:00",
        "2022-01-10 夜里2:00:00",
    ],
)
def test_what_is_not_understood_is_no_time(text: str) -> None:
    assert read_time(text) is None


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("今天 16:25", "2022-01-01"),
        ("昨天 09:00", "2021-12-31"),
        ("前天", "2021-12-30"),
        ("刚刚", "2022-01-01"),
        ("3分钟前", "2022-01-01"),
        ("30 分钟前", "2021-12-31"),
        ("2小时前", "2021-12-31"),
        ("5天前", "2021-12-27"),
        ("12-31 23:50", "2021-12-31"),
        ("01-02 00:10", "2022-01-02"),
        ("12月30日 07:57", "2021-12-30"),
        ("今天16:25", "2022-01-01"),
        ("昨天9:00", "2021-12-31"),
        ("昨晚 22:10", "2021-12-31"),
        ("大前天 10:00", "2021-12-29"),
        ("半小时前", "2021-12-31"),
        ("约3分钟前", "2022-01-01"),
        ("1周前", "2021-12-25"),
    ],
)
def test_a_list_tells_days_from_the_moment_of_its_answer_on(text: str, day: str) -> None:
    """Twenty past midnight in Beijing, which is the year before in Greenwich."""
    assert read_listed_day(text, datetime(2021, 12, 31, 16, 20, tzinfo=UTC)) == date.fromisoformat(day)


@pytest.mark.parametrize(
    "text", ["", "早些时候", "02-30 10:00", "99999分钟前", "99999999分钟前", "今天2022", "2021-12-30 07:57", "分钟前"]
)
def test_other_words_tell_no_day(text: str) -> None:
    assert read_listed_day(text, NOON) is None


def test_the_last_day_has_an_end() -> None:
    assert day_after(date(9999, 12, 30)) < day_after(date(9999, 12, 31))
