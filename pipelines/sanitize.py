"""Removes what a browser must never run. nh3 (html5ever and an allowlist) does it; nothing here parses HTML."""

import re
from typing import Self

import nh3
from scrapy.crawler import Crawler
from scrapy.statscollectors import StatsCollector

from finews_spider.items import Article
from finews_spider.markup.allowlist import ATTRIBUTES, CODE, STYLES, TAGS
from finews_spider.markup.blocks import arrange, close_void
from finews_spider.markup.parsing import IncompleteBodyError, until_stable
from pipelines.clean import BodyError, clean

_BLANK_LINES = re.compile(r"<pre>\n+")  # a parser takes one of them away each time
_VALUE = r"(?:[a-z]+|#[0-9a-f]{3,8}|[0-9]{1,2}(?:\.[0-9]{1,3})?(?:px|pt|em|%)?)"
_DECLARATION = re.compile(rf"\s*([a-z-]+)\s*:\s*({_VALUE}(?:\s+{_VALUE})*)\s*")


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
            body = settle(item.body)
        except IncompleteBodyError as error:
            raise BodyError(item, error) from error
        if body != item.body:
            self.stats.inc_value("finews/sanitized")
        item.body = body
        return item


def sanitize(body: str) -> str:
    """The body with allowed elements, attributes, links and styles only, void elements as in the seed.

    Raises IncompleteBodyError.
    """
    return until_stable(lambda each: arrange(_allowed(each)), body)


def settle(body: str) -> str:
    """A clean body sanitized, and what that changed cleaned and sanitized again, until nothing changes.

    The two may write the same in two ways (`alt='"'`): what is compared has been through both.

    Raises IncompleteBodyError.
    """
    return body if _allowed(body) == body else until_stable(lambda each: sanitize(clean(each)), sanitize(body))


def _allowed(body: str) -> str:
    return _BLANK_LINES.sub("<pre>", close_void(_cleaner.clean(body)))


def _attribute(tag: str, name: str, value: str) -> str | None:
    if name == "style":
        return _style(value, STYLES.get(tag, frozenset())) or None
    if name == "class":
        return "em_media" if "em_media" in value.split() else None  # the source line's, the only one the seed has
    if name == "src" and not re.match("(?i)https?://", value):
        return None  # the scheme list below holds for links; pictures are stricter
    return value


def _style(value: str, allowed: frozenset[str]) -> str:
    """The allowed declarations, as `name:value;`.

    Values are words, colours and small lengths: no url(), no expression, and nothing that lies over the rest of a page.
    """
    found = [_DECLARATION.fullmatch(each.lower()) for each in value.split(";")]
    return "".join(f"{each[1]}:{each[2]};" for each in found if each and each[1] in allowed)


_cleaner = nh3.Cleaner(
    tags=set(TAGS),
    clean_content_tags=set(CODE),
    attributes=ATTRIBUTES,
    attribute_filter=_attribute,
    url_schemes={"http", "https", "mailto"},
    link_rel=None,
    strip_comments=True,
)
