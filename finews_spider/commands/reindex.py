"""`scrapy reindex`: learn from the posts alone what is archived."""

import argparse
import sys
from typing import ClassVar

from scrapy.commands import ScrapyCommand

from finews_spider.archive.lock import only_run
from finews_spider.archive.paths import FOLDERS
from finews_spider.config import output_folder
from finews_spider.exceptions import ArchiveLockedError, ConfigurationError, DiskError
from finews_spider.ledger.database import Ledger
from finews_spider.ledger.posts import Index


class Command(ScrapyCommand):
    """Runs do it by themselves for the folders that changed; this is for whoever does not trust that."""

    requires_project = True
    requires_crawler_process = False
    default_settings: ClassVar = {"LOG_ENABLED": False}

    def short_desc(self) -> str:
        """Shown in the list of commands."""
        return "Make the ledger's index of posts anew, from the posts"

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Exit code 2 where the ledger cannot be used, 6 while a run holds it."""
        assert self.settings is not None
        try:
            output = output_folder(self.settings)
            with only_run(output), Ledger(output) as ledger:
                print(f"{ledger.file}: {Index(ledger, FOLDERS).reindex()} posts")
        except (ConfigurationError, ArchiveLockedError, DiskError) as error:
            print(f"scrapy reindex: {error}", file=sys.stderr)
            self.exitcode = 6 if isinstance(error, ArchiveLockedError) else 2
