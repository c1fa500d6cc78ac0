"""A body read as a browser reads it: by an HTML5 parser, once, as what stands inside a page.

Nothing here changes the tree: what is cut is not walked into, so that no node is looked at whose memory is given back.
"""

import re

from selectolax.lexbor import LexborHTMLParser, LexborNode

MAX_BODY = (
    1_000_000  # characters of a body; those seen have up to 11,000, what Word writes may have thirty times as many
)
MAX_TAGS = 30_000  # an HTML5 parser may look through all that is open at each tag: these take it two seconds at most
MAX_DEPTH = 250  # a browser stops at 512
_MAX_REOPENED = 300_000  # elements that <b 1><b 2>…<p><p>… may grow to: each paragraph opens all of them again

_INLINE_DATA = re.compile(r"data:[a-z]+/[a-z0-9.+-]+;base64,[A-Za-z0-9+/=]*+", re.IGNORECASE)  # pictures, never kept
_FORMATTING = re.compile(r"<(b|big|code|em|font|i|s|small|strike|strong|tt|u)(?=[\s/])[^>]*>", re.IGNORECASE)

# A tree takes 700 kB. glibc gets them from the system and gives them back for each body, a quarter of what cleaning it
# costs, until a block of that size was freed for the first time; from then on it keeps up to twice as much.
bytes(1_000_000)


class IncompleteBodyError(ValueError):
    """A body that cannot be read or written whole, and half a body is none."""


def parse(body: str) -> LexborHTMLParser:
    """The tree of a body. Raises IncompleteBodyError for one that is too long."""
    return LexborHTMLParser(_bounded(body), is_fragment=True, scripting=True)


def parse_page(page: str) -> LexborHTMLParser:
    """The tree of a whole page. Raises IncompleteBodyError for one that is too long."""
    return LexborHTMLParser(_bounded(page))


def _bounded(body: str) -> bytes:
    """What a parser takes no more than two seconds for."""
    if len(body) > MAX_BODY:
        body = _INLINE_DATA.sub("", body)
    tags = body.count("<")
    if len(body) > MAX_BODY:
        raise IncompleteBodyError(f"longer than {MAX_BODY} characters")
    if tags > MAX_TAGS:
        raise IncompleteBodyError(f"of more than {MAX_TAGS} tags")
    if tags > 500 and len({tag[0] for tag in _FORMATTING.finditer(body)}) * tags > _MAX_REOPENED:
        body = _FORMATTING.sub(r"<\1>", body)  # of those that are the same, a parser opens three
    return body.encode("utf-8", "ignore")


def first_node(parser: LexborHTMLParser) -> LexborNode | None:
    """The first node of a body; None where it is empty.

    What `root` gives stands for the whole body where it is searched: its text would be that of all that follows.
    """
    root = parser.root
    after = root.next if root is not None else None
    return root if after is None else after.prev


def text_of(node: LexborNode) -> str:
    """All text inside a node."""
    return node.text_content or "" if node.is_text_node else node.text()
