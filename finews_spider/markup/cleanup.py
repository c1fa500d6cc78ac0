"""What an editor would do to a body, step by step, on its tree. Each step names one thing that the sites put there.

A step takes time in proportion to the body: what it drops or dissolves is marked one by one, and goes all at once.
"""

import re
from collections.abc import Callable
from typing import Any

from lxml import etree, html

from finews_spider.markup.allowlist import ATTRIBUTES, CODE, TAGS
from finews_spider.markup.blocks import BLOCKS
from finews_spider.markup.characters import SPACE

_CHART_HOST = "webquoteklinepic.eastmoney.com"  # draws today's price, whatever the article's day
_LAZY = ("data-src", "data-original", "orginial_src")  # sic, seen 2022
_IMAGE_ATTRIBUTES = ("src", "alt", "width", "height", "style")  # in the seed's order
_WRAPPERS = frozenset({"keytip", "infokey", "em_stock_key_common"})  # links around names of stocks and keywords
_ADS = frozenset({"toplink", "em_handle_adv_close", "em_xuangu", "res-edit", "zwothers"})
_AD_TEXT = ("在东方财富看资讯行情", "主力资金加仓名单实时更新")
_TAIL_TEXT = re.compile("[（(【]?(?:郑重声明|责任编辑[：:]|打开微信)")
_TAIL = 200  # characters of such a text; a company's own 郑重声明 may be long
_HIDDEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_DRAWN = {"svg", "math"}  # blocks break out of them in a browser: left to `sanitize`, which reads as one
_CONTAINERS = BLOCKS - TAGS
_DROPPED, _DISSOLVED = "finews-dropped", "finews-dissolved"  # marks: elements of no HTML

_comments = etree.XPath("//comment()")
_charts = etree.XPath("//img[" + " or ".join(f"contains(@{name}, '{_CHART_HOST}')" for name in (*_LAZY, "src")) + "]")
_images = etree.XPath("//img")
_links = etree.XPath("//a")
_styled = etree.XPath("//*[@style or @hidden]")
_classed = etree.XPath("//*[@class]")
_with_attributes = etree.XPath("//*[@*]")
_ad_paragraphs = etree.XPath("//p[" + " or ".join(f"contains(., '{text}')" for text in _AD_TEXT) + "]")
_MAYBE_EMPTY = ("p", "center", "li")  # libxml2 writes an empty <li> without its end
_INLINE = ("a", "strong", "b", "em")
_LISTS = {"li": ("ul", "ol"), "dt": ("dl",), "dd": ("dl",)}  # where rows stand
_TEXTS = ("p", "center", "li", "td", "th", "h1", "h2", "h3", "h4", "h5", "h6")


def edit(root: html.HtmlElement, body: str) -> None:
    """Do to the tree what is to be done; `body` is the text that it was read from."""
    body = body.lower()
    for step, marks in _STEPS:
        if not marks or any(mark in body for mark in marks):
            step(root)


def _drop(root: html.HtmlElement) -> None:
    """What was marked goes; the text after it stays."""
    etree.strip_elements(root, _DROPPED, with_tail=False)


def _drop_charts(root: html.HtmlElement) -> None:
    """Live stock charts: the image, and all that stands between the site's comments around it."""
    for parent in {comment.getparent() for comment in _comments(root)}:
        inside: list[Any] | None = None
        for node in parent:
            comment = node.text if node.tag is etree.Comment else ""
            if "EM_StockImg_Start" in comment:
                inside = []
            elif "EM_StockImg_End" in comment:
                for dropped in inside or ():
                    dropped.tag = _DROPPED
                inside = None
            elif inside is not None and isinstance(node.tag, str):
                inside.append(node)
    for image in _charts(root):
        image.tag = _DROPPED
    _drop(root)


def _drop_code(root: html.HtmlElement) -> None:
    """Comments, and elements that hold no text of the article."""
    etree.strip_elements(root, etree.Comment, etree.ProcessingInstruction, *CODE - _DRAWN, with_tail=False)


def _drop_hidden(root: html.HtmlElement) -> None:
    for node in _styled(root):
        if "hidden" in node.attrib or _HIDDEN.search(node.get("style", "")):
            node.tag = _DROPPED
    _drop(root)


def _drop_ads(root: html.HtmlElement) -> None:
    """Advertising, by class names as whole words (`ad` is in `lazyload`), by link, by how a paragraph begins."""
    for node in _classed(root):
        names = node.get("class").split()
        if not _ADS.isdisjoint(names) or (node.tag == "div" and node.get("class").startswith("ad_")):
            node.tag = _DROPPED
    for link in _links(root):
        if "acttg.eastmoney.com" in link.get("href", ""):
            link.tag = _DROPPED
    _drop(root)


def _drop_ad_paragraphs(root: html.HtmlElement) -> None:
    for paragraph in _ad_paragraphs(root):
        if paragraph.text_content().strip(SPACE).startswith(_AD_TEXT):
            paragraph.tag = _DROPPED
    _drop(root)


def _unwrap(root: html.HtmlElement) -> None:
    """Marks around words go, the words stay; so do links that lead nowhere, and elements that no post has."""
    for node in root.iter("strike"):
        node.tag = "s"
    for link in _links(root):
        href = re.sub(r"^\s*//", "https://", link.get("href", "")).strip()
        link.set("href", href)
        if not _WRAPPERS.isdisjoint(link.get("class", "").split()) or not re.match("(?i)https?:|mailto:", href):
            link.tag = _DISSOLVED
    etree.strip_tags(root, *{str(node.tag) for node in root.iterdescendants()} - TAGS - _CONTAINERS - _DRAWN)


def _mend_images(root: html.HtmlElement) -> None:
    """Pictures that load late get their address; only what the seed's pictures have is kept, in its order."""
    for image in _images(root):
        had = dict(image.items())  # .attrib raises ValueError for a name like `{a`
        sources = [had[name] for name in (*_LAZY, "src") if had.get(name)]
        had["src"] = re.sub(r"^//", "https://", sources[0].strip() if sources else "")
        image.attrib.clear()
        for name in _IMAGE_ATTRIBUTES:
            if name in had:
                image.set(name, had[name])
        if not re.match("(?i)https?://", had["src"]):
            image.tag = _DROPPED
    _drop(root)


def _flatten(root: html.HtmlElement) -> None:
    """Containers dissolve, and rows outside lists; one that holds a text and no block is a paragraph."""
    for node in root.iterdescendants(*_CONTAINERS, *_LISTS):
        parent = node.getparent()
        if parent is not None and parent.tag in _LISTS.get(str(node.tag), ()):
            continue
        holds_blocks = any(child.tag in BLOCKS for child in node.iterdescendants())
        node.tag = _DISSOLVED if holds_blocks else "p"
        if holds_blocks:
            _part(node)
    etree.strip_tags(root, _DISSOLVED)


def _part(node: html.HtmlElement) -> None:
    """White space around a block that goes, where words would come together: 5 and 10 are not 510."""
    node.text = f"\n{node.text}" if node.text else node.text
    node.tail = f"\n{node.tail}" if node.tail else node.tail


def _drop_attributes(root: html.HtmlElement) -> None:
    """Those that no post has; one with a quote in its name would upset the layout."""
    for node in _with_attributes(root):
        allowed = ATTRIBUTES.get(node.tag, ())
        kept = [(name, value) for name, value in node.items() if name in allowed]
        if "class" in allowed and "em_media" not in node.get("class", "").split():  # the source line's
            kept = [(name, value) for name, value in kept if name != "class"]
        if len(kept) < len(node.attrib):
            node.attrib.clear()
            node.attrib.update(kept)


def _drop_tail(root: html.HtmlElement) -> None:
    """What the site puts after the body; the source line stays, and so does such a text in the middle."""
    for node in reversed(root):
        text = node.text_content().strip(SPACE)
        if node.tag == "p" and len(text) <= _TAIL and _TAIL_TEXT.match(text):
            node.tag = _DROPPED
        elif text and node.get("class") != "em_media":
            break
    _drop(root)


def _drop_empty(root: html.HtmlElement) -> None:
    """Empty blocks go; of inline elements that hold no more than white space or a line break, that stays."""
    for node in reversed(list(root.iter(*_MAYBE_EMPTY, *_INLINE))):
        text = node.text
        if (not text or text.isspace()) and _is_empty(node):
            if node.tag in _MAYBE_EMPTY:
                _part(node)
            node.tag = _DROPPED if node.tag in _MAYBE_EMPTY else _DISSOLVED
    _drop(root)
    etree.strip_tags(root, _DISSOLVED)


def _is_empty(node: html.HtmlElement) -> bool:
    return not node.text_content().strip(SPACE) and next(node.iter("img", "table"), None) is None


def _trim(root: html.HtmlElement) -> None:
    """White space (a paragraph starts with two U+3000) and line breaks at both ends of a text."""
    for node in root.iter(*_TEXTS):
        text = node.text
        if not text or text[0] in SPACE:
            _trim_start(node)
        if len(node) or (text and text[-1] in SPACE):
            _trim_end(node)


def _trim_start(node: html.HtmlElement) -> None:
    while True:
        text = node.text
        if text and text[0] in SPACE:
            text = node.text = text.lstrip(SPACE) or None
        if text or len(node) == 0:
            return
        first = node[0]
        if first.tag == "br":
            first.drop_tree()
        elif first.tag in BLOCKS or first.tag == "img":
            return
        else:
            node = first


def _trim_end(node: html.HtmlElement) -> None:
    while len(node):
        last = node[-1]
        if (text := last.tail) and text[-1] in SPACE:
            text = last.tail = text.rstrip(SPACE)
        if text or last.tag != "br":
            return
        last.drop_tree()
    if (text := node.text) and text[-1] in SPACE:
        node.text = text.rstrip(SPACE)


# The steps in their order, each with marks of which a body, in lower case, has one where the step has something to do.
_STEPS: tuple[tuple[Callable[[html.HtmlElement], None], tuple[str, ...]], ...] = (
    (_drop_charts, (_CHART_HOST, "em_stockimg_start")),
    (_drop_code, ()),
    (_drop_hidden, ("style", "hidden")),
    (_drop_ads, ("class", "acttg.")),
    (_unwrap, ()),
    (_mend_images, ("<img",)),
    (_flatten, ()),
    (_drop_ad_paragraphs, _AD_TEXT),
    (_drop_attributes, ("=",)),
    (_drop_tail, ()),
    (_drop_empty, ()),
    (_trim, ()),
)
