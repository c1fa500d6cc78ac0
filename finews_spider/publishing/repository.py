"""The git repository that the output folder lies in, and its index, which is held as git holds it."""

import fcntl
import os
import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from finews_spider.exceptions import PublishError
from finews_spider.printable import safe_line
from finews_spider.publishing.git import Git, GitError

Pause = Callable[[float], None]

_UNFINISHED = {
    "rebase-apply/applying": "am",
    "rebase-merge": "rebase",
    "rebase-apply": "rebase",
    "MERGE_HEAD": "merge",
    "CHERRY_PICK_HEAD": "cherry-pick",
    "REVERT_HEAD": "revert",
}
_WAITS = (0.1, 0.3, 1.0, 3.0)  # seconds, for another git to let go of the index
_MARK = b"finews"  # in index.lock while we hold it; git writes something else


class Repository:
    """A work tree on a branch, with nothing unfinished. Names of files are relative to its top."""

    def __init__(self, output: Path, branch: str = "", pause: Pause = time.sleep) -> None:
        """Raises PublishError where finews should not commit; `branch` is the only one that is right, if given."""
        self.pause = pause
        self.git = Git(output)
        try:
            top, _, self.prefix = self.git("rev-parse", "--show-toplevel", "--show-prefix").rpartition("\n")
        except GitError as error:
            raise _no_repository(output, error) from error
        self.git.folder = Path(top)
        try:
            (self._index,) = self._inside("index")
            self._check_finished()
        except GitError as error:
            raise PublishError(
                f"{top} looks damaged; git said: {error}. Mend it until git status works there"
            ) from error
        self.branch = self._check_branch(branch)

    @property
    def where(self) -> str:
        """For messages."""
        return str(self.git.folder)

    @property
    def head(self) -> str | None:
        """The commit that the branch is at; None: it has none yet."""
        return self.commit(self.branch)

    def commit(self, name: str) -> str | None:
        """The commit of that name."""
        try:
            return self.git("rev-parse", "--verify", "--quiet", f"{name}^{{commit}}")
        except GitError:
            return None

    def hooks(self, *names: str) -> list[str]:
        """Those of these hooks that git runs here."""
        return [path.name for path in self._inside(*(f"hooks/{name}" for name in names)) if os.access(path, os.X_OK)]

    @contextmanager
    def index(self) -> Iterator[Path]:
        """Hold the index; yields a copy to work on, which takes its place at a good end, and only then.

        No other git commits, stages or switches meanwhile. Raises PublishError where another one holds it.
        """
        with self._held(self._index.with_name("index.lock")), _emptied(self._index.with_name("finews")) as folder:
            copy = folder / "index"
            if self._index.exists():
                shutil.copy2(self._index, copy)  # with its time: git tells by it which files to look at again
            yield copy
            if copy.exists() and not (self._index.exists() and copy.read_bytes() == self._index.read_bytes()):
                self._replace(copy)

    def update(self, index: Path, files: Iterable[str]) -> None:
        """Take these files into that index as they are in the work tree; those that are gone, out of it."""
        self.git("update-index", "-z", "--add", "--remove", "--stdin", given="\0".join(files), index=index)

    def _replace(self, copy: Path) -> None:
        try:
            copy.replace(self._index)
        except OSError as error:
            raise PublishError(f"{self._index} cannot be written ({error.strerror}): the next run mends it") from error

    def _inside(self, *names: str) -> list[Path]:
        """Paths in git's own folder."""
        words = (word for name in names for word in ("--git-path", name))
        return [self.git.folder / path for path in self.git("rev-parse", *words).split("\n")]

    def _check_finished(self) -> None:
        for path, what in zip(self._inside(*_UNFINISHED), _UNFINISHED.values(), strict=True):
            if path.exists():
                raise PublishError(
                    f"a {what} is in progress in {self.where}: end it with git {what} --continue or git {what} --abort"
                )
        if unmerged := self.git.names("ls-files", "--unmerged", "-z"):
            name = safe_line(unmerged[0].partition("\t")[2])
            raise PublishError(f"{self.where} has conflicts, in {name}: resolve them, then git add and git commit")

    def _check_branch(self, right: str) -> str:
        try:
            branch = self.git("symbolic-ref", "--quiet", "HEAD")
        except GitError as error:
            raise PublishError(
                f"{self.where} is on no branch (its HEAD is detached), so that a commit would be lost: git switch"
                f" {right or 'BRANCH'}"
            ) from error
        if right and branch != f"refs/heads/{right}":
            raise PublishError(
                f"{self.where} is on the branch {branch.removeprefix('refs/heads/')}, and FINEWS_BRANCH says {right}:"
                f" git switch {right}, or set FINEWS_BRANCH"
            )
        return branch

    @contextmanager
    def _held(self, lock: Path) -> Iterator[None]:
        handle = self._take(lock)
        try:
            yield
        finally:
            lock.unlink()
            os.close(handle)

    def _take(self, lock: Path) -> int:
        for wait in (*_WAITS, None):
            try:
                handle = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_EXCL)
            except FileExistsError:
                if _is_left_over(lock):
                    lock.unlink(missing_ok=True)
                elif wait is not None:
                    self.pause(wait)
                continue
            except OSError as error:
                raise PublishError(f"{lock} cannot be written: {error.strerror}") from error
            fcntl.flock(handle, fcntl.LOCK_EX)
            os.write(handle, _MARK)
            return handle
        raise PublishError(
            f"{lock} is there: another git works in {self.where}, or one was killed; if none runs, delete that file"
        )


def _no_repository(output: Path, error: GitError) -> PublishError:
    if "dubious ownership" in error.said:
        return PublishError(f"{output} is another user's, let finews run as that user; or, as git said: {error}")
    return PublishError(
        f"{output} is not in the work tree of a git repository ({error}): git init or git clone there, set"
        " FINEWS_OUTPUT to the site's repository, or FINEWS_PUBLISH=off"
    )


@contextmanager
def _emptied(folder: Path) -> Iterator[Path]:
    """A folder for a while, without what a killed run left in it."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def _is_left_over(lock: Path) -> bool:
    """Whether it is from a finews that was killed: its mark is in it, and nobody holds it any more."""
    try:
        with lock.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return file.read() == _MARK
    except OSError:
        return False
