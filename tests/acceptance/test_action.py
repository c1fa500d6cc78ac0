"""The GitHub Action: its scripts, as the runner has them run, on the newsroom, for a site with a remote."""

import json
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

import pytest

from finews_spider.newsroom.server import Newsroom
from finews_spider.newsroom.world import World
from tests.support.runner import Runner, action

CRAWL = "Crawl and publish"


def git(folder: Path, *words: str) -> str:
    return subprocess.check_output(["git", "-C", str(folder), *words], text=True)


@pytest.fixture(scope="module")
def runner(tmp_path_factory: pytest.TempPathFactory) -> Runner:
    """Its machine, with finews installed by the action; what the index would bring is borrowed from this Python."""
    workspace, temp = tmp_path_factory.mktemp("workspace"), tmp_path_factory.mktemp("temp")
    borrowed = {"PYTHONPATH": sysconfig.get_path("purelib"), "PIP_NO_INDEX": "1", "HOME": str(temp)}
    contexts = {"steps.python.outputs.python-path": sys.executable, "runner.temp": str(temp)}
    runner = Runner(workspace, temp, contexts, borrowed)
    ended, _ = runner.run("Locks", "Install")
    assert ended, runner.printed
    assert len(runner.contexts["steps.locks.outputs.sha256"]) == 64
    return runner


@pytest.fixture
def site(runner: Runner, tmp_path: Path) -> Iterator[Path]:
    """A checkout of a site, by its path in the workspace; the newsroom is its source."""
    site = runner.workspace / tmp_path.name
    git(tmp_path, "init", "--quiet", "--bare", "--initial-branch=main", "remote.git")
    git(tmp_path, "clone", "--quiet", "remote.git", str(site))
    with Newsroom(World(articles=24)) as room:
        (site / "sources.toml").write_text(room.sources_toml(), encoding="utf-8")
        lines = ['sources_file = "sources.toml"', 'private_networks = "127.0.0.0/8"', "[scrapy]", "DOWNLOAD_DELAY = 0"]
        (site / "finews.toml").write_text("\n".join(lines), encoding="utf-8")
        (site / "_config.yml").touch()
        git(site, "add", ".")
        git(site, "-c", "user.name=Me", "-c", "user.email=me@example.com", "commit", "--quiet", "--message=Site")
        git(site, "push", "--quiet", "origin", "HEAD:main")
        yield site


@pytest.mark.slow
@pytest.mark.xdist_group("action")
def test_a_crawl_is_pushed_and_its_outputs_tell_of_it(runner: Runner, site: Path) -> None:
    ended, outputs = runner.run(CRAWL, site=site.name, arguments="source=finews\n", settings="RETRY_TIMES=0\n")
    assert ended, runner.printed
    report = json.loads(Path(outputs["report"]).read_text(encoding="utf-8"))
    assert report["arguments"] == {"source": "finews"}
    posts = list(site.glob("_posts/**/*.md"))
    assert (outputs["exit-code"], outputs["new"]) == ("0", str(len(posts)))
    assert posts
    assert git(site, "rev-parse", "HEAD") == git(site, "rev-parse", "origin/main")
    assert git(site, "log", "-1", "--format=%an").strip() == "github-actions[bot]"

    ended, again = runner.run(CRAWL, site=site.name, arguments="source=finews")
    assert (ended, again["exit-code"], again["new"]) == (True, "0", "0")
    assert again["report"] != outputs["report"]


@pytest.mark.slow
@pytest.mark.xdist_group("action")
def test_an_input_is_no_script(runner: Runner, site: Path) -> None:
    ended, outputs = runner.run(CRAWL, site=site.name, arguments='source=$(touch made)"; touch made; "')
    assert (ended, outputs) == (False, {"new": "0", "exit-code": "2", "report": ""})
    assert not list(runner.workspace.rglob("made"))


@pytest.mark.parametrize(("code", "well"), [(0, True), (3, True), (4, False), (5, False)])
def test_articles_that_are_owed_are_a_warning(tmp_path: Path, code: int, well: bool) -> None:
    program = tmp_path / "finews/bin/finews"
    program.parent.mkdir(parents=True)
    program.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@"\nexit {code}\n')
    program.chmod(0o755)
    folder = tmp_path / "a b"
    folder.mkdir()
    runner = Runner(tmp_path, tmp_path, {})
    ended, outputs = runner.run(CRAWL, site="a b", settings="A=b c")
    assert (ended, outputs["exit-code"]) == (well, str(code))
    assert f"crawl\n-s\nFINEWS_OUTPUT={folder}\n-s\nA=b c\n" in runner.printed
    assert ("::warning" in runner.printed) == (code == 3)


def test_no_script_has_an_expression() -> None:
    assert [step for step in action()["runs"]["steps"] if "${{" in step.get("run", "")] == []
