"""One commit a run, of what finews wrote and nothing else; and a push that survives races."""

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Literal

from finews_spider.exceptions import PublishError
from finews_spider.printable import safe_line
from finews_spider.publishing.git import GitError
from finews_spider.publishing.push import Push, push
from finews_spider.publishing.repository import Pause, Repository

TRIES = 6  # of a push; the pauses between them add up to about a minute


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """What a commit says: for people in its first line, for machines in its trailers."""

    run: str
    new: int = 0
    categories: int = 0
    edited: int = 0
    moved: int = 0

    def text(self, files: int) -> str:
        """The whole message of a commit of so many files."""
        new = f"{_count(self.new, 'new post')} in {_count(self.categories, 'category')}" if self.new else ""
        parts = (new, f"{self.edited} edited" if self.edited else "", f"{self.moved} moved" if self.moved else "")
        counts = {"New": self.new, "Categories": self.categories, "Edited": self.edited, "Moved": self.moved}
        trailers = "".join(f"Finews-{name}: {count}\n" for name, count in counts.items())
        return f"{', '.join(filter(None, parts)) or _count(files, 'file')}\n\nFinews-Run: {self.run}\n{trailers}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Published:
    """What became of a run's files."""

    files: int = 0  # in the commit; 0: nothing had changed, and none was made
    commit: str = ""  # the branch's last commit when all was done; "": there was nothing to do
    pushed: bool = False
    trouble: str = ""  # why commits are not pushed that should be, and what to do
    notes: tuple[str, ...] = ()  # what else the owner should know


def publish(
    output: Path,
    files: Iterable[str],
    tell: Callable[[Mapping[str, str]], Message],
    mode: Literal["commit", "push"],
    *,
    branch: str = "",
    tries: int = TRIES,
    pause: Pause = time.sleep,
) -> Published:
    """Commit those of the files that changed; with mode `push`, push them and what earlier runs could not push.

    `files` are relative to `output`: written, changed or gone. `tell` says what the commit is, given those that changed
    as {file: git's letter}. `branch` is the only one to commit on, if given.
    Raises PublishError where nothing could be committed; then the repository is as it was.
    """
    names = sorted(set(files))
    if not names and mode == "commit":
        return Published()
    repository = Repository(output, branch, pause)
    committed = _commit(repository, [repository.prefix + _checked(name) for name in names], tell) if names else 0
    pushed = Push()
    if mode == "push":
        try:
            pushed = push(repository, tries)
        except (PublishError, OSError) as error:
            pushed = Push(trouble=str(error))
    return Published(
        files=committed,
        commit=(repository.head or "") if committed or pushed.done else "",
        pushed=pushed.done,
        trouble=pushed.trouble,
        notes=pushed.notes,
    )


def _commit(repository: Repository, files: list[str], tell: Callable[[Mapping[str, str]], Message]) -> int:
    """How many of the files changed; they are committed, and the index knows them. Staged entries stay staged."""
    git = repository.git
    try:
        _check_ignored(repository, files)
        with repository.index() as index:
            ours = index.with_name("ours")  # what the branch has, and these files: a commit of nothing else
            if index.exists():
                ours.write_bytes(index.read_bytes())
            if base := repository.head:
                git("read-tree", "-i", "-m", base, index=ours)
            else:
                git("read-tree", "--empty", index=ours)
            for each in (ours, index):
                repository.update(each, files)
            tree = base or git("hash-object", "-t", "tree", "-w", "--stdin")
            told = iter(git.names("diff-index", "--cached", "--name-status", "--no-renames", "-z", tree, index=ours))
            changed = {name.removeprefix(repository.prefix): letter for letter, name in zip(told, told, strict=True)}
            if changed:
                git("commit", "--quiet", "--file=-", given=tell(changed).text(len(changed)), index=ours)
    except GitError as error:
        raise _why_not_committed(repository, error) from error
    except OSError as error:
        raise PublishError(f"nothing is committed in {repository.where}: {error}") from error
    return len(changed)


def _check_ignored(repository: Repository, files: list[str]) -> None:
    """Files that git knows are never ignored; but asked with the index, git reads all of it for each file."""
    ignored = files
    try:
        for option in ("--no-index", "--index"):
            ignored = repository.git.names("check-ignore", option, "-z", "--stdin", given="\0".join(ignored))
    except GitError as error:
        if error.said:  # it fails without a word when nothing is ignored
            raise
        return
    name = safe_line(ignored[0])
    raise PublishError(
        f"{name} is ignored by git, and {len(ignored) - 1} more: git check-ignore -v '{name}' in {repository.where}"
        " says by which line; take it out, or set FINEWS_PUBLISH=off"
    )


# What git says, or a part of it: what to do. The first that fits.
_ADVICE = {
    "tell me who you are": "tell git who commits: git config user.name NAME and git config user.email ADDRESS there",
    "ident name": "tell git who commits: git config user.name NAME and git config user.email ADDRESS there",
    ".lock': File exists": "another git works there, or one was killed; if none runs, delete that file",
    "gpg": "it shall be signed and cannot: see git config commit.gpgSign there",
    "No space left": "make room on the disk",
    "ermission": "let this user write there",
}


def _why_not_committed(repository: Repository, error: GitError) -> PublishError:
    advice = next((advice for words, advice in _ADVICE.items() if words in error.said), "")
    if not advice and (hooks := repository.hooks("pre-commit", "prepare-commit-msg", "commit-msg")):
        advice = f"the hook {' or '.join(hooks)} refused, it seems: mend what it says, or the hook"
    advice = advice or "mend what git says, or try git commit there by hand"
    return PublishError(f"nothing is committed in {repository.where}; git said: {error}. {advice}")


def _checked(name: str) -> str:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or ".git" in path.parts or str(path) != name or "\0" in name:
        raise ValueError(f"not a file of the output folder: {name!r}")
    return name


def _count(number: int, noun: str) -> str:
    plural = f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"
    return f"{number} {noun if number == 1 else plural}"
