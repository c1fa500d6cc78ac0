"""The spider: asks for listings, then for each article that is not archived, route by route, and hands it over."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path
from typing import Any, Self

import scrapy
from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.retry import get_retry_request
from scrapy.http import Response
from scrapy.settings import BaseSettings
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.python.failure import Failure

from finews_spider import __version__, ids
from finews_spider.archive import Archive, Unfinished, check_output, post_pattern
from finews_spider.arguments import Arguments, read_arguments
from finews_spider.errand import Errand
from finews_spider.items import Article, ArticleRef
from finews_spider.sources import Listing, ListingPage, Route, Source, UnreadableError
from finews_spider.sources.answers import decode
from finews_spider.sources.file import load

logger = logging.getLogger(__name__)

Asked = Iterator[Request | Article]


class FinewsSpider(scrapy.Spider):
    """`scrapy crawl finews`; its arguments are in `arguments.ACCEPTED`."""

    name = "finews"

    allowed_domains: list[str]
    arguments: Arguments
    sources: dict[str, Source]
    archive: Archive
    seen: set[str]  # ids and listings' URLs of this run
    fresh: set[str]  # ids that were not archived when a listing of this run named them first
    failed: set[str]  # names of listings
    unfinished: Unfinished
    errands: dict[str, Errand]  # by number, until their items have left the pipelines
    said: set[str]  # what is said once a run
    open_listings: int
    listings_read: asyncio.Event  # set while no listing is open

    @staticmethod
    def read_arguments(settings: BaseSettings, values: Mapping[str, str]) -> tuple[dict[str, Source], Arguments]:
        """What the settings and the arguments ask for. Raises MistakeError where they cannot be meant."""
        post_pattern(settings["FINEWS_POST_PATH"])
        sources = load(Path(settings["FINEWS_SOURCES_FILE"]))
        arguments = read_arguments(values, sources)
        check_output(Path(settings["FINEWS_OUTPUT"]))
        return sources, arguments

    @classmethod
    def update_settings(cls, settings: BaseSettings) -> None:
        """The User-Agent says who reads and how to reach them."""
        super().update_settings(settings)
        contact = settings["FINEWS_CONTACT"]
        settings.set("USER_AGENT", f"finews/{__version__} (+{contact})", priority="spider")

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        """Scrapy's constructor; raises MistakeError as `read_arguments` does."""
        spider = super().from_crawler(crawler, *args)
        settings = crawler.settings
        spider.sources, spider.arguments = cls.read_arguments(settings, kwargs)
        asked = [each for source in spider.arguments.sources for each in spider.with_others(source)]
        spider.allowed_domains = sorted(set().union(*(source.hosts() for source in asked)))
        spider.archive = Archive(Path(settings["FINEWS_OUTPUT"]), post_pattern(settings["FINEWS_POST_PATH"]))
        spider.seen, spider.errands, spider.said = set(), {}, set()
        spider.fresh, spider.failed = set(), set()
        spider.unfinished = Unfinished(Path(settings["FINEWS_OUTPUT"]))
        crawler.signals.connect(spider.ended, signals.spider_closed)
        spider.open_listings, spider.listings_read = 0, asyncio.Event()
        spider.listings_read.set()
        for signal in (signals.item_scraped, signals.item_dropped, signals.item_error):
            crawler.signals.connect(spider.item_left, signal)
        return spider

    async def start(self) -> AsyncIterator[Any]:
        """The one article that was asked for, or the listings of the sources.

        One source after the other, in the order of the sources file: an article that two of them name gets the link of
        the first, whichever host is the quicker.
        """
        if self.arguments.ref:
            for request in self.ask_for(self.arguments.ref):
                yield request
            return
        for source in self.arguments.sources:
            for listing in source.listings(self.arguments.query):
                for request in self.ask_listing(listing):
                    yield request
            await self.listings_read.wait()

    # Listings.

    def ask_listing(self, listing: Listing | None) -> Asked:
        """The request for a listing, once a run."""
        if listing and listing.url not in self.seen:
            self.seen.add(listing.url)
            self.open_listings += 1
            self.unfinished.begin(listing.name)
            self.listings_read.clear()
            yield Request(
                listing.url,
                callback=self.parse_listing,
                errback=self.listing_failed,
                cb_kwargs={"listing": listing},
                priority=10,  # what there is comes first, then the articles
            )

    def parse_listing(self, response: Response, listing: Listing) -> Asked:
        """What the listing gives, or what stands in for it."""
        try:
            page = listing.read(decode(response.body))
        except UnreadableError as error:
            yield from self.unreadable_listing(response, listing, error)
        else:
            yield from self.follow(listing, page)
        self.close_listing()

    def follow(self, listing: Listing, page: ListingPage) -> Asked:
        """Requests for the listing's articles that are not archived, and for the listings that it leads to."""
        self.count("listings/read")
        self.report_rows(listing, page)
        for ref in page.refs:
            if self.is_wanted(ref):
                yield from self.ask_for(ref)
        for other in page.leads_to:
            yield from self.ask_listing(other)
        if page.older and self.goes_on(page):
            yield from self.ask_listing(page.older)

    def listing_failed(self, failure: Failure) -> Asked:
        """A listing did not come."""
        request: Request = failure.request  # type: ignore[attr-defined]
        yield from self.no_listing(request.cb_kwargs["listing"], reason_of(failure))
        self.close_listing()

    def close_listing(self) -> None:
        """A listing is through, and what it leads to is asked for."""
        self.open_listings -= 1
        if self.open_listings == 0:
            self.listings_read.set()

    def unreadable_listing(self, response: Response, listing: Listing, error: UnreadableError) -> Asked:
        """Ask again some times, as for a server's error: null data come and go."""
        assert response.request
        again = get_retry_request(response.request, spider=self, reason="unreadable")
        if again:
            self.open_listings += 1
            yield again
        else:
            yield from self.no_listing(listing, f"cannot be read: {error}")

    def no_listing(self, listing: Listing, why: str) -> Asked:
        """Say which and why; the rest of the run goes on, with what stands in for it if there is such."""
        if listing.may_be_absent and why == "HTTP 404":
            return
        self.count("listings/failed")
        self.failed.add(listing.name)
        logger.error("%s at %s: %s", listing.name, listing.url, why)
        yield from self.ask_listing(listing.otherwise)

    def report_rows(self, listing: Listing, page: ListingPage) -> None:
        """Count and name what was wrong with rows."""
        for reason, rows in page.skipped.items():
            self.count(f"rows/skipped/{reason}", rows)
            logger.info("%s: %d rows skipped, %s", listing.name, rows, reason)
        for name in sorted(page.lacking):
            self.say_once("%s: rows have no field %s", listing.name.split(" ")[0], name)

    def goes_on(self, page: ListingPage) -> bool:
        """Whether the next page of a list may name something new: not when this one is all too old or all archived."""
        window = self.arguments.query.window
        days = [ref.day for ref in page.refs if ref.day]
        if window:
            return not days or not all(map(window.is_before, days))
        if page.older and page.older.name in self.unfinished.before:
            return True
        refs = [ref for ref in page.refs if self.is_of_category(ref)]
        return not refs or any(ref.id in self.fresh for ref in refs)

    def is_of_category(self, ref: ArticleRef) -> bool:
        """Whether the run is for its category, as far as the listing tells."""
        categories = self.arguments.query.categories
        return not categories or not ref.category or ref.category in categories

    def is_wanted(self, ref: ArticleRef) -> bool:
        """Whether it is in the window and of the categories, as far as the listing tells."""
        if ref.day and ref.day not in self.arguments.query.window:
            self.count("rows/outside window")
            return False
        if not self.is_of_category(ref):
            self.count("rows/other category")
            return False
        return True

    # Articles.

    def ask_for(self, ref: ArticleRef) -> Asked:
        """What is to be done for a ref: nothing when it is archived, or was named before in this run."""
        if ref.id in self.seen:
            return
        self.seen.add(ref.id)
        if ref.id in self.archive:
            self.count("articles/known")
            return
        self.fresh.add(ref.id)
        number = ids.number(ref.id)
        under_way = number in self.errands
        errand = self.errands.setdefault(number, Errand(number=number))
        source = self.sources[ref.source]
        routes = (route for each in self.with_others(source) for route in each.routes(ref))  # made when needed
        errand.add(ref, source.share_link_of(ref.id), routes, self.archive.read(ids.sibling(ref.id)))
        if not under_way or errand.handed_over:
            yield from self.next_route(errand)

    def next_route(self, errand: Errand) -> Asked:
        """The items when they are whole; the request for what is missing; when no route is left, what there is."""
        route = errand.next_route()
        if not route:
            yield from self.hand_over(errand)
            return
        yield Request(
            route.url,
            callback=self.parse_article,
            errback=self.route_failed,
            cb_kwargs={"errand": errand, "route": route},
        )

    def parse_article(self, response: Response, errand: Errand, route: Route) -> Asked:
        """Take what the answer has, and go on."""
        try:
            errand.take(route.read(decode(response.body)))
        except UnreadableError as error:
            errand.fail(route, str(error), error)
            self.say_once("%s: %s", route.name, str(error).split(":")[0])
        yield from self.next_route(errand)

    def route_failed(self, failure: Failure) -> Asked:
        """Note why, and go on with the next route."""
        request: Request = failure.request  # type: ignore[attr-defined]
        errand, route = request.cb_kwargs["errand"], request.cb_kwargs["route"]
        errand.fail(route, reason_of(failure))
        yield from self.next_route(errand)

    def hand_over(self, errand: Errand) -> Iterator[Article]:
        """The items to the pipelines; where one is not whole, say what every route said."""
        wanted = [id_ for id_ in errand.items if id_ not in errand.handed_over]
        items = {item.id: item for item in errand.hand_over()}
        for id_ in wanted:
            missing = items[id_].missing() if id_ in items else ["body"]
            if missing:
                why = "; ".join(errand.failures) or "its pages do not tell"
                logger.error("%s at %s has no %s: %s", id_, errand.refs[id_].url, ", no ".join(missing), why)
                self.count("articles/incomplete")
        accepted = [item for item in items.values() if self.is_accepted(item, errand.refs[item.id])]
        if not accepted:
            self.errands.pop(errand.number, None)
        yield from accepted

    def is_accepted(self, item: Article, ref: ArticleRef) -> bool:
        """Whether it is in the window and of the categories, where the listing did not tell."""
        query = self.arguments.query
        if self.arguments.ref:
            return True
        if item.time and item.time.date() not in query.window:
            self.count("articles/outside window")
            return False
        if query.categories and not ref.category and item.category not in query.categories:
            self.count("articles/other category")
            return False
        return True

    def item_left(self, item: Article) -> None:
        """An item is through the pipelines, one way or the other; later refs find its post, or nothing."""
        self.errands.pop(ids.number(item.id), None)

    def ended(self, reason: str) -> None:
        """Lists that were read well are finished, if the run was not stopped before their articles were."""
        if reason == "finished" and not self.arguments.ref:
            self.unfinished.end(self.failed)

    def with_others(self, source: Source) -> list[Source]:
        """The source, and those whose routes are tried after its own."""
        return [source, *(self.sources[name] for name in source.then)]

    def count(self, what: str, by: int = 1) -> None:
        """Count under `finews/…` in the stats."""
        self.crawler.stats.inc_value(f"finews/{what}", by)

    def say_once(self, message: str, *arguments: str) -> None:
        """Warn, once a run."""
        said = message % arguments
        if said not in self.said:
            self.said.add(said)
            logger.warning("%s (said once a run)", said)


def reason_of(failure: Failure) -> str:
    """Why a request failed, in a few words."""
    error = failure.value
    if isinstance(error, HttpError):
        return f"HTTP {error.response.status}"
    return str(error) or type(error).__name__
