"""What lists prove of a window's days."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from itertools import accumulate

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from finews_spider.crawl.coverage import MAX_DAYS, Reach, coverage_of, days_done, days_of, days_read
from finews_spider.dates import Window

TODAY = date(2026, 11, 22)


def day(number: int) -> date:
    """Of December 2021."""
    return date(2021, 11, 30) + timedelta(days=number)


WINDOW = Window(day(1), day(10))


def reach(*pages: list[int | None], ended: str | None) -> Reach:
    made = Reach()
    for page in pages:
        made.page(None if number is None else day(number) for number in page)
    if ended:
        made.end(ended)
    return made


def proved(made: Reach) -> str:
    """A letter a day, oldest first: c for covered, p for in part, - for neither."""
    days, _ = days_of(WINDOW, {"finews": {"home": made}}, TODAY)
    coverage = coverage_of(days, [made]).values()
    return "".join("c" if day.covered else "p" if day.in_part else "-" for day in coverage)


def test_a_list_that_was_read_past_the_window_covers_all_of_it() -> None:
    assert proved(reach([12, 9, 4], [3, 1, 1], [0, 0], ended="window")) == "cccccccccc"


@pytest.mark.parametrize("ended", ["failed", "limit", "known", None])
def test_where_reading_stopped_the_newest_day_of_the_last_page_is_in_part(ended: str | None) -> None:
    assert proved(reach([10, 9], [7, 6, 4, 5], ended=ended)) == "---ppppccc"


def test_a_list_that_ended_covers_what_is_newer_than_its_oldest_row() -> None:
    assert proved(reach([9, 8, 4, 4], ended="end")) == "---pcccccc"


def test_between_the_last_two_rows_of_a_list_nothing_is_sure() -> None:
    assert proved(reach([9, 6, 4], ended="end")) == "---pppcccc"


def test_a_list_of_one_row_covers_what_is_newer() -> None:
    assert proved(reach([4], ended="end")) == "---pcccccc"


@pytest.mark.parametrize("ended", ["failed", "limit", "known", "window", None])
def test_one_row_of_a_list_that_goes_on_covers_nothing(ended: str | None) -> None:
    assert proved(reach([4], ended=ended)) == "---ppppppp"


def test_one_day_among_rows_without_proves_nothing_of_newer_ones() -> None:
    assert proved(reach([None, 4], ended="end")) == "---ppppppp"


@pytest.mark.parametrize("ended", ["end", "failed", "limit", None])
@pytest.mark.parametrize("pages", [[], [[]], [[None, None]]])
def test_a_list_without_days_proves_nothing(pages: list[list[int | None]], ended: str | None) -> None:
    assert proved(reach(*pages, ended=ended)) == "----------"


def test_the_last_page_may_have_one_row() -> None:
    assert proved(reach([10, 9, 8], [0], ended="window")) == "ppppppppcc"


def test_a_page_after_a_failed_one_is_behind_a_gap() -> None:
    made = reach([10, 9, 8], ended="failed")
    made.page([day(0), day(0)])
    made.end("window")
    assert made.ended == "failed"
    assert proved(made) == "-------ppp"


def test_an_empty_list_that_is_read_anew_counts_from_there() -> None:
    made = reach([], ended="end")
    made.page([day(10), day(3), day(2)])
    assert made.ended is None
    made.end("limit")
    assert proved(made) == "-ppppppppp"


def test_a_day_that_no_date_can_follow_is_no_trouble() -> None:
    assert Reach(ended="end", rows=1, oldest=date.max, _last_two=[date.max]).covered_from == date.max


def test_lists_are_counted_by_what_they_prove_of_a_day() -> None:
    lists = [reach([9, 8], [0, 0], ended="window"), reach([9, 3, 3], ended="limit")]
    assert coverage_of([day(2), day(9), day(10)], lists) == {day(2): (1, 0), day(9): (1, 1), day(10): (2, 0)}


def test_an_open_window_goes_from_the_oldest_row_to_today() -> None:
    reaches = {"finews": {"home": reach([9, 8, 7], ended="limit")}}
    assert days_of(Window(until=day(9)), reaches, TODAY) == ([day(7), day(8), day(9)], [])
    days, _ = days_of(Window(since=date(2026, 11, 20)), reaches, TODAY)
    assert days == [date(2026, 11, 20), date(2026, 11, 21), TODAY]


def test_an_open_window_of_which_nothing_was_read_is_its_last_day() -> None:
    assert days_of(Window(until=day(9)), {"finews": {"home": reach(ended="failed")}}, TODAY) == ([day(9)], [])


@pytest.mark.parametrize("window", [Window(date(1, 1, 1), date.max), Window(until=date.max)])
def test_the_days_are_bounded_and_that_is_said(window: Window) -> None:
    made = Reach()
    made.page([date(1970, 1, 1), date(1, 1, 2)])
    days, remarks = days_of(window, {"finews": {"home": made}}, TODAY)
    assert (len(days), days[-1]) == (MAX_DAYS, TODAY)
    assert len(remarks) == 2


def test_a_window_that_has_not_come_has_no_days_and_that_is_said() -> None:
    days, remarks = days_of(Window(since=date(2026, 11, 23)), {"finews": {}}, TODAY)
    assert (days, remarks) == ([], ["window: none of its days has come yet; today is 2026-11-22"])


def test_a_window_whose_last_day_is_today_is_told_whole() -> None:
    assert days_of(Window(TODAY, TODAY), {"finews": {}}, TODAY) == ([TODAY], [])


def test_days_are_read_when_lists_are_past_them_or_are_read_no_more() -> None:
    days = [day(number) for number in range(1, 11)]
    lists = [reach(ended=None), reach([10, 6, 6], [5, 5], ended=None), reach([3], ended="failed")]
    assert days_read(lists[1:2], days) == 5
    assert days_read(lists, days) == 5  # none, half and all
    assert days_read([], days) == 0


def test_a_day_is_done_when_no_list_adds_to_it_and_no_article_is_waited_for() -> None:
    days = [day(number) for number in range(1, 11)]
    lists = [reach([10, 6, 6], [5, 5], ended=None), reach([3], ended="end")]
    assert days_done(lists, days, {}) == 5
    assert days_done(lists, days, {day(6): 2, day(1): 1, day(7): 0}) == 4
    assert days_done([*lists, Reach()], days, {}) == 0


# Against lists that are known in full.


@st.composite
def rows(draw: st.DrawFn) -> list[int]:
    """The days of a list's rows, newest first, where some neighbours stand the wrong way round."""
    steps = draw(st.lists(st.sampled_from([0, 1, 0, 2, 5]), min_size=1, max_size=8))
    days = list(accumulate(steps, lambda at, step: at - step, initial=draw(st.integers(4, 12))))
    place = 0
    while place + 1 < len(days):
        swaps = draw(st.booleans())
        if swaps:
            days[place], days[place + 1] = days[place + 1], days[place]
        place += 2 if swaps else 1
    return days


def paged(size: Callable[[], int], days: list[int]) -> Iterator[list[int]]:
    while days:
        page = size()
        yield days[:page]
        days = days[page:]


# Lists that are read by days.


def by_days(*days: tuple[int, int], ended: str | None = None) -> Reach:
    made = Reach(by_days=set())
    made.page([day(9), day(2)])
    for first, last in days:
        made.add_days(Window(day(first), day(last)))
    if ended:
        made.end(ended)
    return made


def test_a_list_that_is_read_by_days_covers_those_and_no_others() -> None:
    assert proved(by_days((9, 9), (3, 5), ended="end")) == "--ccc---c-"
    assert proved(by_days(ended="end")) == "----------"


def test_it_counts_beside_lists_in_the_order_of_time() -> None:
    lists = [by_days((1, 3)), reach([10, 9], [2, 2], [0, 0], ended="window")]
    assert [covered for covered, _ in coverage_of([day(1), day(4)], lists).values()] == [2, 1]


def test_its_days_are_done_as_they_come() -> None:
    days = [day(number) for number in (1, 2, 3, 4)]
    assert days_done([by_days((3, 4))], days, {day(4): 1}) == 1
    assert days_done([by_days((3, 4), ended="end")], days, {}) == 4
    assert days_read([by_days((3, 4))], days) == 2


@pytest.mark.slow
@settings(max_examples=600)
@given(st.data())
def test_a_covered_day_has_no_row_that_was_not_read(data: st.DataObject) -> None:
    served = data.draw(rows())
    if data.draw(st.booleans(), "from a cursor at the window's end"):
        served = [number for number in served if number <= 10]
    ended = data.draw(st.sampled_from(["window", "end", "limit", "failed", "known", None]))
    # A site may cut a list anywhere, but leaves it more than one row.
    cut = data.draw(st.integers(2, max(2, len(served)))) if ended == "end" else len(served)
    made, read = Reach(), 0
    for page in paged(lambda: data.draw(st.integers(1, 3)), served[:cut]):
        noted = [None if data.draw(st.integers(0, 7)) == 7 else day(number) for number in page]
        made.page(noted)
        read += len(page)
        if ended == "window" and any(noted) and all(entry < day(1) for entry in noted if entry):
            break
        if ended not in ("window", "end") and data.draw(st.booleans()):
            break
    if ended:
        made.end(ended)
    unread = set(served[read:])
    covered = {number for number, letter in enumerate(proved(made), start=1) if letter == "c"}
    assert not covered & unread
