"""The installed program, for all the tests of it: their group is one, `installed`."""

import shutil
import stat
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.installed import build, nobodys_python


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("dist"))


@pytest.fixture(scope="session")
def installed(wheel: Path) -> Iterator[Path]:
    """The program, in an environment of its own that borrows what finews needs from this one."""
    place = Path(tempfile.mkdtemp(prefix="finews-installed-"))
    place.chmod(0o755)
    command = [nobodys_python() or sys.executable, "-m", "venv", "--without-pip", str(place / "venv")]
    subprocess.run(command, check=True)
    python = place / "venv" / "bin" / "python"
    site = next((place / "venv").glob("lib/python*/site-packages"))
    (site / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    install = [sys.executable, "-m", "pip", "--python", str(python), "install", "--no-deps", "--quiet"]
    subprocess.run([*install, "--disable-pip-version-check", str(wheel)], check=True)
    for path in [place, *place.rglob("*")]:
        if not path.is_symlink():
            path.chmod(stat.S_IMODE(path.stat().st_mode) & ~0o222)
    yield place / "venv" / "bin" / "finews"
    for path in place.rglob("*"):
        if path.is_dir() and not path.is_symlink():
            path.chmod(0o755)
    place.chmod(0o755)
    shutil.rmtree(place)
