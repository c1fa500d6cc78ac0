"""What several sources read alike: JSON objects, and the source line that ends a body."""

import json
import re
from typing import Any

from lxml import html

from finews_spider.sources import UnreadableError

_SOURCE_LINE = re.compile(r"[（(]?\s*文章来源\s*[：:]\s*(.*)", re.DOTALL)


def decode(body: bytes) -> str:
    """The text of an answer. Headers and <meta> are wrong at times, bytes are not: UTF-8, or else GB18030."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return body.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UnreadableError("neither UTF-8 nor GB18030")


def json_object(text: str) -> dict[str, Any]:
    """The JSON object that `text` is, its keys in lower case."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UnreadableError(f"not JSON: {text[:60]!r}") from error
    if not isinstance(value, dict):
        raise UnreadableError(f"not a JSON object: {text[:60]!r}")
    return {key.lower(): each for key, each in value.items()}


def text_of(value: object) -> str:
    """A text as it is, but for white space around it; empty for what is no text."""
    return value.strip() if isinstance(value, str) else ""


def one_line(value: object) -> str:
    """A text on one line; empty for what is no text."""
    return " ".join(value.split()) if isinstance(value, str) else ""


def media_name_in(body: str) -> str:
    """The name in the body's source line, `（文章来源：中国证券报）`, wrappers or not; empty where there is none."""
    if "文章来源" not in body:
        return ""
    lines = html.fragment_fromstring(body, create_parent="div").xpath("//p[contains(string(), '文章来源')]")
    for line in reversed(lines):
        text = line.text_content().strip()
        if found := _SOURCE_LINE.fullmatch(text):
            name = found[1].strip()
            # One bracket closes the line; names have brackets of their own: 安信国际证券(香港).
            return name[:-1].strip() if text[0] in "（(" and name.endswith(("）", ")")) else name
    return ""
