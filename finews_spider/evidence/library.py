"""Where segments lie: each in a file of its own, or in the pack of its month."""

import json
import zipfile
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from finews_spider.evidence.segments import OPEN, SEGMENT, segments, sums

_LOCAL_HEAD = 30  # bytes of a file's head in a ZIP, before its name


class Stored(NamedTuple):
    """A segment: its name, the file that it lies in, where in that, and the hash that it had when it was closed."""

    name: str
    path: Path
    start: int
    size: int
    sha256: str

    def read(self) -> bytes:
        """Return its bytes. Raises OSError."""
        with self.path.open("rb") as file:
            file.seek(self.start)
            return file.read(self.size)


def stored(folder: Path) -> list[Stored]:
    """Return the segments of a folder, the oldest first. Raises OSError."""
    found = {one.name: one for pack in packs(folder) for one in _packed(pack)}
    for path in segments(folder):
        found[path.name] = Stored(path.name, path, 0, path.stat().st_size, sum_of(path))
    return [found[name] for name in sorted(found)]


def find(folder: Path, name: str) -> Stored | None:
    """Return a segment, also one that is being written; None where it is not there. Raises OSError."""
    for path in (folder / name, folder / (name + OPEN)):
        if path.is_file():
            return Stored(name, path, 0, path.stat().st_size, "")
    return next((one for pack in packs(folder) for one in _packed(pack) if one.name == name), None)


def packs(folder: Path) -> list[Path]:
    """Return the packs of a folder."""
    return sorted(path for path in folder.glob("*.wacz") if path.is_file())


def _packed(pack: Path) -> tuple[Stored, ...]:
    stat = pack.stat()
    return _in_pack(pack, stat.st_mtime_ns, stat.st_size)


@lru_cache(1_000)
def _in_pack(pack: Path, _time: int, _size: int) -> tuple[Stored, ...]:
    """Return the segments in a pack; none where it cannot be read, which its check says."""
    try:
        with zipfile.ZipFile(pack) as archive, pack.open("rb") as file:
            listed = {
                entry["path"]: entry["hash"] for entry in json.loads(archive.read("datapackage.json"))["resources"]
            }
            found = []
            for info in archive.infolist():
                name = info.filename.removeprefix("archive/")
                if not SEGMENT.fullmatch(name) or info.compress_type != zipfile.ZIP_STORED:
                    continue
                file.seek(info.header_offset)
                head = file.read(_LOCAL_HEAD)
                lengths = int.from_bytes(head[26:28], "little") + int.from_bytes(head[28:30], "little")
                start = info.header_offset + _LOCAL_HEAD + lengths
                sha256 = str(listed.get(info.filename, "")).removeprefix("sha256:")
                found.append(Stored(name, pack, start, info.file_size, sha256))
            return tuple(found)
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError):
        return ()


def sum_of(segment: Path) -> str:
    """Return the hash that was kept when a file was closed; empty where none can be read."""
    try:
        digest, _, name = sums(segment).read_text(encoding="utf-8").partition("  ")
    except (OSError, UnicodeDecodeError):
        return ""
    return digest if name == f"{segment.name}\n" and len(digest) == 64 else ""
