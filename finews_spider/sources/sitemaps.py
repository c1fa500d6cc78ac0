"""Sitemaps: plain ones, of news, and indexes of them, as XML or as lines of text. Pure.

They are read element by element and forgotten, so that 50,000 addresses, the most that a sitemap may have, cost their
own memory and no more. What could grow in reading, a DOCTYPE with entities, no sitemap has.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, tzinfo
from io import BytesIO
from itertools import islice

from lxml import etree

from finews_spider.dates import BEIJING, Moment, read_day, read_time
from finews_spider.sources.base import UnreadableError
from finews_spider.sources.parsing import one_line, shown

MAX_ROWS = 50_000  # https://www.sitemaps.org/protocol.html
_TAGS = 2_000_000  # a row of a sitemap for news has some twenty
_DECLARATION = re.compile(r"\s*<\?xml[^>]*\?>")
_ROOT = re.compile(r"(?:\s*<(?:\?[^>]*|!--(?s:.*?)--)>)*+\s*<(?:[\w-]+:)?(urlset|sitemapindex)\b")
_LINE = re.compile(r"https?://\S+")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(slots=True)
class SitemapRow:
    """What a sitemap says of one address: of a page, or of another sitemap."""

    url: str
    changed: date | None = None  # by its lastmod: it was published on that day or before
    published: Moment | None = None
    day: date | None = None  # of its publication
    title: str = ""
    media_name: str = ""


@dataclass(slots=True)
class Sitemap:
    """The rows of a sitemap: pages, or where it `is_index` other sitemaps; `is_cut` where it has more than it may."""

    is_index: bool = False
    is_cut: bool = False
    rows: list[SitemapRow] = field(default_factory=list)


def read_sitemap(text: str, zone: tzinfo = BEIJING) -> Sitemap:
    """Return what a sitemap has; times without a zone are of that one. Raises UnreadableError for what is none."""
    if not text.lstrip().startswith("<"):
        return _read_lines(text)
    root = _ROOT.match(text)
    if not root:
        raise UnreadableError(f"no sitemap: {shown(text.lstrip())}")
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise UnreadableError("has a DOCTYPE, which no sitemap has")
    if text.count("<") > _TAGS:
        raise UnreadableError("too large: it has more tags than any sitemap")
    if not re.search(rf"</(?:[\w-]+:)?{root[1]}\s*>\s*(?:<!--(?s:.*?)-->\s*)*\Z", text[-1_000:]):
        raise UnreadableError("cut short: the sitemap has no end")
    is_index = root[1] == "sitemapindex"
    rows = list(islice(_rows(text, "sitemap" if is_index else "url", zone), MAX_ROWS + 1))
    return Sitemap(is_index, len(rows) > MAX_ROWS, rows[:MAX_ROWS])


def _read_lines(text: str) -> Sitemap:
    lines = [line.strip() for line in islice(text.splitlines(), MAX_ROWS + 1)]
    if not lines or not all(_LINE.fullmatch(line) for line in lines if line):
        raise UnreadableError(f"no sitemap: {shown(text)}")
    return Sitemap(False, len(lines) > MAX_ROWS, [SitemapRow(line) for line in lines[:MAX_ROWS] if line])


def _rows(text: str, name: str, zone: tzinfo) -> Iterator[SitemapRow]:
    """Yield the rows; one that is damaged costs itself, as far as XML lets that be told."""
    source = BytesIO(_DECLARATION.sub("", text, count=1).encode("utf-8", "replace"))
    elements = etree.iterparse(
        source,
        events=("end",),
        tag=f"{{*}}{name}",
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        recover=True,
        huge_tree=False,
    )
    for _, element in elements:
        yield _row(element, zone)
        element.clear()
        parent = element.getparent()
        while parent is not None and parent[0] is not element:
            del parent[0]


def _row(element: etree._Element, zone: tzinfo) -> SitemapRow:
    published = _text(element, "news", "publication_date")
    return SitemapRow(
        url=_text(element, "loc"),
        changed=_day(_text(element, "lastmod"), zone),
        day=_day(published, zone),
        published=read_time(published, zone),
        title=_text(element, "news", "title"),
        media_name=_text(element, "news", "publication", "name"),
    )


def _text(element: etree._Element, *path: str) -> str:
    """Return the text at a path of names, in whatever namespace: some sites declare none, or another."""
    return one_line(element.findtext("/".join(f"{{*}}{name}" for name in path)) or "")


def _day(text: str, zone: tzinfo) -> date | None:
    if moment := read_time(text, zone):
        return moment.time.date()
    return read_day(text) if _DAY.fullmatch(text) else None


# What an address tells of the days of its articles.

_IN_QUERY = re.compile(
    r"[?&](?:yyyy|year)=(?P<year>20[0-9]{2})&(?:mm|month)=(?P<month>[0-9]{1,2})(?:&(?:dd|day)=(?P<day>[0-9]{1,2}))?"
)
_IN_PATH = re.compile(
    r"(?<![0-9])(?P<year>20[0-9]{2})(?:[-_/]?(?P<month>0[1-9]|1[0-2])(?:[-_/]?(?P<day>0[1-9]|[12][0-9]|3[01]))?)?(?![0-9])"
)
_ARTICLE_DAY = re.compile(
    r"/(?P<year>20[0-9]{2})[-_/]?(?P<month>0[1-9]|1[0-2])[-_/]?(?P<day>0[1-9]|[12][0-9]|3[01])(?=[/_-]|t[0-9])"
)


def days_of_part(url: str) -> tuple[date, date] | None:
    """Return the first and the last day of a part that is named by a month, a day or a year; None for others."""
    found = _IN_QUERY.search(url) or _IN_PATH.search(url.partition("://")[2].partition("/")[2])
    if not found:
        return None
    year, month, day = (int(found[name] or 0) for name in ("year", "month", "day"))
    try:
        first = date(year, month or 1, day or 1)
        last = date(year, month or 12, day or _last_day(year, month or 12))
    except ValueError:
        return None
    return first, last


def _last_day(year: int, month: int) -> int:
    following = date(year + month // 12, month % 12 + 1, 1)
    return date.fromordinal(following.toordinal() - 1).day


def day_of_article(url: str) -> date | None:
    """Return the day in the path of an article's address: `/2021/12/30/…`, `/2021-12/30/…`, `/20211230/…`."""
    found = _ARTICLE_DAY.search(url)
    try:
        return date(int(found["year"]), int(found["month"]), int(found["day"])) if found else None
    except ValueError:
        return None
