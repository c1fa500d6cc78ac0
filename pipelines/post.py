"""Writes each article's post, once and atomically."""

from typing import Self

from scrapy.crawler import Crawler
from scrapy.exceptions import DropItem

from finews_spider.archive import Archive
from finews_spider.items import Article
from finews_spider.posts import render


class KnownError(DropItem):
    """The article has a post already."""

    log_level = "DEBUG"


class PostPipeline:
    """Renders the post and hands it to the archive."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.site: str = crawler.settings["FINEWS_SITE"]

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's constructor."""
        return cls(crawler)

    @property
    def archive(self) -> Archive:
        """The spider's."""
        archive: Archive = self.crawler.spider.archive  # type: ignore[union-attr]
        return archive

    async def process_item(self, item: Article) -> Article:
        """The article, when its post is safely on disk."""
        assert item.time is not None
        if item.id in self.archive:
            raise KnownError(f"{item.id} has a post already")
        await self.archive.add(item.id, item.time, render(item, self.site))
        self.crawler.stats.inc_value("finews/posts")
        self.crawler.stats.inc_value(f"finews/posts/{item.source}")
        return item
