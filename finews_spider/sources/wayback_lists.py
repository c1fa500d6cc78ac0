"""Lists of captures: an index, asked for what it has under a prefix, day by day from the last of a window back."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial
from typing import NamedTuple

from finews_spider.dates import Window
from finews_spider.items import ArticleRef
from finews_spider.refusals import Skipped
from finews_spider.sources.base import Listing, ListingPage
from finews_spider.sources.pace import Pace
from finews_spider.sources.wayback_cdx import Capture, best_captures, query_url, read_index

DAY = timedelta(days=1)

Articles = dict[str, tuple[ArticleRef, list[Capture]]]  # by id: its ref, and the captures of its page


class Step(NamedTuple):
    """Where in the index a list is: which days it asks for, of what window, and what came before of the same days."""

    days: Window
    window: Window
    key: str = ""  # of the page
    number: int = 1  # of the page
    held: tuple[Capture, ...] = ()  # of the last article of the page before, which may go on here


@dataclass(frozen=True, kw_only=True)
class CaptureList:
    """One query of the index, for each day, month or year of a window, as its prefix or filter has them."""

    cdx: str
    prefix: str
    filter_: str
    fields: str
    rows: int
    max_pages: int
    ref_of: Callable[[Capture], ArticleRef | None]
    pace: Pace

    def listing(self, window: Window) -> Listing:
        """Return the page for the last days of a window that is open at no end."""
        assert window.until
        return self._page(Step(self._days_before(window.until, window), window))

    def _page(self, step: Step) -> Listing:
        prefix, filter_ = (filled(text, step.days) for text in (self.prefix, self.filter_))
        return Listing(
            self.prefix,
            query_url(self.cdx, prefix, self.rows, step.key, filter_=filter_, fields=self.fields),
            partial(self._read, step),
            in_order=False,
            older=partial(self._older, step),
            pace=self.pace,
        )

    def _older(self, step: Step) -> Listing | None:
        """Return the page for the days before these, where the window has any."""
        first = step.days.since
        if first is None or step.window.since is None or first <= step.window.since:
            return None
        return self._page(Step(self._days_before(first - DAY, step.window), step.window))

    def _days_before(self, last: date, window: Window) -> Window:
        """Return the days that one query is for, the last of which is this."""
        text = self.prefix + self.filter_
        if "{day}" in text:
            return Window(last, last)
        first = date.min
        if "{month}" in text:
            first = last.replace(day=1)
        elif "{year}" in text:
            first = last.replace(month=1, day=1)
        return Window(max(first, window.since or first), last)

    def _read(self, step: Step, text: str) -> ListingPage:
        index = read_index(text)
        page = ListingPage(skipped={Skipped.DAMAGED: index.damaged} if index.damaged else {})
        articles, held = self._articles([*step.held, *index.captures], is_last=not index.resume_key)
        page.refs = [ref for ref in map(_with_captures, articles.values()) if ref]
        if index.resume_key and index.resume_key != step.key and step.number < self.max_pages:
            after = step._replace(key=index.resume_key, number=step.number + 1, held=tuple(held))
            page.next_page = self._page(after)
            return page
        page.next_page = self._older(step)
        page.limit_reached = bool(index.resume_key) or index.rows >= self.rows
        page.whole = None if page.limit_reached else step.days
        return page

    def _articles(self, captures: Sequence[Capture], *, is_last: bool) -> tuple[Articles, list[Capture]]:
        """Return the articles of the captures, but for the last where the next page may have more of it."""
        articles: Articles = {}
        last = ""
        for capture in captures:
            if ref := self.ref_of(capture):
                last = ref.id
                articles.setdefault(ref.id, (ref, []))[1].append(capture)
        return articles, [] if is_last or not last else articles.pop(last)[1]


def _with_captures(article: tuple[ArticleRef, list[Capture]]) -> ArticleRef | None:
    """Return the ref of an article with the captures that are read; None where none is of its day or later."""
    ref, captures = article
    best = best_captures(captures, ref.day) if ref.day else []
    return replace(ref, captures="\n".join(map(str, best))) if best else None


def filled(text: str, days: Window) -> str:
    """Return a template for these days, of which it names what all have in common."""
    first = days.since or date.min
    return text.format(year=f"{first:%Y}", month=f"{first:%m}", day=f"{first:%d}")
