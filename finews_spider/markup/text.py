"""What a reader sees of a body."""

import re
from html import unescape

_SOURCE_LINE = re.compile(r'<p class="em_media">.*?</p>', re.DOTALL)


def visible(body: str) -> str:
    """The text of a body as a reader sees it, without white space."""
    return "".join(unescape(re.sub(r"<[^>]*>", "", body)).split())


def without_source_line(body: str) -> str:
    """The body but for the line that names who published it."""
    return _SOURCE_LINE.sub("", body)
