"""The base of finews's commands: it checks settings as a crawl does, and turns exceptions into exit codes."""

import argparse
import os
import sys
from typing import ClassVar

from scrapy.exceptions import UsageError
from scrapy.settings import Settings

from finews_spider.archive.lock import check_output
from finews_spider.commands.site_file import apply
from finews_spider.config import Config, read_config
from finews_spider.exceptions import ArchiveLockedError, ConfigurationError, DiskError
from finews_spider.exit_codes import ExitCode
from finews_spider.logformatter import make_log_printable
from finews_spider.printable import safe_line
from finews_spider.reporting.program import program
from finews_spider.setting_values import check_log
from finews_spider.sources.loader import load


class ExitCodeCommand:
    """A command whose exceptions become its exit code. It has to stand before Scrapy's class among the bases."""

    settings: Settings | None
    exitcode: int
    takes_arguments = False  # beside its options
    takes_settings = True
    is_quiet = False  # what it prints is what a person wants, and no log unless its level is given

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Execute the command, and set its exit code; an error of the user's or of the disk is printed as one line.

        Raise UsageError for options that it does not have, and for arguments where it takes none.
        """
        assert self.settings is not None
        others = [word for word in args if not self.takes_arguments or word.startswith("-")]
        if others:
            raise UsageError(f"{others[0]}: not accepted")
        make_log_printable(self.settings)
        try:
            self.exitcode = self.execute(args, opts)
        except (ConfigurationError, ArchiveLockedError, DiskError) as error:
            self.exitcode = self.refuse(error)
        except BrokenPipeError:  # who reads has gone: `| head`
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            self.exitcode = ExitCode.INTERRUPTED

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add the command's options; its usage names the program that was called."""
        super().add_options(parser)  # type: ignore[misc]  # of Scrapy's class
        if self.takes_settings:
            parser.add_argument("--config", metavar="FILE", help="the finews.toml to read")
        parser.usage = f"{program()} {self.title} {self.syntax()}"  # type: ignore[attr-defined]

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Read the options, then finews.toml and the environment. Exit where they cannot be used."""
        super().process_options(args, opts)  # type: ignore[misc]  # of Scrapy's class
        assert self.settings is not None
        if self.is_quiet and not opts.loglevel:
            self.settings.set("LOG_LEVEL", "CRITICAL", priority="cmdline")
        try:
            if self.takes_settings:
                apply(self.settings, getattr(opts, "config", "") or "")
            check_log(self.settings["LOG_LEVEL"], self.settings["LOG_FILE"])
        except ConfigurationError as error:
            sys.exit(self.refuse(error))

    def execute(self, args: list[str], opts: argparse.Namespace) -> ExitCode:
        """Do the command's work, and return its exit code."""
        raise NotImplementedError

    def refuse(self, error: ConfigurationError | ArchiveLockedError | DiskError) -> ExitCode:
        """Print why the command is not executed, or not to its end; return the exit code."""
        print(f"{program()} {self.title}: {safe_line(error, limit=2000)}", file=sys.stderr)
        return error.exit_code

    @property
    def title(self) -> str:
        """The command's name in messages."""
        return type(self).__module__.rpartition(".")[2]

    def config(self) -> Config:
        """Return the settings. Raise ConfigurationError for those that a crawl would refuse. No file is written."""
        assert self.settings is not None
        config = read_config(self.settings)
        load(config.sources_file, config.config)
        check_output(config.output)
        return config

    def config_of_archive(self) -> Config:
        """Return the settings, for a command that needs an archive. Raise ConfigurationError where there is none."""
        config = self.config()
        if not config.output.is_dir():
            raise ConfigurationError(f"FINEWS_OUTPUT: there is no {config.output}")
        return config


class OfflineCommand(ExitCodeCommand):
    """A command that asks no site: it needs no crawler, and what it prints is all that is seen of it."""

    requires_project = True
    requires_crawler_process = False
    default_settings: ClassVar = {"LOG_ENABLED": False}
