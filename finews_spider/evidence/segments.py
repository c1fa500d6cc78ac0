"""The files that captures are written to: a new one each run, never appended to, renamed when it is whole."""

import hashlib
import os
import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from finews_spider.archive.atomic import sync, sync_folder

OPEN = ".open"  # the ending of a segment that is being written, or was when its run was killed
SEGMENT = re.compile(r"finews-[\w-]+-\d{5,}\.warc\.gz")
_CHUNK = 1 << 20
_BUFFER = 1 << 18


def prepare(folder: Path) -> None:
    """Make the folder, which git and Jekyll pass by. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    ignore = folder / ".gitignore"
    if not ignore.exists():
        ignore.write_text("*\n")


def segments(folder: Path) -> list[Path]:
    """Return the segments that are there, the oldest first; what a run writes at this moment is not among them."""
    return sorted(path for path in folder.glob("*.warc.gz") if SEGMENT.fullmatch(path.name) and path.is_file())


class Segment:
    """A segment that is being written; a file-like object, which counts and hashes what it gets."""

    def __init__(self, folder: Path, name: str) -> None:
        """Raises FileExistsError where there is one of that name, and OSError."""
        self.name = name
        self.path = folder / (name + OPEN)
        if (folder / name).exists():
            raise FileExistsError(name)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
        self._file: BinaryIO = os.fdopen(os.open(self.path, flags, 0o644), "wb", _BUFFER)
        self._hash = hashlib.sha256()
        self.size = 0
        self._is_named = False

    def write(self, data: bytes) -> int:
        """Take the bytes. Raises OSError."""
        self._file.write(data)
        self._hash.update(data)
        self.size += len(data)
        return len(data)

    def flush(self) -> None:
        """Nothing: warcio asks for it after each record, and a sync writes all."""

    def sync(self) -> None:
        """Bring to the disk what was written. Raises OSError."""
        self._file.flush()
        os.fsync(self._file.fileno())
        if not self._is_named:
            _raise(sync_folder(str(self.path.parent)))
            self._is_named = True

    def close(self) -> None:
        """Give the segment its name, and keep its hash. Raises OSError, and leaves the file as it is then."""
        try:
            self.sync()
        except OSError:
            self.abandon()
            raise
        self._file.close()
        _finish(self.path, self._hash.hexdigest())

    def abandon(self) -> None:
        """Leave the file as it is: the next run cuts it after its last whole record."""
        try:
            self._file.close()
        except OSError:  # what could not be written before
            return


def recover(folder: Path) -> list[Path]:
    """Cut what killed runs left after its last whole record, and give it its name. Raises OSError.

    Return the segments.
    """
    return [segment for path in unfinished(folder) if (segment := _recover(path))]


def unfinished(folder: Path) -> list[Path]:
    """Return the segments that a run writes at this moment; while no run holds the archive, what killed runs left."""
    paths = sorted(folder.glob(f"*{OPEN}"))
    return [path for path in paths if SEGMENT.fullmatch(path.name.removesuffix(OPEN)) and not path.is_symlink()]


def _recover(path: Path) -> Path | None:
    *_, end = (0, *(end for _, end in members(path)))
    if not end:
        path.unlink()
        return None
    os.truncate(path, end)
    _raise(sync(str(path)))
    with path.open("rb") as file:
        return _finish(path, hashlib.file_digest(file, "sha256").hexdigest())


def members(path: Path) -> Iterator[tuple[int, int]]:
    """Yield where each gzip member begins and ends, up to the first that is cut or damaged. Raises OSError."""
    with path.open("rb") as file:
        start, at, waiting = 0, 0, b""
        unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
        while data := waiting or file.read(_CHUNK):
            try:
                unpacker.decompress(data)
            except zlib.error:
                return
            waiting = unpacker.unused_data
            at += len(data) - len(waiting)
            if unpacker.eof:
                yield start, at
                start = at
                unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)


def sums(segment: Path) -> Path:
    """Return the file that has a segment's hash, as `sha256sum -c` reads it."""
    return segment.with_name(segment.name + ".sha256")


def _finish(path: Path, digest: str) -> Path:
    segment = path.with_name(path.name.removesuffix(OPEN))
    sums(segment).write_text(f"{digest}  {segment.name}\n")
    _raise(sync(str(sums(segment))))
    path.rename(segment)
    _raise(sync_folder(str(path.parent)))
    return segment


def _raise(error: OSError | None) -> None:
    if error:
        raise error
