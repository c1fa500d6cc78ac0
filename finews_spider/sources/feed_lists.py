"""Feeds and sitemaps as listings: what each row says of its article, and which parts of an index a run reads. Pure."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from functools import partial
from itertools import islice
from urllib.parse import urlsplit

from finews_spider.dates import BEIJING, Window
from finews_spider.items import ArticleRef
from finews_spider.refusals import Skipped
from finews_spider.sources.base import Listing, ListingPage, Query
from finews_spider.sources.feed_entries import Entry, read_feed, whole_text
from finews_spider.sources.links import absolute
from finews_spider.sources.sitemaps import SitemapRow, day_of_article, days_of_part, read_sitemap

MAX_PARTS = 500  # of an index of sitemaps, in a run for a window; of one in another, a tenth
RECENT_PARTS = 3  # in any other run: what is new stands in the newest
MANY_PARTS = 50  # where an index tells no days: nobody knows which are the newest
MAX_DEPTH = 2  # of indexes in indexes, of which the protocol has none
MAX_PAGES, RECENT_PAGES = 500, 25  # of a feed that names its next page
# Parts that name no articles, as WordPress calls them with Yoast or Rank Math, by itself, and with Google's plugin.
_NO_ARTICLES = re.compile(
    r"/(?:(?:[\w-]+_)?(?:category|tag|author|post_format|page)-sitemap[0-9]*"
    r"|wp-sitemap-(?:taxonomies|users|posts-page)-[\w-]+|sitemap-(?:tax|archives|authors|misc|pt-page)(?:-[\w-]+)?)\.xml(?:\.gz)?$"
)
# Addresses of no articles, which plain sitemaps have among them.
_OF_THE_SITE = re.compile(
    r"[^/]+(?:/(?:index\.\w+)?|(?:/[^?]*)?/(?:tags?|categories|authors?|page/[0-9]+)(?:/[^/?]*)?/?)?"
)


@dataclass(frozen=True, slots=True)
class FeedLists:
    """The lists of one source, for one query. `ref_at` makes the ref of a link on a page; None for what is none."""

    query: Query
    zone: tzinfo
    ref_at: Callable[[str, str], ArticleRef | None]
    is_full_text: bool = False

    def feed(self, url: str, first: str = "", number: int = 1) -> Listing:
        """Return a page of a feed; its list is named by its first."""
        read = partial(self._read_feed, url, first or url, number)
        return Listing(f"feed {_place(first or url)}", url, read)

    def sitemap(self, url: str, depth: int = 0) -> Listing:
        """Return a sitemap, or an index of some."""
        return Listing(f"sitemap {_place(url)}", url, partial(self._read_sitemap, url, depth))

    def _read_feed(self, url: str, first: str, number: int, text: str) -> ListingPage:
        feed, page = read_feed(text, self.zone), ListingPage()
        for entry in feed.entries:
            self._add(page, url, entry.url, partial(self._take_entry, entry))
        page.refs = newest_first(page.refs)
        next_url = absolute(url, feed.next_url) if feed.next_url else ""
        is_last = number >= (MAX_PAGES if self.query.window or self.query.whole else RECENT_PAGES)
        is_next = bool(next_url) and urlsplit(next_url).netloc == urlsplit(url).netloc
        page.next_page = self.feed(next_url, first, number + 1) if is_next and not is_last else None
        page.limit_reached = feed.is_cut or (is_next and is_last)
        return page

    def _take_entry(self, entry: Entry, ref: ArticleRef) -> None:
        ref.title = entry.title
        if entry.published:
            ref.time, ref.to_the_second = entry.published
        ref.day = entry.day if entry.published else self._bounded_change(entry.day)
        ref.body = whole_text(entry.body) if self.is_full_text else ""

    def _read_sitemap(self, url: str, depth: int, text: str) -> ListingPage:
        found, page = read_sitemap(text, self.zone), ListingPage()
        page.limit_reached = found.is_cut
        if found.is_index:
            parts = self._parts(found.rows, url, page) if depth < MAX_DEPTH else {}
            is_whole = bool(self.query.window) or self.query.whole
            most = MAX_PARTS // 10**depth if is_whole else RECENT_PARTS if any(parts.values()) else MANY_PARTS
            page.limit_reached = page.limit_reached or (is_whole and len(parts) > most)
            page.linked = [self.sitemap(part, depth + 1) for part in islice(parts, most)]
            return page
        for row in sorted(found.rows, key=lambda row: row.changed or date.min, reverse=True):
            self._add(page, url, row.url, partial(self._take_row, row))
        page.refs = newest_first(page.refs)
        return page

    def _take_row(self, row: SitemapRow, ref: ArticleRef) -> None:
        ref.title, ref.media_name = row.title, row.media_name or ref.media_name
        if row.published:
            ref.time, ref.to_the_second = row.published
        ref.day = row.day or self._day(row, ref.url)

    def _day(self, row: SitemapRow, url: str) -> date | None:
        """Return the day that an address has, else that of the last change, which is that of the article or later."""
        if day := day_of_article(url):
            return bounded(day, self.query.window)
        return self._bounded_change(row.changed)

    def _bounded_change(self, day: date | None) -> date | None:
        """Return the day of a last change where it bounds a window: some sites give that of today to all articles."""
        return bounded(day, self.query.window, is_latest=True) if self.query.window else None

    def _add(self, page: ListingPage, base: str, link: str, take: Callable[[ArticleRef], None]) -> None:
        ref, url = self.ref_at(base, link), absolute(base, link)
        if ref is None:
            page.skip(Skipped.OTHER_HOST if url else Skipped.NO_LINK)
        elif _OF_THE_SITE.fullmatch(url.partition("://")[2]):
            page.skip(Skipped.NO_ARTICLE)
        else:
            take(ref)
            page.refs.append(ref)

    def _parts(self, rows: Iterable[SitemapRow], base: str, page: ListingPage) -> dict[str, date | None]:
        """Return the parts of an index that may have articles of the window, and their last days; the newest first."""
        parts: dict[str, date | None] = {}
        for row in rows:
            if self.ref_at(base, row.url) is None:
                page.skip(Skipped.OTHER_HOST)
                continue
            days, url = days_of_part(row.url), absolute(base, row.url)
            if self._may_have_days(row.changed, days) and not _NO_ARTICLES.search(url):
                parts[url] = days[1] if days else row.changed
        return dict(sorted(parts.items(), key=lambda part: part[1] or date.min, reverse=True))

    def _may_have_days(self, changed: date | None, days: tuple[date, date] | None) -> bool:
        """Return whether a part that was changed then, and is named by these days, may have articles of the window."""
        window = self.query.window
        if changed and is_far_before(changed, window):
            return False
        return not days or not (is_far_before(days[1], window) or is_far_after(days[0], window))


def bounded(day: date | None, window: Window, *, is_latest: bool = False) -> date | None:
    """Return a day that a list tells less than surely; None where it does not tell whether it is in the window.

    It may be the day before or after, by the zone. Where it `is_latest`, the article may be of any day before.
    """
    if day is None or day in window or is_far_before(day, window):
        return day
    return day if is_far_after(day, window) and not is_latest else None


def is_far_before(day: date, window: Window) -> bool:
    """Return whether a day is more than one before the window."""
    return window.since is not None and (window.since - day).days > 1


def is_far_after(day: date, window: Window) -> bool:
    """Return whether a day is more than one after the window."""
    return window.until is not None and (day - window.until).days > 1


def newest_first(refs: list[ArticleRef]) -> list[ArticleRef]:
    """Return the refs by their times, and those after them that tell none."""
    return sorted(refs, key=_time_of, reverse=True)


def _time_of(ref: ArticleRef) -> datetime:
    if ref.time or not ref.day:
        return ref.time or datetime.min.replace(tzinfo=BEIJING)
    return datetime(ref.day.year, ref.day.month, ref.day.day, tzinfo=BEIJING)


def _place(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.netloc}{parts.path}" + (f"?{parts.query}" if parts.query else "")
