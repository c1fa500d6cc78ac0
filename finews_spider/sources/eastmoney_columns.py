"""Eastmoney's columns, and the rolling list of all of them."""

from dataclasses import dataclass
from functools import partial
from urllib.parse import urlencode

from finews_spider.sources.base import Listing, ListingPage, UnreadableError
from finews_spider.sources.eastmoney_rows import (
    PAGE_SIZE,
    TRACE,
    Numbers,
    PagedList,
    data_in,
    numbers,
    rows_in,
    total_of,
)
from finews_spider.sources.parsing import base_of, html_list
from finews_spider.sources.values import Count, Slug, Switch, Text


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column page of the site, whose rows the column API gives by number; without a slug it goes by that number."""

    id: Count
    slug: Slug = ""
    name: Text = ""
    enabled: Switch = True

    def __post_init__(self) -> None:
        if not self.slug:
            object.__setattr__(self, "slug", str(self.id))

    @property
    def names(self) -> tuple[str, ...]:
        """Return what a run may call it: its slug, its number."""
        return self.slug, str(self.id)


class Columns(PagedList):
    """np-listapi: pages by number, newest first but not strictly."""

    def listing(
        self, column: Column, number: int = 1, before: Numbers = (), fallback: Listing | None = None
    ) -> Listing:
        """Return a page of a column."""
        query = {"client": "web", "biz": "web_news_col", "column": column.id, "order": 1, "needInteractData": 0}
        query |= {"page_index": number, "page_size": PAGE_SIZE, "req_trace": TRACE}
        return Listing(
            f"column {column.slug}",
            f"{self.origin}/comm/web/getNewsByColumns?{urlencode(query)}",
            partial(self._read, column, number, before),
            fallback=fallback,
        )

    def _read(self, column: Column, number: int, before: Numbers, text: str) -> ListingPage:
        page = ListingPage()
        data = data_in(text, "list")
        page.total = total_of(data.get("totle_hits"))
        rows = rows_in(page, data, "list")
        for row in rows:
            self.rows.add_article(page, row)
        found = numbers(rows, "code")
        self.go_on(page, found, before, number, lambda: self.listing(column, number + 1, found))
        return page


class Roll(PagedList):
    """The rolling list stands in for columns whose API fails: articles of all columns, minutes only."""

    def listing(self, number: int = 1, before: Numbers = ()) -> Listing:
        """Return a page of it."""
        url = f"{self.origin}/default_{number}.html"
        return Listing("roll", url, partial(self._read, number, before), may_be_absent=number > 1)

    def _read(self, number: int, before: Numbers, text: str) -> ListingPage:
        page = ListingPage()
        html = html_list(text)
        rows = html.css("#artList li")
        if not rows:
            raise UnreadableError("roll page has no #artList li")
        base = base_of(html, f"{self.origin}/default_{number}.html")
        for row in rows:
            self.rows.add_link(page, row, base)
        found = tuple(ref.id for ref in page.refs)
        self.go_on(page, found, before, number, lambda: self.listing(number + 1, found))
        return page
