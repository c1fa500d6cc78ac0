"""Flashes far back: a window's end is searched for, and what lies before it is read in order."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from functools import cache
from itertools import islice
from urllib.parse import parse_qs, urlsplit

import pytest

from finews_spider.crawl.coverage import Reach, coverage_of
from finews_spider.dates import BEIJING, Window
from finews_spider.sources.base import Listing, ListingPage, Query, UnreadableError
from finews_spider.sources.eastmoney import EastmoneySource
from tests.sources.test_eastmoney import EASTMONEY, FLASH_ROW, NUMBER, flash_page
from tests.support.nonempty import nonempty
from tests.support.whole import whole

NOW = datetime(2026, 11, 25, 21, tzinfo=BEIJING)
YEAR = 365
DAY = timedelta(days=1)
Rows = list[tuple[str, datetime]]


@cache
def rows_of(days: int, quiet: int = 150, busy: int = 600) -> Rows:
    """The numbers and times of so many days' flashes, the newest first: weekends are quiet, mornings are busy."""
    rows: Rows = []
    for back in range(days):
        day = NOW.date() - back * DAY
        count = quiet if day.weekday() > 4 else busy
        midnight = datetime.combine(day, time(), BEIJING)
        moments = [midnight + DAY * ((n + 0.5) / count) ** 0.5 for n in reversed(range(count))]
        rows += [(f"{day:%Y%m%d}{n:010}", moment) for n, moment in enumerate(moments) if moment <= NOW]
    return rows


class Site:
    """The list far back, and the one with cursors, which keeps the newest so many rows."""

    def __init__(self, rows: Rows, cap: int = 10**6, kept: int = 0, *, cursors: bool = True) -> None:
        self.rows, self.cap, self.kept, self.cursors = rows, cap, kept, cursors
        self.grows = 0  # rows that come on top with each answer
        self.requests: list[str] = []

    def answer(self, url: str) -> str:
        self.requests.append(url)
        parts = urlsplit(url)
        if parts.hostname == "np-weblist.eastmoney.com":
            return self.by_cursor(parse_qs(parts.query).get("sortEnd", [""])[0])
        assert parts.path.startswith("/kuaixun/v1/getlist_102_ajaxResult_50_"), url
        number = int(parts.path.removesuffix("_.html").rpartition("_")[2])
        self.rows = [(f"99999999{len(self.requests):03}{n:07}", NOW) for n in range(self.grows)] + self.rows
        last = min(self.cap, -(-len(self.rows) // 50))
        return history_page(self.rows[(min(number, last) - 1) * 50 :][:50])

    def by_cursor(self, cursor: str) -> str:
        before = datetime.fromtimestamp(int(cursor) // 10**6, BEIJING) if cursor and self.cursors else NOW + DAY
        found = [row for row in self.rows[: self.kept] if row[1] < before][:200]
        rows = [{**FLASH_ROW, "code": number, "showTime": f"{time:%F %T}"} for number, time in found]
        after = f"{int(found[-1][1].timestamp())}000000" if found else ""
        self.cursors = True  # one that was given is taken
        return flash_page(*rows, after=after)


def history_page(rows: Rows, name: str = "ajaxResult") -> str:
    lives = [history_row(number, time) for number, time in rows]
    return f"var {name}={json.dumps({'rc': 1, 'LivesList': lives}, ensure_ascii=False)};"


def history_row(number: str, time: datetime) -> dict[str, object]:
    link = f"http://finance.eastmoney.com/news/1350,{number}.html"
    return {
        "id": number,
        "newsid": number,
        "title": "题",
        "digest": "【题】要",
        "showtime": f"{time:%F %T}",
        "url_w": link,
    }


def flashes(window: Window, source: EastmoneySource = EASTMONEY) -> Listing:
    return source.listings(Query(window=window))[-1]


def history() -> Listing:
    """The list that stands in for the two others, outside of a window."""
    older = flashes(Window()).fallback
    assert older is not None
    assert older.fallback is not None
    return older.fallback


def read(listing: Listing | None, site: Site, window: Window = Window()) -> Iterator[ListingPage]:  # noqa: B008
    """What a run reads of a list: up to a page that is wholly older than the window, and no URL twice."""
    while listing and listing.url not in site.requests:
        page = listing.read(site.answer(listing.url))
        yield page
        days = [ref.day for ref in page.refs if ref.day]
        listing = None if days and all(map(window.is_before, days)) else page.next_page


def crawl(site: Site, window: Window, source: EastmoneySource = EASTMONEY) -> tuple[set[str], Reach]:
    """The numbers of the window's flashes that were found, and how far back the list was read."""
    found: set[str] = set()
    reach = Reach()
    pages = list(read(flashes(window, source), site, window))
    for page in pages:
        reach.page(ref.day for ref in page.refs)
        found |= {ref.id for ref in page.refs if ref.day and ref.day in window}
    last = pages[-1]
    reach.end("window" if last.next_page else "limit" if last.limit_reached else "end")
    return found, reach


def in_window(site: Site, window: Window) -> set[str]:
    return {number for number, moment in site.rows if moment.date() in window and not number.startswith("99999999")}


def covered(reach: Reach, day: date) -> bool:
    return coverage_of([day], [reach])[day].covered == 1


def days_back(since: int, until: int) -> Window:
    return Window(NOW.date() - since * DAY, NOW.date() - until * DAY)


MANY = replace(EASTMONEY, pages=500)


@pytest.mark.parametrize("window", [days_back(30, 28), days_back(100, 100), days_back(300, 299), days_back(350, 347)])
def test_a_window_far_back_is_found_in_few_steps_and_read_whole(window: Window) -> None:
    site = Site(rows_of(YEAR))
    found, reach = crawl(site, window, MANY)
    assert found == in_window(site, window)
    assert window.since is not None
    assert covered(reach, window.since)
    pages = -(-len(found) // 50)
    assert len(site.requests) <= pages + 16, site.requests


@pytest.mark.parametrize("since", range(7, 60, whole(1, 4)))
def test_any_day_is_read_whole(since: int) -> None:
    site = Site(rows_of(YEAR))
    found, _ = crawl(site, days_back(since, since), MANY)
    assert found == in_window(site, days_back(since, since))


def test_rows_that_come_while_it_is_searched_make_no_gap() -> None:
    site = Site(rows_of(YEAR))
    site.grows = 7
    window = days_back(90, 89)
    found, _ = crawl(site, window, MANY)
    assert found == in_window(site, window)


def test_the_day_at_which_the_list_ends_is_not_covered_nor_what_lies_before() -> None:
    site = Site(rows_of(YEAR), cap=1000)
    end = site.rows[999 * 50][1].date()
    window = Window(end - 9 * DAY, end + 3 * DAY)
    found, reach = crawl(site, window, MANY)
    assert found == {number for number, moment in site.rows[: 1000 * 50] if moment.date() in window}
    assert reach.ended == "limit"
    assert [covered(reach, end + n * DAY) for n in (-5, 0, 1, 2)] == [False, False, True, True]


def test_a_window_before_the_end_of_the_list_covers_nothing_and_costs_little() -> None:
    site = Site(rows_of(YEAR), cap=1000)
    window = days_back(300, 290)
    found, reach = crawl(site, window, MANY)
    assert (found, reach.ended) == (set(), "limit")
    assert not covered(reach, NOW.date() - 290 * DAY)
    assert len(site.requests) < 10


def test_a_last_page_that_grows_is_the_last_too() -> None:
    site = Site(rows_of(YEAR), cap=1000)
    site.grows = 3
    end = site.rows[1000 * 50 - 1][1].date()
    _, reach = crawl(site, Window(end - 3 * DAY, end + DAY), MANY)
    assert reach.ended == "limit"
    assert len(site.requests) < 80


def test_the_cursor_list_is_read_as_far_as_it_reaches() -> None:
    site = Site(rows_of(YEAR), kept=2000)
    window = days_back(2, 1)
    found, reach = crawl(site, window, MANY)
    assert found == in_window(site, window)
    assert covered(reach, NOW.date() - DAY)
    assert all("np-weblist" in url for url in nonempty(site.requests))


def test_where_the_cursor_list_ends_the_history_goes_on() -> None:
    site = Site(rows_of(YEAR), kept=2000)  # some four days
    window = days_back(8, 1)
    found, reach = crawl(site, window, MANY)
    assert found == in_window(site, window)
    assert all(covered(reach, NOW.date() - n * DAY) for n in range(1, 8))
    left = len(in_window(site, window) - {number for number, _ in site.rows[:2000]})
    assert sum("/kuaixun/v1/" in url for url in site.requests) <= left // 50 + 12


def test_a_window_without_an_end_begins_with_the_cursor_list() -> None:
    site = Site(rows_of(YEAR), kept=1000)
    window = Window(since=NOW.date() - 6 * DAY)
    found, reach = crawl(site, window, MANY)
    assert found == in_window(site, window)
    assert all(covered(reach, NOW.date() - n * DAY) for n in range(6))


def test_a_cursor_that_is_not_taken_is_given_up_for_the_history_where_the_window_is_far() -> None:
    site = Site(rows_of(YEAR), kept=10**6, cursors=False)
    window = days_back(50, 49)
    found, reach = crawl(site, window, MANY)
    assert found == in_window(site, window)
    assert covered(reach, NOW.date() - 49 * DAY)
    assert sum("np-weblist" in url for url in site.requests) == 1


def test_a_cursor_that_is_not_taken_is_followed_from_now_where_the_window_is_near() -> None:
    site = Site(rows_of(YEAR), kept=10**6, cursors=False)
    window = days_back(3, 3)
    found, _ = crawl(site, window, MANY)
    assert found == in_window(site, window)
    assert all("np-weblist" in url for url in nonempty(site.requests))


def test_where_a_built_cursor_gives_nothing_the_list_from_now_stands_in_for_the_history() -> None:
    search = flashes(days_back(50, 49)).read(flash_page()).next_page
    assert search is not None
    assert search.name == "flashes"
    assert search.fallback is not None
    assert "sortEnd=&" in search.fallback.url


def test_the_history_stands_in_for_the_cursor_list_of_a_window_then_the_older_list() -> None:
    search = flashes(days_back(50, 49)).fallback
    assert search is not None
    assert search.name == "flash history"
    assert search.fallback is not None
    assert search.fallback.name == "older flash list"


def test_without_a_window_the_cursor_list_ends_where_it_ends() -> None:
    listing = flashes(Window())
    assert listing.read(flash_page(after="")).next_page is None


def test_the_history_is_a_list_of_its_own_at_the_last() -> None:
    listing = history()
    assert (listing.name, listing.url) == (
        "flash history",
        "https://newsapi.eastmoney.com/kuaixun/v1/getlist_102_ajaxResult_50_1_.html",
    )
    pages = list(islice(read(listing, Site(rows_of(YEAR))), 5))
    assert [ref.id for page in pages for ref in page.refs] == [number for number, _ in rows_of(YEAR)[:250]]


def test_the_history_ends_at_the_limit_of_rows() -> None:
    *_, last = read(history(), Site(rows_of(YEAR)))
    assert last.limit_reached
    assert len(list(read(history(), Site(rows_of(YEAR))))) == 3 * 200 // 50


def test_the_history_never_comes_to_its_end() -> None:
    assert history().read(history_page([])) == ListingPage(limit_reached=True)


def test_where_the_last_rows_of_the_cursor_list_are_swapped_the_history_begins_at_the_newer() -> None:
    times = [NOW - 10 * DAY + minutes * timedelta(minutes=1) for minutes in (9, 0, 5)]
    rows = [{**FLASH_ROW, "code": f"{NUMBER[:-1]}{n}", "showTime": f"{time:%F %T}"} for n, time in enumerate(times)]
    search = flashes(days_back(11, 9)).read(flash_page(*rows, after="")).next_page
    assert search is not None
    assert search.read(history_page([(NUMBER, times[1] + timedelta(minutes=3))])).refs != []
    assert search.read(history_page([(NUMBER, times[1] + timedelta(minutes=8))])).refs == []


def test_a_cursor_list_that_ends_before_the_window_needs_no_history() -> None:
    row = {**FLASH_ROW, "showTime": f"{NOW - 10 * DAY:%F %T}"}
    rows = [{**row, "code": f"{NUMBER[:-1]}{n}"} for n in range(3)]
    assert flashes(days_back(9, 8)).read(flash_page(*rows, after="")).next_page is None


def test_a_row_of_the_history_is_a_flash() -> None:
    (ref,) = history().read(history_page([(NUMBER, datetime(2021, 12, 30, 7, 57, 23, tzinfo=BEIJING))])).refs
    assert (ref.id, ref.title, ref.digest, ref.category) == (NUMBER, "题", "【题】要", "emnews")
    assert (f"{ref.time:%F %T}", ref.to_the_second) == ("2021-12-30 07:57:23", True)
    assert ref.share_link == f"http://finance.eastmoney.com/news/1350,{NUMBER}.html"


def test_a_row_may_have_its_number_as_id_only() -> None:
    row = history_row(NUMBER, NOW)
    del row["newsid"]
    page = history().read(json.dumps({"rc": 1, "LivesList": [row]}))
    assert ([ref.id for ref in page.refs], page.missing_fields) == ([NUMBER], set())


@pytest.mark.parametrize(
    "script", ["var ajaxResult={}", " var  a_1 = {} ; \n", "ajaxResult={};", "window.x={}", "cb({});", "{}"]
)
def test_the_history_may_come_in_any_script_that_hands_it_over(script: str) -> None:
    answer = json.dumps({"rc": 1, "LivesList": [history_row(NUMBER, NOW)]})
    assert len(history().read(script.replace("{}", answer)).refs) == 1


@pytest.mark.parametrize(
    "text",
    ["var ajaxResult=", "var ajaxResult={", "var x={};var y={};", '{"rc":0}', 'var a={"LivesList":null};', "x=1"],
)
def test_a_script_of_another_kind_is_unreadable(text: str) -> None:
    with pytest.raises(UnreadableError):
        history().read(text)


def test_rows_without_times_lead_no_search_astray() -> None:
    search = flashes(days_back(50, 49)).fallback
    assert search is not None
    page = history_page(rows_of(YEAR)[:1]).replace("2026-", "x-")
    with pytest.raises(UnreadableError, match="no row of the flash history tells a time"):
        search.read(page)


def test_what_a_person_allows_of_the_cursor_list_is_its_limit() -> None:
    window = Window(since=NOW.date() - 30 * DAY)
    (page,) = read(flashes(window, replace(EASTMONEY, pages=1)), Site(rows_of(YEAR), kept=10**6), window)
    assert page.limit_reached
