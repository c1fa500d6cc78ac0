"""The plain text of a body: a line for each block, a tab between the cells of a row."""

import re

from selectolax.lexbor import LexborNode

from finews_spider.markup.parsing import IncompleteBodyError, first_node, parse

_INLINE = frozenset(
    "a abbr b bdi bdo big cite code data del dfn em font i img ins kbd label mark nobr q rp rt ruby s samp small span"
    " strike strong sub sup time tt u var wbr".split()
)
_CELLS = frozenset({"td", "th"})
_UNSEEN = frozenset({"script", "style", "template", "noscript", "head", "title"})
_SPACE = re.compile("[ \t\r\n\f]+")


def text_of(body: str) -> str:
    """Return what a reader reads of a body. Raises ValueError for one that no page can hold."""
    try:
        node = first_node(parse(body))
    except IncompleteBodyError as error:
        raise ValueError(str(error)) from error
    lines = "".join(_pieces(node)).split("\n")
    return "\n".join(line for line in (_tidy(line) for line in lines) if line)


def _pieces(node: LexborNode | None) -> list[str]:
    """Return the texts, with line ends and tabs between them; without recursion, however deep it nests."""
    pieces: list[str] = []
    waiting: list[tuple[LexborNode | None, str]] = []
    while node is not None or waiting:
        if node is None:
            node, end = waiting.pop()
            pieces.append(end)
            continue
        tag = node.tag or ""
        if tag == "-text":
            pieces.append(_SPACE.sub(" ", node.text_content or ""))
            node = node.next
        elif tag[:1] == "-" or tag in _UNSEEN:
            node = node.next
        else:
            mark = "" if tag in _INLINE else "\t" if tag in _CELLS else "\n"
            pieces.append("" if mark == "\t" else mark)
            waiting.append((node.next, mark))
            node = node.first_child
    return pieces


def _tidy(line: str) -> str:
    return "\t".join(" ".join(part.split(" ")).strip(" ") for part in line.split("\t")).strip("\t ")
