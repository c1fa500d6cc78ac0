"""`scrapy crawl`, with exit codes that a scheduler can act on."""

import argparse
import gc
from contextlib import suppress

from scrapy.commands import crawl

from finews_spider.archive.lock import archive_lock, check_room, is_site
from finews_spider.commands.base import ExitCodeCommand
from finews_spider.commands.notify import Notifier
from finews_spider.commands.running import run_to_end, tell_publishing_trouble
from finews_spider.config import Config, read_config
from finews_spider.crawl.run import read_order
from finews_spider.downloader.proxies import prepare_proxies
from finews_spider.exceptions import ArchiveLockedError, ConfigurationError, DiskError
from finews_spider.exit_codes import ExitCode
from finews_spider.extensions.progress import quieten
from finews_spider.printable import safe_line
from finews_spider.reporting import builder, metrics, plain_text, store
from finews_spider.reporting.program import is_finews
from finews_spider.reporting.summary import summary_of
from finews_spider.spiders.finews import FinewsSpider


class Command(ExitCodeCommand, crawl.Command):
    """Scrapy's command, with finews's exit codes."""

    takes_arguments = True

    def short_desc(self) -> str:
        """Return the line in the list of commands."""
        return "Read the news, and archive what is new"

    def syntax(self) -> str:
        """Return the arguments, as the usage shows them; of the program finews there is one spider."""
        return "[-a NAME=VALUE ...]" if is_finews() else f"{FinewsSpider.name} [-a NAME=VALUE ...]"

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Read the options, and prepare the log's settings for the progress display."""
        super().process_options(args, opts)
        assert self.settings is not None
        quieten(self.settings)

    def execute(self, args: list[str], opts: argparse.Namespace) -> ExitCode:
        """Run the spider while holding the archive's lock, and return the run's exit code.

        Raise ConfigurationError and ArchiveLockedError, after writing a report that says so.
        """
        assert self.crawler_process is not None
        assert self.settings is not None
        if words := [word for word in args[1:] if "=" in word]:
            raise ConfigurationError(f"{words[0]}: an argument needs -a before it: -a {words[0]}")
        if args and args[0] not in self.crawler_process.spider_loader.list():
            raise ConfigurationError(f"there is no spider {args[0]!r}; use {FinewsSpider.name}")
        if args != [FinewsSpider.name]:
            crawl.Command.run(self, args, opts)  # of Scrapy, which says what is accepted
            return ExitCode(self.exitcode)
        config = read_config(self.settings)
        notifier = Notifier(self.settings)
        try:
            prepare_proxies()
            read_order(config, opts.spargs)
            with archive_lock(config.output):
                check_room(config.output)
                tell_publishing_trouble(config, self.title)
                notifier.begin()
                code, text = self._crawl(opts)
        except (ConfigurationError, ArchiveLockedError, DiskError) as error:
            _report_refusal(config, opts.spargs, error)
            raise
        notifier.end(code, text)
        return code

    def refuse(self, error: ConfigurationError | ArchiveLockedError | DiskError) -> ExitCode:
        """Print why there was no run, or no whole one, and tell the operator; return the exit code."""
        assert self.settings is not None
        code = super().refuse(error)
        Notifier(self.settings).end(code, safe_line(error, limit=2000))
        return code

    def _crawl(self, opts: argparse.Namespace) -> tuple[ExitCode, str]:
        """Return the run's exit code, and its summary."""
        assert self.crawler_process is not None
        gc.set_threshold(10_000, 20, 50)  # a run makes many short-lived objects and no reference cycles
        extension = run_to_end(self.crawler_process, self._create_crawler(FinewsSpider.name), opts.spargs)
        if not extension:
            return ExitCode.FAULT, ""
        code = extension.exit_code()
        return code, "\n".join(plain_text.render(summary_of(extension.report))) if extension.report else ""


def _report_refusal(
    config: Config, arguments: dict[str, str], error: ConfigurationError | ArchiveLockedError | DiskError
) -> None:
    with suppress(OSError):
        report = builder.end(builder.begin(config.output, arguments), error.exit_code, str(error))
        if config.metrics and error.exit_code is not ExitCode.HELD:  # else the run that holds the archive writes them
            with suppress(OSError):
                metrics.write(report, config.metrics)
        if is_site(config.output):  # another folder is left as it is
            store.write(report, config.output)
