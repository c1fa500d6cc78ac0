"""`scrapy worker`: units of work, one after another, of a queue that several machines share."""

import argparse
import asyncio
import socket

from scrapy.commands import ScrapyCommand
from scrapy.settings import SETTINGS_PRIORITIES
from scrapy.utils.log import configure_logging

from finews_spider.commands.base import OfflineCommand
from finews_spider.config import Config
from finews_spider.exceptions import ConfigurationError
from finews_spider.exit_codes import ExitCode
from finews_spider.printable import safe_line
from finews_spider.publishing.preflight import publishing_trouble
from finews_spider.reporting.program import program
from finews_spider.sources.loader import load


class Command(OfflineCommand, ScrapyCommand):
    """Starts a run for each unit, in this clone of the site; it asks nobody itself."""

    def syntax(self) -> str:
        """Return the arguments, as the usage shows them."""
        return "[--once] [--name NAME]"

    def short_desc(self) -> str:
        """Return the line in the list of commands."""
        return "Do units of the queue that several machines share, in this clone of the site"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add the options."""
        super().add_options(parser)
        parser.add_argument("--once", action="store_true", help="end when no unit is due")
        parser.add_argument("--name", default=socket.gethostname(), help="of this worker (default: the machine's)")

    def execute(self, args: list[str], opts: argparse.Namespace) -> ExitCode:
        """Return OK after a signal or when --once has no more to do; else what shows that the set-up is wrong.

        Raise ConfigurationError where no unit could be done here.
        """
        config = self.config_of_archive()
        _check(config, f"{program()} {self.title}")
        from finews_spider.machines.database import connected  # what is off is not loaded

        with connected(config.queue, f"{program()} {self.title}"):
            pass
        return self._work(config, opts)

    def _work(self, config: Config, opts: argparse.Namespace) -> ExitCode:
        from finews_spider.machines.pace import pace_of
        from finews_spider.machines.runs import Clone
        from finews_spider.machines.worker import FinewsWorker

        assert self.settings is not None
        configure_logging({**self.settings, "LOG_ENABLED": True})
        worker = FinewsWorker(
            url=config.queue,
            name=safe_line(opts.name, limit=60),
            clone=Clone(output=config.output, branch=config.branch, options=self._options(opts)),
            pace=pace_of(load(config.sources_file, config.config), self.settings.getfloat("DOWNLOAD_DELAY")),
        )
        return asyncio.run(worker.run(once=opts.once))

    def _options(self, opts: argparse.Namespace) -> list[str]:
        """Return the options that its runs are called with: those of this command line."""
        assert self.settings is not None
        priority, given = SETTINGS_PRIORITIES["cmdline"], self.settings
        names = [name for name in given if given.getpriority(name) == priority and name != "FINEWS_QUEUE"]
        words = [word for name in names for word in ("-s", f"{name}={given[name]}")]
        return words + (["--config", opts.config] if opts.config else [])


def _check(config: Config, what: str) -> None:
    """Raise ConfigurationError where a unit's posts would not come to others."""
    if config.publish != "push":
        raise ConfigurationError(f"FINEWS_PUBLISH: {what} publishes by push; set it to push, for its runs too")
    if trouble := publishing_trouble(config.output, config.publish, config.branch):
        raise ConfigurationError(f"FINEWS_PUBLISH: {trouble}")
