"""`scrapy reparse`: posts are made again from their captures, by the rules of today, without a request."""

import argparse
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

from scrapy.commands import ScrapyCommand

from finews_spider.archive.lock import archive_lock
from finews_spider.archive.paths import FOLDERS, id_in_post_name
from finews_spider.commands.base import OfflineCommand
from finews_spider.commands.words import add_words, read_words
from finews_spider.config import Config
from finews_spider.crawl.arguments import read_arguments
from finews_spider.dates import read_day
from finews_spider.exceptions import ConfigurationError, DiskError
from finews_spider.exit_codes import ExitCode
from finews_spider.ledger.database import Ledger
from finews_spider.ledger.posts import Index
from finews_spider.reporting.program import program
from finews_spider.setting_values import check_warcio
from finews_spider.sources.loader import load


class Command(OfflineCommand, ScrapyCommand):
    """Reads captures and posts; writes posts only with --write."""

    def syntax(self) -> str:
        """Return the arguments, as the usage shows them."""
        return "[-a since=DAY] [-a until=DAY] [-a id=ID] [--write [--force]] [--kept]"

    def short_desc(self) -> str:
        """Return the line in the list of commands."""
        return "Make posts again from their captures, and say which come out otherwise"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add the options."""
        super().add_options(parser)
        add_words(parser)
        parser.add_argument("--write", action="store_true", help="put posts that come out otherwise in their place")
        parser.add_argument("--force", action="store_true", help="also posts that somebody else has changed")
        parser.add_argument("--kept", action="store_true", help="only posts that have captures here")

    def execute(self, args: list[str], opts: argparse.Namespace) -> ExitCode:
        """Return OK, or CHECK_FAILED where a post differs and is not written, cannot be made, or has no captures.

        Raise ConfigurationError for wrong arguments, ArchiveLockedError during a run, DiskError.
        """
        config = self.config_of_archive()
        check_warcio(f"{program()} {self.title}")
        if not config.evidence_dir.is_dir():
            raise ConfigurationError(f"FINEWS_EVIDENCE_DIR: there is no {config.evidence_dir}: nothing was kept")
        if opts.force and not opts.write:
            raise ConfigurationError("--force: is for --write")
        words = read_words(opts.words, ("since", "until", "id"), self.title)
        id_, is_wanted = words.get("id", ""), _wanted(words, config)
        with archive_lock(config.output) if opts.write else nullcontext(), Ledger(config.output) as ledger:
            try:
                return _reparse(config, ledger, is_wanted, opts, id_)
            except OSError as error:
                raise DiskError(Path(error.filename or config.output), error.strerror or error) from error


def _reparse(
    config: Config, ledger: Ledger, is_wanted: Callable[[str, str], bool], opts: argparse.Namespace, id_: str
) -> ExitCode:
    from finews_spider.evidence.remake import Maker  # what is off is not loaded
    from finews_spider.evidence.reparse import Finder, Reparse
    from finews_spider.evidence.review import Review

    index = Index(ledger, FOLDERS, id_in_post_name)
    index.sync()
    find = Finder(config.output, index)
    review = Review(Maker(config.evidence_dir, load(config.sources_file, config.config), config.site), find)
    reparse = Reparse(config, ledger, index, review, write=opts.write, force=opts.force, kept=opts.kept)
    code = reparse.do(is_wanted)
    if id_ and not review.seen and index.path(id_) is None:
        raise ConfigurationError(f"id={id_}: there is no post of it")
    return code


def _wanted(values: dict[str, str], config: Config) -> Callable[[str, str], bool]:
    """Return whether a post is wanted, by its id and its path."""
    id_ = values.pop("id", None)
    window = read_arguments(values, load(config.sources_file, config.config)).query.window

    def is_wanted(post: str, path: str) -> bool:
        day = read_day(Path(path).name[:10])
        return id_ in (None, post) and (not window or (day is not None and day in window))

    return is_wanted
