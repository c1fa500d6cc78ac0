"""Log messages about items, and a formatter whose lines hold no control characters."""

import json
import logging
from datetime import UTC, datetime
from typing import Any, Self

from scrapy import Spider, logformatter, signals
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.logformatter import LogFormatterResult
from scrapy.settings import BaseSettings
from scrapy.utils.log import get_scrapy_root_handler
from twisted.python.failure import Failure

from finews_spider.printable import printable_lines


class PrintableFormatter(logging.Formatter):
    """Writes log lines of printable characters only: a title or a URL may hold escape sequences."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record's lines, printable."""
        return printable_lines(super().format(record))


class JsonFormatter(logging.Formatter):
    """Writes a JSON object a line: time (UTC), level, logger, message; and the traceback where there is one."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record's line."""
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": printable_lines(record.getMessage()),
        }
        if record.exc_info:
            line["traceback"] = printable_lines(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False)


def make_log_printable(settings: BaseSettings) -> None:
    """Set finews's formatter on Scrapy's log handler, if there is one."""
    if handler := get_scrapy_root_handler():
        formats = settings["LOG_FORMAT"], settings["LOG_DATEFORMAT"]
        handler.setFormatter(JsonFormatter() if settings["FINEWS_LOG"] == "json" else PrintableFormatter(*formats))


def _spider_opened(spider: Spider) -> None:
    make_log_printable(spider.settings)
    if handler := get_scrapy_root_handler():
        logging.getLogger("scrapy").setLevel(handler.level)  # else each response makes a record that no handler takes


class LogFormatter(logformatter.LogFormatter):
    """Scrapy's log messages, without whole articles in them."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's constructor. Scrapy makes its handler anew after it, before anything is asked for."""
        crawler.signals.connect(_spider_opened, signals.spider_opened)
        return super().from_crawler(crawler)

    def scraped(self, item: Any, response: Response | Failure | None, spider: Spider) -> LogFormatterResult:
        """Return the message for an article that was archived: its id and title."""
        return {
            "level": logging.DEBUG,
            "msg": "Archived %(id)s %(title)s",
            "args": {"id": item.id, "title": item.title},
        }

    def dropped(self, item: Any, exception: BaseException, response: Any, spider: Spider) -> LogFormatterResult:
        """Return the message for an article that was dropped: why; the exception names the article."""
        message = super().dropped(item, exception, response, spider)
        return {
            **message,
            "msg": "%(kind)s: %(why)s",
            "args": {"kind": type(exception).__name__, "why": exception},
        }

    def item_error(
        self, item: Any, exception: BaseException, response: Any, spider: Spider | None = None
    ) -> LogFormatterResult:
        """Return the message for an exception in a pipeline; the traceback follows."""
        return {"level": logging.ERROR, "msg": "Error in a pipeline: %(id)s is not written", "args": {"id": item.id}}
