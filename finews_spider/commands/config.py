"""`scrapy config`: each setting of finews, its value, and where it comes from."""

import argparse
import json
from typing import Any

from scrapy.commands import ScrapyCommand

from finews_spider import settings as delivered
from finews_spider.commands.base import OfflineCommand
from finews_spider.commands.site_file import ORIGINS, OWN
from finews_spider.exit_codes import ExitCode
from finews_spider.printable import printable

# Who knows the address, or one among the arguments, can use it.
SECRET = ("FINEWS_PING", "FINEWS_NOTIFY", "FINEWS_QUEUE")
NOT_SHOWN = "(set, not shown)"


class Command(OfflineCommand, ScrapyCommand):
    """Prints finews's own settings, and those of Scrapy's that are not as they are delivered."""

    def short_desc(self) -> str:
        """Return the line in the list of commands."""
        return "List the settings, their values, and where each comes from"

    def syntax(self) -> str:
        """Return the arguments, as the usage shows them."""
        return "[--json]"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add the option for programs."""
        super().add_options(parser)
        parser.add_argument("--json", action="store_true", help="as one JSON object")

    def execute(self, args: list[str], opts: argparse.Namespace) -> ExitCode:
        """Return OK. Raise ConfigurationError for what a crawl would refuse, after the list is printed."""
        rows = self._rows()
        if opts.json:
            print(json.dumps({name: {"value": value, "from": origin} for name, value, origin in rows}, default=str))
        else:
            for name, value, origin in rows:
                print(printable(f"{name:24}  {value!s:40}  {origin}"))
        self.config()
        return ExitCode.OK

    def _rows(self) -> list[tuple[str, Any, str]]:
        assert self.settings is not None
        names = [*OWN.values(), *(name for name in vars(delivered) if name.isupper() and name not in OWN.values())]
        rows = [(name, self.settings[name], self._origin(name)) for name in names]
        others = {name for name in self.settings if name not in names and self._origin(name) != "default"}
        rows += [(name, self.settings[name], self._origin(name)) for name in sorted(others)]
        rows = [(name, NOT_SHOWN if name in SECRET and value else value, origin) for name, value, origin in rows]
        return [row for row in rows if row[0] in OWN.values() or row[2] != "default"]

    def _origin(self, name: str) -> str:
        assert self.settings is not None
        return ORIGINS.get(self.settings.getpriority(name) or 0, "command line")
