"""`scrapy units`: the queue that several machines share: what is to be done, and by whom it is done."""

import argparse
import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from scrapy.commands import ScrapyCommand

from finews_spider.commands.base import OfflineCommand
from finews_spider.config import Config
from finews_spider.crawl.arguments import read_arguments, window_of
from finews_spider.dates import Window
from finews_spider.exceptions import ConfigurationError
from finews_spider.exit_codes import ExitCode
from finews_spider.printable import printable
from finews_spider.reporting.program import program
from finews_spider.reporting.terminal import plural
from finews_spider.sources.base import Source
from finews_spider.sources.loader import load

if TYPE_CHECKING:
    from collections import Counter

    from finews_spider.machines.adding import Added
    from finews_spider.machines.units import Unit

SECONDS = {"m": 60, "h": 3600, "d": 86_400}
ONLY_CRAWL = ("source", "category", "column", "every")
OF_ADD = (*ONLY_CRAWL, "since", "until", "by", "reparse", "pictures", "on", "again")
ACTIONS = ("add", "retry", "cancel")


class Command(OfflineCommand, ScrapyCommand):
    """Reads and changes the queue; asks no site."""

    takes_arguments = True

    def syntax(self) -> str:
        """Return the arguments, as the usage shows them."""
        return "[--json] | add [options] | retry ID|all | cancel ID"

    def short_desc(self) -> str:
        """Return the line in the list of commands."""
        return "List the queue that several machines share, and add to it"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add the options."""
        super().add_options(parser)
        parser.add_argument("--json", action="store_true", help="as one JSON object")
        group = parser.add_argument_group("add")
        group.add_argument("--source", metavar="NAMES", help="a unit for each (default: those that are enabled)")
        group.add_argument("--category", metavar="SLUGS", help="of these alone")
        group.add_argument("--column", metavar="SLUGS", help="of these alone")
        group.add_argument("--since", metavar="DAY", help="the first day of a window; without one, what is new")
        group.add_argument("--until", metavar="DAY", help="the last day of it")
        group.add_argument("--by", choices=("month", "week", "day"), help="a unit for each of these of the window")
        group.add_argument("--every", metavar="TIME", help="do what is new again and again: 10m, 2h, 1d")
        group.add_argument("--reparse", action="store_true", help="make posts again of the captures that --on has")
        group.add_argument("--pictures", metavar="HOST", help="ask for the pictures there of posts of the window")
        group.add_argument("--on", metavar="WORKER", default="", help="by the worker of that name alone")
        group.add_argument("--again", action="store_true", help="also what is done already, or failed")

    def execute(self, args: list[str], opts: argparse.Namespace) -> ExitCode:
        """Return OK. Raise ConfigurationError for wrong arguments, and where the database cannot be used."""
        action, *ids = args or [""]
        if action and action not in ACTIONS:
            raise ConfigurationError(f"{action}: is nothing that units can be told; use {', '.join(ACTIONS)}")
        if action in ("", "add") and ids:
            raise ConfigurationError(f"{ids[0]}: not accepted; options begin with --")
        if action != "add" and (given := [name for name in OF_ADD if getattr(opts, name)]):
            raise ConfigurationError(f"--{given[0]}: is an option of {program()} {self.title} add")
        config = self.config()
        units = list(_units(config, opts)) if action == "add" else []
        from finews_spider.machines.database import connected  # what is off is not loaded

        with connected(config.queue, f"{program()} {self.title}") as connection:
            from finews_spider.machines import adding, listing

            if action == "add":
                print(printable(_summary(adding.add(connection, units, again=opts.again))))
            elif action == "retry":
                count = sum(adding.retry(connection, id_) for id_ in _ids(ids, "all"))
                print(f"{plural(count, 'unit')} will be done again")
            elif action == "cancel":
                count = sum(adding.cancel(connection, id_) for id_ in _ids(ids) if id_ is not None)
                print(f"{plural(count, 'unit')} cancelled")
            else:
                found = listing.read(connection)
                print(json.dumps(found.to_json(), ensure_ascii=False) if opts.json else "\n".join(found.lines()))
        return ExitCode.OK


def _ids(words: list[str], everything: str = "") -> list[int | None]:
    if everything and words == [everything]:
        return [None]
    if not words or not all(re.fullmatch("[0-9]{1,18}", word) for word in words):
        use = f"ids of units, or {everything}" if everything else "ids of units"
        raise ConfigurationError(
            f"{' '.join(words) or 'nothing'}: is not accepted; use {use}, as {program()} units lists"
        )
    return [int(word) for word in words]


def _units(config: Config, opts: argparse.Namespace) -> Iterator["Unit"]:
    """Yield what is to be added. Raise ConfigurationError for what cannot be meant."""
    from finews_spider.machines.groups import group_of_pictures, groups
    from finews_spider.machines.units import Kind, Unit

    sources = load(config.sources_file, config.config)
    _check(opts)
    window = window_of({name: value for name in ("since", "until") if (value := getattr(opts, name))})
    kind = Kind.REPARSE if opts.reparse else Kind.PICTURES if opts.pictures else Kind.CRAWL
    group_of = groups(sources)
    narrowed = {name: value for name in ("category", "column") if (value := getattr(opts, name))}
    for words in _days(window, opts):
        if kind is Kind.REPARSE:
            yield Unit(kind=kind, words=words, on=opts.on)
        elif kind is Kind.PICTURES:
            group = group_of_pictures(opts.pictures, sources)
            if not group:
                raise ConfigurationError(
                    f"--pictures: {opts.pictures} is none of the hosts of pictures in the sources file"
                )
            yield Unit(kind=kind, words={"host": opts.pictures, **words}, group=group, on=opts.on)
        else:
            for source in _sources(opts, sources, {**narrowed, **words}):
                every = _seconds(opts.every) if opts.every else 0
                typed = {"source": source, **narrowed, **words}
                yield Unit(kind=kind, words=typed, group=group_of[source], every=every, on=opts.on)


def _days(window: Window, opts: argparse.Namespace) -> Iterator[dict[str, str]]:
    from finews_spider.machines.units import windows

    if opts.by and window.since and window.until:
        for since, until in windows(window.since, window.until, opts.by):
            yield {"since": f"{since}", "until": f"{until}"}
    else:
        yield {name: f"{day}" for name, day in (("since", window.since), ("until", window.until)) if day}


def _sources(opts: argparse.Namespace, sources: dict[str, Source], words: dict[str, str]) -> list[str]:
    """Return the names of the sources, whose runs would accept the words."""
    named = {"source": opts.source} if opts.source else {}
    return [source.name for source in read_arguments({**named, **words}, sources).sources]


def _check(opts: argparse.Namespace) -> None:
    """Raise ConfigurationError for options that do not go together."""
    if opts.by and not (opts.since and opts.until):
        raise ConfigurationError(f"--by {opts.by}: needs the window's first and last day, --since DAY --until DAY")
    if (opts.reparse or opts.pictures) and not (opts.since and opts.until):
        raise ConfigurationError("--reparse, --pictures: name the days of the posts, --since DAY --until DAY")
    if opts.reparse and not opts.on:
        raise ConfigurationError("--reparse: name the worker whose captures are meant, --on WORKER")
    if opts.reparse and opts.pictures:
        raise ConfigurationError("--reparse, --pictures: are units of their own; add one after the other")
    if wrong := [name for name in ONLY_CRAWL if getattr(opts, name) and (opts.reparse or opts.pictures)]:
        raise ConfigurationError(f"--{wrong[0]}: is of lists, and cannot stand beside --reparse or --pictures")
    if opts.every and (opts.since or opts.until):
        raise ConfigurationError("--every: is for what is new, without --since and --until")


def _seconds(text: str) -> int:
    found = re.fullmatch(r"([1-9][0-9]{0,4})([mhd])", text)
    if not found:
        raise ConfigurationError(f"--every: {text!r} is not accepted; use minutes, hours or days: 10m, 2h, 1d")
    return int(found[1]) * SECONDS[found[2]]


def _summary(counts: "Counter[Added]") -> str:
    return ", ".join(f"{plural(count, 'unit')} {state}" for state, count in counts.items()) or "0 units added"
