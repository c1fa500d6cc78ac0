"""Writes answers, and what posts were made of, to a run's segments."""

import logging
import threading
from collections.abc import Mapping
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import NamedTuple

from scrapy import Request
from scrapy.http import Response

from finews_spider import __version__, dates
from finews_spider.evidence import records
from finews_spider.evidence.captures import Capture, warc_date
from finews_spider.evidence.digests import digest_of
from finews_spider.evidence.known import KnownCaptures
from finews_spider.evidence.records import Writer
from finews_spider.evidence.segments import Segment

logger = logging.getLogger(__name__)

CAPTURES = "captures"  # in a request's meta: those of its answers, of redirects and retries too
_CONDITIONS = ("If-None-Match", "If-Modified-Since")
_POST_URI = "urn:finews:post:"


class Answer(NamedTuple):
    """An answer as it came, with its head, and what was asked."""

    request: Request
    response: Response
    head: bytes


class Recorder:
    """Records are written as they come, and synced before a post is named; a segment that is large enough is closed.

    Its methods raise OSError, and DiskError for the ledger.
    """

    def __init__(self, folder: Path, run: str, megabytes: int, known: KnownCaptures, about: Mapping[str, str]) -> None:
        self.known = known
        self._folder, self._run, self._about = folder, run, about
        self._most = megabytes * 1_000_000
        self._numbers = count()
        self._writer: Writer | None = None
        self._lock = threading.Lock()  # a segment is not closed while it is synced
        self._synced = 0  # how often

    def take(self, answer: Answer) -> Capture | None:
        """Write an answer and what was asked. None for a 304 of which nobody kept what it refers to."""
        request, response, head = answer
        writer, now = self._open(), dates.now()
        if response.status == 304 and any(name in request.headers for name in _CONDITIONS):
            origin = self.known.by_url(response.url)
            if origin is None:
                return None
            profile, body, digest = records.NOT_MODIFIED, b"", ""
        else:
            body = records.framed(head, response.body)
            digest = digest_of(body)
            origin = self.known.by_digest(digest) if response.body else None
            profile = records.EQUAL_PAYLOAD if origin else ""
        headers = _headers(response, warc_date(now), digest, profile, origin)
        start, segment = writer.segment.size, writer.segment.name
        kind = "revisit" if origin else "response"
        id_ = writer.write(kind, records.RESPONSE, headers, body, records.without_cookies(head))
        capture = Capture(id_, response.url, headers["WARC-Date"], segment, start, writer.segment.size - start, origin)
        self._write_request(writer, request, now, id_)
        if response.body and not origin:
            self.known.add(digest, capture)
        return capture

    def _write_request(self, writer: Writer, request: Request, now: datetime, response: str) -> None:
        headers = {
            "WARC-Target-URI": request.url.partition("#")[0],
            "WARC-Date": warc_date(now),
            "WARC-Concurrent-To": response,
        }
        writer.write("request", records.REQUEST, headers, request.body, records.request_head(request))

    def note_post(self, post: str, text: bytes) -> None:
        """Write what a post was made of."""
        headers = {"WARC-Target-URI": _POST_URI + post, "WARC-Date": warc_date(dates.now())}
        self._open().write("metadata", records.JSON, headers, text)

    def sync(self) -> None:
        """Bring to the disk what was written; called in another thread."""
        with self._lock:
            if self._writer:
                self._writer.segment.sync()

    def close(self) -> None:
        """Close the segment, and note what was written."""
        with self._lock:
            writer, self._writer = self._writer, None
            if writer:
                writer.segment.close()
        self.known.note()

    def abandon(self) -> None:
        """Leave what was written to the next run."""
        writer, self._writer = self._writer, None
        if writer:
            writer.segment.abandon()

    def _open(self) -> Writer:
        """Return the writer of the segment; of a new one where there is none, or it is large enough."""
        if self._writer and self._writer.segment.size >= self._most:
            self.close()
        if self._writer is None:
            self._writer = Writer(self._new_segment())
            about = {
                "software": f"finews/{__version__}",
                "format": "WARC File Format 1.1",
                "conformsTo": "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/",
                "isPartOf": self._run,
                **self._about,
            }
            fields = "".join(f"{name}: {value}\r\n" for name, value in about.items()).encode()
            headers = {"WARC-Filename": self._writer.segment.name, "WARC-Date": warc_date(dates.now())}
            self._writer.write("warcinfo", records.FIELDS, headers, fields)
        return self._writer

    def _new_segment(self) -> Segment:
        while True:
            try:
                return Segment(self._folder, f"finews-{self._run}-{next(self._numbers):05}.warc.gz")
            except FileExistsError:
                continue


def _headers(response: Response, date: str, digest: str, profile: str, origin: Capture | None) -> dict[str, str]:
    headers = {"WARC-Target-URI": response.url.partition("#")[0], "WARC-Date": date}
    if response.ip_address:
        headers["WARC-IP-Address"] = str(response.ip_address)
    if digest:
        headers["WARC-Payload-Digest"] = digest
    if origin:
        headers["WARC-Profile"] = profile
        headers["WARC-Refers-To"] = origin.id
        headers["WARC-Refers-To-Target-URI"] = origin.url.partition("#")[0]
        headers["WARC-Refers-To-Date"] = origin.date
    return headers
