"""The existing site, finews.withounder.com: a Jekyll site, and the share host that its texts came from."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import ClassVar
from urllib.parse import quote, unquote, urljoin, urlsplit

from parsel import Selector
from selectolax.lexbor import LexborNode

from finews_spider.dates import read_day, read_time
from finews_spider.items import Article, ArticleRef
from finews_spider.refusals import Skipped
from finews_spider.slugs import slug
from finews_spider.sources.base import (
    IdPath,
    Listing,
    ListingPage,
    Origin,
    Query,
    Route,
    Slug,
    Source,
    UnreadableError,
)
from finews_spider.sources.eastmoney_ids import (
    ARTICLE,
    FLASH,
    IDS,
    IdLink,
    id_in_article_page,
    id_in_url,
    link_of,
)
from finews_spider.sources.parsing import (
    body_of,
    html5_page,
    html_page,
    json_object,
    media_name_in,
    name_of,
    one_line,
    outer_html,
    title_of,
)

_CATEGORIES = 4_000  # of them the home page leads to; the site had 1,975
_POST_PATH = re.compile(r"/(?P<folder>[^/]{1,500})/(?P<day>[0-9]{4}/[0-9]{2}/[0-9]{2})/(?P<id>[A-Z0-9]+)\.html")


@dataclass(frozen=True, kw_only=True)
class FinewsSource(Source):
    """The source `finews`; its fields are the keys of its table in sources.toml."""

    name: ClassVar = "finews"
    ids: ClassVar = IDS

    site: Origin
    share: tuple[Origin, ...]
    origin: tuple[Origin, ...]
    text_path: IdPath
    share_link: IdLink
    flash_link: IdLink
    categories: tuple[Slug, ...] = ()

    def hosts(self) -> set[str]:
        """Every host that it may be asked for."""
        return {urlsplit(origin).netloc.lower() for origin in (self.site, *self.share, *self.origin)}

    def listings(self, query: Query) -> list[Listing]:
        """The asked categories' pages; or else the home page, which leads to those that it shows, and those known."""
        if query.categories:
            return [self._category(name, may_be_absent=True) for name in query.categories]
        home = Listing("home", f"{self.site}/", self._read_home, in_order=False)
        return [home, *(self._category(name) for name in self.categories)]

    def routes(self, ref: ArticleRef) -> list[Route]:
        """The text API of the share hosts and of their origins, then the post page.

        A flash's digest is on its post page only, so that comes first.
        """
        texts = [
            Route(
                f"{urlsplit(host).hostname} text",
                host + self.text_path.format(id=ref.id),
                partial(self._read_text, ref),
            )
            for host in (*self.share, *self.origin)
        ]
        pages = [Route("post page", url, partial(self._read_post, ref)) for url in self._post_urls(ref)]
        return [*pages, *texts] if IDS.family(ref.id).is_flash else [*texts, *pages]

    def share_link_of(self, id_: str) -> str:
        """The link to write under the article."""
        return link_of(id_, self.share_link, self.flash_link)

    def ref(self, url: str) -> ArticleRef | None:
        """The article that a share link or a post page of the site names."""
        id_ = None if id_in_article_page(url) else id_in_url(url)
        names = {host.partition(":")[0] for host in self.hosts()}
        if not id_ or not url.startswith("http") or urlsplit(url).hostname not in names:
            return None
        return self._post_ref(url) or ArticleRef(source=self.name, id=id_, url=url)

    def _category(self, name: str, *, may_be_absent: bool = False) -> Listing:
        path = f"/{name}/" if name == FLASH.category else f"/category/{quote(name)}.html"
        read = partial(self._read_category, name)
        return Listing(f"category {name}", self.site + path, read, may_be_absent=may_be_absent)

    def _post_urls(self, ref: ArticleRef) -> list[str]:
        path = urlsplit(ref.url).path
        if _POST_PATH.fullmatch(path):
            return [self.site + path]  # the site may have moved since the ref was owed
        if IDS.family(ref.id).is_flash:  # the folder of all flashes is one, and the id starts with its day
            return [f"{self.site}/{FLASH.category}/{ref.id[:4]}/{ref.id[4:6]}/{ref.id[6:8]}/{ref.id}.html"]
        return []

    def _post_ref(self, url: str) -> ArticleRef | None:
        if not id_in_url(url):
            return None
        found = _POST_PATH.fullmatch(urlsplit(url).path)
        day = found and read_day(found["day"])
        if not found or not day or found["id"] not in IDS or not unquote(found["folder"]).isprintable():
            return None
        return ArticleRef(source=self.name, id=found["id"], url=url, day=day)

    def _read_home(self, text: str) -> ListingPage:
        """The newest articles of each category, and the pages of these categories."""
        page = self._read_rows(html_page(text))
        if not page.refs:
            raise UnreadableError("home page names no article")
        names = dict.fromkeys(slug(ref.media_name) or _folder(ref.url) for ref in page.refs)
        if len(names) > _CATEGORIES:
            raise UnreadableError("too large: home page has more categories than the site ever had")
        page.linked = [self._category(name) for name in names if name not in self.categories]
        return page

    def _read_category(self, name: str, text: str) -> ListingPage:
        """All articles of a category. Its title is often another source's, so no name is taken from it."""
        html = html_page(text)
        page = self._read_rows(html)
        if not page.refs and not html.xpath("//section//ul | //h2"):
            raise UnreadableError("category page has no list")
        for ref in page.refs:
            ref.category = name
        return page

    def _read_rows(self, html: Selector) -> ListingPage:
        page = ListingPage()
        heading = ""
        for node in html.xpath("//section//h2 | //section//li"):
            if node.root.tag == "h2":
                heading = name_of(node.xpath("string()").get(""))
            elif ref := self._row(node, heading):
                page.refs.append(ref)
            else:
                page.skip(Skipped.NO_LINK)
        return page

    def _row(self, row: Selector, heading: str) -> ArticleRef | None:
        ref = self._post_ref(_absolute(self.site, row.xpath(".//a/@href").get("")))
        if not ref or urlsplit(ref.url).hostname != urlsplit(self.site).hostname:
            return None
        ref.title = title_of(row.xpath("string(.//a)").get())
        name = ARTICLE.media_name_of(heading)
        # A heading is believed where it gives the folder: names with white space stand there in pieces. Jekyll
        # writes folders in lower case, but not the names of category pages.
        if slug(name).lower() == _folder(ref.url).lower():
            ref.media_name = name
        return ref

    def _read_text(self, ref: ArticleRef, text: str) -> Article:
        """The text API's answer: `text` of articles, `content` of flashes, and what else it may tell."""
        answer = json_object(text)
        body = body_of(answer.get("text") or answer.get("content"))
        if not body:
            raise UnreadableError("text API gives no text")
        article = self.article(ref, body=body)
        article.title = title_of(answer.get("title"))
        article.media_name = name_of(answer.get("medianame")) or media_name_in(body)
        moment = read_time(one_line(answer.get("date")))
        if moment:
            article.time, article.to_the_second = moment
        return article

    def _read_post(self, ref: ArticleRef, text: str) -> Article:
        """A post page. Its head holds raw text too (og:description), so only what is inside <section> is read."""
        html_page(text)  # is it whole?
        page = html5_page(text)
        section = next((section for section in page.css("section") if section.css_first("h1")), None)
        heading = section.css_first("h1") if section else None
        if section is None or heading is None:
            raise UnreadableError("post page has no <section> with a title")
        article = self.article(ref)
        article.title = title_of(heading.text())
        digest = _element_after(heading) if IDS.family(ref.id).is_flash else None
        if digest is not None and digest.tag == "blockquote":
            article.digest = one_line(digest.text())
            heading = digest
        article.body = "".join(_body_after(heading, IDS.number(ref.id)))
        tags = " ".join(tag.text() for tag in section.css("small em"))
        tag = "" if tags.strip() == FLASH.tag else tags.strip()  # all flashes have that one, whoever wrote them
        article.media_name = media_name_in(article.body) or ARTICLE.media_name_of(tag)
        date = section.css_first("small")
        moment = read_time(date.text()) if date is not None else None
        if moment:
            article.time, article.to_the_second = moment
        return article


def _folder(url: str) -> str:
    return unquote(urlsplit(url).path.split("/")[1])


def _absolute(base: str, href: str) -> str:
    try:
        return urljoin(base, href)
    except ValueError:
        return ""


def _element_after(node: LexborNode) -> LexborNode | None:
    after = node.next
    while after is not None and not after.is_element_node:
        after = after.next
    return after


def _body_after(heading: LexborNode, number: str) -> Iterator[str]:
    """What follows, up to the paragraph of the share link."""
    node = heading.next
    while node is not None:
        link = node.css_first("a") if node.tag == "p" else None
        href = (link.attributes.get("href") or "") if link is not None else ""
        if link is not None and href == link.text() and IDS.number(id_in_url(href) or "") == number:
            return
        yield outer_html(node)
        node = node.next
