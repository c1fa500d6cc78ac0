"""Finds the headline of a page, and what stands between it and the article: the time, and who published it. Pure."""

import re
from collections.abc import Sequence

from lxml.html import HtmlElement

from finews_spider.sources.eastmoney_infos import Piece
from finews_spider.sources.page_blocks import Block
from finews_spider.sources.parsing import one_line

_TITLE = re.compile(r"(?:^|[\s_-])(?:title|headline|tit|biaoti|bt[0-9]?|subject)(?:$|[\s_-])", re.IGNORECASE)
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_SITE = re.compile(r"\s*[|｜_–—·•«»]+\s*|\s+[-:]+\s+|\s*--+\s*|-(?=[^-]*$)")
_SOURCE = re.compile(
    r"(?:^|[\s_-])(?:source|media|from|origin|org|ly|publisher|copyfrom|brand|nickname|up)(?:$|[\s_-])", re.IGNORECASE
)
_NO_NAME = re.compile("原创|首发|独家|转载|快讯|深度|关注|订阅")
_SHORT, _LONG = 6, 120  # characters of a headline
_BEFORE, _BETWEEN, _TEXT = 12, 40, 300  # texts, and characters of one


def without_site(title: str) -> str:
    """Return what stands before the site's name in the title of a tab."""
    parts = [part for part in _SITE.split(title) if part.strip()]
    return max(parts[:2], key=len).strip() if len(parts) > 1 else title.strip()


def find_headline(blocks: Sequence[Block], declared: str, tab: str) -> Block | None:
    """Return the block that is the headline: the one that the page's own titles repeat, or that is called so."""
    known = "".join((declared + "\n" + tab).split())
    fitting = [block for block in blocks if _repeats(block, known)]
    if fitting:
        return max(fitting, key=lambda block: (block.element.tag == "h1", block.is_heading, len(block.key)))
    called = [
        block
        for block in blocks
        if block.is_leaf and _SHORT <= len(block.key) <= _LONG and _is_called_title(block.element)
    ]
    headings = [block for block in blocks if block.element.tag == "h1"]
    return called[0] if called else headings[0] if len(headings) == 1 else None


def _repeats(block: Block, known: str) -> bool:
    if not block.key or block.key not in known or len(block.key) > _LONG:
        return False
    return len(block.key) >= _SHORT or block.element.tag == "h1"


def _is_called_title(element: HtmlElement) -> bool:
    for one in (element, *element.iterdescendants()):
        if isinstance(one.tag, str) and _TITLE.search(
            _CAMEL.sub("-", f"{one.get('class') or ''} {one.get('id') or ''}")
        ):
            return one.tag != "a" and not any(parent.tag in ("a", "li") for parent in one.iterancestors())
    return False


def pieces_around(
    page: HtmlElement, headline: HtmlElement | None, first: HtmlElement | None
) -> tuple[list[Piece], list[Piece]]:
    """Return the texts between the headline and the first block of the article, and some that stand before both."""
    before: list[Piece] = []
    between: list[Piece] = []
    place = before
    for text in page.xpath(".//text()[normalize-space() and not(parent::script or parent::style)]"):
        around = [text.getparent(), *text.getparent().iterancestors()][text.is_tail :]
        if headline is not None and headline in around:
            place = between
        elif first is not None and first in around:
            break
        else:
            place.append(_piece(str(text), around[0]))
    return between[:_BETWEEN], before[-_BEFORE:]


def _piece(text: str, element: HtmlElement) -> Piece:
    names = " ".join(one.get("class") or "" for one in (element, element.getparent()) if one is not None)
    return Piece(
        one_line(text[:_TEXT]),
        is_name=bool(_SOURCE.search(_CAMEL.sub("-", names.replace("rich_media", ""))))
        and not _NO_NAME.fullmatch(text.strip()),
    )
