"""An archive of the web: what it captured of the sites, its index (a CDX server), and the playback."""

import hashlib
import json
import re
from base64 import b32encode
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import parse_qs, quote, unquote, urlsplit

from finews_spider.newsroom.pages import Page, View
from finews_spider.newsroom.picture_files import PictureHost
from finews_spider.newsroom.queries import number_in
from finews_spider.newsroom.web_archive_captures import Capture, captures_of
from finews_spider.newsroom.world import World

INDEX, PLAY = "/cdx/search/cdx", re.compile(r"/web/(\d{1,14})(?:id_)?/(.+)", re.ASCII | re.DOTALL)
FIELDS = ("urlkey", "timestamp", "original", "mimetype", "statuscode", "digest", "length")
PICTURES_AT = "20220203040506"  # when all pictures that their host has were captured
ALL = View(10**9)
MAX_ROWS = 100_000
PORTS = re.compile(r"^(https?://[^/?#]*?):(?:80|443)(?=[/?#]|$)")


class Row(NamedTuple):
    """A capture in the index: its place in the order, and what is played of it."""

    key: str  # the address, host first: `com,example)/a`
    capture: Capture

    @property
    def fields(self) -> dict[str, str]:
        """Return the fields of the index."""
        one = self.capture
        digest = one.digest or b32encode(hashlib.sha1(one.body, usedforsecurity=False).digest()).decode()
        return dict(
            zip(
                FIELDS,
                (self.key, one.timestamp, one.original, one.mimetype, one.status, digest, str(len(one.body))),
                strict=True,
            )
        )


class WebArchive:
    """Its index is sorted by address, then by time."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._pictures = PictureHost()
        self.rows = lru_cache(8)(self._rows)

    def page(self, target: str, view: View) -> Page | None:
        """Return a page of the index, or what was captured; None for other paths."""
        url = urlsplit(target)
        if url.path == INDEX:
            return self._index(parse_qs(url.query, keep_blank_values=True), self.rows(view.published))
        if play := PLAY.fullmatch(unquote(target)):
            return self._play(play[1], play[2], self.rows(view.published))
        return None

    def _rows(self, published: int) -> list[Row]:
        return sorted(
            (Row(key_of(one.original), one) for index in range(published) for one in captures_of(self._world, index)),
            key=lambda row: (row.key, row.capture.timestamp, row.capture.original),
        )

    def _index(self, query: dict[str, list[str]], rows: Sequence[Row]) -> Page:
        first = {name: values[0] for name, values in query.items()}
        found = _under(rows, first.get("url", ""), first.get("matchType", "exact"))
        found = [row for row in found if all(_passes(row, one) for one in query.get("filter", []))]
        if "page" in first:  # with a wildcard: nothing
            return Page(b"", "text/plain")
        start = 0
        if key := first.get("resumeKey", ""):
            start = bisect_left(found, key, key=_place)
        limit = number_in(first, "limit", MAX_ROWS, MAX_ROWS)
        shown, rest = found[start : start + limit], found[start + limit :]
        resume_key = _place(rest[0]) if rest and first.get("showResumeKey", "") == "true" else ""
        return _written(shown, first.get("fl", ",".join(FIELDS)).split(","), resume_key, first.get("output", ""))

    def _play(self, timestamp: str, original: str, rows: Sequence[Row]) -> Page | None:
        wanted, key = timestamp.ljust(14, "0"), key_of(original)
        if picture := self._pictures.page(urlsplit(original).path, ALL):
            return self._play_picture(wanted, original, picture)
        captured = [row.capture for row in rows if row.key == key and row.capture.mimetype != "warc/revisit"]
        exact = [one for one in captured if one.timestamp == wanted]
        if one := next((one for one in exact if PORTS.sub(r"\1", one.original) == PORTS.sub(r"\1", original)), None):
            return Page(one.body, one.content_type, int(one.status), headers_besides=one.headers)
        if not captured:
            return None
        nearest = min(captured, key=lambda one: abs(int(one.timestamp) - int(wanted)))
        return Page(b"", status=302, location=f"/web/{nearest.timestamp}id_/{nearest.original}")

    def _play_picture(self, wanted: str, original: str, picture: Page) -> Page:
        """Return a picture, which was captured once, by HTTPS; a header says that it is packed, and it is not."""
        if wanted == PICTURES_AT:
            return replace(picture, headers_besides={"Content-Encoding": "gzip"})
        _, _, address = original.partition("://")
        return Page(b"", status=302, location=f"/web/{PICTURES_AT}id_/https://{address}")


def key_of(url: str) -> str:
    """Return the address with its host first, in which scheme, `www.` and the usual ports make no difference."""
    parts = urlsplit(url if "//" in url else f"//{url}")
    host = (parts.netloc.partition(":")[0]).lower().removeprefix("www.")
    rest = f"{parts.path}?{parts.query}" if parts.query else parts.path
    return f"{','.join(reversed(host.split('.')))}){rest.lower()}"


def _under(rows: Sequence[Row], url: str, match_type: str) -> list[Row]:
    if match_type == "prefix" or url.endswith("*"):
        key = key_of(url.removesuffix("*"))
        return [row for row in rows if row.key.startswith(key)]
    return [row for row in rows if row.key == key_of(url)]


def _passes(row: Row, filter_: str) -> bool:
    name, _, pattern = filter_.removeprefix("!").partition(":")
    return bool(re.fullmatch(pattern, row.fields.get(name, ""))) is not filter_.startswith("!")


def _place(row: Row) -> str:
    return quote(f"{row.key} {row.capture.timestamp} {row.capture.original}", safe="")


def _written(rows: Iterable[Row], names: Sequence[str], resume_key: str, output: str) -> Page:
    values = [[row.fields[name] for name in names] for row in rows]
    if output == "json":
        table = [list(names), *values, *([[], [resume_key]] if resume_key else [])] if values else []
        return Page(json.dumps(table).encode(), "application/json")
    lines = [" ".join(row) for row in values] + (["", resume_key] if resume_key else [])
    return Page("".join(f"{line}\n" for line in lines).encode(), "text/plain")
