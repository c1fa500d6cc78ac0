"""What a run does to the machine that it runs on, as the interpreter's own audit events tell it."""

import json
import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path
from tempfile import gettempdir
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.conftest import Site, unanswered
from tests.downloader.test_network import server
from tests.support.nonempty import nonempty
from tests.support.trees import Tree, set_identity

pytestmark = pytest.mark.slow

SECRETS = ("hunter2", "hunter2/abcd", "hunter2%2Fabcd")
# As sitecustomize.py in a folder on PYTHONPATH, this hears of all that the process does from its first line on.
LISTENER = """
import json, os, sys
told = os.open(os.environ["TOLD"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
HEARD = "socket.connect pickle.find_class subprocess.Popen os.system os.exec os.posix_spawn".split()
def hear(event, arguments):
    if event == "open" and isinstance(arguments[0], str) and arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
        arguments = [os.path.abspath(arguments[0])]
    elif event not in HEARD:
        return
    os.write(told, (json.dumps([event, arguments], default=str) + chr(10)).encode())
sys.addaudithook(hear)
"""
Events = dict[str, list[Any]]


@pytest.fixture
def events(site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Events:
    """The arguments of each audit event of a run that archives, commits and pushes."""
    set_identity(tmp_path / "home", monkeypatch)
    remote, tree = Tree(tmp_path / "remote.git"), Tree(site.output)
    remote.folder.mkdir()
    remote.git("init", "-q", "--bare")
    remote.git("clone", "-q", str(remote.folder), str(site.output))
    tree.save("_config.yml", "title: 新闻\n")
    tree.git("push", "-q", "--set-upstream", "origin", "main")
    (tmp_path / "sitecustomize.py").write_text(LISTENER)
    noted = tmp_path / "told"
    environment = {"PYTHONPATH": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1", "TOLD": str(noted)}
    ran = site.crawl(settings={"FINEWS_PUBLISH": "push"}, **environment)
    assert ran.code == 0, ran.err
    assert "pushed" in ran.out
    found: Events = {}
    for line in noted.read_text().splitlines():
        event, arguments = json.loads(line)
        found.setdefault(event, []).append(arguments)
    return found


def test_a_run_unpickles_nothing(events: Events) -> None:
    assert events.keys() == {"open", "socket.connect", "subprocess.Popen"}


def test_a_run_starts_no_program_but_git_and_no_shell(events: Events) -> None:
    started = {program: words for program, words, *_ in events["subprocess.Popen"]}
    assert started.pop("uname", ["uname", "-p"]) == ["uname", "-p"]  # by Python, for the versions in Scrapy's log
    assert [Path(program).name for program in started] == ["git"]
    assert all(isinstance(words, list) for words in nonempty(started.values()))


def test_a_run_asks_nobody_but_the_hosts_of_its_sources(events: Events, site: Site) -> None:
    requested = {tuple(address) for _, address in events["socket.connect"]}
    assert requested <= {(urlsplit(url).hostname, urlsplit(url).port) for url in site.room.urls.values()}


def test_a_run_writes_in_the_output_folder_only(events: Events, site: Site) -> None:
    written = {path for (path,) in events["open"]}
    assert any(path.endswith(".md") for path in written)
    elsewhere = {path for path in written if not Path(path).is_relative_to(site.output)} - {os.devnull}
    # What git is given and what it says is in files without a name; Python tries first whether it can write there.
    assert {path for path in elsewhere if path != gettempdir() and Path(path).parent != Path(gettempdir())} == set()
    assert [path for path in elsewhere if Path(path).is_file()] == []


def listening(process: int) -> set[str]:
    """Local addresses at which the process takes connections, as /proc has them."""
    held = {os.path.realpath(handle) for handle in Path(f"/proc/{process}/fd").iterdir()}
    tables = (Path(f"/proc/{process}/net/{name}").read_text().splitlines()[1:] for name in ("tcp", "tcp6"))
    rows = [line.split() for table in tables for line in table]
    return {row[1] for row in rows if row[3] == "0A" and f"/proc/{process}/fd/socket:[{row[9]}]" in held}


@pytest.mark.skipif(not Path("/proc/self/net/tcp").exists(), reason="tells by /proc who listens")
def test_a_run_listens_nowhere(site: Site) -> None:
    assert listening(os.getpid())  # the newsroom
    with unanswered(site.room, "site", "/category/") as requested:
        crawl = site.start()
        assert requested.wait(60)
        found = listening(crawl.pid)
    assert site.end_of(crawl).code == 4
    assert found == set()


@pytest.fixture
def lax() -> Iterator[None]:
    """A user whose files everybody may write."""
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.mark.usefixtures("lax")
def test_nobody_else_may_write_what_a_run_leaves(site: Site) -> None:
    assert site.crawl(LANG="C").code == 0
    modes = {path: stat.S_IMODE(path.stat().st_mode) for path in site.output.rglob("*")}
    assert {mode for path, mode in modes.items() if path.is_file()} == {0o644}
    assert {mode for path, mode in modes.items() if path.is_dir() and path != site.output} == {0o755}


@pytest.mark.parametrize("answers", [True, False])
@pytest.mark.parametrize("secret", SECRETS)
def test_a_proxys_password_is_in_no_log_and_no_file(site: Site, answers: bool, secret: str) -> None:
    with server() as (port, requested):
        proxy = f"http://user:{secret}@127.0.0.1:{port if answers else 9}"
        ran = site.crawl(settings={"LOG_LEVEL": "DEBUG"}, http_proxy=proxy, no_proxy="")
    assert bool(requested) == answers
    assert ran.code == 4
    printed = ran.out + ran.err
    files = [path.read_bytes() for path in site.output.rglob("*") if path.is_file()]
    assert not re.search("hunter2|abcd", printed)
    assert not any(re.search(b"hunter2|abcd", file) for file in nonempty(files))
