"""The spider: asks for listings, then for each article that is not archived, route by route, and hands it over."""

import logging
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

import scrapy
from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.settings import BaseSettings
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.python.failure import Failure

from finews_spider import __version__, ids
from finews_spider.archive import Archive, check_output, post_pattern
from finews_spider.arguments import Arguments, read_arguments
from finews_spider.items import Article, ArticleRef
from finews_spider.sources import Listing, Route, Source, UnreadableError
from finews_spider.sources.answers import decode, media_name_in
from finews_spider.sources.file import load

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class Errand:
    """One article under way: what was read of it, what is known besides, the routes left, why others failed."""

    ref: ArticleRef
    article: Article
    known: Article
    routes: list[Route]
    failures: list[str] = field(default_factory=list)

    def whole(self) -> Article:
        """What is known by now; what the article's own pages say comes first."""
        article = replace(self.article)
        article.fill(self.known)
        return article


class FinewsSpider(scrapy.Spider):
    """`scrapy crawl finews`; its arguments are in `arguments.ACCEPTED`."""

    name = "finews"

    allowed_domains: list[str]
    arguments: Arguments
    sources: dict[str, Source]
    archive: Archive
    seen: set[str]  # ids and listings' URLs of this run

    @classmethod
    def update_settings(cls, settings: BaseSettings) -> None:
        """The User-Agent says who reads and how to reach them."""
        super().update_settings(settings)
        contact = settings["FINEWS_CONTACT"]
        settings.set("USER_AGENT", f"finews/{__version__} (+{contact})", priority="spider")

    @staticmethod
    def read_arguments(settings: BaseSettings, values: Mapping[str, str]) -> Arguments:
        """What the settings and the arguments ask for. Raises MistakeError where they cannot be meant."""
        post_pattern(settings["FINEWS_POST_PATH"])
        arguments = read_arguments(values, load(Path(settings["FINEWS_SOURCES_FILE"])))
        check_output(Path(settings["FINEWS_OUTPUT"]))
        return arguments

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        """Scrapy's constructor; raises MistakeError as `read_arguments` does."""
        spider = super().from_crawler(crawler, *args)
        settings = crawler.settings
        spider.arguments = cls.read_arguments(settings, kwargs)
        spider.sources = {source.name: source for source in spider.arguments.sources}
        spider.allowed_domains = sorted(set().union(*(source.hosts() for source in spider.arguments.sources)))
        spider.archive = Archive(Path(settings["FINEWS_OUTPUT"]), post_pattern(settings["FINEWS_POST_PATH"]))
        spider.seen = set()
        return spider

    async def start(self) -> AsyncIterator[Any]:
        """The one article that was asked for, or the listings of the sources."""
        if self.arguments.ref:
            for request in self.ask_for(self.arguments.ref):
                yield request
            return
        for source in self.arguments.sources:
            for listing in source.listings(self.arguments.query):
                for request in self.ask_listing(listing):
                    yield request

    def ask_listing(self, listing: Listing) -> Iterator[Request]:
        """The request for a listing, once a run."""
        if listing.url not in self.seen:
            self.seen.add(listing.url)
            yield Request(
                listing.url,
                callback=self.parse_listing,
                errback=self.listing_failed,
                cb_kwargs={"listing": listing},
                priority=10,  # what there is comes first, then the articles
            )

    def parse_listing(self, response: Response, listing: Listing) -> Iterator[Request | Article]:
        """Requests for the listing's articles that are not archived, and for the listings that it leads to."""
        try:
            page = listing.read(decode(response.body))
        except UnreadableError as error:
            self.count("listings/unreadable")
            logger.error("%s at %s cannot be read: %s", listing.name, response.url, error)
            return
        self.count("listings/read")
        for reason, rows in page.skipped.items():
            self.count(f"rows/skipped/{reason}", rows)
            logger.warning("%s at %s: %d rows skipped, %s", listing.name, response.url, rows, reason)
        for ref in page.refs:
            if ref.day is None or ref.day in self.arguments.query.window:
                yield from self.ask_for(ref)
            else:
                self.count("rows/outside window")
        for following in page.next:
            yield from self.ask_listing(following)

    def listing_failed(self, failure: Failure) -> None:
        """A listing did not come: say which and why. The rest of the run goes on."""
        request: Request = failure.request  # type: ignore[attr-defined]
        self.count("listings/failed")
        logger.error("%s at %s: %s", request.cb_kwargs["listing"].name, request.url, reason_of(failure))

    def ask_for(self, ref: ArticleRef) -> Iterator[Request | Article]:
        """The first request for an article; none when it is archived, or was named before in this run."""
        if ref.id in self.seen:
            return
        self.seen.add(ref.id)
        if ref.id in self.archive:
            self.count("articles/known")
            return
        source = self.sources[ref.source]
        article = Article(source=ref.source, id=ref.id, url=ref.url, share_link=source.share_link_of(ref.id))
        yield from self.next_route(Errand(ref, article, self.known_of(ref), source.routes(ref)))

    def known_of(self, ref: ArticleRef) -> Article:
        """What is known without a request: what the listing says, and the article's post in the other family."""
        known = Article(source=ref.source, id=ref.id, url=ref.url, title=ref.title, media_name=ref.media_name)
        if kept := self.archive.read(ids.sibling(ref.id)):
            known.fill(kept)
            known.media_name = known.media_name or media_name_in(kept.body)
        return known

    def next_route(self, errand: Errand) -> Iterator[Request | Article]:
        """The article when it is whole; the request for what is missing; when no route is left, what there is."""
        article = errand.whole()
        if article.is_whole() or not errand.routes:
            yield from self.hand_over(errand, article)
            return
        route = errand.routes.pop(0)
        yield Request(
            route.url,
            callback=self.parse_article,
            errback=self.route_failed,
            cb_kwargs={"errand": errand, "route": route},
        )

    def parse_article(self, response: Response, errand: Errand, route: Route) -> Iterator[Request | Article]:
        """Take what the answer has, and go on."""
        try:
            errand.article.fill(route.read(decode(response.body)))
        except UnreadableError as error:
            errand.failures.append(f"{route.name}: {error}")
        yield from self.next_route(errand)

    def route_failed(self, failure: Failure) -> Iterator[Request | Article]:
        """Note why, and go on with the next route."""
        request: Request = failure.request  # type: ignore[attr-defined]
        errand, route = request.cb_kwargs["errand"], request.cb_kwargs["route"]
        errand.failures.append(f"{route.name}: {reason_of(failure)}")
        yield from self.next_route(errand)

    def hand_over(self, errand: Errand, article: Article) -> Iterator[Article]:
        """The article to the pipelines. Where a route failed or something is missing, say so."""
        if missing := article.missing():
            self.count("articles/incomplete")
            logger.error(
                "%s at %s has no %s: %s",
                errand.ref.id,
                errand.ref.url,
                ", no ".join(missing),
                "; ".join(errand.failures) or "its pages do not tell",
            )
        if article.time and not self.arguments.ref and article.time.date() not in self.arguments.query.window:
            self.count("articles/outside window")
            return
        yield article

    def count(self, what: str, by: int = 1) -> None:
        """Count under `finews/…` in the stats."""
        self.crawler.stats.inc_value(f"finews/{what}", by)


def reason_of(failure: Failure) -> str:
    """Why a request failed, in a few words."""
    error = failure.value
    if isinstance(error, HttpError):
        return f"HTTP {error.response.status}"
    return str(error) or type(error).__name__
