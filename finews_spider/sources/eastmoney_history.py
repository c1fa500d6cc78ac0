"""Eastmoney's flashes far back: pages by number, about a year of them (2026).

A window's end is searched for, since its page is not known: by an estimate, then by halves. What a search reads is no
part of the list, since between two of its pages nobody read; from the window's end on all pages are read in order.
"""

import math
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import NamedTuple

from finews_spider.sources.base import Listing, ListingPage, UnreadableError
from finews_spider.sources.eastmoney_rows import PAGE_SIZE, TRACE, PagedList, rows_in
from finews_spider.sources.parsing import json_object

ROWS = 50  # a page
PAGES_A_DAY = 8  # as its users count (2026); from the second step on the list itself tells
STRETCH = 4  # pages that are sooner read than searched
ESTIMATES = 6  # then by halves: days are not alike
MAX_PROBES = 40
DAY = timedelta(days=1)


class Place(NamedTuple):
    """A page, and the time of its row that is nearest to what is searched for; None where it has none."""

    page: int
    time: datetime | None


@dataclass(frozen=True, kw_only=True)
class Search:
    """How far a search has come: `newer` is a page all of whose rows are newer than `target`, `older` is another."""

    name: str  # of the list
    target: datetime
    newest: datetime | None = None
    newer: Place | None = None
    older: Place | None = None
    probes: int = 0

    def estimate(self) -> int:
        """Return the page to look at next."""
        newer, older = self.newer or Place(0, None), self.older
        distance = _days(newer.time, self.target)
        if older is None:
            return newer.page + max(1, math.ceil(self._pages_a_day(newer) * distance))
        span = _days(newer.time, older.time)
        if span <= 0 or self.probes > ESTIMATES:
            return (newer.page + older.page) // 2
        step = round((older.page - newer.page) * distance / span)
        return min(max(newer.page + step, newer.page + 1), older.page - 1)

    def _pages_a_day(self, newer: Place) -> float:
        days = _days(self.newest, newer.time)
        return (newer.page - 1) / days if newer.page > 1 and days > 0 else PAGES_A_DAY


@dataclass(frozen=True, kw_only=True)
class FlashHistory(PagedList):
    """newsapi, v1: scripts that assign an object. The last page stands for all further ones; nothing tells its end."""

    def listing(
        self, number: int = 1, name: str = "flash history", read: int = 1, floor: datetime | None = None
    ) -> Listing:
        """Return a page, the `read`th of those that are read in order; `floor` is the oldest time of the one before."""
        return Listing(name, self._url(number), partial(self._read, number, name, read, floor))

    def search(self, target: datetime | None, name: str = "flash history", fallback: Listing | None = None) -> Listing:
        """Return the listing that leads to the flashes up to this moment, and to older ones; None is now."""
        if target is None:
            return replace(self.listing(name=name), fallback=fallback)
        return replace(self._probe(Search(name=name, target=target), 1), fallback=fallback)

    def _url(self, number: int) -> str:
        return f"{self.origin}/kuaixun/v1/getlist_102_ajaxResult_{ROWS}_{number}_.html"

    def _page(self, text: str) -> ListingPage:
        page = ListingPage()
        for row in rows_in(page, json_object(text, "LivesList"), "liveslist"):
            self.rows.add_flash(page, {"newsid": row.get("id"), **row}, *_FIELDS, links=("url_w", "url_unique"))
        return page

    def _read(self, number: int, name: str, read: int, floor: datetime | None, text: str) -> ListingPage:
        page = self._page(text)
        oldest = min(_times(page), default=None)
        repeats = oldest is None or (floor is not None and oldest >= floor)
        page.limit_reached = repeats or read >= self.max_pages * PAGE_SIZE // ROWS
        page.next_page = None if page.limit_reached else self.listing(number + 1, name, read + 1, oldest)
        return page

    # A probe has a URL of its own: the page may be read later, in order, and a run asks for a URL once.

    def _probe(self, search: Search, number: int) -> Listing:
        search = replace(search, probes=search.probes + 1)
        return Listing(search.name, f"{self._url(number)}?_={TRACE}", partial(self._read_probe, search, number))

    def _read_probe(self, search: Search, number: int, text: str) -> ListingPage:
        page = self._page(text)
        times = _times(page)
        if page.refs and not times:
            raise UnreadableError("no row of the flash history tells a time")
        is_newer = [time > search.target for time in times]
        if times and all(is_newer):
            newer = Place(number, min(times))
            if search.probes >= MAX_PROBES or not _is_older(newer, search.newer):
                return ListingPage(limit_reached=True)
            search = replace(search, newer=newer, newest=search.newest or max(times))
        elif search.newer is None or (times and all(is_newer[:2])):
            return self._read(number, search.name, 1, None, text)
        else:
            search = replace(search, older=Place(number, max(times, default=None)))
        return ListingPage(next_page=self._next(search))

    def _next(self, search: Search) -> Listing:
        assert search.newer
        if search.older and search.older.page - search.newer.page <= STRETCH:
            return self.listing(search.newer.page + 1, search.name)
        return self._probe(search, search.estimate())


_FIELDS = ("newsid", "showtime", "title", "digest")


def _times(page: ListingPage) -> list[datetime]:
    return [ref.time for ref in page.refs if ref.time]


def _days(later: datetime | None, earlier: datetime | None) -> float:
    return (later - earlier) / DAY if later and earlier else 0


def _is_older(place: Place, other: Place | None) -> bool:
    """Whether it is no page that stands for all further ones."""
    return other is None or other.time is None or place.time is None or place.time < other.time
