"""Which posts their source has edited, and when finews saw that: `_data/edited.yml`, which the site's layouts read.

It is written where the site has that file, as the delivered one has; a post has no key for it. Entries stand in the
order of their ids, so that two versions differ in the lines that changed.
"""

import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from finews_spider.archive.atomic import write_all

FILE = "_data/edited.yml"

_ENTRY = re.compile(r'"(?P<id>[^"\\]+)": "(?P<time>[^"\\]+)"')


def is_kept(output: Path) -> bool:
    """Return whether the site has such a file."""
    return (output / FILE).is_file()


def note(output: Path, id_: str, seen: datetime) -> None:
    """Note that the post's article was edited, as it was seen at that time. Raises OSError where the disk refuses."""
    others, entries = _read(output)
    _write(output, others, entries | {id_: f"{seen:%Y-%m-%d %H:%M:%S %z}"})


def forget(output: Path, is_built: Callable[[str], bool]) -> bool:
    """Forget the posts that are not built any more; return whether there were any. Raises OSError."""
    others, entries = _read(output)
    kept = {id_: time for id_, time in entries.items() if is_built(id_)}
    if kept != entries:
        _write(output, others, kept)
    return kept != entries


def _read(output: Path) -> tuple[list[str], dict[str, str]]:
    """Return the lines that are no entries, and the entries."""
    lines = (output / FILE).read_text(encoding="utf-8", errors="replace").splitlines()
    entries = {line: _ENTRY.fullmatch(line) for line in lines}
    found = {entry["id"]: entry["time"] for entry in entries.values() if entry}
    return [line for line, entry in entries.items() if not entry], found


def _write(output: Path, others: list[str], entries: dict[str, str]) -> None:
    lines = [*others, *(f'"{id_}": "{time}"' for id_, time in sorted(entries.items()))]
    (error,), _ = write_all(output, [(output / FILE, "".join(f"{line}\n" for line in lines))])
    if error:
        raise error
