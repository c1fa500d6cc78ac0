"""What git tells of posts: what the last commit has of them, and whether finews made it."""

from __future__ import annotations

from functools import cached_property
from hashlib import sha1
from pathlib import Path, PurePosixPath
from typing import NamedTuple, Self

from finews_spider.exceptions import PublishError
from finews_spider.publishing.git import Git, GitError

_FORMAT = "--format=%x01%h%x02%(trailers:key=Finews-Run,valueonly,separator=%x2C)%x03"


class Commit(NamedTuple):
    """A commit's short id, and whether finews made it."""

    id: str
    is_ours: bool


class GitHistory:
    """The repository that the output folder lies in; paths are relative to that folder."""

    def __init__(self, git: Git) -> None:
        self._git = git

    @classmethod
    def of(cls, output: Path) -> Self | None:
        """Return the history; None where there is no repository with a commit, or no git."""
        try:
            git = Git(output)
            git("rev-parse", "--verify", "--quiet", "HEAD")
        except (PublishError, GitError):
            return None
        return cls(git)

    @cached_property
    def _blobs(self) -> dict[str, str]:
        lines = self._git.split("ls-tree", "-r", "-z", "HEAD", ".")
        return {name: head.split(" ")[2] for head, _, name in (line.partition("\t") for line in lines)}

    @cached_property
    def _last(self) -> dict[str, Commit]:
        """By path, the last commit that has changed it."""
        return {path: commits[0] for path, commits in self._commits.items()}

    @cached_property
    def _commits(self) -> dict[str, list[Commit]]:
        """By path, the commits that have changed it, the last first."""
        found: dict[str, list[Commit]] = {}
        options = ("--no-renames", "--relative", "--name-only", "-z", _FORMAT)
        for entry in self._git("log", *options, "--", ".").split("\x01")[1:]:
            head, _, names = entry.partition("\x03")
            id_, _, run = head.partition("\x02")
            for name in names.strip("\0\n").split("\0"):
                found.setdefault(name.strip("\n"), []).append(Commit(id_, bool(run.strip())))
        return found

    def has(self, path: str) -> bool:
        """Return whether the last commit has a file there."""
        return path in self._blobs

    def is_equal(self, path: str, data: bytes) -> bool:
        """Return whether the last commit has these bytes there."""
        blob = sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()
        return self._blobs.get(path) == blob

    def last(self, path: str) -> Commit | None:
        """Return the last commit that changed the file, its deletion too."""
        return self._last.get(path)

    def has_ours(self, path: str) -> bool:
        """Return whether finews has committed the file, whoever did so after it."""
        return any(commit.is_ours for commit in self._commits.get(path, []))

    def path_of(self, id_: str) -> str:
        """Return where a post of that id was committed; empty where none was."""
        return next((path for path in self._last if PurePosixPath(path).stem[11:] == id_), "")

    def data(self, path: str) -> bytes | None:
        """Return what the last commit has there."""
        blob = self._blobs.get(path)
        return self._git.data("cat-file", "blob", blob) if blob else None
