"""Brings pictures that the site has lost back out of their captures, as they came."""

import hashlib
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from finews_spider.evidence.library import Part, stored
from finews_spider.evidence.reader import DamagedError, Record, message, salvaged
from finews_spider.pictures.addresses import MEDIA
from finews_spider.pictures.check import set_aside
from finews_spider.pictures.heads import is_picture
from finews_spider.pictures.requests import MAX_BYTES
from finews_spider.pictures.store import write

GZIP = b"\x1f\x8b"


def bring_back(
    output: Path, aside: Path, folder: Path, lost: Mapping[str, str], note: Callable[[Iterable[str]], None]
) -> Iterator[str]:
    """Write the pictures of these files, by their SHA-256, of which there are captures in `folder`; yield which.

    What lies there is moved to `aside`; `note` hears of all before. Raises OSError.
    """
    left = dict(lost)
    for segment in stored(folder) if left else ():
        with segment.open() as part:
            for sha256, body in _pictures(part):
                found = [file for file, wanted in left.items() if wanted == sha256]
                note(f"{MEDIA}/{file}" for file in found)
                set_aside(output, aside, found)
                write(output, {f"{MEDIA}/{file}": body for file in found})
                for file in found:
                    del left[file]
                    yield file


def _pictures(part: Part) -> Iterator[tuple[str, bytes]]:
    """Yield hash and bytes of the pictures that a segment has."""
    for record in salvaged(part):
        if not isinstance(record, Record) or record.kind != "response":
            continue
        try:
            body = _unpacked(message(record).body)
        except DamagedError:
            continue
        if is_picture(body):
            yield hashlib.sha256(body).hexdigest(), body


def _unpacked(body: bytes) -> bytes:
    """Return a body as the run kept it: pictures are asked for unpacked, and some hosts pack them all the same."""
    if not body.startswith(GZIP):
        return body
    try:
        return zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(body, MAX_BYTES)
    except zlib.error:
        return b""
