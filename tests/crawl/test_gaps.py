"""A list is believed with proof only: it comes to what was known, or it has a gap that is looked at again."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from finews_spider import dates
from finews_spider.crawl import list_reading
from finews_spider.crawl.pagination import Pagination
from finews_spider.dates import BEIJING
from finews_spider.items import ArticleRef
from finews_spider.ledger.database import Ledger
from finews_spider.ledger.gaps import Gap
from finews_spider.ledger.owed import Owed
from finews_spider.sources.base import Listing, ListingPage, Query
from tests.support.third_site import ThirdSource

START = datetime(2026, 11, 1, 12, tzinfo=BEIJING)
SIZE = 20
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
STEP = timedelta(minutes=6)  # between two rows: ten an hour


@dataclass
class News:
    """A list of one row every six minutes, in pages; what is served in place of a page is in `instead`, by number."""

    now: datetime = START
    since: datetime = START - 3 * DAY
    max_pages: int = 50
    late: dict[datetime, datetime] = field(default_factory=dict)  # when a row of that time comes into the list
    instead: dict[int, list[datetime]] = field(default_factory=dict)
    requested: list[int] = field(default_factory=list)

    def rows(self) -> list[datetime]:
        """The times of its rows, newest first."""
        number = (self.now - self.since) // STEP
        times = [self.since + place * STEP for place in range(number, -1, -1)]
        return [time for time in times if self.late.get(time, time) <= self.now]

    def page(self, number: int) -> list[datetime]:
        return self.rows()[(number - 1) * SIZE : number * SIZE]

    def listing(self, max_pages: int, number: int = 1) -> Listing:
        return Listing("news", f"https://a.example/{number}", partial(self._read, max_pages, number))

    def _read(self, max_pages: int, number: int, _: str) -> ListingPage:
        self.requested.append(number)
        times = self.instead.get(number, self.page(number))
        refs = [ArticleRef(source="third", id=f"{time:%m%d%H%M}", url="", day=time.date(), time=time) for time in times]
        page = ListingPage(refs)
        if refs:
            page.limit_reached = number >= max_pages
            page.next_page = None if page.limit_reached else self.listing(max_pages, number + 1)
        return page


class NewsSource(ThirdSource):
    """A source of that list alone."""

    def __init__(self, news: News, pages: int, recent: int) -> None:
        object.__setattr__(self, "news", news)
        object.__setattr__(self, "limits", (pages, recent))

    def listings(self, query: Query) -> list[Listing]:
        pages, recent = self.limits  # type: ignore[attr-defined]
        return [self.news.listing(pages if query.window or query.whole else recent)]  # type: ignore[attr-defined]


@dataclass
class Runs:
    """Runs that read the list; what they owe is archived at once."""

    ledger: Ledger
    news: News
    source: NewsSource
    found: set[str] = field(default_factory=set)
    ended: str | None = None

    def run(self, after: timedelta = timedelta()) -> list[str]:
        """Return what a run found, so much later."""
        self.news.now += after
        self.news.requested.clear()
        self.ledger.rows("DROP TABLE IF EXISTS temp.queue")
        self.ledger.rows("DROP TABLE IF EXISTS temp.listed")
        owed, lists, found = Owed(self.ledger, 7 * DAY), Pagination(self.ledger, Query()), []
        (listing,) = lists.start(self.source, beside_posts=bool(self.found))
        page: Listing | None = listing
        while page:
            lists.begin("third", page)
            read = page.read("")
            fresh = owed.record_listed(read.refs)
            found += [ref.id for ref, is_fresh in zip(read.refs, fresh, strict=True) if is_fresh]
            page = lists.read("third", page, read, fresh)
        self.ended = lists.readings["third", "news"].reach.ended
        self.found |= set(found)
        return list(dict.fromkeys(found))

    @property
    def gap(self) -> Gap | None:
        return Pagination(self.ledger, Query()).gaps.of("third", "news")

    @property
    def missing(self) -> set[str]:
        return {f"{time:%m%d%H%M}" for time in self.news.rows()} - self.found


@pytest.fixture
def news(monkeypatch: pytest.MonkeyPatch) -> News:
    news = News()
    monkeypatch.setattr(dates, "now", lambda: news.now)
    return news


@pytest.fixture
def runs(tmp_path: Path, news: News) -> Iterator[Runs]:
    """Runs came before: the first read the list to its end, the second found it again, the third what is between."""
    with Ledger(tmp_path) as ledger:
        runs = Runs(ledger, news, NewsSource(news, 200, 40))
        runs.run()
        assert not runs.missing
        runs.run(DAY)
        assert (runs.ended, runs.gap) == ("end", None)
        runs.run(HOUR)
        assert (runs.gap, runs.missing) == (None, set())
        yield runs


def test_a_run_reads_no_more_than_it_needs(runs: Runs, news: News) -> None:
    assert len(runs.run(HOUR)) == 10
    assert news.requested == [1]
    assert (runs.ended, runs.gap) == ("known", None)


DISTURBANCES: dict[str, Callable[[News], list[datetime]]] = {
    "an empty page": lambda news: [],
    "the page before it": lambda news: news.page(2),
    "an old copy": lambda news: [time - 2 * DAY for time in news.page(2)],
    "a copy some minutes old": lambda news: [time - 6 * STEP for time in news.page(3)],
}


@pytest.mark.slow
@pytest.mark.parametrize("kind", DISTURBANCES)
def test_what_a_page_hides_once_is_found(runs: Runs, news: News, kind: str) -> None:
    news.now += DAY  # 240 rows, 12 pages
    news.instead[3] = DISTURBANCES[kind](news)
    runs.run()
    assert runs.missing
    assert runs.gap
    del news.instead[3]
    runs.run(timedelta(minutes=15))
    assert not runs.missing
    runs.run(HOUR)
    assert runs.gap is None


def test_a_stale_page_is_not_believed_as_long_as_it_stays(runs: Runs, news: News) -> None:
    news.now += DAY
    stale = [time - 2 * DAY for time in news.page(2)]
    news.instead[3] = stale
    for _ in range(8):
        runs.run(HOUR)
        assert runs.gap
    news.instead.clear()
    runs.run(5 * HOUR)
    assert not runs.missing


def test_a_list_that_shows_no_row_has_a_gap(runs: Runs, news: News) -> None:
    news.instead[1] = []
    runs.run(HOUR)
    assert runs.gap
    news.instead.clear()
    runs.run(HOUR)
    assert not runs.missing
    assert runs.gap is None


def test_an_outage_beyond_the_limit_of_pages_is_read_on(runs: Runs, news: News) -> None:
    runs.source = NewsSource(news, 40, 40)
    runs.run(5 * DAY)  # 1,200 rows, 60 pages
    assert runs.ended == "limit"
    assert runs.gap
    assert runs.missing
    runs.source = NewsSource(news, 200, 40)
    runs.run(timedelta(minutes=15))
    assert not runs.missing
    runs.run(HOUR)
    assert runs.gap is None


@pytest.mark.slow
def test_rows_that_come_late_are_found(runs: Runs, news: News) -> None:
    base = news.now.replace(minute=0)
    news.late = {base + place * HOUR: base + place * HOUR + place * 2 * HOUR for place in range(1, 37)}
    for _ in range(4 * 24 * 7):
        runs.run(timedelta(minutes=15))
    assert not runs.missing


@pytest.mark.slow
def test_a_deep_look_is_taken_once_a_day(runs: Runs, news: News) -> None:
    pages = []
    for _ in range(4 * 24 * 3):
        runs.run(timedelta(minutes=15))
        pages.append(len(news.requested))
    assert sum(number > 1 for number in pages) == 3
    assert 40 < max(pages) < 90  # of 20 rows: five days and some


def deep_looks(runs: Runs, news: News) -> list[int]:
    """Run every hour until a run reads more than a page; return how many pages."""
    for _ in range(25):
        runs.run(HOUR)
        if len(news.requested) > 1:
            return [len(news.requested)]
    return []


def test_a_deep_look_that_came_to_an_early_end_is_taken_again(runs: Runs, news: News) -> None:
    deep_looks(runs, news)
    news.instead[20] = []
    assert deep_looks(runs, news) == [20]
    news.instead.clear()
    runs.run(timedelta(minutes=15))
    assert len(news.requested) > 60
    runs.run(timedelta(minutes=15))
    assert news.requested == [1]


def test_two_early_ends_that_differ_are_not_believed(runs: Runs, news: News) -> None:
    (pages,) = deep_looks(runs, news)
    news.instead[3] = []
    assert deep_looks(runs, news) == [3]
    half = pages // 2 + 3
    news.instead = {half: []}
    runs.run(timedelta(minutes=15))
    assert len(news.requested) == half
    news.instead.clear()
    runs.run(timedelta(minutes=15))
    assert len(news.requested) > pages // 2 + 10


def test_a_list_that_has_shrunk_for_good_is_believed(runs: Runs, news: News) -> None:
    deep_looks(runs, news)
    news.since = news.now - 5 * HOUR  # 120 pages before
    assert deep_looks(runs, news)
    looks = 0
    while looks < 20 and (runs.run(timedelta(minutes=15)), len(news.requested) > 1)[1]:
        looks += 1
    assert looks == 1  # beside the first, which came to the same


def test_what_no_list_shows_any_more_is_given_up_aloud(runs: Runs, news: News) -> None:
    news.since = news.now + 2 * DAY  # its oldest row, after an outage of three days
    runs.run(3 * DAY)
    gap = runs.gap
    assert gap
    assert gap.until == news.since
    assert gap.until - gap.since >= 2 * DAY - HOUR
    for _ in range(23):
        runs.run(HOUR)
    assert runs.gap
    for _ in range(8):
        runs.run(HOUR)
    assert runs.gap is None
    (given_up,) = Pagination(runs.ledger, Query()).gaps
    assert (given_up.state, given_up.since, given_up.until) == ("given up", gap.since, gap.until)
    Pagination(runs.ledger, Query()).gaps.mark_told()
    assert list(Pagination(runs.ledger, Query()).gaps) == []


def test_a_first_end_is_found_twice(tmp_path: Path, news: News) -> None:
    with Ledger(tmp_path) as ledger:
        runs = Runs(ledger, news, NewsSource(news, 100, 50))
        news.instead[3] = []
        runs.run()
        assert runs.missing
        news.instead.clear()
        for _ in range(6):
            runs.run(HOUR)
        assert not runs.missing


def test_a_first_end_that_was_none_is_looked_for_until_two_looks_find_the_same(tmp_path: Path, news: News) -> None:
    with Ledger(tmp_path) as ledger:
        runs = Runs(ledger, news, NewsSource(news, 100, 50))
        for empty in (3, 12):
            news.instead = {empty: []}
            runs.run(6 * HOUR)
            assert runs.missing
        news.instead.clear()
        for _ in range(6):
            runs.run(HOUR)
        assert not runs.missing
        read = [len(news.requested) for _ in range(24) if runs.run(HOUR) is not None]
        assert sum(number > 1 for number in read) == 2  # that look's confirmation, and the look of the day


def test_a_lost_ledger_has_every_list_read_to_its_end(tmp_path: Path, news: News) -> None:
    with Ledger(tmp_path) as ledger:
        runs = Runs(ledger, news, NewsSource(news, 100, 2), found={"a post"})
        runs.run()
        assert runs.ended == "end"
        assert not runs.missing


@pytest.mark.slow
def test_quiet_nights_are_no_gaps(runs: Runs, news: News) -> None:
    rows = news.rows
    news.rows = lambda: [time for time in rows() if time.hour >= 7]  # type: ignore[method-assign]
    opened = 0
    for _ in range(24 * 10):
        runs.run(HOUR)
        opened += runs.gap is not None
    assert not runs.missing
    assert opened <= 2


def test_the_constants_are_those_of_the_docs() -> None:
    text = (Path(__file__).parents[2] / "docs" / "reports.md").read_text(encoding="utf-8")
    assert timedelta(days=5) == list_reading.LATE
    assert "five days further down" in text
