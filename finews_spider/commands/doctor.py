"""`scrapy doctor`: which endpoints answer, and what to do about those that do not."""

import argparse

from scrapy.commands import ScrapyCommand

from finews_spider import dates
from finews_spider.commands.base import ExitCodeCommand
from finews_spider.commands.doctor_checks import table
from finews_spider.commands.doctor_spider import DoctorSpider
from finews_spider.exit_codes import ExitCode


class Command(ExitCodeCommand, ScrapyCommand):
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

    def execute(self, args: list[str], opts: argparse.Namespace) -> ExitCode:
        """Return OK when all endpoints answer well, BROKEN when one is in trouble."""
        self.config()
        assert self.crawler_process is not None
        crawler = self.crawler_process.create_crawler(DoctorSpider)
        print("Asking every endpoint once, a second apart at each host ...", flush=True)
        self.crawler_process.crawl(crawler)
        self.crawler_process.start()
        assert isinstance(crawler.spider, DoctorSpider)
        print(table(crawler.spider.checks, dates.now()))
        return ExitCode.BROKEN if any(check.trouble for check in crawler.spider.checks) else ExitCode.OK
