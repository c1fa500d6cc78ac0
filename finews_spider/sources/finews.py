"""The existing site, finews.withounder.com: a Jekyll site, and the share host that its texts came from."""

from dataclasses import dataclass
from functools import partial
from typing import ClassVar
from urllib.parse import quote, unquote, urlsplit

from parsel import Selector

from finews_spider.dates import read_time
from finews_spider.items import Article, ArticleRef
from finews_spider.markup.plain import BROKEN
from finews_spider.refusals import Skipped
from finews_spider.slugs import slug
from finews_spider.sources.base import Listing, ListingPage, Query, Route, Source, UnreadableError
from finews_spider.sources.eastmoney_ids import (
    ARTICLE,
    FLASH,
    IDS,
    IdLink,
    id_in_article_page,
    id_in_url,
    link_of,
    page_link,
)
from finews_spider.sources.eastmoney_rows import headline
from finews_spider.sources.finews_addresses import flash_path, post_address
from finews_spider.sources.finews_posts import bare_links, body_after, element_after
from finews_spider.sources.links import absolute, address
from finews_spider.sources.parsing import (
    base_of,
    body_of,
    html5_page,
    html_list,
    html_page,
    json_object,
    media_name_in,
    name_of,
    name_shown,
    one_line,
    title_of,
    title_shown,
    whole,
)
from finews_spider.sources.values import IdPath, Origin, Slug

_CATEGORIES = 4_000  # of them the home page leads to; the site had 1,975


@dataclass(frozen=True, kw_only=True)
class FinewsSource(Source):
    """The source `finews`; its fields are the keys of its table in sources.toml."""

    name: ClassVar = "finews"
    ids: ClassVar = IDS
    parameters: ClassVar = frozenset({"infoCode", "id"})  # of share links, of the text API

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
        return [self.directory(), *(self._category(name) for name in self.categories)]

    def directory(self) -> Listing:
        """The home page."""
        return Listing("home", f"{self.site}/", partial(self._read_home, f"{self.site}/"), in_order=False)

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
        pages = [page] if (page := self.page_route(ref)) else []
        return [*pages, *texts] if IDS.family(ref.id).is_flash else [*texts, *pages]

    def share_link_of(self, id_: str) -> str:
        """The link to write under the article."""
        return link_of(id_, self.share_link, self.flash_link)

    def ref(self, url: str) -> ArticleRef | None:
        """The article that a share link or a post page of the site names."""
        url = address(url)
        id_ = None if id_in_article_page(url) else id_in_url(url)
        names = {host.partition(":")[0] for host in self.hosts()}
        if not id_ or urlsplit(url).hostname not in names:
            return None
        return self._post_ref(url) or ArticleRef(source=self.name, id=id_, url=url)

    def captured(self, url: str) -> ArticleRef | None:
        """The article of a post page; its day is in its address."""
        return self._post_ref(address(url))

    def page_route(self, ref: ArticleRef) -> Route | None:
        """The post page, where its address is known."""
        url = self._post_url(ref)
        return Route("post page", url, partial(self._read_post, ref)) if url else None

    def _category(
        self, name: str, *, may_be_absent: bool = False, space: str = "", fallback: Listing | None = None
    ) -> Listing:
        """The page of a category, whose name is that of its folders; its file has `space` between them."""
        file = space.join(name.split("/"))
        url = f"{self.site}/{name}/" if name == FLASH.category else f"{self.site}/category/{quote(file)}.html"
        read = partial(self._read_category, name.replace("/", ""), url)
        return Listing(f"category {name}", url, read, fallback, may_be_absent)

    def _derived(self, name: str) -> Listing:
        """The page of a category of which the home page shows articles; nothing tells that there is one."""
        if "/" not in name:
            return self._category(name, may_be_absent=True)
        # The white space of which the folders were made is in the file's name: two spaces where it was seen.
        one_space = self._category(name, may_be_absent=True, space=" ")
        return self._category(name, may_be_absent=True, space="  ", fallback=one_space)

    def _post_url(self, ref: ArticleRef) -> str:
        if address := post_address(ref.url):
            return self.site + address.path  # the site may have moved since the ref was owed
        return self.site + flash_path(ref.id) if IDS.family(ref.id).is_flash else ""

    def _post_ref(self, url: str) -> ArticleRef | None:
        address = post_address(url)
        return ArticleRef(source=self.name, id=address.id, url=url, day=address.day) if address else None

    def _own_post_ref(self, url: str) -> ArticleRef | None:
        is_own = urlsplit(url).hostname == urlsplit(self.site).hostname
        return self._post_ref(url) if is_own else None

    def _read_home(self, url: str, text: str) -> ListingPage:
        """The newest articles of each category, and the pages of these categories."""
        page = self._read_rows(url, html_list(text))
        if not page.refs:
            raise UnreadableError("home page names no article")
        names = dict.fromkeys(map(_category_of, page.refs))
        if len(names) > _CATEGORIES:
            raise UnreadableError("too large: home page has more categories than the site ever had")
        page.categories = [name.replace("/", "") for name in (*names, *self.categories)]
        page.linked = [self._derived(name) for name in names if name not in self.categories]
        return page

    def _read_category(self, name: str, url: str, text: str) -> ListingPage:
        """All articles of a category. Its title is often another source's, so no name is taken from it."""
        html = html_list(text)
        page = self._read_rows(url, html)
        if not page.refs and not html.xpath("//section//ul | //h2"):
            raise UnreadableError("category page has no list")
        for ref in page.refs:
            ref.category = name
        return page

    def _read_rows(self, url: str, html: Selector) -> ListingPage:
        page = ListingPage()
        base, heading = base_of(html, url), ""
        for node in html.xpath("//section//h2 | //section//li"):
            if node.root.tag == "h2":
                heading = whole(name_shown(node.xpath("string()").get()))
            else:
                self._add_row(page, node, base, heading)
        return page

    def _add_row(self, page: ListingPage, row: Selector, base: str, heading: str) -> None:
        links = {absolute(base, link.xpath("@href").get("")): link for link in row.xpath(".//a[@href]")}
        ref = next(filter(None, map(self._own_post_ref, links)), None)
        if not ref:
            is_damaged = any(BROKEN in unquote(url) for url in links)
            page.skip(Skipped.DAMAGED if is_damaged else Skipped.NO_LINK)
            return
        ref.title = whole(title_shown(links[ref.url].xpath("string()").get()))
        name = ARTICLE.media_name_of(heading)
        # A heading is believed where it gives the folder: names with white space stand there in pieces. Jekyll
        # writes folders in lower case, but not the names of category pages.
        if slug(name).lower() == _folder(ref).replace("/", "").lower():
            ref.media_name = name
        page.refs.append(ref)

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
        article.title = title_shown(heading.text())
        digest = element_after(heading) if IDS.family(ref.id).is_flash else None
        if digest is not None and digest.tag == "blockquote":
            article.digest = one_line(digest.text())
            heading = digest
        article.body = "".join(body_after(heading, IDS.number(ref.id)))
        if IDS.family(ref.id).is_flash:
            article.title = article.title or headline(article.digest)
            article.share_link = page_link(ref.id, self.site, *bare_links(section)[::-1])
        tags = " ".join(tag.text() for tag in section.css("small em"))
        tag = "" if tags.strip() == FLASH.tag else tags.strip()  # all flashes have that one, whoever wrote them
        article.media_name = media_name_in(article.body) or ARTICLE.media_name_of(tag)
        date = section.css_first("small")
        moment = read_time(date.text()) if date is not None else None
        if moment:
            article.time, article.to_the_second = moment
        return article


def _folder(ref: ArticleRef) -> str:
    address = post_address(ref.url)
    return address.folder if address else ""


def _category_of(ref: ArticleRef) -> str:
    folder = _folder(ref)
    return folder if "/" in folder else slug(ref.media_name) or folder
