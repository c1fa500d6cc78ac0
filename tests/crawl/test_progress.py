"""How far a backfill is, and which list is being read."""

from datetime import date, timedelta
from pathlib import Path

from finews_spider.crawl.article_fetch import ArticleFetch
from finews_spider.crawl.coverage import Reach
from finews_spider.crawl.pagination import Pagination
from finews_spider.crawl.progress import Days, days, figures_of, last_read
from finews_spider.dates import Window
from finews_spider.items import ArticleRef
from finews_spider.ledger.database import Ledger
from finews_spider.sources.base import Listing, ListingPage, Query
from finews_spider.spiders.finews import FinewsSpider

SINCE = date(2021, 12, 1)
WINDOW = Window(SINCE, SINCE + timedelta(days=9))
TODAY = date(2022, 1, 13)


def reach(*numbers: int, ended: str | None = None) -> Reach:
    """Of a list of which one page was read, with rows of these days of December."""
    made = Reach()
    made.page(SINCE + timedelta(days=number - 1) for number in numbers)
    if ended:
        made.end(ended)
    return made


def test_the_days_of_all_sources_are_told_together() -> None:
    reaches = {"a": {"one": reach(10, 6, 5)}, "b": {"one": reach(5, 3, ended="end"), "two": reach(10, 9)}}
    # Of a: nothing is sure up to the 10th. Of b: one list has ended, and the other goes on.
    assert days(WINDOW, TODAY, reaches, {}) == Days(20, 0, 5)


def test_a_day_of_which_an_article_is_waited_for_is_not_done() -> None:
    reaches = {name: {"one": reach(5, 3, ended="end")} for name in ("a", "b")}
    assert days(WINDOW, TODAY, reaches, {}) == Days(20, 20, 20)
    assert days(WINDOW, TODAY, reaches, {"a": {SINCE}}) == Days(20, 19, 20)


def test_of_a_source_without_a_list_no_day_is_done() -> None:
    assert days(WINDOW, TODAY, {"a": {}}, {}) == Days(10, 0, 0)


def test_without_a_first_day_no_days_are_counted() -> None:
    assert days(Window(until=TODAY), TODAY, {"a": {"one": reach(5, 3)}}, {}) == Days()


def test_the_list_that_was_begun_last_is_being_read_once_a_page_of_it_came(tmp_path: Path) -> None:
    one, two = (Listing(name, f"https://a.example/{name}", lambda _: ListingPage()) for name in ("one", "two"))
    page = ListingPage([ArticleRef(source="a", id="1", url="", day=SINCE)])
    with Ledger(tmp_path) as ledger:
        lists = Pagination(ledger, Query())
        assert last_read(lists) == ("", "", None)
        lists.begin("a", one)
        lists.begin("b", two)
        lists.read("a", one, page, [True])
        assert last_read(lists) == ("a", "one", SINCE)
        lists.read("b", two, ListingPage(), [])
        assert last_read(lists) == ("b", "two", None)


def test_of_the_articles_that_were_asked_for_those_under_way_are_not_done(spider: FinewsSpider) -> None:
    run = spider.run
    run.owed.record_listed([ArticleRef(source="finews", id=f"{number}", url="") for number in range(5)])
    for kind, number in {
        "asked": 4,
        "archived": 1,
        "failed/HTTP 503": 1,
        "refused/no title": 1,
        "withdrawn": 1,
    }.items():
        run.count("finews", kind, number)
    before = figures_of(run)
    assert (before.wanted, before.done, before.archived, before.failed, before.sources) == (5, 4, 1, 3, 1)
    run.fetches["1"] = ArticleFetch(number="1")
    assert figures_of(run).done == 3
