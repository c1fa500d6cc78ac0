"""The program `finews`: finews's commands, with its settings, in any folder."""

import importlib
import os
import pkgutil
import sys
from difflib import get_close_matches
from pathlib import Path

from scrapy.cmdline import execute
from scrapy.commands import ScrapyCommand
from scrapy.utils.project import get_project_settings

import pipelines
from finews_spider import __version__, commands
from finews_spider.exit_codes import ExitCode
from finews_spider.printable import safe_line
from finews_spider.reporting.program import FINEWS

USAGE = "usage: finews COMMAND [options]; finews COMMAND --help lists a command's own\n\nCommands:\n"


def main() -> None:
    """Run the command that is named, and exit with its code."""
    os.environ["SCRAPY_SETTINGS_MODULE"] = "finews_spider.settings"
    name, *words = sys.argv[1:] or ["--help"]
    if trouble := _collision() or _unknown(name):
        sys.exit(_refused(trouble))
    if name in ("-h", "--help"):
        print(usage())
    elif name == "--version":
        print(f"{FINEWS} {__version__}")
    else:
        spider = [FINEWS] if name == "crawl" else []
        settings = get_project_settings()
        settings.set("COMMANDS_MODULE", f"{commands.__name__}.{name}")  # else Scrapy imports all of them
        execute([FINEWS, name, *spider, *words], settings)


def usage() -> str:
    """Return what the program says of itself."""
    found = {name: _command(name) for name in _modules()}
    return USAGE + "\n".join(f"  {name:12}{command().short_desc()}" for name, command in found.items() if command)


def _modules() -> list[str]:
    return [module.name for module in pkgutil.iter_modules(commands.__path__)]


def _command(name: str) -> type[ScrapyCommand] | None:
    """Return the command of a module of `commands`, if it has one."""
    return getattr(importlib.import_module(f"{commands.__name__}.{name}"), "Command", None)


def _collision() -> str:
    """Return what is wrong where another package has the name of ours; both names are fixed."""
    beside = Path(pipelines.__file__ or "").resolve().parents[1]
    if beside == Path(__file__).resolve().parents[2]:
        return ""
    return f"another package named pipelines is installed in {beside}; install finews in an environment of its own"


def _unknown(name: str) -> str:
    if name in ("-h", "--help", "--version") or (name in _modules() and _command(name)):
        return ""
    nearest = get_close_matches(name, filter(_command, _modules()), 1)
    hint = f"did you mean {nearest[0]}?" if nearest else "finews --help lists them"
    return f"{safe_line(name)}: no command; {hint}"


def _refused(trouble: str) -> ExitCode:
    print(f"{FINEWS}: {trouble}", file=sys.stderr)
    return ExitCode.WRONG


if __name__ == "__main__":
    main()
