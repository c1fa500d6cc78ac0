"""`scrapy demo`: crawl the embedded newsroom into a folder of its own."""

import argparse
import shlex
import tempfile
from pathlib import Path

from scrapy.commands import ScrapyCommand

from finews_spider.archive.lock import archive_lock
from finews_spider.archive.paths import POSTS, id_in_post_name
from finews_spider.commands.base import ExitCodeCommand
from finews_spider.commands.skeleton import copy_site
from finews_spider.exceptions import ConfigurationError
from finews_spider.exit_codes import ExitCode
from finews_spider.extensions.report import ReportExtension
from finews_spider.reporting.program import command
from finews_spider.sources import known
from finews_spider.spiders.finews import FinewsSpider

DEMO = Path("demo")
POST_LINES = 20
FULL_SPEED = {"LOG_LEVEL": "WARNING", "DOWNLOAD_DELAY": 0, "CONCURRENT_REQUESTS_PER_DOMAIN": 16}
LOOPBACK = {"FINEWS_PRIVATE_NETWORKS": "127.0.0.0/8"}  # where the newsroom is
CONTACT = {"FINEWS_CONTACT": "http://127.0.0.1/"}
NO_FILE = {"FINEWS_CONFIG": ""}  # its sources are the real ones
NO_PUBLISHING = {"FINEWS_PUBLISH": "off", "FINEWS_KEEP_DAYS": 0}  # the folder is no repository, and its news is old


class Command(ExitCodeCommand, ScrapyCommand):
    """Runs the real spider and pipelines against the newsroom, without delays: all is on this machine."""

    requires_project = True

    def syntax(self) -> str:
        """Return the arguments, as the usage shows them."""
        return "[--folder FOLDER]"

    def short_desc(self) -> str:
        """Return the line in the list of commands."""
        return "Crawl the embedded newsroom into a Jekyll site of its own"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add the options for the folder and the number of stories."""
        super().add_options(parser)
        parser.add_argument("--folder", type=Path, default=DEMO, help="where the site goes (default: demo)")
        parser.add_argument("--articles", type=int, default=240, help="stories in the newsroom (default: 240)")

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Read the options, and set the demo's settings before the crawler process is made from them."""
        super().process_options(args, opts)
        assert self.settings is not None
        self.settings.setdict(
            {**FULL_SPEED, **LOOPBACK, **CONTACT, **NO_FILE, **NO_PUBLISHING, "FINEWS_OUTPUT": str(opts.folder)},
            priority="cmdline",
        )

    def execute(self, args: list[str], opts: argparse.Namespace) -> ExitCode:
        """Crawl, print a post and the next commands to type, and return the run's exit code.

        Raise ConfigurationError for a wrong number and a folder that cannot be written, ArchiveLockedError where
        another run is in it.
        """
        self.config()  # a wrong setting is refused before a file is copied
        if opts.articles < 1:
            raise ConfigurationError(f"--articles: {opts.articles} is not accepted; use 1 or more")
        from finews_spider.newsroom.server import Newsroom  # Scrapy imports all commands for each: aiohttp is slow
        from finews_spider.newsroom.world import World

        folder: Path = opts.folder
        with archive_lock(folder), Newsroom(World(opts.articles)) as room, tempfile.TemporaryDirectory() as scratch:
            _copy_site(folder)
            sources = Path(scratch) / "sources.toml"
            sources.write_text(room.sources_toml(), encoding="utf-8")
            print(f"The newsroom is open at {room.urls['site']}; crawling it into {folder}/", flush=True)
            code = self._crawl(sources)
        if code:
            print("\nThe demo failed; see the messages above.")
        else:
            _print_next(folder)
        return code

    def _crawl(self, sources: Path) -> ExitCode:
        assert self.crawler_process is not None
        self.crawler_process.settings.set("FINEWS_SOURCES_FILE", str(sources), priority="cmdline")
        crawler = self.crawler_process.create_crawler(FinewsSpider)
        self.crawler_process.crawl(crawler)
        self.crawler_process.start()
        extension = crawler.get_extension(ReportExtension)
        return ExitCode.FAULT if extension is None else extension.exit_code()


def _copy_site(folder: Path) -> None:
    try:
        copy_site(folder)
    except OSError as error:
        raise ConfigurationError(f"--folder: {error}") from error


def _print_next(folder: Path) -> None:
    post = min(filter(_is_article, folder.glob(f"{POSTS}/**/*.md")), key=lambda post: post.name)
    print(f"\nOne of the posts, {post}:\n\n{_head(post)}")
    print(f"\nNext:\n  jekyll serve --source {shlex.quote(str(folder))}  # the site, if Jekyll is installed")
    again = command("demo", *([] if folder == DEMO else ["--folder", str(folder)]))
    print(f"  {again}  # again: finds nothing new")
    print(f"  {command('crawl')}  # the real sites, one request a second")


def _is_article(post: Path) -> bool:
    id_ = id_in_post_name(post.name)
    return id_ is not None and not known.family_of(id_).is_flash


def _head(post: Path) -> str:
    lines = [line if len(line) < 100 else f"{line[:99]}…" for line in post.read_text(encoding="utf-8").split("\n")]
    if len(lines) <= POST_LINES:
        return "\n".join(lines)
    return "\n".join([*lines[: POST_LINES - 5], " …", *lines[-5:]])
