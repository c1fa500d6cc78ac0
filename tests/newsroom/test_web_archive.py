"""The newsroom's archive of the web: its index in its forms, and what it plays."""

import gzip
import http.client
import json
from collections.abc import Iterator
from urllib.parse import quote, urlencode, urlsplit

import pytest

from finews_spider.newsroom.server import Newsroom
from finews_spider.newsroom.web_archive import INDEX, WebArchive, key_of
from finews_spider.newsroom.world import World
from tests.support.nonempty import nonempty

WORLD = World(articles=60)
ROWS = WebArchive(WORLD).rows(len(WORLD))


@pytest.fixture(scope="module")
def room() -> Iterator[Newsroom]:
    with Newsroom(WORLD) as room:
        yield room


def get(room: Newsroom, path: str) -> tuple[int, http.client.HTTPMessage, bytes]:
    connection = http.client.HTTPConnection(urlsplit(room.urls["archive"]).netloc, timeout=30)
    connection.request("GET", path)
    response = connection.getresponse()
    found = response.status, response.headers, response.read()
    connection.close()
    return found


def index(room: Newsroom, **query: object) -> list[list[str]]:
    """The table that the index answers with."""
    table: list[list[str]] = json.loads(get(room, f"{INDEX}?{urlencode({'output': 'json', **query}, doseq=True)}")[2])
    return table


@pytest.mark.parametrize(
    "url",
    ["http://www.f.example/a?B=1", "https://f.example:443/a?b=1", "f.example:80/A?b=1", "http://f.example:80/a?b=1"],
)
def test_one_address_is_one_key(url: str) -> None:
    assert key_of(url) == "example,f)/a?b=1"


def test_pages_of_a_prefix_follow_each_other_by_key(room: Newsroom) -> None:
    whole = index(room, url="finance.eastmoney.com/*")
    names, *rows = whole
    assert names == ["urlkey", "timestamp", "original", "mimetype", "statuscode", "digest", "length"]
    assert len(rows) == sum(row.key.startswith("com,eastmoney,finance)/") for row in ROWS) > 40
    read: list[list[str]] = []
    key: dict[str, str] = {}
    for _ in range(len(rows)):
        page = index(room, url="finance.eastmoney.com/*", limit=7, showResumeKey="true", **key)
        ends = page[-2:-1] == [[]]
        read += page[1:-2] if ends else page[1:]
        if not ends:
            break
        key = {"resumeKey": page[-1][0]}
    assert read == rows


def test_rows_are_filtered_and_fields_chosen(room: Newsroom) -> None:
    query = {"url": "finews.withounder.com/", "matchType": "prefix", "fl": "original,statuscode"}
    names, *rows = index(room, filter=["statuscode:200", "!original:.*/emnews/.*"], **query)
    assert names == ["original", "statuscode"]
    assert rows
    assert not [original for original, _ in rows if "/emnews/" in original]
    assert index(room, filter="statuscode:500", **query) == []


def test_pages_by_number_have_nothing(room: Newsroom) -> None:
    assert get(room, f"{INDEX}?url=finance.eastmoney.com/*&page=0")[2] == b""


def test_every_kind_of_row_is_there() -> None:
    rows = [row.fields for row in ROWS]
    assert {row["statuscode"] for row in rows} == {"200", "301", "404", "-"}
    assert "warc/revisit" in {row["mimetype"] for row in rows}


def test_what_was_captured_is_played_as_it_was(room: Newsroom) -> None:
    played = [row.capture for row in ROWS if row.capture.mimetype == "text/html"]
    packed = 0
    for one in nonempty(played):
        status, headers, body = get(room, quote(f"/web/{one.timestamp}id_/{one.original}", safe="/:?="))
        assert (status, body) == (int(one.status), one.body)
        assert headers["Content-Encoding"] == one.headers.get("Content-Encoding")
        packed += body.startswith(b"\x1f\x8b") and gzip.decompress(body).startswith(b"<")
    assert packed > 3
    assert len(played) > 60


def test_another_time_leads_to_the_nearest(room: Newsroom) -> None:
    one = next(row.capture for row in ROWS if row.capture.status == "200")
    status, headers, _ = get(room, f"/web/20200101000000id_/{one.original}")
    assert (status, headers["Location"]) == (302, f"/web/{one.timestamp}id_/{one.original}")
    assert get(room, "/web/20200101000000id_/http://f.example/")[0] == 404


def test_the_key_of_a_sources_file_leads_to_it(room: Newsroom) -> None:
    lines = room.sources_toml().splitlines()
    url = room.urls["archive"]
    assert f'cdx = "{url}{INDEX}"' in lines
    assert f'play = "{url}/web"' in lines
