"""`scrapy overview`: pages of plots and tables of the archive, in the site's `overview/`."""

from scrapy.commands import ScrapyCommand

from finews_spider import dates
from finews_spider.archive.lock import archive_lock
from finews_spider.archive.paths import FOLDERS, id_in_post_name
from finews_spider.commands.base import OfflineCommand
from finews_spider.commands.tables import print_unread
from finews_spider.config import Config
from finews_spider.exceptions import ConfigurationError, DiskError
from finews_spider.exit_codes import ExitCode
from finews_spider.ledger.database import Ledger
from finews_spider.ledger.owed import Owed
from finews_spider.ledger.posts import Index
from finews_spider.printable import printable
from finews_spider.sources.loader import load


class Command(OfflineCommand, ScrapyCommand):
    """Reads posts, ledger and reports; what it writes, the next run publishes."""

    def short_desc(self) -> str:
        """Return the line in the list of commands."""
        return "Write pages of plots and tables of the archive, into the site's overview/"

    def execute(self, args: list[str], opts: object) -> ExitCode:
        """Return OK, or CHECK_FAILED where posts could not be read.

        Raise ConfigurationError where a page is somebody else's, ArchiveLockedError during a run, DiskError.
        """
        config = self.config_of_archive()
        with archive_lock(config.output), Ledger(config.output) as ledger:
            return _update(config, ledger)


def _update(config: Config, ledger: Ledger) -> ExitCode:
    from finews_spider.overview.update import Overview, regular  # what is not used is not loaded

    Index(ledger, FOLDERS, id_in_post_name).sync()
    sources = regular(load(config.sources_file, config.config))
    owed = Owed(ledger, config.owed_days, config.owed_pause)
    try:
        updated = Overview(ledger, owed, sources).update(dates.now())
    except FileExistsError as error:
        raise ConfigurationError(str(error)) from error
    except OSError as error:
        raise DiskError(config.output, error.strerror or error) from error
    for name in updated.files:
        print(printable(name))
    print(f"{config.output / 'overview/index.html'}: files that changed: {len(updated.files)}")
    return print_unread(updated.unread)
