import signal
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest

from finews_spider.archive.lock import prepare_output
from finews_spider.archive.paths import FOLDERS, id_in_post_name
from finews_spider.archive.retention import move_old
from finews_spider.ledger.database import Ledger
from finews_spider.ledger.posts import Index
from tests.support import existing
from tests.support.existing import fingerprints
from tests.support.paths import ROOT

TODAY = date(2022, 1, 10)


def put(output: Path, path: str, text: str = "文") -> Path:
    there = output / path
    there.parent.mkdir(parents=True, exist_ok=True)
    there.write_text(text, encoding="utf-8")
    return there


def name(day: date, number: int = 1, prefix: str = "NW", suffix: str = "md") -> str:
    return f"{day}-{prefix}{day:%Y%m%d}{number:010}.{suffix}"


def known(output: Path) -> set[str]:
    """The ids that a run knows, which may have looked before."""
    prepare_output(output)
    with Ledger(output) as ledger:
        index = Index(ledger, FOLDERS, id_in_post_name)
        index.sync()
        return {path.stem[11:] for path in output.rglob("*") if path.stem[11:] in index}


def days_ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def moved(output: Path, keep_days: int) -> list[tuple[str, str]]:
    pairs = move_old(output, keep_days, TODAY)
    return [(str(old.relative_to(output)), str(new.relative_to(output))) for old, new in pairs]


@pytest.mark.parametrize(("age", "goes"), [(-1, False), (0, False), (7, False), (8, True), (4000, True)])
def test_a_post_older_than_so_many_days_goes(tmp_path: Path, age: int, goes: bool) -> None:
    put(tmp_path, f"_posts/{name(days_ago(age))}")
    assert bool(moved(tmp_path, 7)) is goes
    assert (tmp_path / "old_post").exists() is goes


@pytest.mark.parametrize("keep_days", [0, -1])
def test_zero_days_keep_all(tmp_path: Path, keep_days: int) -> None:
    put(tmp_path, f"_posts/{name(days_ago(4000))}")
    assert moved(tmp_path, keep_days) == []


def test_posts_keep_their_path_and_bytes(tmp_path: Path) -> None:
    day = days_ago(30)
    paths = [f"{name(day)}", f"{day:%Y/%m/%d}/{name(day, 2, '')}", f"deep/er/{name(day, 3, suffix='markdown')}"]
    for number, path in enumerate(paths):
        put(tmp_path, f"_posts/{path}", f"文{number}")
    before = fingerprints(tmp_path)
    assert sorted(moved(tmp_path, 7)) == sorted((f"_posts/{path}", f"old_post/{path}") for path in paths)
    assert fingerprints(tmp_path) == {path.replace("_posts/", "old_post/"): noted for path, noted in before.items()}


def test_all_that_will_move_is_told_before_the_first_has(tmp_path: Path) -> None:
    posts = [put(tmp_path, f"_posts/{name(days_ago(age))}") for age in (30, 20)]
    heard: list[tuple[Path, bool]] = []
    move_old(tmp_path, 7, TODAY, lambda moves: heard.extend((old, old.exists()) for old, _ in moves))
    assert heard == [(post, True) for post in posts]
    move_old(tmp_path, 7, TODAY, lambda _: pytest.fail("nothing is to move"))


def test_the_oldest_goes_first(tmp_path: Path) -> None:
    for age in (9, 30, 20):
        put(tmp_path, f"_posts/{days_ago(age):%Y/%m/%d}/{name(days_ago(age))}")
    assert [Path(old).name[:10] for old, _ in moved(tmp_path, 7)] == [str(days_ago(age)) for age in (30, 20, 9)]


@pytest.mark.parametrize("folder", ["old_post", "_old_post"])
def test_posts_that_moved_are_known(tmp_path: Path, folder: str) -> None:
    (tmp_path / folder).mkdir()
    post = put(tmp_path, f"_posts/{days_ago(30):%Y/%m/%d}/{name(days_ago(30))}")
    assert known(tmp_path) == {post.stem[11:]}
    assert len(moved(tmp_path, 7)) == 1
    assert known(tmp_path) == {post.stem[11:]}


def test_what_is_no_post_stays(tmp_path: Path) -> None:
    for path in ("2010-12-01-init.md", "-202205262391921712.md", "2010-13-45-NW201012302230672549.md", "notes.txt"):
        put(tmp_path, f"_posts/{path}")
    (tmp_path / "_posts" / name(days_ago(30))).symlink_to("notes.txt")
    put(tmp_path, f"_drafts/{name(days_ago(30))}")
    before = fingerprints(tmp_path)
    assert moved(tmp_path, 7) == []
    assert fingerprints(tmp_path) == before


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    put(tmp_path, f"_posts/{name(days_ago(30))}", "新")
    put(tmp_path, f"old_post/{name(days_ago(30))}", "旧")
    put(tmp_path, f"_posts/{name(days_ago(31))}")
    assert len(moved(tmp_path, 7)) == 1
    assert (tmp_path / "_posts" / name(days_ago(30))).read_text(encoding="utf-8") == "新"
    assert (tmp_path / "old_post" / name(days_ago(30))).read_text(encoding="utf-8") == "旧"


def test_folders_that_were_emptied_are_removed_and_no_others(tmp_path: Path) -> None:
    put(tmp_path, f"_posts/2021/11/30/{name(date(2021, 11, 30))}")
    put(tmp_path, f"_posts/2021/12/01/{name(date(2021, 12, 1))}")
    put(tmp_path, "_posts/2021/12/01/notes.txt")
    (tmp_path / "_posts/empty").mkdir()
    moved(tmp_path, 7)
    left = {str(path.relative_to(tmp_path / "_posts")) for path in (tmp_path / "_posts").rglob("*")}
    assert left == {"2021", "2021/12", "2021/12/01", "2021/12/01/notes.txt", "empty"}


def test_the_folder_of_posts_stays_when_all_of_them_go(tmp_path: Path) -> None:
    put(tmp_path, f"_posts/2021/11/30/{name(date(2021, 11, 30))}")
    moved(tmp_path, 7)
    assert list((tmp_path / "_posts").iterdir()) == []


def test_posts_go_where_the_site_builds_old_ones(tmp_path: Path) -> None:
    (tmp_path / "_old_post").mkdir()
    put(tmp_path, f"_posts/{name(days_ago(30))}")
    assert moved(tmp_path, 7) == [(f"_posts/{name(days_ago(30))}", f"_old_post/{name(days_ago(30))}")]


def test_a_site_without_posts_has_none_to_move(tmp_path: Path) -> None:
    assert moved(tmp_path, 7) == []
    assert list(tmp_path.iterdir()) == []


def test_git_sees_renames(tmp_path: Path) -> None:
    for age in range(5, 15):
        put(tmp_path, f"_posts/{days_ago(age):%Y/%m/%d}/{name(days_ago(age))}", f"---\ntitle: {age}\n---\n文")
    existing.commit_all(tmp_path)
    count = len(moved(tmp_path, 7))
    existing.git(tmp_path, "add", "--all", ".")
    lines = existing.git(tmp_path, "diff", "--cached", "--name-status", "-M100%").splitlines()
    assert count == 7
    assert [line[:5] for line in lines] == ["R100\t"] * 7


def test_an_existing_site_keeps_all_that_is_no_old_post(tmp_path: Path) -> None:
    site = existing.make(tmp_path / "site", 1000)
    before = fingerprints(site)
    ids = {path.stem[11:] for path in site.glob("*/*-NW*.md")}
    pairs = move_old(site, 1, existing.LAST.date())
    assert len(pairs) > 30
    names = {f"_posts/{old.name}": f"old_post/{new.name}" for old, new in pairs}
    assert fingerprints(site) == {names.get(path, path): noted for path, noted in before.items()}
    assert ids <= known(site)


KILLED = """
import os, signal, sys
from datetime import date
from pathlib import Path
from finews_spider.archive.retention import move_old

renames, rename = [], Path.rename

def rename_or_die(self, target):
    if len(renames) == 20:
        os.kill(os.getpid(), signal.SIGKILL)
    renames.append(target)
    return rename(self, target)

Path.rename = rename_or_die
move_old(Path(sys.argv[1]), 1, date(2022, 7, 1))
"""


@pytest.mark.slow
def test_a_run_that_is_killed_loses_nothing_and_the_next_one_goes_on(tmp_path: Path) -> None:
    site = existing.make(tmp_path / "site", 1600)
    texts = {path.name: path.read_bytes() for path in site.glob("*/*-NW*.md")}
    there = len(list((site / "old_post").iterdir()))
    done = subprocess.run([sys.executable, "-c", KILLED, str(site)], cwd=ROOT, check=False)
    assert done.returncode == -signal.SIGKILL
    assert len(list((site / "old_post").iterdir())) == there + 20
    assert {path.name: path.read_bytes() for path in site.glob("*/*-NW*.md")} == texts
    move_old(site, 1, date(2022, 7, 1))
    assert {path.name: path.read_bytes() for path in site.glob("*/*-NW*.md")} == texts
    assert move_old(site, 1, date(2022, 7, 1)) == []
