"""Eastmoney's flashes: by cursor; by page where that fails; far back where it ends before the window does."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import urlencode

from finews_spider.dates import BEIJING, Window
from finews_spider.sources.base import Listing, ListingPage, UnreadableError
from finews_spider.sources.eastmoney_history import FlashHistory
from finews_spider.sources.eastmoney_rows import PAGE_SIZE, TRACE, Numbers, PagedList, data_in, numbers, rows_in
from finews_spider.sources.parsing import json_object, shown

NAME = "flashes"
OLDER_PAGE_SIZE = 100  # rows; more was not seen in use (2026)
# A window may end so long ago that its first page is found sooner far back than by reading on from now: eight pages of
# 200 rows are four to five days (2026).
NEAR = timedelta(days=5)


@dataclass(frozen=True, kw_only=True)
class Flashes(PagedList):
    """np-weblist: pages by cursor, which is the realSort of the last row: unix seconds and six digits."""

    window: Window
    older: "OlderFlashes"
    history: FlashHistory

    def listing(self) -> Listing:
        """Return the newest page, or the one at the end of the window."""
        return self._page(_cursor(self.window))

    def _page(
        self, cursor: str = "", number: int = 1, before: Numbers = (), reached: datetime | None = None
    ) -> Listing:
        query = {"client": "web", "biz": "web_724", "fastColumn": 102, "sortEnd": cursor, "pageSize": PAGE_SIZE}
        return Listing(
            NAME,
            f"{self.origin}/comm/web/getFastNewsList?{urlencode({**query, 'req_trace': TRACE})}",
            partial(self._read, cursor, number, before, reached),
            fallback=self._fallback() if number == 1 else None,
        )

    def _fallback(self) -> Listing:
        if end := end_of(self.window):
            return self.history.search(end, fallback=self.older.listing())
        return self.older.listing(fallback=self.history.listing())

    def _read(self, cursor: str, number: int, before: Numbers, reached: datetime | None, text: str) -> ListingPage:
        page = ListingPage()
        data = data_in(text, "fastNewsList")
        rows = rows_in(page, data, "fastNewsList")
        for row in rows:
            self.rows.add_flash(page, row, "code", "showTime", "title", "summary")
        found = numbers(rows, "code")
        times = [ref.time for ref in page.refs if ref.time]
        reached = max(times[-2:], default=reached)  # neighbours may stand the wrong way round
        after = _cursor_in(data)
        if after and after != cursor:
            self.go_on(page, found, before, number, lambda: self._page(after, number + 1, found, reached))
        if self.window and self._is_left_to_history(page, number, times, reached):
            target = min(filter(None, (end_of(self.window), reached)), default=None)
            fallback = self._page() if cursor and number == 1 else None
            page.next_page = self.history.search(target, name=NAME, fallback=fallback)
        return page

    def _is_left_to_history(
        self, page: ListingPage, number: int, times: list[datetime], reached: datetime | None
    ) -> bool:
        """Return whether the list ends here, and the window lies further back; or begins far from where that ends.

        It begins at its top where the site does not take a cursor that was built.
        """
        end = end_of(self.window)
        if page.next_page and number == 1 and end and times:
            return min(times) - end > NEAR
        ends = not page.next_page and not page.limit_reached
        return ends and not (reached and self.window.is_before(reached.date()))


class OlderFlashes(PagedList):
    """newsapi, v2: the same flashes by page number."""

    def listing(self, number: int = 1, before: Numbers = (), fallback: Listing | None = None) -> Listing:
        """Return a page of it."""
        query = urlencode({"column": 102, "limit": OLDER_PAGE_SIZE, "p": number})
        url = f"{self.origin}/kuaixun/v2/api/list?{query}"
        return Listing("older flash list", url, partial(self._read, number, before), fallback=fallback)

    def _read(self, number: int, before: Numbers, text: str) -> ListingPage:
        page = ListingPage()
        rows = rows_in(page, json_object(text, "news"), "news")
        for row in rows:
            self.rows.add_flash(page, row, "newsid", "showtime", "title", "digest", links=("url_w", "url_unique"))
        found = numbers(rows, "newsid")
        self.go_on(page, found, before, number, lambda: self.listing(number + 1, found))
        return page


def end_of(window: Window) -> datetime | None:
    """Return the moment after the window; None where it is open, or never ends."""
    if window.until is None or window.until == date.max:
        return None
    return datetime(window.until.year, window.until.month, window.until.day, tzinfo=BEIJING) + timedelta(days=1)


def _cursor(window: Window) -> str:
    """Return a cursor for the end of the window, as the site's own look; empty for now."""
    end = end_of(window)
    return f"{int(end.astimezone(UTC).timestamp())}000000" if end else ""


def _cursor_in(data: dict[str, Any]) -> str:
    """Return the cursor of the next page; empty where there is none."""
    cursor = data.get("sortEnd") or ""
    if type(cursor) not in (str, int) or not re.fullmatch(r"[\w-]{0,40}", str(cursor)):
        raise UnreadableError(f"sortEnd is no cursor: it is {shown(cursor)}")
    return str(cursor)
