"""`scrapy doctor`: check every endpoint once, and print what to do about those that fail."""

import argparse

from scrapy.commands import ScrapyCommand

from finews_spider import dates
from finews_spider.commands.base import ExitCodeCommand
from finews_spider.commands.doctor_checks import table
from finews_spider.commands.doctor_spider import DoctorSpider
from finews_spider.exceptions import ConfigurationError
from finews_spider.exit_codes import ExitCode
from finews_spider.printable import printable_lines
from finews_spider.reporting.doubts import doubts, lasting_doubts
from finews_spider.sources.loader import load


class Command(ExitCodeCommand, ScrapyCommand):
    """Sends one request to each endpoint, at a crawl's pace."""

    requires_project = True
    takes_arguments = True
    is_quiet = True

    def syntax(self) -> str:
        """Return the arguments, as the usage shows them."""
        return "[SOURCE ...]"

    def short_desc(self) -> str:
        """Return the line in the list of commands."""
        return "Request every endpoint of the enabled sources, or of those named, once, and list what answers"

    def execute(self, args: list[str], opts: argparse.Namespace) -> ExitCode:
        """Return OK when all endpoints answer well, BROKEN when one does not. Raise ConfigurationError for a name."""
        config = self.config()
        sources = load(config.sources_file, config.config)
        if unknown := [name for name in args if name not in sources]:
            raise ConfigurationError(f"{unknown[0]}: is no source; sources are {', '.join(sources)}")
        assert self.crawler_process is not None
        crawler = self.crawler_process.create_crawler(DoctorSpider)
        print("Requesting every endpoint once, one request a second per host ...", flush=True)
        self.crawler_process.crawl(crawler, names=args)
        self.crawler_process.start()
        assert isinstance(crawler.spider, DoctorSpider)
        print(printable_lines(table(crawler.spider.checks, dates.now())))
        for doubt in (*lasting_doubts(config), *doubts(config)):
            print(printable_lines(f"warning: {doubt}"))
        return ExitCode.BROKEN if any(check.trouble for check in crawler.spider.checks) else ExitCode.OK
