"""`push`: push finews's commits, rebased without the work tree when others have pushed meanwhile."""

import random
import re
from typing import NamedTuple

from finews_spider.exceptions import PublishError
from finews_spider.printable import safe_line
from finews_spider.publishing.git import REMOTE_TIMEOUT, GitError
from finews_spider.publishing.rebase import RUN, rebase
from finews_spider.publishing.repository import Repository

# git's messages for a push that was refused because the remote has newer commits, or is being pushed to.
_REMOTE_IS_AHEAD = re.compile(
    r"\[(?:remote )?rejected\] \((?:fetch first|non-fast-forward|needs force|failed to lock|reference already exists"
    r"|[^)]*(?:lock|update) ref|incorrect old value)"
)
# Patterns of git's messages about a remote, and what to do then. The first match counts.
_ADVICE = {
    r"\[remote rejected\]|protected branch|hook declined": "the remote's own rules refuse it: see its settings",
    r"Authentication failed|could not read (?:Username|Password)|Permission|denied|error: 40[13]|publickey|Host key": (
        "the remote refuses the credential: give git a credential that works without a prompt, and may write"
    ),
    r"Could not resolve|ailed to connect|Connection|timeout|timed out|no end after|hung up|early EOF|reset by peer": (
        "the remote cannot be reached: check the network"
    ),
    r"not found|does not appear|does not exist|No such|not a git repository": (
        "the remote is not at its URL: see git remote -v there; git remote set-url if it has moved"
    ),
    r"rejected\] .*non-fast-forward": (
        "its history was rewritten: review that, then git fetch, and git rebase or git reset --keep onto it"
    ),
}


_BEHIND = "pushed, but"  # so a warning begins where the work tree could not follow


class PushResult(NamedTuple):
    """Whether commits were pushed, why not, and warnings."""

    done: bool = False
    trouble: str = ""
    notes: tuple[str, ...] = ()


class Upstream(NamedTuple):
    """The branch that ours is pushed to: the remote's name, the ref there, and the remote-tracking ref here."""

    remote: str
    branch: str
    tracking: str


def push(repository: Repository, tries: int) -> PushResult:
    """Push the branch if it has commits of finews's that are not pushed. Raise PublishError where that fails."""
    if not repository.head:
        return PushResult()
    upstream = upstream_of(repository)
    try:
        if not _has_unpushed(repository, upstream):
            return PushResult()
        for attempt in range(tries):
            if attempt:
                repository.pause(2**attempt * random.uniform(0.5, 1.0))  # noqa: S311
                _fetch(repository, upstream)
            result = _try_push(repository, upstream)
            if result:
                return result
    except GitError as error:
        raise PublishError(_trouble(repository, upstream, error)) from error
    raise PublishError(
        f"not pushed: others pushed to {upstream.remote} first, {tries} times in a row; the next run tries again"
    )


def catch_up(repository: Repository, tries: int) -> tuple[str, ...]:
    """Bring the branch up to what others have pushed, and push finews's commits that are not. A person's stay here.

    Return warnings. Raise PublishError where that fails, and where the work tree cannot follow.
    """
    upstream = upstream_of(repository)
    try:
        _fetch(repository, upstream)
        is_pushed = not _has_unpushed(repository, upstream)
        notes = _follow(repository, upstream) if is_pushed else push(repository, tries).notes
    except GitError as error:
        raise PublishError(_trouble(repository, upstream, error)) from error
    if behind := [note for note in notes if note.startswith(_BEHIND)]:
        raise PublishError(behind[0])
    return notes


def _follow(repository: Repository, upstream: Upstream) -> tuple[str, ...]:
    """Put what a person has committed, if anything, on top of the upstream; return a warning where that fails."""
    head = repository.head
    tip = rebase(repository, repository.commit(upstream.tracking), head).tip if head else None
    warning = _update_local(repository, head, tip) if head and tip and tip != head else ""
    return (warning,) if warning else ()


def upstream_of(repository: Repository) -> Upstream:
    """Return the branch's upstream. Raise PublishError where it has none."""
    form = "%(upstream:remotename)%00%(upstream:remoteref)%00%(upstream)"
    name = repository.branch.removeprefix("refs/heads/")
    fields = repository.git("for-each-ref", f"--format={form}", repository.branch).split("\0")
    if not all(fields) or len(fields) < 3:
        remote, _, _ = repository.git("remote").partition("\n")
        add = "" if remote else "git remote add origin ADDRESS, then "
        raise PublishError(
            f"not pushed: the branch {name} of {repository.toplevel} has no upstream to push to: push it once by hand,"
            f" {add}git push --set-upstream {remote or 'origin'} {name}, or set FINEWS_PUBLISH=commit"
        )
    return Upstream(*fields)


def _has_unpushed(repository: Repository, upstream: Upstream) -> bool:
    """Return whether a commit of finews's is not pushed. A person's commits alone are left to the person to push."""
    pushed = [f"^{commit}"] if (commit := repository.commit(upstream.tracking)) else []
    form = f"--format=%(trailers:key={RUN},valueonly)"
    return bool(repository.git("log", form, repository.branch, *pushed, "--").strip())


def _fetch(repository: Repository, upstream: Upstream) -> None:
    """Fetch the upstream branch. Fail where its history was rewritten: the refspec has no +, and no other is used."""
    options = ("--no-tags", "--no-write-fetch-head", "--recurse-submodules=no", "--refmap=")
    refspec = f"{upstream.branch}:{upstream.tracking}"
    repository.git("fetch", *options, upstream.remote, refspec, timeout=REMOTE_TIMEOUT)


def _try_push(repository: Repository, upstream: Upstream) -> PushResult | None:
    """Rebase and push once; return None when others pushed first."""
    git = repository.git
    head, remote_head = repository.head, repository.commit(upstream.tracking)
    assert head
    rebased = rebase(repository, remote_head, head)
    if rebased.tip != remote_head:
        try:
            git("push", "--porcelain", upstream.remote, f"{rebased.tip}:{upstream.branch}", timeout=REMOTE_TIMEOUT)
        except GitError as error:
            if _REMOTE_IS_AHEAD.search(error.output):
                return None
            raise
    notes = [f"{safe_line(name)}: the remote has another version, which stays" for name in rebased.theirs]
    if rebased.tip != head and (warning := _update_local(repository, head, rebased.tip)):
        notes.append(warning)
    return PushResult(done=True, notes=tuple(notes))


def _update_local(repository: Repository, old: str, new: str) -> str:
    """Bring index, work tree and branch from `old` to `new`, which was pushed; return a warning where that fails.

    A person's changes to other files stay as they are, staged ones staged. After a failure all is as before. It goes on
    where a run that was killed left off: files that have their new content already are no obstacle.
    """
    git = repository.git
    options = ("--name-only", "--no-renames", "-z")
    try:
        with repository.index() as index:
            changed = set(git.split("diff-tree", "-r", *options, old, new))
            staged = set(git.split("diff-index", "--cached", *options, old, index=index))
            repository.update(index, sorted(changed - staged))
            git("read-tree", "-m", "-u", old, new, index=index)
        git("update-ref", "-m", "finews: rebase", repository.branch, new, old)
    except (GitError, PublishError) as error:
        return (
            f"{_BEHIND} {repository.toplevel} does not have yet what others have pushed; commit or stash your own"
            f" changes there, then git pull --rebase ({error})"
        )
    return ""


def _trouble(repository: Repository, upstream: Upstream, error: GitError) -> str:
    advice = next((advice for pattern, advice in _ADVICE.items() if re.search(pattern, error.output)), "")
    if not advice and repository.hooks("pre-push"):
        advice = "the hook pre-push probably refused: fix what it reports, or the hook"
    return (
        f"not pushed to {upstream.remote}, the next run tries again; git said: {error}."
        f" {advice or f'Try git push in {repository.toplevel} by hand'}"
    )
