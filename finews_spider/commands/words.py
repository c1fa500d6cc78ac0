"""The arguments `-a name=value` of commands that are no crawl."""

import argparse
from collections.abc import Iterable, Sequence

from finews_spider.exceptions import ConfigurationError


def add_words(parser: argparse.ArgumentParser) -> None:
    """Add the option -a."""
    parser.add_argument("-a", dest="words", metavar="NAME=VALUE", action="append", default=[])


def read_words(words: Iterable[str], accepted: Sequence[str], command: str) -> dict[str, str]:
    """Return the values by name. Raise ConfigurationError for what is no argument of the command."""
    use = f"use {', '.join(f'{name}=' for name in accepted)}"
    values = {}
    for word in words:
        name, mark, value = word.partition("=")
        if not mark:
            raise ConfigurationError(f"{word!r} is no argument; {use}")
        if name not in accepted:
            raise ConfigurationError(f"{name}=: is no argument of {command}; {use}")
        values[name] = value
    return values
