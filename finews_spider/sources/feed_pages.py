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
from finews_spider.sources.page_body import find_body, is_list, is_mostly_links
from finews_spider.sources.page_metadata import Metadata, best_time, line_of, moment_in, read_metadata, times_shown
from finews_spider.sources.parsing import check_end, html5_page, media_name_in, name_shown, one_line, title_shown

_BREAKS = re.compile(r"(?:<br\s*/?>[\s\u3000]*+){2,}|<br\s*/?>\s*[\u3000\xa0]{2}")  # where paragraphs are written so
_EMBED = re.compile(r"<embed\b[^>]*>", re.IGNORECASE)  # libxml2 takes it for open
_LABEL = re.compile(
    r"^\s*(?:文章|稿件|信息|新闻|消息)?(?:来\s*源|稿\s*源|出\s*处|转载自|来自|[Ss]ource|[Bb]y)\s*[:：]?\s*"
)
_SITE = re.compile(r"\s*[|｜_–—·•«»]+\s*|\s+[-:]+\s+|\s*--+\s*|-(?=[^-]*$)")
# How pages are headed that are no articles, though they come with status 200.
_NO_ARTICLE = re.compile(
    r"(?:40[0-9]|50[0-9])\b|页面?(?:不存在|未找到|找不到|已删除)|[您你](?:访问|查找)的页面|出错了|访问(?:受限|出错)|.{0,12}(?:不存在|找不到了)$"
    r"|(?:请先?|用户|会员|账号)?(?:登录|登陆|注册)|请完成|(?:安全|人机|身份)验证|验证码|搜索[:：]|.{0,40}搜索结果"
    r"|(?:page )?not found|error\b|search results|(?:sign|log) ?in\b|access denied|just a moment",
    re.IGNORECASE,
)
_MAX_TITLE_LINES = 8  # headings that are looked at


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
        title = self._title(page, declared)
        if _NO_ARTICLE.match(title):
            raise NotArticleError(f"no article: {title[:60]}")
        if declared.kind != "article" and page.css("input[type=password]"):
            raise NotArticleError("no article: the page wants a password")
        shown_time, source = line_of(_texts_near_title(page, title), self.zone)
        time = self._time(page, declared, shown_time)
        if not (time or self.body or is_dated or declared.kind):
            raise NotArticleError("no article: nothing tells when it was published")
        for selector in self.cut:
            for found in page.css(selector):
                found.root.drop_tree()
        media = self._media(page)
        body = self._body(page, title, is_declared=declared.kind == "article")
        media = media or media_name_in(body) or source or self.default_media_name or declared.site
        return FoundArticle(title, time, media, body, declared.kind == "article")

    def _title(self, page: Selector, declared: Metadata) -> str:
        if self.title:
            return title_shown(" ".join(_text(found) for found in self._select(page, "title")[:1]))
        tab = title_shown(page.xpath("string(//title)").get())
        headings = [title_shown(_text(heading)) for heading in page.css("h1")[:_MAX_TITLE_LINES]]
        known = "".join((declared.title + tab).split())
        fitting = [heading for heading in headings if heading and "".join(heading.split()) in known]
        if fitting:
            return max(fitting, key=len)
        return declared.title or next(filter(None, headings if len(headings) == 1 else []), "") or without_site(tab)

    def _time(self, page: Selector, declared: Metadata, shown: Moment | None) -> Moment | None:
        if self.time:
            return next(
                filter(None, (moment_in(_text(found), self.zone) for found in self._select(page, "time"))), None
            )
        moments = [declared.time, *times_shown(page, self.zone)[:1], shown]
        return best_time(filter(None, moments)) or (_guessed_day(page) if declared.kind else None)

    def _media(self, page: Selector) -> str:
        found = page.css(self.media)[:1] if self.media else []
        return name_shown(_LABEL.sub("", one_line(_text(found[0])))) if found else ""

    def _body(self, page: Selector, title: str, *, is_declared: bool) -> str:
        if self.body:
            places = list(_outermost([found.root for found in self._select(page, "body")]))
            body = "".join(_inner(place) if len(places) == 1 else _outer(place) for place in places)
        else:
            root = page.root
            place = find_body(root, title)
            if place is None and not is_declared:
                raise NotArticleError("no article: the page has no text of one")
            if place is None:
                raise UnreadableError("no text found in the page: name its element in the sources file, body = …")
            places, body = [place], _inner(place)
        if all(is_mostly_links(place) or (not is_declared and is_list(place)) for place in places):
            raise NotArticleError("no article: the page is links for the most part")
        return _BREAKS.sub("</p><p>", body)

    def _select(self, page: Selector, name: str) -> list[Selector]:
        selector: str = getattr(self, name)
        found = page.css(selector)
        if not found:
            raise UnreadableError(f"the selector {name} = {selector!r} finds nothing in the page")
        return list(found)


def without_site(title: str) -> str:
    """Return what stands before the site's name in the title of a tab."""
    parts = _SITE.split(title)
    return max(parts[:2], key=len).strip() if len(parts) > 1 else title.strip()


def _text(found: Selector) -> str:
    """Return the text of an element, its `datetime` or `content` where it has one, or a selected attribute."""
    if not isinstance(found.root, HtmlElement):
        return str(found.root)
    if found.root.tag in ("time", "meta", "abbr"):
        value = found.root.get("datetime") or found.root.get("content") or found.root.get("title")
        if value:
            return value
    return one_line(" ".join(found.root.itertext()))


def _texts_near_title(page: Selector, title: str) -> Iterator[str]:
    """Yield the texts that follow the headline on the page, a bounded number; those before it where none is found."""
    bare = "".join(title.split())
    for heading in page.css("h1, h2, [class*=title]")[:30]:
        if bare and "".join(_text(heading).split()) == bare:
            path = "following::text()[normalize-space() and not(ancestor::script or ancestor::style)]"
            yield from heading.xpath(f"({path})[position() <= 25]").getall()
            return


def _guessed_day(page: Selector) -> Moment | None:
    from htmldate import find_date

    root = page.root
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
