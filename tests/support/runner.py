"""The scripts of the action's steps, run as GitHub's runner has them run; what other actions would give is given."""

import os
import re
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.support.paths import ROOT

ACTION = ROOT / "action.yml"
EXPRESSION = re.compile(r"\$\{\{ (.+?) \}\}")


def action() -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load(ACTION.read_text(encoding="utf-8"))
    return read


@dataclass
class Runner:
    """A job's machine. `contexts` is what expressions stand for, by their words."""

    workspace: Path
    temp: Path
    contexts: dict[str, str]
    environment: dict[str, str] = field(default_factory=dict)
    printed: str = ""

    def run(self, *names: str, **inputs: str) -> tuple[bool, dict[str, str]]:
        """Run the steps of these names, or all; return whether they end well, and the action's outputs."""
        given = {
            name: inputs.get(name.replace("-", "_"), entry["default"]) for name, entry in action()["inputs"].items()
        }
        self.contexts |= {f"inputs.{name}": value for name, value in given.items()}
        steps = [step for step in action()["runs"]["steps"] if "run" in step and (not names or step["name"] in names)]
        ended = all(self._step(step) for step in steps)
        return ended, {name: self.value(entry["value"]) for name, entry in action()["outputs"].items()}

    def value(self, text: str) -> str:
        """A text without expressions."""
        return EXPRESSION.sub(lambda found: self.contexts.get(found[1], ""), text)

    def _step(self, step: dict[str, Any]) -> bool:
        output, script = self.temp / "output", self.temp / "script.sh"
        output.touch()
        script.write_text(step["run"], encoding="utf-8")
        names = {name: self.value(value) for name, value in step.get("env", {}).items()}
        places = {"GITHUB_OUTPUT": output, "GITHUB_ACTION_PATH": ROOT, "RUNNER_TEMP": self.temp}
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", script],
            cwd=self.workspace,
            env={"PATH": os.environ["PATH"], **self.environment, **{k: str(v) for k, v in places.items()}, **names},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        self.printed += done.stdout
        lines = [line.split("=", 1) for line in output.read_text(encoding="utf-8").splitlines()]
        self.contexts |= {f"steps.{step.get('id')}.outputs.{name}": value for name, value in lines}
        output.unlink()
        return done.returncode == 0
