"""The index of an archive of the web (a CDX server): its queries, its rows, which captures of an article are read."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple
from urllib.parse import unquote, urlencode

from finews_spider.dates import BEIJING
from finews_spider.sources.base import UnreadableError
from finews_spider.sources.json_rows import loads
from finews_spider.sources.limits import check_json
from finews_spider.sources.parsing import shown

FIELDS = ("timestamp", "original", "statuscode", "digest", "length")
OF_PYWB = {"url": "original", "status": "statuscode"}  # its names for them
NEAR = timedelta(days=7)  # after its day, in which an article is still corrected
MAX_CAPTURES = 3  # of one article that are kept: the first may be of a block page

_ORIGINAL = re.compile(r"https?://[^\s<>\"']{1,2000}", re.IGNORECASE)
_DIGEST = re.compile(r"(?:sha1:)?([A-Z2-7]{32})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """One row of the index; the digest, SHA-1 in base 32, is empty where the row has none."""

    timestamp: str  # 14 digits, UTC
    original: str
    digest: str = ""

    @property
    def time(self) -> datetime:
        """When it was captured."""
        return _time(self.timestamp)

    def __str__(self) -> str:
        """Return it as a ref keeps it."""
        return f"{self.timestamp} {self.digest or '-'} {self.original}"

    def playback_url(self, play: str) -> str:
        """Return where the archive whose playback begins with `play` gives the bytes as they were."""
        return f"{play}/{self.timestamp}id_/{self.original}"


class IndexPage(NamedTuple):
    """The captures that a page of the index names, the key of its next page, and how many rows are no captures."""

    captures: list[Capture]
    resume_key: str = ""
    damaged: int = 0
    other_status: int = 0

    @property
    def rows(self) -> int:
        """How many rows it has of any kind."""
        return len(self.captures) + self.damaged + self.other_status


def query_url(
    cdx: str, prefix: str, limit: int, resume_key: str = "", *, filter_: str = "", fields: str = ",".join(FIELDS)
) -> str:
    """Return the address of a page of the index: of what it has under this prefix, HTTP 200 only."""
    query = {
        "url": f"{prefix}*",
        "output": "json",
        "fl": fields,
        "filter": ["statuscode:200", *([filter_] if filter_ else [])],
        "limit": limit,
        "showResumeKey": "true",
        "resumeKey": [resume_key] if resume_key else [],
    }
    return f"{cdx}?{urlencode(query, doseq=True)}"


def read_index(text: str) -> IndexPage:
    """Return what a page of the index names. Raises UnreadableError where it is none.

    It is a list: a row of names, the rows, and where there are more an empty row and the key; without any row, `[]` or
    nothing. Or it has a JSON object on each line, as pywb's.
    """
    check_json(text)
    if text.lstrip().startswith("{"):
        return _lines(text.strip().splitlines())
    try:
        rows = loads(text) if text.strip() else []
    except (ValueError, RecursionError) as error:
        raise UnreadableError(f"no index: {shown(text)}") from error
    if not isinstance(rows, list):
        raise UnreadableError("no index: no list of rows")
    if not rows:
        return IndexPage([])
    if not isinstance(rows[0], list) or not {*FIELDS[:3]} <= {*map(str, rows[0])}:
        raise UnreadableError("no index: no row of names")
    key = _resume_key(rows)
    return _page(map(_named(rows[0]), rows[1:-2] if key else rows[1:]), key)


def _lines(lines: Sequence[str]) -> IndexPage:
    rows = [_object(line) for line in lines]
    says = str(rows[0].get("message") or rows[0].get("error") or "")
    if re.match("no captures found", says, re.IGNORECASE):  # with HTTP 404
        return IndexPage([])
    if says:
        raise UnreadableError(f"no index: {shown(says)}")
    if not any({"url", "original"} & row.keys() for row in rows):
        raise UnreadableError(
            "no index: rows without an address; a pywb has other names of fields, see its table's key"
        )
    return _page({OF_PYWB.get(name, name): value for name, value in row.items()} for row in rows)


def _object(line: str) -> dict[str, Any]:
    try:
        value = loads(line)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _named(names: Sequence[Any]) -> Any:
    def row(values: Any) -> dict[str, Any]:
        is_row = isinstance(values, list) and len(values) == len(names)
        return dict(zip(map(str, names), values, strict=True)) if is_row else {}

    return row


def _resume_key(rows: Sequence[Any]) -> str:
    if len(rows) < 3 or rows[-2] != []:
        return ""
    match rows[-1]:
        case [str(key)] if key:
            return key
    raise UnreadableError("no resume key after the empty row")


def _page(rows: Iterable[dict[str, Any]], key: str = "") -> IndexPage:
    captures: list[Capture] = []
    damaged = other_status = 0
    for row in rows:
        capture = _capture(row)
        if capture is None:
            damaged += 1
        elif str(row.get("statuscode")) != "200":  # whatever the filter is worth: redirects, revisits (`-`), errors
            other_status += 1
        else:
            captures.append(capture)
    return IndexPage(captures, key, damaged, other_status)


def _capture(row: dict[str, Any]) -> Capture | None:
    """Return the capture; None where its time or its address cannot be read."""
    digest = _DIGEST.fullmatch(str(row.get("digest")))
    return capture_of(str(row.get("timestamp")), digest[1] if digest else "", str(row.get("original")))


def capture_of(timestamp: str, digest: str, original: str) -> Capture | None:
    """Return the capture; None where its time or its address cannot be one."""
    if not re.fullmatch("[0-9]{14}", timestamp) or not _ORIGINAL.fullmatch(original):
        return None
    try:
        _time(timestamp)
    except ValueError:
        return None
    return Capture(timestamp=timestamp, original=original, digest=digest)


def read_capture(text: str) -> Capture | None:
    """Return the capture that a ref keeps as this text; None where it is none."""
    timestamp, digest, original = [*text.split(" ", 2), "", ""][:3]
    return capture_of(timestamp, digest.strip("-"), original)


def same_address(url: str) -> str:
    """Return the address without scheme, usual port, `www.` and the ways to write a character.

    Indexes compare them in small letters too, which may be of another page.
    """
    _, _, rest = url.partition("://")
    netloc, slash, path = rest.partition("/")
    return re.sub(r":(?:80|443)\Z", "", netloc.lower().removeprefix("www.")) + slash + unquote(path)


def _time(timestamp: str) -> datetime:
    return datetime.strptime(timestamp, "%Y%m%d%H%M%S").replace(tzinfo=UTC)


def best_captures(captures: Iterable[Capture], day: date) -> list[Capture]:
    """Return captures of an article of that day in Beijing, best first: the latest within a week, then those later.

    One from before its day is of something else.
    """
    begin = datetime(day.year, day.month, day.day, tzinfo=BEIJING)
    in_time = sorted((one for one in captures if one.time >= begin), key=lambda one: (one.time, one.original))
    near = [one for one in in_time if one.time < begin + NEAR + timedelta(days=1)]
    return [*near[::-1], *in_time[len(near) :]][:MAX_CAPTURES]


def end_of_near(day: date) -> str:
    """Return the timestamp at the end of the week in which captures of an article of that day are the best."""
    begin = datetime(day.year, day.month, day.day, tzinfo=BEIJING)
    return f"{(begin + NEAR + timedelta(days=1)).astimezone(UTC):%Y%m%d%H%M%S}"
