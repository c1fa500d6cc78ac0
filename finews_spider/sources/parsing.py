"""What several sources read alike: JSON objects, HTML pages, and the source line that ends a body."""

import re
from html import escape
from typing import Any

from parsel import Selector
from selectolax.lexbor import LexborHTMLParser, LexborNode

from finews_spider.markup.characters import MAX_LINE
from finews_spider.markup.parsing import IncompleteBodyError, parse, parse_page
from finews_spider.markup.plain import BROKEN, plain, strip
from finews_spider.sources.base import UnreadableError
from finews_spider.sources.json_rows import loads, loads_with_rows, object_of
from finews_spider.sources.limits import check_html, check_json
from finews_spider.sources.links import absolute

_CALLBACK = re.compile(r"\s*[\w$.]{1,200}\s*\(")  # JSONP
_ASSIGNMENT = re.compile(r"\s*(?:var\s+)?[\w$.]{1,200}\s*=")  # a script: `var ajaxResult={…};`
_SOURCE_LINE = re.compile(r"[（(]?\s*文章来源\s*[：:]\s*(.*)", re.DOTALL)
_UNCLOSED = re.compile(r"""(=\s*+(["'])[^"'<>]*+)(?=>[^"']*?<li\b)""")
_LINK = re.compile(
    r"(?<=<a )[^<>]*+>[^<]*+<(?!/a>)(?:[^<]|<(?!/a>|li\b))*+", re.IGNORECASE
)  # that holds more than text
# In a title, of a site that does not escape its titles: it would take the rows that follow with it.
_SWALLOWING = re.compile(
    r"<(?=!--|\?|/?(?:iframe|math|noembed|noframes|plaintext|script|select|style|svg|template|textarea|title|xmp"
    r"|section|ul|html|body)\b)",
    re.IGNORECASE,
)
_END = re.compile(r"</(?:body|html)\b", re.IGNORECASE)

_AFTER_THE_END = 4_000  # characters: comments, or a script that somebody put in on the way
_TITLE = 500  # characters; headlines have up to 50


def html_page(text: str) -> Selector:
    """A whole page. Raises UnreadableError where its end is missing: the rest was lost on the way."""
    check_end(text)
    return Selector(text, type="html")


def check_end(text: str) -> None:
    """Raises UnreadableError for what is no page, or one whose end is missing, or that is too much to be parsed."""
    if not text.lstrip().startswith("<"):
        raise UnreadableError(f"not HTML: {shown(text)}")
    if not _END.search(text, max(0, len(text) - _AFTER_THE_END)):
        raise UnreadableError("cut short: the page has no end")
    check_html(text)


def html_list(text: str) -> Selector:
    """A whole page that is a list. What is not closed in a row costs no row after it. Raises UnreadableError."""
    text = _UNCLOSED.sub(r"\1\2", text)
    return html_page(_LINK.sub(lambda link: _SWALLOWING.sub("&lt;", link[0]), text))


def base_of(page: Selector, url: str) -> str:
    """The address that the page's links are relative to; `url` is its own."""
    return absolute(url, page.xpath("//base/@href").get("")) or url


def json_object(text: str, rows: str = "") -> dict[str, Any]:
    """The JSON object that `text` is, that a JSONP callback is given or a script assigns; own keys in lower case.

    Of its list called `rows`, a row that is damaged is None; damage anywhere else raises UnreadableError.
    """
    check_json(text)
    try:
        value = _load(_argument(text), rows)
        if "\\ud" in text.lower():
            value = _without_lone_surrogates(value)
    except (ValueError, RecursionError) as error:
        raise UnreadableError(f"not JSON: {shown(text)}") from error
    if not isinstance(value, dict):
        raise UnreadableError(f"not a JSON object: {shown(text)}")
    return in_lower_case(value)


def _load(text: str, rows: str) -> Any:
    try:
        return loads(text)
    except (ValueError, RecursionError):
        if rows:
            return loads_with_rows(text, rows)
        raise


def _argument(text: str) -> str:
    """What a JSONP callback is given, or what a script assigns to a name; another text as it is."""
    call, assignment = _CALLBACK.match(text), _ASSIGNMENT.match(text)
    end = text.rstrip().removesuffix(";").rstrip()
    if assignment:
        return end[assignment.end() :]
    return end[call.end() : -1] if call and end.endswith(")") else text


def in_lower_case(value: dict[str, Any]) -> dict[str, Any]:
    """The object with its own keys in lower case. Raises UnreadableError where two of them differ in case only."""
    try:
        return object_of([(key.lower(), field) for key, field in value.items()])
    except ValueError as error:
        raise UnreadableError(f"not JSON: {error}") from error


def _without_lone_surrogates(value: Any) -> Any:
    """Half of a character, which JSON can write and no file can hold, becomes U+FFFD."""
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list):
        return [_without_lone_surrogates(item) for item in value]
    if isinstance(value, dict):
        return {_without_lone_surrogates(key): _without_lone_surrogates(field) for key, field in value.items()}
    return value


def text_of(value: object) -> str:
    """A text as it is, but for white space around it; empty for what is no text."""
    return strip(value) if isinstance(value, str) else ""


def body_of(value: object) -> str:
    """An article's HTML; empty for what is no text. Raises UnreadableError where it is too much to be parsed."""
    body = text_of(value)
    check_html(body)
    return body


def one_line(value: object, longest: int = MAX_LINE) -> str:
    """A text on one line; empty for what is no text, or longer than such a text is."""
    return " ".join(strip(value).split()) if isinstance(value, str) and len(value) <= longest else ""


# An API's texts are HTML; a page's are read by its parser.


def title_of(value: object) -> str:
    """An API's title as plain text on one line; empty for what is none."""
    return one_line(_plain(value, _TITLE))


def name_of(value: object) -> str:
    """An API's media name as plain text, which may have white space in it; empty for what is none."""
    return _plain(value, _TITLE)


def digest_of(value: object) -> str:
    """An API's digest as plain text on one line; empty for what is none."""
    return one_line(_plain(value, MAX_LINE))


def title_shown(value: object) -> str:
    """A title that a page shows, on one line; empty for what is none."""
    return one_line(value, _TITLE)


def name_shown(value: object) -> str:
    """A media name that a page shows, which may have white space in it; empty for what is none."""
    return text_of(value) if isinstance(value, str) and len(value) <= _TITLE else ""


def whole(text: str) -> str:
    """A text of a row; empty where a character of it was lost on the way. The article itself tells it."""
    return "" if BROKEN in text else text


def _plain(value: object, longest: int) -> str:
    return plain(value) if isinstance(value, str) and len(value) <= longest else ""


def shown(value: object) -> str:
    """A value in a message: short, on one line, without control characters; what holds others is not spelled out."""
    if isinstance(value, (dict, list)):
        return f"a {type(value).__name__}"
    return repr(value[:40] if isinstance(value, str) else value)[:60]


def html5_page(text: str) -> LexborHTMLParser:
    """A whole page as a browser reads it, to take a body from. Raises UnreadableError where it is too much."""
    try:
        return parse_page(text)
    except IncompleteBodyError as error:
        raise UnreadableError(f"too large: the page is {error}") from error


def body_in(text: str, selector: str) -> str:
    """The HTML inside the element of a page that a CSS selector names. Raises UnreadableError where there is none."""
    element = html5_page(text).css_first(selector)
    if element is None:
        raise UnreadableError(f"no {selector} in the page")
    return element.inner_html or ""


def outer_html(node: LexborNode) -> str:
    """A node as HTML, with its tags."""
    return escape(node.text_content or "", quote=False) if node.is_text_node else node.html or ""


def media_name_in(body: str) -> str:
    """The name in the body's source line, `（文章来源：中国证券报）`, wrappers or not; empty where there is none."""
    if "文章来源" not in body:
        return ""
    try:
        paragraphs = parse(body).css("p")
    except IncompleteBodyError:
        return ""
    for paragraph in reversed(paragraphs):
        text = paragraph.text().strip()
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
