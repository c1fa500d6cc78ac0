"""What the log says of items."""

import logging
from typing import Any

from scrapy import Spider, logformatter
from scrapy.http import Response
from scrapy.logformatter import LogFormatterResult
from twisted.python.failure import Failure


class LogFormatter(logformatter.LogFormatter):
    """Scrapy's, without whole articles in it."""

    def scraped(self, item: Any, response: Response | Failure | None, spider: Spider) -> LogFormatterResult:
        """The article's id and title."""
        return {
            "level": logging.DEBUG,
            "msg": "Archived %(id)s %(title)s",
            "args": {"id": item.id, "title": item.title},
        }

    def dropped(self, item: Any, exception: BaseException, response: Any, spider: Spider) -> LogFormatterResult:
        """Why it was dropped; the exception names the article."""
        said = super().dropped(item, exception, response, spider)
        return {
            **said,
            "msg": "%(kind)s: %(why)s",
            "args": {"kind": type(exception).__name__, "why": exception},
        }

    def item_error(
        self, item: Any, exception: BaseException, response: Any, spider: Spider | None = None
    ) -> LogFormatterResult:
        """What went wrong in a pipeline; the traceback follows."""
        return {"level": logging.ERROR, "msg": "Error in a pipeline, %(id)s is not written", "args": {"id": item.id}}
