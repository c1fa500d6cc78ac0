"""WARC records, as warcio writes them: one gzip member each, heads and bodies as they came."""

import re
import uuid
from collections.abc import Mapping
from io import BytesIO
from itertools import count

from scrapy import Request
from scrapy.utils.httpobj import urlparse_cached
from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from finews_spider.evidence.digests import digest_of
from finews_spider.evidence.segments import Segment

VERSION = "WARC/1.1"
RESPONSE, REQUEST, JSON, FIELDS = (
    "application/http; msgtype=response",
    "application/http; msgtype=request",
    "application/json",
    "application/warc-fields",
)
EQUAL_PAYLOAD = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
NOT_MODIFIED = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"

# What lets somebody in: of a request it is left out, of a response its value is crossed out.
_SECRET = {b"authorization", b"proxy-authorization", b"cookie"}
_COOKIE = re.compile(rb"(?im)^(set-cookie2?:)([^\r\n]*(?:\r?\n[ \t][^\r\n]*)*)")


class _WarcWriter(WARCWriter):  # type: ignore[misc]
    """Adds no digests of its own: those of answers are made here; other records have the checksum of their member."""

    def ensure_digest(self, *_: object, **__: object) -> None:
        """Leave the record as it is."""


class Writer:
    """Writes records to a segment. Raises OSError."""

    def __init__(self, segment: Segment) -> None:
        self.segment = segment
        self._writer = _WarcWriter(segment, gzip=True, warc_version=VERSION)
        # The ids of a segment end alike: where one names another, it takes a few bytes.
        self._numbers, self._ending = count(), str(uuid.uuid4())[8:]

    def write(
        self, kind: str, content_type: str, headers: Mapping[str, str], body: bytes, head: bytes | None = None
    ) -> str:
        """Write a record of that kind, and return its id. Of a revisit, the body is not written."""
        id_ = f"<urn:uuid:{next(self._numbers):08x}{self._ending}>"
        block = (head or b"") + (b"" if kind == "revisit" else body)
        fields = [("WARC-Type", kind), ("WARC-Record-ID", id_), *headers.items()]
        if content_type == RESPONSE:
            fields.append(("WARC-Block-Digest", digest_of(block)))
        record = ArcWarcRecord(
            "warc",
            kind,
            StatusAndHeaders("", fields, protocol=VERSION),
            BytesIO(body),
            None if head is None else _Head(head),
            content_type,
            len(block),
        )
        record.payload_length = len(body)
        self._writer.write_record(record)
        return id_


class _Head:
    """The head of an HTTP message as it is, where warcio would write its own of it."""

    def __init__(self, head: bytes) -> None:
        self.headers_buff = head

    def compute_headers_buffer(self, _: object) -> None:
        """It is there."""


def request_head(request: Request) -> bytes:
    """Return the head of a request as it is sent, without what lets somebody in."""
    url = urlparse_cached(request)
    path = (url.path or "/") + (f";{url.params}" if url.params else "") + (f"?{url.query}" if url.query else "")
    lines = [f"{request.method} {path} HTTP/1.1".encode(), b"Host: " + url.netloc.rpartition("@")[2].encode()]
    for name, values in request.headers.items():
        if name.lower() not in _SECRET:
            lines += [name + b": " + value for value in values]
    return b"\r\n".join([*lines, b"", b""])


def without_cookies(head: bytes) -> bytes:
    """Return the head of a response with the values of its cookies crossed out, as long as they were."""
    return _COOKIE.sub(lambda found: found[1] + re.sub(rb"[^\s]", b"x", found[2]), head)


def framed(head: bytes, body: bytes) -> bytes:
    """Return the body as its head says that it came: one that came in chunks is one chunk."""
    if not re.search(rb"(?im)^transfer-encoding:\s*chunked", head):
        return body
    return (b"%x\r\n%s\r\n" % (len(body), body) if body else b"") + b"0\r\n\r\n"
