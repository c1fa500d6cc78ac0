"""What several sources read alike: JSON objects, and the source line that ends a body."""

import json
import re
from html import escape
from typing import Any

from lxml import html

from finews_spider.fragments import LONGEST, tree
from finews_spider.sources import UnreadableError

_JSONP = re.compile(r"\s*[\w$.]+\s*\((.*)\)\s*(?:;\s*)?", re.DOTALL)
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
    """The JSON object that `text` is, or that a JSONP callback is given; its own keys in lower case."""
    call = _JSONP.fullmatch(text)
    try:
        value = json.loads(call[1] if call else text)
        if "\\ud" in text.lower():
            value = _without_lone_surrogates(value)
    except (ValueError, RecursionError) as error:
        raise UnreadableError(f"not JSON: {text[:60]!r}") from error
    if not isinstance(value, dict):
        raise UnreadableError(f"not a JSON object: {text[:60]!r}")
    return {key.lower(): each for key, each in value.items()}


def _without_lone_surrogates(value: Any) -> Any:
    """Half of a character, which JSON can write and no file can hold, becomes U+FFFD."""
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list):
        return [_without_lone_surrogates(each) for each in value]
    if isinstance(value, dict):
        return {_without_lone_surrogates(key): _without_lone_surrogates(each) for key, each in value.items()}
    return value


def text_of(value: object) -> str:
    """A text as it is, but for white space around it; empty for what is no text."""
    return value.strip() if isinstance(value, str) else ""


def one_line(value: object) -> str:
    """A text on one line; empty for what is no text."""
    return " ".join(value.split()) if isinstance(value, str) else ""


def inner_html(node: html.HtmlElement) -> str:
    """The HTML between an element's tags."""
    return escape(node.text or "", quote=False) + "".join(html.tostring(each, encoding="unicode") for each in node)


def media_name_in(body: str) -> str:
    """The name in the body's source line, `（文章来源：中国证券报）`, wrappers or not; empty where there is none."""
    if "文章来源" not in body or len(body) > LONGEST:
        return ""
    lines = tree(body).xpath("//p[contains(string(), '文章来源')]")
    for line in reversed(lines):
        text = line.text_content().strip()
        if found := _SOURCE_LINE.fullmatch(text):
            return _to_closing_bracket(found[1]) if text[0] in "（(" else found[1].strip()
    return ""


def _to_closing_bracket(text: str) -> str:
    """Up to the bracket that closes the line; names have brackets of their own: 安信国际证券(香港)."""
    depth = 0
    for at, char in enumerate(text):
        depth += (char in "（(") - (char in "）)")
        if depth < 0:
            return text[:at].strip()
    return text.strip()
