"""`scrapy coverage`: which days were read, by all runs together, and what to type for those that were not."""

import argparse
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from scrapy.commands import ScrapyCommand

from finews_spider import dates
from finews_spider.archive.lock import prepare_output
from finews_spider.archive.paths import FOLDERS, id_in_post_name
from finews_spider.commands.base import OfflineCommand
from finews_spider.commands.words import add_words, read_words
from finews_spider.crawl.arguments import read_arguments
from finews_spider.exit_codes import ExitCode
from finews_spider.ledger.coverage import CoverageTable
from finews_spider.ledger.database import Ledger
from finews_spider.ledger.posts import Index
from finews_spider.reporting.days import DayRange, Known, ranges
from finews_spider.reporting.summary_notes import crawl_command
from finews_spider.reporting.summary_window import between
from finews_spider.reporting.terminal import plural
from finews_spider.sources.base import Source
from finews_spider.sources.loader import load

DAY = timedelta(days=1)
INDENT = " " * 4


class Command(OfflineCommand, ScrapyCommand):
    """Reads the ledger, also while a run uses it."""

    def syntax(self) -> str:
        """Return the arguments, as the usage shows them."""
        return "[-a since=DAY] [-a until=DAY] [-a source=NAME]"

    def short_desc(self) -> str:
        """Return the line in the list of commands."""
        return "List the days that were read, with their posts, and what to type for those that were not"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add the option -a."""
        super().add_options(parser)
        add_words(parser)

    def execute(self, args: list[str], opts: argparse.Namespace) -> ExitCode:
        """Return OK, or MISSING where a day was not read. Raise ConfigurationError for wrong arguments."""
        config = self.config_of_archive()
        values = read_words([*opts.words, *args], ("since", "until", "source"), "coverage")
        arguments = read_arguments(values, load(config.sources_file, config.config))
        prepare_output(config.output)
        with Ledger(config.output) as ledger:
            posts = Index(ledger, FOLDERS, id_in_post_name).count_by_day()
            days = _days(arguments.query.window.since, arguments.query.window.until, posts)
            found = [
                (source, one)
                for source in arguments.sources
                for one in ranges(days, CoverageTable(ledger).of(source.name), dates.now())
            ]
        for source, one in found:
            print(*_lines(source, one, posts, config.output), sep="\n")
        missing = any(one.known in (Known.NOT_READ, Known.IN_PART) for _, one in found)
        return ExitCode.MISSING if missing else ExitCode.OK


def _days(since: date | None, until: date | None, posts: dict[date, int]) -> list[date]:
    """The days asked for: from the first post on, up to today, where nothing is said."""
    today = dates.now().date()
    last = min(until or today, today)
    first = since or min([*posts, last])
    return [first + number * DAY for number in range((last - first).days + 1)]


def _lines(source: Source, one: DayRange, posts: dict[date, int], output: Path) -> Iterator[str]:
    days = (one.last - one.first).days + 1
    number = sum(posts.get(one.first + place * DAY, 0) for place in range(days))
    known = f"{one.known.value}, by {plural(one.lists, 'list')}" if one.known is Known.READ else one.known.value
    yield f"{source.name}, {between(one.first, one.last)}: {plural(days, 'day')}, {plural(number, 'post')}; {known}"
    if one.known in (Known.NOT_READ, Known.IN_PART):
        window = {"source": source.name, "since": f"{one.first}", "until": f"{one.last}"}
        yield f"{INDENT}{crawl_command(str(output), window)}"
