"""Commits put on top of what others have pushed, without the work tree, where a person may have work in progress."""

from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from finews_spider.exceptions import PublishError
from finews_spider.printable import safe_line
from finews_spider.publishing.entries import LISTS, merged
from finews_spider.publishing.repository import Repository

RUN = "Finews-Run"  # the trailer that marks finews's own commits


class Rebased(NamedTuple):
    """The last of our commits after a rebase, and the files of which the remote's version was kept."""

    tip: str
    theirs: list[str]


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit that is rebased; all but its parent stays."""

    id: str
    parent: str
    author: dict[str, str]  # as git's environment variables
    is_ours: bool  # made by finews, and not by a person
    message: str


def rebase(repository: Repository, onto: str | None, head: str) -> Rebased:
    """Rebase our commits onto `onto` without touching work tree and index, where a person may have work in progress.

    Raise PublishError where there is a conflict, a merge, or no common history.
    """
    git = repository.git
    if onto is None or git.succeeds("merge-base", "--is-ancestor", onto, head):
        return Rebased(head, [])
    lines = git("rev-list", "--reverse", "--topo-order", "--parents", f"{onto}..{head}").splitlines()
    if any(len(line.split()) == 1 for line in lines):
        raise PublishError(
            f"not pushed: {repository.toplevel} and its remote have no common history: clone the remote anew, and"
            " set FINEWS_OUTPUT to the clone"
        )
    if any(len(line.split()) > 2 for line in lines):
        raise PublishError(
            f"not pushed: there is a merge among the commits of {repository.toplevel} that are not pushed yet, and"
            " others have pushed meanwhile: git pull --no-rebase and git push there, by hand"
        )
    theirs: list[str] = []
    with repository.index() as index:
        for line in lines:
            commit = _read_commit(repository, line.split()[0])
            onto = _cherry_pick(repository, commit, onto, index.with_name(commit.id), theirs)
    return Rebased(onto, theirs)


def _read_commit(repository: Repository, id_: str) -> Commit:
    form = f"%P%x00%an%x00%ae%x00%ad%x00%(trailers:key={RUN},valueonly)%x00%B"
    shown = repository.git("show", "--no-patch", "--date=raw", f"--format={form}", id_)
    parent, name, email, date, run, message = shown.split("\0")
    author = {"GIT_AUTHOR_NAME": name, "GIT_AUTHOR_EMAIL": email, "GIT_AUTHOR_DATE": date}
    return Commit(id_, parent, author, bool(run.strip()), message)


def _cherry_pick(repository: Repository, commit: Commit, onto: str, index: Path, theirs: list[str]) -> str:
    """Return the id of the commit on top of `onto`, or `onto` if it changes nothing there; add kept files to `theirs`.

    `index` is a path for a temporary index.
    """
    git = repository.git
    git("read-tree", "-i", "-m", "--aggressive", commit.parent, onto, commit.id, index=index)
    theirs += _keep_theirs(repository, commit, index)
    tree = git("write-tree", index=index)
    if tree == git("rev-parse", f"{onto}^{{tree}}"):
        return onto
    return git("commit-tree", tree, "-p", onto, "-F", "-", stdin=commit.message, environment=commit.author)


def _keep_theirs(repository: Repository, commit: Commit, index: Path) -> list[str]:
    """Resolve conflicts in files of finews's, and return those of which the remote's version was kept.

    Lists of entries get those of both. Raise PublishError for any other conflict, which a person has to resolve.
    """
    git = repository.git
    stages: dict[str, dict[str, str]] = {}
    for entry in git.split("ls-files", "--unmerged", "-z", index=index):
        mode_and_id, _, name = entry.partition("\t")
        stages.setdefault(name, {})[mode_and_id[-1]] = mode_and_id[:-2]
    lists = {name: stage for name, stage in stages.items() if LISTS.fullmatch(name.removeprefix(repository.prefix))}
    for name, stage in stages.items():
        if not commit.is_ours or not {"2", "3"} <= set(stage):
            raise PublishError(
                f"not pushed: {safe_line(name)} was changed here and on the remote in different ways: git pull"
                f" --rebase in {repository.toplevel}, resolve the conflict, then git push"
            )
        if name in lists:
            stage["2"] = _of_both(repository, stage)
    entries = (f"0 {'0' * 40}\t{name}\0{stage['2']} 0\t{name}\0" for name, stage in stages.items())
    git("update-index", "-z", "--index-info", stdin="".join(entries), index=index)
    return [name for name in stages if name not in lists]


def _of_both(repository: Repository, stage: dict[str, str]) -> str:
    """Return mode and id of a list with the entries of both sides."""
    mode = stage["2"].partition(" ")[0]
    base, theirs, ours = (_text(repository, stage[number]) if number in stage else "" for number in "123")
    return f"{mode} {repository.git('hash-object', '-w', '--stdin', stdin=merged(base, ours, theirs))}"


def _text(repository: Repository, mode_and_id: str) -> str:
    data = repository.git.data("cat-file", "blob", mode_and_id.split()[1]) or b""
    return data.decode("utf-8", "surrogateescape")
