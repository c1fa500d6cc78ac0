"""Publishing at the end of a run: crawls into real repositories, and what is committed and pushed then."""

import re
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from finews_spider.archive import category_pages, edited
from finews_spider.commands.skeleton import copy_site
from finews_spider.exceptions import ConfigurationError
from finews_spider.exit_codes import ExitCode, verdict
from finews_spider.newsroom.server import Newsroom
from finews_spider.newsroom.world import World
from tests.conftest import Site, TimedSite, held
from tests.support.built import build
from tests.support.forks import Process
from tests.support.nonempty import nonempty
from tests.support.settings import config
from tests.support.trees import Tree, clone, set_identity
from tests.support.whole import whole

pytestmark = pytest.mark.slow

COMMIT, PUSH, OFF = ({"FINEWS_PUBLISH": mode} for mode in ("commit", "push", "off"))
RUNS = whole(50, 26)
HALF = World(articles=60).time(30)  # when half of the newsroom's stories are out
MAX_WAIT = 45  # seconds; the hook takes 60


@pytest.fixture(autouse=True)
def person(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    set_identity(tmp_path / "home", monkeypatch)


@pytest.fixture
def tree(site: Site) -> Tree:
    """Return the output folder as a repository with a commit of a person's."""
    return repository(site.output)


def repository(folder: Path) -> Tree:
    tree = Tree(folder)
    folder.mkdir(exist_ok=True)
    tree.git("init", "-q")
    tree.save("_config.yml", "title: 新闻\n")
    return tree


@pytest.fixture
def remote(tree: Tree, tmp_path: Path) -> Tree:
    """Return a bare repository, the upstream of the site's branch."""
    remote = Tree(tmp_path / "remote.git")
    remote.folder.mkdir()
    remote.git("init", "-q", "--bare")
    tree.git("remote", "add", "origin", str(remote.folder))
    tree.git("push", "-q", "--set-upstream", "origin", "main")
    return remote


def wait_for_posts(site: Site, crawl: Process, posts: int) -> None:
    """Wait until the crawl has written this many posts."""
    while crawl.poll() is None and len(site.posts()) < posts:
        time.sleep(0.005)


@pytest.fixture
def slow(site: Site) -> Iterator[Site]:
    """Delay articles, so that a signal comes before the last of them."""
    site.room.answer("share", "/", headers={}, delay=0.05)
    yield site
    site.room.clear()


SLOWLY = {**COMMIT, "CONCURRENT_REQUESTS_PER_DOMAIN": "2"}


def pages(site: Site) -> set[str]:
    return {str(path.relative_to(site.output)) for path in site.output.glob("*/*.html")}


def check_all_is_published(site: Site, tree: Tree) -> None:
    assert tree.status() == set()
    assert tree.files() == {"_config.yml", *site.posts(), *pages(site)}


# Commits.


def test_a_run_is_one_commit_that_counts_its_posts(site: Site, tree: Tree) -> None:
    ran = site.crawl(settings=COMMIT)
    assert ran.code == 0
    check_all_is_published(site, tree)
    slugs = {category_pages.of(site.output / post) for post in site.posts()}
    line, _ = tree.log()
    assert line == f"{len(site.posts())} new posts in {len(slugs)} categories"
    trailers = tree.git("log", "-1", "--format=%(trailers)").splitlines()
    assert f"Finews-Run: {site.report()['run']}" in trailers
    assert f"Finews-New: {len(site.posts())}" in trailers


def test_the_report_and_the_summary_show_the_commit(site: Site, tree: Tree) -> None:
    ran = site.crawl(settings=COMMIT)
    head, files = tree.git("rev-parse", "HEAD"), len(tree.changed()) // 2
    assert site.report()["published"] == {"files": files, "commit": head, "pushed": False, "trouble": "", "notes": []}
    assert f"published: {files} files in commit {head[:10]}, not pushed" in ran.out


def test_nothing_new_is_no_commit(site: Site, tree: Tree) -> None:
    site.crawl(settings=COMMIT)
    before = tree.state()
    ran = site.crawl(settings=COMMIT)
    assert ran.code == 0
    assert tree.state() == before
    assert "published" not in ran.out


def test_what_a_person_has_staged_and_changed_stays_as_it_is(site: Site, tree: Tree) -> None:
    tree.save("about.md")
    tree.git("add", tree.write("staged.md"))
    tree.write("about.md", "changed")
    tree.write("_posts/draft.md")
    before = tree.status()
    assert site.crawl(settings=COMMIT).code == 0
    assert tree.status() == before
    assert "staged.md" not in tree.files()


def test_a_persons_edit_of_a_post_that_is_published_is_left_to_the_person(site: Site, tree: Tree) -> None:
    site.room.now = HALF
    site.crawl(settings=COMMIT)
    post = tree.write(min(site.posts()), "by a person")
    site.room.now = None
    assert site.crawl(settings=COMMIT).code == 0
    assert len(tree.log()) == 3
    assert tree.status() == {f" M {post}"}


def test_an_edited_post_is_counted_as_edited(site: Site, tree: Tree) -> None:
    site.crawl(settings=COMMIT)
    post = max(site.posts())
    path = site.output / post
    tree.save(post, path.read_text("utf-8").replace("</p>", "，有误。</p>", 1))
    site.crawl("refresh=10000", settings=COMMIT)
    assert tree.log()[0] == "1 edited"
    assert tree.changed() == ["M", post]


def test_a_site_that_tells_of_edits_is_told_in_the_same_commit_until_the_post_moves(site: Site, tree: Tree) -> None:
    tree.save(edited.FILE, "# Mine\n")
    site.crawl(settings=COMMIT)
    post = max(site.posts())
    tree.save(post, (site.output / post).read_text("utf-8").replace("</p>", "，有误。</p>", 1))
    site.crawl("refresh=10000", settings=COMMIT)
    assert tree.log()[0] == "1 edited"
    assert tree.changed() == ["M", edited.FILE, "M", post]
    assert re.fullmatch(rf'# Mine\n"{Path(post).stem[11:]}": "\d{{4}}-[\d :-]+ \+0800"\n', tree.read(edited.FILE))
    site.crawl(settings={**COMMIT, "FINEWS_KEEP_DAYS": "30"})
    assert tree.read(edited.FILE) == "# Mine\n"
    assert edited.FILE in tree.changed()


def test_publishing_that_is_switched_on_later_brings_what_nobody_committed(site: Site, tree: Tree) -> None:
    site.room.now = HALF
    site.crawl(settings=OFF)
    assert tree.log() == ["By hand: _config.yml"]
    assert site.report()["published"] is None
    by_hand = min(site.posts())
    tree.git("add", by_hand)
    tree.git("commit", "-qm", "By hand")
    site.room.now = None
    site.crawl(settings=COMMIT)
    check_all_is_published(site, tree)
    assert tree.log()[0].startswith(f"{len(site.posts()) - 1} new posts")


def test_a_branch_that_is_not_the_right_one_gets_no_commit(site: Site, tree: Tree) -> None:
    ran = site.crawl(settings={**COMMIT, "FINEWS_BRANCH": "pages"})
    assert ran.code == ExitCode.UNPUBLISHED
    assert "not published: " in ran.out
    assert "git switch pages" in ran.out
    assert site.posts()
    tree.git("switch", "-qc", "pages")
    assert site.crawl(settings={**COMMIT, "FINEWS_BRANCH": "pages"}).code == 0
    check_all_is_published(site, tree)


def test_without_a_repository_the_posts_are_safe(site: Site) -> None:
    ran = site.crawl(settings=COMMIT)
    assert ran.code == ExitCode.UNPUBLISHED
    assert "git init" in ran.out
    assert ran.out.count("git init") == 1
    assert site.posts()


# Runs that end before their time.


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_what_a_run_wrote_that_did_not_come_to_its_end_is_published(
    slow: Site, tree: Tree, world: World, how: signal.Signals
) -> None:
    with held(slow.room, world):
        crawl = slow.start(settings=SLOWLY)
        wait_for_posts(slow, crawl, 10)
        crawl.send_signal(how)
    code = slow.end_of(crawl).code
    written = slow.posts()
    assert {category_pages.path(category_pages.of(slow.output / post)) for post in written} <= pages(slow)
    if how is signal.SIGKILL:
        assert code == -9
        slow.room.clear()
        assert slow.crawl(settings=COMMIT).code == 0
        assert len(slow.posts()) > len(written)
    else:
        assert code == ExitCode.INTERRUPTED
    check_all_is_published(slow, tree)
    assert len(tree.log()) == 2


def test_ctrl_c_ends_a_wait_for_git(site: Site, tree: Tree) -> None:
    tree.hook("pre-commit", "touch waits; sleep 60")
    crawl = site.start(settings=COMMIT)
    while crawl.poll() is None and not (site.output / "waits").exists():
        time.sleep(0.01)
    began = time.monotonic()
    crawl.send_signal(signal.SIGINT)
    ran = site.end_of(crawl)
    assert time.monotonic() - began < MAX_WAIT
    assert ran.code == ExitCode.UNPUBLISHED
    assert "Traceback" not in ran.err
    (tree.folder / ".git/hooks/pre-commit").unlink()
    (tree.folder / "waits").unlink()
    assert site.crawl(settings=COMMIT).code == 0
    check_all_is_published(site, tree)


# Pushes.


def test_a_run_is_pushed(site: Site, tree: Tree, remote: Tree) -> None:
    assert site.crawl(settings=PUSH).code == 0
    assert remote.log() == tree.log()
    assert site.report()["published"]["pushed"]


def test_a_push_that_is_refused_is_exit_code_5_and_the_next_run_pushes_both(
    site: Site, tree: Tree, remote: Tree
) -> None:
    remote.hook("pre-receive", "exit 1")
    site.room.now = HALF
    ran = site.crawl(settings=PUSH)
    assert ran.code == ExitCode.UNPUBLISHED
    assert site.report()["why"] == site.report()["published"]["trouble"]
    assert (len(tree.log()), len(remote.log())) == (2, 1)
    (remote.folder / "hooks/pre-receive").unlink()
    site.room.now = None
    assert site.crawl(settings=PUSH).code == 0
    assert len(remote.log()) == 3
    assert remote.log() == tree.log()


def test_posts_whose_commit_was_lost_with_its_machine_come_again(
    site: Site, tree: Tree, remote: Tree, tmp_path: Path
) -> None:
    remote.hook("pre-receive", "exit 1")
    assert site.crawl(settings=PUSH).code == ExitCode.UNPUBLISHED
    (remote.folder / "hooks/pre-receive").unlink()
    other = replace(site, output=clone(remote, tmp_path / "other").folder)
    shutil.copytree(site.output / ".finews", other.output / ".finews")  # as a workflow's cache
    assert other.crawl(settings=PUSH).code == 0
    assert other.posts() == site.posts()
    check_all_is_published(other, Tree(other.output))
    assert remote.files("main") == tree.files()


@pytest.mark.parametrize(
    ("reason", "broken", "owed", "trouble", "code"),
    [
        ("shutdown", [], 0, "t", ExitCode.INTERRUPTED),
        ("start_error", [], 0, "t", ExitCode.FAULT),
        ("/site cannot be written", [], 0, "t", ExitCode.OWED),
        ("closespider_timeout", [], 0, "t", ExitCode.UNPUBLISHED),
        ("closespider_timeout", [], 0, "", ExitCode.OWED),
        ("finished", ["b"], 1, "t", ExitCode.BROKEN),
        ("finished", [], 1, "t", ExitCode.UNPUBLISHED),
        ("finished", [], 1, "", ExitCode.OWED),
    ],
)
def test_of_several_troubles_the_gravest_gives_the_exit_code(
    reason: str, broken: list[str], owed: int, trouble: str, code: int
) -> None:
    assert verdict(reason, broken=broken, unpublished=trouble, owed=owed)[0] == code


# Category pages and old posts.


def test_an_existing_category_page_stays_as_it_is(site: Site, tree: Tree) -> None:
    tree.save("category/zhongguozhengquanbao.md", "a person's")
    assert site.crawl(settings=COMMIT).code == 0
    assert tree.read("category/zhongguozhengquanbao.md") == "a person's"
    assert not (site.output / "category/zhongguozhengquanbao.html").exists()


def test_old_posts_stay_unless_it_is_asked_for(archived: TimedSite) -> None:
    archived.now += timedelta(days=4000)
    archived.crawl()
    assert all(post.startswith("_posts/") for post in nonempty(archived.posts()))


def test_old_posts_move_in_the_commit_and_stay_known(archived: TimedSite) -> None:
    tree = repository(archived.output)
    assert archived.crawl(settings=COMMIT).code == 0
    before = archived.names()
    ran = archived.crawl(settings={**COMMIT, "FINEWS_KEEP_DAYS": "1"})
    moved = [post for post in archived.posts() if post.startswith("old_post/")]
    assert ran.code == 0
    assert 0 < len(moved) < len(before)
    assert tree.log()[0] == f"{len(moved)} moved"
    assert {letter for letter in tree.changed() if re.fullmatch(r"[A-Z]\d*", letter)} == {"R100"}
    assert archived.names() == before
    again = archived.crawl(settings={**COMMIT, "FINEWS_KEEP_DAYS": "1"})
    assert archived.articles_asked() == []
    assert "posts came since" not in again.err
    check_all_is_published(archived, tree)


def test_posts_have_moved_also_where_the_list_of_edits_cannot_be_written(archived: TimedSite, tmp_path: Path) -> None:
    list_elsewhere = tmp_path / "elsewhere" / Path(edited.FILE).name
    list_elsewhere.parent.mkdir()
    entries = "".join(f'"{Path(post).stem[11:]}": "2022-01-01 00:00:00 +0800"\n' for post in archived.posts())
    list_elsewhere.write_text(entries, encoding="utf-8")
    (archived.output / Path(edited.FILE).parent).symlink_to(list_elsewhere.parent)
    ran = archived.crawl(settings={"FINEWS_KEEP_DAYS": "1"})
    assert any(post.startswith("old_post/") for post in archived.posts())
    assert f"{edited.FILE} has posts still that have moved" in ran.out
    assert "could not be moved" not in ran.out


# Settings.


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("FINEWS_PUBLISH", "yes"),
        ("FINEWS_PUBLISH", ""),
        ("FINEWS_BRANCH", "my branch"),
        ("FINEWS_BRANCH", "refs/heads/main"),
        ("FINEWS_KEEP_DAYS", "-1"),
        ("FINEWS_KEEP_DAYS", "a week"),
        ("FINEWS_KEEP_DAYS", "99999999"),
    ],
)
def test_wrong_settings_are_refused(name: str, value: str) -> None:
    with pytest.raises(ConfigurationError, match=f"{name}: '{re.escape(value)}' is not accepted; use "):
        config(**{name: value})


def test_a_wrong_setting_is_refused_before_any_request(site: Site) -> None:
    ran = site.crawl(settings={"FINEWS_PUBLISH": "always"})
    assert ran.code == ExitCode.WRONG
    assert "off, commit, push" in ran.err
    assert site.room.log == []


# A schedule.


def test_fifty_runs_over_a_changing_newsroom(tmp_path: Path, tool: Callable[[str], str]) -> None:
    jekyll = tool("jekyll")
    world = World(articles=72)
    with Newsroom(world) as room:
        site = Site(tmp_path / "site", room)
        copy_site(site.output)
        tree = Tree(site.output)
        tree.git("init", "-q")
        tree.git("add", "--all")
        tree.git("commit", "-qm", "By hand")
        found, commits_after = [], [1]
        for turn in range(RUNS):
            room.now = world.time(10 + turn * 60 // RUNS // 3 * 3)  # some runs find three articles, others none
            before = len(site.posts())
            assert site.crawl(settings=COMMIT).code == 0
            found.append(len(site.posts()) - before)
            commits_after.append(len(tree.log()))
    commits = [later - earlier for earlier, later in pairwise(commits_after)]
    assert commits == [int(bool(posts)) for posts in found]
    assert RUNS // 5 < sum(commits) < RUNS
    news = [int(line) for line in tree.git("log", "--format=%(trailers:key=Finews-New,valueonly)").split()]
    assert news[::-1] == [posts for posts in found if posts]
    assert tree.is_sound()
    assert tree.status() == set()
    built = build(jekyll, clone(tree, tmp_path / "clone").folder)
    pages = {path.stem for path in built.glob("*/[0-9]*/[0-9]*/[0-9]*/*.html")}
    assert pages == site.names()


@pytest.mark.parametrize(
    ("prepare", "settings", "advice"),
    [
        (lambda tree: shutil.rmtree(tree.folder / ".git"), COMMIT, "git init"),
        (
            lambda _: (Path.home() / ".gitconfig").write_text("[user]\nuseConfigOnly = true\n"),
            COMMIT,
            "git config user.",
        ),
        (lambda tree: tree.git("switch", "-q", "--detach"), COMMIT, "git switch"),
        (lambda tree: tree.git("switch", "-qc", "drafts"), {**COMMIT, "FINEWS_BRANCH": "main"}, "git switch main"),
        (lambda _: None, PUSH, "git push --set-upstream"),
    ],
    ids=["no repository", "nobody", "detached", "branch", "no upstream"],
)
def test_what_cannot_be_published_is_told_before_the_first_request(
    site: Site,
    tree: Tree,
    prepare: Callable[[Tree], object],
    settings: dict[str, str],
    advice: str,
) -> None:
    prepare(tree)
    ran = site.crawl(settings=settings)
    assert ran.code == ExitCode.UNPUBLISHED
    told, _, rest = ran.err.partition("Spider opened")
    assert "scrapy crawl: FINEWS_PUBLISH: " in told
    assert advice in told
    assert rest
    assert site.posts()
