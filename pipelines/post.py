"""Writes each article's post, once and atomically."""

import logging
from dataclasses import replace
from typing import Self

from scrapy.crawler import Crawler
from scrapy.exceptions import DropItem

from finews_spider.archive.archive import Archive
from finews_spider.archive.atomic import PathTakenError
from finews_spider.archive.changes import is_edited, is_stub, with_permalink_of
from finews_spider.archive.posts import render
from finews_spider.crawl.run import run_of
from finews_spider.exceptions import DiskError
from finews_spider.items import Article
from finews_spider.markup.parsing import IncompleteBodyError
from finews_spider.markup.text import visible
from finews_spider.refusals import Refused, RefusedError
from pipelines.clean import clean, says_more
from pipelines.sanitize import sanitize

logger = logging.getLogger(__name__)


class KnownError(DropItem):
    """The article has a post already, and a reader would see no difference."""


class StubError(RefusedError):
    """Next to nothing is left of the article that its post holds: the post stays."""


class TakenError(RefusedError):
    """What is no post, or is another, stands where the post or its folder belongs: it is owed until that is moved."""


class NotWrittenError(DropItem):
    """The disk refused the post; the run ends."""


class PostPipeline:
    """Renders the post and hands it to the archive."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's constructor."""
        return cls(crawler)

    @property
    def archive(self) -> Archive:
        """The run's."""
        return run_of(self.crawler).archive

    async def process_item(self, item: Article) -> Article:
        """The article, when its post is safely on disk."""
        try:
            if item.id in self.archive:
                await self._rewrite(item)
            else:
                await self._add(item)
        except PathTakenError as error:
            raise TakenError(item.url, item.id, Refused.TAKEN, detail=f", by {error.filename}") from error
        except (OSError, DiskError) as error:
            self._end_run(error)
            raise NotWrittenError(f"{item.id} is not written", log_level="INFO") from error
        return item

    async def _add(self, item: Article) -> None:
        assert item.time is not None
        if self.archive.has_come(item.id, item.time):
            raise KnownError(f"{item.id} has a post since the run began", log_level="INFO")
        await self.archive.ensure_page(item.category, item.tag)
        await self.archive.add(item.id, item.time, self._render(item))
        self._count(item, "archived")
        if item.body:
            self._count(item, "bodies")
            self._count(item, "chars", len(visible(item.body)))

    async def _rewrite(self, item: Article) -> None:
        kept = self.archive.read(item.id)
        item = with_permalink_of(kept, item) if kept else item
        if kept is None or not is_edited(kept, _clean(kept, item.body_url or item.url), item):
            self._count(item, "unchanged")
            raise KnownError(f"{item.id} has a post already", log_level="DEBUG")
        if is_stub(kept, item):
            raise StubError(item.url, f"the post of {item.id}", Refused.STUB, kept="stays")
        await self.archive.rewrite(item.id, self._render(item), run_of(self.crawler).clock.now())
        self._count(item, "edited")
        logger.info("%s was edited, its post is written again: %s", item.id, item.title)

    def _render(self, item: Article) -> str:
        return render(item, run_of(self.crawler).config.site)

    def _end_run(self, error: OSError | DiskError) -> None:
        """What cannot be kept is not asked for."""
        disk = error if isinstance(error, DiskError) else DiskError(self.archive.output, error.strerror or error)
        run_of(self.crawler).stop(disk)

    def _count(self, item: Article, what: str, by: int = 1) -> None:
        run_of(self.crawler).count(item.source, what, by)


def _clean(kept: Article, base: str) -> Article:
    """Return the article of a post by the rules of today; as it stands where these cannot read it.

    Its links are relative to where its source says it now, `base`, if it was written with such links.
    """
    try:
        body = sanitize(clean(kept.body, base))
    except IncompleteBodyError:
        return kept
    return replace(kept, body=body if not kept.is_flash or says_more(body, kept.digest) else "")
