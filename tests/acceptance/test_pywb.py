"""A pywb, the archive that libraries run, plays what the newsroom's archive has to the same backfill."""

import gzip
import re
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest

from finews_spider.newsroom.server import Newsroom
from finews_spider.newsroom.web_archive_captures import Capture, captures_of
from finews_spider.newsroom.world import World
from tests.conftest import Site
from tests.support.nonempty import nonempty

pytestmark = pytest.mark.slow

STORIES = World(articles=60)
WINDOW = ("source=wayback", "since=2021-12-30", "until=2022-01-12")
TABLE = """
fields = "timestamp,url,status,digest,length"
index_rows = 10000
cdx_delay = 0
playback_delay = 0
queries = [
    {{ source = "finews", prefix = "finews.withounder.com/", filter = "~original:.*/{{year}}/{{month}}/.*" }},
    {{ source = "eastmoney", prefix = "finance.eastmoney.com/a/{{year}}{{month}}{{day}}" }},
    {{ source = "eastmoney", prefix = "stock.eastmoney.com/a/{{year}}{{month}}{{day}}" }},
    {{ source = "eastmoney", prefix = "finance.eastmoney.com/news/1354,{{year}}{{month}}{{day}}" }},
]
"""


@dataclass
class ArchivedSite(Site):
    """A site that is fed from a pywb."""

    pywb: str = ""

    def words(self, arguments: tuple[str, ...], settings: dict[str, str]) -> list[str]:
        words = super().words(arguments, settings)
        file = self.output.with_suffix(".toml")
        others = file.read_text(encoding="utf-8").partition("[wayback]")[0]
        table = f'[wayback]\ncdx = "{self.pywb}/cdx"\nplay = "{self.pywb}"\n{TABLE.format()}'
        file.write_text(others + table, encoding="utf-8")
        return words


def record(capture: Capture) -> bytes:
    """The record of a WARC file that a capture is."""
    time = "{}-{}-{}T{}:{}:{}Z".format(*re.findall("..", capture.timestamp[2:]))
    headers = {"Content-Type": capture.content_type, **capture.headers, "Content-Length": str(len(capture.body))}
    if capture.status == "301":
        headers["Location"] = "https://finance.eastmoney.com/"
    block = head(f"HTTP/1.1 {capture.status} Any", headers) + capture.body
    fields = {
        "WARC-Type": "response",
        "WARC-Record-ID": f"<{uuid4().urn}>",
        "WARC-Date": f"20{time}",
        "WARC-Target-URI": capture.original,
        "Content-Type": "application/http; msgtype=response",
        "Content-Length": str(len(block)),
    }
    return gzip.compress(head("WARC/1.0", fields) + block + b"\r\n\r\n")


def head(first: str, fields: Mapping[str, str]) -> bytes:
    return "\r\n".join([first, *(f"{name}: {value}" for name, value in fields.items()), "", ""]).encode()


@pytest.fixture(scope="module")
def pywb(tmp_path_factory: pytest.TempPathFactory, tool: Callable[[str], str]) -> Iterator[str]:
    """The address of its collection."""
    program = tool("pywb")
    folder = tmp_path_factory.mktemp("pywb")
    file = folder.with_suffix(".warc.gz")
    captures = [one for index in range(len(STORIES)) for one in captures_of(STORIES, index) if one.status != "-"]
    file.write_bytes(b"".join(map(record, captures)))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = [program, str(folder), str(port), str(file)]
    with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr
        began = any("Starting Gevent Server" in line for line in process.stderr)
        yield f"http://127.0.0.1:{port}/news"
        process.send_signal(signal.SIGTERM)
        process.stderr.close()
    assert began


def test_it_gives_the_same_posts_as_the_newsrooms_archive(pywb: str, tmp_path: Path) -> None:
    with Newsroom(STORIES) as room:
        theirs = ArchivedSite(tmp_path / "theirs", room, pywb)
        ran = theirs.crawl(*WINDOW)
        assert ran.code == 0, ran.err[-5000:]
        assert room.log == []
        ours = Site(tmp_path / "ours", room)
        assert ours.crawl(*WINDOW).code == 0
    posts = theirs.posts()
    assert posts.keys() == ours.posts().keys()
    assert [path for path in nonempty(sorted(posts)) if posts[path] != ours.posts()[path]] == []
