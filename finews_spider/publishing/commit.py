"""`publish`: one commit a run, with the files that finews wrote and no others, and a push if that is asked for."""

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Literal

from finews_spider.exceptions import PublishError
from finews_spider.printable import safe_line
from finews_spider.publishing.git import GitError
from finews_spider.publishing.push import PushResult, push
from finews_spider.publishing.repository import Pause, Repository

TRIES = 6  # of a push; the pauses between them add up to about a minute


@dataclass(frozen=True, kw_only=True, slots=True)
class CommitMessage:
    """What the message of a commit is made from: a line for people, and trailers for programs."""

    run: str
    new: int = 0
    categories: int = 0
    edited: int = 0
    moved: int = 0
    cleaned_again: int = 0  # written otherwise by a rule of finews, and not edited by anybody

    def text(self, files: int) -> str:
        """Return the whole message of a commit of this many files."""
        new = f"{_plural(self.new, 'new post')} in {_plural(self.categories, 'category')}" if self.new else ""
        cleaned = f"{self.cleaned_again} cleaned again" if self.cleaned_again else ""
        edited = f"{self.edited} edited" if self.edited else ""
        parts = (new, edited, cleaned, f"{self.moved} moved" if self.moved else "")
        counts = {"New": self.new, "Categories": self.categories, "Edited": self.edited, "Moved": self.moved}
        if self.cleaned_again:
            counts["Cleaned-Again"] = self.cleaned_again
        trailers = "".join(f"Finews-{name}: {count}\n" for name, count in counts.items())
        return f"{', '.join(filter(None, parts)) or _plural(files, 'file')}\n\nFinews-Run: {self.run}\n{trailers}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Published:
    """What was committed and pushed of a run's files. The fields are keys of the run's report."""

    files: int = 0  # in the commit; 0: no file had changed, and no commit was made
    commit: str = ""  # the branch's last commit after publishing; "": there was nothing to commit or push
    pushed: bool = False
    trouble: str = ""  # why commits could not be pushed, and what to do
    notes: tuple[str, ...] = ()  # warnings for the site's owner


def publish(
    output: Path,
    files: Iterable[str],
    describe: Callable[[Mapping[str, str]], CommitMessage],
    mode: Literal["commit", "push"],
    *,
    branch: str = "",
    tries: int = TRIES,
    pause: Pause = time.sleep,
) -> Published:
    """Commit the files that changed; with mode `push`, push the commit and those that earlier runs could not push.

    `files` are relative to `output`; some may be unchanged, or deleted. `describe` makes the commit's message from
    {file: git's status letter}. `branch`, if given, is the only one to commit on. Return what was done; a push that
    failed is in its `trouble`. Raise PublishError where the commit failed; the repository is as before then.
    """
    names = sorted(set(files))
    if not names and mode == "commit":
        return Published()
    repository = Repository(output, branch, pause)
    committed = _commit(repository, [repository.prefix + _checked(name) for name in names], describe) if names else 0
    pushed = PushResult()
    if mode == "push":
        try:
            pushed = push(repository, tries)
        except (PublishError, OSError) as error:
            pushed = PushResult(trouble=str(error))
    return Published(
        files=committed,
        commit=(repository.head or "") if committed or pushed.done else "",
        pushed=pushed.done,
        trouble=pushed.trouble,
        notes=pushed.notes,
    )


def _commit(repository: Repository, files: list[str], describe: Callable[[Mapping[str, str]], CommitMessage]) -> int:
    """Commit the files that changed, and return how many they are. What a person has staged stays staged."""
    git = repository.git
    try:
        _check_ignored(repository, files)
        with repository.index() as index:
            commit_index = index.with_name("ours")  # the branch's last commit and these files, without what is staged
            if index.exists():
                commit_index.write_bytes(index.read_bytes())
            if base := repository.head:
                git("read-tree", "-i", "-m", base, index=commit_index)
            else:
                git("read-tree", "--empty", index=commit_index)
            for path in (commit_index, index):
                repository.update(path, files)
            tree = base or git("hash-object", "-t", "tree", "-w", "--stdin")
            changed = _changes(repository, tree, commit_index)
            if changed:
                git("commit", "--quiet", "--file=-", stdin=describe(changed).text(len(changed)), index=commit_index)
    except GitError as error:
        raise commit_error(repository, error) from error
    except OSError as error:
        raise PublishError(f"nothing is committed in {repository.toplevel}: {error}") from error
    return len(changed)


def _changes(repository: Repository, tree: str, index: Path) -> dict[str, str]:
    """Return what the index changes in the tree, as {file relative to the output folder: git's status letter}."""
    options = ("--cached", "--name-status", "--no-renames", "-z")
    fields = iter(repository.git.split("diff-index", *options, tree, index=index))
    return {name.removeprefix(repository.prefix): letter for letter, name in zip(fields, fields, strict=True)}


def _check_ignored(repository: Repository, files: list[str]) -> None:
    """Raise PublishError for files that git ignores.

    Tracked files never count as ignored; but with --index, git reads the whole index for each file, so only those that
    an ignore rule matches are checked with it.
    """
    ignored = files
    try:
        for option in ("--no-index", "--index"):
            ignored = repository.git.split("check-ignore", option, "-z", "--stdin", stdin="\0".join(ignored))
    except GitError as error:
        if error.output:  # it fails and prints nothing when no file is ignored
            raise
        return
    name = safe_line(ignored[0])
    raise PublishError(
        f"{name} is ignored by git, and {len(ignored) - 1} more: git check-ignore -v '{name}' in {repository.toplevel}"
        " shows the rule; remove it, or set FINEWS_PUBLISH=off"
    )


# Parts of git's messages, and what to do then. The first match counts.
_ADVICE = {
    "tell me who you are": "tell git who commits: git config user.name NAME and git config user.email ADDRESS there",
    "ident name": "tell git who commits: git config user.name NAME and git config user.email ADDRESS there",
    ".lock': File exists": "another git process is running there, or was killed; if none runs, delete that file",
    "gpg": "the commit cannot be signed: see git config commit.gpgSign there",
    "No space left": "make room on the disk",
    "ermission": "let this user write there",
}


def commit_error(repository: Repository, error: GitError) -> PublishError:
    """Return why git made no commit, and what to do."""
    advice = next((advice for words, advice in _ADVICE.items() if words in error.output), "")
    if not advice and (hooks := repository.hooks("pre-commit", "prepare-commit-msg", "commit-msg")):
        advice = f"the hook {' or '.join(hooks)} probably refused: fix what it reports, or the hook"
    advice = advice or "fix what git reports, or try git commit there by hand"
    return PublishError(f"nothing is committed in {repository.toplevel}; git said: {error}. {advice}")


def _checked(name: str) -> str:
    """Return the name of a file of the output folder. Raise ValueError for any other path."""
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or ".git" in path.parts or str(path) != name or "\0" in name:
        raise ValueError(f"not a file of the output folder: {name!r}")
    return name


def _plural(count: int, noun: str) -> str:
    plural = f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"
    return f"{count} {noun if count == 1 else plural}"
