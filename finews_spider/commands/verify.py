"""`scrapy verify`: whether posts, captures and category pages are what was written; `--fix` mends what it can."""

import argparse
from pathlib import Path

from scrapy.commands import ScrapyCommand

from finews_spider.archive.lock import archive_lock
from finews_spider.commands.base import OfflineCommand
from finews_spider.exceptions import DiskError
from finews_spider.exit_codes import ExitCode
from finews_spider.ledger.database import Ledger


class Command(OfflineCommand, ScrapyCommand):
    """Reads all posts and captures; writes posts and pages only with --fix, and what it learned to the ledger."""

    def syntax(self) -> str:
        """Return the arguments, as the usage shows them."""
        return "[--fix]"

    def short_desc(self) -> str:
        """Return the line in the list of commands."""
        return "Check that posts, captures and category pages are what was written"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add the option --fix."""
        super().add_options(parser)
        parser.add_argument("--fix", action="store_true", help="mend what can be mended")

    def execute(self, args: list[str], opts: argparse.Namespace) -> ExitCode:
        """Return OK, or CHECK_FAILED where something is left that is not as it should be.

        Raise ConfigurationError where there is no archive, ArchiveLockedError during a run, DiskError.
        """
        from finews_spider.evidence.verify import Verify  # what is off is not loaded

        config = self.config_of_archive()
        with archive_lock(config.output), Ledger(config.output) as ledger:
            try:
                return Verify(config, ledger, fix=opts.fix).do()
            except OSError as error:
                raise DiskError(Path(error.filename or config.output), error.strerror or error) from error
