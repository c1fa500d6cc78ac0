"""`scrapy demo`: the main job on the embedded newsroom, into a folder of its own."""

import argparse
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path

from scrapy import signals
from scrapy.commands import ScrapyCommand
from scrapy.crawler import Crawler

from finews_spider.newsroom.server import Newsroom
from finews_spider.newsroom.world import World
from finews_spider.spiders.finews import FinewsSpider

SITE = Path(__file__).resolve().parents[2] / "output"
# What a run leaves in a site; the rest is the site's skeleton.
NOT_SKELETON = shutil.ignore_patterns("_posts", "old_post", "category", "_site", ".*")
POST_LINES = 20
FULL_SPEED = {"LOG_LEVEL": "WARNING", "DOWNLOAD_DELAY": 0, "CONCURRENT_REQUESTS_PER_DOMAIN": 16}


class Command(ScrapyCommand):
    """Runs the real spider and pipelines against the newsroom, at full speed: it is our own machine."""

    requires_project = True

    def syntax(self) -> str:
        """Shown as usage."""
        return "[--folder FOLDER]"

    def short_desc(self) -> str:
        """Shown in the list of commands."""
        return "Crawl the embedded newsroom into a Jekyll site of its own"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """The folder and the number of articles."""
        super().add_options(parser)
        parser.add_argument("--folder", type=Path, default=Path("demo"), help="where the site goes (default: demo)")
        parser.add_argument("--articles", type=int, default=240, help="stories in the newsroom (default: 240)")

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Before the crawler process takes the settings."""
        super().process_options(args, opts)
        assert self.settings is not None
        self.settings.setdict({**FULL_SPEED, "FINEWS_OUTPUT": str(opts.folder)}, priority="cmdline")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Crawl, then say what there is now and what to type next."""
        folder: Path = opts.folder
        shutil.copytree(SITE, folder, ignore=NOT_SKELETON, dirs_exist_ok=True)
        with Newsroom(World(articles=opts.articles)) as room, tempfile.TemporaryDirectory() as scratch:
            sources = Path(scratch) / "sources.toml"
            sources.write_text(room.sources_toml(), encoding="utf-8")
            print(f"The newsroom is open at {room.urls['site']}; crawling it into {folder}/")
            began = time.monotonic()
            crawler = self._crawl(sources)
            self._summarise(crawler, folder, len(room.log), time.monotonic() - began)

    def _crawl(self, sources: Path) -> Crawler:
        assert self.crawler_process is not None
        self.crawler_process.settings.set("FINEWS_SOURCES_FILE", str(sources), priority="cmdline")
        crawler = self.crawler_process.create_crawler(FinewsSpider)
        crawler.signals.connect(_progress(), signal=signals.item_scraped, weak=False)
        self.crawler_process.crawl(crawler)
        self.crawler_process.start()
        return crawler

    def _summarise(self, crawler: Crawler, folder: Path, requests: int, seconds: float) -> None:
        new = crawler.stats.get_value("finews/posts", 0)
        known = crawler.stats.get_value("finews/articles/known", 0)
        posts = sorted(folder.glob("_posts/**/*.md"), key=lambda post: post.name)
        if crawler.stats.get_value("log_count/ERROR", 0) or not posts:
            print("\nThe demo did not end well; the log above says why.")
            self.exitcode = 1
            return
        print(f"\n{new} new posts, {known} articles known before; {requests} requests, {seconds:.1f} seconds.")
        for source in crawler.spider.sources if isinstance(crawler.spider, FinewsSpider) else ():
            print(f"  {source}: {crawler.stats.get_value(f'finews/posts/{source}', 0)} new posts")
        print(f"{folder}/_posts has {len(posts)} posts in {len(_categories(posts))} categories.")
        if new:
            one = next(post for post in posts if "-NW" in post.name)
            print(f"\nOne of them, {one}:\n\n{_head(one)}")
        else:
            print("Nothing is new: no article was asked for, no file was touched.")
        scrapy = os.path.relpath(sys.argv[0])
        print(f"\nNext:\n  jekyll serve --source {folder}  # the site, if Jekyll is installed")
        print(f"  {scrapy} demo          # again: finds nothing new")
        print(f"  {scrapy} crawl finews  # the real sites, one request a second, into output/")


def _progress() -> Callable[[], None]:
    """Says every now and then how far it is."""
    posts = count(1)

    def say() -> None:
        if (done := next(posts)) % 50 == 0:
            print(f"  {done} posts", flush=True)

    return say


def _categories(posts: list[Path]) -> set[str]:
    return {line for post in posts for line in post.read_text(encoding="utf-8").split("\n")[4:5]}


def _head(post: Path) -> str:
    lines = [line if len(line) < 100 else f"{line[:99]}…" for line in post.read_text(encoding="utf-8").split("\n")]
    if len(lines) <= POST_LINES:
        return "\n".join(lines)
    return "\n".join([*lines[: POST_LINES - 5], " …", *lines[-5:]])
