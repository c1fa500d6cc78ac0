"""`scrapy init`: make a new site, with its configuration, in a folder of its own."""

import argparse
from pathlib import Path

from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError

from finews_spider.commands.base import OfflineCommand
from finews_spider.commands.site_file import NAME
from finews_spider.commands.skeleton import copy_site
from finews_spider.exceptions import ConfigurationError, PublishError
from finews_spider.exit_codes import ExitCode
from finews_spider.publishing.git import Git, GitError
from finews_spider.reporting.program import command
from finews_spider.setting_values import expanded

FILE = """\
# What is set for this site; docs/configuration.md explains each. The command line and FINEWS_… variables go first.

# Who reads: a page, or mailto: and an address, where the sites can reach you.
# contact = "mailto:me@example.com"

# After each run: "commit", or "push" too. "off" leaves git to you.
# publish = "off"

# [scrapy]
# DOWNLOAD_DELAY = 2

# What differs from the sources that finews brings.
# [sources.eastmoney]
# recent_pages = 10
"""
IGNORED = "_site/\n.jekyll-cache/\n"  # by git: what a build makes


class Command(OfflineCommand, ScrapyCommand):
    """Makes a Jekyll site that builds as it stands, a git repository of it, and finews.toml."""

    takes_arguments = True
    takes_settings = False

    def short_desc(self) -> str:
        """Return the line in the list of commands."""
        return "Make a new site in a folder of its own"

    def syntax(self) -> str:
        """Return the arguments, as the usage shows them."""
        return "DIR"

    def execute(self, args: list[str], opts: argparse.Namespace) -> ExitCode:
        """Make the site, print what to type next, and return OK.

        Raise UsageError without a folder, ConfigurationError for one that is not empty or cannot be written.
        """
        if len(args) != 1 or args[0].startswith("-"):
            raise UsageError("name the folder of the new site")
        folder = expanded("DIR", args[0])
        _check_empty(folder)
        try:
            copy_site(folder, hidden=True)
            (folder / NAME).write_text(FILE, encoding="utf-8")
            (folder / ".gitignore").write_text(IGNORED, encoding="utf-8")
        except OSError as error:
            raise ConfigurationError(f"{folder}: cannot be written: {error}") from error
        print(f"{folder}: a Jekyll site, and {NAME} for what is yours to set{_repository(folder)}")
        print(f"\nNext, in {folder}:\n  {command('doctor', folder=folder)}\n  {command('crawl', folder=folder)}")
        return ExitCode.OK


def _check_empty(folder: Path) -> None:
    try:
        if any(path.name != ".git" for path in folder.iterdir()):
            raise ConfigurationError(f"{folder}: is not empty; name a new folder, or set output= in a {NAME} there")
    except FileNotFoundError:
        return
    except OSError as error:
        raise ConfigurationError(f"{folder}: cannot be read: {error.strerror}") from error


def _repository(folder: Path) -> str:
    """Make a git repository of it; return what to say of that."""
    if (folder / ".git").exists():
        return ""
    try:
        Git(folder)("init", "--quiet")
    except (PublishError, GitError) as error:
        return f"\nno git repository was made: {error}"
    return ", in a git repository"
