"""`scrapy cite`: an archived article as a reference."""

import argparse
import hashlib
from pathlib import Path

from scrapy.commands import ScrapyCommand

from finews_spider.archive.lock import prepare_output
from finews_spider.archive.paths import FOLDERS, id_in_post_name
from finews_spider.archive.posts import parse
from finews_spider.commands.base import OfflineCommand
from finews_spider.exceptions import ConfigurationError, DiskError
from finews_spider.exit_codes import ExitCode
from finews_spider.ledger.database import Ledger
from finews_spider.ledger.posts import Index
from finews_spider.printable import printable_lines

FORMS = ("bibtex", "ris", "csl")


class Command(OfflineCommand, ScrapyCommand):
    """Reads a post and its evidence, also while a run goes on."""

    takes_arguments = True

    def syntax(self) -> str:
        """Return the arguments, as the usage shows them."""
        return "ID [--format bibtex|ris|csl]"

    def short_desc(self) -> str:
        """Return the line in the list of commands."""
        return "Print an archived article as a reference, with its capture and its SHA-256"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add the option --format."""
        super().add_options(parser)
        parser.add_argument("--format", choices=FORMS, default=FORMS[0], help="of the reference")

    def execute(self, args: list[str], opts: argparse.Namespace) -> ExitCode:
        """Return OK. Raise ConfigurationError where there is no such post, DiskError."""
        from finews_spider.evidence import cite  # what is off is not loaded

        config = self.config_of_archive()
        if len(args) != 1:
            raise ConfigurationError(f"{' '.join(args) or 'nothing'}: give the id of one article")
        (id_,) = args
        prepare_output(config.output)
        try:
            text = _post(config.output, id_)
            sha256 = hashlib.sha256(text).hexdigest()
            evidence = cite.evidence_of(config.evidence_dir, id_, sha256)
        except OSError as error:
            raise DiskError(Path(error.filename or config.output), error.strerror or error) from error
        try:
            article = parse(text.decode(), id_)
        except ValueError as error:
            raise ConfigurationError(f"{id_}: its post is none that finews wrote: {error}") from error
        print(printable_lines(cite.FORMS[opts.format](cite.reference(article, sha256, evidence))))
        return ExitCode.OK


def _post(output: Path, id_: str) -> bytes:
    with Ledger(output) as ledger:
        index = Index(ledger, FOLDERS, id_in_post_name)
        path = index.path(id_)
        if path is None:
            index.sync()
            path = index.path(id_)
    if path is None:
        raise ConfigurationError(f"{id_}: there is no post of it")
    return path.read_bytes()
