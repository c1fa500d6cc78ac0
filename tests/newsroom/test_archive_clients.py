"""The newsroom's archive is one for clients that others read archives with: they find the rows that finews finds."""

from collections.abc import Callable, Iterator
from datetime import UTC
from types import ModuleType
from typing import Any
from urllib.request import urlopen

import pytest

from finews_spider.newsroom.server import Newsroom
from finews_spider.newsroom.web_archive import INDEX
from finews_spider.newsroom.world import World
from finews_spider.sources.wayback_cdx import Capture, query_url, read_index

HOSTS = ["finance.eastmoney.com", "finews.withounder.com", "stock.eastmoney.com"]

Found = set[tuple[str, str, str]]  # timestamp, address, digest


@pytest.fixture(scope="module")
def room() -> Iterator[Newsroom]:
    with Newsroom(World(articles=60)) as room:
        yield room


def of_finews(room: Newsroom, host: str) -> Found:
    """What finews finds, page by page."""
    captures: list[Capture] = []
    key = ""
    while True:
        with urlopen(query_url(f"{room.urls['archive']}{INDEX}", f"{host}/", 7, key), timeout=30) as response:
            page = read_index(response.read().decode())
        captures += page.captures
        if not (key := page.resume_key):
            return {(one.timestamp, without_port(one.original), one.digest) for one in captures}


def without_port(url: str) -> str:
    """One of them leaves out ports that say nothing."""
    return url.replace(":80/", "/", 1)


@pytest.mark.parametrize("host", HOSTS)
def test_the_client_of_edgi_finds_the_same(
    room: Newsroom, host: str, library: Callable[[str], ModuleType], monkeypatch: pytest.MonkeyPatch
) -> None:
    wayback = library("wayback")
    monkeypatch.setattr("wayback._client.CDX_SEARCH_URL", f"{room.urls['archive']}{INDEX}")
    session = wayback.WaybackSession(search_calls_per_second=0, retries=0)
    with wayback.WaybackClient(session) as client:
        records = list(client.search(f"{host}/", match_type="prefix", limit=7, filter_field="statuscode:200"))
    found = {
        (f"{one.timestamp.astimezone(UTC):%Y%m%d%H%M%S}", without_port(one.original), one.digest) for one in records
    }
    assert found == of_finews(room, host)
    assert len(found) > 5


@pytest.mark.slow  # it waits between requests
@pytest.mark.parametrize("host", HOSTS[:2])
def test_cdx_toolkit_finds_the_same(room: Newsroom, host: str, library: Callable[[str], ModuleType]) -> None:
    client: Any = library("cdx_toolkit").CDXFetcher(source=f"{room.urls['archive']}{INDEX}")
    records = [one for one in client.get(f"{host}/*", limit=1000) if one["status"] == "200"]
    found = {(one["timestamp"], without_port(one["url"]), one["digest"]) for one in records}
    assert found == of_finews(room, host)
    assert len(found) > 5
