"""A thousand hostile answers in one run: it goes on, takes no more memory than one does, and leaves no file open."""

import gzip
import json
import re
import subprocess
from collections.abc import Iterator, Sequence
from itertools import cycle
from pathlib import Path
from socket import socket
from threading import Lock
from typing import NamedTuple

import pytest

from finews_spider.newsroom.server import Newsroom
from finews_spider.newsroom.world import World
from tests.conftest import Site
from tests.downloader.test_servers import CHUNKED, ENDLESS, MAX_MEMORY
from tests.support.forks import Process
from tests.support.hostile_server import Attack, Hostile, hostile, response
from tests.support.whole import whole

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="tells by /proc what a process has open"),
]

ANSWERS, ARTICLES = whole(1_000, 400), whole(750, 300)
MAX_OPEN = 64  # files and connections; 19 were seen
FIRST = 200  # answers, after which a run has all that it needs
LOGIN = "<html><title>登录</title><form>请登录<input type=password></form></html>"
SETTINGS = {
    "CONCURRENT_REQUESTS_PER_DOMAIN": "1",  # in the order of ATTACKS; without a delay Scrapy sends several at once
    "DOWNLOAD_DELAY": "0.001",
    "DOWNLOAD_TIMEOUT": "4",
    "DOWNLOAD_MAXSIZE": "1000000",
    "LOG_LEVEL": "WARNING",
}


def answer(body: bytes | str, *headers: str, status: str = "200 OK") -> Attack:
    return response(body.encode() if isinstance(body, str) else body, "Connection: close", *headers, status=status)


# Answers and faults by turns: a host that fails five times in a row is suspended.
ATTACKS: list[Attack] = [
    answer(b"\x00\x1b[31m" * 1_000),
    lambda client: client.sendall(b"\x16\x03\x01\x02\x00"),
    answer(json.dumps({"text": "<b>" * 9_000})),
    lambda client: client.sendall(CHUNKED + b"zz\r\n"),
    answer(b"[" * 100_000),
    response(b'{"text": "', length=5_000),
    answer(LOGIN),
    ENDLESS["headers"],
    answer(b"", status="404 Not Found"),
    answer(gzip.compress(bytes(30_000_000), compresslevel=1), "Content-Encoding: gzip"),
    answer(b'{"text": "' + b"\xd6\xd0\xff" * 1_000 + b'"}', "Content-Type: text/html; charset=utf-7"),
    answer(b"x", "Content-Encoding: br, br, br"),
    answer(json.dumps({"text": "x" * 900_000})),
    ENDLESS["body"],
    answer('{"text": NaN, "text": {"a": []}}'),
    answer(b"", status="302 Found"),
    answer(b"{}"),
    answer(b"", "Location: http://[::1]:1/\x1b", status="301 Moved"),
    answer(json.dumps({"text": "<p " + "a=1 " * 5_000})),
    ENDLESS["header"],
]


def silence(client: socket) -> None:
    """Say nothing until the client has gone."""
    client.recv(1)


class Sample(NamedTuple):
    """What a process has, after so many answers: MB in memory, and files that are open."""

    answers: int
    memory: float
    files: int


def in_turn(attacks: list[Attack]) -> Attack:
    """Return the attack that is another one each time; one in four hundred is silence."""
    turns, lock = cycle([*attacks * 20, answer(b"{}"), silence]), Lock()

    def attack(client: socket) -> None:
        with lock:
            turn = next(turns)
        turn(client)

    return attack


def samples(crawl: Process, servers: Sequence[Hostile]) -> Iterator[Sample]:
    """Yield what the process has, from time to time, until it ends."""
    while True:
        try:
            crawl.wait(0.2)
            return
        except subprocess.TimeoutExpired:
            answers = sum(len(server.requested) for server in servers)
        try:
            status = Path(f"/proc/{crawl.pid}/status").read_text()
            files = len(list(Path(f"/proc/{crawl.pid}/fd").iterdir()))
        except OSError:  # it has ended meanwhile
            continue
        if memory := re.search(r"VmRSS:\s+(\d+)", status):
            yield Sample(answers, int(memory[1]) / 1024, files)


def test_a_thousand_hostile_answers(tmp_path: Path) -> None:
    attacks = [{"/robots.txt": answer("", status="404 Not Found"), "/": in_turn(ATTACKS)} for _ in range(2)]
    with Newsroom(World(ARTICLES)) as room, hostile(attacks[0]) as share, hostile(attacks[1]) as origin:
        site = Site(tmp_path / "site", room)
        room.urls |= {"share": share.url, "origin": origin.url}
        crawl = site.start(settings=SETTINGS)
        taken = list(samples(crawl, (share, origin)))
        ran = site.end_of(crawl)
    report = site.report()
    assert ran.code == 4, ran.err  # the share hosts look broken, and are
    assert "Traceback" not in ran.err
    assert len(share.requested) + len(origin.requested) > ANSWERS
    assert [host["left_alone"] for host in report["hosts"].values()] == [""] * 3
    counts = report["sources"]["finews"]
    assert counts["archived"] + counts["owed"] == counts["rows"]
    assert counts["archived"] > ARTICLES / 2  # by the post's page
    later = [sample for sample in taken if sample.answers > FIRST]
    assert max(sample.memory for sample in taken) < MAX_MEMORY
    assert later[-1].memory < 1.25 * later[0].memory
    assert max(sample.files for sample in taken) < MAX_OPEN
    assert later[-1].files <= later[0].files + 4
