"""`scrapy categories`: list the categories of the posts, and check that each has its page."""

import argparse
from contextlib import nullcontext
from pathlib import Path

from scrapy.commands import ScrapyCommand

from finews_spider.archive import category_pages
from finews_spider.archive.category_pages import Category, Page, State
from finews_spider.archive.front_matter import scalar
from finews_spider.archive.lock import archive_lock
from finews_spider.commands.base import ExitCodeCommand
from finews_spider.exit_codes import ExitCode
from finews_spider.printable import printable
from finews_spider.reporting.program import hint


class Command(ExitCodeCommand, ScrapyCommand):
    """Reads the posts, and writes category pages only with --fix."""

    requires_project = True
    default_settings = {"LOG_ENABLED": False}  # noqa: RUF012 (Scrapy's)

    def syntax(self) -> str:
        """Return the arguments, as the usage shows them."""
        return "[--fix]"

    def short_desc(self) -> str:
        """Return the line in the list of commands."""
        return "List the categories of the posts, and pages that are missing or have a wrong title"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add the option --fix."""
        super().add_options(parser)
        parser.add_argument("--fix", action="store_true", help="write missing pages, and correct wrong titles")

    def execute(self, args: list[str], opts: argparse.Namespace) -> ExitCode:
        """Return OK when every category has its page, CHECK_FAILED when pages need fixing."""
        output = self.config_of_archive().output
        with archive_lock(output) if opts.fix else nullcontext():
            return _list(output, fix=opts.fix)


def _list(output: Path, *, fix: bool) -> ExitCode:
    """Print a line for each category, then one for each page that needs fixing or was fixed."""
    categories = category_pages.scan(output)
    for category in sorted(categories.values(), key=lambda category: (-category.posts, category.slug)):
        print(printable(f"{category.posts:7}  {category.slug}  {scalar(category.tag)}{_other_tags(category)}"))
    print(f"{sum(category.posts for category in categories.values())} posts in {len(categories)} categories")
    for slugs in category_pages.same_but_for_case(categories):
        print(f"{', '.join(slugs)}: differ in case only; on a disk that ignores case, one page serves for all")
    pages = [(category, category_pages.page(output, category)) for category in categories.values()]
    left = [page for category, page in pages if page.state and not _report(output, category, page, fix=fix)]
    to_fix = [page for page in left if page.state in (State.MISSING, State.WRONG)]
    if to_fix and not fix:
        print(f"{len(to_fix)} to fix: {hint('categories', '--fix')}")
    return ExitCode.CHECK_FAILED if to_fix else ExitCode.OK


def _other_tags(category: Category) -> str:
    """Return a remark on other tags that the category's posts have; the newest post's tag is the page's title."""
    others = [f"{scalar(tag)} ({count})" for tag, count in category.tags.most_common() if tag != category.tag]
    return f"  (the newest post's; others have {', '.join(others)})" if others else ""


def _report(output: Path, category: Category, page: Page, *, fix: bool) -> bool:
    """Print what is wrong with the page, after fixing it if `fix`; return whether it was fixed."""
    fixed = fix and category_pages.fix(output, category, page)
    title = f"{scalar(page.title)} -> {scalar(category.tag)}" if page.state is State.WRONG else scalar(category.tag)
    state = f"fixed, {page.state}" if fixed else page.state
    print(printable(f"{state}: {page.path.relative_to(output)}: {title}"))
    return fixed
