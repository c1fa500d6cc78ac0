"""git work trees for tests, and what a person does in them."""

import os
import subprocess
from pathlib import Path

import pytest

from finews_spider.exceptions import PublishError
from finews_spider.publishing.commit import CommitMessage, Published, publish
from finews_spider.publishing.repository import Pause

MESSAGE = CommitMessage(run="2026-11-22T21-45-12", new=1, categories=1)
POST = "_posts/2026/11/22/2026-11-22-NW202611220000000001.md"


def no_pause(seconds: float) -> None:
    """Do not wait: no test depends on a pause."""


class Tree:
    """A work tree, and what a person does in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def git(self, *arguments: str, code: int = 0) -> str:
        """Run `git …`, which has to end with this exit code, and return what it prints."""
        command = ["git", "-C", str(self.folder), *arguments]
        done = subprocess.run(command, capture_output=True, text=True, errors="surrogateescape", check=False)
        assert done.returncode == code, done.stderr
        return done.stdout.removesuffix("\n")

    def write(self, name: str, text: str = "text") -> str:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return name

    def read(self, name: str) -> str:
        return (self.folder / name).read_text(encoding="utf-8")

    def save(self, name: str, text: str = "text") -> None:
        """Write and commit a file, as a person does."""
        self.git("add", "--", self.write(name, text))
        self.git("commit", "-qm", f"By hand: {name}")

    def commit(self, *names: str, pause: Pause = no_pause, branch: str = "") -> Published:
        return publish(self.folder, names, lambda _: MESSAGE, "commit", pause=pause, branch=branch)

    def push(self, *names: str, pause: Pause = no_pause, tries: int = 3) -> Published:
        return publish(self.folder, names, lambda _: MESSAGE, "push", pause=pause, tries=tries)

    def refuses(self, *names: str) -> str:
        """Check that publishing refuses and leaves the repository as it is; return the error's message."""
        before = self.state()
        with pytest.raises(PublishError) as caught:
            self.commit(*names or [self.write(POST)])
        after = self.state()
        assert after[:2] == before[:2]
        assert after[2] - before[2] <= {f"?? {POST}"}
        return str(caught.value)

    def state(self) -> tuple[str, bytes, set[str]]:
        """Return the branch's commit, the bytes of the index, and the lines of `git status`."""
        head = self.git("rev-parse", "--verify", "-q", "HEAD") if self.log() else ""
        index = self.folder / ".git" / "index"
        return head, index.read_bytes() if index.exists() else b"", self.status()

    def status(self) -> set[str]:
        shown = self.git("--no-optional-locks", "status", "--porcelain", "-z", "--untracked-files=all")
        return set(shown.split("\0")[:-1])

    def log(self, *arguments: str) -> list[str]:
        """Return the subjects of the commits, newest first."""
        done = subprocess.run(
            ["git", "-C", str(self.folder), "log", "--format=%s", *arguments],
            capture_output=True,
            text=True,
            check=False,
        )
        return done.stdout.splitlines()

    def changed(self, commit: str = "HEAD") -> list[str]:
        """Return the files that a commit changed, each after its status letter."""
        return self.git("show", "--format=", "--name-status", "--find-renames", "-z", commit).split("\0")[:-1]

    def hook(self, name: str, script: str) -> None:
        path = self.folder / self.git("rev-parse", "--git-path", f"hooks/{name}")
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)

    def files(self, commit: str = "HEAD") -> set[str]:
        return set(self.git("ls-tree", "-r", "--name-only", "-z", commit).split("\0")[:-1])

    def is_sound(self) -> bool:
        """Return whether the history has no merge and `git fsck` finds no fault."""
        return not self.git("log", "--merges") and not self.git("fsck", "--full", "--strict", "--no-dangling")


def clone(remote: Tree, folder: Path) -> Tree:
    remote.git("clone", "-q", ".", str(folder))
    return Tree(folder)


def set_identity(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give git a user's name and address, and no other configuration."""
    home.mkdir()
    (home / ".gitconfig").write_text(
        "[user]\nname = Person\nemail = person@example.com\nuseConfigOnly = true\n"
        "[init]\ndefaultBranch = main\n[core]\nfsync = none\n[advice]\ndetachedHead = false\n"
    )
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
