"""Reads records back, one by one, and says what of them is damaged."""

import re
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from scrapy.downloadermiddlewares.httpcompression import HttpCompressionMiddleware

from finews_spider.evidence.captures import Capture
from finews_spider.evidence.digests import agrees
from finews_spider.evidence.library import Part, Stored, find

MAX_RECORD = 64 * 1024 * 1024  # bytes; an answer has at most 16 MiB
_CHUNK = 1 << 14
_WINDOW = 1 << 16
_MEMBER = b"\x1f\x8b\x08\x00"  # with which warcio's gzip members begin
_HEAD_END = re.compile(rb"\r?\n\r?\n")
_FIELD = re.compile(rb"(?im)^([^\s:]+)[ \t]*:[ \t]*([^\r\n]*(?:\r?\n[ \t][^\r\n]*)*)")


class DamagedError(ValueError):
    """A record cannot be read; the message says why."""


class Record(NamedTuple):
    """A record: where it lies in its file, its fields, and what it holds."""

    offset: int
    length: int
    fields: Mapping[str, str]
    block: bytes

    @property
    def kind(self) -> str:
        """The WARC-Type."""
        return self.fields.get("WARC-Type", "")

    @property
    def id(self) -> str:
        """The WARC-Record-ID."""
        return self.fields.get("WARC-Record-ID", "")


class Damage(NamedTuple):
    """What is no record in a file of records, from where on, and why not."""

    offset: int
    why: str


def salvaged(part: Part) -> Iterator[Record | Damage]:
    """Yield all that can be read of a segment, one by one: damage costs the record that it is in. Raises OSError."""
    at = 0
    while at < part.size:
        try:
            record = member(part, at)
        except DamagedError as error:
            yield Damage(at, str(error))
            at = _following(part, at + 1)
        else:
            yield record
            at += record.length


def records(path: Path) -> Iterator[Record]:
    """Yield the records of a file. Raises DamagedError at the first that is cut or damaged, and OSError."""
    with Stored.of(path).open() as part:
        for record in salvaged(part):
            if isinstance(record, Damage):
                raise DamagedError(record.why)
            yield record


def member(part: Part, start: int) -> Record:
    """Return the record that begins there. Raises DamagedError and OSError."""
    unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    pieces: list[bytes] = []
    at, size = start, 0
    while not unpacker.eof:
        chunk = part.read(at, _CHUNK)
        if not chunk:
            raise DamagedError(f"the record at {start} is cut short")
        pieces.append(_unpack(unpacker, chunk, start))
        at, size = at + len(chunk), size + len(pieces[-1])
        if size > MAX_RECORD or unpacker.unconsumed_tail:
            raise DamagedError(f"the record at {start} is too large")
    return parse(b"".join(pieces), start, at - len(unpacker.unused_data) - start)


def _following(part: Part, at: int) -> int:
    """Return where the next record may begin; the end where none does. Raises OSError."""
    while data := part.read(at, _WINDOW):
        if (found := data.find(_MEMBER)) >= 0:
            return at + found
        at += max(1, len(data) - len(_MEMBER) + 1)
    return part.size


def fault_of(record: Record) -> str:
    """Return what of a record is not as its digests say; empty where all is, or it has none."""
    of_block, of_payload = (record.fields.get(f"WARC-{part}-Digest") for part in ("Block", "Payload"))
    if of_block and not agrees(of_block, record.block):
        return "its block has another digest"
    if of_payload and record.kind == "response":
        end = _HEAD_END.search(record.block)
        if not agrees(of_payload, record.block[end.end() :] if end else b""):
            return "its payload has another digest"
    return ""


def _unpack(unpacker: "zlib._Decompress", data: bytes, start: int) -> bytes:
    try:
        return unpacker.decompress(data, MAX_RECORD)
    except zlib.error as error:
        raise DamagedError(f"the record at {start} is damaged: {error}") from error


def record_of(capture: Capture, folder: Path) -> Record:
    """Return the record of a capture. Raises DamagedError where it is not there, or not as it was written."""
    name = Path(capture.segment).name
    segment = find(folder, name)
    if segment is None:
        raise DamagedError(f"{name} is not there")
    with segment.path.open("rb") as file:
        data = Part(file, segment.start, segment.size).read(capture.offset, capture.length)
    unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    text = _unpack(unpacker, data, capture.offset)
    if not unpacker.eof or unpacker.unused_data:
        raise DamagedError(f"{name} has no whole record at {capture.offset}")
    record = parse(text, capture.offset, capture.length)
    if record.id != capture.id:
        raise DamagedError(f"{name} has another record at {capture.offset}")
    return record


def parse(text: bytes, offset: int, length: int) -> Record:
    """Return the record that a member holds. Raises DamagedError."""
    head, _, block = text.partition(b"\r\n\r\n")
    version, _, lines = head.partition(b"\r\n")
    try:
        fields = dict(line.split(": ", 1) for line in lines.decode().split("\r\n"))
        size = int(fields["Content-Length"])
    except (ValueError, KeyError) as error:
        raise DamagedError(f"the record at {offset} has no head") from error
    if not version.startswith(b"WARC/") or block[size:] != b"\r\n\r\n":
        raise DamagedError(f"the record at {offset} has another length than it says")
    return Record(offset, length, fields, block[:size])


class Message(NamedTuple):
    """An answer as it came: its head's fields, by their names in small letters, and its body, still packed."""

    head: bytes
    body: bytes

    @property
    def fields(self) -> list[tuple[bytes, bytes]]:
        """The fields of the head, in their order."""
        return [(name.lower(), value) for name, value in _FIELD.findall(self.head.partition(b"\n")[2])]

    def values(self, name: bytes) -> list[bytes]:
        """Return the values of a field."""
        return [value.strip() for field, value in self.fields if field == name]


def message(record: Record) -> Message:
    """Return the answer of a response's record. Raises DamagedError."""
    end = _HEAD_END.search(record.block)
    if end is None:
        raise DamagedError(f"{record.id} has no head")
    found = Message(record.block[: end.end()], record.block[end.end() :])
    if b"chunked" in b",".join(found.values(b"transfer-encoding")).lower():
        return Message(found.head, _joined(found.body, record.id))
    return found


def _joined(body: bytes, id_: str) -> bytes:
    """Return a body that lies in chunks."""
    pieces: list[bytes] = []
    rest = body
    while True:
        size, _, rest = rest.partition(b"\r\n")
        try:
            length = int(size, 16)
        except ValueError:
            raise DamagedError(f"{id_} has no whole body") from None
        if not length:
            return b"".join(pieces)
        pieces.append(rest[:length])
        rest = rest[length + 2 :]


def unpacked(body: bytes, codings: list[bytes], max_size: int) -> bytes:
    """Return what a run reads of a body, as Scrapy unpacks it."""
    for coding in HttpCompressionMiddleware._split_encodings(codings)[0]:
        body = HttpCompressionMiddleware._decode(body, coding, max_size)
    return body
