"""What an operator is told: what has changed, once, and each run to a page that watches them."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from tests.conftest import Site

pytestmark = pytest.mark.slow


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    return tmp_path / "notes"


def crawl(site: Site, notes: Path, command: str = "tee -a") -> int:
    return site.crawl(settings={"FINEWS_NOTIFY": f"{command} {notes}"}).code


def headlines(notes: Path) -> list[str]:
    """Return the first lines of what the operator was told."""
    return [line for line in notes.read_text(encoding="utf-8").splitlines() if line.startswith("finews: ")]


def break_lists(site: Site) -> None:
    for path in ("/", "/category/", "/emnews/"):
        site.room.answer("site", path, status=503)


def test_an_outage_is_told_twice(site: Site, notes: Path) -> None:
    assert crawl(site, notes) == 0
    assert not notes.exists()
    break_lists(site)
    assert [crawl(site, notes) for _ in range(4)] == [4, 4, 4, 4]
    assert headlines(notes) == ["finews: a source looks broken"]
    assert "broken: finews: home, all 2 category lists could not be read: HTTP 503" in notes.read_text("utf-8")
    site.room.clear()
    assert [crawl(site, notes) for _ in range(3)] == [0, 0, 0]
    assert headlines(notes) == ["finews: a source looks broken", "finews: all well again"]


def test_a_run_that_is_refused_is_told(site: Site, notes: Path) -> None:
    ran = site.crawl("since=yesterday", settings={"FINEWS_NOTIFY": f"tee -a {notes}"})
    assert ran.code == 2
    assert headlines(notes) == ["finews: a wrong argument or setting"]
    assert "yesterday" in notes.read_text("utf-8")


def test_a_command_that_fails_is_run_again(site: Site, notes: Path, tmp_path: Path) -> None:
    break_lists(site)
    missing = tmp_path / "missing" / "notes"
    failed = site.crawl(settings={"FINEWS_NOTIFY": f"tee -a {missing}"})
    assert failed.code == 4
    assert "FINEWS_NOTIFY: the command failed (CalledProcessError); the next run tries again" in failed.err
    assert crawl(site, notes) == 4
    assert headlines(notes) == ["finews: a source looks broken"]


def test_no_shell_reads_the_command(site: Site) -> None:
    break_lists(site)
    site.crawl(settings={"FINEWS_NOTIFY": "tee -a $(touch evil)"})
    assert (site.output / "$(touch").is_file()
    assert not (site.output / "evil").exists()


@pytest.mark.parametrize("value", ["no-such-program now", "'"])
def test_a_command_that_cannot_be_run_is_refused(site: Site, value: str) -> None:
    ran = site.crawl(settings={"FINEWS_NOTIFY": value})
    assert (ran.code, "FINEWS_NOTIFY: " in ran.err, site.room.log) == (2, True, [])


@pytest.fixture
def page() -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """The address of a page that watches runs, and what it is told: paths, and the first line of each body."""
    heard: list[tuple[str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            heard.append((self.path, body.split("\n")[0][25:]))
            self.send_response(404 if self.path.startswith("/gone") else 200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", heard
        server.shutdown()


def test_a_page_is_told_of_each_run(site: Site, page: tuple[str, list[tuple[str, str]]]) -> None:
    address, heard = page
    ping = {"FINEWS_PING": f"{address}/s3cret"}
    assert site.crawl(settings=ping).code == 0
    break_lists(site)
    ran = site.crawl(settings=ping)
    assert [path for path, _ in heard] == ["/s3cret/start", "/s3cret", "/s3cret/start", "/s3cret/fail"]
    assert heard[1][1].startswith("all well; ")
    assert heard[3][1].startswith("a source looks broken; ")
    assert "s3cret" not in ran.out + ran.err


def test_a_page_that_is_gone_changes_nothing(site: Site, page: tuple[str, list[tuple[str, str]]]) -> None:
    ran = site.crawl(settings={"FINEWS_PING": f"{page[0]}/gone"})
    assert ran.code == 0
    assert ran.err.count("FINEWS_PING: no answer (HTTPError)") == 2
    assert "/gone" not in ran.out + ran.err
