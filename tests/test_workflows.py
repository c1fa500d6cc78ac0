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


CRONTABS = re.findall(r"^\*/15 \* \* \* \* (.*)$", (ROOT / "docs" / "scheduling.md").read_text("utf-8"), re.MULTILINE)
# In place of the program: it tells as finews does, by the command that the line names, and leaves its exit code.
PROGRAM = """#!/bin/sh
echo the summary
echo a warning >&2
{tell}
exit {code}
"""


@pytest.mark.parametrize("code", [0, 2, 3, 4, 6])
@pytest.mark.parametrize("news", [[], ["broken"]], ids=["nothing to tell", "something to tell"])
@pytest.mark.parametrize("line", CRONTABS, ids=["clone", "program", "docker"])
def test_a_crontab_mails_what_there_is_to_tell_once(tmp_path: Path, line: str, news: list[str], code: int) -> None:
    assert "%" not in line  # cron makes it a newline
    (told,) = re.findall("-s FINEWS_NOTIFY='(.*?)'", line)
    site, mails = tmp_path / "site", tmp_path / "mails"
    tell = "".join(f"cd {site}; echo {word} | {told}" for word in news)
    program = PROGRAM.format(tell=tell, code=code)
    scripts = {"finews/.venv/bin/scrapy": program, ".local/bin/finews": program, "bin/docker": program}
    for name, script in {**scripts, "bin/mail": f"#!/bin/sh\ncat >> {mails}\n"}.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(script)
        path.chmod(0o755)
    for folder in (site / ".finews", tmp_path / "my-site"):
        folder.mkdir(parents=True)
    environment = {"PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}"}
    command = ["sh", "-c", line.replace("/home/me", str(tmp_path))]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    mailed = mails.read_text().split() if mails.exists() else []
    assert (mailed + done.stdout.split(), done.stderr) == (news, "")
    assert "the summary\n" in (tmp_path / "finews.log").read_text()
    assert not list((site / ".finews").iterdir())
