"""What is typed into the newsroom while it is open."""

import io
import json
import subprocess
import sys
import time
from pathlib import Path
from urllib.request import urlopen

import pytest

from finews_spider.newsroom.plays import PLAYS, play
from finews_spider.newsroom.world import World
from tests.conftest import Site

pytestmark = pytest.mark.slow


def typed(site: Site, world: World, line: str) -> str:
    out = io.StringIO()
    play([f"{line}\n"], site.room, world, out)
    return out.getvalue()


@pytest.mark.parametrize("source", ["finews", "eastmoney"])
def test_an_edit_is_seen_by_a_run_that_looks_for_edits(site: Site, world: World, source: str) -> None:
    site.crawl(f"source={source}")
    before = site.posts()
    assert typed(site, world, "edit") == "edit: the newest article is corrected by its source\n"
    assert site.crawl(f"source={source}", "refresh=9999").code == 0
    after = site.posts()
    (edited,) = [path for path in after if after[path] != before[path]]
    assert "（更正：以此为准）".encode() in after[edited]


def test_an_outage_and_another_template_break_a_run_until_all_is_well(site: Site, world: World) -> None:
    codes = []
    for line in ("well", "outage", "well", "template", "well"):
        assert typed(site, world, line).startswith(f"{line}: ")
        codes.append(site.crawl("source=finews,eastmoney").code)
    assert codes == [0, 4, 0, 4, 3]  # lists that ended too soon are looked at again by later runs


def test_held_stories_come_when_they_are_let(site: Site, world: World) -> None:
    site.room.now = world.time(30)
    site.crawl()
    before = len(site.posts())
    typed(site, world, "news")
    site.crawl()
    assert len(site.posts()) > before


def test_what_is_no_play_is_answered_with_those_that_are(site: Site, world: World) -> None:
    assert [name for name in PLAYS if f"\n  {name}: " not in typed(site, world, "edti")] == []


def test_the_program_reads_what_is_typed(tmp_path: Path) -> None:
    ports = tmp_path / "ports.json"
    words = [
        sys.executable,
        "-m",
        "finews_spider.newsroom",
        "--articles",
        "20",
        "--hold",
        "5",
        "--port-file",
        str(ports),
    ]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as program:
        while not ports.exists() and program.poll() is None:
            time.sleep(0.01)
        home = f"{json.loads(ports.read_text())['site']}/"
        assert program.stdin
        assert program.stdout
        held = urlopen(home).read()
        program.stdin.write("news\n")
        program.stdin.flush()
        assert any(line.startswith("news: ") for line in program.stdout)
        assert len(urlopen(home).read()) > len(held)
        program.terminate()
    assert program.returncode == 0
