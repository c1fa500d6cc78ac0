"""`scrapy export`: the posts as a table, in files that other tools open."""

import argparse
from pathlib import Path

from scrapy.commands import ScrapyCommand

from finews_spider.archive.lock import prepare_output
from finews_spider.commands.base import OfflineCommand
from finews_spider.commands.words import add_words, read_words
from finews_spider.config import Config
from finews_spider.crawl.arguments import categories_of, window_of
from finews_spider.dates import Window, read_day
from finews_spider.exceptions import ConfigurationError, DiskError
from finews_spider.exit_codes import ExitCode
from finews_spider.printable import printable
from finews_spider.reporting.terminal import plural

FORMATS = ("parquet", "csv", "jsonl", "sqlite")


class Command(OfflineCommand, ScrapyCommand):
    """Reads all posts, also while a run goes on, and writes outside of the archive."""

    takes_arguments = True

    def syntax(self) -> str:
        """Return the arguments, as the usage shows them."""
        return "DIR --format parquet,csv,jsonl,sqlite [-a since=DAY] [-a until=DAY] [-a category=SLUG] [--no-text]"

    def short_desc(self) -> str:
        """Return the line in the list of commands."""
        return "Write the posts as a table, a file a month: Parquet, CSV, JSON lines, SQLite"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add the options."""
        super().add_options(parser)
        add_words(parser)
        parser.add_argument("--format", metavar="NAMES", default="parquet", help=f"of {', '.join(FORMATS)}")
        parser.add_argument("--no-text", action="store_true", help="without digest, text and html")

    def execute(self, args: list[str], opts: argparse.Namespace) -> ExitCode:
        """Return OK, or CHECK_FAILED where a post could not be read.

        Raise ConfigurationError for wrong arguments, ArchiveLockedError during another export, DiskError.
        """
        config = self.config_of_archive()
        if len(args) != 1:
            raise ConfigurationError(f"{' '.join(args) or 'nothing'}: give one folder to write to")
        formats = _formats(opts.format)
        values = read_words(opts.words, ("since", "until", "category"), self.title)
        window, categories = window_of(values), categories_of(values.get("category"))
        selection = {name: value for name, value in values.items() if value}
        selection |= {"category": ",".join(sorted(categories))} if categories else {}
        selection |= {"text": "no"} if opts.no_text else {}
        prepare_output(config.output)
        return _export(config, Path(args[0]), formats, window, categories, selection)


def _formats(text: str) -> list[str]:
    from finews_spider.tables.formats import check_installed  # what is not used is not loaded

    names = [name.strip() for name in text.split(",") if name.strip()]
    if not names or (wrong := [name for name in names if name not in FORMATS]):
        raise ConfigurationError(f"--format: {', '.join(wrong) if names else 'nothing'}: use {', '.join(FORMATS)}")
    check_installed(names)
    return names


def _export(
    config: Config,
    folder: Path,
    formats: list[str],
    window: Window,
    categories: tuple[str, ...],
    selection: dict[str, str],
) -> ExitCode:
    from finews_spider.tables.captures import captures_of
    from finews_spider.tables.export import Export, export_lock
    from finews_spider.tables.files import post_files
    from finews_spider.tables.pictures import picture_rows
    from finews_spider.tables.rows import Rows

    with export_lock(config.output):
        try:
            export = Export(folder, formats, selection)
            files, others = post_files(config.output)
            wanted = [file for file in files if (day := read_day(file.day)) and day in window]
            rows = Rows(config.output, files, captures_of(config.evidence_dir))
            export.write(wanted, rows, categories, picture_rows(config.output))
        except OSError as error:
            raise DiskError(Path(error.filename or folder), error.strerror or error) from error
    for path in others:
        print(printable(f"twice: {path}: another post of the same article is in the table"))
    for path, why in export.unread:
        print(printable(f"not read: {path}: {why}"))
    changed = plural(len(export.written), "file")
    posts = plural(export.rows, "post")
    posts += f", {plural(export.pictures, 'picture')}" if export.pictures else ""
    print(printable(f"{folder}: {posts}; {changed} written, the others are as they were"))
    return ExitCode.CHECK_FAILED if export.unread else ExitCode.OK
