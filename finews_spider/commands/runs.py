"""`scrapy runs`: the last runs, how each ended, and what came."""

import argparse
import json
from typing import Any

from scrapy.commands import ScrapyCommand

from finews_spider.commands.base import OfflineCommand
from finews_spider.exceptions import ConfigurationError
from finews_spider.exit_codes import ExitCode
from finews_spider.printable import safe_line
from finews_spider.reporting.report import RunReport
from finews_spider.reporting.store import read_newest

LAST = 20
HEADS = ("run", "seconds", "requests", "new", "owed", "code", "ended")
LINE = "{:19}  {:>7}  {:>8}  {:>6}  {:>6}  {:>4}  {}"


class Command(OfflineCommand, ScrapyCommand):
    """Reads the reports, also while a run writes one."""

    def syntax(self) -> str:
        """Return the arguments, as the usage shows them."""
        return "[--last N] [--json]"

    def short_desc(self) -> str:
        """Return the line in the list of commands."""
        return "List the last runs: how each ended, and what came"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add the options for how many, and for programs."""
        super().add_options(parser)
        parser.add_argument("--last", metavar="N", type=int, default=LAST, help=f"how many (default: {LAST})")
        parser.add_argument("--json", action="store_true", help="as one JSON object a line")

    def execute(self, args: list[str], opts: argparse.Namespace) -> ExitCode:
        """Return OK. Raise ConfigurationError for a wrong number, and where there is no archive."""
        if opts.last < 1:
            raise ConfigurationError(f"--last: {opts.last} is not accepted; use 1 or more")
        rows = [row_of(report) for report in read_newest(self.config_of_archive().output, opts.last)]
        if opts.json:
            print(*(json.dumps(dict(zip(HEADS, row, strict=True)), ensure_ascii=False) for row in rows), sep="\n")
        else:
            print(*(LINE.format(*map(_cell, row)).rstrip() for row in [HEADS, *rows]), sep="\n")
        return ExitCode.OK


def row_of(report: RunReport) -> tuple[Any, ...]:
    """Return what stands under HEADS."""
    sources = report.sources.values()
    return (
        f"{report.started:%Y-%m-%d %H:%M:%S}",
        report.seconds,
        sum(host.requests for host in report.hosts.values()),
        sum(source.archived for source in sources),
        sum(source.owed for source in sources),
        report.exit_code,
        report.why,
    )


def _cell(value: object) -> str:
    return "-" if value is None else f"{value:.0f}" if isinstance(value, float) else safe_line(f"{value}", limit=120)
