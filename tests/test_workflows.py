"""The workflow files: what actionlint does not look at."""

import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.nonempty import nonempty
from tests.support.paths import ROOT
from tests.support.runner import ACTION, action

CRAWL = ROOT / "output" / ".github" / "workflows" / "crawl.yml"
WORKFLOWS = [CRAWL, ACTION, *sorted((ROOT / ".github" / "workflows").glob("*.yml"))]


def steps(workflow: Path) -> list[dict[str, Any]]:
    (job,) = yaml.safe_load(workflow.read_text(encoding="utf-8"))["jobs"].values()
    found: list[dict[str, Any]] = job["steps"]
    return found


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.name)
def test_actions_are_pinned_to_a_commit_and_the_version_is_said(workflow: Path) -> None:
    uses = re.findall(r"uses: ([^.].*)", workflow.read_text(encoding="utf-8"))
    assert all(re.fullmatch(r"actions/[a-z/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", entry) for entry in nonempty(uses))


def test_finews_itself_is_not_crawled_for() -> None:
    assert CRAWL.name not in {path.name for path in (ROOT / ".github" / "workflows").iterdir()}
    (job,) = yaml.safe_load(CRAWL.read_text(encoding="utf-8"))["jobs"].values()
    assert job["if"] == "vars.FINEWS_REPOSITORY != ''"


def test_the_workflow_is_an_example_of_the_action() -> None:
    (ours,) = (step for step in steps(CRAWL) if "/" not in step["uses"].removeprefix("./"))
    (checkout,) = (step["with"] for step in steps(CRAWL) if step.get("name") == "finews")
    assert ours["uses"] == f"./{checkout['path']}"
    assert ours["with"].keys() <= action()["inputs"].keys()


def test_what_is_kept_between_runs_is_the_newest() -> None:
    uses = [step for step in action()["runs"]["steps"] if "uses" in step]
    restore, save = (step["with"] for step in uses if "cache/" in step["uses"])
    assert restore["path"] == save["path"] == "${{ inputs.site }}/.finews"
    assert restore["key"] == save["key"]
    assert save["key"].startswith(restore["restore-keys"])


@pytest.mark.parametrize(("code", "printed"), [(0, ""), (3, ""), (4, "the summary\n"), (6, "the summary\n")])
@pytest.mark.parametrize(("program", "logs"), [(".venv/bin/scrapy", ""), ("docker", "echo a warning >&2\n")])
def test_a_crontab_sends_no_mail_when_all_is_well(
    tmp_path: Path, program: str, logs: str, code: int, printed: str
) -> None:
    path = tmp_path / "finews" / program
    path.parent.mkdir(parents=True)
    path.write_text(f"#!/bin/sh\necho the summary\n{logs}exit {code}\n")
    path.chmod(0o755)
    page = (ROOT / "docs" / "scheduling.md").read_text(encoding="utf-8")
    (line,) = re.findall(rf"^\*/15 \* \* \* \* (.*{re.escape(program)} .*)$", page, re.MULTILINE)
    assert "%" not in line  # cron makes it a newline
    command = ["sh", "-c", line.replace("/home/me", str(tmp_path))]
    environment = {"PATH": f"{path.parent}:{os.environ['PATH']}"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == (printed, "")
    assert {path.name for path in tmp_path.iterdir()} <= {"finews", "finews.log"}
