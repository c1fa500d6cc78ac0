"""Finds the article in a page whose layout nobody knows. Pure.

trafilatura says which texts are the article's; here their place in the page is looked up, after the headline, so that
what is taken is the page's own HTML, with its pictures, tables and links. Then what stands among them and is none of it
is left out.
"""

import logging
from collections.abc import Sequence
from copy import deepcopy

from lxml import etree
from lxml.html import HtmlElement

from finews_spider.sources.page_blocks import Block, beside, blocks_of, linked, text_key
from finews_spider.sources.page_pruning import prune
from finews_spider.sources.page_words import CODE, PLACES

_MIN_TEXT = 15  # characters of an article: a flash has forty
_SHARE = 0.8  # of the weight of what is found, that the article's element has
_ALONE = 0.55  # of the weight around a headline, that one part has which is the article by itself
_HIDDEN = 0.4  # of a page's text: so much is hidden until a script shows it
_MAX_WEIGHT = 500  # characters of a block that count
_DENSE = 0.55  # of the characters of an article, in links: more are a list
_MIN_ROWS, _MIN_ROW, _ROWS = 8, 8, 0.25  # of a list: links, characters of one, their share of the text


def prepare(page: HtmlElement) -> None:
    """Take what is no text out of a page, and what nobody sees, but for an article that waits for a script."""
    whole = len(text_key(page)) or 1
    places = {element for path in PLACES for element in page.xpath(path)}
    for element in list(page.iter(etree.Element)):
        if _is_hidden(element) and (element in places or len(text_key(element)) > _HIDDEN * whole):
            element.attrib.pop("style", None)
            element.attrib.pop("hidden", None)
        is_code = element.tag in CODE or (element.tag == "aside" and "quote" not in (element.get("class") or ""))
        if element.getparent() is not None and (is_code or _is_hidden(element)):
            element.drop_tree()


def _is_hidden(element: HtmlElement) -> bool:
    style = "".join((element.get("style") or "").lower().split())
    return "display:none" in style or "visibility:hidden" in style or element.get("hidden") is not None


def first_block(page: HtmlElement, blocks: Sequence[Block], headline: Block | None) -> Block | None:
    """Return the first block after the headline that has a sentence, in no part that is called otherwise."""
    aside = beside(page)
    after = blocks[blocks.index(headline) + 1 :] if headline else blocks
    here = [block for block in after if block.element not in aside]
    return next((block for block in here if block.is_prose), None) or next(
        (block for block in here if block.is_sentence), None
    )


def find_body(page: HtmlElement, headline: Block | None, first: Block | None, title: str) -> HtmlElement | None:
    """Return the element that holds the article, without what is none of it; None where there is none.

    The page is changed.
    """
    found = _found_text(page)
    weights = _weights(page, found)
    place = _place(page, headline, first, weights)
    if place is None:
        return None
    prune(place, found, "".join(title.split()), None if headline is None else headline.element)
    return place if len(text_key(place)) >= _MIN_TEXT else None


def is_mostly_links(element: HtmlElement) -> bool:
    """Return whether its text is links for the most part."""
    total = len(text_key(element))
    return total > 0 and linked(element) / total > _DENSE


def is_list(element: HtmlElement) -> bool:
    """Return whether it looks like rows of links to articles."""
    links = [len(text_key(link)) for link in element.iter("a")]
    rows = [length for length in links if length >= _MIN_ROW]
    return len(rows) >= _MIN_ROWS and sum(rows) > _ROWS * (len(text_key(element)) or 1)


def _found_text(page: HtmlElement) -> str:
    """Return what trafilatura takes for the article, without white space."""
    import trafilatura
    from trafilatura.settings import use_config

    for name in ("trafilatura", "htmldate", "justext", "courlan"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    config = use_config()
    config.set("DEFAULT", "MIN_EXTRACTED_SIZE", "80")  # a word of Chinese has two characters
    config.set("DEFAULT", "MIN_OUTPUT_SIZE", "20")
    document = trafilatura.bare_extraction(deepcopy(page), include_comments=False, favor_recall=True, config=config)
    body = getattr(document, "body", None)
    return "" if body is None else "".join("".join(text.split()) for text in body.itertext())


def _weights(page: HtmlElement, found: str) -> dict[HtmlElement, int]:
    """Return how much each element holds of sentences: what was found counts twice, what is called otherwise never."""
    aside = beside(page)
    weights: dict[HtmlElement, int] = {}
    for block in blocks_of(page):
        if not block.is_prose or block.element in aside:
            continue
        weight = min(len(block.key), _MAX_WEIGHT) * (2 if is_found(block, found) else 1)
        for element in (block.element, *block.element.iterancestors()):
            weights[element] = weights.get(element, 0) + weight
    return weights


def is_found(block: Block, found: str) -> bool:
    """Return whether most of a block was found: lines that are parted by `<br>` are looked for one by one."""
    keys = ("".join(text.split()) for text in block.element.itertext())
    return sum(len(key) for key in keys if key in found) > len(text_key(block.element)) / 2


def _place(
    page: HtmlElement, headline: Block | None, first: Block | None, weights: dict[HtmlElement, int]
) -> HtmlElement | None:
    if first is None:
        return None
    known = _known_place(page, first.element, weights)
    if known is not None:
        return known
    part = page if headline is None else _part_after(headline.element, first.element, weights)
    return _narrowed(part, weights)


def _known_place(page: HtmlElement, first: HtmlElement, weights: dict[HtmlElement, int]) -> HtmlElement | None:
    """Return the one element that is called as bodies are, where the first block stands in it."""
    for path in PLACES:
        elements: list[HtmlElement] = page.xpath(path)
        if len(elements) == 1 and (elements[0] is first or elements[0] in list(first.iterancestors())):
            return elements[0]
    return None


def _part_after(headline: HtmlElement, first: HtmlElement, weights: dict[HtmlElement, int]) -> HtmlElement:
    """Return the part beside the headline that begins with the first block; all around both where it is not enough."""
    around = [first, *first.iterancestors()]
    above = {headline, *headline.iterancestors()}
    at = next((number for number, element in enumerate(around) if element in above), len(around) - 1)
    common, part = around[at], around[max(at - 1, 0)]
    return part if weights.get(part, 0) >= _ALONE * weights.get(common, 1) else common


def _narrowed(part: HtmlElement, weights: dict[HtmlElement, int]) -> HtmlElement:
    """Return the smallest element in a part that has most of its sentences; of a paragraph alone, what is around it."""
    place, total = part, weights.get(part, 0)
    while len(place):
        child = max(place, key=lambda one: weights.get(one, 0))
        if weights.get(child, 0) < _SHARE * total or child.tag in ("p", "span", "blockquote", "h2", "h3"):
            break
        place = child
    parent = place.getparent()
    return parent if place.tag in ("p", "span") and parent is not None else place
