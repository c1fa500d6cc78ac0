"""The line under a headline: when an article appeared, and where, among authors, editors and whatever else it tells."""

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import NamedTuple

from finews_spider.dates import Moment, read_time
from finews_spider.sources.parsing import name_of

_COLON = "[：:﹕∶]"
_SOURCE = r"(?:文章|稿件|信息|新闻|消息)?来\s*源|稿\s*源|(?<!\w)(?:出\s*处|媒\s*体|来\s*自|转(?:载\s*)?自)"
_PERSON = r"(?:(?:责任|网络|本文)?编\s*辑|责\s*编|(?:本文)?作\s*者|记\s*者|撰\s*文|审\s*[核校]|校\s*对)"
_TIME = r"(?:发[布表]|更新)?时\s*间|日\s*期"
_LABEL = re.compile(
    rf"(?P<source>{_SOURCE})\s*{_COLON}|(?:{_PERSON}|{_TIME})\s*{_COLON}|(?:(?<=\s)|^)[^\W\d]{{1,8}}{_COLON}"
    r"|(?:(?<=\s)|^)(?P<bare>来\s*源)[\s|｜]+"
)
_BARE_LABEL = re.compile(rf"(?P<source>{_SOURCE})|{_PERSON}|{_TIME}")  # what it labels stands in the next piece
_COUNTED = r"阅\s*读|浏\s*览|点\s*击|评\s*论|讨\s*论|参\s*与|分\s*享|字\s*[号体]"
_NO_NAME = re.compile(
    rf"{_PERSON}\s|[\W\d]*$|[今昨前]天|\d+\s*(?:分钟|小时)前|(?:{_COUNTED})\W*(?:\d|$)|[\d.]+\s*万?\s*[人次条]*\s*(?:{_COUNTED})"
)
_DATE = re.compile(r"(?:19|20)[0-9]{2}\s*[-/.年]\s*[0-9]{1,2}.*", re.DOTALL)
_AROUND = " \t\r\n\xa0\u3000|｜/·•—-,，;；"


class Piece(NamedTuple):
    """A text of the line; `is_name` where it is the source's name even if no label says so."""

    text: str
    is_name: bool


def time_in(pieces: Iterable[Piece]) -> Moment | None:
    """Return the first time, of which an update is the last; date and clock may stand in two pieces."""
    texts = sorted((piece.text for piece in pieces), key=lambda text: "更新" in text)
    joined = (f"{first} {second}" for first, second in pairwise(texts))
    return next(filter(None, map(read_time, (*texts, *joined))), None)


def source_in(pieces: Iterable[Piece]) -> str:
    """Return the source's name: what 来源： says, else the first text that may be it; never a person's."""
    labelled, plain = "", ""
    for label, value, is_name in _values(pieces):
        if label == "source":
            labelled = labelled or value
        elif not label and is_name and not _NO_NAME.match(value):
            plain = plain or value
    return name_of(labelled or plain)


def _values(pieces: Iterable[Piece]) -> Iterator[tuple[str, str, bool]]:
    """Yield what each label says, `source` or another, and what stands without; a label may stand alone before it."""
    pending = ""
    for text, is_name in pieces:
        at = 0
        for found in _LABEL.finditer(text):
            yield pending, _bare(text[at : found.start()]), is_name
            at, pending = found.end(), "source" if found["source"] or found["bare"] else "other"
        rest = text[at:].strip(_AROUND + "：:﹕∶" if pending and not at else _AROUND)
        if label := _BARE_LABEL.fullmatch(rest):
            pending = "source" if label["source"] else "other"
        elif rest:
            yield pending, _bare(rest), is_name
            pending = ""


def _bare(text: str) -> str:
    """The text without the time, and without what parts it from its neighbours."""
    return _DATE.sub("", text).strip(_AROUND)
