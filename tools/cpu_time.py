"""For measurements, with ADDONS: the CPU that a crawl takes between its spider's opening and closing, in the stats."""

import time
from typing import Self

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.settings import BaseSettings


class CpuTimeAddon:
    """Puts the extension beside those that a project has."""

    def update_settings(self, settings: BaseSettings) -> None:
        """Scrapy's hook."""
        settings.setdefault_in_component_priority_dict("EXTENSIONS", CpuTime, 1)


class CpuTime:
    """Sets `cpu_seconds`, of the whole process, and `cpu_seconds_loop`, of the event loop's thread alone."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self._began = (0.0, 0.0)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's constructor."""
        extension = cls(crawler)
        crawler.signals.connect(extension.opened, signals.spider_opened)
        crawler.signals.connect(extension.closed, signals.spider_closed)
        return extension

    def opened(self) -> None:
        """The first request is about to be made."""
        self._began = time.process_time(), time.thread_time()

    def closed(self) -> None:
        """The last item is done."""
        assert self.crawler.stats
        self.crawler.stats.set_value("cpu_seconds", time.process_time() - self._began[0])
        self.crawler.stats.set_value("cpu_seconds_loop", time.thread_time() - self._began[1])
