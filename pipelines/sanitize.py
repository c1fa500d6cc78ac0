"""Removes what a browser must never run: nh3 (html5ever and an allowlist) has the last word."""

import re
from typing import Self

import nh3
from scrapy.crawler import Crawler
from scrapy.statscollectors import StatsCollector

from finews_spider.items import Article
from finews_spider.markup.allowlist import ATTRIBUTES, CODE, SOURCE_LINE, TAGS, allowed_style
from finews_spider.markup.parsing import IncompleteBodyError
from pipelines.clean import BodyError, clean

_VOID_TAG = re.compile(r"<((?:br|col|hr|img)\b[^>]*)>")  # as nh3 writes it: `>` is `&gt;` in an attribute


class SanitizePipeline:
    """Leaves in the body only what the allowlist names, laid out in blocks."""

    def __init__(self, stats: StatsCollector) -> None:
        self.stats = stats

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's constructor."""
        return cls(crawler.stats)

    def process_item(self, item: Article) -> Article:
        """The article with a body that is safe to publish. Raises BodyError."""
        try:
            body = sanitize(item.body)
        except IncompleteBodyError as error:
            raise BodyError(item, error) from error
        if body != item.body:
            self.stats.inc_value("finews/sanitized")
        item.body = body
        return item


def sanitize(body: str) -> str:
    """The body as the sanitizer leaves it, void elements as in the seed.

    A clean body is left as it is. What is allowed of another one is cleaned, because tags that are taken away leave
    texts without a paragraph; once, and if that is not left as it is, the body is read in another way each time: a
    trick. Raises IncompleteBodyError.
    """
    allowed = _allowed(body)
    if allowed != body:
        body = clean(allowed)
        if _allowed(body) != body:
            raise IncompleteBodyError("read in another way each time")
    return body


def _allowed(body: str) -> str:
    return _VOID_TAG.sub(r"<\1 />", _cleaner.clean(body))


def _attribute(tag: str, name: str, value: str) -> str | None:
    if name == "style":
        return allowed_style(tag, value) or None
    if name == "class":
        return SOURCE_LINE if SOURCE_LINE in value.split() else None
    if name == "src" and not re.match("(?i)https?://", value):
        return None  # the scheme list below holds for links; pictures are stricter
    return value


_cleaner = nh3.Cleaner(
    tags=set(TAGS),
    clean_content_tags=set(CODE),
    attributes=ATTRIBUTES,
    attribute_filter=_attribute,
    url_schemes={"http", "https", "mailto"},
    link_rel=None,
    strip_comments=True,
)
