"""`scrapy owed`: list the articles that listings named and that have no post, and the gaps of lists, and why."""

import argparse
from datetime import timedelta

from scrapy.commands import ScrapyCommand

from finews_spider import dates
from finews_spider.archive.lock import prepare_output
from finews_spider.commands.base import OfflineCommand
from finews_spider.exceptions import ConfigurationError
from finews_spider.exit_codes import ExitCode
from finews_spider.ledger.database import Ledger
from finews_spider.ledger.gaps import Gap, Gaps, GapState
from finews_spider.ledger.owed import Owed, OwedArticle
from finews_spider.ledger.tries import State
from finews_spider.printable import safe_line
from finews_spider.reporting.program import hint
from finews_spider.reporting.terminal import plural
from finews_spider.sources import known

INDENT = " " * 4


class Command(OfflineCommand, ScrapyCommand):
    """Reads and changes the ledger, also while a run uses it."""

    def syntax(self) -> str:
        """Return the arguments, as the usage shows them."""
        return "[--retry | --forget ID]"

    def short_desc(self) -> str:
        """Return the line in the list of commands."""
        return "List the articles that have no post yet, and the gaps of lists: why, and when they are tried again"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add the options --retry and --forget."""
        super().add_options(parser)
        group = parser.add_mutually_exclusive_group()
        everything = "let the next run fetch all of them, also those given up or withdrawn, and look at all gaps"
        group.add_argument("--retry", action="store_true", help=everything)
        group.add_argument("--forget", metavar="ID", help="never fetch this one, whatever listing names it again")

    def execute(self, args: list[str], opts: argparse.Namespace) -> ExitCode:
        """Return OK. Raise ConfigurationError for what is not an id, and where the ledger cannot be used."""
        output = self.config_of_archive().output
        prepare_output(output)
        with Ledger(output) as ledger:
            self._list_or_change(Owed(ledger, timedelta(0)), Gaps(ledger), opts)
        return ExitCode.OK

    def _list_or_change(self, owed: Owed, gaps: Gaps, opts: argparse.Namespace) -> None:
        if opts.retry:
            articles = plural(owed.retry(State.OWED, State.GIVEN_UP, State.WITHDRAWN), "article")
            print(f"{articles} will be fetched by the next run, {plural(gaps.retry(), 'gap')} looked at")
        elif opts.forget:
            if not known.is_id(opts.forget):
                raise ConfigurationError(
                    f"--forget: {opts.forget!r} is no id; `{hint('owed')}` lists those that are owed"
                )
            owed.forget(opts.forget)
            print(f"{opts.forget} will not be fetched again")
        else:
            found = [*map(lines, owed), *map(gap_lines, gaps.all())]
            for one in found:
                print(*one, sep="\n")
            if not found:
                print("Nothing is owed: every article that a listing named has its post.")


def gap_lines(gap: Gap) -> list[str]:
    """Return the lines about a stretch of a list of which nobody knows whether all was read."""
    looks = f"opened {gap.opened:%Y-%m-%d %H:%M}, {plural(gap.looks, 'look')}"
    is_open = gap.state is GapState.OPEN
    return [
        f"{safe_line(gap.source)}: {safe_line(gap.name)}  gap, {gap.state}",
        f"{INDENT}{gap.since:%Y-%m-%d %H:%M} to {gap.until:%Y-%m-%d %H:%M}: {safe_line(gap.reason)}",
        f"{INDENT}{looks}{f', next after {gap.next_look:%Y-%m-%d %H:%M}' if is_open else ''}",
    ]


def lines(article: OwedArticle) -> list[str]:
    """Return the lines about one article."""
    title = safe_line(article.ref.title)
    about = [
        f"{article.ref.id}  {article.state}  {safe_line(article.ref.source)}  {title}".rstrip(),
        f"{INDENT}{safe_line(article.ref.url, limit=2000)}",
    ]
    if article.reason:
        about.append(f"{INDENT}{safe_line(article.reason)}")
    tries = f"seen {article.seen:%Y-%m-%d %H:%M}, {article.tries} {'try' if article.tries == 1 else 'tries'}"
    tries += f", absent at {plural(article.absences, 'look')}" if article.absences else ""
    is_due = article.next_try <= dates.now()
    next_try = f", next {'by the next run' if is_due else f'after {article.next_try:%Y-%m-%d %H:%M}'}"
    return [*about, f"{INDENT}{tries}{next_try if article.state is State.OWED else ''}"]
