"""The spider of `scrapy source try`: looks for a site's feeds and sitemaps, and reads some of its articles."""

from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Self, TypeVar
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK
from twisted.python.failure import Failure

from finews_spider.commands.one_look_spider import OneLookSpider
from finews_spider.downloader.allowed_hosts import allowed_netlocs
from finews_spider.downloader.failures import FetchFailure
from finews_spider.items import Article, ArticleRef
from finews_spider.printable import safe_line
from finews_spider.sources.base import Query, UnreadableError
from finews_spider.sources.discovery import (
    FEEDS,
    SITEMAPS,
    feeds_linked,
    site_name,
    sitemaps_named,
    table_name,
    usual_places,
)
from finews_spider.sources.encodings import decode
from finews_spider.sources.feed import FeedSource
from finews_spider.sources.feed_entries import Feed, read_feed
from finews_spider.sources.feed_ids import bare_host
from finews_spider.sources.sitemaps import Sitemap, read_sitemap

MAX_LISTS = 3  # feeds, and sitemaps, that are read
MAX_ARTICLES = 5  # of which feed and page are compared
MAX_PAGES = 15  # that are requested for them: a sitemap may have others among its articles

Read = TypeVar("Read")


class NotFetchedError(Exception):
    """A page cannot be had; the message says why."""


@dataclass(slots=True)
class Findings:
    """What was found on a site."""

    feeds: dict[str, Feed] = field(default_factory=dict)  # by address
    sitemaps: dict[str, Sitemap] = field(default_factory=dict)
    site_name: str = ""
    source: FeedSource | None = None
    articles: list[tuple[ArticleRef, Article]] = field(default_factory=list)  # as its lists and its pages tell them


class SourceSpider(OneLookSpider):
    """Requests what a person would look at, one after the other."""

    name = "source"

    url: str
    say: Callable[[str], None]
    found: Findings
    texts: dict[str, str]  # by address

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        """Make the spider, which says by `say` what it finds at `url`."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        spider.found, spider.texts = Findings(), {}
        spider.netlocs = frozenset()
        spider.allow([spider.url])
        return spider

    def allow(self, urls: Iterable[str]) -> None:
        """Let requests go to the hosts of these addresses, which the site names, with `www.` and without."""
        hosts = {bare_host(urlsplit(url).netloc) for url in urls}
        self.netlocs |= allowed_netlocs(hosts | {f"www.{host}" for host in hosts})

    async def start(self) -> AsyncIterator[Any]:
        """Look for lists, then read articles. Nothing is handed on."""
        await self.find_lists()
        lists = self.found
        if lists.feeds or lists.sitemaps:
            await self.read_articles()
        for nothing in list[Request]():
            yield nothing

    async def find_lists(self) -> None:
        """Note the feeds and the sitemaps that the site names, or that lie in the usual places."""
        text = await self.text_at(self.url)
        if text is not None and self.take_list(self.url, text):
            return
        feeds = feeds_linked(text, self.url) if text else []
        if text and urlsplit(self.url).path in ("", "/"):
            self.found.site_name = site_name(text)
        await self.read_lists(feeds[:MAX_LISTS] or usual_places(self.url, FEEDS), is_guess=not feeds)
        robots_url = next(usual_places(self.url, ("/robots.txt",)))
        robots = await self.text_at(robots_url, dont_obey_robotstxt=True)
        maps = sitemaps_named(robots or "", self.url)
        await self.read_lists(maps[:MAX_LISTS] or usual_places(self.url, SITEMAPS), is_guess=not maps)

    async def read_lists(self, urls: Iterable[str], *, is_guess: bool) -> None:
        """Read lists; of guesses up to the first that is one."""
        for url in urls:
            self.allow([url])
            text = await self.text_at(url, is_quiet=is_guess)
            if text is not None and self.take_list(url, text, is_quiet=is_guess) and is_guess:
                return

    def take_list(self, url: str, text: str, *, is_quiet: bool = False) -> bool:
        """Return whether a text is a feed or a sitemap, which is noted."""
        try:
            feed = read_feed(text)
        except UnreadableError:
            pass
        else:
            self.found.feeds[url] = feed
            self.found.site_name = feed.title or self.found.site_name
            self.say(f"feed     {url}: {len(feed.entries)} entries")
            return True
        try:
            sitemap = read_sitemap(text)
        except UnreadableError as error:
            if not is_quiet and url != self.url:
                self.say(f"         {url}: {error}")
            return False
        self.found.sitemaps[url] = sitemap
        self.say(f"sitemap  {url}: {len(sitemap.rows)} {'sitemaps' if sitemap.is_index else 'addresses'}")
        return True

    async def read_articles(self) -> None:
        """Read some of the newest articles, from their pages."""
        source = self.found.source = self.make_source()
        refs = await self.newest_refs(source)
        self.allow(ref.url for ref in refs)
        for ref in islice(refs, MAX_PAGES):
            (route,) = source.routes(ref)
            try:
                article = route.read(decode((await self.fetch(ref.url)).body))
            except (NotFetchedError, UnreadableError) as error:
                self.say(f"         {ref.url}: {error}")
                continue
            article.body_url = ref.url
            self.found.articles.append((ref, article))
            self.say(f"article  {ref.url}: {safe_line(article.title)}")
            if len(self.found.articles) == MAX_ARTICLES:
                return

    def make_source(self) -> FeedSource:
        """Return the source that the lists make, with the hosts on which their articles lie."""
        links = [entry.url for feed in self.found.feeds.values() for entry in feed.entries]
        links += [row.url for one in self.found.sitemaps.values() for row in one.rows[:100]]
        lists = {bare_host(urlsplit(url).netloc) for url in (*self.found.feeds, *self.found.sitemaps)}
        hosts = {bare_host(urlsplit(link).netloc) for link in links} - lists - {""}
        return FeedSource.of_table(table_name(self.url))(
            feeds=tuple(self.found.feeds),
            sitemaps=tuple(self.found.sitemaps),
            article_hosts=tuple(sorted(hosts)[:MAX_LISTS]),
            media_name=self.found.site_name,
            full_text=True,  # so that its refs have what the feeds have
        )

    async def newest_refs(self, source: FeedSource) -> list[ArticleRef]:
        """Return the refs of the first list that has some, the newest first, a part of an index read where need be."""
        lists = list(source.listings(Query()))
        for listing in islice(lists, 2 * MAX_LISTS):
            text = await self.text_at(listing.url)
            try:
                page = listing.read(text) if text is not None else None
            except UnreadableError as error:
                self.say(f"         {listing.url}: {error}")
                continue
            if page and page.refs:
                return page.refs
            if page and page.linked:
                lists.insert(lists.index(listing) + 1, page.linked[0])
        return []

    async def text_at(self, url: str, *, is_quiet: bool = False, **meta: bool) -> str | None:
        """Return the text at an address, requested once; None, and say why, where there is none."""
        if url in self.texts:
            return self.texts[url]
        try:
            text = self.texts[url] = decode((await self.fetch(url, **meta)).body)
            return text
        except (NotFetchedError, UnreadableError) as error:
            if not is_quiet:
                self.say(f"         {url}: {error}")
            return None

    async def fetch(self, url: str, **meta: bool) -> Response:
        """Return the answer to a request. Raise NotFetchedError for none, or one of an error."""
        assert self.crawler.engine
        try:
            response = await self.crawler.engine.download_async(Request(url, callback=NO_CALLBACK, meta=dict(meta)))
        except Exception as error:
            raise NotFetchedError(str(FetchFailure.of(Failure(error)))) from error  # type: ignore[no-untyped-call]
        if response.status != 200:
            raise NotFetchedError(f"HTTP {response.status}")
        return response
