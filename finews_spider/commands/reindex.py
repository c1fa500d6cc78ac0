"""`scrapy reindex`: rebuild the ledger's index of posts from the posts."""

import argparse

from scrapy.commands import ScrapyCommand

from finews_spider.archive.lock import archive_lock
from finews_spider.archive.paths import FOLDERS, id_in_post_name
from finews_spider.commands.base import OfflineCommand
from finews_spider.exit_codes import ExitCode
from finews_spider.ledger.database import Ledger
from finews_spider.ledger.posts import Index


class Command(OfflineCommand, ScrapyCommand):
    """Reads the names of all posts. A run does this by itself, for folders that have changed."""

    def short_desc(self) -> str:
        """Return the line in the list of commands."""
        return "Rebuild the ledger's index of posts, from the posts"

    def execute(self, args: list[str], opts: argparse.Namespace) -> ExitCode:
        """Return OK. Raise ConfigurationError where there is no archive, or no ledger that can be used.

        Raise ArchiveLockedError during a run.
        """
        output = self.config_of_archive().output
        with archive_lock(output), Ledger(output) as ledger:
            print(f"{ledger.file}: {Index(ledger, FOLDERS, id_in_post_name).reindex()} posts")
        return ExitCode.OK
