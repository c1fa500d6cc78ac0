"""Removes what an editor would remove, from bodies (finews_spider/markup/cuts.py has the rules) and from texts."""

import re
from typing import Self

from scrapy.crawler import Crawler
from scrapy.statscollectors import StatsCollector

from finews_spider.items import Article
from finews_spider.markup.characters import MAX_LINE, one_line
from finews_spider.markup.cleanup import cleaned
from finews_spider.markup.parsing import IncompleteBodyError
from finews_spider.markup.text import visible, without_source_line
from finews_spider.refusals import Refused, RefusedError

# Opens a tag wherever a layout prints a title as it is; a layout that escapes shows the full-width sign as well.
_TAG_OPENER = re.compile("<(?=[A-Za-z/!?]|$)")


class BodyError(RefusedError):
    """The body cannot be read whole: the article stays owed."""

    def __init__(self, item: Article, why: IncompleteBodyError) -> None:
        super().__init__(item.url, item.id, Refused.INCOMPLETE_BODY, detail=f", it is {why}")


class CleanPipeline:
    """Cleans an article's body, and the white space of its texts."""

    def __init__(self, stats: StatsCollector) -> None:
        self.stats = stats

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's constructor."""
        return cls(crawler.stats)

    def process_item(self, item: Article) -> Article:
        """The article, clean. Raises BodyError."""
        try:
            body, cuts = cleaned(item.body, item.body_url or item.url)
        except IncompleteBodyError as error:
            raise BodyError(item, error) from error
        if body != item.body:
            self.stats.inc_value("finews/cleaned")
        for rule, times in cuts.items():
            self.stats.inc_value(f"finews/cleaned/{rule}", times)
        item.raw_body, item.body = item.body, body
        title = _line(item.title)
        item.title, item.media_name, item.digest = (
            escape_tag_openers(title),
            escape_tag_openers(_line(item.media_name)),
            _line(item.digest),
        )
        if item.is_flash:
            item.digest = _line(item.digest.removeprefix(f"【{title}】"))
            item.body = item.body if says_more(item.body, item.digest) else ""
        return item


def says_more(body: str, digest: str) -> bool:
    """Whether a flash's body tells anything that its digest does not; the source line does not count."""
    rest = without_source_line(body)
    return "<img " in rest or visible(rest) not in "".join(digest.split())


def escape_tag_openers(title: str) -> str:
    """The title without a sign that opens a tag: layouts of other sites print titles as they are.

    The full-width sign stands there instead, which looks the same and needs no escaping.
    """
    return _TAG_OPENER.sub("＜", title)


def _line(text: str) -> str:
    return one_line(text) if len(text) <= MAX_LINE else ""


def clean(body: str, base: str = "") -> str:
    """The body as an editor would leave it, empty when nothing of it is left; cleaned again, it stays as it is.

    `base` is the address that it was read from. Raises IncompleteBodyError.
    """
    return cleaned(body, base).body
