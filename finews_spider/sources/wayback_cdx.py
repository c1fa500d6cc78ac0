"""The index of an archive of the web (a CDX server): its queries, its rows, which capture of an article is read."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple
from urllib.parse import urlencode

from finews_spider.dates import BEIJING
from finews_spider.sources.base import UnreadableError
from finews_spider.sources.json_rows import loads

FIELDS = ("timestamp", "original", "statuscode", "digest", "length")
NEAR = timedelta(days=7)  # after its day, in which an article is still corrected

_ORIGINAL = re.compile(r"https?://[^\s<>\"']{1,2000}", re.IGNORECASE)
_DIGEST = re.compile(r"[A-Z2-7]{32}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """One row of the index. Its time is aware; the digest, SHA-1 in base 32, is empty where the row has none."""

    timestamp: str
    time: datetime
    original: str
    digest: str = ""

    def playback_url(self, play: str) -> str:
        """Return where the archive `play` gives the bytes as they were."""
        return f"{play}/web/{self.timestamp}id_/{self.original}"


class IndexPage(NamedTuple):
    """The captures that a page of the index names, the key of its next page, and how many rows are no captures."""

    captures: list[Capture]
    resume_key: str = ""
    damaged: int = 0
    other_status: int = 0


def query_url(cdx: str, prefix: str, limit: int, resume_key: str = "") -> str:
    """Return the address of a page of the index: of what it has under this prefix, HTTP 200 only."""
    query = {
        "url": f"{prefix}*",
        "output": "json",
        "fl": ",".join(FIELDS),
        "filter": "statuscode:200",
        "limit": limit,
        "showResumeKey": "true",
    }
    if resume_key:
        query["resumeKey"] = resume_key
    return f"{cdx}?{urlencode(query)}"


def read_index(text: str) -> IndexPage:
    """Return what a page of the index names. Raises UnreadableError where it is none.

    It is a row of names, the rows, and where there are more an empty row and the key; without any row, `[]` or nothing.
    """
    try:
        rows = loads(text) if text.strip() else []
    except (ValueError, RecursionError) as error:
        raise UnreadableError("no JSON") from error
    if not isinstance(rows, list):
        raise UnreadableError("no list of rows")
    if not rows:
        return IndexPage([])
    if rows[0] == [] or not isinstance(rows[0], list) or not {*FIELDS[:3]} <= {*map(str, rows[0])}:
        raise UnreadableError("no row of names")
    key = _resume_key(rows)
    return _page(rows[0], rows[1:-2] if key else rows[1:], key)


def _resume_key(rows: Sequence[Any]) -> str:
    if len(rows) < 3 or rows[-2] != []:
        return ""
    match rows[-1]:
        case [str(key)] if key:
            return key
    raise UnreadableError("no resume key after the empty row")


def _page(names: Sequence[Any], rows: Iterable[Any], key: str) -> IndexPage:
    captures: list[Capture] = []
    damaged = other_status = 0
    for row in rows:
        values = dict(zip(names, row, strict=True)) if isinstance(row, list) and len(row) == len(names) else {}
        capture = _capture(values)
        if capture is None:
            damaged += 1
        elif values["statuscode"] != "200":  # whatever the filter is worth: redirects, revisits (`-`), errors
            other_status += 1
        else:
            captures.append(capture)
    return IndexPage(captures, key, damaged, other_status)


def _capture(row: dict[str, Any]) -> Capture | None:
    """Return the capture; None where its time or its address cannot be read."""
    timestamp, original, digest = (row.get(name) for name in ("timestamp", "original", "digest"))
    if not isinstance(timestamp, str) or not isinstance(original, str) or not _ORIGINAL.fullmatch(original):
        return None
    if not re.fullmatch("[0-9]{14}", timestamp):
        return None
    try:
        time = datetime.strptime(timestamp, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return None
    known = digest if isinstance(digest, str) and _DIGEST.fullmatch(digest) else ""
    return Capture(timestamp=timestamp, time=time, original=original, digest=known)


def best_capture(captures: Iterable[Capture], day: date) -> Capture | None:
    """Return the last capture within a week of the article's day in Beijing, else the first after that.

    One from before its day is of something else; None where there is no other.
    """
    begin = datetime(day.year, day.month, day.day, tzinfo=BEIJING)
    in_time = sorted((one for one in captures if one.time >= begin), key=lambda one: (one.time, one.original))
    near = [one for one in in_time if one.time < begin + NEAR + timedelta(days=1)]
    return near[-1] if near else next(iter(in_time), None)
