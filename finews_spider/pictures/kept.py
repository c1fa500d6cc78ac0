"""Which pictures are kept: `_data/pictures/YYYY-MM/DD.yml`, a line for each picture of the posts of that day.

The site's layouts read it, and it is what finews itself knows of kept pictures: it lies in the site's history with
them. A run changes the files of the days that it has posts of, and no other.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import NamedTuple

FOLDER = "_data/pictures"
DAYS_KNOWN = 31  # whose entries stay in memory while posts are looked through

_FILE = r"[a-z0-9][a-z0-9.-]*(?:/[a-z0-9][a-z0-9_-]*)+\.[a-z]+"  # as `file_of` names it; none leads elsewhere
_LINE = re.compile(rf'("(?:[^"\\]|\\.)+"): "({_FILE}) ([0-9]{{1,9}}) ([0-9]{{1,9}}) ([0-9a-f]{{64}})"')

_ESCAPED = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")  # that YAML folds, or refuses


class Kept(NamedTuple):
    """A picture that is kept: its file below `media/`, its size in pixels, and its hash."""

    file: str
    width: int
    height: int
    sha256: str

    def __str__(self) -> str:
        return " ".join(map(str, self))


Entries = dict[str, Kept]  # by the address without its scheme, as it stands in a page


def path_of(day: date | str) -> str:
    """Return the file of the pictures of a day, below the output folder."""
    year_month, _, in_month = str(day).rpartition("-")
    return f"{FOLDER}/{year_month}/{in_month}.yml"


def read(file: Path) -> Entries:
    """Return the entries of a file; none where there is none. Raises OSError. What is no entry is not believed."""
    try:
        text = file.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return {}
    lines = map(_LINE.fullmatch, text.splitlines())
    found = {_key(line[1]): Kept(line[2], int(line[3]), int(line[4]), line[5]) for line in lines if line}
    return {key: entry for key, entry in found.items() if key}


def _key(quoted: str) -> str:
    try:
        return str(json.loads(quoted))
    except ValueError:  # a person, or the disk, has written it
        return ""


def text_of(entries: Mapping[str, Kept]) -> str:
    """Return the text of a file, in the order of the addresses: two versions differ in the lines that changed."""
    return "".join(f'{_quoted(key)}: "{kept}"\n' for key, kept in sorted(entries.items()))


def _quoted(key: str) -> str:
    """Return an address as JSON and YAML read it, on one line for each: an address may hold other ends of lines."""
    return _ESCAPED.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(key, ensure_ascii=False))


def days(output: Path) -> Iterator[tuple[str, Path]]:
    """Yield day and file of all that are there, the oldest first."""
    for file in sorted((output / FOLDER).glob("[0-9][0-9][0-9][0-9]-[0-9][0-9]/[0-9][0-9].yml")):
        yield f"{file.parent.name}-{file.stem}", file


class Days:
    """What is kept of days; the last that were read stay known."""

    def __init__(self, output: Path) -> None:
        self._output = output
        self._known: dict[str, Entries] = {}

    def entries(self, day: str) -> Entries:
        """Return the entries of a day. Raises OSError."""
        if day not in self._known:
            if len(self._known) >= DAYS_KNOWN:
                self._known.clear()
            self._known[day] = read(self._output / path_of(day))
        return self._known[day]


def files_of(entries: Iterable[Kept]) -> set[str]:
    """Return the files of entries, below `media/`."""
    return {kept.file for kept in entries}
