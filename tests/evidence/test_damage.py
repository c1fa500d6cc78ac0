"""Each kind of damage to captures, to the ledger and to category pages is named; what can be mended is.

Those to posts are in test_verify.
"""

import hashlib
import re
import shutil
import sqlite3
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from finews_spider.evidence.digests import digest_of
from finews_spider.evidence.reader import Record, records
from finews_spider.evidence.segments import segments
from finews_spider.exit_codes import ExitCode
from finews_spider.newsroom.server import Newsroom
from finews_spider.newsroom.world import World
from tests.conftest import Site
from tests.evidence.conftest import ALL, folder
from tests.evidence.test_verify import OF_POSTS, copied, verify

pytestmark = pytest.mark.slow

Change = Callable[[bytes, list[Record]], bytes]


@pytest.fixture(scope="module")
def whole_site(world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """An archive with evidence, as it was written."""
    with Newsroom(world) as room:
        site = Site(tmp_path_factory.mktemp("whole") / "site", room)
        assert site.crawl(settings=ALL).code == 0
        yield site


@pytest.fixture
def site(whole_site: Site, tmp_path: Path) -> Site:
    return copied(whole_site, tmp_path)


def flipped(at: Callable[[Record], int], bit: int = 0) -> Change:
    """A bit of the twentieth record, at a place of it."""

    def flip(data: bytes, found: list[Record]) -> bytes:
        place = found[20].offset + at(found[20])
        return data[:place] + bytes([data[place] ^ 1 << bit]) + data[place + 1 :]

    return flip


def packed(text: bytes, level: int = 9) -> bytes:
    packer = zlib.compressobj(level, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    return packer.compress(text) + packer.flush()


def rewritten(change: Callable[[bytes], bytes], level: int = 9) -> Change:
    """An answer's record with another text, packed again."""

    def rewrite(data: bytes, found: list[Record]) -> bytes:
        record = next(record for record in found if b"HTTP/1.1 200 OK" in record.block)
        start, end = record.offset, record.offset + record.length
        text = zlib.decompress(data[start:end], zlib.MAX_WBITS | 16)
        assert change(text) != text or level != 9
        return data[:start] + packed(change(text), level) + data[end:]

    return rewrite


def forged(text: bytes) -> bytes:
    """The record with another body, and the digests of that."""
    head, _, block = text.removesuffix(b"\r\n\r\n").partition(b"\r\n\r\n")
    block = block.replace(b"Server: ", b"Server: x")
    head = re.sub(rb"(WARC-Block-Digest: )\S+", rb"\1" + digest_of(block).encode(), head)
    head = re.sub(rb"(Content-Length: )\d+", b"Content-Length: %d" % len(block), head)
    return head + b"\r\n\r\n" + block + b"\r\n\r\n"


def swapped(data: bytes, found: list[Record]) -> bytes:
    first, second, third = (record.offset for record in found[5:8])
    return data[:first] + data[second:third] + data[first:second] + data[third:]


OF_CAPTURES: dict[str, Change] = {
    "emptied": lambda data, _: b"",
    "cut by a byte": lambda data, _: data[:-1],
    "cut in half": lambda data, _: data[: len(data) // 2],
    "cut to a byte": lambda data, _: data[:1],
    "cut at the end of a record": lambda data, found: data[: found[-1].offset],
    "without its first record": lambda data, found: data[found[1].offset :],
    "without a record": lambda data, found: data[: found[4].offset] + data[found[5].offset :],
    "a record twice": lambda data, found: data + data[found[-1].offset :],
    "two records swapped": swapped,
    "another text at its end": lambda data, _: data + b"end",
    "another text before": lambda data, _: b"x" + data,
    "a bit of a time in a gzip header": flipped(lambda record: 4),
    "a bit of a gzip header's magic": flipped(lambda record: 0),
    "a bit of its flags": flipped(lambda record: 3, 4),
    "a bit of its system": flipped(lambda record: 9),
    "a bit of a record": flipped(lambda record: record.length // 2),
    "a bit of a checksum": flipped(lambda record: record.length - 6),
    "a bit of a length": flipped(lambda record: record.length - 2),
    "all zeros": lambda data, _: bytes(len(data)),
    "a page of zeros": lambda data, _: data[:4096] + bytes(4096) + data[8192:],
    "a page of another place": lambda data, _: data[:4096] + data[8192:12288] + data[8192:],
    "not packed": lambda data, found: b"".join(record.block for record in found),
    "packed again": lambda data, _: packed(data),
    "a record packed otherwise": rewritten(lambda text: text, 1),
    "a body that was changed": rewritten(lambda text: text.replace(b"HTTP/1.1 200", b"HTTP/1.1 404")),
    "a body that was forged": rewritten(forged),
    "a record without a head": rewritten(lambda text: text.replace(b"\r\n", b"\n")),
    "a record of another length": rewritten(lambda text: text.replace(b"Content-Length: ", b"Content-Length: 1")),
    "in CR LF": lambda data, _: data.replace(b"\n", b"\r\n"),
}


def linked_to_nothing(path: Path) -> None:
    path.unlink()
    path.symlink_to("nowhere")


def made_a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def sums(path: Path) -> Path:
    return path.with_name(path.name + ".sha256")


OF_FILES: dict[str, Callable[[Path], object]] = {
    "gone": Path.unlink,
    "a link to nothing": linked_to_nothing,
    "a folder": made_a_folder,
    "its hash gone": lambda path: sums(path).unlink(),
    "its hash emptied": lambda path: sums(path).write_bytes(b""),
    "its hash no hash": lambda path: sums(path).write_text("no hash\n"),
    "its hash of other bytes": lambda path: sums(path).write_text(f"{'0' * 64}  {path.name}\n"),
    "its hash of another file": lambda path: sums(path).write_text(f"{'0' * 64}  another\n"),
    "its hash no text": lambda path: sums(path).write_bytes(bytes(range(256))),
    "left by a killed run": lambda path: path.rename(path.with_name(path.name + ".open")),
}


def copy_of(segment: Path, number: int) -> Path:
    """A segment with the same records, and its hash."""
    path = segment.with_name(segment.name.replace("-00000.", f"-{number:05}."))
    shutil.copy(segment, path)
    sums(path).write_text(f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n")
    return path


def damaged_files(out: str) -> set[str]:
    return set(re.findall(r"^[\w ]+: (finews-\S+?\.warc\.gz)", out, re.MULTILINE))


def test_every_damage_to_captures_is_named_and_to_nothing_else(site: Site) -> None:
    (segment,) = segments(folder(site))
    whole, found = segment.read_bytes(), list(records(segment))
    names = {}
    for number, (way, change) in enumerate(OF_CAPTURES.items(), 1):
        path = copy_of(segment, number)
        path.write_bytes(change(whole, found))
        names[path.name] = way
    for number, (way, damage) in enumerate(OF_FILES.items(), 100):
        path = copy_of(segment, number)
        damage(path)
        names[path.name] = way
    ran = verify(site)
    assert ran.code == ExitCode.CHECK_FAILED
    assert {names[name] for name in names.keys() - damaged_files(ran.out)} == set()
    assert damaged_files(ran.out) <= names.keys()
    assert "75 posts: 75 as written" in ran.out
    assert verify(site, "--fix").code == ExitCode.CHECK_FAILED
    for name in names:  # as somebody brings them back from a copy
        path = segment.with_name(name)
        if path.is_dir():
            path.rmdir()
        path.unlink(missing_ok=True)
        path.write_bytes(whole)
        sums(path).unlink(missing_ok=True)
    assert verify(site, "--fix").code == 0
    assert verify(site).out.splitlines()[-1] == "no fault"


# Of the ledger.


def changed(*statements: str) -> Callable[[Path], object]:
    def change(path: Path) -> None:
        with closing(sqlite3.connect(path, isolation_level=None)) as ledger:
            for statement in statements:
                ledger.execute(statement)

    return change


def written(change: Callable[[bytes], bytes]) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(change(path.read_bytes()))


OF_LEDGERS: dict[str, Callable[[Path], object]] = {
    "no database": written(lambda data: b"no database at all" * 99),
    "a bit of its magic": written(lambda data: b"T" + data[1:]),
    "cut in half": written(lambda data: data[: len(data) // 2]),
    "a page of zeros": written(lambda data: data[:8192] + bytes(4096) + data[12288:]),
    "all zeros": written(lambda data: bytes(len(data))),
    "a hash cut": changed("UPDATE hashes SET sha256 = x'00' WHERE id IN (SELECT id FROM hashes LIMIT 1)"),
    "a hash no hash": changed("UPDATE hashes SET sha256 = 7, origin = 'x' WHERE id IN (SELECT id FROM hashes LIMIT 1)"),
    "a page's row": changed("UPDATE pages SET fetched = 'never'"),
    "a capture's row": changed("UPDATE captures SET kept = 'never'"),
}


@pytest.mark.parametrize("way", OF_LEDGERS)
def test_every_damage_to_the_ledger_is_named_and_mended(site: Site, way: str) -> None:
    OF_LEDGERS[way](site.output / ".finews/ledger.sqlite")
    ran = verify(site)
    assert ran.code == 0
    assert "ledger.sqlite is damaged" in ran.out
    assert "75 posts: 75 as written" in ran.out
    assert verify(site).out.splitlines()[-1] == "no fault"


# Of category pages.

OF_PAGES: dict[str, Callable[[Path], object]] = {
    "gone": Path.unlink,
    "emptied": written(lambda data: b""),
    "another heading": written(lambda data: data.replace(b'heading: "', b'heading: "x')),
    "cut in the front matter": written(lambda data: data[:40]),
    "cut to a byte": written(lambda data: data[:1]),
    "all zeros": written(lambda data: bytes(len(data))),
    "no front matter": written(lambda data: data.split(b"---\n")[2]),
    "no UTF-8": written(lambda data: data.decode().encode("gb18030")),
    "no text": written(lambda data: bytes(range(256))),
    "a link to nothing": linked_to_nothing,
}


def test_every_damage_to_category_pages_is_named_and_mended(site: Site) -> None:
    pages = sorted(site.output.glob("category/*.html"))
    before = {page: page.read_bytes() for page in pages}
    ways = {page.name: way for page, way in zip(pages, OF_PAGES, strict=False)}
    assert len(ways) == len(OF_PAGES)
    for page in pages[: len(ways)]:
        OF_PAGES[ways[page.name]](page)
    ran = verify(site)
    assert ran.code == ExitCode.CHECK_FAILED
    named = set(re.findall(r"^category page: category/(\S+): ", ran.out, re.MULTILINE))
    assert {ways[name] for name in ways.keys() - named} == set()
    assert named == ways.keys()
    assert verify(site, "--fix").code == 0
    assert {page: page.read_bytes() for page in pages} == before


def test_a_folder_in_a_pages_place_is_named(site: Site) -> None:
    page = min(site.output.glob("category/*.html"))
    made_a_folder(page)
    ran = verify(site, "--fix")
    assert ran.code == ExitCode.CHECK_FAILED
    assert f"category page: category/{page.name}: it is no file" in ran.out


def test_there_are_sixty_kinds() -> None:
    assert len([*OF_POSTS, *OF_CAPTURES, *OF_FILES, *OF_LEDGERS, *OF_PAGES]) >= 60
