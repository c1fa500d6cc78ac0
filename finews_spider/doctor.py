"""What a person runs when news stops coming: asks every endpoint once, and says what answered."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Self

import scrapy
from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.settings import BaseSettings
from twisted.python.failure import Failure

from finews_spider.dates import BEIJING
from finews_spider.downloader.allowed_hosts import allowed_netlocs
from finews_spider.downloader.failures import reason_of
from finews_spider.items import ArticleRef
from finews_spider.sources.base import BlockedError, Listing, Query, Route, Source, UnreadableError
from finews_spider.sources.encodings import decode
from finews_spider.sources.loader import load
from finews_spider.spiders.finews import FinewsSpider

# By what the trouble starts with; the first that fits.
ADVICE = {
    "Forbidden by robots.txt": "ask the site, or leave the endpoint out: enabled = false in the sources file",
    "HTTP 403": "the site refuses this address: wait a day, raise DOWNLOAD_DELAY, let FINEWS_CONTACT reach you",
    "HTTP 429": "the site asks for fewer requests: wait a day, raise DOWNLOAD_DELAY",
    "HTTP 404": "the page is gone: look where the site has moved, and edit its host in the sources file",
    "HTTP": "the site has trouble: try again later; if it stays so, look whether it has moved",
    "host left alone: it has the private": "if that is meant, name its network in FINEWS_PRIVATE_NETWORKS; else look at"
    " your DNS: somebody answers in its place",
    "kept out": "it keeps this address out: wait a day, raise DOWNLOAD_DELAY, let FINEWS_CONTACT reach you",
    "unreadable": "its shape has changed: keep the answer (scrapy fetch URL > answer), mend its reader in sources/",
    "lacks": "rows without these fields are read as far as they go: compare with the reader in sources/",
    "not asked": "its listings have to answer first: they name the article to ask it for",
    "empty": "it answers, but with nothing: look at the URL in a browser; the column or category may have ended",
    "": "it cannot be reached: check network and proxy; if other hosts answer, this one has moved or is gone: edit its"
    " host in the sources file, or set enabled = false",
}


@dataclass(slots=True)
class Check:
    """One endpoint, and what became of the one request to it."""

    source: str
    name: str
    url: str
    trouble: str = "not answered"
    rows: int | None = None
    newest: datetime | None = None
    missing_fields: list[str] = field(default_factory=list)

    @property
    def advice(self) -> str:
        """What to do about the trouble."""
        return next(text for start, text in ADVICE.items() if self.trouble.startswith(start))


class DoctorSpider(scrapy.Spider):
    """Each listing that a run starts with, and what stands in for it; then each route to the newest article."""

    name = "doctor"

    hosts: frozenset[str]  # that may be asked, as URLs write them
    sources: list[Source]
    checks: list[Check]

    @classmethod
    def update_settings(cls, settings: BaseSettings) -> None:
        """The same manners and the same name as a run's, and no second try: the first answer is the news."""
        FinewsSpider.update_settings(settings)
        settings.set("RETRY_ENABLED", False, priority="spider")

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        """Scrapy's constructor."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        known = load(Path(crawler.settings["FINEWS_SOURCES_FILE"]))
        spider.sources = [source for source in known.values() if source.enabled]
        spider.hosts = allowed_netlocs(set().union(*(source.hosts() for source in spider.sources)))
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
        asked["check"].trouble = reason_of(failure)
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


def table(checks: list[Check], now: datetime) -> str:
    """The checks, one a line, and what to do about those with trouble."""
    checks = sorted(checks, key=lambda check: check.source, reverse=True)  # keeps the order within a source
    lines = [f"{'source':10} {'endpoint':28} {'answer':24} {'rows':>5} {'newest':>10}  fields missing"]
    for check in checks:
        age = _age(now - check.newest.astimezone(BEIJING)) if check.newest else "-"
        rows = "-" if check.rows is None else str(check.rows)
        answer = (check.trouble or "ok")[:24]
        missing = ", ".join(check.missing_fields)
        lines.append(f"{check.source:10} {check.name:28} {answer:24} {rows:>5} {age:>10}  {missing}".rstrip())
    troubled = [check for check in checks if check.trouble]
    lines += ["", *(f"{each.source}, {each.name}: {each.trouble}\n  {each.url}\n  {each.advice}" for each in troubled)]
    lines.append(f"{len(troubled)} of {len(checks)} endpoints are in trouble." if troubled else "All endpoints answer.")
    return "\n".join(lines)


def _age(age: timedelta) -> str:
    hours = age.total_seconds() / 3600
    return f"{hours:.1f} h" if hours < 48 else f"{hours / 24:.0f} days"
