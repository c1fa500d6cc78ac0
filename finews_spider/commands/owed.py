"""`scrapy owed`: articles that listings named and that have no post, and why."""

import argparse
from datetime import timedelta
from typing import ClassVar

from scrapy.commands import ScrapyCommand

from finews_spider import dates, ids
from finews_spider.archive.lock import prepare_output
from finews_spider.commands.base import ExitCodeCommand
from finews_spider.exceptions import ConfigurationError
from finews_spider.exit_codes import ExitCode
from finews_spider.ledger.database import Ledger
from finews_spider.ledger.owed import Owed, OwedArticle, State
from finews_spider.printable import safe_line

MARGIN = " " * 4


class Command(ExitCodeCommand, ScrapyCommand):
    """Reads the ledger, also while a run goes on."""

    requires_project = True
    requires_crawler_process = False
    default_settings: ClassVar = {"LOG_ENABLED": False}

    def syntax(self) -> str:
        """Shown as usage."""
        return "[--retry | --forget ID]"

    def short_desc(self) -> str:
        """Shown in the list of commands."""
        return "List the articles that have no post yet: why, how often they were tried, and when they will be"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """What to do about them."""
        super().add_options(parser)
        what = parser.add_mutually_exclusive_group()
        what.add_argument(
            "--retry", action="store_true", help="the next run asks for all of them, also those given up or withdrawn"
        )
        what.add_argument("--forget", metavar="ID", help="never ask for this one again, whatever names it")

    def execute(self, args: list[str], opts: argparse.Namespace) -> ExitCode:
        """Return OK. Raises ConfigurationError where there is no such id, or no ledger that can be used."""
        output = self.config_of_archive().output
        prepare_output(output)
        with Ledger(output) as ledger:
            self._list_or_change(Owed(ledger, timedelta(0)), opts)
        return ExitCode.OK

    def _list_or_change(self, owed: Owed, opts: argparse.Namespace) -> None:
        if opts.retry:
            print(f"{owed.retry(State.OWED, State.GIVEN_UP, State.WITHDRAWN)} articles are asked for by the next run")
        elif opts.forget:
            if not ids.is_id(opts.forget):
                raise ConfigurationError(f"--forget: {opts.forget!r} is no id; `scrapy owed` lists those that are owed")
            owed.forget(opts.forget)
            print(f"{opts.forget} is not asked for again")
        else:
            for debt in owed:
                print(*lines(debt), sep="\n")
            if not any(True for _ in owed):
                print("Nothing is owed: every article that a listing named has its post.")


def lines(debt: OwedArticle) -> list[str]:
    """What a person has to know of one article."""
    title = safe_line(debt.ref.title)
    about = [
        f"{debt.ref.id}  {debt.state}  {safe_line(debt.ref.source)}  {title}".rstrip(),
        f"{MARGIN}{safe_line(debt.ref.url, limit=2000)}",
    ]
    if debt.reason:
        about.append(f"{MARGIN}{safe_line(debt.reason)}")
    seen = f"seen {debt.seen:%Y-%m-%d %H:%M}, {debt.tries} tries"
    due = debt.next_try <= dates.now()
    then = f", next {'by the next run' if due else f'after {debt.next_try:%Y-%m-%d %H:%M}'}"
    return [*about, f"{MARGIN}{seen}{then if debt.state is State.OWED else ''}"]
