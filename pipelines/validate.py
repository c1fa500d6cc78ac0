"""Refuses what cannot be a whole post. What is refused is not lost: a later run asks for it again."""

import re
from datetime import timedelta

from scrapy.exceptions import DropItem

from finews_spider import dates
from finews_spider.items import FLASH_CATEGORY, Article
from finews_spider.markup.blocks import without_source_line

AHEAD = timedelta(days=2)  # how far a time may be ahead of the clock; Jekyll leaves out what lies in the future


class MissingFieldError(DropItem):
    """The article lacks fields that a post needs; `reason` names them."""

    def __init__(self, item: Article, missing: list[str]) -> None:
        self.reason = f"no {', no '.join(missing)}"
        super().__init__(f"{item.url}: {self.reason}; {item.id} is not written")


class ValidatePipeline:
    """Lets whole articles through."""

    def process_item(self, item: Article) -> Article:
        """The article, if it can be a post; else MissingFieldError names its URL and the fields."""
        missing = item.missing()
        if item.body and not item.is_flash and not has_content(item.body):
            missing.append("body")
        if not item.is_flash and item.media_name and item.category in ("", FLASH_CATEGORY):
            missing.append("media_name (it gives no slug of its own)")
        if item.time and item.time > dates.now() + AHEAD:
            missing.append("time (it lies ahead of the clock)")
        if missing:
            raise MissingFieldError(item, missing)
        return item


def has_content(body: str) -> bool:
    """Whether there is something to read or see besides the source line."""
    rest = without_source_line(body)
    return "<img src=" in rest or bool(re.sub(r"<[^>]*>|&nbsp;|\s", "", rest))
