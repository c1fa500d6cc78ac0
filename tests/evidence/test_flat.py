"""What reads evidence takes no more memory for a large file than for a small one."""

import shutil
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import pytest

from finews_spider.evidence.check_captures import Captures
from finews_spider.evidence.checks import Fault, checked_file, checked_pack
from finews_spider.evidence.cite import evidence_of
from finews_spider.evidence.pack import pack
from finews_spider.evidence.reader import records
from finews_spider.evidence.records import RESPONSE, Writer
from finews_spider.evidence.remake import Maker
from finews_spider.evidence.review import Review
from finews_spider.evidence.segments import Segment

MEGABYTES = 24
NAME = "finews-2026-11-01-00000.warc.gz"


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a segment of answers of a megabyte, which cannot be packed."""
    folder = tmp_path_factory.mktemp("large")
    segment, random = Segment(folder, NAME), Random(1)
    writer, head = Writer(segment), b"HTTP/1.1 200 OK\r\n\r\n"
    for number in range(MEGABYTES):
        headers = {"WARC-Target-URI": f"http://a/{number}", "WARC-Date": "2026-11-01T00:00:00.000000Z"}
        writer.write("response", RESPONSE, headers, random.randbytes(1_000_000), head)
    segment.close()
    return folder


@pytest.fixture
def large(written: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(written, tmp_path / "large"))


def faults(entries: Iterator[object]) -> list[object]:
    return [entry for entry in entries if isinstance(entry, Fault)]


def check(folder: Path) -> None:
    captures = Captures(folder)
    assert list(captures.check()) == []
    assert captures.records == MEGABYTES


def check_files(folder: Path) -> None:
    assert faults(checked_file(folder / NAME)) == []


def review(folder: Path) -> None:
    assert list(Review(Maker(folder, {}, ""), lambda _: None).posts(lambda _: True)) == []


def pack_and_check(folder: Path) -> None:
    assert faults(checked_pack(pack(folder, "2026-11"))) == []
    check(folder)


def cite(folder: Path) -> None:
    assert evidence_of(folder, "NW1", "") is None


def check_damaged(folder: Path) -> None:
    """Where a record ends is looked for in all that follows."""
    whole = (folder / NAME).read_bytes()
    (folder / NAME).write_bytes(whole[:1] + whole[1:].replace(b"\x1f\x8b", b"\x1f\x8c"))
    del whole
    tracemalloc.reset_peak()
    assert list(Captures(folder).check())


def read(folder: Path) -> None:
    assert sum(1 for _ in records(folder / NAME)) == MEGABYTES


@pytest.mark.slow
@pytest.mark.parametrize("way", [check, check_files, review, pack_and_check, cite, check_damaged, read])
def test_memory_is_flat(large: Path, way: Callable[[Path], None]) -> None:
    tracemalloc.start()
    try:
        way(large)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 10_000_000
