"""`scrapy titles`: the index with which the search of the site finds the titles of all posts."""

import argparse
from pathlib import Path

from scrapy.commands import ScrapyCommand

from finews_spider.archive.lock import archive_lock
from finews_spider.archive.paths import FOLDERS, id_in_post_name
from finews_spider.commands.base import OfflineCommand
from finews_spider.commands.tables import print_unread
from finews_spider.exceptions import DiskError
from finews_spider.exit_codes import ExitCode
from finews_spider.ledger.database import Ledger
from finews_spider.ledger.posts import Index
from finews_spider.printable import printable
from finews_spider.reporting.terminal import plural


class Command(OfflineCommand, ScrapyCommand):
    """Writes files of the site, which the next run that publishes commits."""

    def short_desc(self) -> str:
        """Return the line in the list of commands."""
        return "Write the index with which the site's search finds the titles of all posts"

    def execute(self, args: list[str], opts: argparse.Namespace) -> ExitCode:
        """Return OK, or CHECK_FAILED where posts could not be read.

        Raise ConfigurationError where there is no archive, ArchiveLockedError during a run, DiskError.
        """
        from finews_spider.tables.site_titles import refresh  # what is not used is not loaded
        from finews_spider.tables.titles import FOLDER

        output = self.config_of_archive().output
        with archive_lock(output), Ledger(output) as ledger:
            try:
                done = refresh(output, Index(ledger, FOLDERS, id_in_post_name).unpublished.note)
            except OSError as error:
                raise DiskError(Path(error.filename or output), error.strerror or error) from error
        became = f"{plural(done.files, 'file')}; {done.written} written, {done.removed} removed"
        print(printable(f"{output / FOLDER}: {became}"))
        return print_unread(done.unread)
