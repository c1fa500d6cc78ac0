"""`scrapy titles`: the index with which the search of the site finds the titles of all posts."""

import argparse
from pathlib import Path
from typing import ClassVar

from scrapy.commands import ScrapyCommand

from finews_spider.archive.atomic import write_all
from finews_spider.archive.lock import archive_lock
from finews_spider.archive.paths import FOLDERS, id_in_post_name
from finews_spider.commands.base import ExitCodeCommand
from finews_spider.commands.tables import print_unread, working
from finews_spider.exceptions import DiskError
from finews_spider.exit_codes import ExitCode
from finews_spider.ledger.database import Ledger
from finews_spider.ledger.posts import Index
from finews_spider.printable import printable
from finews_spider.reporting.terminal import plural


class Command(ExitCodeCommand, ScrapyCommand):
    """Writes files of the site, which the next run that publishes commits."""

    requires_project = True
    requires_crawler_process = False
    default_settings: ClassVar = {"LOG_ENABLED": False}

    def short_desc(self) -> str:
        """Return the line in the list of commands."""
        return "Write the index with which the site's search finds the titles of all posts"

    def execute(self, args: list[str], opts: argparse.Namespace) -> ExitCode:
        """Return OK, or CHECK_FAILED where posts could not be read.

        Raise ConfigurationError where there is no archive, ArchiveLockedError during a run, DiskError.
        """
        from finews_spider.tables.titles import FOLDER, files  # what is not used is not loaded

        output = self.config_of_archive().output
        with archive_lock(output), Ledger(output) as ledger:
            unread, texts = working(output, lambda index: (index.sync(), files(index)))
            try:
                changed, gone = _changes(output, FOLDER, texts)
                Index(ledger, FOLDERS, id_in_post_name).unpublished.note([*changed, *gone])
                _write(output, changed, gone)
            except OSError as error:
                raise DiskError(Path(error.filename or output), error.strerror or error) from error
        done = f"{len(changed)} written, {len(gone)} removed"
        print(printable(f"{output / FOLDER}: {plural(len(texts), 'file')}; {done}"))
        return print_unread(unread)


def _changes(output: Path, folder: str, texts: dict[str, str]) -> tuple[dict[str, str], list[str]]:
    """Return what is to be written, and the paths of what is there and belongs to no month any more."""
    there = {path.relative_to(output).as_posix() for path in (output / folder).glob("*/*.json")}
    changed = {path: text for path, text in texts.items() if _text(output / path) != text}
    return changed, sorted(there - texts.keys())


def _write(output: Path, changed: dict[str, str], gone: list[str]) -> None:
    """Write the list of months last, so that it names nothing that is not there. Raises OSError."""
    for path in list(changed)[:-1], list(changed)[-1:]:
        errors, _ = write_all(output, [(output / name, changed[name]) for name in path])
        if error := next(filter(None, errors), None):
            raise error
    for name in gone:
        (output / name).unlink(missing_ok=True)


def _text(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None
