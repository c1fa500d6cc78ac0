"""Whether the machine's clock is believed, by what the hosts say."""

from datetime import datetime, timedelta

import pytest

from finews_spider import dates
from finews_spider.crawl.clock import Clock, host_time
from finews_spider.dates import BEIJING

NOW = datetime(2022, 1, 13, 9, tzinfo=BEIJING)
HOUR, DAY, SECOND = timedelta(hours=1), timedelta(days=1), timedelta(seconds=1)


class Machine:
    """Its clock, and for how long it has been up."""

    def __init__(self) -> None:
        self.now = NOW
        self.up = 5000.0

    def wait(self, time: timedelta) -> None:
        self.now += time
        self.up += time.total_seconds()


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    machine = Machine()
    monkeypatch.setattr(dates, "now", lambda: machine.now)
    return machine


def clock(machine: Machine, *hosts: timedelta, proven: datetime | None = None) -> Clock:
    """A clock that hosts answered whose clocks are so far ahead of the machine's."""
    clock = Clock(proven, lambda: machine.up)
    for number, ahead in enumerate(hosts):
        clock.record(f"{number}.example", machine.now + ahead)
    return clock


# What a host says.


@pytest.mark.parametrize(
    ("date", "age", "time"),
    [
        (b"Thu, 13 Jan 2022 01:00:00 GMT", None, NOW),
        (b"Thu, 13 Jan 2022 01:00:00 -0000", None, NOW),
        (b"Thu, 13 Jan 2022 09:00:00 +0800", b"", NOW),
        (b"Thu, 13 Jan 2022 00:00:00 GMT", b"3600", NOW),
        (b"Thu, 13 Jan 2022 01:00:00 GMT", b"-3600", NOW),
        (b"Thu, 13 Jan 2022 01:00:00 GMT", b"soon", NOW),
        (None, b"3600", None),
        (b"", None, None),
        (b"yesterday", None, None),
        (b"\xff" * 9, None, None),
        (b"Thu, 01 Jan 1970 00:00:00 GMT", None, None),
        (b"Fri, 31 Dec 9999 23:59:59 GMT", b"999999999", None),
        (b"Fri, 31 Dec 9999 23:59:59 GMT", None, None),
        (b"Fri, 31 Dec 9999 23:59:59 -1200", None, None),
    ],
)
def test_a_hosts_time_is_its_date_and_for_how_long_a_cache_had_it(
    date: bytes | None, age: bytes | None, time: datetime | None
) -> None:
    assert host_time(date, age) == time


# Doubt.


def test_a_clock_that_nobody_contradicts_is_believed(machine: Machine) -> None:
    assert not clock(machine).is_doubted
    assert clock(machine).time() == NOW
    assert clock(machine).doubt() == ""


def test_a_clock_is_proven_only_by_a_host(machine: Machine) -> None:
    assert not clock(machine).is_proven
    assert clock(machine, HOUR).is_proven
    assert not clock(machine, HOUR + SECOND).is_proven


@pytest.mark.parametrize(
    ("hosts", "is_doubted"),
    [
        ([HOUR], False),
        ([HOUR + SECOND], True),
        ([-HOUR], False),
        ([-HOUR - SECOND], True),
        ([-40 * DAY, timedelta(0)], False),
        ([-40 * DAY, -40 * DAY, timedelta(0)], True),
        ([-40 * DAY, 40 * DAY, timedelta(0), timedelta(0)], False),
    ],
)
def test_a_clock_is_doubted_when_most_hosts_differ_by_more_than_an_hour(
    machine: Machine, hosts: list[timedelta], is_doubted: bool
) -> None:
    assert clock(machine, *hosts).is_doubted is is_doubted


def test_the_hosts_median_is_the_time_under_doubt(machine: Machine) -> None:
    doubted = clock(machine, -41 * DAY, -40 * DAY, timedelta(0))
    assert doubted.time() == doubted.now() == NOW - 40 * DAY
    machine.wait(HOUR)
    assert doubted.now() == NOW - 40 * DAY + HOUR


def test_a_doubt_names_both_times_and_what_waits(machine: Machine) -> None:
    assert clock(machine, -40 * DAY).doubt() == (
        "the machine's clock says 2022-01-13 09:00, 1 of 1 hosts differ by more than an hour and say 2021-12-04 09:00;"
        " until they agree, no post moves to old_post/, and no article is given up or withdrawn"
    )


def test_an_old_answer_of_a_cache_is_not_a_hosts_word(machine: Machine) -> None:
    one = clock(machine, timedelta(0))
    one.record("0.example", NOW - 40 * DAY)
    assert one.is_proven


def test_a_host_is_one_however_often_it_answers(machine: Machine) -> None:
    hosts = clock(machine, timedelta(0), timedelta(0))
    for _ in range(9):
        hosts.record("2.example", NOW - 40 * DAY)
    assert hosts.is_proven


def test_a_long_run_is_no_leap(machine: Machine) -> None:
    hosts = clock(machine, timedelta(0))
    machine.wait(3 * DAY)
    assert hosts.is_proven


def test_a_clock_that_is_set_while_a_run_lasts_is_seen(machine: Machine) -> None:
    hosts = clock(machine, 40 * DAY)
    assert hosts.is_doubted
    machine.now += 40 * DAY
    assert hosts.is_proven
    assert hosts.now() == machine.now
    machine.now += 40 * DAY
    assert hosts.is_doubted


# No answer.


@pytest.mark.parametrize(
    ("proven", "is_doubted"),
    [
        (NOW + HOUR + SECOND, True),
        (NOW + HOUR, False),  # clocks are set
        (NOW, False),
        (NOW - 400 * DAY, False),  # a long absence is no leap
    ],
)
def test_without_an_answer_a_clock_is_doubted_that_was_later_before(
    machine: Machine, proven: datetime, is_doubted: bool
) -> None:
    silent = clock(machine, proven=proven)
    assert silent.is_doubted is is_doubted
    assert silent.time() == (None if is_doubted else NOW)
    assert silent.now() == NOW
    assert ("an earlier run was at 2022-01-13 10:00, and no host" in silent.doubt()) is is_doubted


def test_an_answer_counts_more_than_what_was_before(machine: Machine) -> None:
    assert clock(machine, timedelta(0), proven=NOW + DAY).is_proven
