"""Where segments lie: each in a file of its own, or in the pack of its month."""

import hashlib
import json
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO, NamedTuple, Self

from finews_spider.evidence.segments import OPEN, SEGMENT, segments, sums

_LOCAL_HEAD = 30  # bytes of a file's head in a ZIP, before its name
_BUFFER = 1 << 17


class Part(NamedTuple):
    """A part of a file that is open: a segment is never read into memory as a whole."""

    file: BinaryIO
    start: int
    size: int

    def read(self, at: int, length: int) -> bytes:
        """Return the bytes from there on; fewer at its end. Raises OSError."""
        self.file.seek(self.start + at)
        return self.file.read(max(0, min(length, self.size - at)))

    def chunks(self, at: int = 0) -> Iterator[bytes]:
        """Yield its bytes from there on, some at a time. Raises OSError."""
        while data := self.read(at, _BUFFER):
            yield data
            at += len(data)

    def sha256(self) -> str:
        """Return the hash of its bytes. Raises OSError."""
        found = hashlib.sha256()
        for data in self.chunks():
            found.update(data)
        return found.hexdigest()


class Stored(NamedTuple):
    """A segment: its name, the file that it lies in, where in that, and the hash that it had when it was closed."""

    name: str
    path: Path
    start: int
    size: int
    sha256: str

    @classmethod
    def of(cls, path: Path) -> Self:
        """Return what a file of its own is. Raises OSError."""
        return cls(path.name, path, 0, path.stat().st_size, sum_of(path))

    @contextmanager
    def open(self) -> Iterator[Part]:
        """Open it for a block. Raises OSError."""
        with self.path.open("rb", buffering=_BUFFER) as file:
            yield Part(file, self.start, self.size)


def stored(folder: Path) -> list[Stored]:
    """Return the segments of a folder, the oldest first. Raises OSError."""
    found = {one.name: one for pack in packs(folder) for one in _packed(pack)}
    for path in segments(folder):
        found[path.name] = Stored.of(path)
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
                sha256 = str(listed.get(info.filename, "")).removeprefix("sha256:")
                found.append(Stored(name, pack, start_in_pack(file, info), info.file_size, sha256))
            return tuple(found)
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError):
        return ()


def start_in_pack(file: BinaryIO, info: zipfile.ZipInfo) -> int:
    """Return where in a pack the bytes of a file begin. Raises OSError."""
    file.seek(info.header_offset)
    head = file.read(_LOCAL_HEAD)
    lengths = int.from_bytes(head[26:28], "little") + int.from_bytes(head[28:30], "little")
    return info.header_offset + _LOCAL_HEAD + lengths


def sum_of(segment: Path) -> str:
    """Return the hash that was kept when a file was closed; empty where none can be read."""
    try:
        digest, _, name = sums(segment).read_text(encoding="utf-8").partition("  ")
    except (OSError, UnicodeDecodeError):
        return ""
    return digest if name == f"{segment.name}\n" and len(digest) == 64 else ""
