"""Whether a list came to its end, by how many rows it says that it has."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from finews_spider.crawl.pagination import Pagination
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
    return Pagination(ledger, Query()).begin("a", listing()).was_finished


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
        ([page("1", "2", total=5, skipped=1, is_last=False), page("1", "2", total=5, skipped=1)], "short"),
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


def test_a_total_that_is_reached_is_believed_again(ledger: Ledger) -> None:
    ends = [read(ledger, page("1", total=total))[0] for total in (2, 2, 1, 2, 2, 2, 2, 1, 2)]
    assert ends == ["short", "short", "end", "short", "short", "short", "end", "end", "short"]
