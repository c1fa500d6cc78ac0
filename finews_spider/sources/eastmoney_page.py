"""Eastmoney's article pages, in the templates that were seen."""

import re
from collections.abc import Iterator
from itertools import islice

from lxml import etree, html
from parsel import Selector, SelectorList

from finews_spider.items import Article
from finews_spider.sources.eastmoney_infos import Piece, source_in, time_in
from finews_spider.sources.parsing import body_in, html_page, name_shown, title_shown

# `.contentwrap` is of today (2026), `.newsContent` of some years ago. `.content_text` was read by others (2026): what
# stands around it has no fixed names.
_BODIES = "#ContentBody", ".content_text"
_TITLES = ".contentwrap .title", ".newsContent h1"
_INFOS = ".contentwrap .infos", ".newsContent .time, .newsContent .source"
_LOGO = ".newsContent [data-source]"  # a picture in place of the source's name

# Eastmoney is a company too, of which headlines tell: its name alone is the site's only behind a mark of its own.
_SITE = re.compile(
    r"\s*(?:[_|｜]+\s*(?:手机)?(?:东方财富|天天基金)网?|[-–—]+\s*(?:手机)?(?:东方财富|天天基金)网|\s[-–—]+\s+东方财富)"
    r"(?:股吧|手机版|\s*[(（][\w.]+[)）])?\s*$"
)
_CHANNEL = re.compile(r"\s*[_|｜]+\s*[^_|｜\s]{0,6}(?:频道|新闻|资讯|要闻|网)\s*$")
_SITE_ONLY = re.compile(r"(?:东方财富|天天基金)?网?")
_SHOWN = "descendant-or-self::*[not(self::script or self::style)]/text()[normalize-space()]"
_PIECES, _TEXT = 200, 500  # a line under a headline has some five, of some ten characters
_HINT = re.compile(r"(?:^|[\s_-])(?:source|media|from|origin)", re.IGNORECASE)  # of a class


def read_page(article: Article, text: str) -> None:
    """Fill the article from its page. Raises UnreadableError where the page has no body."""
    page = html_page(text)
    place = next((place for place in _BODIES if page.css(place)), _BODIES[0])
    article.body = body_in(text, place)
    body = page.css(place)[:1]
    pieces = _pieces(page, body)
    if moment := time_in(pieces):
        article.time, article.to_the_second = moment
    article.media_name = source_in(pieces) or name_shown(page.css(_LOGO).attrib.get("data-source"))
    article.title = _title(page, body)


def _pieces(page: Selector, body: SelectorList[Selector]) -> list[Piece]:
    """The texts that tell time and source."""
    lines = [[piece for node in page.css(place) for piece in _named(node.root)] for place in _INFOS]
    lines.append([piece for node in body for piece in _around(node.root)])
    return next(filter(time_in, lines), next(filter(None, lines), []))


def _named(node: html.HtmlElement) -> list[Piece]:
    """The texts of an element that has a line of its own for them."""
    return [Piece(text[:_TEXT], is_name=True) for text in islice(_texts(node), _PIECES)]


def _around(body: html.HtmlElement) -> list[Piece]:
    """The texts before a body, and after it, in the nearest element around it that has a time before it."""
    before: list[Piece] = []
    after: list[Piece] = []
    for node in (body, *body.iterancestors()):
        siblings = list(islice(node.itersiblings(preceding=True), _PIECES))[::-1]
        here = [piece for sibling in siblings for piece in _hinted(sibling)]
        after += [piece._replace(is_name=False) for sibling in node.itersiblings() for piece in _hinted(sibling)]
        before = (here + before)[-_PIECES:]
        if time_in(here + before[len(here) : len(here) + 1]):
            return before + after[:_PIECES]
    return []


def _hinted(node: html.HtmlElement) -> Iterator[Piece]:
    """The texts of an element; a class may tell which is the source's name."""
    for text in islice(_texts(node), _PIECES):
        parent = text.getparent()
        assert parent is not None
        around = [parent, *islice(parent.iterancestors(), 3)][text.is_tail :]
        is_name = any(_HINT.search(element.get("class") or "") for element in around)
        yield Piece(str(text)[:_TEXT], is_name)


def _texts(node: html.HtmlElement) -> list[etree._ElementUnicodeResult]:
    found: list[etree._ElementUnicodeResult] = node.xpath(_SHOWN) if isinstance(node.tag, str) else []  # no comment
    return found


def _title(page: Selector, body: SelectorList[Selector]) -> str:
    """The headline; of a page that has none, what its `<title>` says without the site's name."""
    places = (*map(page.css, _TITLES), body.xpath("preceding::h1[1]"))
    headings = [title_shown(place.xpath("string()").get()) for place in places]
    titles = (*headings, without_site(title_shown(page.xpath("string(//title)").get())))
    return next((title for title in titles if not _SITE_ONLY.fullmatch(title)), "")


def without_site(title: str) -> str:
    """Return a title without what the site writes behind it: `… _ 东方财富网`, `…_财经频道_东方财富网`."""
    bare = title
    while (shorter := _SITE.sub("", bare)) != bare:
        bare = shorter
    return title if bare == title else _CHANNEL.sub("", bare)
