"""`scrapy crawl`, with exit codes that a schedule can act upon."""

import argparse
import asyncio
import gc
import sys
from contextlib import suppress

from scrapy.commands import crawl

from finews_spider.archive.lock import only_run
from finews_spider.config import output_folder
from finews_spider.exceptions import ArchiveLockedError, ConfigurationError
from finews_spider.exit_codes import ExitCode
from finews_spider.extensions.progress import quieten
from finews_spider.extensions.report import RunReport
from finews_spider.reporting import report, store
from finews_spider.spiders.finews import FinewsSpider


class Command(crawl.Command):
    """Scrapy's own, with exit codes."""

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Before the log is set up."""
        super().process_options(args, opts)
        assert self.settings is not None
        quieten(self.settings)

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Run the spider, alone on its archive. The exit codes are in README.md."""
        assert self.crawler_process is not None
        if args and args[0] not in self.crawler_process.spider_loader.list():
            print(f"scrapy crawl: there is no spider {args[0]!r}; use {FinewsSpider.name}", file=sys.stderr)
            self.exitcode = ExitCode.WRONG
            return
        if args != [FinewsSpider.name]:
            super().run(args, opts)
            return
        assert self.settings is not None
        output = None
        try:
            output = output_folder(self.settings)
            FinewsSpider.read_arguments(self.settings, opts.spargs)
            with only_run(output):
                self.exitcode = self._crawl(opts)
        except (ConfigurationError, ArchiveLockedError) as error:
            print(f"scrapy crawl finews: {error}", file=sys.stderr)
            self.exitcode = ExitCode.WRONG if isinstance(error, ConfigurationError) else ExitCode.HELD
            if output and output.is_dir():
                refused = report.begin(output, opts.spargs)
                report.end(refused, self.exitcode, str(error))
                with suppress(OSError):
                    store.write(refused, output)

    def _crawl(self, opts: argparse.Namespace) -> int:
        assert self.crawler_process is not None
        gc.set_threshold(10_000, 20, 50)  # a run makes many objects that live shortly, and no cycles of them
        crawler = self._create_crawler(FinewsSpider.name)
        crawling = self.crawler_process.crawl(crawler, **opts.spargs)
        self.crawler_process.start()
        if self.crawler_process.bootstrap_failed:
            if isinstance(crawling, asyncio.Task):
                crawling.result()  # raises what it was: that the ledger cannot be used, or a fault
            return ExitCode.FAULT
        extension = crawler.get_extension(RunReport)
        return extension.exit_code() if extension else ExitCode.FAULT
