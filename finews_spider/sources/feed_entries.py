"""Feeds: RSS and Atom, which feedparser reads, and JSON Feed. Pure.

feedparser is a part of the extra `feeds`, and loaded when the first feed is read.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, tzinfo
from email.utils import parsedate_to_datetime
from io import BytesIO
from typing import Any

from finews_spider.dates import BEIJING, Moment, read_day, read_time
from finews_spider.sources.base import UnreadableError
from finews_spider.sources.limits import check_html
from finews_spider.sources.parsing import json_object, shown, text_of, title_of

MAX_ENTRIES = (
    1_000  # of one answer: most feeds have ten to fifty; reading one with feedparser takes about a millisecond
)
_MAX_TEXT = 16_000_000  # characters
_DECLARATION = re.compile(r"\s*<\?xml[^>]*\?>")
_ROOT = re.compile(r"<(?:[\w-]+:)?(rss|RDF|feed)\b")
_HEAD = 2_000  # characters in which the root stands
_ENTRY = re.compile(r"</(?:[\w-]+:)?(?:item|entry)\s*>")
_CLOSING = {"rss": "</channel></rss>", "RDF": "</rdf:RDF>", "feed": "</feed>"}
# WordPress ends each entry so.
_FOOTER = re.compile("appeared first on|first appeared on|最先出现在|首先出现在")
_MAX_FOOTER = 2_000  # characters
# An entry that ends so has the beginning of its article, also in a feed that has others whole.
_TEASER = re.compile(
    r"(?:\[(?:…|&#8230;|&hellip;|\.\.\.)\]|(?:阅读|查看|展开)(?:全文|更多|原文|余下)"
    r"|read (?:more|the rest)|continue reading)"
    r"(?:[\s»>→.…]|&\w+;|<[^>]*>)*\Z",
    re.IGNORECASE,
)
_MAX_END = 400  # characters


@dataclass(slots=True)
class Entry:
    """What a feed says of one article; `body` is all the text that it has of it, which may be a summary."""

    url: str
    title: str = ""
    published: Moment | None = None
    day: date | None = None
    body: str = ""


@dataclass(slots=True)
class Feed:
    """The entries of a feed, the address of its next page, its own title; `is_cut` where it has more than are read."""

    title: str = ""
    entries: list[Entry] = field(default_factory=list)
    next_url: str = ""
    is_cut: bool = False


def read_feed(text: str, zone: tzinfo = BEIJING) -> Feed:
    """Return what a feed has; times without a zone are of that one. Raises UnreadableError for what is none."""
    if text.lstrip().startswith("{"):
        return _read_json(text, zone)
    head = _ROOT.search(text[:_HEAD])
    if not head or not text.lstrip().startswith("<"):
        raise UnreadableError(f"no feed: {shown(text.lstrip())}")
    if len(text) > _MAX_TEXT:
        raise UnreadableError("too large: the feed is longer than any")
    text, is_cut = _first_entries(text, head[1])
    if not re.search(rf"</(?:[\w-]+:)?{head[1]}\s*>", text[-1_000:]):
        raise UnreadableError("cut short: the feed has no end")
    check_html(text)
    return _read_xml(text, zone, is_cut=is_cut)


def _first_entries(text: str, root: str) -> tuple[str, bool]:
    """Return the feed with no more than MAX_ENTRIES, and whether it has more."""
    for number, end in enumerate(_ENTRY.finditer(text), 1):
        if number == MAX_ENTRIES and _ENTRY.search(text, end.end()):
            return text[: end.end()] + _CLOSING[root], True
    return text, False


def _read_xml(text: str, zone: tzinfo, *, is_cut: bool) -> Feed:
    import feedparser

    # As bytes of a file: a text might be taken for an address, and fetched.
    source = BytesIO(_DECLARATION.sub("", text, count=1).encode("utf-8", "replace"))
    headers = {"content-type": "application/xml; charset=utf-8"}
    found = feedparser.parse(source, response_headers=headers, sanitize_html=False, resolve_relative_uris=False)
    if not found.version and not found.entries:
        raise UnreadableError("no feed: it has no entries of RSS or Atom")
    is_atom = found.version.startswith("atom")
    links = [link for link in found.feed.get("links", ()) if link.get("rel") in ("next", "prev-archive")]
    return Feed(
        title=title_of(found.feed.get("title")),
        entries=[_entry(entry, zone, is_atom=is_atom) for entry in found.entries],
        next_url=links[0].get("href", "") if links else "",
        is_cut=is_cut,
    )


def _entry(entry: Any, zone: tzinfo, *, is_atom: bool) -> Entry:
    entry = dict(entry)  # whose own kind of `get` takes one time for the other
    published, updated = entry.get("published", ""), entry.get("updated", "")
    moment = read_entry_time(published, zone) or (None if is_atom else read_entry_time(updated, zone))
    day = moment or read_entry_time(updated, zone)
    return Entry(
        url=text_of(entry.get("feedburner_origlink") or entry.get("link") or ""),
        title=title_of(entry.get("title")),
        published=moment,
        day=day.time.date() if day else read_day(published.strip()[:10]),
        body=without_footer(max(_texts(entry), key=len, default="")),
    )


def _texts(entry: Any) -> Iterator[str]:
    yield from (text_of(content.get("value")) for content in entry.get("content", ()))
    yield text_of(entry.get("summary"))


def whole_text(body: str) -> str:
    """Return the text; empty where it ends as a teaser does."""
    return "" if _TEASER.search(body[-_MAX_END:]) else body


def without_footer(body: str) -> str:
    """Return the text without the line in which WordPress names the site again."""
    start = body.rfind("<p>")
    is_footer = start >= 0 and len(body) - start < _MAX_FOOTER and _FOOTER.search(body, start)
    return body[:start].rstrip() if is_footer else body


def read_entry_time(text: str, zone: tzinfo) -> Moment | None:
    """Return the time of an entry, as RFC 822 or as ISO 8601 has it, or as people write it; None for none."""
    if moment := read_time(text, zone):
        return moment
    try:
        time = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    aware = time if time.tzinfo else time.replace(tzinfo=zone)
    try:
        return Moment(aware.astimezone(BEIJING), text.count(":") > 1)
    except OverflowError:
        return None


def _read_json(text: str, zone: tzinfo) -> Feed:
    """Return what a JSON Feed has: https://www.jsonfeed.org/version/1.1/."""
    found = json_object(text, "items")
    items = found.get("items")
    if not isinstance(items, list) or "jsonfeed.org" not in text_of(found.get("version")):
        raise UnreadableError("no JSON Feed: it has no items, or no version of one")
    rows = [item for item in items[:MAX_ENTRIES] if isinstance(item, dict)]
    return Feed(
        title=title_of(found.get("title")),
        entries=[_json_entry(row, zone) for row in rows],
        next_url=text_of(found.get("next_url")),
        is_cut=len(items) > MAX_ENTRIES,
    )


def _json_entry(row: dict[str, Any], zone: tzinfo) -> Entry:
    moment = read_time(text_of(row.get("date_published")), zone)
    day = moment or read_time(text_of(row.get("date_modified")), zone)
    return Entry(
        url=text_of(row.get("url")) or text_of(row.get("id")),
        title=title_of(row.get("title")),
        published=moment,
        day=day.time.date() if day else None,
        body=without_footer(text_of(row.get("content_html")) or text_of(row.get("summary"))),
    )
