"""The wheel, as `make dist` builds it, and the program that it installs."""

import os
import shutil
import subprocess
import sys
import sysconfig
from functools import cache
from pathlib import Path
from typing import NamedTuple

from tests.support.paths import ROOT

NOBODY = 65534


class Installed(NamedTuple):
    """The program, and an empty folder of the one who uses it."""

    program: Path
    folder: Path

    def type(self, *words: str, folder: Path | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
        """Return how a command of it ended; it is not run as root, where that can be."""
        names = {"PATH": os.environ["PATH"], "HOME": str(self.folder), **environment}
        user = NOBODY if nobodys_python() else None
        return subprocess.run(
            [str(self.program), *words],
            cwd=folder or self.folder,
            env=names,
            user=user,
            group=user,
            extra_groups=[] if user else None,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )


@cache
def nobodys_python() -> str:
    """This interpreter, or the system's of the same version, that a user without rights can start; else nothing.

    It has to read what this one has installed, too: a home may be closed.
    """
    found = [sys.executable, shutil.which(f"python3.{sys.version_info.minor}", path="/usr/local/bin:/usr/bin")]
    return next((python for python in found if python and os.geteuid() == 0 and _nobody_can_run(python)), "")


def _nobody_can_run(python: str) -> bool:
    try:
        done = subprocess.run(
            [python, "-c", "import scrapy, venv"],
            env={"PYTHONPATH": sysconfig.get_path("purelib")},
            user=NOBODY,
            group=NOBODY,
            extra_groups=[],
            check=False,
            cwd="/",
        )
    except PermissionError:
        return False
    return done.returncode == 0


def build(folder: Path) -> Path:
    """As `make dist` does."""
    words = ["--quiet", "--no-deps", "--no-build-isolation", "--disable-pip-version-check", "--wheel-dir", str(folder)]
    environment = {**os.environ, "SOURCE_DATE_EPOCH": "1577836800"}
    subprocess.run([sys.executable, "-m", "pip", "wheel", *words, str(ROOT)], check=True, env=environment)
    (wheel,) = folder.glob("*.whl")
    return wheel
