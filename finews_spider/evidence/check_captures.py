"""Checks the captures of an archive: each file as it was closed, each record as its digests say."""

from array import array
from bisect import bisect_left
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from finews_spider.evidence.captures import PostEvidence
from finews_spider.evidence.checks import Fault, checked, checked_pack, fixed_by
from finews_spider.evidence.library import Stored, packs, stored
from finews_spider.evidence.reader import Record, member
from finews_spider.evidence.review import read_evidence
from finews_spider.evidence.segments import sums


class Noted(NamedTuple):
    """That there is evidence of a post, where it lies, and what the post was."""

    path: str  # below the output folder
    sha256: str
    segment: Stored
    offset: int

    def read(self) -> PostEvidence:
        """Return the evidence. Raises DamagedError and OSError."""
        with self.segment.open() as part:
            evidence = read_evidence(member(part, self.offset))
        assert evidence
        return evidence


class Captures:
    """What the check of all files has found: faults, and the evidence of posts, the newest last."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.records = 0
        self.posts: dict[str, list[Noted]] = {}
        self.without_hash: list[Path] = []  # files that are whole, and have no hash beside them
        self._offsets: dict[str, array[int]] = {}  # of records that are as they should be, by file

    def check(self) -> Iterator[Fault]:
        """Read all files, and yield what is wrong with them."""
        found = stored(self._folder)
        for segment in found:
            if segment.path.name == segment.name:
                yield from self._check(segment)
            else:  # the check of its pack names what is wrong
                deque(self._faults(segment), maxlen=0)
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
        faults = list(self._faults(segment))
        yield from faults
        if not faults and not segment.sha256:
            self.without_hash.append(segment.path)
            yield Fault("no hash", sums(segment.path).name, "its file is whole", fixed_by("writes it"))

    def _faults(self, segment: Stored) -> Iterator[Fault]:
        """Yield what is wrong with its records, each by its place and its id."""
        offsets = self._offsets[segment.name] = array("Q")
        with segment.open() as part:
            for record in checked(segment.name, part, segment.sha256):
                if isinstance(record, Fault):
                    yield record
                else:
                    offsets.append(record.offset)
                    self._take(record, segment)

    def _take(self, record: Record, segment: Stored) -> None:
        self.records += 1
        if evidence := read_evidence(record):
            noted = Noted(evidence.path, evidence.sha256, segment, record.offset)
            self.posts.setdefault(evidence.post, []).append(noted)
