"""What an operator is told: what has changed, once, and each run to a page that watches them."""

import subprocess
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from socketserver import StreamRequestHandler, TCPServer
from threading import Thread
from typing import NamedTuple

import pytest
from scrapy.settings import Settings

from finews_spider.archive.lock import archive_lock
from finews_spider.commands.notify import Notifier
from finews_spider.exit_codes import ExitCode
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


class Page(NamedTuple):
    """A page that watches runs: the paths and the texts that it was told."""

    address: str
    paths: list[str]
    texts: list[str]


@pytest.fixture
def page() -> Iterator[Page]:
    paths: list[str] = []
    texts: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            paths.append(self.path)
            texts.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
            self.send_response(404 if self.path.startswith("/gone") else 200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield Page(f"http://127.0.0.1:{server.server_port}", paths, texts)
        server.shutdown()


def test_a_page_is_told_of_each_run(site: Site, page: Page) -> None:
    ping = {"FINEWS_PING": f"{page.address}/s3cret"}
    assert site.crawl(settings=ping).code == 0
    break_lists(site)
    ran = site.crawl(settings=ping)
    assert page.paths == ["/s3cret/start", "/s3cret", "/s3cret/start", "/s3cret/fail"]
    assert ": all well; " in page.texts[1].split("\n")[0]
    assert ": a source looks broken; " in page.texts[3].split("\n")[0]
    assert "s3cret" not in ran.out + ran.err


def test_a_page_that_is_gone_changes_nothing(site: Site, page: Page) -> None:
    ran = site.crawl(settings={"FINEWS_PING": f"{page.address}/gone"})
    assert ran.code == 0
    assert ran.err.count("FINEWS_PING: no answer (HTTPError)") == 2
    assert "/gone" not in ran.out + ran.err


def test_a_page_that_answers_nonsense_changes_nothing(site: Site) -> None:
    class Nonsense(StreamRequestHandler):
        def handle(self) -> None:
            self.rfile.readline()
            self.wfile.write(b"nonsense\r\n\r\n")

    with TCPServer(("127.0.0.1", 0), Nonsense) as server:
        Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        ran = site.crawl(settings={"FINEWS_PING": f"http://127.0.0.1:{server.server_address[1]}/s3cret"})
        server.shutdown()
    assert ran.code == 0
    assert ran.err.count("FINEWS_PING: no answer (BadStatusLine)") == 2


def test_a_page_whose_address_is_none_is_refused(site: Site) -> None:
    ran = site.crawl(settings={"FINEWS_PING": "http://127.0.0.1:9/a b"})
    assert ran.code == 2
    assert "FINEWS_PING: '…' is not accepted" in ran.err


@pytest.fixture
def runtime(tmp_path: Path) -> Path:
    """The user's folder of what runs."""
    folder = tmp_path / "runtime"
    folder.mkdir()
    return folder


@pytest.mark.parametrize("setting", [{"FINEWS_KEEP_DAYS": "many"}, {"FINEWS_CONFIG": "missing.toml"}])
def test_a_setting_that_is_wrong_is_told_once(site: Site, notes: Path, setting: dict[str, str]) -> None:
    told = {"FINEWS_NOTIFY": f"tee -a {notes}"}
    assert [site.crawl(settings=told | setting).code for _ in range(3)] == [2, 2, 2]
    assert headlines(notes) == ["finews: a wrong argument or setting"]
    assert next(iter(setting.values())) in notes.read_text("utf-8")
    assert crawl(site, notes) == 0
    assert headlines(notes)[1:] == ["finews: all well again"]


def test_a_folder_that_is_no_site_is_told_once(site: Site, notes: Path, runtime: Path) -> None:
    """There, no file of finews's can say what was told."""
    other = site.output / "mine"
    site.output.mkdir()
    site.output.joinpath("mine").touch()
    told = {"FINEWS_NOTIFY": f"tee -a {notes}"}
    assert [site.crawl(settings=told, XDG_RUNTIME_DIR=str(runtime)).code for _ in range(2)] == [2, 2]
    assert headlines(notes) == ["finews: a wrong argument or setting"]
    assert list(site.output.iterdir()) == [other]
    other.unlink()
    assert [site.crawl(settings=told, XDG_RUNTIME_DIR=str(runtime)).code for _ in range(2)] == [0, 0]
    assert headlines(notes)[1:] == ["finews: all well again"]
    assert not list(runtime.glob("**/notified-*"))


def test_an_archive_that_is_held_is_no_news(site: Site, notes: Path) -> None:
    with archive_lock(site.output):
        assert [crawl(site, notes) for _ in range(2)] == [6, 6]
    assert not notes.exists()


TOKEN, PASSWORD, KEY = "ghp_0123456789abcdef", "pr0xy-passw0rd", "k3y-of-the-page"
SECRETS = [TOKEN, PASSWORD, KEY]


def test_no_secret_is_told(site: Site, notes: Path, page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    site.output.mkdir()
    subprocess.run(["git", "init", "-q", site.output], check=True)
    remote = f"https://x-access-token:{TOKEN}@git.example/me/site.git"
    subprocess.run(["git", "-C", site.output, "remote", "add", "origin", remote], check=True)
    monkeypatch.setenv("https_proxy", f"http://me:{PASSWORD}@10.0.0.1:8080")
    settings = {
        "FINEWS_OUTPUT": site.output,
        "FINEWS_NOTIFY": f"tee -a {notes}",
        "FINEWS_PING": f"{page.address}/{KEY}",
    }
    text = (
        f"?: {remote} by me:{PASSWORD}; {TOKEN}\nhttps://feeds.example/?token=s3cret\n{page.address}/{KEY}/fail {KEY}"
    )
    Notifier(Settings(settings)).end(ExitCode.UNPUBLISHED, text)
    for told in (notes.read_text("utf-8"), page.texts[-1]):
        assert "git.example/me/site.git" in told
        assert [secret for secret in [*SECRETS, "s3cret"] if secret in told] == []


def test_a_push_that_fails_tells_no_token(site: Site, notes: Path) -> None:
    site.output.mkdir()
    git = ["git", "-C", str(site.output)]
    remote = f"http://me:{TOKEN}@127.0.0.1:1/site.git"
    for words in (
        ["init", "-q", "-b", "main"],
        ["remote", "add", "origin", remote],
        ["config", "branch.main.remote", "origin"],
    ):
        subprocess.run([*git, *words], check=True)
    for name, value in (
        ("user.name", "Me"),
        ("user.email", "me@example.com"),
        ("branch.main.merge", "refs/heads/main"),
    ):
        subprocess.run([*git, "config", name, value], check=True)
    ran = site.crawl(settings={"FINEWS_NOTIFY": f"tee -a {notes}", "FINEWS_PUBLISH": "push"})
    assert ran.code == 5
    assert headlines(notes) == ["finews: not published"]
    assert TOKEN not in notes.read_text("utf-8") + ran.out + ran.err


def test_arguments_of_a_command_that_is_refused_are_not_shown(site: Site) -> None:
    ran = site.crawl(settings={"FINEWS_NOTIFY": f"no-such-program --token {TOKEN}"})
    assert (ran.code, "'no-such-program' is not accepted" in ran.err, TOKEN in ran.err) == (2, True, False)
