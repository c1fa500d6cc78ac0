"""Finds the article in a page whose layout nobody knows. Pure.

trafilatura says which texts are the article's; here their places in the page are looked up, so that what is taken is
the page's own HTML, with its pictures, tables and links. Then what stands among them and is none of it is left out.
"""

import logging
import re
from collections.abc import Iterator
from copy import deepcopy

from lxml import etree
from lxml.html import HtmlElement

from finews_spider.sources.page_words import ASIDE, BLOCKS, CODE, HEADINGS, NO_LINES, PLACES

_INFO = re.compile(
    r"来源[:：]|作者[:：]|记者[:：]|发[布表]时?|时间[:：]|阅读|浏览|字号|编辑[:：]|(?:19|20)\d\d\s*[-/.年]\s*\d"
    r"|By\s|Posted|Published|min read|分钟"
)
_MAX_INFO = 90  # characters
_MIN_TEXT = 40  # characters of an article
_SHARE = 0.8  # of what was found, that the article's element has
_DENSE = 0.55  # of the characters of a block, in links: more are no text
_MIN_ROWS, _MIN_ROW, _ROWS = 8, 8, 0.25  # of a list: links, characters of one, their share of the text


def text_key(element: HtmlElement) -> str:
    """Return an element's text without white space."""
    return "".join("".join(element.itertext()).split())


def find_body(page: HtmlElement, title: str = "") -> HtmlElement | None:
    """Return the element that holds the article, without what is none of it; None where there is none.

    The page is changed.
    """
    found = _found_text(page)
    _remove_code(page)
    place = _known_place(page, found)
    place = _place_of(page, found) if place is None else place
    if place is None:
        return None
    _Pruning(place, found, "".join(title.split())).prune()
    return place if len(text_key(place)) >= _MIN_TEXT else None


def is_mostly_links(element: HtmlElement) -> bool:
    """Return whether its text is links for the most part."""
    total = len(text_key(element))
    return total > 0 and _linked(element) / total > _DENSE


def is_list(element: HtmlElement) -> bool:
    """Return whether it looks like rows of links to articles."""
    links = [len(text_key(link)) for link in element.iter("a")]
    rows = [length for length in links if length >= _MIN_ROW]
    return len(rows) >= _MIN_ROWS and sum(rows) > _ROWS * (len(text_key(element)) or 1)


def _linked(element: HtmlElement) -> int:
    return sum(len(text_key(link)) for link in element.iter("a"))


def _found_text(page: HtmlElement) -> str:
    """Return what trafilatura takes for the article, its texts parted by lines, without other white space."""
    import trafilatura
    from trafilatura.settings import use_config

    for name in ("trafilatura", "htmldate", "justext", "courlan"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    config = use_config()
    config.set("DEFAULT", "MIN_EXTRACTED_SIZE", "80")  # a word of Chinese has two characters
    config.set("DEFAULT", "MIN_OUTPUT_SIZE", "20")
    document = trafilatura.bare_extraction(deepcopy(page), include_comments=False, favor_recall=True, config=config)
    body = getattr(document, "body", None)
    if body is None:
        return ""
    lines = ["".join(text.split()) for text in body.itertext()]
    return "".join(lines)


def _remove_code(page: HtmlElement) -> None:
    for element in list(page.iter(etree.Element)):
        if element.getparent() is None:
            continue
        if not isinstance(element.tag, str) or element.tag in CODE or _is_hidden(element):
            element.drop_tree()


def _is_hidden(element: HtmlElement) -> bool:
    style = "".join((element.get("style") or "").lower().split())
    return "display:none" in style or "visibility:hidden" in style or element.get("hidden") is not None


def _known_place(page: HtmlElement, found: str) -> HtmlElement | None:
    """Return the one element that is called as bodies are, where it has what was found."""
    for place in PLACES:
        name = place[1:]
        path = "//*[@itemprop='articleBody']" if place[0] == "[" else f"//*[@id='{name}']"
        if place[0] == ".":
            path = f"//*[contains(concat(' ', normalize-space(@class), ' '), ' {name} ')]"
        elements: list[HtmlElement] = page.xpath(path)
        if len(elements) == 1 and _has_most(elements[0], found):
            return elements[0]
    return None


def _has_most(element: HtmlElement, found: str) -> bool:
    text = text_key(element)
    if len(text) < _MIN_TEXT:
        return False
    matched = sum(_matched(leaf, found) for leaf in leaves(element))
    return not found or matched >= _SHARE * len(found)


def _matched(leaf: HtmlElement, found: str) -> int:
    """Return how many characters of a block were found: lines that are parted by `<br>` are looked for one by one."""
    keys = ("".join(text.split()) for text in leaf.itertext())
    return sum(len(key) for key in keys if key in found)


def _is_found(leaf: HtmlElement, found: str) -> bool:
    return _matched(leaf, found) > len(text_key(leaf)) / 2


def leaves(element: HtmlElement) -> Iterator[HtmlElement]:
    """Yield the blocks in an element, itself too, that hold no others."""
    blocks = [block for block in element.iter(etree.Element) if block is element or block.tag in BLOCKS]
    inner = {id(parent) for block in blocks if block is not element for parent in block.iterancestors()}
    yield from (block for block in blocks if id(block) not in inner)


def _place_of(page: HtmlElement, found: str) -> HtmlElement | None:
    """Return the smallest element that has most of what was found."""
    if len(found) < _MIN_TEXT:
        return None
    sizes: dict[HtmlElement, int] = {}
    total = 0
    for leaf in leaves(page):
        if _is_found(leaf, found) and leaf.tag not in HEADINGS:
            size = len(text_key(leaf))
            total += size
            for element in (leaf, *leaf.iterancestors()):
                sizes[element] = sizes.get(element, 0) + size
    fitting = [element for element, size in sizes.items() if size >= _SHARE * total]
    if not fitting:
        return None
    place = max(fitting, key=lambda element: sum(1 for _ in element.iterancestors()))
    parent = place.getparent()
    return parent if place.tag in ("p", "span", "td", "li") and parent is not None else place


class _Pruning:
    """Takes out of the element of an article what is none of it."""

    def __init__(self, place: HtmlElement, found: str, title: str) -> None:
        self.place, self.found, self.title = place, found, title
        self.whole = len(text_key(place)) or 1

    def prune(self) -> None:
        """Take out what is called otherwise, lists of links, and lines that stand beside articles."""
        for element in [*self.place.iterdescendants(etree.Element)]:
            if self._is_inside(element) and self._is_aside(element):
                element.drop_tree()
        self._prune_lines()
        self._prune_ends()

    def _is_inside(self, element: HtmlElement) -> bool:
        return element is self.place or any(parent is self.place for parent in element.iterancestors())

    def _is_aside(self, element: HtmlElement) -> bool:
        if element.tag in ("a", "img", "br", "b", "strong", "em", "i", "span", "figure", "picture"):
            return False
        key = text_key(element)
        if len(key) > self.whole / 2:
            return False
        names = f"{element.get('class') or ''} {element.get('id') or ''}"
        if ASIDE.search(names) or element.get("role") in ("navigation", "complementary", "contentinfo"):
            return True
        is_list = element.tag in ("ul", "ol", "dl", "div", "section", "table")
        return is_list and len(element.findall(".//a")) > 1 and is_mostly_links(element)

    def _prune_lines(self) -> None:
        for leaf in list(leaves(self.place)):
            key = text_key(leaf)
            if leaf is not self.place and key and self._is_no_line(leaf, key):
                leaf.drop_tree()

    def _is_no_line(self, leaf: HtmlElement, key: str) -> bool:
        if self.title and key == self.title:
            return True
        if leaf.tag == "h1" or NO_LINES.fullmatch(key):
            return True
        return leaf.tag not in HEADINGS and not _is_found(leaf, self.found) and is_mostly_links(leaf)

    def _prune_ends(self) -> None:
        """Take out lines before the first text that was found, and after the last, and headings of nothing."""
        lines = [leaf for leaf in leaves(self.place) if leaf is not self.place and text_key(leaf)]
        marks = [_is_found(leaf, self.found) for leaf in lines]
        if not any(marks):
            return
        first, last = marks.index(True), len(marks) - 1 - marks[::-1].index(True)
        parents = {leaf.getparent() for leaf, mark in zip(lines, marks, strict=True) if mark}
        for number, leaf in enumerate(lines):
            key = text_key(leaf)
            is_info = number <= first + 1 and len(key) < _MAX_INFO and _INFO.search(key) and not key.endswith("。")
            is_outside = not first <= number <= last and leaf.getparent() not in parents
            if is_info or is_outside:
                leaf.drop_tree()
        self._prune_last_headings()

    def _prune_last_headings(self) -> None:
        lines = [leaf for leaf in leaves(self.place) if leaf is not self.place and text_key(leaf)]
        while lines and lines[-1].tag in HEADINGS:
            lines.pop().drop_tree()
