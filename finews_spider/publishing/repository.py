"""The git repository that the output folder lies in, and its index, which is locked as git locks it."""

import os
import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from finews_spider.exceptions import PublishError
from finews_spider.printable import safe_line
from finews_spider.publishing.git import Git, GitError
from finews_spider.publishing.index_lock import index_lock

Pause = Callable[[float], None]

_IN_PROGRESS = {
    "rebase-apply/applying": "am",
    "rebase-merge": "rebase",
    "rebase-apply": "rebase",
    "MERGE_HEAD": "merge",
    "CHERRY_PICK_HEAD": "cherry-pick",
    "REVERT_HEAD": "revert",
}
_LOCK_WAITS = (0.1, 0.3, 1.0, 3.0)  # seconds, for another git to release the index


class Repository:
    """A work tree on a branch, with no merge or rebase in progress. File names are relative to its top level."""

    def __init__(self, output: Path, branch: str = "", pause: Pause = time.sleep) -> None:
        """Raise PublishError where finews should not commit; `branch`, if given, is the only one to commit on."""
        self.pause = pause
        self.git = Git(output)
        try:
            top, _, self.prefix = self.git("rev-parse", "--show-toplevel", "--show-prefix").rpartition("\n")
        except GitError as error:
            raise _no_repository(output, error) from error
        self.git.folder = Path(top)
        try:
            (self._index,) = self._git_paths("index")
            self._check_nothing_in_progress()
        except GitError as error:
            raise PublishError(
                f"{top} looks damaged; git said: {error}. Repair it until git status works there"
            ) from error
        self.branch = self._check_branch(branch)

    @property
    def toplevel(self) -> Path:
        """The top-level folder of the work tree."""
        return self.git.folder

    @property
    def head(self) -> str | None:
        """The id of the branch's last commit; None: it has none yet."""
        return self.commit(self.branch)

    def commit(self, name: str) -> str | None:
        """Return the id of the commit that a ref or a revision names; None if there is none."""
        try:
            return self.git("rev-parse", "--verify", "--quiet", f"{name}^{{commit}}")
        except GitError:
            return None

    def hooks(self, *names: str) -> list[str]:
        """Return which of these hooks git runs here."""
        return [path.name for path in self._git_paths(*(f"hooks/{name}" for name in names)) if os.access(path, os.X_OK)]

    @contextmanager
    def index(self) -> Iterator[Path]:
        """Lock the index, and yield a copy to work on, which replaces it unless an exception is raised.

        No other git commits, stages or switches meanwhile. Raise PublishError where another one holds the lock.
        """
        with self._locked(), _temporary(self._index.with_name("finews")) as folder:
            copy = folder / "index"
            if self._index.exists():
                shutil.copy2(self._index, copy)  # with its mtime, by which git tells which files to read again
            yield copy
            if copy.exists() and not (self._index.exists() and copy.read_bytes() == self._index.read_bytes()):
                self._replace(copy)

    def update(self, index: Path, files: Iterable[str]) -> None:
        """Add the files to that index as they are in the work tree; remove those that are deleted."""
        self.git("update-index", "-z", "--add", "--remove", "--stdin", stdin="\0".join(files), index=index)

    def _replace(self, copy: Path) -> None:
        try:
            copy.replace(self._index)
        except OSError as error:
            raise PublishError(
                f"{self._index} cannot be written ({error.strerror}): the next run repairs it"
            ) from error

    def _git_paths(self, *names: str) -> list[Path]:
        """Return the paths of files in the .git folder."""
        words = (word for name in names for word in ("--git-path", name))
        return [self.git.folder / path for path in self.git("rev-parse", *words).split("\n")]

    def _check_nothing_in_progress(self) -> None:
        for path, command in zip(self._git_paths(*_IN_PROGRESS), _IN_PROGRESS.values(), strict=True):
            if path.exists():
                raise PublishError(
                    f"a {command} is in progress in {self.toplevel}: end it with git {command} --continue or"
                    f" git {command} --abort"
                )
        if unmerged := self.git.split("ls-files", "--unmerged", "-z"):
            name = safe_line(unmerged[0].partition("\t")[2])
            raise PublishError(f"{self.toplevel} has conflicts, in {name}: resolve them, then git add and git commit")

    def _check_branch(self, expected: str) -> str:
        """Return the current branch. Raise PublishError where there is none, or another one is expected."""
        try:
            branch = self.git("symbolic-ref", "--quiet", "HEAD")
        except GitError as error:
            raise PublishError(
                f"{self.toplevel} is on no branch (its HEAD is detached), so a commit would be lost: git switch"
                f" {expected or 'BRANCH'}"
            ) from error
        if expected and branch != f"refs/heads/{expected}":
            raise PublishError(
                f"{self.toplevel} is on the branch {branch.removeprefix('refs/heads/')}, and FINEWS_BRANCH says"
                f" {expected}: git switch {expected}, or set FINEWS_BRANCH"
            )
        return branch

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Hold the index's lock. Raise PublishError where another git keeps holding it."""
        lock = self._index.with_name("index.lock")
        with ExitStack() as stack:
            for wait in (*_LOCK_WAITS, None):
                try:
                    stack.enter_context(index_lock(lock))
                    break
                except FileExistsError:
                    if wait is None:
                        raise self._held(lock) from None
                    self.pause(wait)
            yield

    def _held(self, lock: Path) -> PublishError:
        return PublishError(
            f"{lock} exists: another git process is running in {self.toplevel}, or was killed; if none runs, delete"
            " that file"
        )


def _no_repository(output: Path, error: GitError) -> PublishError:
    if "dubious ownership" in error.output:
        return PublishError(f"{output} belongs to another user: run finews as that user; or, as git says: {error}")
    return PublishError(
        f"{output} is not in the work tree of a git repository ({error}): git init or git clone there, set"
        " FINEWS_OUTPUT to the site's repository, or FINEWS_PUBLISH=off"
    )


@contextmanager
def _temporary(folder: Path) -> Iterator[Path]:
    """Make a folder and delete it at the end; what a killed run left in it is deleted first."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder)
