"""Rows of Eastmoney's lists, as refs."""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from parsel import Selector

from finews_spider.dates import read_time
from finews_spider.items import ArticleRef
from finews_spider.markup.plain import BROKEN
from finews_spider.refusals import Skipped
from finews_spider.sources.base import Listing, ListingPage, UnreadableError
from finews_spider.sources.eastmoney_ids import IDS, id_in_article_page, id_in_url, is_eastmoney, page_link
from finews_spider.sources.links import absolute
from finews_spider.sources.parsing import digest_of, json_object, name_of, shown, text_of, title_of, title_shown, whole

PAGE_SIZE = 200  # rows; more is clamped
# Any value does, and none is an error; one that stays lets listings be revalidated.
TRACE = "finews"

Numbers = tuple[str, ...]  # of a page's rows: a page that is the same as the one before it ends the list

_HEADLINE = re.compile(r"【\s*([^【】]*[^【】\s])\s*】")


@dataclass(frozen=True, kw_only=True)
class RowReader:
    """Makes refs of rows: `source` is the name that they bear, `finance` the origin of article pages."""

    source: str
    finance: str

    def add_article(self, page: ListingPage, row: dict[str, Any]) -> None:
        """Add the ref of a column's row, or count why it is none."""
        number, time, title, media_name = page.take(row, "code", "showTime", "title", "mediaName")
        links = [whole(text_of(row.get(name))) for name in ("uniqueUrl", "url")]
        urls = [absolute(f"{self.finance}/", link) for link in links if link]
        url = next(filter(self.is_own, urls), "")
        if row.get("np_dst") == "CFH" and not self._names(number, url):
            page.skip(Skipped.BLOG)
        elif urls and not url:
            page.skip(Skipped.OTHER_HOST)
        elif number not in IDS:
            page.skip(_why_no_id(row.get("code")))
        else:
            page.add(self.ref(f"NW{IDS.number(number)}", time, title_of(title), name_of(media_name)), time)

    def add_flash(self, page: ListingPage, row: dict[str, Any], *names: str, links: tuple[str, ...] = ()) -> None:
        """Add the ref of a flash, or count why it is none; `names` are those of number, time, title and digest.

        Its share link is the first of the `links` that is its article page.
        """
        number, time, title, digest = page.take(row, *names)
        if number not in IDS:
            page.skip(_why_no_id(row.get(names[0])))
        elif not digest and row.get(names[-1]):
            page.skip(Skipped.DAMAGED)  # nothing but the list tells it, and the next time it may be whole
        else:
            ref = self.ref(IDS.number(number), time, title_of(title) or headline(digest), digest=digest_of(digest))
            ref.share_link = page_link(ref.id, self.finance, *(text_of(row.get(link)) for link in links))
            page.add(ref, time)

    def add_link(self, page: ListingPage, row: Selector, base: str) -> None:
        """Add the ref of a row of a page at `base` that links an article, or count why it does not."""
        links = row.xpath(".//a[@title]") or row.xpath(".//a")
        urls = {absolute(base, link.xpath("@href").get("")): link for link in links}
        url = next((url for url in urls if id_in_article_page(url) and self.is_own(url)), "")
        if id_ := id_in_article_page(url):
            title = urls[url].xpath("string(@title[.!=''] | self::a[not(@title) or @title=''])").get()
            time = text_of(row.xpath("string(span)").get())
            page.add(self.ref(id_, time, whole(title_shown(title))), time)
        else:
            page.skip(_why_no_ref(urls))

    def is_own(self, url: str) -> bool:
        """Return whether an absolute address is Eastmoney's, any host of it, or that of the sources file."""
        return is_eastmoney(url) or url.startswith(f"{self.finance}/")

    def _names(self, number: str, url: str) -> bool:
        """Return whether an address is Eastmoney's article page of that number; a blog's has another form."""
        return number in IDS and self.is_own(url) and id_in_article_page(url) == f"NW{IDS.number(number)}"

    def ref(self, id_: str, time: str, title: str, media_name: str = "", digest: str = "") -> ArticleRef:
        """Return the ref of an id, of which a row says this much."""
        url = f"{self.finance}/a/{IDS.number(id_)}.html"
        ref = ArticleRef(source=self.source, id=id_, url=url, title=title, media_name=media_name, digest=digest)
        ref.category = IDS.family(id_).category_of(media_name)
        if moment := read_time(time):
            ref.time, ref.to_the_second = moment
            ref.day = moment.time.date()
        return ref


def headline(digest: str) -> str:
    """Return what stands in a digest's first 【…】, the title of a flash that has no other; else empty."""
    found = _HEADLINE.search(digest)
    return title_of(found[1]) if found else ""


def data_in(text: str, rows: str) -> dict[str, Any]:
    """Return the `data` of a list API's answer, which is null when something is wrong, with status 200.

    Of its list called `rows`, a damaged row costs itself.
    """
    answer = json_object(text, rows)
    data = answer.get("data")
    code, message = answer.get("code"), answer.get("message")
    if not isinstance(data, dict) or code not in ("1", 1, None):
        raise UnreadableError(f"no data: data is {shown(data)}, code {shown(code)}, message {shown(message)}")
    return data


def rows_in(page: ListingPage, data: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """Return the rows; what is no object is counted as a damaged one."""
    rows = data.get(name)
    if not isinstance(rows, list):
        raise UnreadableError(f"{name} is no list: it is {shown(rows)}")
    if len(rows) > 10 * PAGE_SIZE:
        raise UnreadableError(f"{name} is too long: it has {len(rows)} rows, {PAGE_SIZE} were asked for")
    objects = [row for row in rows if isinstance(row, dict)]
    for _ in range(len(rows) - len(objects)):
        page.skip(Skipped.DAMAGED)
    return objects


def total_of(value: object) -> int:
    """Return how many rows a list says that it has; 0 where it does not."""
    return int(str(value)) if type(value) in (int, str) and re.fullmatch("[0-9]{1,9}", str(value)) else 0


def _why_no_id(value: object) -> Skipped:
    is_damaged = BROKEN in value if isinstance(value, str) else bool(value) and type(value) is not int
    return Skipped.DAMAGED if is_damaged else Skipped.NO_ID


def _why_no_ref(urls: Collection[str]) -> Skipped:
    if any(BROKEN in unquote(url) for url in urls):
        return Skipped.DAMAGED
    return Skipped.OTHER_HOST if any(map(id_in_url, urls)) else Skipped.NO_ID


def numbers(rows: list[dict[str, Any]], name: str) -> Numbers:
    """Return the numbers of the rows."""
    return tuple(shown(row.get(name)) for row in rows)


@dataclass(frozen=True, kw_only=True)
class PagedList:
    """A list of Eastmoney's in pages: its host, what its rows are, and how many pages are read at the most."""

    origin: str
    rows: RowReader
    max_pages: int

    def go_on(
        self, page: ListingPage, found: Numbers, before: Numbers, number: int, next_page: Callable[[], Listing]
    ) -> None:
        """Name the next page, unless this one is empty, the same as the one before it, or the last that is allowed."""
        if found and found != before:
            page.limit_reached = number >= self.max_pages
            page.next_page = None if page.limit_reached else next_page()
