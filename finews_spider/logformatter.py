"""What the log says of items, and that a terminal obeys nothing of it."""

import logging
from typing import Any

from scrapy import Spider, logformatter
from scrapy.http import Response
from scrapy.logformatter import LogFormatterResult
from scrapy.settings import BaseSettings
from scrapy.utils.log import get_scrapy_root_handler
from twisted.python.failure import Failure

from finews_spider.printable import printable_lines


class PrintableFormatter(logging.Formatter):
    """The log's lines, of characters that are seen: a title or a URL may hold escape sequences."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record's lines."""
        return printable_lines(super().format(record))


def make_log_printable(settings: BaseSettings) -> None:
    """Have Scrapy's handler, where there is one, write printable lines."""
    if handler := get_scrapy_root_handler():
        handler.setFormatter(PrintableFormatter(settings["LOG_FORMAT"], settings["LOG_DATEFORMAT"]))


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
