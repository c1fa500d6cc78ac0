"""What an archive plays: packed otherwise than its headers say, or not; compared with the index; never a live host."""

import base64
import gzip
import hashlib

import pytest
from scrapy import Request
from scrapy.downloadermiddlewares.httpcompression import HttpCompressionMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.utils.project import get_project_settings
from scrapy.utils.test import get_crawler

from finews_spider.downloader.allowed_hosts import AllowedHostsMiddleware
from finews_spider.downloader.paces import paced
from finews_spider.downloader.playback import PlaybackMiddleware, with_encoding_of_its_bytes
from finews_spider.sources.pace import Pace

URL = "https://archive.example/web/20211230000000id_/http://f.example/a.html"
PACED = paced(Pace(interface="playback", delays=(("playback", 1.0),)))
TEXT = "<p>储能产业</p>".encode()
DIGEST = base64.b32encode(hashlib.sha1(TEXT).digest()).decode()


@pytest.fixture
def middleware() -> PlaybackMiddleware:
    return PlaybackMiddleware(get_crawler())


def counted(middleware: PlaybackMiddleware) -> dict[str, object]:
    stats = middleware.crawler.stats
    assert stats
    return {name: value for name, value in stats.get_stats().items() if name.startswith("finews/playback/")}


@pytest.mark.parametrize("stated", [None, b"", b"gzip", b"x-gzip", b"br", b"deflate", b"identity"])
@pytest.mark.parametrize(
    "body", [TEXT, gzip.compress(TEXT), b"\xef\xbb\xbf\r\n " + TEXT], ids=["plain", "gzip", "mark"]
)
def test_a_page_is_unpacked_by_its_bytes(stated: bytes | None, body: bytes) -> None:
    headers = {} if stated is None else {"Content-Encoding": stated}
    response = with_encoding_of_its_bytes(Response(URL, body=body, headers=headers))
    unpacked = HttpCompressionMiddleware.from_crawler(get_crawler()).process_response(Request(URL), response)
    assert isinstance(unpacked, Response)
    assert unpacked.body.endswith(TEXT)


def test_what_bytes_do_not_tell_is_as_its_header_says() -> None:
    response = with_encoding_of_its_bytes(Response(URL, body=b"\x0b\x02\x80", headers={"Content-Encoding": "br"}))
    assert response.headers["Content-Encoding"] == b"br"


def test_it_stands_where_the_bytes_are_packed_still() -> None:
    settings = get_project_settings()
    order = settings.getdict("DOWNLOADER_MIDDLEWARES_BASE") | settings.getdict("DOWNLOADER_MIDDLEWARES")
    places = {name.rsplit(".", 1)[1]: place for name, place in order.items()}
    assert places["PlaybackMiddleware"] > places["HttpCompressionMiddleware"] > places["ConditionalMiddleware"]


@pytest.mark.parametrize(("digest", "outcome"), [(DIGEST, "equal"), ("A" * 32, "unequal")])
def test_the_digest_of_the_index_is_compared_and_counted(
    middleware: PlaybackMiddleware, digest: str, outcome: str
) -> None:
    response = Response(URL, body=TEXT)
    played = middleware.process_response(Request(URL, meta={**PACED, "digest": digest}), response)
    assert played.body == TEXT
    assert counted(middleware) == {f"finews/playback/{outcome}": 1}


def test_without_a_digest_nothing_is_compared(middleware: PlaybackMiddleware) -> None:
    middleware.process_response(Request(URL, meta=PACED), Response(URL, body=TEXT))
    middleware.process_response(Request(URL, meta={**PACED, "digest": DIGEST}), Response(URL, status=404))
    assert counted(middleware) == {}


def test_other_hosts_answers_stay_as_they_are(middleware: PlaybackMiddleware) -> None:
    response = Response(URL, body=gzip.compress(TEXT))
    assert middleware.process_response(Request(URL), response) is response


def test_a_redirect_does_not_lead_away_from_the_archive() -> None:
    middleware = AllowedHostsMiddleware(get_crawler())
    request = Request(URL, meta=PACED)
    middleware.process_request(request)
    middleware.process_request(request.replace(url=URL.replace("20211230", "20211231")))
    with pytest.raises(IgnoreRequest, match=r"the archive leads to another host, f\.example"):
        middleware.process_request(request.replace(url="http://f.example/a.html"))
    middleware.process_request(Request("http://f.example/a.html"))
