"""`scrapy crawl`, with exit codes that a schedule can act upon."""

import argparse
import gc
import sys
from pathlib import Path

from scrapy.commands import crawl
from scrapy.crawler import Crawler

from finews_spider.archive import only_run
from finews_spider.errors import HeldError, MistakeError
from finews_spider.extensions.progress import quieten
from finews_spider.spiders.finews import FinewsSpider

WRONG, INCOMPLETE, BROKEN, HELD = 2, 3, 4, 6


class Command(crawl.Command):
    """Scrapy's own, with exit codes."""

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Before the log is set up."""
        super().process_options(args, opts)
        assert self.settings is not None
        quieten(self.settings)

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Run the spider, alone on its archive. The exit codes are in README.md."""
        if args != [FinewsSpider.name]:
            super().run(args, opts)
            return
        assert self.settings is not None
        try:
            FinewsSpider.read_arguments(self.settings, opts.spargs)
            with only_run(Path(self.settings["FINEWS_OUTPUT"])):
                self.exitcode = self._crawl(opts)
        except (MistakeError, HeldError) as error:
            print(f"scrapy crawl finews: {error}", file=sys.stderr)
            self.exitcode = WRONG if isinstance(error, MistakeError) else HELD

    def _crawl(self, opts: argparse.Namespace) -> int:
        assert self.crawler_process is not None
        gc.set_threshold(10_000, 20, 50)  # a run makes many objects that live shortly, and no cycles of them
        crawler = self._create_crawler(FinewsSpider.name)
        self.crawler_process.crawl(crawler, **opts.spargs)
        self.crawler_process.start()
        return 1 if self.crawler_process.bootstrap_failed else exit_code(crawler)


def exit_code(crawler: Crawler) -> int:
    """4 when a listing could not be read, 3 when an article could not, else 0."""
    if crawler.stats.get_value("finews/listings/failed"):
        return BROKEN
    unread = ("finews/articles/incomplete", "item_dropped_reasons_count/MissingFieldError", "item_error_count")
    return INCOMPLETE if any(crawler.stats.get_value(name) for name in unread) else 0
