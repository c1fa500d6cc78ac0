"""A pywb plays what a run has kept: every answer, byte for byte."""

import gzip
import http.client
import re
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from finews_spider import dates
from finews_spider.evidence.pack import pack
from finews_spider.evidence.reader import message, records
from finews_spider.evidence.segments import segments
from finews_spider.newsroom.world import World
from tests.conftest import Site
from tests.evidence.conftest import ALL, folder
from tests.support.nonempty import nonempty

pytestmark = pytest.mark.slow


@contextmanager
def pywb(program: str, home: Path, *files: Path) -> Iterator[str]:
    """The address of a collection of these files."""
    home.mkdir()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = [program, str(home), str(port), *map(str, files)]
    with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr
        began = any("Starting Gevent Server" in line for line in process.stderr)
        reader = threading.Thread(target=process.stderr.read, daemon=True)  # it logs each request there
        reader.start()
        try:
            wait_for(port)  # it says so before it listens
            yield f"http://127.0.0.1:{port}/news"
        finally:
            process.kill()
            reader.join()
    assert began


def wait_for(port: int) -> None:
    """Return when something listens there."""
    for _ in range(200):
        with suppress(OSError), socket.create_connection(("127.0.0.1", port)):
            return
        threading.Event().wait(0.05)
    pytest.fail("pywb does not listen")


def played(collection: str, date: str, url: str) -> tuple[int, bytes]:
    """The status and the body as the archive plays them, as they came."""
    at = urlsplit(collection)
    connection = http.client.HTTPConnection(at.netloc, timeout=30)
    moment = re.sub(r"\D", "", date)[:14]
    connection.request("GET", f"{at.path}/{moment}id_/{url}", headers={"Accept-Encoding": "gzip, deflate"})
    response = connection.getresponse()
    body = response.read()
    connection.close()
    return response.status, body


def wait_for_another_second() -> None:
    """Have two runs make no answers in one second, which would be left out."""
    time.sleep(1 - time.time() % 1)


def expected(paths: list[Path]) -> dict[tuple[str, str], tuple[int, bytes]]:
    """Status and body of each answer, by its moment and address.

    A pywb tells apart neither answers of one second nor addresses that differ in case: these are left out.
    """
    bodies: dict[str, bytes] = {}
    found: dict[tuple[str, str], list[tuple[str, int, bytes]]] = {}
    for record in (record for path in paths for record in records(path)):
        if record.kind not in ("response", "revisit"):
            continue
        answer = message(record)
        if record.kind == "response":
            bodies[record.id] = answer.body
        status = int(answer.head.split(b" ")[1])
        refers = record.fields.get("WARC-Refers-To", record.id)
        moment, url = re.sub(r"\D", "", record.fields["WARC-Date"])[:14], record.fields["WARC-Target-URI"]
        found.setdefault((moment, url.lower()), []).append((url, status, b"" if status == 304 else bodies[refers]))
    single = [(moment, answers[0]) for (moment, _), answers in found.items() if len(set(answers)) == 1]
    return {(moment, url): (status, body) for moment, (url, status, body) in single}


@pytest.fixture
def varied(site: Site, world: World) -> Site:
    """An archive with the answers of two runs: GB18030, a 404, a picture, packed bodies, revisits."""
    stories = [story for story in world if story.in_article and not story.in_flash]
    of = [f"/NewsData/GetNewsText.do?id=NW{story.number}" for story in stories[:4]]
    site.room.answer("share", of[0], status=404, body="没有这条".encode("gb18030"))
    site.room.answer("share", of[1], body="<html>请输入验证码</html>".encode("gb18030"))
    packed = gzip.compress("没有".encode(), mtime=0)
    site.room.answer("share", of[2], status=410, body=packed, headers={"Content-Encoding": "gzip"})
    site.room.answer("share", of[3], body=bytes(range(256)) * 9, headers={"Content-Type": "image/png"})
    for _ in range(2):
        assert site.crawl(settings=ALL).code in (0, 3)
        wait_for_another_second()
    return site


def test_every_answer_is_played_as_it_came(varied: Site, tmp_path: Path, tool: Callable[[str], str]) -> None:
    program = tool("pywb")
    files = segments(folder(varied))
    answers = expected(files)
    assert len(answers) > 90
    with pywb(program, tmp_path / "pywb", *files) as collection:
        wrong = [key for key, answer in nonempty(list(answers.items())) if played(collection, *key) != answer]
    assert wrong == []


def test_so_is_every_answer_of_a_pack(varied: Site, tmp_path: Path, tool: Callable[[str], str]) -> None:
    """A pywb unpacks the WACZ, and reads its index."""
    program = tool("pywb")
    answers = expected(segments(folder(varied)))
    packed = pack(folder(varied), f"{dates.now():%Y-%m}")
    assert segments(folder(varied)) == []
    with pywb(program, tmp_path / "pywb", packed) as collection:
        wrong = [key for key, answer in nonempty(list(answers.items())) if played(collection, *key) != answer]
    assert wrong == []
