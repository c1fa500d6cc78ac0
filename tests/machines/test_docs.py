"""What docs/machines.md has people type, on one machine that stands for all."""

import re
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from finews_spider.machines.database import HEARTBEAT, OWNERSHIP, SILENCE, STALLED
from finews_spider.machines.worker import POLLING
from tests.machines.test_units import WAYBACK
from tests.support.checkout import service
from tests.support.machines import Stage, site_of, sources_of
from tests.support.pages import blocks, rows, text
from tests.support.paths import ROOT

pytestmark = pytest.mark.slow

PAGE = ROOT / "docs/machines.md"
NOT_TYPED = ("sudo ", "pipx inject ", "systemctl ")  # of a machine, and not of a test


@pytest.fixture
def stage(tmp_path: Path, queue: str) -> Stage:
    site = site_of(1, parts=1, each=1)
    site.url = "http://127.0.1.9"
    stage = Stage(tmp_path / "stage", queue, sources_of([site]) + WAYBACK, 0.2)
    program = tmp_path / "stage" / "home" / ".local" / "bin" / "finews"
    program.parent.mkdir(parents=True)
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m finews_spider.commands.main "$@"\n')
    program.chmod(0o755)
    return stage


def lines(language: str) -> list[str]:
    return [line for block in blocks(PAGE) if block.language == language for line in block.lines]


def play(stage: Stage, *script: str) -> str:
    """Type lines in the home of a machine; each has to end well."""
    home = stage.folder / "home"
    text = "\n".join(script).replace("ADDRESS", str(stage.remote))
    text = re.sub(r"postgresql://\S+", f"'{stage.queue}'", text).replace("finews worker", "finews worker --once")
    environment = stage.environment("m1") | {"PATH": f"{home}/.local/bin:/usr/local/bin:/usr/bin:/bin"}
    del environment["FINEWS_QUEUE"]
    done = subprocess.run(
        ["bash", "-e", "-c", text], cwd=home, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{text}\n{done.stderr}"
    return done.stdout


def test_the_commands_of_the_page_run(stage: Stage) -> None:
    typed = [line for line in lines("sh") if not line.startswith(NOT_TYPED)]
    assert len(typed) > 7
    said = play(stage, *typed)
    assert "120 units added\n2 units added\n" in said
    assert re.search(r"finews\+wayback +121 +0 +0 +0 +0", said)
    with psycopg.connect(stage.queue) as connection:
        (query,) = [block.text for block in blocks(PAGE) if block.language == "sql"]
        found = connection.execute(query.encode()).fetchall()
    assert found == [("finews+wayback", "todo", 121), ("h1a", "todo", 1)]


def test_the_service_is_a_worker(stage: Stage) -> None:
    (block,) = [block for block in blocks(PAGE) if block.language == "ini"]
    unit = service(block)["Service"]
    (stage.folder / "home" / "queue.env").write_text(f"FINEWS_QUEUE={stage.queue}\n")
    home = str(stage.folder / "home")
    files = unit["EnvironmentFile"].replace("%h", home)
    stage.git("clone", "-q", str(stage.remote), unit["WorkingDirectory"].replace("%h", home))
    play(
        stage,
        f"export $(cat {files}) {unit['Environment']}",
        f"cd {unit['WorkingDirectory'].replace('%h', home)}",
        unit["ExecStart"].replace("%h", home),
    )


def test_the_page_says_how_often_as_it_is() -> None:
    often = [cells[1] for cells in rows("docs/machines.md", "what")]
    expected = [HEARTBEAT, STALLED, HEARTBEAT, POLLING, OWNERSHIP, SILENCE]
    assert [float(re.findall(r"\d+", cell)[0]) for cell in often] == expected


def test_every_option_of_a_unit_stands_in_the_page() -> None:
    source = (ROOT / "finews_spider/commands/units.py").read_text(encoding="utf-8")
    options = set(re.findall(r'add_argument\("(--[a-z]+)"', source))
    assert len(options) > 8
    assert {option for option in options if option not in text("docs/machines.md")} <= {"--category", "--column"}
