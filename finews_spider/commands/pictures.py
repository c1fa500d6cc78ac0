"""`scrapy pictures`: pictures of posts that are there already are asked for, and kept."""

import argparse
from collections.abc import Iterable
from urllib.parse import urlsplit

from scrapy.commands import ScrapyCommand

from finews_spider.archive.lock import archive_lock, check_room
from finews_spider.commands.base import ExitCodeCommand
from finews_spider.commands.running import run_to_end, tell_publishing_trouble
from finews_spider.commands.words import add_words, read_words
from finews_spider.crawl.arguments import window_of
from finews_spider.downloader.proxies import prepare_proxies
from finews_spider.exceptions import ConfigurationError
from finews_spider.exit_codes import ExitCode
from finews_spider.extensions.progress import quieten
from finews_spider.sources.base import Source
from finews_spider.sources.loader import load


class Command(ExitCodeCommand, ScrapyCommand):
    """A run that reads no list: it asks for what is owed of pictures, and for those of the posts of some days."""

    requires_project = True

    def syntax(self) -> str:
        """Return the arguments, as the usage shows them."""
        return "[-a since=DAY] [-a until=DAY] [-a host=HOST]"

    def short_desc(self) -> str:
        """Return the line in the list of commands."""
        return "Ask for the pictures of posts that are there, and keep them"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add the option -a."""
        super().add_options(parser)
        add_words(parser)

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Read the options, and prepare the log's settings for the progress display."""
        super().process_options(args, opts)
        assert self.settings is not None
        quieten(self.settings)

    def execute(self, args: list[str], opts: argparse.Namespace) -> ExitCode:
        """Return the run's exit code. Raise ConfigurationError, ArchiveLockedError during another run, DiskError."""
        from finews_spider.commands.pictures_spider import PicturesSpider  # what is off is not loaded

        assert self.crawler_process is not None
        config = self.config_of_archive()
        if not config.pictures:
            raise ConfigurationError("FINEWS_PICTURES: is off; set it to on, for later runs too")
        words = read_words(opts.words, ("since", "until", "host"), self.title)
        window_of(words)
        if "host" in words:
            _check_host(words["host"].lower(), load(config.sources_file, config.config).values())
        prepare_proxies()
        with archive_lock(config.output):
            check_room(config.output)
            tell_publishing_trouble(config, self.title)
            process = self.crawler_process
            extension = run_to_end(process, process.create_crawler(PicturesSpider), words)
            return extension.exit_code() if extension else ExitCode.FAULT


def _check_host(host: str, sources: Iterable[Source]) -> None:
    known = {urlsplit(origin).netloc.lower() for source in sources for origin in source.pictures}
    if host not in known:
        raise ConfigurationError(
            f"host={host}: is none of the sources file's pictures, {', '.join(sorted(known)) or 'which are none'}"
        )
