"""finews's commands as they are typed: of the program that was called, `finews` where it is installed or `scrapy`."""

import argparse
import os
import shlex
import shutil
import sys
from pathlib import Path

FINEWS = "finews"
OUTPUT = "FINEWS_OUTPUT"
KEPT = (OUTPUT, "FINEWS_SOURCES_FILE", "FINEWS_PRIVATE_NETWORKS")  # other settings may be secrets


def is_finews() -> bool:
    """Return whether the program was called by its own name."""
    return Path(sys.argv[0]).stem == FINEWS


def program() -> str:
    """Return the name by which the program is typed."""
    return FINEWS if is_finews() else "scrapy"


def command(*words: str, folder: Path | None = None) -> str:
    """Return a command line: `scrapy owed --retry`, `scrapy crawl finews -a …`; of the program, `finews crawl -a …`.

    It can be typed where one stands, or in `folder`: the program has its path where a shell needs that.
    """
    spider = [FINEWS] if words[:1] == ("crawl",) and not is_finews() else []
    line = shlex.join([*words[:1], *spider, *words[1:]])
    path = Path(sys.argv[0])
    if path.stem != program() or shutil.which(program()) == str(path.absolute()):
        return f"{program()} {line}"
    return f"{shlex.quote(os.path.relpath(path, folder or Path()))} {line}"


def hint(*words: str) -> str:
    """Return a command line for the archive and the sources that this process was called for."""
    return command(*words, *options_given())


def options_given(*but: str) -> list[str]:
    """Return the options of this process that say which archive and sources it works with, without some settings."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("-s", "--set", action="append", default=[])
    parser.add_argument("--config")
    given, _ = parser.parse_known_args(sys.argv[1:])
    kept = [setting for setting in given.set if (name := setting.partition("=")[0]) in KEPT and name not in but]
    words = [word for setting in kept for word in ("-s", setting)]
    return words + (["--config", given.config] if given.config else [])
