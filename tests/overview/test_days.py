"""What is known of days, and the marks that say so."""

from datetime import date, datetime, timedelta

import pytest

from finews_spider.dates import BEIJING
from finews_spider.ledger.coverage import ListCoverage, Stretch
from finews_spider.overview.days import Day, Mark, Missing, days_from, known_days, level_of, of_all, unread_ranges
from finews_spider.reporting.days import Known, known_of
from tests.support.nonempty import nonempty

START = datetime(2022, 1, 1, tzinfo=BEIJING)
FIRST = START.date()
NOW = START + timedelta(days=60, hours=9)


def at(days: float) -> datetime:
    return START + timedelta(days=days)


def test_looking_at_the_edges_tells_what_looking_at_each_day_does() -> None:
    lists = {
        "a": ListCoverage([Stretch(at(3), at(10.4)), Stretch(at(12), at(12.3)), Stretch(at(30.99), at(45))], at(3)),
        "b": ListCoverage([Stretch(at(9), at(11)), Stretch(at(50), NOW)], at(9.2)),
    }
    days = days_from(FIRST, NOW.date())
    assert known_days(days, lists, NOW) == {day: known_of(day, lists.values(), NOW)[0] for day in nonempty(days)}


@pytest.mark.parametrize(
    ("by_source", "known"),
    [
        ([], Known.NOT_READ),
        ([Known.READ, Known.NOT_READ], Known.NOT_READ),
        ([Known.READ, Known.IN_PART], Known.IN_PART),
        ([Known.READ, Known.BEYOND], Known.READ),
        ([Known.BEYOND], Known.BEYOND),
    ],
)
def test_a_day_is_known_as_well_as_by_the_source_that_knows_least(by_source: list[Known], known: Known) -> None:
    assert of_all(by_source) is known


@pytest.mark.parametrize(
    ("posts", "known", "missing", "is_over", "mark"),
    [
        (3, Known.NOT_READ, Missing(gone=1), True, None),
        (0, Known.READ, Missing(), True, Mark.QUIET),
        (0, Known.READ, Missing(withdrawn=1), True, Mark.WITHDRAWN),
        (0, Known.READ, Missing(owed=1), True, Mark.FAILED),
        (0, Known.READ, Missing(given_up=1), False, Mark.FAILED),
        (0, Known.NOT_READ, Missing(owed=1, gone=1), True, Mark.GONE),
        (0, Known.NOT_READ, Missing(withdrawn=1), True, Mark.UNREAD),
        (0, Known.IN_PART, Missing(), True, Mark.IN_PART),
        (0, Known.BEYOND, Missing(), True, Mark.BEYOND),
        (0, Known.READ, Missing(), False, Mark.TODAY),
    ],
)
def test_a_day_is_quiet_only_where_that_is_known(
    posts: int, known: Known, missing: Missing, is_over: bool, mark: Mark | None
) -> None:
    assert Day(FIRST, posts, known, missing, is_over).mark is mark


def test_squares_have_four_sizes() -> None:
    assert [level_of(posts, 8) for posts in (1, 2, 3, 4, 5, 6, 7, 8)] == [1, 1, 2, 2, 3, 3, 4, 4]
    assert level_of(1, 1) == 4


def test_days_that_were_not_read_are_named_together() -> None:
    known = [Known.READ, Known.NOT_READ, Known.NOT_READ, Known.IN_PART, Known.BEYOND]
    days = dict(zip(days_from(FIRST, date(2022, 1, 5)), known, strict=True))
    assert list(unread_ranges(days)) == [
        (date(2022, 1, 2), date(2022, 1, 3), Known.NOT_READ),
        (date(2022, 1, 4), date(2022, 1, 4), Known.IN_PART),
    ]
