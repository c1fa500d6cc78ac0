"""Removes what an editor would remove. Each step names one thing that the sites put into bodies."""

import re
from collections.abc import Callable
from html import unescape
from typing import Any, Self

from lxml import etree, html
from scrapy.crawler import Crawler
from scrapy.statscollectors import StatsCollector

from finews_spider.blocks import BLOCKS, arrange, close_void
from finews_spider.items import Article

_SPACE = " \t\r\n\f\u00a0\u3000"
_CHART_HOST = "webquoteklinepic.eastmoney.com"  # draws today's price, whatever the article's day
_LAZY = ("data-src", "data-original", "orginial_src")  # sic, seen 2022
_IMAGE_ATTRIBUTES = ("src", "alt", "width", "height", "style")  # in the seed's order
_WRAPPERS = frozenset({"keytip", "infokey", "em_stock_key_common"})  # links around names of stocks and keywords
_ADS = frozenset({"toplink", "em_handle_adv_close", "em_xuangu", "res-edit", "zwothers"})
_AD_TEXT = ("在东方财富看资讯行情", "主力资金加仓名单实时更新")
_TAIL_TEXT = re.compile("[（(【]?(?:郑重声明|责任编辑|打开微信)")
_HIDDEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)
# Control characters, written out or as references, and the tags of a whole document.
_NOT_OF_A_BODY = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]"
    r"|&#0*(?:[0-8]|1[124-9]|2[0-9]|3[01])(?![0-9]);?|&#[xX]0*(?:[0-8bcefBCEF]|1[0-9a-fA-F])(?![0-9a-fA-F]);?"
    r"|(?i:</?(?:html|head|body)(?:\s[^>]*)?>|<!doctype[^>]*>)"
)
_CODE = ("script", "style", "iframe", "form", "noscript", "object", "embed")

_parser = html.HTMLParser()
_comments = etree.XPath("//comment()")
_charts = etree.XPath(f"//img[contains(@src, '{_CHART_HOST}') or contains(@data-src, '{_CHART_HOST}')]")
_images = etree.XPath("//img")
_links = etree.XPath("//a")
_styled = etree.XPath("//*[@style or @hidden]")
_classed = etree.XPath("//*[@class]")
_spans = etree.XPath("//span | //font")
_containers = etree.XPath("//div | //section | //article | //main | //figure | //figcaption | //header | //footer")
_ad_paragraphs = etree.XPath("//p[" + " or ".join(f"contains(., '{text}')" for text in _AD_TEXT) + "]")
_MAYBE_EMPTY = ("p", "center", "a", "strong", "b", "em")
_TEXTS = ("p", "center", "li", "td", "th", "h1", "h2", "h3", "h4", "h5", "h6")


class CleanPipeline:
    """Cleans an article's body, and the white space of its texts."""

    def __init__(self, stats: StatsCollector) -> None:
        self.stats = stats

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's constructor."""
        return cls(crawler.stats)

    def process_item(self, item: Article) -> Article:
        """The article, clean."""
        body = clean(item.body)
        if body != item.body:
            self.stats.inc_value("finews/cleaned")
        item.body = body
        for name in ("title", "media_name", "digest"):
            setattr(item, name, _one_line(getattr(item, name)))
        if item.is_flash:
            item.digest = item.digest.removeprefix(f"【{item.title}】").strip(_SPACE)
            item.body = item.body if says_more(item.body, item.digest) else ""
        return item


def says_more(body: str, digest: str) -> bool:
    """Whether a flash's body tells anything that its digest does not; the source line does not count."""
    rest = re.sub(r'<p class="em_media">.*?</p>', "", body, flags=re.DOTALL)
    words = "".join(unescape(re.sub(r"<[^>]*>", "", rest)).split())
    return "<img " in rest or words not in "".join(digest.split())


def _one_line(text: str) -> str:
    """Plain text on one line, without control characters."""
    return re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]", "", re.sub(r"[\t\r\n\f\v]+", " ", text)).strip(_SPACE)


def clean(body: str) -> str:
    """The body as an editor would leave it; empty when nothing of it is left."""
    cleaned, had_stray = _clean(body)
    # Stray text is in paragraphs now; these are trimmed and judged as the others were.
    return _clean(cleaned)[0] if had_stray else cleaned


def _clean(body: str) -> tuple[str, bool]:
    body = _NOT_OF_A_BODY.sub("", body)
    try:
        root = html.fragment_fromstring(body, create_parent="div", parser=_parser)
    except etree.ParserError:  # nothing but white space
        return "", False
    if any(error.type_name == "ERR_RESOURCE_LIMIT" for error in _parser.error_log):
        return "", False  # nested so deep that the rest was cut off, and half a body is none
    for step, marks in _STEPS:
        if not marks or any(mark in body for mark in marks):
            step(root)
    text = html.tostring(root, encoding="unicode")
    cleaned = close_void(text[text.index(">") + 1 : text.rindex("<")])
    return arrange(cleaned), _has_stray(root)


def _has_stray(root: html.HtmlElement) -> bool:
    """Whether text or inline elements stand outside blocks."""
    texts = [root.text, *(node.tail for node in root)]
    return any(text and not text.isspace() for text in texts) or any(node.tag not in BLOCKS for node in root)


def _drop_charts(root: html.HtmlElement) -> None:
    """Live stock charts: the image, and all that stands between the site's comments around it."""
    for parent in {comment.getparent() for comment in _comments(root)}:
        inside: list[Any] | None = None
        for node in list(parent):
            comment = node.text if node.tag is etree.Comment else ""
            if "EM_StockImg_Start" in comment:
                inside = []
            elif "EM_StockImg_End" in comment:
                for dropped in inside or ():
                    dropped.drop_tree()
                inside = None
            elif inside is not None:
                inside.append(node)
    for image in _charts(root):
        image.drop_tree()


def _drop_code(root: html.HtmlElement) -> None:
    """Comments, and elements that hold no text of the article."""
    etree.strip_elements(root, etree.Comment, etree.ProcessingInstruction, *_CODE, with_tail=False)


def _drop_hidden(root: html.HtmlElement) -> None:
    for node in _styled(root):
        if "hidden" in node.attrib or _HIDDEN.search(node.get("style", "")):
            node.drop_tree()


def _drop_ads(root: html.HtmlElement) -> None:
    """Advertising, by class names as whole words (`ad` is in `lazyload`), by link, by how a paragraph begins."""
    for node in _classed(root):
        names = set(node.get("class").split())
        if names & _ADS or (node.tag == "div" and node.get("class").startswith("ad_")):
            node.drop_tree()
    for link in _links(root):
        if "acttg.eastmoney.com" in link.get("href", ""):
            link.drop_tree()


def _drop_ad_paragraphs(root: html.HtmlElement) -> None:
    for paragraph in _ad_paragraphs(root):
        if paragraph.text_content().strip(_SPACE).startswith(_AD_TEXT):
            paragraph.drop_tree()


def _unwrap(root: html.HtmlElement) -> None:
    """Marks around words go, the words stay; so do links that lead nowhere."""
    for node in _spans(root):
        node.drop_tag()
    for link in _links(root):
        href = re.sub(r"^\s*//", "https://", link.get("href", "")).strip()
        link.set("href", href)
        if _WRAPPERS.intersection(link.get("class", "").split()) or not re.match("(?i)https?:|mailto:", href):
            link.drop_tag()


def _mend_images(root: html.HtmlElement) -> None:
    """Pictures that load late get their address; only what the seed's pictures have is kept, in its order."""
    for image in _images(root):
        had = dict(image.attrib)
        sources = [had[name] for name in (*_LAZY, "src") if had.get(name)]
        had["src"] = re.sub(r"^//", "https://", sources[0].strip() if sources else "")
        image.attrib.clear()
        for name in _IMAGE_ATTRIBUTES:
            if name in had:
                image.set(name, had[name])
        if not re.match("(?i)https?://", had["src"]):
            image.drop_tree()


def _flatten(root: html.HtmlElement) -> None:
    """Containers dissolve; one that holds a text and no block is a paragraph."""
    for node in _containers(root):
        if node is root:
            continue
        if any(child.tag in BLOCKS for child in node.iterdescendants()):
            node.drop_tag()
        else:
            node.tag = "p"


def _drop_tail(root: html.HtmlElement) -> None:
    """What the site puts after the body; the source line stays, and so does such a text in the middle."""
    for node in reversed(root):
        text = node.text_content().strip(_SPACE)
        if _TAIL_TEXT.match(text):
            node.drop_tree()
        elif text and node.get("class") != "em_media":
            return


def _drop_empty(root: html.HtmlElement) -> None:
    for node in reversed(list(root.iter(*_MAYBE_EMPTY))):
        if (not node.text or node.text.isspace()) and _is_empty(node):
            node.drop_tree()


def _is_empty(node: html.HtmlElement) -> bool:
    return not node.text_content().strip(_SPACE) and next(node.iter("img", "table"), None) is None


def _trim(root: html.HtmlElement) -> None:
    """White space (a paragraph starts with two U+3000) and line breaks at both ends of a text."""
    for node in root.iter(*_TEXTS):
        _trim_start(node)
        _trim_end(node)


def _trim_start(node: html.HtmlElement) -> None:
    while True:
        text = node.text
        if text and text[0] in _SPACE:
            text = node.text = text.lstrip(_SPACE) or None
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
        if (text := last.tail) and text[-1] in _SPACE:
            text = last.tail = text.rstrip(_SPACE)
        if text or last.tag != "br":
            return
        last.drop_tree()
    if (text := node.text) and text[-1] in _SPACE:
        node.text = text.rstrip(_SPACE)


# The steps in their order, each with marks of which a body has one where the step has something to do.
_STEPS: tuple[tuple[Callable[[html.HtmlElement], None], tuple[str, ...]], ...] = (
    (_drop_charts, (_CHART_HOST, "EM_StockImg_Start")),
    (_drop_code, ()),
    (_drop_hidden, ("style", "STYLE", "hidden", "HIDDEN")),
    (_drop_ads, ()),
    (_drop_ad_paragraphs, _AD_TEXT),
    (_unwrap, ()),
    (_mend_images, ()),
    (_flatten, ()),
    (_drop_tail, ()),
    (_drop_empty, ()),
    (_trim, ()),
)
