"""Makes a post again from its captures, by the rules of today: no request, no clock, no disk but the captures."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain
from operator import itemgetter
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

from scrapy.http import Response
from scrapy.statscollectors import StatsCollector

from finews_spider import dates
from finews_spider.archive.changes import with_permalink_of
from finews_spider.archive.posts import in_place_of, parse, render
from finews_spider.crawl.article_fetch import ArticleFetch
from finews_spider.crawl.routes import routes_of_others
from finews_spider.downloader.playback import with_encoding_of_its_bytes
from finews_spider.evidence.captures import Capture, KeptEvidence, PostEvidence, RefEvidence, StepEvidence
from finews_spider.evidence.reader import Message, message, record_of, unpacked
from finews_spider.items import Article, ArticleRef
from finews_spider.refusals import RefusedError
from finews_spider.sources.base import Route, Source, UnreadableError
from finews_spider.sources.encodings import MAX_UNPACKED, decode
from pipelines.clean import CleanPipeline
from pipelines.sanitize import SanitizePipeline
from pipelines.validate import ValidatePipeline


class UnmadeError(ValueError):
    """The captures do not give a post any more; the message says why."""


class _Uncounted:
    """In place of a run's stats."""

    def inc_value(self, *_: object) -> None:
        """Nobody asks."""


_STATS = cast(StatsCollector, _Uncounted())
_CLEAN, _SANITIZE = CleanPipeline(_STATS), SanitizePipeline(_STATS)


@dataclass(frozen=True)
class Maker:
    """Makes posts of the captures in `folder`."""

    folder: Path
    sources: Mapping[str, Source]
    site: str

    def text(self, evidence: PostEvidence) -> str:
        """Return the post. Raises UnmadeError, DamagedError and OSError."""
        item = self._clean(self._item(evidence))
        if not evidence.replaced:
            return render(item, self.site)
        try:
            item = with_permalink_of(parse(evidence.replaced, item.id), item)
        except ValueError:  # what stood there was no post
            return render(item, self.site)
        return in_place_of(evidence.replaced, render(item, self.site))

    def _item(self, evidence: PostEvidence) -> Article:
        """Return the article as its routes and refs told it."""
        fetch, refs = ArticleFetch(number=evidence.post), list(evidence.refs)
        routes: list[Route] = []
        for number, step in enumerate((*evidence.steps, None)):
            while refs and refs[0].after <= number:
                routes += self._add(fetch, refs.pop(0))
            if step and not step.failure:
                self._take(fetch, step, routes)
        if evidence.post not in fetch.items:
            raise UnmadeError("its record names no ref of it")
        return fetch.item(evidence.post)

    def _add(self, fetch: ArticleFetch, wanted: RefEvidence) -> list[Route]:
        """Add a ref to the fetch, and return the routes that it has."""
        source = self.sources.get(wanted.ref.source)
        if source is None:
            raise UnmadeError(f"its source {wanted.ref.source} is not in the sources file")
        ref = wanted.ref
        ref.time = ref.time and ref.time.astimezone(dates.BEIJING)
        item = source.article(ref, share_link=wanted.share_link)
        fetch.add(ref, item, (), _article(wanted.kept, source) if wanted.kept else None)
        return list(chain(source.routes(ref), routes_of_others(source, ref, self.sources), self._archived(source, ref)))

    def _archived(self, source: Source, ref: ArticleRef) -> list[Route]:
        archives = [self.sources[name] for name in source.fallback_sources if self.sources[name].is_archive]
        return [route for archive in archives for route in archive.routes(ref)]

    def _take(self, fetch: ArticleFetch, step: StepEvidence, routes: list[Route]) -> None:
        """Have the route read its answer again, as the run did."""
        url = step.route_url
        likeness = ((r.url == url, r.name == step.route, _path(r.url) == _path(url)) for r in routes)
        best, route = max(zip(likeness, routes, strict=True), key=itemgetter(0), default=((False,), None))
        if route is None or not any(best):
            raise UnmadeError(f"its source has no route {step.route} any more")
        if not step.captures:
            raise UnmadeError(f"nothing was kept of {step.route}")
        capture = step.captures[-1]
        body = self._body(capture, route)
        try:
            article = route.read(decode(body))
        except UnreadableError:
            return
        article.body_url = route.original or capture.url
        fetch.take(article, route)

    def _body(self, capture: Capture, route: Route) -> bytes:
        answer = message(record_of(capture.payload, self.folder))
        codings = answer.values(b"content-encoding")
        if route.pace is not None:
            codings = _by_bytes(answer)
        return unpacked(answer.body, codings, MAX_UNPACKED)

    def _clean(self, item: Article) -> Article:
        try:
            item = _SANITIZE.process_item(_CLEAN.process_item(item))
            return ValidatePipeline(lambda: item.time or dates.now()).process_item(item)
        except RefusedError as error:
            raise UnmadeError(f"refused: {error.reason}") from error


def _path(url: str) -> str:
    """Return what of an address stays when its host is another one."""
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}"


def _by_bytes(answer: Message) -> list[bytes]:
    headers: Any = {"Content-Encoding": answer.values(b"content-encoding")}
    response = with_encoding_of_its_bytes(Response("http://localhost/", headers=headers, body=answer.body))
    return response.headers.getlist("Content-Encoding")


def _article(kept: KeptEvidence, source: Source) -> Article:
    article = Article(source="", id=kept.id, url="", family=source.ids.family(kept.id))
    for name in KeptEvidence.__struct_fields__:
        setattr(article, name, getattr(kept, name))
    article.time = article.time and article.time.astimezone(dates.BEIJING)
    return article
