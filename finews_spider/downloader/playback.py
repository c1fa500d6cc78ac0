"""What an archive of the web plays: bytes as they were captured, under headers that may say otherwise."""

import base64
import hashlib
from typing import Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response

from finews_spider.downloader.paces import pace_of

GZIP, ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"  # with which such bytes begin
PLAIN = (b"<", b"{", b"[")  # with which text does, behind a mark of its encoding and white space
PICTURES = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"RIFF")


class PlaybackMiddleware:
    """Says of what an archive plays how it is packed, by its first bytes, before it is unpacked; compares digests."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Make the middleware, as Scrapy asks for it."""
        return cls(crawler)

    def process_response(self, request: Request, response: Response) -> Response:
        """Return the response, under the Content-Encoding that its bytes have."""
        if pace_of(request) is None:
            return response
        if (digest := request.meta.get("digest")) and response.status == 200:
            is_equal = digest == base64.b32encode(hashlib.sha1(response.body, usedforsecurity=False).digest()).decode()
            assert self.crawler.stats
            self.crawler.stats.inc_value(f"finews/playback/{'equal' if is_equal else 'unequal'}")
        return with_encoding_of_its_bytes(response)


def with_encoding_of_its_bytes(response: Response) -> Response:
    """Return the response under the Content-Encoding that its bytes begin like, as it is where they do not tell."""
    stated = b",".join(response.headers.getlist("Content-Encoding")).strip().lower()
    found = _encoding(response.body)
    if found is None or found == stated or (found == b"gzip" and stated == b"x-gzip"):
        found = stated
    headers = response.headers.copy()
    headers.pop("Content-Encoding", None)
    if found:
        headers["Content-Encoding"] = found
    return response.replace(headers=headers)


def _encoding(body: bytes) -> bytes | None:
    if body.startswith(GZIP):
        return b"gzip"
    if body.startswith(ZSTD):
        return b"zstd"
    if body.startswith(PICTURES) or body[4:8] == b"ftyp":
        return b""
    return b"" if body.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(PLAIN) else None
