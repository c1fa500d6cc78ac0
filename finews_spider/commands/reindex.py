"""`scrapy reindex`: learn from the posts alone what is archived."""

import argparse
from typing import ClassVar

from scrapy.commands import ScrapyCommand

from finews_spider.archive.lock import archive_lock
from finews_spider.archive.paths import FOLDERS
from finews_spider.commands.base import ExitCodeCommand
from finews_spider.exit_codes import ExitCode
from finews_spider.ledger.database import Ledger
from finews_spider.ledger.posts import Index


class Command(ExitCodeCommand, ScrapyCommand):
    """Runs do it by themselves for the folders that changed; this is for whoever does not trust that."""

    requires_project = True
    requires_crawler_process = False
    default_settings: ClassVar = {"LOG_ENABLED": False}

    def short_desc(self) -> str:
        """Shown in the list of commands."""
        return "Make the ledger's index of posts anew, from the posts"

    def execute(self, args: list[str], opts: argparse.Namespace) -> ExitCode:
        """Return OK. Raises ConfigurationError where the ledger cannot be used, ArchiveLockedError during a run."""
        output = self.config().output
        with archive_lock(output), Ledger(output) as ledger:
            print(f"{ledger.file}: {Index(ledger, FOLDERS).reindex()} posts")
        return ExitCode.OK
