"""`scrapy categories`: the categories of the posts, and whether each has its page."""

import argparse
from contextlib import nullcontext
from pathlib import Path

from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError

from finews_spider.archive import category_pages
from finews_spider.archive.category_pages import Category, Page, State
from finews_spider.archive.front_matter import scalar
from finews_spider.archive.lock import archive_lock
from finews_spider.commands.base import ExitCodeCommand
from finews_spider.exit_codes import ExitCode


class Command(ExitCodeCommand, ScrapyCommand):
    """Reads the posts; writes only with --fix."""

    requires_project = True
    default_settings = {"LOG_ENABLED": False}  # noqa: RUF012 (Scrapy's)

    def syntax(self) -> str:
        """Shown as usage."""
        return "[--fix]"

    def short_desc(self) -> str:
        """Shown in the list of commands."""
        return "List the categories of the posts, and pages that are missing or bear a wrong title"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Whether to mend."""
        super().add_options(parser)
        parser.add_argument("--fix", action="store_true", help="write missing pages, and put wrong titles right")

    def execute(self, args: list[str], opts: argparse.Namespace) -> ExitCode:
        """Return OK when every category has its page, CHECK_FAILED when pages want mending."""
        if args:
            raise UsageError(f"{args[0]}: not accepted")
        output = self.config_of_archive().output
        with archive_lock(output) if opts.fix else nullcontext():
            return _list(output, mend=opts.fix)


def _list(output: Path, *, mend: bool) -> ExitCode:
    """Print a line for each category, then what wants mending, or was mended."""
    found = category_pages.scan(output)
    for category in sorted(found.values(), key=lambda each: (-each.posts, each.slug)):
        print(f"{category.posts:7}  {category.slug}  {scalar(category.tag)}{_also(category)}")
    print(f"{sum(category.posts for category in found.values())} posts in {len(found)} categories")
    for alike in category_pages.same_but_for_case(found):
        print(
            f"{', '.join(alike)}: differ in case only; where a disk does not tell them apart, one page serves for all"
        )
    pages = [(category, category_pages.page(output, category)) for category in found.values()]
    left = [page for category, page in pages if page.state and not _dealt_with(output, category, page, mend=mend)]
    to_mend = [page for page in left if page.state in (State.MISSING, State.WRONG)]
    if to_mend and not mend:
        print(f"{len(to_mend)} to mend: scrapy categories --fix")
    return ExitCode.CHECK_FAILED if to_mend else ExitCode.OK


def _also(category: Category) -> str:
    """Other tags that posts of the category have; the newest post's is its title."""
    others = [f"{scalar(tag)} ({count})" for tag, count in category.tags.most_common() if tag != category.tag]
    return f"  (the newest post's; others have {', '.join(others)})" if others else ""


def _dealt_with(output: Path, category: Category, page: Page, *, mend: bool) -> bool:
    """Say what is with the page, and mend it if that is asked for."""
    done = mend and category_pages.mend(output, category, page)
    what = f"{scalar(page.title)} -> {scalar(category.tag)}" if page.state is State.WRONG else scalar(category.tag)
    print(f"{f'mended, {page.state}' if done else page.state}: {page.path.relative_to(output)}: {what}")
    return done
