"""`scrapy doctor`: check every endpoint once, and print what to do about those that fail."""

import argparse
from collections.abc import Iterable, Iterator

from scrapy.commands import ScrapyCommand

from finews_spider import dates
from finews_spider.commands.base import ExitCodeCommand
from finews_spider.commands.doctor_checks import table
from finews_spider.commands.doctor_spider import DoctorSpider
from finews_spider.config import Config
from finews_spider.downloader.proxies import prepare_proxies
from finews_spider.exceptions import ConfigurationError
from finews_spider.exit_codes import ExitCode
from finews_spider.ledger.database import FILE, Ledger
from finews_spider.ledger.silence import Silences
from finews_spider.printable import printable_lines
from finews_spider.reporting.doubts import doubts, lasting_doubts
from finews_spider.reporting.gone import way_out
from finews_spider.sources.loader import load


def _ways_out(config: Config, sources: Iterable[str]) -> Iterator[str]:
    """Yield what to do about sources that have answered nothing for long, as far as the ledger knows."""
    if not (config.output / FILE).is_file():
        return
    with Ledger(config.output) as ledger:
        for name in sources:
            if since := Silences(ledger).since(name):
                yield from filter(None, [way_out(name, since, dates.now(), config.config)])


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
        prepare_proxies()
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
        for line in _ways_out(config, [name for name, source in sources.items() if source.enabled]):
            print(printable_lines(f"warning: {line}"))
        return ExitCode.BROKEN if any(check.trouble for check in crawler.spider.checks) else ExitCode.OK
