"""What the docs have people type, run for real: page by page, in the order in which a reader comes to it."""

import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from finews_spider.commands import site_file
from finews_spider.newsroom.server import Newsroom
from finews_spider.newsroom.world import World
from finews_spider.settings import FINEWS_SOURCES_FILE
from finews_spider.sources.loader import load
from tests.conftest import run_forked
from tests.support.checkout import Checkout, service
from tests.support.nonempty import nonempty
from tests.support.pages import PAGES, Block, blocks, inline, name
from tests.support.paths import ROOT

README = "README.md"
RUN = {"sh", "cron", "ini", "toml", "sql"}
SHOWN = {"text", "output", "md"}  # a drawing; what the block before it prints; a post
INSTALLED = "tests/acceptance/test_installed.py"
HOUR = "tests/acceptance/test_hour.py"
IMAGE = "tests/acceptance/test_image.py"
NOT_RUN = {
    "make check": "it lints and tests, as CI does",
    "make test": "it is what runs this",
    "make dist": f"{INSTALLED} builds the wheel",
    "pipx install dist/finews_spider-0.3.0.dev0-py3-none-any.whl": f"{INSTALLED} installs it",
    "uv tool install dist/finews_spider-0.3.0.dev0-py3-none-any.whl": f"{INSTALLED} installs it",
    "pipx install git+https://git.example/OWNER/finews": "it is on another machine",
    "finews init my-site": f"{HOUR} types it",
    "cd my-site": f"{HOUR} types it",
    "finews doctor": f"{HOUR} types it",
    "finews crawl": f"{HOUR} types it",
    'git add -A && git commit -m "The site"': f"{HOUR} types it",
    "git remote add origin ADDRESS && git push -u origin HEAD": f"{HOUR} types it",
    "docker build --tag finews .": f"{IMAGE} carries out the Dockerfile's steps",
    'docker run --rm --user "$(id -u):$(id -g)" --volume "$PWD/my-site:/site" finews init .': f"{IMAGE} types it",
    'docker run --rm --user "$(id -u):$(id -g)" --volume "$PWD/my-site:/site" finews crawl': f"{IMAGE} types it",
    "jekyll serve --source output": "it serves until Ctrl-C; tests/site builds the site",
    "systemctl --user enable --now finews.timer": "it needs a session of systemd's",
    "loginctl enable-linger": "it changes who may stay logged in",
    "journalctl --user --unit finews.service": "it needs systemd's journal",
}
PLAYED = ("docs/operating.md", "docs/machines.md")  # every line, by HOUR and by tests/machines/test_docs.py
# What goes on until Ctrl-C, and how the line begins by which it is ready.
SERVERS = {".venv/bin/python -m finews_spider.newsroom --sources newsroom.toml": "sources\t"}
TIMER = re.compile(r"\*:0/\d+")
CRON = re.compile(r"(?:\S+ ){5}(?P<command>.*)\n")
# What differs from one run of the demo to the next.
VARYING = re.compile(r"127\.0\.0\.1:\d+|\d{4}-\d\d-\d\d \d\d:\d\d(?=: )|^\d+ requests, [^;]*")


@pytest.fixture(scope="module")
def newsroom() -> Iterator[Newsroom]:
    with Newsroom(World()) as room:
        yield room


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Whose checkouts follow each other, with one fork server."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture
def checkout(home: Path, newsroom: Newsroom, request: pytest.FixtureRequest) -> Iterator[Checkout]:
    """A fresh one; where the README is read, each command is a process from its start."""
    checkout = Checkout(home, newsroom, is_forked=README not in request.node.name)
    yield checkout
    checkout.close()
    shutil.rmtree(home)
    home.mkdir()


def run(checkout: Checkout, block: Block) -> None:
    if block.language == "sh":
        run_lines(checkout, block)
    elif block.language == "cron":
        run_crontab(checkout, block)
    elif block.language == "ini":
        run_unit(checkout, block)
    elif block.language == "toml":
        load_tables(checkout, block)


def run_lines(checkout: Checkout, block: Block) -> None:
    """The lines of a block are one script: `cd` holds for those that follow."""
    for line in block.lines:
        if line in SERVERS:
            checkout.serve(line, SERVERS[line])
    script = "\n".join(line for line in block.lines if line not in NOT_RUN and line not in SERVERS)
    checkout.type(script, good=(0, 7) if "since=" in script else (0,))  # the newsroom has no news of most days


def run_crontab(checkout: Checkout, block: Block) -> None:
    line = CRON.fullmatch(block.text)
    assert line
    if ".venv/bin" not in line["command"]:  # tests/test_workflows.py has programs in its place; HOUR types one
        return
    site = checkout.make_site("site")
    checkout.type(line["command"])
    assert list(site.glob("_posts/**/*.md"))
    assert "exit code 0: all well" in (checkout.home / "finews.log").read_text(encoding="utf-8")
    assert not (checkout.home / "mails").exists()


def run_unit(checkout: Checkout, block: Block) -> None:
    unit = service(block)
    if "Timer" in unit:
        assert TIMER.fullmatch(unit["Timer"]["OnCalendar"])
        return
    words = shlex.split(unit["Service"]["ExecStart"])
    folder = Path(unit["Service"]["WorkingDirectory"].replace("%h", str(checkout.home)))
    checkout.type(shlex.join(words), folder=folder, good=(0, int(unit["Service"]["SuccessExitStatus"])))


def load_tables(checkout: Checkout, block: Block) -> None:
    path = checkout.folder / "tables.toml"
    path.write_text(block.text, encoding="utf-8")
    if "[sources." not in block.text:
        assert load(path)
        return
    assert site_file.read(path)
    assert load(Path(FINEWS_SOURCES_FILE), path)


@pytest.mark.slow
@pytest.mark.parametrize("page", [page for page in PAGES if name(page) not in PLAYED], ids=name)
def test_every_command_of_a_page_runs(page: Path, checkout: Checkout) -> None:
    found = blocks(page)
    if not any("../my-site\n" in block.text or "cp -r output ../my-site" in block.text for block in found):
        checkout.make_site("my-site")
    for block in nonempty(found):
        run(checkout, block)
        if block.language == "output":
            printed = {VARYING.sub("", line) for line in checkout.output.splitlines()}
            assert [line for line in block.text.splitlines() if VARYING.sub("", line) not in printed] == []


@pytest.mark.slow
def test_the_post_of_the_readme_is_one_of_the_demo(checkout: Checkout) -> None:
    checkout.type("make demo")
    (block,) = [block for block in blocks(ROOT / "README.md") if block.language == "md"]
    (path,) = [code for code in inline(ROOT / "README.md") if code.startswith("demo/_posts/")]
    post = (checkout.folder / path).read_text(encoding="utf-8")
    pieces = [piece for line in block.text.splitlines() for piece in line.split("</p>")]
    assert len(pieces) > 10
    assert [piece for piece in pieces if piece not in post] == []


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_no_block_is_of_a_language_that_nobody_runs(page: Path) -> None:
    assert {block.language for block in blocks(page)} <= RUN | SHOWN


def test_what_is_not_run_stands_in_the_docs() -> None:
    lines = {line for page in PAGES for block in blocks(page) for line in block.lines}
    assert len(lines) > 40
    assert (NOT_RUN | SERVERS).keys() - lines == set()


def in_sentences(program: str) -> list[str]:
    return sorted({code for page in PAGES for code in inline(page) if code.startswith(f"{program} ")})


@pytest.mark.parametrize("command", in_sentences("scrapy"))
def test_a_command_in_a_sentence_is_one_that_there_is(command: str) -> None:
    _, of_scrapy, *options = command.split()
    help_ = run_forked(of_scrapy, "-h")
    assert help_.code == 0
    assert [option for option in options if option.startswith("--") and option not in help_.out] == []
