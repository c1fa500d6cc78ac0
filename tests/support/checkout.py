"""A copy of the checkout, where what the docs have people type is run for real, against a newsroom on loopback."""

import os
import re
import shutil
import subprocess
import sys
from configparser import ConfigParser
from dataclasses import dataclass, field
from pathlib import Path

from finews_spider.newsroom.server import Newsroom
from tests.support import forks
from tests.support.pages import Block
from tests.support.paths import ROOT

# What a checkout has that git does not know: environments, caches, what runs left.
NOT_CARRIED = shutil.ignore_patterns(
    *".git .venv .*_cache .*-cache .hypothesis __pycache__ demo".split(),
    *".finews _posts old_post _old_post category _site".split(),
)
FULL_SPEED = {"DOWNLOAD_DELAY": 0, "CONCURRENT_REQUESTS_PER_DOMAIN": 16, "FINEWS_PRIVATE_NETWORKS": "127.0.0.0/8"}
# What lies in `.venv/bin/`: this Python, and its scrapy, which need not spare the newsroom. And a program for mails.
PYTHON = '#!/bin/sh\nexec {python} "$@"\n'
SCRAPY = '#!/bin/sh\ncommand=$1; shift\nexec {scrapy} "$command" {options} "$@"\n'
MAIL = "#!/bin/sh\ncat >> $HOME/mails\n"
TYPED = "tests/support/typed.py"
SOURCES = "finews_spider/sources.toml"


@dataclass
class Checkout:
    """`folder` is the copy, in a home of its own; beside it lies `my-site`, a repository with an upstream.

    With `is_forked` its scrapy is a fork server's, one for all checkouts that have the same home in turn.
    """

    home: Path
    room: Newsroom
    is_forked: bool = False
    output: str = ""  # all that was printed so far
    servers: list[subprocess.Popen[str]] = field(default_factory=list)
    shared: tuple[int, ...] = ()  # open files that commands have too

    def __post_init__(self) -> None:
        shutil.copytree(ROOT, self.folder, ignore=NOT_CARRIED, symlinks=True)
        (self.folder / SOURCES).write_text(self.room.sources_toml(), encoding="utf-8")
        options = " ".join(f"-s {name}={value}" for name, value in FULL_SPEED.items())
        self._install(".venv/bin/python", PYTHON.format(python=sys.executable))
        self._install(".venv/bin/scrapy", SCRAPY.format(scrapy=self._scrapy(), options=options))
        self._install("../bin/mail", MAIL)
        for name in ("installed", "installed-dev"):  # newer than the locks: make has nothing to install
            (self.folder / ".venv" / name).touch()
        (self.home / ".gitconfig").write_text(
            "[user]\nname = Me\nemail = me@example.com\n[init]\ndefaultBranch = main\n"
        )

    def _scrapy(self) -> str:
        if not self.is_forked:
            return f"{sys.executable} -W error -m scrapy"
        self.shared = (forks.server(self.folder).fileno(),)
        return f"{sys.executable} -I -S {ROOT / TYPED} {self.shared[0]}"

    @property
    def folder(self) -> Path:
        return self.home / "finews"

    def _install(self, name: str, script: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(script)
        path.chmod(0o755)

    def make_site(self, name: str) -> Path:
        """A repository beside the checkout, with a commit that is pushed."""
        site = self.home / name
        site.mkdir()
        (site / "_config.yml").touch()
        self.type(
            f"git init -q -b main . && git add . && git commit -qm Site && git remote add origin {self.remote()}"
            " && git push -q --set-upstream origin main",
            folder=site,
        )
        return site

    def remote(self) -> Path:
        """An empty bare repository."""
        remote = self.home / f"remote-{len(list(self.home.glob('remote-*')))}.git"
        self.type(f"git init -q --bare {remote}")
        return remote

    def type(self, script: str, *, folder: Path | None = None, good: tuple[int, ...] = (0,)) -> None:
        """Run it in a shell; it has to end well."""
        done = subprocess.run(
            ["bash", "-e", "-c", self._for_loopback(script)],
            cwd=folder or self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=300,
            check=False,
            pass_fds=self.shared,
        )
        self.output += done.stdout
        assert done.returncode in good, f"{script}\nends with {done.returncode}:\n{done.stdout[-4000:]}"

    def serve(self, command: str, ready: str) -> None:
        """Start what goes on until Ctrl-C; it is ready when it prints a line that begins so."""
        server = subprocess.Popen(
            ["bash", "-c", f"exec {command}"],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.servers.append(server)
        assert server.stdout
        assert any(line.startswith(ready) for line in server.stdout)

    def close(self) -> None:
        for server in self.servers:
            server.terminate()
            server.communicate()

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "PYTEST_", "MAKE"))}
        path = f"{self.home / 'bin'}:{kept['PATH']}"
        return {**kept, "PATH": path, "HOME": str(self.home), "GIT_CONFIG_NOSYSTEM": "1", "TERM": "dumb"}

    def _for_loopback(self, script: str) -> str:
        """Where a script names a site, or a place that everybody has to choose, what stands for it here."""
        delivered = (ROOT / SOURCES).read_text(encoding="utf-8")
        for role, origin in re.findall(r'^(\w+) = \[?"(https?://[^"/]+)"', delivered, re.MULTILINE):
            script = script.replace(origin, self.room.urls[role])
        if "ADDRESS" in script:
            script = script.replace("ADDRESS", str(self.remote()))
        return script.replace("/home/me", str(self.home)).replace("%h", str(self.home))


def service(block: Block) -> ConfigParser:
    """A unit of systemd's."""
    unit = ConfigParser(interpolation=None, strict=True)
    unit.optionxform = str  # type: ignore[assignment,method-assign]  # as the documentation of ConfigParser has it
    unit.read_string(block.text)
    return unit
