"""Checks a file of captures, WARC or WACZ, wherever it is: each record, and the whole by the hashes that were kept."""

import hashlib
import json
import lzma
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, NamedTuple

from finews_spider.evidence.library import Part, Stored, start_in_pack
from finews_spider.evidence.reader import Damage, Record, fault_of, salvaged
from finews_spider.evidence.segments import SEGMENT
from finews_spider.reporting.program import hint

BACK = "bring the file back from a copy; posts are not harmed"
GZIP_HEAD = bytes.fromhex("1f8b0800000000000203")  # of every member that warcio writes

# What reading a pack of anybody's raises: RuntimeError where it is encrypted, packed as none is, or nested without end.
_NO_PACK = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, RuntimeError)


class Fault(NamedTuple):
    """What is not as it should be, where, and what is to be done."""

    what: str  # a word or two
    where: str
    why: str
    remedy: str = ""


def fixed_by(does: str = "") -> str:
    """Return the command that mends a fault, as it can be typed, and what it does."""
    return f"{hint('verify', '--fix')} {does}".strip()


def checked(name: str, part: Part, sha256: str) -> Iterator[Record | Fault]:
    """Yield the records of a segment, and what is wrong with others, by their places and ids. Raises OSError.

    `sha256` is the hash that the segment had when it was closed; empty where it is not known.
    """
    is_whole, is_sound = part.sha256() == sha256, True
    for entry in _records(name, part, is_whole=is_whole or not (sha256 or SEGMENT.fullmatch(name))):
        is_sound = is_sound and not isinstance(entry, Fault)
        yield entry
    if sha256 and is_sound and not is_whole:
        yield from _changed(name, part)


def _records(name: str, part: Part, *, is_whole: bool) -> Iterator[Record | Fault]:
    for record in salvaged(part):
        if isinstance(record, Damage):
            yield Fault("damaged", name, record.why, BACK)
            continue
        why = fault_of(record)
        if not is_whole and part.read(record.offset, len(GZIP_HEAD)) != GZIP_HEAD:
            why = why or "its gzip header is damaged"
        yield _fault(name, record, why) if why else record


def _changed(name: str, part: Part) -> Iterator[Fault]:
    """Yield the records that are packed otherwise than when written: some bits of a member tell its reader nothing.

    Where this zlib packs all of them otherwise than the one that wrote them, none can be named.
    """
    numbers, others = 0, []
    for record in salvaged(part):
        numbers += 1
        if isinstance(record, Record) and not _is_canonical(part.read(record.offset, record.length)):
            others.append(_fault(name, record, "it is packed otherwise than it was written"))
    if 0 < len(others) < numbers:
        yield from others
    else:
        yield Fault("changed", name, "it has another hash than when it was closed", BACK)


def _is_canonical(member: bytes) -> bool:
    """Return whether a member is what warcio makes of the record."""
    packer = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    return packer.compress(zlib.decompress(member, zlib.MAX_WBITS | 16)) + packer.flush() == member


def _fault(name: str, record: Record, why: str) -> Fault:
    return Fault("damaged", name, f"the record at {record.offset}, {record.id}: {why}", BACK)


def checked_file(path: Path) -> Iterator[Record | Fault]:
    """Yield the records of a file anywhere, and what is wrong with it. Raises OSError."""
    stored = Stored.of(path)
    with stored.open() as part:
        yield from checked(path.name, part, stored.sha256)


def checked_pack(path: Path) -> Iterator[Record | Fault]:
    """Yield the records of a pack anywhere, and what is wrong with it. Raises OSError."""
    try:
        with path.open("rb") as file, zipfile.ZipFile(file) as archive:
            yield from _checked(file, archive)
    except (*_NO_PACK, KeyError, ValueError, TypeError, EOFError) as error:
        yield Fault("damaged", path.name, f"it is no whole WACZ: {error}", "bring it back from a copy")


def _checked(file: BinaryIO, archive: zipfile.ZipFile) -> Iterator[Record | Fault]:
    package = archive.read("datapackage.json")
    digest = json.loads(archive.read("datapackage-digest.json"))["hash"]
    if digest != f"sha256:{hashlib.sha256(package).hexdigest()}":
        yield Fault("damaged", "datapackage.json", "it has another digest")
    listed = {entry["path"]: entry for entry in json.loads(package)["resources"]}
    names = set(archive.namelist()) - {"datapackage.json", "datapackage-digest.json"}
    for path in sorted(names ^ listed.keys()):
        yield Fault("damaged", path, "it is in the list of files, or in the pack, and not in both")
    for path in sorted(names & listed.keys()):
        with _part(file, archive, archive.getinfo(path)) as part:
            sha256 = str(listed[path]["hash"]).removeprefix("sha256:")
            if part.sha256() != sha256:
                yield Fault("damaged", path, "it has another digest")
            if path.endswith(".warc.gz"):
                yield from checked(path.removeprefix("archive/"), part, sha256)


@contextmanager
def _part(file: BinaryIO, archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[Part]:
    """Open a file of a pack where it lies; one that is packed again, of which finews writes none, as a copy."""
    if info.compress_type == zipfile.ZIP_STORED:
        yield Part(file, start_in_pack(file, info), info.file_size)
        return
    with tempfile.TemporaryFile() as copy:
        with archive.open(info) as packed:
            shutil.copyfileobj(packed, copy)
        yield Part(copy, 0, copy.tell())
