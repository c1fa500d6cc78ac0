"""Goes through posts and compares each with what its captures give today."""

import hashlib
from array import array
from collections.abc import Callable, Iterable, Iterator
from difflib import unified_diff
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

import msgspec

from finews_spider.evidence.captures import PostEvidence
from finews_spider.evidence.library import Part, Stored, stored
from finews_spider.evidence.reader import Damage, DamagedError, Record, member, salvaged
from finews_spider.evidence.remake import Maker, UnmadeError

MAX_DIFF = 6  # lines of a diff that are shown
MAX_LINE = 160  # characters of one


class State(StrEnum):
    """What a post is beside its captures."""

    SAME = "same"
    DIFFERS = "differs"
    UNREADABLE = "unreadable"


class Reviewed(NamedTuple):
    """A post, what it is beside its captures, and why; `text` is what they give, where that is another one.

    One that `is_foreign` has other bytes than finews wrote.
    """

    path: Path
    evidence: PostEvidence
    state: State
    why: str = ""
    text: str = ""
    is_foreign: bool = False


class Review:
    """Yields what posts are, the newest evidence first. `find` returns where a post lies, None where there is none."""

    def __init__(self, maker: Maker, find: Callable[[PostEvidence], Path | None]) -> None:
        self._maker, self._find = maker, find
        self.troubles: list[str] = []  # with the files of the evidence
        self.seen: set[str] = set()  # the posts that have evidence, by id

    def posts(self, is_wanted: Callable[[PostEvidence], bool]) -> Iterator[Reviewed]:
        """Yield the posts that are wanted, one by one; at last those of other bytes than finews wrote."""
        done: set[str] = set()
        others: dict[str, tuple[Path, PostEvidence]] = {}  # of other bytes than the newest evidence tells
        for evidence in self._newest(is_wanted):
            self.seen.add(evidence.post)
            if evidence.post in done:
                continue
            path = self._find(evidence)
            if path is None:
                done.add(evidence.post)
                continue
            kept = path.read_bytes()
            if hashlib.sha256(kept).hexdigest() != evidence.sha256:
                others.setdefault(evidence.post, (path, evidence))
                continue
            others.pop(evidence.post, None)
            done.add(evidence.post)
            yield self._compared(path, evidence, kept)
        for path, evidence in others.values():
            yield self._compared(path, evidence, path.read_bytes())._replace(is_foreign=True)

    def _newest(self, is_wanted: Callable[[PostEvidence], bool]) -> Iterator[PostEvidence]:
        for segment in reversed(stored(self._maker.folder)):
            with segment.open() as part:
                places = array("Q", self._wanted_in(segment.name, part, is_wanted))
                for offset in reversed(places):
                    record = member(part, offset)
                    if evidence := read_evidence(record):
                        yield evidence

    def _wanted_in(self, name: str, part: Part, is_wanted: Callable[[PostEvidence], bool]) -> Iterator[int]:
        """Yield where the evidence of posts that are wanted lies."""
        for record in salvaged(part):
            if isinstance(record, Damage):
                self.troubles.append(f"{name}: {record.why}")
            elif (evidence := read_evidence(record)) and is_wanted(evidence):
                yield record.offset

    def _compared(self, path: Path, evidence: PostEvidence, kept: bytes) -> Reviewed:
        try:
            text = self._maker.text(evidence)
        except (UnmadeError, DamagedError, OSError) as error:
            return Reviewed(path, evidence, State.UNREADABLE, str(error))
        if text.encode() == kept:
            return Reviewed(path, evidence, State.SAME)
        return Reviewed(path, evidence, State.DIFFERS, diff(kept.decode("utf-8", "replace"), text), text)


def read_evidence(record: Record) -> PostEvidence | None:
    """Return what a record says of a post; None for another record."""
    if record.kind != "metadata":
        return None
    try:
        return msgspec.json.decode(record.block, type=PostEvidence)
    except ValueError:
        return None


def evidence_in(segment: Stored) -> Iterator[PostEvidence]:
    """Yield the evidence of posts that can be read in a segment. Raises OSError."""
    with segment.open() as part:
        for record in salvaged(part):
            if isinstance(record, Record) and (evidence := read_evidence(record)):
                yield evidence


def diff(old: str, new: str) -> str:
    """Return the first lines that differ."""
    lines = list(unified_diff(old.splitlines(), new.splitlines(), lineterm="", n=0))[2:]
    shown = [_short(line) for line in lines if not line.startswith("@@")]
    more = [f"… {len(shown) - MAX_DIFF} lines more"] if len(shown) > MAX_DIFF else []
    return "\n".join([*shown[:MAX_DIFF], *more])


def _short(line: str) -> str:
    return line if len(line) <= MAX_LINE else f"{line[:MAX_LINE]}…"


def batches(reviewed: Iterable[Reviewed], size: int) -> Iterator[list[Reviewed]]:
    """Yield them so many at a time."""
    batch: list[Reviewed] = []
    for entry in reviewed:
        batch.append(entry)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch
