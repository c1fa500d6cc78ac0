"""Asks every endpoint once, for `scrapy doctor`. It lies here, since nobody crawls it by name."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any, Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.settings import BaseSettings
from twisted.python.failure import Failure

from finews_spider.commands.doctor_checks import Check
from finews_spider.config import read_config, user_agent
from finews_spider.downloader.allowed_hosts import RestrictedSpider, allowed_netlocs
from finews_spider.downloader.failures import FetchFailure
from finews_spider.items import ArticleRef
from finews_spider.sources.base import BlockedError, Listing, Query, Route, Source, UnreadableError
from finews_spider.sources.encodings import decode
from finews_spider.sources.loader import load


class DoctorSpider(RestrictedSpider):
    """Each listing that a run starts with, and what stands in for it; then each route to the newest article."""

    name = "doctor"

    sources: list[Source]
    checks: list[Check]

    @classmethod
    def update_settings(cls, settings: BaseSettings) -> None:
        """The same manners and the same name as a run's, and no second try: the first answer is the news."""
        super().update_settings(settings)
        settings.set("USER_AGENT", user_agent(settings), priority="spider")
        settings.set("RETRY_ENABLED", False, priority="spider")

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        """Scrapy's constructor."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        known = load(read_config(crawler.settings).sources_file)
        spider.sources = [source for source in known.values() if source.enabled]
        spider.netlocs = allowed_netlocs(set().union(*(source.hosts() for source in spider.sources)))
        spider.checks = []
        return spider

    async def start(self) -> AsyncIterator[Any]:
        """All listings."""
        for source in self.sources:
            listings: dict[str, Listing] = {}
            for listing in source.listings(Query()):
                for each in filter(None, (listing, listing.fallback)):
                    listings.setdefault(each.url, each)
            patient = Patient(source, waiting=len(listings))
            for listing in listings.values():
                yield self.ask(patient, listing)

    def ask(self, patient: "Patient", what: Listing | Route) -> Request:
        """The request for it, and a line in the table."""
        check = Check(patient.source.name, what.name, what.url)
        self.checks.append(check)
        return Request(
            what.url,
            callback=self.answered,
            errback=self.failed,
            cb_kwargs={"patient": patient, "what": what, "check": check},
        )

    def answered(
        self, response: Response, patient: "Patient", what: Listing | Route, check: Check
    ) -> Iterator[Request]:
        """Read the answer as a run would."""
        try:
            if isinstance(what, Route):
                article = what.read(decode(response.body))
                check.missing_fields = [
                    name for name in ("title", "time", "media_name", "body") if not getattr(article, name)
                ]
                check.trouble = "" if article.body else "empty: no body"
            else:
                page = what.read(decode(response.body))
                patient.meet(page.refs)
                check.rows, check.missing_fields = len(page.refs), sorted(page.missing_fields)
                check.newest = max((ref.time for ref in page.refs if ref.time), default=None)
                check.trouble = "" if page.refs else "empty: no rows"
                if check.missing_fields:
                    check.trouble = f"lacks {', '.join(check.missing_fields)}"
        except BlockedError as error:
            check.trouble = f"kept out: {error}"
        except UnreadableError as error:
            check.trouble = f"unreadable: {error}"
        yield from self.after(patient, what)

    def failed(self, failure: Failure) -> Iterator[Request]:
        """It did not answer, or was not asked."""
        asked: dict[str, Any] = failure.request.cb_kwargs  # type: ignore[attr-defined]
        asked["check"].trouble = str(FetchFailure.of(failure))
        yield from self.after(asked["patient"], asked["what"])

    def after(self, patient: "Patient", what: Listing | Route) -> Iterator[Request]:
        """When all listings of a source have answered, the routes to the newest article that they name."""
        if isinstance(what, Listing):
            patient.waiting -= 1
            if patient.waiting == 0 and patient.newest:
                for route in patient.source.routes(patient.newest):
                    yield self.ask(patient, route)
            elif patient.waiting == 0:
                nobody = ArticleRef(source=patient.source.name, id=f"NW{0:018}", url="")
                routes = patient.source.routes(nobody)
                self.checks += [Check(nobody.source, each.name, each.url, "not asked") for each in routes]


@dataclass(slots=True)
class Patient:
    """A source that is looked at: listings that have not answered yet, the newest article that the others name."""

    source: Source
    waiting: int
    newest: ArticleRef | None = None

    def meet(self, refs: list[ArticleRef]) -> None:
        """Remember the newest article. Ids start with the day and rise within it."""
        articles = [ref for ref in refs if ref.id.startswith("NW")]
        self.newest = max(filter(None, [self.newest, *articles]), key=lambda ref: ref.id, default=None)
