"""Checks the captures of an archive: each file as it was closed, each record as its digests say."""

import hashlib
from array import array
from bisect import bisect_left
from collections.abc import Iterator
from pathlib import Path

from finews_spider.evidence.captures import PostEvidence
from finews_spider.evidence.checks import BACK, Fault, checked, checked_pack
from finews_spider.evidence.library import Stored, packs, stored
from finews_spider.evidence.reader import Record
from finews_spider.evidence.review import read_evidence
from finews_spider.evidence.segments import sums


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
        found = stored(self._folder)
        for segment in found:
            if segment.path.name == segment.name:
                yield from self._check(segment)
            else:  # the check of its pack names what is wrong
                list(self._faults(segment, segment.read(), is_whole=True))
        for pack in packs(self._folder):
            yield from (entry for entry in checked_pack(pack) if isinstance(entry, Fault))
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

    def _check(self, segment: Stored) -> Iterator[Fault]:
        data = segment.read()
        is_whole = segment.sha256 == hashlib.sha256(data).hexdigest()
        faults = list(self._faults(segment, data, is_whole=is_whole))
        yield from faults
        if not faults and not segment.sha256:
            self.without_hash.append(segment.path)
            yield Fault("no hash", sums(segment.path).name, "its file is whole", "scrapy verify --fix writes it")
        elif not faults and not is_whole:
            yield Fault("changed", segment.name, "it has another hash than when it was closed", BACK)

    def _faults(self, segment: Stored, data: bytes, *, is_whole: bool) -> Iterator[Fault]:
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
