"""Keeps pictures in the site's folder: whole, noted for publishing, and only for so long as is asked for."""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

from finews_spider.archive.atomic import check_inside, write_all
from finews_spider.pictures import kept
from finews_spider.pictures.addresses import MEDIA, file_of
from finews_spider.pictures.heads import Head
from finews_spider.pictures.kept import Entries, Kept

Note = Callable[[Iterable[str]], None]


class Fetched(NamedTuple):
    """A picture as it came, and the days of the posts that name it."""

    key: str
    data: bytes
    head: Head
    days: Sequence[str]


def keep(output: Path, batch: Iterable[Fetched], note: Note) -> None:
    """Write pictures, then the files that tell of them; `note` hears of both before. Raises OSError.

    When this is killed, a picture may lie there that nothing tells of yet: the next run asks for it again.
    """
    files: dict[str, bytes] = {}
    entries: defaultdict[str, Entries] = defaultdict(dict)
    for fetched in batch:
        entry = _entry(output, fetched, files)
        files[entry.file] = fetched.data
        for day in fetched.days:
            entries[day][fetched.key] = entry
    note([*(f"{MEDIA}/{file}" for file in files), *map(kept.path_of, entries)])
    write(output, {f"{MEDIA}/{file}": data for file, data in files.items() if not _is_there(output, file)})
    write(output, {kept.path_of(day): kept.text_of(_of(output, day) | new) for day, new in entries.items()})


def expire(output: Path, days: int, megabytes: int, today: date, note: Note) -> int:
    """Remove the pictures of posts that are older than so many days, and the oldest of more megabytes than that.

    0 is no limit. Return how many files are gone. The posts and what is kept elsewhere stay. Raises OSError.
    """
    before = {day: kept.read(file) for day, file in kept.days(output)}
    after = {day: entries for day, entries in before.items() if not days or day >= str(today - timedelta(days=days))}
    if megabytes:
        after = dict(_within(output, after, megabytes * 1_000_000))
    gone = _files(before.values()) - _files(after.values())
    changed = [day for day, entries in before.items() if after.get(day, {}) != entries]
    if not changed:
        return 0
    note([*(f"{MEDIA}/{file}" for file in gone), *map(kept.path_of, changed)])
    write(output, {kept.path_of(day): kept.text_of(after[day]) for day in changed if after.get(day)})
    remove(output, [kept.path_of(day) for day in changed if not after.get(day)])
    return remove(output, [f"{MEDIA}/{file}" for file in gone])


def remove(output: Path, paths: Iterable[str]) -> int:
    """Remove files, and the folders that are empty then; return how many were there. Raises OSError."""
    count = 0
    for path in map(output.joinpath, sorted(paths)):
        check_inside(output, path.parent)
        if path.exists() or path.is_symlink():
            path.unlink()
            count += 1
        for folder in path.relative_to(output).parents[:-2]:
            if not (output / folder).is_dir() or any((output / folder).iterdir()):
                break
            (output / folder).rmdir()
    return count


def _within(output: Path, entries: dict[str, Entries], most: int) -> Iterator[tuple[str, Entries]]:
    """Yield what fits, the newest days first; of a day that does not fit as a whole, what fits."""
    seen: set[str] = set()
    for day in sorted(entries, reverse=True):
        fitting: Entries = {}
        for key, entry in entries[day].items():
            most -= 0 if entry.file in seen else _size(output, entry.file)
            if most < 0:
                yield day, fitting
                return
            seen.add(entry.file)
            fitting[key] = entry
        yield day, fitting


def _entry(output: Path, fetched: Fetched, files: dict[str, bytes]) -> Kept:
    """Return the entry of a picture; where another has its name, the hash of its bytes tells them apart."""
    sha256 = hashlib.sha256(fetched.data).hexdigest()
    file = file_of(fetched.key, fetched.head.ending)
    there = files.get(file) or _bytes(output, file)
    if there is not None and there != fetched.data:
        name, _, ending = file.rpartition(".")
        file = f"{name}-{sha256[:16]}.{ending}"
    return Kept(file, fetched.head.width, fetched.head.height, sha256)


def _of(output: Path, day: str) -> Entries:
    return kept.read(output / kept.path_of(day))


def _files(days: Iterable[Entries]) -> set[str]:
    return {file for entries in days for file in kept.files_of(entries.values())}


def _bytes(output: Path, file: str) -> bytes | None:
    path = output / MEDIA / file
    return path.read_bytes() if path.is_file() else None


def _is_there(output: Path, file: str) -> bool:
    """Return whether it is there; what has a name like it is equal to it."""
    return (output / MEDIA / file).is_file()


def _size(output: Path, file: str) -> int:
    path = output / MEDIA / file
    return path.stat().st_size if path.is_file() else 0


def write(output: Path, files: dict[str, bytes] | dict[str, str]) -> None:
    """Write files, by their paths below the output folder. Raises OSError."""
    errors, _ = write_all(output, [(output / path, content) for path, content in files.items()]) if files else ([], {})
    for error in filter(None, errors):
        raise error
