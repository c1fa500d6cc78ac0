"""Pushing: what others have pushed meanwhile comes first, then our commits, one after the other."""

import random
import re
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from finews_spider.exceptions import PublishError
from finews_spider.printable import safe_line
from finews_spider.publishing.git import REMOTE_TIMEOUT, GitError
from finews_spider.publishing.repository import Repository

RUN = "Finews-Run"  # the trailer that marks finews's own commits

# Of what git says about a push: another one was quicker, ours may go through when it is based on that.
_QUICKER = re.compile(
    r"\[(?:remote )?rejected\] \((?:fetch first|non-fast-forward|needs force|failed to lock|reference already exists"
    r"|[^)]*(?:lock|update) ref|incorrect old value)"
)
# Of what git says about a remote: what to do. The first that fits.
_ADVICE = {
    r"\[remote rejected\]|protected branch|hook declined": "the remote's own rules refuse it: see its settings",
    r"Authentication failed|could not read (?:Username|Password)|Permission|denied|error: 40[13]|publickey|Host key": (
        "the remote does not accept who asks: give git a credential that works without a prompt, and may write"
    ),
    r"Could not resolve|ailed to connect|Connection|timeout|timed out|no end after|hung up|early EOF|reset by peer": (
        "the remote cannot be reached: look at the network"
    ),
    r"not found|does not appear|does not exist|No such|not a git repository": (
        "the remote is not where git looks for it: git remote -v there; git remote set-url if it has moved"
    ),
    r"rejected\] .*non-fast-forward": (
        "its history was rewritten: look at it, then git fetch, and git rebase or git reset --keep onto it"
    ),
}


class Push(NamedTuple):
    """What became of it."""

    done: bool = False
    trouble: str = ""
    notes: tuple[str, ...] = ()


class Upstream(NamedTuple):
    """The branch that ours follows: the remote's name, its branch there, and what is known of it here."""

    remote: str
    branch: str
    known: str


class Rebased(NamedTuple):
    """Our commits on top of others', and the files of which the others' version stayed."""

    tip: str
    theirs: list[str]


@dataclass(frozen=True, slots=True)
class Commit:
    """What stays of a commit when it gets another parent."""

    id: str
    parent: str
    author: dict[str, str]
    is_ours: bool
    message: str


def push(repository: Repository, tries: int) -> Push:
    """Push the branch when there are commits of finews's to push. Raises PublishError where that does not end well."""
    if not repository.head:
        return Push()
    upstream = _upstream(repository)
    try:
        if not _waiting(repository, upstream):
            return Push()
        for turn in range(tries):
            if turn:
                repository.pause(2**turn * random.uniform(0.5, 1.0))  # noqa: S311
                _fetch(repository, upstream)
            done = _try(repository, upstream)
            if done:
                return done
    except GitError as error:
        raise PublishError(_trouble(repository, upstream, error)) from error
    raise PublishError(
        f"not pushed: {tries} times another push to {upstream.remote} was quicker; the next run tries again"
    )


def _upstream(repository: Repository) -> Upstream:
    form = "%(upstream:remotename)%00%(upstream:remoteref)%00%(upstream)"
    name = repository.branch.removeprefix("refs/heads/")
    found = repository.git("for-each-ref", f"--format={form}", repository.branch).split("\0")
    if not all(found) or len(found) < 3:
        remote, _, _ = repository.git("remote").partition("\n")
        add = "" if remote else "git remote add origin ADDRESS, then "
        raise PublishError(
            f"not pushed: the branch {name} of {repository.where} has no upstream to push to: push it once by hand,"
            f" {add}git push --set-upstream {remote or 'origin'} {name}, or set FINEWS_PUBLISH=commit"
        )
    return Upstream(*found)


def _waiting(repository: Repository, upstream: Upstream) -> bool:
    """Whether a commit of finews's is not known to be pushed. Those of a person alone are theirs to push."""
    not_theirs = [f"^{known}"] if (known := repository.commit(upstream.known)) else []
    form = f"--format=%(trailers:key={RUN},valueonly)"
    return bool(repository.git("log", form, repository.branch, *not_theirs, "--").strip())


def _fetch(repository: Repository, upstream: Upstream) -> None:
    """No + before the branch and no configured ones: a history that was rewritten is not taken without a word."""
    options = ("--no-tags", "--no-write-fetch-head", "--recurse-submodules=no", "--refmap=")
    repository.git("fetch", *options, upstream.remote, f"{upstream.branch}:{upstream.known}", seconds=REMOTE_TIMEOUT)


def _try(repository: Repository, upstream: Upstream) -> Push | None:
    """Push once; None when another push was quicker."""
    git = repository.git
    head, known = repository.head, repository.commit(upstream.known)
    assert head
    rebased = _rebase(repository, known, head)
    if rebased.tip != known:
        try:
            git("push", "--porcelain", upstream.remote, f"{rebased.tip}:{upstream.branch}", seconds=REMOTE_TIMEOUT)
        except GitError as error:
            if _QUICKER.search(error.said):
                return None
            raise
    notes = [f"{safe_line(name)}: the remote has another version, which stays" for name in rebased.theirs]
    if rebased.tip != head and (behind := _follow(repository, head, rebased.tip)):
        notes.append(behind)
    return Push(done=True, notes=tuple(notes))


def _rebase(repository: Repository, onto: str | None, head: str) -> Rebased:
    """Our commits on top of `onto`, made without work tree and index, so that nobody's work is in the way."""
    git = repository.git
    if onto is None or git.has("merge-base", "--is-ancestor", onto, head):
        return Rebased(head, [])
    lines = git("rev-list", "--reverse", "--topo-order", "--parents", f"{onto}..{head}").splitlines()
    if any(len(line.split()) == 1 for line in lines):
        raise PublishError(
            f"not pushed: {repository.where} and its remote have no history in common: clone the remote anew, and"
            " set FINEWS_OUTPUT to the clone"
        )
    if any(len(line.split()) > 2 for line in lines):
        raise PublishError(
            f"not pushed: there is a merge among the commits of {repository.where} that are not pushed yet, and"
            " others have pushed meanwhile: git pull --no-rebase and git push there, by hand"
        )
    theirs: list[str] = []
    with repository.index() as index:
        for line in lines:
            commit = _commit(repository, line.split()[0])
            onto = _pick(repository, commit, onto, index.with_name(commit.id), theirs)
    return Rebased(onto, theirs)


def _commit(repository: Repository, id_: str) -> Commit:
    form = f"%P%x00%an%x00%ae%x00%ad%x00%(trailers:key={RUN},valueonly)%x00%B"
    shown = repository.git("show", "--no-patch", "--date=raw", f"--format={form}", id_)
    parent, name, email, date, run, message = shown.split("\0")
    author = {"GIT_AUTHOR_NAME": name, "GIT_AUTHOR_EMAIL": email, "GIT_AUTHOR_DATE": date}
    return Commit(id_, parent, author, bool(run.strip()), message)


def _pick(repository: Repository, commit: Commit, onto: str, index: Path, theirs: list[str]) -> str:
    """The commit with `onto` as its parent; `onto` itself when that has all of it already. `index` is made for it."""
    git = repository.git
    git("read-tree", "-i", "-m", "--aggressive", commit.parent, onto, commit.id, index=index)
    theirs += _take_theirs(repository, commit, index)
    tree = git("write-tree", index=index)
    if tree == git("rev-parse", f"{onto}^{{tree}}"):
        return onto
    return git("commit-tree", tree, "-p", onto, "-F", "-", given=commit.message, environment=commit.author)


def _take_theirs(repository: Repository, commit: Commit, index: Path) -> list[str]:
    """Where both sides wrote a file of finews's: what is published stays. Whatever else collides is for a person."""
    git = repository.git
    stages: dict[str, dict[str, str]] = {}
    for entry in git.names("ls-files", "--unmerged", "-z", index=index):
        mode_and_id, _, name = entry.partition("\t")
        stages.setdefault(name, {})[mode_and_id[-1]] = mode_and_id[:-2]
    for name, stage in stages.items():
        if not commit.is_ours or not {"2", "3"} <= set(stage):
            raise PublishError(
                f"not pushed: {safe_line(name)} was changed here and on the remote, each in its own way: git pull"
                f" --rebase in {repository.where}, resolve it, then git push"
            )
    entries = (f"0 {'0' * 40}\t{name}\0{stage['2']} 0\t{name}\0" for name, stage in stages.items())
    git("update-index", "-z", "--index-info", given="".join(entries), index=index)
    return list(stages)


def _follow(repository: Repository, old: str, new: str) -> str:
    """Bring index, work tree and branch to what was pushed. Says what is in the way, if anything is; then all stays.

    A person's changes to other files stay as they are, staged ones staged. A run that was killed half-way through
    is no trouble: files that are as they should be already are taken for that.
    """
    git = repository.git
    names = ("--name-only", "--no-renames", "-z")
    try:
        with repository.index() as index:
            changed = set(git.names("diff-tree", "-r", *names, old, new))
            staged = set(git.names("diff-index", "--cached", *names, old, index=index))
            repository.update(index, sorted(changed - staged))
            git("read-tree", "-m", "-u", old, new, index=index)
        git("update-ref", "-m", "finews: on top of what others pushed", repository.branch, new, old)
    except (GitError, PublishError) as error:
        return (
            f"pushed, but {repository.where} does not have yet what others have pushed; commit or stash your own"
            f" changes there, then git pull --rebase ({error})"
        )
    return ""


def _trouble(repository: Repository, upstream: Upstream, error: GitError) -> str:
    advice = next((advice for pattern, advice in _ADVICE.items() if re.search(pattern, error.said)), "")
    if not advice and repository.hooks("pre-push"):
        advice = "the hook pre-push refused, it seems: mend what it says, or the hook"
    return (
        f"not pushed to {upstream.remote}, the next run tries again; git said: {error}."
        f" {advice or f'Try git push in {repository.where} by hand'}"
    )
