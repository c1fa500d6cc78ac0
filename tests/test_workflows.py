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

CRAWL = ROOT / "output" / ".github" / "workflows" / "crawl.yml"
WORKFLOWS = [CRAWL, *sorted((ROOT / ".github" / "workflows").glob("*.yml"))]


def steps(workflow: Path) -> list[dict[str, Any]]:
    (job,) = yaml.safe_load(workflow.read_text(encoding="utf-8"))["jobs"].values()
    found: list[dict[str, Any]] = job["steps"]
    return found


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.name)
def test_actions_are_pinned_to_a_commit_and_the_version_is_said(workflow: Path) -> None:
    uses = re.findall(r"uses: (.*)", workflow.read_text(encoding="utf-8"))
    assert uses
    assert all(re.fullmatch(r"actions/[a-z/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", entry) for entry in nonempty(uses))


def test_finews_itself_is_not_crawled_for() -> None:
    assert CRAWL.name not in {path.name for path in (ROOT / ".github" / "workflows").iterdir()}
    (job,) = yaml.safe_load(CRAWL.read_text(encoding="utf-8"))["jobs"].values()
    assert job["if"] == "vars.FINEWS_REPOSITORY != ''"


def test_what_is_kept_between_runs_is_the_newest() -> None:
    restore, save = (step["with"] for step in steps(CRAWL) if "actions/cache" in step.get("uses", ""))
    assert restore["path"] == save["path"] == "site/.finews"
    assert restore["key"] == save["key"]
    assert save["key"].startswith(restore["restore-keys"])


@pytest.mark.parametrize(("code", "ends"), [(0, 0), (3, 0), (4, 4), (5, 5)])
def test_articles_that_are_owed_are_a_warning(tmp_path: Path, code: int, ends: int) -> None:
    (tmp_path / "scrapy").write_text(f'#!/bin/sh\nprintf "%s\\n" "$@"\nexit {code}\n')
    (tmp_path / "scrapy").chmod(0o755)
    (script,) = (step["run"] for step in steps(CRAWL) if "scrapy" in step.get("run", ""))
    environment = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "GITHUB_WORKSPACE": "/a b", "FINEWS_CONTACT": "c"}
    done = subprocess.run(["bash", "-e", "-c", script], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == ends
    assert "FINEWS_OUTPUT=/a b/site\n" in done.stdout
    assert ("::warning" in done.stdout) == (code == 3)


@pytest.mark.parametrize(("code", "printed"), [(0, ""), (3, ""), (4, "the summary\n"), (6, "the summary\n")])
def test_the_crontab_sends_no_mail_when_all_is_well(tmp_path: Path, code: int, printed: str) -> None:
    scrapy = tmp_path / "finews/.venv/bin/scrapy"
    scrapy.parent.mkdir(parents=True)
    scrapy.write_text(f"#!/bin/sh\necho the summary\nexit {code}\n")
    scrapy.chmod(0o755)
    page = (ROOT / "docs" / "scheduling.md").read_text(encoding="utf-8")
    (line,) = re.findall(r"^\*/15 \* \* \* \* (.*)$", page, re.MULTILINE)
    assert "%" not in line  # cron makes it a newline
    command = ["sh", "-c", line.replace("/home/me", str(tmp_path))]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == (printed, "")
    assert {path.name for path in tmp_path.iterdir()} == {"finews"}
