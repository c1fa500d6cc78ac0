"""What an answer may be at the most: a small one must not take much memory, or time that grows with its square.

All bounds are far above what was seen. The length of an answer in bytes is DOWNLOAD_MAXSIZE's.
"""

import re

from finews_spider.sources.base import UnreadableError

_JSON = 4_000_000  # characters; 200 rows have 400,000. An object of 3 characters takes 64 bytes
_TAGS = 500_000  # a category page of 40,000 rows has 160,000. An element takes some 300 bytes
_ATTRIBUTES = 2_000  # of one tag; libxml2 2.14 compares each with all before it
_ATTRIBUTE = re.compile(
    r"""[ \t\n\f\r/]*+[^ \t\n\f\r/>][^ \t\n\f\r/>=]*+"""  # a name
    r"""(?:[ \t\n\f\r]*+=[ \t\n\f\r]*+(?:"[^"]*+"|'[^']*+'|[^ \t\n\f\r>]++))?+"""  # and a value
)
_TAG = re.compile(rf"<[A-Za-z][^ \t\n\f\r/>]*+(?P<attributes>(?:{_ATTRIBUTE.pattern})*+)")  # each is read once


def check_json(text: str) -> None:
    """Raises UnreadableError where it would be too much in memory."""
    if len(text) > _JSON:
        raise UnreadableError("too large: the JSON is longer than any list of articles")


def check_html(text: str) -> None:
    """Raises UnreadableError where parsing would take too much memory, or too long."""
    if text.count("<") > _TAGS:
        raise UnreadableError("too large: the HTML has more tags than any list of articles")
    if len(text) > 2 * _ATTRIBUTES and any(_is_overloaded(tag["attributes"]) for tag in _TAG.finditer(text)):
        raise UnreadableError("too large: a tag has more attributes than any")


def _is_overloaded(attributes: str) -> bool:
    return len(attributes) > 2 * _ATTRIBUTES and sum(1 for _ in _ATTRIBUTE.finditer(attributes)) > _ATTRIBUTES
