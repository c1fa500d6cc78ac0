"""finews's commands as they are typed: of the program that was called, `finews` where it is installed or `scrapy`."""

import os
import shlex
import shutil
import sys
from pathlib import Path

FINEWS = "finews"


def is_finews() -> bool:
    """Return whether the program was called by its own name."""
    return Path(sys.argv[0]).stem == FINEWS


def program() -> str:
    """Return the name by which the program is typed."""
    return FINEWS if is_finews() else "scrapy"


def command(*words: str) -> str:
    """Return a command line: `scrapy owed --retry`, `scrapy crawl finews -a …`; of the program, `finews crawl -a …`."""
    spider = [FINEWS] if words[:1] == ("crawl",) and not is_finews() else []
    return shlex.join([program(), *words[:1], *spider, *words[1:]])


def typed(*words: str, folder: Path | None = None) -> str:
    """Return the same as it can be typed in a folder, or where one stands: with its path where a shell needs that."""
    name, _, rest = command(*words).partition(" ")
    path = Path(sys.argv[0])
    if path.stem != name or shutil.which(name) == str(path.absolute()):
        return f"{name} {rest}"
    return f"{shlex.quote(os.path.relpath(path, folder or Path()))} {rest}"
