"""`scrapy crawl`, which refuses what cannot be meant before anything is asked for."""

import argparse
import sys

from scrapy.commands import crawl

from finews_spider.errors import MistakeError
from finews_spider.spiders.finews import FinewsSpider


class Command(crawl.Command):
    """Scrapy's own, with exit codes."""

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Run the spider. Exit code 2 for a wrong argument, setting or sources file."""
        assert self.settings is not None
        if args == [FinewsSpider.name]:
            try:
                FinewsSpider.read_arguments(self.settings, opts.spargs)
            except MistakeError as mistake:
                print(f"scrapy crawl finews: {mistake}", file=sys.stderr)
                self.exitcode = 2
                return
        super().run(args, opts)
