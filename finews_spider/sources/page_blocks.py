"""A page as blocks of text: which are sentences, which links, and which stand in a part that is called otherwise."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree
from lxml.html import HtmlElement

from finews_spider.sources.page_words import ASIDE, BLOCKS, HEADINGS, INFO

_MIN_PROSE, _MIN_SENTENCE = 22, 8  # characters
_PROSE = re.compile(r"[。！？；，,.!?;]")
_SENTENCE = re.compile("[。！？”」…]$")
_MAX_INFO = 90  # characters
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_DENSE = 0.5  # of the characters of a block, in links: more are no text
_MAX_ASIDE = 0.5  # of a page's characters: more have no part that is none of the article


@dataclass(frozen=True, slots=True)
class Block:
    """A block and its own text without white space: all of it, or what stands beside the blocks in it."""

    element: HtmlElement
    key: str
    is_leaf: bool

    @property
    def is_heading(self) -> bool:
        """Whether it is one by its element."""
        return self.element.tag in HEADINGS

    @property
    def is_sentence(self) -> bool:
        """Whether it may be a short paragraph."""
        return len(self.key) >= _MIN_SENTENCE and bool(_SENTENCE.search(self.key)) and not self.is_heading

    @property
    def is_prose(self) -> bool:
        """Whether it has a sentence, and not of links."""
        is_text = len(self.key) >= _MIN_PROSE and bool(_PROSE.search(self.key)) and not is_info(self.key)
        return is_text and not self.is_heading and linked(self.element) <= _DENSE * len(self.key)


def is_info(key: str) -> bool:
    """Return whether a text tells of the article, when and by whom it was published, and is none of it."""
    return len(key) < _MAX_INFO and bool(INFO.search(key)) and not _SENTENCE.search(key)


def text_key(element: HtmlElement) -> str:
    """Return an element's text without white space."""
    return "".join("".join(element.itertext()).split())


def linked(element: HtmlElement) -> int:
    """Return how many characters of an element stand in links."""
    return sum(len(text_key(link)) for link in element.iter("a"))


def blocks_of(element: HtmlElement) -> list[Block]:
    """Return the blocks in an element that have text of their own, in its order; the element is one."""
    found = []
    for block in element.iter(etree.Element):
        if block is not element and block.tag not in BLOCKS:
            continue
        key = "".join("".join(_own_texts(block)).split())
        if key:
            is_leaf = not any(inner.tag in BLOCKS for inner in block.iterdescendants(etree.Element))
            found.append(Block(block, key, is_leaf))
    return found


def _own_texts(element: HtmlElement) -> Iterator[str]:
    """Yield the texts in an element, but for those in blocks inside of it."""
    yield element.text or ""
    inside: list[HtmlElement] = []
    children = [iter(element)]
    while children:
        child = next(children[-1], None)
        if child is None:
            children.pop()
            yield (inside.pop().tail or "") if inside else ""
        elif isinstance(child.tag, str) and child.tag not in BLOCKS:
            yield child.text or ""
            inside.append(child)
            children.append(iter(child))
        else:
            yield child.tail or ""


def is_called_aside(element: HtmlElement) -> bool:
    """Return whether it is called, or has the role, of what is none of the article."""
    names = " ".join(element.get(name) or "" for name in ("class", "id", "data-testid"))
    return bool(ASIDE.search(_CAMEL.sub("-", names.replace("TRS_Editor", "")))) or element.get("role") in (
        "navigation",
        "complementary",
        "contentinfo",
    )


def beside(page: HtmlElement) -> set[HtmlElement]:
    """Return the elements that are called otherwise, of which none is most of the page, and all that is in them."""
    whole = len(text_key(page)) or 1
    found: set[HtmlElement] = set()
    for element in page.iter(etree.Element):
        if element.getparent() in found or (is_called_aside(element) and len(text_key(element)) < _MAX_ASIDE * whole):
            found.add(element)
    return found
