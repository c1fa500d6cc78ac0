"""`scrapy doctor`: which endpoints answer, and what to do about those that do not."""

import argparse
import sys
from pathlib import Path

from scrapy.commands import ScrapyCommand

from finews_spider import dates
from finews_spider.doctor import DoctorSpider, table
from finews_spider.downloader.resolver import networks
from finews_spider.exceptions import ConfigurationError
from finews_spider.sources.loader import load


class Command(ScrapyCommand):
    """One polite request an endpoint."""

    requires_project = True

    def short_desc(self) -> str:
        """Shown in the list of commands."""
        return "Ask every endpoint of the enabled sources once, and say what answered"

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """The table is what is to be read, so the log is quiet unless it is asked for."""
        super().process_options(args, opts)
        assert self.settings is not None
        if not opts.loglevel:
            self.settings.set("LOG_LEVEL", "CRITICAL", priority="cmdline")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Exit code 0 when all is well, 2 for a wrong setting or sources file, 4 when an endpoint is in trouble."""
        assert self.crawler_process is not None
        assert self.settings is not None
        try:
            networks(self.settings["FINEWS_PRIVATE_NETWORKS"])
            load(Path(self.settings["FINEWS_SOURCES_FILE"]))
        except ConfigurationError as mistake:
            print(f"scrapy doctor: {mistake}", file=sys.stderr)
            self.exitcode = 2
            return
        crawler = self.crawler_process.create_crawler(DoctorSpider)
        print("Asking every endpoint once, a second apart at each host ...", flush=True)
        self.crawler_process.crawl(crawler)
        self.crawler_process.start()
        assert isinstance(crawler.spider, DoctorSpider)
        print(table(crawler.spider.checks, dates.now()))
        self.exitcode = 4 if any(check.trouble for check in crawler.spider.checks) else 0
