"""An article's page, of any site: what the table's selectors name, and what they do not, found. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import tzinfo
from html import escape

from cssselect import SelectorError
from lxml.html import HtmlElement, tostring
from parsel import Selector
from parsel.csstranslator import HTMLTranslator

from finews_spider.dates import BEIJING, Moment
from finews_spider.sources.base import NotArticleError, UnreadableError
from finews_spider.sources.page_blocks import blocks_of
from finews_spider.sources.page_body import find_body, first_block, is_list, is_mostly_links, prepare
from finews_spider.sources.page_headline import find_headline, pieces_around, without_site
from finews_spider.sources.page_metadata import Metadata, best_time, line_of, moment_in, read_metadata, times_shown
from finews_spider.sources.parsing import check_end, html5_page, media_name_in, name_shown, one_line, title_shown

_BREAKS = re.compile(r"(?:<br\s*/?>[\s\u3000]*+){2,}|<br\s*/?>\s*[\u3000\xa0]{2}")  # where paragraphs are written so
_EMBED = re.compile(r"<embed\b[^>]*>", re.IGNORECASE)  # libxml2 takes it for open
_LABEL = re.compile(
    r"^\s*(?:文章|稿件|信息|新闻|消息)?(?:来\s*源|稿\s*源|出\s*处|转载自|来自|[Ss]ource|[Bb]y)\s*[:：]?\s*"
)
# How pages are headed that are no articles, though they come with status 200.
_NO_ARTICLE = re.compile(
    r"(?:40[0-9]|50[0-9])\b|页面?(?:不存在|未找到|找不到|已删除)|[您你](?:访问|查找)的页面|出错了|访问(?:受限|出错)|.{0,12}(?:不存在|找不到了)$"
    r"|(?:请先?|用户|会员|账号)?(?:登录|登陆|注册)|请完成|(?:安全|人机|身份)验证|验证码|搜索[:：]|.{0,40}搜索结果"
    r"|(?:page )?not found|error\b|search results|(?:sign|log) ?in\b|access denied|just a moment",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class FoundArticle:
    """What a page tells. Where it `is_declared`, the page says that it is an article."""

    title: str
    time: Moment | None
    media_name: str
    body: str
    is_declared: bool


def check_selector(selector: str) -> None:
    """Raises ValueError for what is no CSS selector."""
    try:
        HTMLTranslator().css_to_xpath(selector or "p")
    except SelectorError as error:
        raise ValueError(f"{selector!r} is no CSS selector: {error}") from error


@dataclass(frozen=True, slots=True)
class ArticlePages:
    """The pages of a site. Selectors are CSS, with Scrapy's `::attr(name)`; where one is empty, it is found."""

    zone: tzinfo = BEIJING
    title: str = ""
    time: str = ""
    media: str = ""
    body: str = ""
    cut: tuple[str, ...] = ()
    default_media_name: str = ""

    def read(self, text: str, *, is_dated: bool = False) -> FoundArticle:
        """Return what a page tells; `is_dated` where its time is known already.

        Raises UnreadableError where a selector finds nothing, or no text is found; NotArticleError for a page of
        another kind.
        """
        check_end(text)
        page = Selector(_EMBED.sub("", html5_page(text).html or ""), type="html")
        declared = read_metadata(page, self.zone)
        if declared.kind == "list":
            raise NotArticleError("no article: the page says that it is a list")
        chosen = self._choose(page)
        found = _Finder(page, declared, self.zone)
        title = chosen.title if self.title else found.title()
        if _NO_ARTICLE.match(title) or (declared.kind != "article" and found.wants_password):
            raise NotArticleError(f"no article: {title[:60]}")
        time = chosen.time if self.time else found.time()
        if not (time or self.body or is_dated or declared.kind):
            raise NotArticleError("no article: nothing tells when it was published")
        body = _BREAKS.sub("</p><p>", chosen.body if self.body else found.body(title))
        media = chosen.media_name or media_name_in(body) or found.source() or self.default_media_name or declared.site
        return FoundArticle(title, time, media, body, declared.kind == "article")

    def _choose(self, page: Selector) -> FoundArticle:
        """Return what the selectors name, and take out of the page what is cut."""
        title = title_shown(_text(self._select(page, "title")[0])) if self.title else ""
        times = (moment_in(_text(found), self.zone) for found in self._select(page, "time")) if self.time else ()
        time = next(filter(None, times), None)
        media = page.css(self.media)[:1] if self.media else []
        name = name_shown(_LABEL.sub("", one_line(_text(media[0])))) if media else ""
        for selector in self.cut:
            for found in page.css(selector):
                found.root.drop_tree()
        return FoundArticle(title, time, name, self._chosen_body(page) if self.body else "", is_declared=False)

    def _chosen_body(self, page: Selector) -> str:
        places = list(_outermost([found.root for found in self._select(page, "body")]))
        if all(is_mostly_links(place) for place in places):
            raise NotArticleError("no article: the page is links for the most part")
        return "".join(_inner(place) if len(places) == 1 else _outer(place) for place in places)

    def _select(self, page: Selector, name: str) -> list[Selector]:
        selector: str = getattr(self, name)
        found = page.css(selector)
        if not found:
            raise UnreadableError(f"the selector {name} = {selector!r} finds nothing in the page")
        return list(found)


class _Finder:
    """Finds in a page what no selector names."""

    def __init__(self, page: Selector, declared: Metadata, zone: tzinfo) -> None:
        self.declared, self.zone = declared, zone
        self.tab = title_shown(page.xpath("string(//title)").get())
        self.wants_password = bool(page.css("input[type=password]"))
        self.times = times_shown(page, zone)
        self.root: HtmlElement = page.css("body")[0].root
        prepare(self.root)
        blocks = blocks_of(self.root)
        self.headline = find_headline(blocks, declared.title, self.tab)
        self.first = first_block(self.root, blocks, self.headline)
        headline, first = (block.element if block else None for block in (self.headline, self.first))
        self.between, self.before = pieces_around(self.root, headline, first)

    def title(self) -> str:
        """Return the headline; where none is shown, what the page's titles say without the site's name."""
        shown = title_shown(" ".join(self.headline.element.itertext())) if self.headline else ""
        return shown or without_site(self.declared.title) or without_site(self.tab)

    def time(self) -> Moment | None:
        """Return the time that is declared or shown; of a page that is declared an article, its day at the least."""
        shown = line_of(self.between, self.zone)[0] or line_of(self.before, self.zone)[0]
        found = best_time(filter(None, [self.declared.time, *self.times[:1], shown]))
        return found or (_guessed_day(self.root) if self.declared.kind else None)

    def source(self) -> str:
        """Return the source that stands near the headline."""
        return line_of(self.between, self.zone)[1] or line_of(self.before, self.zone)[1]

    def body(self, title: str) -> str:
        """Return the article's HTML. Raises UnreadableError where none is found; NotArticleError for a list."""
        place = find_body(self.root, self.headline, self.first, title)
        is_declared = self.declared.kind == "article"
        if place is None and not is_declared:
            raise NotArticleError("no article: the page has no text of one")
        if place is None:
            raise UnreadableError("no text found in the page: name its element in the sources file, body = …")
        if is_mostly_links(place) or (not is_declared and is_list(place)):
            raise NotArticleError("no article: the page is links for the most part")
        return _inner(place)


def _text(found: Selector) -> str:
    """Return the text of an element, its `datetime` or `content` where it has one, or a selected attribute."""
    if not isinstance(found.root, HtmlElement):
        return str(found.root)
    if found.root.tag in ("time", "meta", "abbr"):
        value = found.root.get("datetime") or found.root.get("content") or found.root.get("title")
        if value:
            return value
    return one_line(" ".join(found.root.itertext()))


def _guessed_day(root: HtmlElement) -> Moment | None:
    from htmldate import find_date

    day = find_date(tostring(root, encoding="unicode"), extensive_search=False, original_date=True)
    return moment_in(day) if day else None


def _outermost(elements: list[HtmlElement]) -> Iterator[HtmlElement]:
    chosen = set(elements)
    yield from (element for element in elements if chosen.isdisjoint(element.iterancestors()))


def _inner(element: HtmlElement) -> str:
    """Return the HTML inside of an element."""
    return escape(element.text or "", quote=False) + "".join(_outer(child, with_tail=True) for child in element)


def _outer(element: HtmlElement, *, with_tail: bool = False) -> str:
    return str(tostring(element, encoding="unicode", with_tail=with_tail))
