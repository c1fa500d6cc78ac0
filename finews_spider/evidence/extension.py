"""Keep evidence of what a run fetches, and of what its posts were made of."""

import logging
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Self

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.http import Response

from finews_spider.archive.archive import PendingPost
from finews_spider.crawl.article_fetch import ArticleFetch
from finews_spider.crawl.run import Run, run_of
from finews_spider.evidence.captures import Capture, encoded
from finews_spider.evidence.known import KnownCaptures
from finews_spider.evidence.posts import post_evidence
from finews_spider.evidence.recorder import CAPTURES, Answer, Recorder
from finews_spider.evidence.segments import prepare, recover
from finews_spider.exceptions import DiskError
from finews_spider.items import Article
from finews_spider.ledger.captures import Captures

logger = logging.getLogger(__name__)

_WAITING = "answers"  # in a request's meta: what a listing gave, until it is known whether it is kept


class EvidenceExtension:
    """Between the crawl and the recorder: decides what is kept, and ends the run where that cannot be."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self._recorder: Recorder | None = None
        self._trouble: OSError | None = None
        self._fetches: dict[str, ArticleFetch] = {}  # by id, of articles that are in the pipelines

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's constructor."""
        extension = cls(crawler)
        crawler.signals.connect(extension.spider_opened, signals.spider_opened)
        crawler.signals.connect(extension.spider_closed, signals.spider_closed)
        for ending in (signals.item_scraped, signals.item_dropped, signals.item_error):
            crawler.signals.connect(extension.forget, ending)
        return extension

    @property
    def _run(self) -> Run:
        return run_of(self.crawler)

    @property
    def _keeps_all(self) -> bool:
        return self._run.config.evidence == "all"

    def spider_opened(self) -> None:
        """Finish what killed runs left, and watch."""
        run = self._run
        folder = run.config.evidence_dir
        try:
            prepare(folder)
            for segment in recover(folder):
                logger.info("%s was left by a run that was killed: it is finished", segment.name)
        except OSError as error:
            self._end(error)
        run.witness = self
        run.archive.witnesses.append(self)

    def spider_closed(self) -> None:
        """Finish the run's last segment."""
        if self._recorder and not self._trouble:
            try:
                self._recorder.close()
                self._recorder.known.forget_old()
            except OSError as error:
                self._end(error)
            except DiskError as error:
                self._run.stop(error)

    # Answers.

    def take(self, request: Request, response: Response, head: bytes) -> None:
        """Take an answer as it came: kept at once, or when it is known whether a listing named something new."""
        answer = Answer(request, response, head)
        if self._keeps_all or "fetch" in request.cb_kwargs or "picture" in request.cb_kwargs:
            self._keep(request, answer)
        elif "listing" in request.cb_kwargs:
            request.meta.setdefault(_WAITING, []).append(answer)

    def take_listing(self, response_of: Request, *, is_news: bool) -> None:
        """Keep what a listing gave, where it is news; a later 304 may refer to it then."""
        waiting = response_of.meta.pop(_WAITING, [])
        for answer in waiting if is_news else ():
            self._keep(response_of, answer)
        captures: list[Capture] = response_of.meta.get(CAPTURES, [])
        if captures and self._recorder and not self._trouble:
            self._recorder.known.note_response(response_of.url, captures[-1])

    def must_come_in_full(self, url: str) -> bool:
        """Return whether a 304 would refer to what was not kept."""
        return self._keeps_all and (recorder := self._open()) is not None and recorder.known.by_url(url) is None

    def _keep(self, request: Request, answer: Answer) -> None:
        if recorder := self._open():
            try:
                if capture := recorder.take(answer):
                    request.meta.setdefault(CAPTURES, []).append(capture)
            except OSError as error:
                self._end(error)

    def _open(self) -> Recorder | None:
        """Return the recorder, made for the first answer; None where nothing can be written any more."""
        if self._trouble:
            return None
        if self._recorder is None:
            run = self._run
            folder = run.config.evidence_dir
            known = KnownCaptures(Captures(run.ledger), folder)
            about = {"http-header-user-agent": str(self.crawler.settings["USER_AGENT"])}
            self._recorder = Recorder(folder, run.name, run.config.evidence_mb, known, about)
        return self._recorder

    def _end(self, error: OSError) -> None:
        """What cannot be kept is not archived."""
        self._trouble = self._trouble or error
        if self._recorder:
            self._recorder.abandon()
        path = Path(error.filename) if error.filename else self._run.config.evidence_dir
        self._run.stop(DiskError(path, error.strerror or error))

    # Posts.

    def take_articles(self, fetch: ArticleFetch, articles: Iterable[Article]) -> None:
        """Keep what these articles are made of, until they are posts, or refused."""
        self._fetches |= {article.id: fetch for article in articles}

    def forget(self, item: Article) -> None:
        """An article has left the pipelines."""
        self._fetches.pop(item.id, None)

    def note(self, posts: Sequence[PendingPost]) -> None:
        """Write what posts were made of. Raises OSError."""
        recorder = self._open()
        if recorder is None:
            assert self._trouble
            raise self._trouble
        for post, text in self._evidence_of(posts):
            recorder.note_post(post, text)
        recorder.known.note()

    def sync(self) -> None:
        """Bring to the disk what was written, in the thread that writes posts. Raises OSError."""
        if self._recorder:
            self._recorder.sync()

    def _evidence_of(self, posts: Sequence[PendingPost]) -> Iterator[tuple[str, bytes]]:
        run = self._run
        for post in posts:
            evidence = post_evidence(post, self._fetches[post.id], run.archive.output, run.name)
            yield post.id, encoded(evidence)
