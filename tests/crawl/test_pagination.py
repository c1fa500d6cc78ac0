"""How far a list is read, and whether it came to its end, also by how many rows it says that it has."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest

from finews_spider.crawl.pagination import Pagination
from finews_spider.dates import BEIJING, Window
from finews_spider.items import ArticleRef
from finews_spider.ledger.database import Ledger
from finews_spider.refusals import Skipped
from finews_spider.sources.base import Listing, ListingPage, Query


def listing(number: int = 1) -> Listing:
    return Listing("column", f"https://a.example/{number}", lambda _: ListingPage())


def page(*ids: str, total: int, skipped: int = 0, is_last: bool = True) -> ListingPage:
    refs = [ArticleRef(source="a", id=id_, url="") for id_ in ids]
    reasons = {Skipped.BLOG: skipped} if skipped else {}
    return ListingPage(refs, next_page=None if is_last else listing(2), skipped=reasons, total=total)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Ledger(tmp_path) as ledger:
        yield ledger


def read(ledger: Ledger, *pages: ListingPage, query: Query | None = None) -> tuple[str | None, bool]:
    """Return why a run read no more, and whether it says that the total is believed no more."""
    pagination = Pagination(ledger, query or Query())
    pagination.begin("a", listing())
    for number, one in enumerate(pages, start=1):
        pagination.read("a", listing(number), one, [True] * len(one.refs))
    pagination.settle()
    return pagination.readings["a", "column"].reach.ended, pagination.is_total_never_reached("a", listing())


def is_finished(ledger: Ledger) -> bool:
    return Pagination(ledger, Query()).begin("a", listing()).state.finished


@pytest.mark.parametrize(
    ("pages", "ended"),
    [
        ([page("1", "2", total=2)], "end"),
        ([page("1", "2", total=0)], "end"),
        ([page("1", "2", total=1)], "end"),
        ([page("1", "2", total=3)], "short"),
        ([page("1", "2", total=3, skipped=1)], "end"),
        ([page("1", "2", total=5, is_last=False), page("3", "4", total=5)], "short"),
        ([page("1", "2", total=4, is_last=False), page("3", "4", total=4)], "end"),
        # A row came on top meanwhile: the page begins with a row of the one before it, and the total is one more.
        ([page("1", "2", total=3, is_last=False), page("2", "3", total=4)], "end"),
        # The last page, once more.
        ([page("1", "2", total=5, skipped=2, is_last=False), page("1", "2", total=5, skipped=2)], "short"),
    ],
)
def test_a_list_is_short_where_it_says_that_it_has_more(ledger: Ledger, pages: list[ListingPage], ended: str) -> None:
    assert read(ledger, *pages)[0] == ended
    assert is_finished(ledger) == (ended == "end")


def test_a_narrow_run_does_not_finish_a_short_list(ledger: Ledger) -> None:
    query = Query(columns=("column",))
    assert read(ledger, page("1", total=2), query=query)[0] == "short"
    assert not is_finished(ledger)
    assert read(ledger, page("1", total=1), query=query)[0] == "end"
    assert is_finished(ledger)


def test_a_total_that_three_readings_do_not_reach_is_said_once_and_believed_no_more(ledger: Ledger) -> None:
    found = [read(ledger, page("1", total=2)) for _ in range(6)]
    assert found == [("short", False), ("short", False), ("short", True), *[("end", False)] * 3]


def test_a_list_that_is_read_to_what_is_known_proves_nothing_of_its_total(ledger: Ledger) -> None:
    read(ledger, page("1", total=1))
    for _ in range(4):
        pagination = Pagination(ledger, Query())
        pagination.begin("a", listing())
        assert pagination.read("a", listing(), page("1", total=9, is_last=False), [False]) is None
        assert pagination.readings["a", "column"].reach.ended == "known"
    assert read(ledger, page("1", total=9))[0] == "short"


def test_a_total_that_is_reached_is_believed_again(ledger: Ledger) -> None:
    ends = [read(ledger, page("1", total=total))[0] for total in (2, 2, 1, 2, 2, 2, 2, 1, 2)]
    assert ends == ["short", "short", "end", "short", "short", "short", "end", "end", "short"]


# How far it is read.

LAST = date(2021, 12, 30)
TIME = datetime(2021, 12, 30, 7, 57, 23, tzinfo=BEIJING)


def rows(*days: int | None, more: bool = True) -> ListingPage:
    """A page with rows of these days of December; None tells no day."""
    refs = [ArticleRef(source="a", id=f"{day}", url="", day=LAST.replace(day=day) if day else None) for day in days]
    return ListingPage(refs, next_page=listing(2) if more else None)


def goes_on(ledger: Ledger, one: ListingPage, fresh: list[bool], query: Query | None = None) -> bool:
    """Return whether a run reads the page after its first."""
    pagination = Pagination(ledger, query or Query())
    pagination.begin("a", listing())
    return pagination.read("a", listing(), one, fresh) is not None


@pytest.fixture
def finished(ledger: Ledger) -> Ledger:
    """Of a run that read the list to its end."""
    assert not goes_on(ledger, rows(30, more=False), [True])
    return ledger


@pytest.mark.parametrize("fresh", [[True, True], [False, True], [False, False], []])
def test_a_list_that_was_never_read_to_its_end_is_read_on(ledger: Ledger, fresh: list[bool]) -> None:
    assert goes_on(ledger, rows(30, 29), fresh)


@pytest.mark.parametrize(
    ("fresh", "further"), [([True, True], True), ([False, True], True), ([False, False], False), ([], True)]
)
def test_a_list_that_was_read_to_its_end_is_read_to_what_is_known(
    finished: Ledger, fresh: list[bool], further: bool
) -> None:
    assert goes_on(finished, rows(30, 29), fresh) is further
    assert is_finished(finished) is not further  # a run that is cut short leaves it open


@pytest.mark.parametrize(
    ("days", "further"),
    [((30, 29), True), ((29, 28), True), ((28, 28), False), ((None, None), True), ((28, None), False)],
)
def test_in_a_window_a_list_is_read_past_its_first_day_whatever_is_known(
    finished: Ledger, days: tuple[int | None, ...], further: bool
) -> None:
    query = Query(window=Window(LAST.replace(day=29), LAST))
    assert goes_on(finished, rows(*days), [False, False], query) is further


def test_after_a_window_all_lists_of_the_source_are_read_to_their_ends(finished: Ledger) -> None:
    goes_on(finished, rows(30, more=False), [False], Query(window=Window(LAST, LAST)))
    assert not is_finished(finished)


@pytest.mark.parametrize("query", [Query(columns=("column",)), Query(categories=("a", "b"))])
def test_a_narrow_run_finishes_its_lists_when_all_that_they_named_is_archived(ledger: Ledger, query: Query) -> None:
    pagination = Pagination(ledger, query)
    pagination.begin("a", listing())
    pagination.read("a", listing(), rows(30, more=False), [True])
    assert not Pagination(ledger, query).begin("a", listing()).state.finished
    pagination.settle()
    assert Pagination(ledger, query).begin("a", listing()).state.finished


def test_a_run_for_a_category_leaves_out_rows_and_finishes_nothing_for_others(ledger: Ledger) -> None:
    pagination = Pagination(ledger, Query(categories=("TechWeb",)))
    pagination.begin("a", listing())
    pagination.read("a", listing(), rows(30, more=False), [True])
    pagination.settle()
    assert not is_finished(ledger)


@pytest.mark.parametrize("query", [Query(), Query(columns=("column",))])
def test_a_list_that_failed_is_not_finished(ledger: Ledger, query: Query) -> None:
    pagination = Pagination(ledger, query)
    pagination.begin("a", listing())
    pagination.read("a", listing(), rows(30), [True])
    pagination.fail("a", listing(2), "HTTP 503")
    pagination.end("a", listing(3))
    pagination.settle()
    assert (pagination.readings["a", "column"].failed, pagination.readings["a", "column"].reach.ended) == (
        "HTTP 503",
        "failed",
    )
    assert not is_finished(ledger)


def test_what_was_read_of_a_list_is_told(ledger: Ledger) -> None:
    pagination = Pagination(ledger, Query())
    reading = pagination.begin("a", listing())
    assert (reading.pages, reading.rows, reading.newest, reading.oldest) == (0, 0, None, None)
    pages = [rows(29, None), rows(30, 28), rows(None)]
    pages[1].refs[0].time = TIME
    for number, one in enumerate(pages, start=1):
        pagination.read("a", listing(number), one, [])
    assert pagination.begin("a", listing(4)) is reading
    assert (reading.pages, reading.rows) == (3, 5)
    assert (reading.newest, reading.oldest) == (TIME.isoformat(), "2021-12-28")


def test_reaches_are_those_of_lists_in_the_order_of_time(ledger: Ledger) -> None:
    pagination = Pagination(ledger, Query())
    for source, name in (("a", "column"), ("a", "top"), ("b", "column"), ("c", "column")):
        pagination.begin(source, replace(listing(), name=name, in_order=name != "top"))
    pagination.read("a", listing(), rows(30, 29), [])
    reaches = pagination.reaches(["a", "b"])
    assert {source: list(lists) for source, lists in reaches.items()} == {"a": ["column"], "b": ["column"]}
    assert reaches["a"]["column"].oldest == LAST.replace(day=29)
    assert reaches["b"]["column"].oldest is None


# Lists that are read by days.


def days_page(number: int) -> Listing:
    return replace(listing(number), in_order=False, older=lambda: None)


def test_the_days_of_a_page_are_covered_in_the_ledger(ledger: Ledger) -> None:
    pagination = Pagination(ledger, Query(window=Window(date(2021, 12, 1), date(2021, 12, 31))))
    pagination.begin("a", days_page(1))
    for number, whole in enumerate(
        [Window(date(2021, 12, 31), date(2021, 12, 31)), None, Window(date(2021, 12, 2), date(2021, 12, 3))]
    ):
        one = rows(5)
        one.whole, one.next_page = whole, days_page(number + 2)
        assert pagination.read("a", days_page(number + 1), one, [])
    (known,) = pagination.coverage.of("a").values()
    assert [(f"{since:%m-%d %H}", f"{until:%m-%d %H}") for since, until in known.stretches] == [
        ("12-02 00", "12-04 00"),
        ("12-31 00", "01-01 00"),
    ]
    reach = pagination.reaches(["a"])["a"]["column"]
    assert reach.by_days == {date(2021, 12, 31), date(2021, 12, 2), date(2021, 12, 3)}


def test_a_run_for_some_categories_covers_no_day(ledger: Ledger) -> None:
    pagination = Pagination(ledger, Query(window=Window(LAST, LAST), categories=("a",)))
    pagination.begin("a", days_page(1))
    pagination.read("a", days_page(1), replace(rows(5), whole=Window(LAST, LAST)), [])
    assert pagination.coverage.of("a") == {}
