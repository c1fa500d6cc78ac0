"""Articles that their sites have no more: noted, and looked for once in an archive of the web when that is believed."""

import logging
from collections.abc import Iterator

from finews_spider.crawl.article_fetch import ArticleFetch
from finews_spider.crawl.run import Run
from finews_spider.items import ArticleRef
from finews_spider.ledger.tries import State
from finews_spider.sources.base import Route

logger = logging.getLogger(__name__)

MAX_LOOKS = 20  # of a run in archives; a host that moved may have lost all that it had


class Absences:
    """What becomes of articles of which their sites say that there are none."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._looks = MAX_LOOKS

    def note(self, fetch: ArticleFetch, ref: ArticleRef) -> None:
        """Note that the article is not there; it is withdrawn when that lasts. A post that it may have stays.

        One that has become withdrawn may be in an archive: the fetch gets the routes to it.
        """
        if fetch.in_archive:
            logger.warning("%s is in no archive either: %s", ref.id, fetch.reason)
            self._run.count(ref.source, "withdrawn")
            return
        is_withdrawn = self._run.owed.tries.record_absence(ref.id, fetch.reason) is State.WITHDRAWN
        logger.warning("%s at %s is %s: %s", ref.id, ref.url, "withdrawn" if is_withdrawn else "absent", fetch.reason)
        if is_withdrawn and (routes := list(self._archives(ref))):
            fetch.archives[ref.id] = routes
        else:
            self._run.count(ref.source, "withdrawn" if is_withdrawn else f"failed/{fetch.kind}")

    def _archives(self, ref: ArticleRef) -> Iterator[Route]:
        """Yield the routes to what archives have of it, unless they were asked before."""
        names = self._run.sources[ref.source].fallback_sources
        archives = [self._run.sources[name] for name in names if self._run.sources[name].is_archive]
        if archives and self._looks and self._run.owed.tries.take_archive_look(ref.id):
            self._looks -= 1
            for archive in archives:
                yield from archive.routes(ref)
