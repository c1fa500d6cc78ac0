"""Any site that has a feed or a sitemap: its articles by these, each from its own page.

A table of kind `feed` is one such site. What reads feeds and finds articles are libraries of the extra `feeds`, which
are loaded when the first is read.
"""

from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from typing import Annotated, Any, ClassVar, Self, cast
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from finews_spider.items import Article, ArticleRef, Family
from finews_spider.sources.base import Listing, Query, Route, Source
from finews_spider.sources.eastmoney_ids import IDS as OTHER_IDS
from finews_spider.sources.feed_ids import ARTICLE, IDS, article_address, bare_host, host_in_id, id_of
from finews_spider.sources.feed_lists import FeedLists
from finews_spider.sources.feed_pages import ArticlePages, check_selector
from finews_spider.sources.values import Switch, Text, form

LIBRARIES = ("feedparser", "trafilatura", "htmldate")

_OTHERS = {family.category for family in OTHER_IDS.families} - {""}

Url = Annotated[str, form(r"https?://[^\s<>{}\"]+", "an address, like https://example.com/feed.xml")]
Host = Annotated[str, form(r"[A-Za-z0-9.-]+(:[0-9]{1,5})?", "a host, like www.example.com")]
Ending = Annotated[str, form(r"[^\s\"'<>{}]{0,20}", "what tags have after the media name, without white space")]
OptionalSlug = Annotated[str, form(r"[A-Za-z0-9_-]*", "a slug, like zhongguozhengquanbao")]


def missing_libraries() -> str:
    """Return which libraries are missing and how to install them; empty where all are there."""
    missing = [name for name in LIBRARIES if not find_spec(name)]
    if not missing:
        return ""
    are = "is" if len(missing) == 1 else "are"
    return f"needs {' and '.join(missing)}, which {are} not installed: pip install {' '.join(LIBRARIES)}"


@dataclass(frozen=True, kw_only=True)
class FeedSource(Source):
    """A source that is made by its table alone, and bears its name."""

    name: ClassVar = "feed"
    ids: ClassVar = IDS

    feeds: tuple[Url, ...] = ()
    sitemaps: tuple[Url, ...] = ()
    article_hosts: tuple[Host, ...] = ()  # where articles lie, besides the hosts of feeds and sitemaps
    full_text: Switch = False  # whether the feeds have the whole articles
    title: Text = ""  # this and the next four are CSS selectors
    time: Text = ""
    media: Text = ""
    body: Text = ""
    cut: tuple[Text, ...] = ()
    media_name: Text = ""  # of articles that tell none
    category: OptionalSlug = ""
    tag_ending: Ending = ARTICLE.tag_ending
    time_zone: Text = "Asia/Shanghai"
    ignore_query: tuple[Text, ...] = ()

    def __post_init__(self) -> None:
        """Raises ValueError for what cannot be meant."""
        if missing := missing_libraries():
            raise ValueError(missing)
        if not self.feeds and not self.sitemaps:
            raise ValueError("has neither feeds nor sitemaps")
        if self.category in _OTHERS:
            raise ValueError(f"category: {self.category!r} is that of another source's posts")
        for selector in (self.title, self.time, self.media, self.body, *self.cut):
            check_selector(selector)
        try:
            ZoneInfo(self.time_zone)
        except (ValueError, ZoneInfoNotFoundError):
            raise ValueError(f"{self.time_zone!r} is no time zone; one is like Asia/Shanghai") from None

    @classmethod
    def of_table(cls, name: str) -> type[Self]:
        """Return the class of the source that bears a table's name."""
        return cast(type[Self], type(cls.__name__, (cls,), {"name": name}))

    def hosts(self) -> set[str]:
        """Every host that it may be asked for, each with `www.` and without."""
        netlocs = {bare_host(urlsplit(url).netloc) for url in (*self.feeds, *self.sitemaps)}
        netlocs |= {bare_host(host) for host in self.article_hosts}
        return netlocs | {f"www.{netloc}" for netloc in netlocs if not netloc[0].isdigit()}

    def listings(self, query: Query) -> list[Listing]:
        """The feeds and the sitemaps; none where all its posts have another category than those asked for."""
        if self.category and query.categories and self.category not in query.categories:
            return []
        lists = FeedLists(query, self._zone, self._ref_at, is_full_text=self.full_text)
        return [*map(lists.feed, self.feeds), *map(lists.sitemap, self.sitemaps)]

    def routes(self, ref: ArticleRef) -> list[Route]:
        """The article's own page."""
        return [Route("page", ref.url, partial(self._read_page, ref))]

    def share_link_of(self, id_: str) -> str:
        """Return nothing: the address is not in the id, and its refs tell it."""
        return ""

    def has(self, id_: str) -> bool:
        """Return whether it is an id of an article on its hosts."""
        return id_ in IDS and id_.rpartition("-")[0] in {host_in_id(host) for host in self.hosts()}

    def ref(self, url: str) -> ArticleRef | None:
        """Return the article at an address of its hosts."""
        return self._ref_at("", url)

    def shown(self, ref: ArticleRef) -> ArticleRef:
        """Return the ref as it is: its address was made for that."""
        return ref

    def article(self, ref: ArticleRef, **fields: Any) -> Article:
        """Return the article of a ref, in the family of its table."""
        family = Family(category=self.category, tag_ending=self.tag_ending)
        return Article(source=self.name, id=ref.id, url=ref.url, family=family, **fields)

    @property
    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def _pages(self) -> ArticlePages:
        return ArticlePages(
            self._zone, self.title, self.time, self.media, self.body, self.cut, default_media_name=self.media_name
        )

    def _ref_at(self, base: str, href: str) -> ArticleRef | None:
        """Return the ref of an article that is linked on a page at `base`; None for what is none of its hosts."""
        url = article_address(base, href, frozenset(name.lower() for name in self.ignore_query))
        parts = urlsplit(url)
        if not url or parts.netloc not in self.hosts():
            return None
        ref = ArticleRef(source=self.name, id=id_of(url), url=url, share_link=url, category=self.category)
        ref.media_name = self.media_name or self.name
        return ref

    def _read_page(self, ref: ArticleRef, text: str) -> Article:
        found = self._pages.read(text, is_dated=bool(ref.time))
        article = self.article(ref, title=found.title, media_name=found.media_name, body=found.body)
        if found.time:
            article.time, article.to_the_second = found.time
        return article
