"""The articles of a run: taken from what is owed, fetched route by route, handed over, and what became of them."""

import logging
from collections.abc import Container, Iterator
from contextlib import contextmanager
from dataclasses import replace

from scrapy import Request, signals
from scrapy.http import Response
from twisted.python.failure import Failure

from finews_spider import dates
from finews_spider.crawl import scope
from finews_spider.crawl.absences import Absences
from finews_spider.crawl.article_fetch import ArticleFetch
from finews_spider.crawl.routes import routes_of_others, source_of_post
from finews_spider.crawl.run import Run
from finews_spider.downloader.failures import FetchFailure, request_of
from finews_spider.downloader.paces import paced
from finews_spider.exceptions import DiskError
from finews_spider.items import Article, ArticleRef
from finews_spider.ledger.owed import Task
from finews_spider.ledger.tries import State
from finews_spider.refusals import Refused, RefusedError
from finews_spider.sources.base import BlockedError, Route, Source, UnreadableError
from finews_spider.sources.encodings import decode

logger = logging.getLogger(__name__)

FOREIGN_POST = "some posts have not the form of finews's posts; they are not asked for again"


class Articles:
    """Requests for articles, and the articles themselves."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self._absences = Absences(run)
        self._max_fetches = 4 * run.crawler.settings.getint("CONCURRENT_REQUESTS")  # a list may name a million
        connect = run.crawler.signals.connect
        connect(self.archived, signals.item_scraped)
        connect(self.dropped, signals.item_dropped)
        connect(self.crashed, signals.item_error)

    # From what is owed to requests.

    def take_owed(self) -> Iterator[Request | Article]:
        """Yield what is to be done for the next articles that are owed."""
        fetches = self.run.fetches
        if len(fetches) > self._max_fetches // 2:  # many at a time: each look costs as much as an article
            return
        while len(fetches) < self._max_fetches and (tasks := self.run.owed.take(self._max_fetches - len(fetches))):
            siblings = self.run.archive.known(id_ for task in tasks if task.ref for id_ in self._siblings(task.ref))
            for task in tasks:
                yield from self._begin(task, siblings)

    def _begin(self, task: Task, siblings: Container[str]) -> Iterator[Request | Article]:
        """Yield what is to be done for an article that is owed, or for a post that may have been edited."""
        if ref := task.ref:
            source = self.run.sources[ref.source]
            share_link = ref.share_link or source.share_link_of(ref.id)
            yield from self._fetch(source, ref, share_link, self._kept_sibling(ref, siblings))
        elif kept := self.run.archive.read(task.id):
            source = source_of_post(kept, self.run.arguments.sources)
            ref = ArticleRef(source=source.name, id=task.id, url=kept.share_link)
            yield from self._fetch(source, ref, kept.share_link, replace(kept, body=""))
        else:
            path = self.run.archive.where(task.id)
            logger.info("%s has not the form of finews's posts; it is not asked for again", path)
            if not any(FOREIGN_POST in warning for warning in self.run.warnings):
                self.run.log_once("%s: %s is one", FOREIGN_POST, path)

    def _fetch(
        self, source: Source, ref: ArticleRef, share_link: str, kept: Article | None
    ) -> Iterator[Request | Article]:
        """Yield what is to be done for an article of which `kept` is known, unless it is under way already."""
        number = source.ids.number(ref.id)
        is_under_way = number in self.run.fetches
        fetch = self.run.fetches.setdefault(number, ArticleFetch(number=number))
        fetch.add(ref, source.article(ref, share_link=share_link), self._routes(source, ref), kept)
        self.run.count(ref.source, "asked")
        if not is_under_way or fetch.handed_over:
            yield from self._next_step(fetch)

    def _siblings(self, ref: ArticleRef) -> tuple[str, ...]:
        return self.run.sources[ref.source].ids.siblings(ref.id)

    def _kept_sibling(self, ref: ArticleRef, known: Container[str]) -> Article | None:
        """Return the article of a post that it has in another family, if the id of one is known."""
        posts = (self.run.archive.read(id_) for id_ in self._siblings(ref) if id_ in known)
        return next(filter(None, posts), None)

    def _routes(self, source: Source, ref: ArticleRef) -> Iterator[Route]:
        """Yield the routes to an article when they are needed: its source's, then those of the sources that help."""
        own = source.routes(ref)
        yield from own[:-1]
        if len(own) > 1:
            self.run.count(source.name, "last_route")
        yield from own[-1:]
        yield from routes_of_others(source, ref, self.run.sources)

    def _next_step(self, fetch: ArticleFetch) -> Iterator[Request | Article]:
        """Yield the articles when they are whole or no route is left, else the request for what is missing."""
        route = None if self._can_wait(fetch) else fetch.next_route()
        if not route:
            yield from self._hand_over(fetch)
            return
        yield Request(
            route.url,
            callback=self.parse,
            errback=self.failed,
            cb_kwargs={"fetch": fetch, "route": route},
            meta={**paced(route.pace), **({"digest": route.digest} if route.digest else {})},
        )

    def _can_wait(self, fetch: ArticleFetch) -> bool:
        """Return whether later runs look again: a link or a window is read once, by all routes."""
        arguments = self.run.arguments
        return not (arguments.ref or arguments.query.window) and fetch.is_early(dates.now())

    # Responses.

    def parse(self, response: Response, fetch: ArticleFetch, route: Route) -> Iterator[Request | Article]:
        """Take what the response tells, and yield the next step."""
        with self._ending_on_fault(fetch):
            try:
                fetch.log(route, response.request)
                article = route.read(decode(response.body))
                article.body_url = route.original or response.url
                fetch.take(article, route)
            except UnreadableError as error:
                fetch.reject(route, error)
                if isinstance(error, BlockedError):
                    self.run.count(fetch.source, "blocked")
                self.run.log_once("%s: %s", route.name, FetchFailure.reading(error).kind)
            else:
                self.run.count(fetch.source, f"routes/{route.name}")
            yield from self._next_step(fetch)

    def failed(self, failure: Failure) -> Iterator[Request | Article]:
        """Note why a request failed, and yield the next step."""
        if self.run.stopped:
            return
        request = request_of(failure)
        fetch, route = request.cb_kwargs["fetch"], request.cb_kwargs["route"]
        with self._ending_on_fault(fetch):
            fetch.fail(route, FetchFailure.of(failure), request)
            yield from self._next_step(fetch)

    @contextmanager
    def _ending_on_fault(self, fetch: ArticleFetch) -> Iterator[None]:
        """A fault of our own must not leave a fetch open, or the run would wait for it."""
        try:
            yield
        except DiskError as error:
            self.run.stop(error)
            raise
        except Exception as fault:
            for id_ in fetch.items.keys() - fetch.handed_over:
                self._note(fetch.refs[id_], f"{Refused.FAULT}: {fault!r}")
            self._end(fetch.number)
            raise

    # From a fetch to articles, or to a failure.

    def _hand_over(self, fetch: ArticleFetch) -> Iterator[Request | Article]:
        """Yield the articles for the pipelines; of those that cannot be articles, note what every route said."""
        waiting = [id_ for id_ in fetch.items if id_ not in fetch.handed_over]
        articles = {article.id: article for article in fetch.hand_over()}
        for id_ in waiting:
            if not self._is_had(fetch, fetch.refs[id_], articles.get(id_)):
                articles.pop(id_, None)
        wanted = [article for article in articles.values() if self._is_wanted(article, fetch.refs[article.id])]
        if self.run.witness:
            self.run.witness.take_articles(fetch, wanted)
        yield from wanted
        if not wanted and fetch.look_in_archives():
            yield from self._next_step(fetch)
        elif not wanted:
            self._end(fetch.number)

    def _is_had(self, fetch: ArticleFetch, ref: ArticleRef, article: Article | None) -> bool:
        """Return whether there is something to hand over; else note what became of it."""
        missing = article.missing() if article else ["body"]
        is_absent = fetch.is_absent and not (article and article.is_flash)
        if is_absent or (fetch.in_archive and missing):
            self._absences.note(fetch, ref)
            return False
        if not missing:
            return True
        logger.warning("%s at %s has no %s: %s", ref.id, ref.url, ", no ".join(missing), fetch.reason)
        if fetch.answered and article:
            return True  # the pipelines refuse it, and say what is missing
        self.run.count(ref.source, f"failed/{fetch.kind}")
        self._note(ref, fetch.reason, tried=fetch.tried)
        return False

    def _is_wanted(self, article: Article, ref: ArticleRef) -> bool:
        skipped = scope.skip_article(article, ref, self.run.arguments.query)
        if self.run.arguments.ref or not skipped:
            return True
        self.run.count(article.source, f"skipped/{skipped}")
        self.run.owed.release(article.id)
        return False

    def _note(self, of: ArticleRef | Article, reason: str, *, tried: bool = True, answered: bool = False) -> None:
        """Note why it did not come; after some days and tries it is given up."""
        if self.run.owed.tries.fail(of.id, reason, tried=tried, answered=answered) is State.GIVEN_UP:
            logger.error("%s at %s is given up", of.id, of.url)
            self.run.count(of.source, "given_up")

    # What became of an article in the pipelines.

    def archived(self, item: Article) -> None:
        """An article is through the pipelines."""
        self._end(self._number(item))

    def dropped(self, item: Article, exception: Exception) -> None:
        """A pipeline refused it: it is owed still, unless its post is there."""
        reason = exception.reason if isinstance(exception, RefusedError) else ""
        if reason:
            self.run.count(item.source, f"refused/{reason}")
        self._refuse(item, f"refused: {reason}" if reason else "")

    def crashed(self, item: Article, failure: Failure) -> None:
        """A fault in a pipeline; the log has its traceback."""
        self.run.count(item.source, f"refused/{Refused.FAULT}")
        self._refuse(item, f"{Refused.FAULT}: {failure.value!r}")

    def _refuse(self, item: Article, reason: str) -> None:
        """Note it, and end the fetch, whatever the disk says: Scrapy would only log what is raised here."""
        try:
            if reason:
                self._note(item, reason, answered=True)
        except DiskError as error:
            self.run.stop(error)
        finally:
            self._end(self._number(item))

    def _number(self, item: Article) -> str:
        return self.run.sources[item.source].ids.number(item.id)

    def _end(self, number: str) -> None:
        """A fetch has ended; later refs find its post, or what is owed."""
        self.run.fetches.pop(number, None)
        self.run.changed.set()
