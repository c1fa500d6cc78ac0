"""Checks the pictures that are kept: whether each is there, is what came, and is told of."""

import hashlib
import shutil
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from finews_spider.pictures import kept
from finews_spider.pictures.addresses import MEDIA
from finews_spider.pictures.store import write
from finews_spider.reporting.program import hint


class PictureFault(NamedTuple):
    """What is not as it should be, where, why, and what is to be done."""

    what: str
    where: str
    why: str
    remedy: str


def check(
    output: Path, aside: Path, note: Callable[[Iterable[str]], None], *, fix: bool
) -> Iterator[PictureFault | None]:
    """Yield for each picture what is wrong with it, or None. Raises OSError.

    With `fix`, the site forgets pictures that are missing or damaged, and shows what it shows of those that are not
    kept; files that are damaged, or that nothing tells of, are moved to `aside`. `note` hears of all before.
    """
    named: set[str] = set()
    for day, file in list(kept.days(output)):
        entries = kept.read(file)
        again = hint("pictures", "-a", f"since={day}")
        remedy = f"bring it back from git or a copy; or {hint('verify', '--fix')}, then {again}"
        faults = {key: found for key, entry in entries.items() if (found := _fault(output, entry))}
        named |= kept.files_of(entries.values())
        for key, entry in entries.items():
            what, why = faults.get(key, ("", ""))
            yield (
                PictureFault(what, f"{MEDIA}/{entry.file}", f"{why}; posts of {day} show it", remedy) if what else None
            )
        if fix and faults:
            note([kept.path_of(day), *(f"{MEDIA}/{entries[key].file}" for key in faults)])
            write(output, {kept.path_of(day): kept.text_of({k: v for k, v in entries.items() if k not in faults})})
            set_aside(output, aside, {entries[key].file for key in faults})
    orphans = sorted(_orphans(output, named))
    for orphan in orphans:
        yield PictureFault(
            "orphaned", f"{MEDIA}/{orphan}", "nothing tells of it", f"{hint('verify', '--fix')} sets it aside"
        )
    if fix and orphans:
        note(f"{MEDIA}/{orphan}" for orphan in orphans)
        set_aside(output, aside, orphans)


def lost(output: Path) -> dict[str, tuple[PictureFault, str]]:
    """Return what is wrong with pictures that are missing or damaged, and their hashes, by file. Raises OSError."""
    entries = {entry.file: entry for _, file in kept.days(output) for entry in kept.read(file).values()}
    faults = {file: found for file, entry in entries.items() if (found := _fault(output, entry))}
    return {
        file: (PictureFault(what, f"{MEDIA}/{file}", why, ""), entries[file].sha256)
        for file, (what, why) in faults.items()
    }


def _fault(output: Path, entry: kept.Kept) -> tuple[str, str] | None:
    path = output / MEDIA / entry.file
    if not path.is_file() or path.is_symlink():
        return "missing", "it is not there"
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    return None if sha256 == entry.sha256 else ("damaged", "it has another hash than when it came")


def _orphans(output: Path, named: set[str]) -> Iterator[str]:
    """Yield files that nothing tells of, in folders of hosts of which pictures are kept: others are not ours."""
    for host in {file.partition("/")[0] for file in named}:
        for path in (output / MEDIA / host).rglob("*"):
            name = path.relative_to(output / MEDIA).as_posix()
            if name not in named and not path.is_dir():
                yield name


def set_aside(output: Path, aside: Path, files: Iterable[str]) -> None:
    """Move files below `media/` to `aside`, where they are there. Raises OSError."""
    for file in files:
        path = output / MEDIA / file
        if path.is_file() or path.is_symlink():
            there = aside / MEDIA / file  # as one name, it may be too long, or another's
            there.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(path, there)
