"""`scrapy search`: the posts that have these words."""

import argparse
import json
from typing import TYPE_CHECKING

from scrapy.commands import ScrapyCommand

from finews_spider.archive.lock import prepare_output
from finews_spider.commands.base import OfflineCommand
from finews_spider.commands.tables import print_unread, working
from finews_spider.commands.words import add_words, read_words
from finews_spider.crawl.arguments import categories_of, window_of
from finews_spider.exceptions import ConfigurationError
from finews_spider.exit_codes import ExitCode
from finews_spider.printable import printable, safe_line
from finews_spider.reporting.terminal import plural

if TYPE_CHECKING:
    from finews_spider.tables.index import PostIndex
    from finews_spider.tables.rows import UnreadPost
    from finews_spider.tables.search import Hit, Search

LIMIT = 20


class Command(OfflineCommand, ScrapyCommand):
    """Reads posts, also while a run goes on, and keeps an index of them beside the ledger."""

    takes_arguments = True

    def syntax(self) -> str:
        """Return the arguments, as the usage shows them."""
        return "WORDS [-a since=DAY] [-a until=DAY] [-a category=SLUG] [--best] [--limit N] [--json]"

    def short_desc(self) -> str:
        """Return the line in the list of commands."""
        return "Find posts that have these words, or parts of words, in title, digest or text"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add the options."""
        super().add_options(parser)
        add_words(parser)
        parser.add_argument("--best", action="store_true", help="the best first, not the newest")
        parser.add_argument("--limit", metavar="N", type=int, default=LIMIT, help=f"how many, 0 for all ({LIMIT})")
        parser.add_argument("--json", action="store_true", help="as one JSON object a line")

    def execute(self, args: list[str], opts: argparse.Namespace) -> ExitCode:
        """Return OK, or CHECK_FAILED where posts could not be read. Raise ConfigurationError, DiskError."""
        from finews_spider.tables.search import Search  # what is not used is not loaded

        output = self.config_of_archive().output
        values = read_words(opts.words, ("since", "until", "category"), self.title)
        if opts.limit < 0 or not "".join(args).strip():
            raise ConfigurationError("give words to look for" if opts.limit >= 0 else "--limit: use 0 or more")
        search = Search(args, window_of(values), categories_of(values.get("category")), opts.best)
        prepare_output(output)

        def find(index: "PostIndex") -> "tuple[list[UnreadPost], list[Hit]]":
            unread = index.sync()
            index.make_searchable()
            return unread, search.hits(index, opts.limit and opts.limit + 1)

        unread, hits = working(output, find)
        shown = hits[: opts.limit or None]
        if opts.json:
            for hit in shown:
                print(printable(json.dumps(hit._asdict(), ensure_ascii=False)))
        else:
            _print(search, shown, are_all=len(shown) == len(hits))
        return print_unread(unread)


def _print(search: "Search", hits: "list[Hit]", *, are_all: bool) -> None:
    for hit in hits:
        time = hit.published[:19].replace("T", " ")
        print(safe_line(f"{time}  {hit.medium or hit.category}  {hit.title}", limit=200))
        print(f"    {safe_line(hit.snippet)}")
        print(f"    {safe_line(hit.path)}")
    more = "" if are_all else f", and there are more: --limit {2 * len(hits)}"
    print(f"{plural(len(hits), 'post')}{more}")
