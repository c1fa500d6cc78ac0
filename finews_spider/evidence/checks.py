"""Checks a file of captures, WARC or WACZ, wherever it is: each record, and the whole by the hashes that were kept."""

import hashlib
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from finews_spider.evidence.library import sum_of
from finews_spider.evidence.reader import Damage, Record, fault_of, salvaged

BACK = "bring the file back from a copy; posts are not harmed"
GZIP_HEAD = bytes.fromhex("1f8b0800000000000203")  # of every member that warcio writes


class Fault(NamedTuple):
    """What is not as it should be, where, and what is to be done."""

    what: str  # a word or two
    where: str
    why: str
    remedy: str = ""


def checked(name: str, data: bytes, *, is_whole: bool) -> Iterator[Record | Fault]:
    """Yield the records of a file, and what is wrong with others, by their places and ids."""
    for record in salvaged(data):
        if isinstance(record, Damage):
            yield Fault("damaged", name, record.why, BACK)
            continue
        why = fault_of(record)
        if not is_whole and data[record.offset : record.offset + len(GZIP_HEAD)] != GZIP_HEAD:
            why = why or "its gzip header is damaged"
        yield Fault("damaged", name, f"the record at {record.offset}, {record.id}: {why}", BACK) if why else record


def checked_file(path: Path) -> Iterator[Record | Fault]:
    """Yield the records of a file anywhere, and what is wrong with it. Raises OSError."""
    data, expected = path.read_bytes(), sum_of(path)
    is_whole = expected == hashlib.sha256(data).hexdigest()
    is_sound = True
    for record in checked(path.name, data, is_whole=is_whole or not expected):
        is_sound = is_sound and not isinstance(record, Fault)
        yield record
    if expected and is_sound and not is_whole:
        yield Fault("changed", path.name, "it has another hash than when it was closed", BACK)


def checked_pack(path: Path) -> Iterator[Record | Fault]:
    """Yield the records of a pack anywhere, and what is wrong with it. Raises OSError."""
    try:
        with zipfile.ZipFile(path) as archive:
            yield from _checked(archive)
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError, EOFError) as error:
        yield Fault("damaged", path.name, f"it is no whole WACZ: {error}", "bring it back from a copy")


def _checked(archive: zipfile.ZipFile) -> Iterator[Record | Fault]:
    package = archive.read("datapackage.json")
    digest = json.loads(archive.read("datapackage-digest.json"))["hash"]
    if digest != f"sha256:{hashlib.sha256(package).hexdigest()}":
        yield Fault("damaged", "datapackage.json", "it has another digest")
    listed = {entry["path"]: entry for entry in json.loads(package)["resources"]}
    names = set(archive.namelist()) - {"datapackage.json", "datapackage-digest.json"}
    for path in sorted(names ^ listed.keys()):
        yield Fault("damaged", path, "it is in the list of files, or in the pack, and not in both")
    for path in sorted(names & listed.keys()):
        try:
            data = archive.read(path)
        except zipfile.BadZipFile as error:
            yield Fault("damaged", path, str(error))
            continue
        is_whole = f"sha256:{hashlib.sha256(data).hexdigest()}" == listed[path]["hash"]
        if not is_whole:
            yield Fault("damaged", path, "it has another digest")
        if path.endswith(".warc.gz"):
            yield from checked(path, data, is_whole=is_whole)
