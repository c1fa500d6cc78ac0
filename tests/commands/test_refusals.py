"""What a crawl refuses, every command refuses: with exit code 2, and nothing is made."""

from pathlib import Path

import pytest

from tests.conftest import run_forked
from tests.support.paths import ROOT

FOLDER = ROOT / "finews_spider" / "commands"
COMMANDS = [path.stem for path in sorted(FOLDER.glob("*.py")) if "class Command(" in path.read_text(encoding="utf-8")]
# The demo has an output and sources of its own; a new site has no settings yet.
OTHERS = [name for name in COMMANDS if name not in ("crawl", "demo", "init")]
WRONG = {
    "a setting that is none": "FINEWS_OUTPTU=x",
    "a setting's value": "FINEWS_POST_PATH=by-month",
    "a setting of Scrapy's": "DOWNLOAD_DELAY=abc",
    "no sources file": "FINEWS_SOURCES_FILE={folder}/none.toml",
    "a wrong sources file": "FINEWS_SOURCES_FILE={folder}/wrong.toml",
    "an output folder that is a file": "FINEWS_OUTPUT={folder}/wrong.toml",
    "an output folder without a name": "FINEWS_OUTPUT=",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("folder")
    (folder / "wrong.toml").write_text("[finews]\nsiet = 1\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def refusals(folder: Path) -> dict[str, list[str]]:
    """Return what a crawl says, by what is wrong."""
    return {wrong: refusal(folder, wrong, "crawl", "finews") for wrong in WRONG}


def refusal(folder: Path, wrong: str, *words: str) -> list[str]:
    """Return what a command refuses, and why."""
    ran = run_forked(*words, "-s", f"FINEWS_OUTPUT={folder}", "-s", WRONG[wrong].format(folder=folder))
    assert ran.code == 2
    printed = [line for line in ran.err.splitlines() if line.startswith(f"scrapy {words[0]}: ")]
    assert len(printed) == 1, ran.err
    return printed[0].split(": ")[1:3]


def test_there_are_other_commands() -> None:
    assert set(OTHERS) >= {"categories", "doctor", "owed", "reindex"}


@pytest.mark.parametrize("wrong", WRONG)
@pytest.mark.parametrize("command", OTHERS)
def test_a_command_refuses_what_a_crawl_refuses(
    folder: Path, refusals: dict[str, list[str]], command: str, wrong: str
) -> None:
    before = sorted(folder.rglob("*"))
    assert refusal(folder, wrong, command) == refusals[wrong]
    assert [path for path in folder.rglob("*") if ".finews" not in path.parts] == before


@pytest.mark.parametrize("command", COMMANDS)
def test_an_option_that_it_does_not_have_is_named(command: str) -> None:
    ran = run_forked(command, *(["finews"] if command == "crawl" else []), "--no-such-option")
    assert ran.code == 2
    assert "--no-such-option: not accepted" in ran.err


@pytest.mark.parametrize("command", ["categories", "coverage", "owed", "reindex"])
def test_a_command_that_needs_an_archive_makes_none(tmp_path: Path, command: str) -> None:
    ran = run_forked(command, "-s", f"FINEWS_OUTPUT={tmp_path / 'nowhere'}")
    assert (ran.code, ran.err) == (2, f"scrapy {command}: FINEWS_OUTPUT: there is no {tmp_path / 'nowhere'}\n")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["FINEWS_OUTPUT", "FINEWS_CONFIG", "FINEWS_METRICS", "FINEWS_EVIDENCE_DIR"])
def test_a_folder_of_no_user_is_refused(tmp_path: Path, name: str) -> None:
    ran = run_forked("crawl", "finews", "-s", f"FINEWS_OUTPUT={tmp_path}", "-s", f"{name}=~no-such-user/a.prom")
    assert ran.code == 2
    assert f"scrapy crawl: {name}: '~no-such-user/a.prom' is not accepted" in ran.err
    assert "Traceback" not in ran.err


def test_a_new_site_in_the_folder_of_no_user() -> None:
    ran = run_forked("init", "~no-such-user/site")
    assert (ran.code, "Traceback" in ran.err) == (2, False)
    assert ran.err.startswith("scrapy init: DIR: ")
