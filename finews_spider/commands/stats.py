"""`scrapy stats`: how many posts there are, by day, month, medium or category."""

import argparse
import json
from typing import TYPE_CHECKING

from scrapy.commands import ScrapyCommand

from finews_spider.archive.lock import prepare_output
from finews_spider.commands.base import OfflineCommand
from finews_spider.commands.tables import print_unread, working
from finews_spider.commands.words import add_words, read_words
from finews_spider.crawl.arguments import categories_of, window_of
from finews_spider.exit_codes import ExitCode
from finews_spider.printable import printable, safe_line

if TYPE_CHECKING:
    from finews_spider.tables.index import PostIndex
    from finews_spider.tables.rows import UnreadPost
    from finews_spider.tables.stats import Count

BY = ("day", "month", "medium", "category")
LINE = "{:>8}  {:>8}  {:>8}  {}"


class Command(OfflineCommand, ScrapyCommand):
    """Reads posts, also while a run goes on, and keeps a table of them beside the ledger."""

    def syntax(self) -> str:
        """Return the arguments, as the usage shows them."""
        return f"[--by {'|'.join(BY)}] [-a since=DAY] [-a until=DAY] [-a category=SLUG] [--json]"

    def short_desc(self) -> str:
        """Return the line in the list of commands."""
        return "Count the posts by day, month, medium or category"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add the options."""
        super().add_options(parser)
        add_words(parser)
        parser.add_argument("--by", choices=BY, default="month", help="(month)")
        parser.add_argument("--json", action="store_true", help="as one JSON object a line")

    def execute(self, args: list[str], opts: argparse.Namespace) -> ExitCode:
        """Return OK, or CHECK_FAILED where posts could not be read. Raise ConfigurationError, DiskError."""
        from finews_spider.tables.stats import counts  # what is not used is not loaded

        output = self.config_of_archive().output
        values = read_words(opts.words, ("since", "until", "category"), self.title)
        window, categories = window_of(values), categories_of(values.get("category"))
        prepare_output(output)

        def count(index: "PostIndex") -> "tuple[list[UnreadPost], list[Count]]":
            return index.sync(), counts(index, opts.by, window, categories)

        unread, found = working(output, count)
        if opts.json:
            for entry in found:
                values = {opts.by: entry.name, **entry._asdict()}
                del values["name"]
                print(printable(json.dumps(values, ensure_ascii=False)))
        else:
            print(LINE.format("posts", "articles", "flashes", opts.by))
            total = [sum(column) for column in zip(*(entry[1:] for entry in found), strict=True)] or [0, 0, 0]
            for numbers, name in [*((entry[1:], entry.name) for entry in found), (total, "in all")]:
                print(LINE.format(*(f"{number:,}" for number in numbers), safe_line(name) or "-"))
        return print_unread(unread)
