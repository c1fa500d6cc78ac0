"""What steers a terminal, in every field of every answer: whoever reads what finews writes is steered by nothing."""

import json
import os
import pty
import re
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from finews_spider.newsroom.server import ROBOTS
from tests.conftest import Ran, Site, run_forked
from tests.support.hostile_server import hostile
from tests.support.nonempty import nonempty
from tests.support.paths import ROOT
from tests.support.trees import Tree, set_identity
from tests.support.whole import whole

pytestmark = pytest.mark.slow

# Colours, the title of a window, controls of one byte, what turns lines around, ends of lines, what nobody sees.
POISON = "毒\x1b[31;8m\x1b]0;t\x07\x9b2J\u202e\u2066\u2028\u2029\x85\x00\x7f\x0b\u200b\ufeff\n\r\x1b[2J毒"
IN_A_LINK = "毒\x9b2J\u202e\u2066\u2028\u2029\x85\u200b毒"  # of it, what no browser takes out of an address, or refuses
IN_A_BODY = set("\n\u2028\u2029\u200b\ufeff")  # of it, what a post's text may have: no terminal obeys it
FORMS = ("code", "newsid", "id", "sortEnd", "realSort", "showTime", "showtime", "ordertime", "Date", "Art_ShowTime")
LINKS = ("url", "uniqueUrl", "url_w", "url_unique", "url_m")
Change = Callable[[str, str], str]  # of a field's name and its value


def in_texts(text: str) -> str:
    """Return an answer with the poison in its texts and links; times and numbers are as they were."""
    return edited(text, lambda name, value: value if name in FORMS else poisoned(name, value, IN_A_LINK))


def everywhere(text: str) -> str:
    """Return an answer with the poison in all that it says."""
    return edited(text, lambda name, value: poisoned(name, value, POISON))


def damaged(text: str) -> str:
    """Return an answer that is none."""
    return f"{POISON}{text[:9]}"


def lists_only(text: str) -> str:
    """Return a list with the poison in its texts, and of an article an answer that is none."""
    is_list = "</li>" in text or re.search(r'(?i)"(?:list|fastNewsList|news|LivesList)": ?\[', text)
    return in_texts(text) if is_list else damaged(text)


def poisoned(name: str, value: str, in_link: str) -> str:
    return f"{value}?x={in_link}&{in_link}#{in_link}" if name in LINKS else value + POISON


def edited(text: str, change: Change) -> str:
    call = re.match(r"\s*(?:var\s+)?[\w$.]+\s*[(=]", text)
    head = call[0] if call else ""
    try:
        value = json.loads(text[len(head) :].rstrip(" );\n"))
    except ValueError:
        return edited_page(text, change)
    return f"{head}{json.dumps(walked(value, '', change))}{');' if head.endswith('(') else ''}"


def walked(value: Any, name: str, change: Change) -> Any:
    if isinstance(value, dict):
        return {key: walked(inner, key, change) for key, inner in value.items()}
    if isinstance(value, list):
        return [walked(inner, name, change) for inner in value]
    return change(name, value) if isinstance(value, str) else value


def edited_page(text: str, change: Change) -> str:
    text = re.sub(r'(?<=href=")([^"]+)', lambda link: change("url", link[1]), text)
    return re.sub(r"(?<=>)([^<>\s][^<>]*)(?=</(?:a|h1|h2|p|em|div|span|title)>)", lambda t: change("", t[1]), text)


def poison(site: Site, edit: Callable[[str], str]) -> None:
    def edit_page(text: str) -> str:
        charset = "gbk" if 'charset="gbk"' in text else "utf-8"
        return edit(text).encode(charset, "ignore").decode(charset)

    for role in site.room.urls:
        site.room.answer(role, "/", edit=edit_page)
        site.room.robots[role] = f"# {POISON}\nSitemap: {POISON}\nUser-agent: {POISON}\nDisallow: {POISON}\n{ROBOTS}"


def obeyed(text: str) -> set[str]:
    """Return what is not shown but obeyed, ends of lines excepted."""
    return {char for char in text if not char.isprintable()} - {"\n"}


def command(site: Site, name: str) -> Ran:
    words = site.words((), {})
    return run_forked(name, *words[words.index("-s") :])


def read(site: Site, source: str, folder: Path) -> dict[str, str]:
    """Return all that a run leaves for people to read, and what the commands tell of it, by name."""
    log, step = folder / "log.txt", folder / "step.md"
    settings = {"LOG_LEVEL": "DEBUG", "LOG_FILE": str(log), "FINEWS_PUBLISH": "commit"}
    ran = site.crawl(f"source={source}", settings=settings, GITHUB_STEP_SUMMARY=str(step))
    assert step.exists(), ran
    texts = {"out": ran.out, "err": ran.err, "log": log.read_bytes().decode(), "step": step.read_bytes().decode()}
    for name in ("owed", "doctor", "categories"):
        done = command(site, name)
        texts[name] = done.out + done.err
    tree = Tree(site.output)
    texts["git"] = tree.git("log", "--format=%B", "--name-only", "-z").replace("\0", "\n") if tree.log() else ""
    files = [path for path in site.output.rglob("*") if ".git" not in path.parts]
    texts["names"] = "\n".join(str(path) for path in files)
    pages = [path for path in files if path.suffix in (".html", ".json")]
    return texts | {str(page.relative_to(site.output)): page.read_bytes().decode() for page in pages}


@pytest.fixture
def repository(site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    """The site, which lies in a repository."""
    set_identity(tmp_path / "home", monkeypatch)
    site.output.mkdir()
    Tree(site.output).git("init", "-q")
    return site


@pytest.mark.parametrize("source", ["finews", "eastmoney"])
@pytest.mark.parametrize(
    ("edit", "read_in"), [(in_texts, "log"), (lists_only, "owed"), (everywhere, "doctor"), (damaged, "log")]
)
def test_nothing_that_an_answer_says_is_obeyed(
    repository: Site, tmp_path: Path, source: str, edit: Callable[[str], str], read_in: str
) -> None:
    poison(repository, edit)
    texts = read(repository, source, tmp_path)
    assert "31;8m" in texts[read_in]
    assert {name: found for name, text in texts.items() if (found := obeyed(text))} == {}
    assert "?x=" not in texts["owed"]
    assert repository.posts() or edit is not in_texts
    parts = [post.decode().split("---\n", 2)[1:] for post in repository.posts().values()]
    assert [head for head, _ in parts if obeyed(head)] == []
    assert [body for _, body in parts if not obeyed(body) <= IN_A_BODY] == []
    assert [body for _, body in parts if "?x=" in body[body.rindex("\n<http") :]] == []


WIRE = {
    "status": b"HTTP/1.1 \x1b[31m\x9b2J \x1b[31m\r\n\r\n",
    "reason": b"HTTP/1.1 500 \x1b[31m\x9b2J\r\nContent-Length: 0\r\n\r\n",
    "no HTTP": "\x1b[31m\x9b2J\u202e\r\n\r\n".encode(),
    "length": b"HTTP/1.1 200 OK\r\nContent-Length: \x1b[31m\r\n\r\n",
    "chunks": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\x1b[31m\x9b2J\r\n",
    "transfer": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: \x1b[31m\x9b2J\r\n\r\nabc",
    "coding": b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Encoding: \x1b[31m\x9b2J\r\n\r\nabc",
    "type": b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Type: \x1b[31m/\x9b2J; charset=\x1b[31m\r\n\r\nabc",
    "validators": b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nETag: \x1b[31m\r\nLast-Modified: \x9b2J\r\n\r\nabc",
    "date": b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nDate: \x1b[31m\x9b2J\r\n\r\nabc",
    "retry": b"HTTP/1.1 503 OK\r\nContent-Length: 0\r\nRetry-After: \x1b[31m\x9b2J\r\n\r\n",
    "no header": b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\x1b[31m\x9b2J\r\n\r\nabc",
    "packed": b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Encoding: gzip\r\n\r\n\x1b[31m",
    **{
        f"location {number}": f"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: {location}\r\n\r\n".encode()
        for number, location in enumerate(
            [
                "/\x1b[31m\u202e?\x1b[31m\u2028#\x1b[31m",
                "http://\x1b[31m\x9b2J\u202e/\x1b[31m",
                "\x1b[31m\u202e://\x1b[31m",
                "http://[\x1b[31m\u202e]/",
                "http://a.example:\x1b[31m/",
                "http://\x1b[31m@a.example/\x00",
            ]
        )
    },
}


REQUESTED = ("/", "/category/")  # robots.txt among the others, or a list alone
PAIRS = [(answer, REQUESTED[(place + turn) % 2]) for turn in range(2) for place, answer in enumerate(WIRE)]


@pytest.mark.parametrize(("answer", "requested"), PAIRS[: whole(len(PAIRS), len(WIRE))])
def test_nothing_that_comes_over_the_wire_is_obeyed(
    repository: Site, tmp_path: Path, answer: str, requested: str
) -> None:
    with hostile({requested: lambda client: client.sendall(WIRE[answer])}) as server:
        urls = repository.room.urls
        urls.update(dict.fromkeys(urls, server.url))
        texts = read(repository, "finews", tmp_path)
    assert any(path.startswith(requested) for path in server.requested)
    assert {name: found for name, text in texts.items() if (found := obeyed(text))} == {}


def test_nothing_is_obeyed_on_a_screen(site: Site) -> None:
    poison(site, lists_only)
    words = [sys.executable, "-W", "error", "-m", "scrapy", *site.words(("source=eastmoney",), {})]
    leader, screen = pty.openpty()
    with subprocess.Popen(words, cwd=ROOT, stdin=screen, stdout=screen, stderr=screen, env=os.environ | TERMINAL):
        os.close(screen)
        shown = b""
        with suppress(OSError):  # nobody is at the other end any more
            while piece := os.read(leader, 65536):
                shown += piece
    os.close(leader)
    text = shown.decode()
    assert "31;8m" in text
    assert not re.search(r"\x1b\[31;8m|\x1b\]|\x1b\[2J|[\x00\x07\x0b\x7f-\x9f\u200b\u2028-\u202e\u2066\ufeff]", text)


TERMINAL = {"TERM": "xterm-256color", "COLUMNS": "200", "LINES": "40", "PYTHONIOENCODING": "utf-8"}


def test_a_poisoned_answer_is_one() -> None:
    assert all(char in json.loads(everywhere('{"a": "b"}'))["a"] for char in nonempty(POISON))
    assert "?x=毒" in in_texts('<li><a href="/a">b</a></li>')
