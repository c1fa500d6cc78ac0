"""The spider of `scrapy doctor`. It is not in `spiders/`: nobody should crawl it by name."""

from collections.abc import AsyncIterator, Collection, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response
from twisted.python.failure import Failure

from finews_spider.commands.doctor_checks import Check
from finews_spider.commands.doctor_rules import RulesCheck, rules_of
from finews_spider.commands.one_look_spider import OneLookSpider
from finews_spider.config import read_config
from finews_spider.dates import Window
from finews_spider.downloader.allowed_hosts import allowed_netlocs
from finews_spider.downloader.failures import FetchFailure, request_of
from finews_spider.downloader.paces import paced
from finews_spider.items import ArticleRef
from finews_spider.sources.base import BlockedError, Listing, NotArticleError, Query, Route, Source, UnreadableError
from finews_spider.sources.encodings import decode
from finews_spider.sources.loader import load

OLD_DAY = Window(date(2021, 12, 30), date(2021, 12, 30))  # that an archive has had the time to capture
MAX_ARTICLES = 5  # of a source, that are requested until one is an article


class DoctorSpider(OneLookSpider):
    """Requests each listing that a run starts with, its fallbacks, and then each route to the newest article."""

    name = "doctor"

    sources: list[Source]
    checks: list[Check]

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, names: Collection[str] = (), **kwargs: Any) -> Self:
        """Make the spider, of these sources or else the enabled. Raise ConfigurationError for a wrong sources file."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        config = read_config(crawler.settings)
        sources = load(config.sources_file, config.config)
        enabled = [name for name, source in sources.items() if source.enabled and not source.is_archive]
        spider.sources = [sources[name] for name in dict.fromkeys(names or enabled)]
        spider.netlocs = allowed_netlocs(set().union(*(source.hosts() for source in spider.sources)))
        spider.checks = []
        return spider

    async def start(self) -> AsyncIterator[Any]:
        """Yield a request for every listing of every source."""
        for source in self.sources:
            listings: dict[str, Listing] = {}
            for first in source.listings(Query(window=OLD_DAY if source.is_archive else Window())):
                listing: Listing | None = first
                while listing:
                    listings.setdefault(listing.url, listing)
                    listing = listing.fallback
            checkup = SourceCheckup(source, pending=len(listings))
            for rules in rules_of(source):
                yield self.check_rules(rules)
            for listing in listings.values():
                yield self.check(checkup, listing)

    def check_rules(self, rules: RulesCheck) -> Request:
        """Return the request for a robots.txt, and add a line for it to the table."""
        self.checks.append(rules.check)
        return Request(
            rules.check.url,
            callback=self.parse_rules,
            errback=self.note_failure,
            cb_kwargs={"rules": rules, "check": rules.check},
            meta={"dont_obey_robotstxt": True, "handle_httpstatus_all": True},
        )

    def parse_rules(self, response: Response, rules: RulesCheck, check: Check) -> None:
        """Note what a robots.txt says."""
        rules.note(self.crawler, response)

    def check(self, checkup: "SourceCheckup", endpoint: Listing | Route) -> Request:
        """Return the request for an endpoint, and add a line for it to the table."""
        check = Check(checkup.source.name, endpoint.name, endpoint.url)
        self.checks.append(check)
        return Request(
            endpoint.url,
            callback=self.parse_endpoint,
            errback=self.note_failure,
            cb_kwargs={"checkup": checkup, "endpoint": endpoint, "check": check},
            meta={**paced(endpoint.pace), **({"handle_httpstatus_list": [404]} if is_by_days(endpoint) else {})},
        )

    def parse_endpoint(
        self, response: Response, checkup: "SourceCheckup", endpoint: Listing | Route, check: Check
    ) -> Iterator[Request]:
        """Read the response as a run would, note what is wrong with it, and yield the next requests."""
        try:
            if isinstance(endpoint, Route):
                article = endpoint.read(decode(response.body))
                check.missing_fields = [
                    name for name in ("title", "time", "media_name", "body") if not getattr(article, name)
                ]
                check.trouble = "" if article.body else "empty: no body"
            else:
                page = endpoint.read(decode(response.body))
                checkup.add_refs(page.refs)
                check.rows, check.missing_fields = len(page.refs), sorted(page.missing_fields)
                check.newest = max((ref.time for ref in page.refs if ref.time), default=None)
                check.trouble = "" if page.refs or page.linked or is_by_days(endpoint) else "empty: no rows"
                if check.missing_fields:
                    check.trouble = f"lacks {', '.join(check.missing_fields)}"
        except NotArticleError as error:
            check.trouble = f"unreadable: {error}"
            yield from self.next_article(checkup, check)
        except BlockedError as error:
            check.trouble = f"kept out: {error}"
        except UnreadableError as error:
            check.trouble = f"unreadable: {error}"
        yield from self.next_requests(checkup, endpoint)

    def note_failure(self, failure: Failure) -> Iterator[Request]:
        """Note why a request failed or was not sent, and yield the next requests."""
        arguments = request_of(failure).cb_kwargs
        arguments["check"].trouble = str(FetchFailure.of(failure))
        if "endpoint" in arguments:
            yield from self.next_requests(arguments["checkup"], arguments["endpoint"])

    def next_requests(self, checkup: "SourceCheckup", endpoint: Listing | Route) -> Iterator[Request]:
        """Yield requests for the routes to a source's newest article, when the last of its listings is done."""
        if isinstance(endpoint, Listing):
            checkup.pending -= 1
            if checkup.pending == 0 and checkup.newest:
                for route in checkup.source.routes(checkup.newest):
                    yield self.check(checkup, route)
            elif checkup.pending == 0:
                nobody = ArticleRef(source=checkup.source.name, id=checkup.source.ids.example, url="")
                routes = checkup.source.routes(nobody)
                self.checks += [Check(nobody.source, route.name, route.url, "not asked") for route in routes]

    def next_article(self, checkup: "SourceCheckup", check: Check) -> Iterator[Request]:
        """Yield requests for another article in place of a page that is none, as a sitemap may have."""
        checkup.refs.pop(0)
        if checkup.newest:
            self.checks.remove(check)
            for route in checkup.source.routes(checkup.newest):
                yield self.check(checkup, route)


def is_by_days(endpoint: Listing | Route) -> bool:
    """Return whether it is a list that is read by days, of which some are empty."""
    return isinstance(endpoint, Listing) and endpoint.older is not None


@dataclass(slots=True)
class SourceCheckup:
    """A source whose endpoints are checked: listings without a response yet, and the newest articles of the others."""

    source: Source
    pending: int
    refs: list[ArticleRef] = field(default_factory=list)

    @property
    def newest(self) -> ArticleRef | None:
        """The newest article."""
        return self.refs[0] if self.refs else None

    def add_refs(self, refs: list[ArticleRef]) -> None:
        """Remember the newest articles, and no flashes: of a day, those whose ids are the highest."""
        ids = self.source.ids
        articles = [*self.refs, *(ref for ref in refs if ref.id in ids and not ids.family(ref.id).is_flash)]
        self.refs = sorted(articles, key=lambda ref: (ref.day or date.min, ref.id), reverse=True)[:MAX_ARTICLES]
