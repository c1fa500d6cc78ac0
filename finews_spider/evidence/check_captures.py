"""Checks the files of captures: whether each is as it was closed, and each record as its digests say."""

import hashlib
from array import array
from bisect import bisect_left
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from finews_spider.evidence.captures import PostEvidence
from finews_spider.evidence.reader import Damage, Record, fault_of, salvaged
from finews_spider.evidence.review import read_evidence
from finews_spider.evidence.segments import segments, sums

GZIP_HEAD = bytes.fromhex("1f8b0800000000000203")  # of every member that warcio writes


class Fault(NamedTuple):
    """What is not as it should be, where, and what is to be done."""

    what: str  # a word or two
    where: str
    why: str
    remedy: str = ""


class Captures:
    """What the check of all files has found: faults, and what is said of posts, the newest last."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.records = 0
        self.posts: dict[str, list[PostEvidence]] = {}
        self.without_hash: list[Path] = []  # files that are whole, and have no hash beside them
        self._offsets: dict[str, array[int]] = {}  # of records that are as they should be, by file

    def check(self) -> Iterator[Fault]:
        """Read all files, and yield what is wrong with them."""
        found = segments(self._folder)
        for segment in found:
            yield from self._check(segment)
        names = {segment.name for segment in found}
        for beside in sorted(self._folder.glob("*.warc.gz.sha256")):
            if (name := beside.name.removesuffix(".sha256")) not in names:
                yield Fault("gone", name, "its hash is there, and it is not", "bring it back from a copy")

    def missing_of(self, evidence: PostEvidence) -> str:
        """Return which capture of a post is not there as it was; empty where all are."""
        for step in evidence.steps:
            for capture in step.captures:
                for record in {capture, capture.payload}:
                    if not self._has(record.segment, record.offset):
                        return f"{record.segment} at {record.offset}"
        return ""

    def _has(self, segment: str, offset: int) -> bool:
        offsets = self._offsets.get(segment, array("Q"))
        at = bisect_left(offsets, offset)
        return at < len(offsets) and offsets[at] == offset

    def _check(self, segment: Path) -> Iterator[Fault]:
        data = segment.read_bytes()
        expected = _expected(segment)
        is_whole = expected == hashlib.sha256(data).hexdigest()
        faults = list(self._faults(segment, data, is_whole=is_whole))
        yield from faults
        if not faults and not expected:
            self.without_hash.append(segment)
            yield Fault("no hash", sums(segment).name, "its file is whole", "scrapy verify --fix writes it")
        elif not faults and not is_whole:
            yield Fault("changed", segment.name, "it has another hash than when it was closed", _BACK)

    def _faults(self, segment: Path, data: bytes, *, is_whole: bool) -> Iterator[Fault]:
        """Yield what is wrong with its records, each by its place and its id."""
        offsets = self._offsets[segment.name] = array("Q")
        for record in checked(segment.name, data, is_whole=is_whole):
            if isinstance(record, Fault):
                yield record
            else:
                offsets.append(record.offset)
                self._take(record)

    def _take(self, record: Record) -> None:
        self.records += 1
        if record.kind == "metadata" and (evidence := read_evidence(record)):
            self.posts.setdefault(evidence.post, []).append(evidence)


def checked(name: str, data: bytes, *, is_whole: bool) -> Iterator[Record | Fault]:
    """Yield the records of a file, and what is wrong with others, by their places and ids."""
    for record in salvaged(data):
        if isinstance(record, Damage):
            yield Fault("damaged", name, record.why, _BACK)
            continue
        why = fault_of(record)
        if not is_whole and data[record.offset : record.offset + len(GZIP_HEAD)] != GZIP_HEAD:
            why = why or "its gzip header is damaged"
        yield Fault("damaged", name, f"the record at {record.offset}, {record.id}: {why}", _BACK) if why else record


def checked_file(path: Path) -> Iterator[Record | Fault]:
    """Yield the records of a file anywhere, and what is wrong with it. Raises OSError."""
    data, expected = path.read_bytes(), _expected(path)
    is_whole = expected == hashlib.sha256(data).hexdigest()
    is_sound = True
    for record in checked(path.name, data, is_whole=is_whole or not expected):
        is_sound = is_sound and not isinstance(record, Fault)
        yield record
    if expected and is_sound and not is_whole:
        yield Fault("changed", path.name, "it has another hash than when it was closed", _BACK)


_BACK = "bring the file back from a copy; posts are not harmed"


def _expected(segment: Path) -> str:
    """Return the hash that was kept when the file was closed; empty where none can be read."""
    try:
        digest, _, name = sums(segment).read_text(encoding="utf-8").partition("  ")
    except (OSError, UnicodeDecodeError):
        return ""
    return digest if name == f"{segment.name}\n" and len(digest) == 64 else ""
