"""A spider that speaks while its progress is shown, for tests/extensions/test_progress.py."""

import logging
import sys
from typing import Self

from scrapy import signals
from scrapy.crawler import Crawler

from finews_spider.extensions import progress
from finews_spider.spiders.finews import FinewsSpider

progress.LINE = 0.25  # instead of a minute


class WatchedSpider(FinewsSpider):
    """With its first article it warns and prints; the warning has what a terminal would obey, and is a long line."""

    name = "watched"
    custom_settings = {  # noqa: RUF012  # no report: the test looks at what the display leaves
        "EXTENSIONS": {"finews_spider.extensions.progress.Progress": 100, "scrapy.extensions.logstats.LogStats": None}
    }
    has_spoken = False

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: object, **kwargs: str) -> Self:
        """Scrapy's constructor."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        crawler.signals.connect(spider.speak, signals.item_scraped)
        return spider

    def speak(self) -> None:
        """Once."""
        if not self.has_spoken:
            self.has_spoken = True
            logging.getLogger("watched").warning("careful \x1b[2J%s the end", "x" * 200)
            print("printed,", "with rich" if "rich" in sys.modules else "without rich", flush=True)
