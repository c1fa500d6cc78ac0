"""Takes out of an article's element what is none of it: shares, lists of links, lines of editors, comments. Pure."""

import re

from lxml import etree
from lxml.html import HtmlElement

from finews_spider.sources.page_blocks import Block, blocks_of, is_called_aside, is_info, linked, text_key
from finews_spider.sources.page_words import HEADINGS, LABEL, NO_LINES, SENTENCES_OF_SITES, TAIL

_MAX_LABEL = 6  # characters
_MAX_TAIL = 14  # characters of a heading of what follows an article
_DENSE = 0.55  # of the characters of a block, in links: more are no text
_INLINE = frozenset("a img br b strong em i span figure picture font u sup sub".split())
_LISTS = frozenset("ul ol dl div section table".split())
_SENTENCE = re.compile("[。！？”」…]$")


def prune(place: HtmlElement, found: str, title: str, headline: HtmlElement | None) -> None:
    """Take out what is called otherwise, lists of links, lines that stand beside articles, and what is around it."""
    _prune_headline(place, headline)
    whole = len(text_key(place)) or 1
    for element in list(place.iterdescendants(etree.Element)):
        if place in list(element.iterancestors()) and _is_aside(element, whole):
            element.drop_tree()
    _prune_inline(place)
    for block in blocks_of(place):
        if not block.is_leaf and TAIL.fullmatch(block.key) and len(text_key(block.element)) < whole / 2:
            _drop_inside(block.element, place)
    for block in _leaves(place):
        if block.key == title or block.element.tag == "h1" or _is_no_line(block, found):
            block.element.drop_tree()
    _prune_tail(place)
    _prune_ends(place, found)


def _prune_headline(place: HtmlElement, headline: HtmlElement | None) -> None:
    """Take out the headline and all before it."""
    if headline is None or place not in list(headline.iterancestors()):
        return
    around = headline
    while (parent := around.getparent()) is not None and around is not place:
        for element in list(around.itersiblings(preceding=True)):
            parent.remove(element)
        if parent is place:
            parent.text = None
        around = parent
    headline.drop_tree()


def _leaves(place: HtmlElement) -> list[Block]:
    return [block for block in blocks_of(place) if block.is_leaf and block.element is not place]


def _is_aside(element: HtmlElement, whole: int) -> bool:
    if element.tag in _INLINE:
        return element.tag in ("span", "font") and is_called_aside(element) and len(text_key(element)) < 30
    size = len(text_key(element))
    if size > whole / 2:
        return False
    is_links = element.tag in _LISTS and len(element.findall(".//a")) > 1 and linked(element) > _DENSE * size
    return is_called_aside(element) or (size > 0 and is_links)


def _prune_inline(place: HtmlElement) -> None:
    """Take out labels and switches that stand in a text: `快讯`, `展开全部`."""
    for element in list(place.iter("a", "span", "em", "i", "b", "font", "label")):
        key = text_key(element)
        is_label = len(key) <= _MAX_LABEL and bool(LABEL.search(element.get("class") or ""))
        if key and (is_label or (NO_LINES.fullmatch(key) and not _SENTENCE.search(key))):
            _drop_inside(element, place)


def _drop_inside(element: HtmlElement, place: HtmlElement) -> None:
    if element is not place and place in list(element.iterancestors()):
        element.drop_tree()


def _is_no_line(block: Block, found: str) -> bool:
    if NO_LINES.fullmatch(block.key):
        return not _SENTENCE.search(block.key) or bool(SENTENCES_OF_SITES.match(block.key))
    is_links = linked(block.element) > _DENSE * len(block.key)
    return not block.is_heading and is_links and block.key not in found


def _prune_tail(place: HtmlElement) -> None:
    """Take out headings like `相关阅读`, `法律声明`, `评论` after the first sentence, with what follows them."""
    is_after = False
    for block in _leaves(place):
        is_after = is_after or block.is_prose
        if is_after and len(block.key) <= _MAX_TAIL and TAIL.fullmatch(block.key):
            _drop_from(block.element, place)


def _drop_from(element: HtmlElement, place: HtmlElement) -> None:
    """Take out an element and what follows it in its own part: a heading may stand in an element of its own."""
    parent = element.getparent()
    while parent is not None and parent is not place and len(parent) == 1 and not (parent.text or "").strip():
        element, parent = parent, parent.getparent()
    if parent is None or place not in [element, *element.iterancestors()]:
        return
    for following in [*element.itersiblings()]:
        parent.remove(following)
    element.drop_tree()


def _prune_ends(place: HtmlElement, found: str) -> None:
    """Take out lines like `2021-12-30 来源：…` before the first sentences, and headings after the last."""
    for block in _leaves(place)[:3]:
        if is_info(block.key):
            block.element.drop_tree()
    lines = _leaves(place)
    while lines and lines[-1].element.tag in HEADINGS:
        lines.pop().element.drop_tree()
