"""Commits and pushes in real repositories in a temporary folder; git reads no configuration but theirs and a test's."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from finews_spider.exceptions import PublishError
from finews_spider.publishing import git as git_module
from finews_spider.publishing import push
from finews_spider.publishing.commit import CommitMessage, Published, publish
from finews_spider.publishing.repository import Repository
from tests.support.nonempty import nonempty
from tests.support.trees import MESSAGE, POST, Tree, clone, set_identity

OTHER = "_posts/2026/11/22/2026-11-22-NW202611220000000002.md"
ODD = ["_posts/-2022.md", "a b.md", "--force", "[x]*?.md", '"q"\\.md', "新闻\t\n.md", "\udcff.md", ":(top)x"]


@pytest.fixture(autouse=True)
def person(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    set_identity(tmp_path / "home", monkeypatch)


@pytest.fixture
def site(tmp_path: Path) -> Tree:
    """Return a repository with a commit of a person's."""
    site = Tree(tmp_path / "site")
    site.folder.mkdir()
    site.git("init", "-q")
    site.save("_config.yml")
    return site


@pytest.fixture
def remote(tmp_path: Path, site: Tree) -> Tree:
    """Return a bare repository, the upstream of the site's branch."""
    remote = Tree(tmp_path / "remote.git")
    remote.folder.mkdir()
    remote.git("init", "-q", "--bare")
    site.git("remote", "add", "origin", str(remote.folder))
    site.git("push", "-q", "--set-upstream", "origin", "main")
    return remote


@pytest.fixture
def elsewhere(tmp_path: Path, remote: Tree) -> Tree:
    """Return another clone of the remote, from which somebody else pushes."""
    return clone(remote, tmp_path / "elsewhere")


# What is committed.


def test_the_files_of_a_run_are_one_commit(site: Tree) -> None:
    published = site.commit(site.write(POST), site.write(OTHER))
    assert published == Published(files=2, commit=site.git("rev-parse", "HEAD"))
    assert site.changed() == ["A", POST, "A", OTHER]
    assert len(site.log()) == 2
    assert site.status() == set()


def test_nothing_is_committed_when_nothing_changed(site: Tree) -> None:
    site.commit(site.write(POST))
    before = site.state()
    assert site.commit(POST) == site.commit() == Published()
    assert site.state() == before


def test_a_run_that_wrote_nothing_needs_no_repository(tmp_path: Path) -> None:
    assert Tree(tmp_path / "nowhere").commit() == Published()


def test_what_a_person_has_staged_and_changed_stays_as_it_is(site: Tree) -> None:
    for name in ("index.html", "about.md", "old.md"):
        site.save(name)
    site.write("index.html", "staged")
    site.git("add", "index.html")
    site.write("index.html", "staged, and changed again")
    site.write("about.md", "changed")
    site.git("rm", "-q", "--cached", "old.md")
    site.git("add", site.write("new.md"))
    site.git("add", "--intent-to-add", site.write("intended.md"))
    site.write("untracked.md")
    before = site.status()
    site.commit(site.write(POST))
    assert site.changed() == ["A", POST]
    assert site.status() == before
    assert site.git("show", ":index.html") == "staged"


def test_a_persons_edit_of_a_post_that_this_run_did_not_write_is_not_committed(site: Tree) -> None:
    site.commit(site.write(POST))
    site.write(POST, "by a person")
    site.commit(site.write(OTHER))
    assert site.changed() == ["A", OTHER]
    assert site.status() == {f" M {POST}"}


def test_the_output_folder_may_be_deep_in_the_repository(site: Tree) -> None:
    site.git("add", site.write("web/news/staged.md"))
    site.write(f"web/news/{POST}")
    publish(site.folder / "web" / "news", [POST], lambda _: MESSAGE, "commit")
    assert site.changed() == ["A", f"web/news/{POST}"]
    assert site.status() == {"A  web/news/staged.md"}


def test_files_may_have_any_name(site: Tree) -> None:
    site.write("x", "of a person")
    site.commit(*map(site.write, ODD))
    assert site.files() == {*ODD, "_config.yml"}
    assert site.status() == {"?? x"}


def test_a_post_that_moved_is_a_rename(site: Tree) -> None:
    site.commit(site.write(POST, "a text\n" * 20))
    moved = f"old_post/{Path(POST).name}"
    (site.folder / "old_post").mkdir()
    (site.folder / POST).rename(site.folder / moved)
    site.commit(POST, moved)
    assert site.changed() == ["R100", POST, moved]
    assert site.status() == set()


def test_a_file_that_was_written_and_deleted_is_no_change(site: Tree) -> None:
    assert site.commit("_posts/gone.md") == Published()


def test_the_first_commit_of_a_repository_may_be_ours(tmp_path: Path) -> None:
    site = Tree(tmp_path)
    site.git("init", "-q")
    site.git("add", site.write("index.html"))
    assert site.commit(site.write(POST)).files == 1
    assert site.files() == {POST}
    assert "A  index.html" in site.status()


def test_a_work_tree_of_its_own_has_its_own_branch(site: Tree, tmp_path: Path) -> None:
    site.git("worktree", "add", "-q", "-b", "news", str(tmp_path / "news"))
    news = Tree(tmp_path / "news")
    news.commit(news.write(POST))
    assert news.changed() == ["A", POST]
    assert len(site.log()) == 1


def test_names_outside_the_output_folder_are_refused(site: Tree) -> None:
    for name in ("../x", "/x", "a/../../x", ".git/config", "", "./x"):
        with pytest.raises(ValueError, match="output folder"):
            site.commit(name)


def test_git_variables_of_the_environment_are_ignored(
    site: Tree, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "other"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "index"))
    published = site.commit(site.write(POST))
    monkeypatch.undo()
    assert published.files == 1


@pytest.mark.slow
def test_git_is_never_told_to_repack(site: Tree) -> None:
    for name, value in {"gc.auto": "1", "gc.autoPackLimit": "1", "gc.autoDetach": "false"}.items():
        site.git("config", name, value)
    for count in range(3):
        site.commit(site.write(f"{count}.md"))
        site.git("repack", "-q")
    site.commit(site.write(POST))
    assert len(list(site.folder.glob(".git/objects/pack/*.pack"))) == 3


# The commit's message.


@pytest.mark.parametrize(
    ("message", "line"),
    [
        (CommitMessage(run="R", new=12, categories=5, edited=1), "12 new posts in 5 categories, 1 edited"),
        (CommitMessage(run="R", new=1, categories=1), "1 new post in 1 category"),
        (CommitMessage(run="R", edited=2), "2 edited"),
        (CommitMessage(run="R", new=2, categories=1, moved=30), "2 new posts in 1 category, 30 moved"),
        (CommitMessage(run="R"), "7 files"),
    ],
)
def test_the_first_line_counts_posts(message: CommitMessage, line: str) -> None:
    assert message.text(7).splitlines()[0] == line


def test_trailers_hold_the_same_for_programs(site: Tree) -> None:
    publish(
        site.folder,
        [site.write(POST)],
        lambda _: CommitMessage(run="2026-11-22T21-45-12", new=12, categories=5),
        "commit",
    )
    assert site.git("log", "-1", "--format=%(trailers:only,unfold)").split("\n") == [
        "Finews-Run: 2026-11-22T21-45-12",
        "Finews-New: 12",
        "Finews-Categories: 5",
        "Finews-Edited: 0",
        "Finews-Moved: 0",
        "",
    ]


# Pushing.


def test_a_push_brings_the_commit_to_the_remote(site: Tree, remote: Tree) -> None:
    assert site.push(site.write(POST)) == Published(files=1, commit=remote.git("rev-parse", "main"), pushed=True)
    assert POST in remote.files("main")


def test_a_run_with_nothing_new_pushes_what_an_earlier_one_could_not(site: Tree, remote: Tree) -> None:
    site.commit(site.write(POST))
    assert site.push().pushed
    assert POST in remote.files("main")
    assert site.push() == Published()


def test_a_run_with_nothing_new_leaves_a_persons_commits_to_the_person(site: Tree, remote: Tree) -> None:
    site.save("draft.md")
    assert site.push() == Published()
    assert "draft.md" not in remote.files("main")


@pytest.mark.slow
def test_the_first_push_to_an_empty_remote_makes_the_branch(tmp_path: Path) -> None:
    remote = Tree(tmp_path / "remote.git")
    remote.folder.mkdir()
    remote.git("init", "-q", "--bare")
    site = clone(remote, tmp_path / "site")
    assert site.push() == Published()
    assert site.push(site.write(POST)).pushed
    assert remote.files("main") == {POST}


@pytest.mark.slow
def test_a_branch_may_have_another_name_on_the_remote(site: Tree, remote: Tree) -> None:
    site.git("push", "-q", "--set-upstream", "origin", "main:news")
    site.push(site.write(POST))
    assert POST in remote.files("news")
    assert POST not in remote.files("main")


@pytest.mark.slow
def test_a_refused_push_is_tried_again_on_top_of_what_others_pushed(site: Tree, elsewhere: Tree, remote: Tree) -> None:
    elsewhere.push(elsewhere.write(OTHER, "by another machine"))
    assert site.push(site.write(POST)).pushed
    assert remote.files("main") == {"_config.yml", POST, OTHER}
    assert site.git("rev-parse", "HEAD") == remote.git("rev-parse", "main")
    assert site.read(OTHER) == "by another machine"
    assert site.status() == set()
    assert remote.is_sound()


@pytest.mark.slow
def test_a_clone_without_history_will_do(tmp_path: Path, elsewhere: Tree, remote: Tree) -> None:
    for count in range(3):
        elsewhere.push(elsewhere.write(f"_posts/{count}.md"))
    shallow = Tree(tmp_path / "shallow")
    remote.git("clone", "-q", "--depth=1", f"file://{remote.folder}", str(shallow.folder))
    elsewhere.push(elsewhere.write(OTHER))
    assert shallow.push(shallow.write(POST)).pushed
    assert {POST, OTHER, "_posts/0.md"} <= remote.files("main")
    assert shallow.status() == set()
    assert remote.is_sound()


@pytest.mark.slow
def test_a_persons_uncommitted_changes_survive_a_rebase(site: Tree, elsewhere: Tree) -> None:
    site.save("index.html")
    site.save("about.md")
    site.git("push", "-q")
    elsewhere.git("pull", "-q")
    elsewhere.push(elsewhere.write(OTHER))
    site.git("add", site.write("index.html", "staged"), site.write("new.md"))
    site.write("index.html", "changed again")
    site.write("about.md", "changed")
    site.write("untracked.md")
    before = site.status()
    assert site.push(site.write(POST)) == Published(files=1, commit=site.git("rev-parse", "HEAD"), pushed=True)
    assert site.status() == before
    assert site.git("show", ":index.html") == "staged"
    assert site.read("index.html") == "changed again"
    assert not site.git("stash", "list")


@pytest.mark.slow
def test_a_persons_commits_are_rebased_with_ours(site: Tree, elsewhere: Tree, remote: Tree) -> None:
    elsewhere.push(elsewhere.write(OTHER))
    site.git(
        "-c", "user.name=张三", "commit", "-q", "--allow-empty", "--date=2020-01-01T00:00:00+0800", "-m", "空\n\n正文"
    )
    site.save("about.md")
    author = site.git("log", "-1", "--format=%an %ae %ad %B", "HEAD^")
    assert site.push(site.write(POST)).pushed
    assert remote.log("main")[:2] == ["1 new post in 1 category", "By hand: about.md"]
    assert author not in remote.git("log", "--format=%an %ae %ad %B", "main")  # it changed nothing, so it is left out
    assert remote.is_sound()


@pytest.mark.slow
def test_the_author_and_the_date_of_a_rebased_commit_stay(site: Tree, elsewhere: Tree, remote: Tree) -> None:
    elsewhere.push(elsewhere.write(OTHER))
    site.git("add", site.write("about.md"))
    site.git("-c", "user.name=张三", "commit", "-q", "--date=2020-01-01T00:00:00+0800", "-m", "关于\n\n正文")
    shown = site.git("log", "-1", "--format=%an %ae %ad %B")
    site.push(site.write(POST))
    assert remote.git("log", "-1", "--format=%an %ae %ad %B", "main^") == shown


@pytest.mark.slow
def test_a_post_that_another_machine_pushed_with_the_same_bytes_ends_well(site: Tree, elsewhere: Tree) -> None:
    elsewhere.push(elsewhere.write(POST, "same"))
    published = site.push(site.write(POST, "same"))
    assert (published.pushed, published.notes) == (True, ())
    assert site.log() == ["1 new post in 1 category", "By hand: _config.yml"]
    assert site.status() == set()


@pytest.mark.slow
def test_of_a_post_that_another_machine_pushed_with_other_bytes_the_pushed_one_stays(
    site: Tree, elsewhere: Tree, remote: Tree
) -> None:
    elsewhere.push(elsewhere.write(POST, "theirs"))
    published = site.push(site.write(POST, "ours"), site.write(OTHER))
    assert published.pushed
    assert published.notes == (f"{POST}: the remote has another version, which stays",)
    assert site.read(POST) == "theirs"
    assert remote.git("show", f"main:{POST}") == "theirs"
    assert OTHER in remote.files("main")
    assert site.status() == set()


@pytest.mark.slow
def test_a_post_that_moved_moves_on_top_of_what_others_pushed(site: Tree, elsewhere: Tree, remote: Tree) -> None:
    site.push(site.write(POST, "a text\n" * 20))
    elsewhere.git("pull", "-q")
    elsewhere.push(elsewhere.write(OTHER))
    moved = site.write(f"old_post/{Path(POST).name}", site.read(POST))
    (site.folder / POST).unlink()
    assert site.push(POST, moved).pushed
    assert remote.files("main") == {"_config.yml", OTHER, moved}
    assert site.changed() == ["R100", POST, moved]
    assert site.status() == set()


@pytest.mark.slow
def test_a_post_that_was_deleted_on_the_remote_and_edited_here_is_for_a_person(
    site: Tree, elsewhere: Tree, remote: Tree
) -> None:
    site.push(site.write(POST))
    elsewhere.git("pull", "-q")
    elsewhere.git("rm", "-q", POST)
    elsewhere.git("commit", "-qm", "Away with it")
    elsewhere.git("push", "-q")
    published = site.push(site.write(POST, "edited"))
    assert (published.files, published.pushed) == (1, False)
    assert f"{POST} was changed here and on the remote" in published.trouble
    assert "git pull --rebase" in published.trouble
    assert site.read(POST) == "edited"
    assert site.status() == set()
    assert remote.log("main")[0] == "Away with it"


@pytest.mark.slow
def test_a_persons_commit_that_collides_is_for_the_person(site: Tree, elsewhere: Tree) -> None:
    elsewhere.save("_config.yml", "theirs")
    elsewhere.git("push", "-q")
    site.save("_config.yml", "ours")
    assert "_config.yml was changed here and on the remote" in site.push(site.write(POST)).trouble
    assert site.read("_config.yml") == "ours"


def test_a_merge_of_a_persons_is_not_rebased(site: Tree, elsewhere: Tree) -> None:
    elsewhere.push(elsewhere.write(OTHER))
    site.git("switch", "-q", "-c", "topic")
    site.save("topic.md")
    site.git("switch", "-q", "main")
    site.git("merge", "-q", "--no-ff", "-m", "Merge", "topic")
    published = site.push(site.write(POST))
    assert "there is a merge among the commits" in published.trouble
    assert len(site.log("--merges")) == 1


def test_local_changes_to_files_that_others_pushed_do_not_prevent_publishing(
    site: Tree, elsewhere: Tree, remote: Tree
) -> None:
    elsewhere.save("_config.yml", "theirs")
    elsewhere.git("push", "-q")
    site.write("_config.yml", "in work")
    published = site.push(site.write(POST))
    assert published.pushed
    assert "commit or stash your own changes" in published.notes[0]
    assert site.read("_config.yml") == "in work"
    assert site.status() == {" M _config.yml"}
    assert site.push(site.write(OTHER)).pushed
    assert remote.files("main") == {"_config.yml", POST, OTHER}
    site.git("restore", "_config.yml")
    assert site.push() == Published(commit=remote.git("rev-parse", "main"), pushed=True)
    assert site.read("_config.yml") == "theirs"
    assert site.status() == set()
    assert remote.is_sound()


@pytest.mark.slow
def test_an_untracked_file_of_a_persons_is_not_overwritten(site: Tree, elsewhere: Tree) -> None:
    elsewhere.save("about.md", "theirs")
    elsewhere.git("push", "-q")
    site.write("about.md", "in work")
    assert "about.md" in site.push(site.write(POST)).notes[0]
    assert site.read("about.md") == "in work"
    assert site.status() == {"?? about.md"}


@pytest.mark.slow
def test_a_staged_change_is_not_lost_where_others_pushed_the_same_file(site: Tree, elsewhere: Tree) -> None:
    elsewhere.save("_config.yml", "theirs")
    elsewhere.git("push", "-q")
    site.git("add", site.write("_config.yml", "staged"))
    site.write("_config.yml", "text")
    site.push(site.write(POST))
    assert site.git("show", ":_config.yml") == "staged"
    assert site.read("_config.yml") == "text"


@pytest.mark.slow
def test_it_gives_up_after_some_tries_with_growing_pauses_and_the_next_run_pushes_both(
    site: Tree, elsewhere: Tree, remote: Tree
) -> None:
    pauses: list[float] = []

    def others_push_first(seconds: float) -> None:
        pauses.append(seconds)
        elsewhere.push(elsewhere.write(f"others/{len(pauses)}.md"))

    elsewhere.push(elsewhere.write("others/0.md"))
    fetch = push._fetch

    def fetch_too_early(*arguments: object) -> None:
        fetch(*arguments)  # type: ignore[arg-type]
        others_push_first(0)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(push, "_fetch", fetch_too_early)
        published = site.push(site.write(POST), pause=pauses.append, tries=4)
    assert (published.files, published.pushed) == (1, False)
    assert "others pushed to origin first, 4 times in a row" in published.trouble
    waits = [pause for pause in pauses if pause]
    assert len(waits) == 3
    assert all(1 <= wait / 2**turn < 2 for turn, wait in enumerate(nonempty(waits)))
    assert site.push(site.write(OTHER)).pushed
    assert {POST, OTHER} <= remote.files("main")
    assert remote.log("main")[:2] == ["1 new post in 1 category"] * 2
    assert remote.is_sound()


WRITER = """
import random, sys, time
from pathlib import Path
from finews_spider.publishing.commit import CommitMessage, publish

site, name = Path(sys.argv[1]), sys.argv[2]
pause = lambda seconds: time.sleep(seconds / 100)
for turn in range(20):
    (site / "_posts").mkdir(exist_ok=True)
    (site / "_posts" / f"{name}{turn}.md").write_text(name)
    message = CommitMessage(run=f"{name}{turn}", new=1, categories=1)
    publish(site, [f"_posts/{name}{turn}.md"], lambda _: message, "push", pause=pause)
while publish(site, [], lambda _: CommitMessage(run=name), "push", pause=pause).trouble:
    pass
"""


@pytest.mark.slow
def test_two_machines_racing_to_one_remote_lose_nothing(remote: Tree, tmp_path: Path) -> None:
    sites = [clone(remote, tmp_path / name) for name in "ab"]
    writers = [
        subprocess.Popen([sys.executable, "-W", "error", "-c", WRITER, str(site.folder), site.folder.name])
        for site in sites
    ]
    assert [writer.wait(300) for writer in writers] == [0, 0]
    posts = {f"_posts/{name}{turn}.md" for name in "ab" for turn in range(20)}
    assert remote.files("main") == {"_config.yml", *posts}
    assert len(remote.log("main")) == 41
    assert remote.is_sound()
    assert [site.status() for site in sites] == [set(), set()]


# What is refused before anything is committed; each message says what to do.


def test_no_git(site: Tree, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(PublishError, match="not found on PATH: install it, or set FINEWS_PUBLISH=off"):
        site.commit(POST)


def test_an_old_git(site: Tree, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "git").write_text("#!/bin/sh\necho git version 2.33.1\n")
    (tmp_path / "git").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(PublishError, match=r"2\.33 is too old: finews needs 2\.34 or newer"):
        site.commit(POST)


def test_not_a_repository(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "missing"):
        with pytest.raises(PublishError, match=r"is not in the work tree of a git repository .*git init or git clone"):
            publish(folder, [POST], lambda _: MESSAGE, "commit")


def test_a_detached_head(site: Tree) -> None:
    site.git("switch", "-q", "--detach")
    assert "HEAD is detached), so a commit would be lost: git switch BRANCH" in site.refuses()


def test_a_wrong_branch(site: Tree) -> None:
    site.git("switch", "-q", "-c", "draft")
    with pytest.raises(PublishError, match="on the branch draft, and FINEWS_BRANCH says main: git switch main"):
        site.commit(site.write(POST), branch="main")
    assert len(site.log()) == 1
    assert site.commit(POST, branch="draft").files == 1


@pytest.mark.parametrize(
    ("command", "kind"), [("rebase", "rebase"), ("merge", "merge"), ("cherry-pick", "cherry-pick")]
)
def test_something_in_progress(site: Tree, command: str, kind: str) -> None:
    site.git("switch", "-q", "-c", "topic")
    site.save("_config.yml", "topic")
    site.git("switch", "-q", "main")
    site.save("_config.yml", "main")
    site.git(command, "topic", code=1)
    assert f"a {kind} is in progress in {site.folder}: end it with git {kind} --continue" in site.refuses()


def test_a_patch_in_progress(site: Tree) -> None:
    site.save("a", "theirs")
    patch = site.git("format-patch", "--stdout", "-1")
    site.save("a", "ours")
    site.git("am", "-q", site.write("a.patch", f"{patch}\n"), code=128)
    assert "end it with git am --continue or git am --abort" in site.refuses()


def test_a_damaged_index(site: Tree) -> None:
    site.write(".git/index", "damaged")
    with pytest.raises(PublishError, match=r"looks damaged; git said: .*index.*Repair it until git status works there"):
        site.commit(site.write(POST))


def test_a_repository_of_another_user(site: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    site.write(POST)
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    with pytest.raises(PublishError, match=r"belongs to another user: .* --add safe\.directory"):
        site.commit(POST)


def test_conflicts_that_a_stash_left(site: Tree) -> None:
    site.write("_config.yml", "stashed")
    site.git("stash", "-q")
    site.save("_config.yml", "main")
    site.git("stash", "pop", code=1)
    assert "has conflicts, in _config.yml: resolve them" in site.refuses()


def test_no_identity(site: Tree, tmp_path: Path) -> None:
    (tmp_path / "home" / ".gitconfig").write_text("[user]\nuseConfigOnly = true\n")
    assert "tell git who commits: git config user.name NAME" in site.refuses()


@pytest.mark.parametrize("name", ["pre-commit", "commit-msg"])
def test_a_hook_that_fails(site: Tree, name: str) -> None:
    site.git("add", site.write("staged.md"))
    site.hook(name, "echo 'no posts on Sundays' >&2; exit 1")
    message = site.refuses()
    assert f"the hook {name} probably refused" in message
    assert "no posts on Sundays" in message


@pytest.mark.slow
def test_a_hook_that_does_not_end(site: Tree, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    site.hook("pre-commit", f"trap '' TERM; echo $$ > {tmp_path}/pid; while :; do read -r x < {tmp_path}/fifo; done")
    os.mkfifo(tmp_path / "fifo")
    defaults = git_module.Git.__call__.__kwdefaults__
    assert defaults
    monkeypatch.setitem(defaults, "timeout", 3.0)  # every git of this commit has to be quicker
    assert "no end after 3 seconds" in site.refuses()
    process = Path(f"/proc/{(tmp_path / 'pid').read_text().strip()}")
    deadline = time.monotonic() + 60
    while process.exists() and "State:\tZ" not in (process / "status").read_text() and time.monotonic() < deadline:
        pass
    assert not process.exists() or "State:\tZ" in (process / "status").read_text()


def test_a_hook_that_leaves_a_process_behind_holds_up_nothing(site: Tree, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    site.hook("post-commit", f"cat {tmp_path}/fifo &")
    assert site.commit(site.write(POST)).files == 1
    (tmp_path / "fifo").write_text("end")


def test_an_index_that_another_git_holds(site: Tree) -> None:
    pauses: list[float] = []
    lock = site.folder / ".git" / "index.lock"
    lock.write_bytes(b"DIRC")
    with pytest.raises(
        PublishError, match=r"index\.lock exists: another git process is running .* if none runs, delete that file"
    ):
        site.commit(site.write(POST), pause=pauses.append)
    assert pauses == sorted(pauses)
    assert len(pauses) == 4
    assert site.log() == ["By hand: _config.yml"]
    assert lock.read_bytes() == b"DIRC"


def test_an_index_that_another_git_releases(site: Tree) -> None:
    lock = site.folder / ".git" / "index.lock"
    lock.touch()
    assert site.commit(site.write(POST), pause=lambda _: lock.unlink()).files == 1


def test_a_branch_that_another_git_holds(site: Tree) -> None:
    (site.folder / ".git" / "refs" / "heads" / "main.lock").touch()
    assert "if none runs, delete that file" in site.refuses()


def test_ignored_files(site: Tree) -> None:
    site.save(".gitignore", "/_posts/\n")
    assert f"{POST} is ignored by git, and 1 more" in site.refuses(site.write(POST), site.write(OTHER), site.write("x"))


def test_a_file_that_is_ignored_but_known_to_git_is_committed(site: Tree) -> None:
    site.commit(site.write(POST))
    site.save(".gitignore", "/_posts/\n")
    assert site.commit(site.write(POST, "edited")).files == 1


# Pushes that fail: the commit stays, and the message says what to do.


def failed_push(site: Tree) -> str:
    """Publish with a push that fails, and return why it failed; the commit is there all the same."""
    published = site.push(site.write(POST))
    assert (published.files, published.pushed) == (1, False)
    assert site.log()[0] == "1 new post in 1 category"
    assert site.status() == set()
    assert not list(site.folder.glob(".git/*.lock"))
    return published.trouble


def test_no_remote(site: Tree) -> None:
    assert "git remote add origin ADDRESS, then git push --set-upstream origin main" in failed_push(site)


def test_no_upstream(site: Tree) -> None:
    site.git("remote", "add", "github", "https://site.example/site.git")
    assert "has no upstream to push to: push it once by hand, git push --set-upstream github main" in failed_push(site)


def test_a_remote_that_is_gone(site: Tree, remote: Tree) -> None:
    shutil.rmtree(remote.folder)
    assert "the remote is not at its URL: see git remote -v" in failed_push(site)


def test_no_network(site: Tree, remote: Tree) -> None:
    site.git("remote", "set-url", "origin", "http://user:secret@127.0.0.1:9/site.git")
    trouble = failed_push(site)
    assert "the remote cannot be reached: check the network" in trouble
    assert "secret" not in trouble


@pytest.fixture
def guarded() -> Iterator[str]:
    """Serve 401 for everything; yield the address, without a scheme."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(401)
            self.send_header("WWW-Authenticate", 'Basic realm="site"')
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield f"127.0.0.1:{server.server_port}/site.git"
        server.shutdown()


@pytest.mark.parametrize("who", ["user:se%40cret@", ""])
def test_a_remote_that_refuses_the_credential(site: Tree, remote: Tree, guarded: str, who: str) -> None:
    site.git("remote", "set-url", "origin", f"http://{who}{guarded}")
    trouble = failed_push(site)
    assert "give git a credential that works without a prompt" in trouble
    assert "cret" not in trouble


def test_a_rule_of_the_remote(site: Tree, remote: Tree) -> None:
    remote.hook("pre-receive", "for line in 'review it' 'with two'; do echo $line >&2; done; exit 1")
    trouble = failed_push(site)
    assert "the remote's own rules refuse it" in trouble
    assert "git said: remote: review it; remote: with two; !" in trouble


def test_a_pre_push_hook_that_fails(site: Tree, remote: Tree) -> None:
    site.hook("pre-push", "echo 'not today' >&2; exit 1")
    trouble = failed_push(site)
    assert "the hook pre-push probably refused" in trouble
    assert "not today" in trouble


@pytest.mark.slow
def test_a_history_that_was_rewritten_is_not_brought_back(site: Tree, elsewhere: Tree, remote: Tree) -> None:
    site.push(site.write(OTHER))
    remote.git("config", "receive.denyNonFastForwards", "false")
    elsewhere.git("commit", "-q", "--amend", "-m", "Rewritten")
    elsewhere.git("push", "-qf")
    for _ in range(2):
        assert "its history was rewritten" in site.push(site.write(POST)).trouble
    assert remote.log("main") == ["Rewritten"]
    assert site.log()[0] == "1 new post in 1 category"


def test_a_remote_of_another_site(site: Tree, remote: Tree) -> None:
    site.git("switch", "-q", "--orphan", "other")
    site.save("other.md")
    site.git("push", "-qf", "origin", "other:main")
    site.git("switch", "-q", "main")
    site.git("fetch", "-q")
    assert "no common history" in failed_push(site)


@pytest.mark.slow
def test_an_unpushed_commit_is_pushed_with_the_next_when_the_remote_accepts_again(site: Tree, remote: Tree) -> None:
    remote.hook("pre-receive", "exit 1")
    failed_push(site)
    (remote.folder / "hooks" / "pre-receive").unlink()
    assert site.push(site.write(OTHER)).pushed
    assert {POST, OTHER} <= remote.files("main")
    assert len(remote.log("main")) == 3


# Runs that were killed at the worst moments.

KILLED = """
import sys
from pathlib import Path
from finews_spider.publishing.commit import CommitMessage, publish
publish(Path(sys.argv[1]), sys.argv[2:], lambda _: CommitMessage(run="killed"), "push")
"""


@pytest.mark.slow
def test_a_run_that_was_killed_after_its_commit_is_completed_by_the_next(site: Tree, remote: Tree) -> None:
    site.git("add", site.write("staged.md"))
    site.hook("post-commit", 'read -r _ _ _ python _ < /proc/$PPID/stat; kill -9 "$python"')
    done = subprocess.run([sys.executable, "-c", KILLED, str(site.folder), site.write(POST)], check=False)
    assert done.returncode == -9
    assert (site.folder / ".git" / "index.lock").exists()
    (site.folder / ".git" / "hooks" / "post-commit").unlink()
    published = site.push(POST)
    assert (published.files, published.pushed) == (0, True)
    assert not list(site.folder.glob(".git/*finews*")) + list(site.folder.glob(".git/*.lock"))
    assert site.status() == {"A  staged.md"}
    assert len(remote.log("main")) == 2
    assert remote.is_sound()


@pytest.mark.slow
@pytest.mark.parametrize("half_way", [False, True])
def test_a_run_that_was_killed_after_its_push_is_completed_by_the_next(
    site: Tree, elsewhere: Tree, remote: Tree, monkeypatch: pytest.MonkeyPatch, half_way: bool
) -> None:
    elsewhere.save("_config.yml", "theirs")
    elsewhere.push(elsewhere.write(OTHER, "theirs"))

    def killed(*_: object) -> str:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):  # noqa: PT012
        patch.setattr(push, "_update_local", killed)
        site.push(site.write(POST))
    if half_way:  # through the work tree
        site.write(OTHER, "theirs")
        site.write("_config.yml", "theirs")
    site.git("remote", "set-url", "origin", "/nowhere")  # everything is pushed, so the remote is not contacted
    assert site.push() == Published(commit=remote.git("rev-parse", "main"), pushed=True)
    assert site.status() == set()
    assert site.read(OTHER) == site.read("_config.yml") == "theirs"
    assert remote.is_sound()


def test_nobody_else_commits_while_finews_does(site: Tree) -> None:
    site.write("other.md")
    site.hook("pre-commit", "unset GIT_INDEX_FILE; ! git add other.md")
    assert site.commit(site.write(POST)).files == 1
    assert site.status() == {"?? other.md"}


def test_an_index_that_cannot_be_written_is_completed_by_the_next_run(
    site: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise PublishError("full")

    with monkeypatch.context() as patch, pytest.raises(PublishError):  # noqa: PT012
        patch.setattr(Repository, "_replace", full)
        site.commit(site.write(POST))
    assert site.commit(POST).files == 0
    assert site.status() == set()
