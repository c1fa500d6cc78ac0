"""The index is what the folders show, and listing them is rare."""

import errno
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from finews_spider.archive.atomic import TEMPORARY, write_all
from finews_spider.archive.paths import FOLDERS, id_in_post_name
from finews_spider.exceptions import DiskError
from finews_spider.items import ArticleRef
from finews_spider.ledger import posts, stamps
from finews_spider.ledger.database import Ledger
from finews_spider.ledger.owed import Owed
from finews_spider.ledger.posts import Index, Post
from finews_spider.ledger.stamps import UNSURE

NOW = time.time_ns
FIRST = 202112302230000000
DAY = "_posts/2021/12/30"


def id_of(number: int, prefix: str = "NW") -> str:
    return f"{prefix}{FIRST + number}"


def name_of(number: int, prefix: str = "NW") -> str:
    return f"2021-12-30-{id_of(number, prefix)}.md"


def put(output: Path, folder: str, *numbers: int) -> None:
    """As a person or git does it."""
    (output / folder).mkdir(parents=True, exist_ok=True)
    for number in numbers:
        (output / folder / name_of(number)).write_text("text")


@pytest.fixture(autouse=True)
def _later(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looks come some time after what they look at has changed."""
    monkeypatch.setattr(time, "time_ns", later)


def later() -> int:
    return NOW() + 2 * UNSURE


def settle(output: Path) -> None:
    """Folders have other times than those that the clock gives from now on, however coarse it is."""
    for folder, _, _ in os.walk(output):
        turn_back(Path(folder), 2 * UNSURE)


def turn_back(folder: Path, by: int) -> None:
    """As if it had changed earlier, by so many ns."""
    stat = folder.stat()
    os.utime(folder, ns=(stat.st_atime_ns, stat.st_mtime_ns - by))


def add(index: Index, output: Path, folder: str, *numbers: int) -> None:
    """As a run does it."""
    (output / TEMPORARY).mkdir(exist_ok=True)
    errors, changes = write_all(output, [(output / folder / name_of(number), "text") for number in numbers])
    assert not any(errors)
    posts = [Post(id_of(number), folder, name_of(number)) for number in numbers]
    index.add(posts, {Path(path).relative_to(output).as_posix(): times for path, times in changes.items()})


def on_disk(output: Path) -> set[tuple[str, str, str]]:
    """Id, folder and name of every post, by a walk through all folders."""
    return {
        (id_, Path(folder).relative_to(output).as_posix(), name)
        for top in FOLDERS
        for folder, _, names in os.walk(output / top)
        for name in names
        if (id_ := id_in_post_name(name))
    }


def known(ledger: Ledger) -> set[tuple[str, str, str]]:
    return set(ledger.rows("SELECT id, path, name FROM posts JOIN folders ON number = folder"))


def names_in(output: Path) -> dict[Path, set[str]]:
    return {Path(folder): {*folders, *names} for folder, folders, names in os.walk(output)}


def tables(ledger: Ledger) -> tuple[object, object]:
    """All that the index has, but for the numbers of folders."""
    return known(ledger), set(ledger.rows("SELECT path, parent, stamp FROM folders"))


@pytest.fixture
def output(tmp_path: Path) -> Path:
    """Posts by day, flat, and those of an older site."""
    put(tmp_path, DAY, 1, 2)
    put(tmp_path, "_posts/2021/12/31", 3)
    put(tmp_path, "_posts", 4)
    put(tmp_path, "old_post/deep/er", 5)
    settle(tmp_path)
    return tmp_path


@pytest.fixture
def ledger(output: Path) -> Iterator[Ledger]:
    with Ledger(output) as ledger:
        Index(ledger, FOLDERS, id_in_post_name).sync()
        yield ledger


@pytest.fixture
def index(ledger: Ledger) -> Index:
    return Index(ledger, FOLDERS, id_in_post_name)


@pytest.fixture
def listed(ledger: Ledger, output: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The folders that were listed since the first look."""
    folders: list[str] = []
    scandir = os.scandir

    def note(path: Path) -> object:
        folders.append(Path(path).relative_to(output).as_posix())
        return scandir(path)

    with monkeypatch.context() as patch:
        patch.setattr(os, "scandir", note)
        yield folders


def test_posts_are_known_wherever_they_lie(output: Path, ledger: Ledger, index: Index) -> None:
    assert len(index) == 5
    assert all(id_of(number) in index for number in range(1, 6))
    assert known(ledger) == on_disk(output)


def test_a_post_has_its_path(output: Path, index: Index) -> None:
    assert index.path(id_of(1)) == output / DAY / name_of(1)
    assert index.path(id_of(9)) is None


def test_nothing_is_listed_where_nothing_changed(index: Index, listed: list[str]) -> None:
    assert index.sync() == (0, 0)
    assert listed == []


def test_only_the_folder_that_changed_is_listed(output: Path, index: Index, listed: list[str]) -> None:
    put(output, DAY, 6)
    assert index.sync() == (1, 0)
    assert listed == [DAY]
    assert id_of(6) in index


def test_posts_in_folders_that_are_new_are_known(output: Path, index: Index) -> None:
    put(output, "_posts/2022/01/01", 6, 7)
    assert index.sync() == (2, 0)


def test_a_post_that_was_deleted_is_not_known(output: Path, index: Index) -> None:
    (output / DAY / name_of(1)).unlink()
    assert index.sync() == (0, 1)
    assert id_of(1) not in index
    assert index.path(id_of(1)) is None


def test_a_post_that_was_moved_to_old_post_is_known(output: Path, index: Index) -> None:
    (output / DAY / name_of(1)).rename(output / "old_post" / name_of(1))
    assert index.sync() == (1, 1)
    assert index.path(id_of(1)) == output / "old_post" / name_of(1)


@pytest.mark.parametrize("folder", ["_posts/2021/12/31", "_posts/2021/12", "_posts", "old_post/deep"])
def test_posts_of_a_folder_that_was_deleted_are_not_known(
    output: Path, ledger: Ledger, index: Index, folder: str
) -> None:
    shutil.rmtree(output / folder)
    index.sync()
    assert known(ledger) == on_disk(output)
    assert len(index) < 5


@pytest.mark.parametrize("folder", [DAY, "_posts/2021", "_posts", "old_post"])
def test_a_file_in_place_of_a_folder_holds_no_posts(output: Path, ledger: Ledger, index: Index, folder: str) -> None:
    shutil.rmtree(output / folder)
    (output / folder).touch()
    index.sync()
    assert known(ledger) == on_disk(output)
    assert len(index) < 5


def test_a_folder_that_was_renamed_is_another(output: Path, ledger: Ledger, index: Index) -> None:
    (output / "_posts/2021").rename(output / "_posts/1999")
    assert index.sync() == (3, 3)
    assert known(ledger) == on_disk(output)


def test_a_folder_that_was_away_is_known_again(output: Path, ledger: Ledger, index: Index) -> None:
    (output / "_posts/2021").rename(output / "elsewhere")  # its own time does not change by that
    assert index.sync() == (0, 3)
    (output / "elsewhere").rename(output / "_posts/2021")
    assert index.sync() == (3, 0)
    assert known(ledger) == on_disk(output)


def test_a_folder_whose_name_begins_like_a_deleted_one_stays(output: Path, ledger: Ledger, index: Index) -> None:
    put(output, "_posts/2021-more", 6)
    put(output, "_posts/2021%", 7)
    index.sync()
    shutil.rmtree(output / "_posts/2021")
    index.sync()
    assert known(ledger) == on_disk(output)


def test_a_folder_that_was_exchanged_is_listed(output: Path, ledger: Ledger, index: Index) -> None:
    shutil.rmtree(output / DAY)
    put(output, DAY, 8)
    index.sync()
    assert known(ledger) == on_disk(output)


def test_folders_that_are_links_are_not_entered(output: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    put(elsewhere, ".", 8)
    (output / "_posts/link").symlink_to(elsewhere)
    (output / "_posts/loop").symlink_to(output / "_posts")
    (output / "_posts/nowhere").symlink_to("nowhere")
    with Ledger(output) as ledger:
        assert Index(ledger, FOLDERS, id_in_post_name).sync() == (5, 0)


def test_a_folder_that_became_a_link_is_left(output: Path, ledger: Ledger, index: Index) -> None:
    (output / "_posts/2021").rename(output / "elsewhere")
    (output / "_posts/2021").symlink_to(output / "elsewhere")
    index.sync()
    assert known(ledger) == on_disk(output)
    assert len(index) == 2


def test_the_folder_of_all_posts_may_be_a_link(tmp_path: Path) -> None:
    put(tmp_path / "elsewhere", "2021", 1)
    (tmp_path / "site").mkdir()
    (tmp_path / "site/_posts").symlink_to(tmp_path / "elsewhere")
    with Ledger(tmp_path / "site") as ledger:
        assert Index(ledger, FOLDERS, id_in_post_name).sync() == (1, 0)


def test_of_two_posts_of_one_id_either_may_go(output: Path, index: Index) -> None:
    put(output, "old_post", 1)
    index.sync()
    (output / DAY / name_of(1)).unlink()
    index.sync()
    assert id_of(1) in index
    assert index.path(id_of(1)) == output / "old_post" / name_of(1)


def test_a_post_written_in_place_of_one_of_another_name_is_known(output: Path, ledger: Ledger, index: Index) -> None:
    (output / DAY / name_of(1)).rename(output / DAY / f"2021-12-31-{id_of(1)}.markdown")
    assert index.sync() == (1, 1)
    assert known(ledger) == on_disk(output)


def test_reindex_gives_what_looks_gave(output: Path, ledger: Ledger, index: Index) -> None:
    put(output, "_posts/2022/01/01", 6)
    index.sync()
    add(index, output, "_posts/2022/01/02", 7)
    (output / DAY / name_of(1)).unlink()
    settle(output)
    index.sync()
    before = tables(ledger)
    assert index.reindex() == 6
    assert tables(ledger) == before


def test_a_folder_that_changed_a_moment_ago_is_listed_again(
    output: Path, index: Index, listed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time, "time_ns", NOW)
    monkeypatch.setattr(stamps, "UNSURE", 3600 * 10**9)  # longer than this test takes on any machine
    put(output, DAY, 6)
    seen: dict[Path, stamps.Stamp | None] = {}
    monkeypatch.setattr(posts, "stamp_of", lambda folder: seen.setdefault(folder, stamps.stamp_of(folder)))
    index.sync()
    put(output, DAY, 7)  # at the same tick of the disk's clock
    assert index.sync() == (1, 0)
    assert listed == [DAY, DAY]


def test_a_folder_that_changed_earlier_is_not(output: Path, index: Index, listed: list[str]) -> None:
    put(output, DAY, 6)
    index.sync()
    index.sync()
    assert listed == [DAY]


def test_a_folder_whose_time_lies_ahead_is_not(output: Path, index: Index, listed: list[str]) -> None:
    turn_back(output / DAY, -3600 * 10**9 * 24 * 365)
    index.sync()
    index.sync()
    assert listed == [DAY]


# Times that others set.


@contextmanager
def hidden(folder: Path) -> Iterator[None]:
    """What is changed leaves the folder's time as it was."""
    before = folder.stat()
    wait_for_a_tick(folder.parent)
    yield
    os.utime(folder, ns=(before.st_atime_ns, before.st_mtime_ns))


def wait_for_a_tick(folder: Path) -> None:
    """Until the disk's clock, which is coarse, gives another time."""
    mark = folder / "mark"
    mark.touch()
    first = mark.stat().st_ctime_ns
    while mark.stat().st_ctime_ns == first:
        mark.touch()
    mark.unlink()


def test_a_post_that_came_is_known_though_the_folder_has_its_time_again(output: Path, index: Index) -> None:
    with hidden(output / DAY):
        put(output, DAY, 6)
    assert index.sync() == (1, 0)
    assert id_of(6) in index


def test_a_post_that_is_gone_is_not_known_though_the_folder_has_its_time_again(output: Path, index: Index) -> None:
    with hidden(output / DAY):
        (output / DAY / name_of(1)).unlink()
    assert index.sync() == (0, 1)


def test_a_folder_that_is_touched_hides_nothing(output: Path, index: Index) -> None:
    (output / DAY / name_of(1)).unlink()
    put(output, DAY, 6)
    subprocess.run(["touch", "-d", "2001-01-01", output / DAY], check=True)
    assert index.sync() == (1, 1)
    (output / DAY / name_of(2)).unlink()
    wait_for_a_tick(output)
    subprocess.run(["touch", "-d", "2001-01-01", output / DAY], check=True)
    assert index.sync() == (0, 1)


def test_a_folder_replaced_by_another_of_the_same_time_is_listed(output: Path, ledger: Ledger, index: Index) -> None:
    put(output, "other", 7, 8, 9)
    found = (output / DAY).stat()
    os.utime(output / "other", ns=(found.st_atime_ns, found.st_mtime_ns))
    (output / DAY).rename(output / "elsewhere")
    (output / "other").rename(output / DAY)
    assert index.sync() == (3, 2)
    assert known(ledger) == on_disk(output)


@pytest.mark.parametrize("copy", [["cp", "-a"], ["rsync", "-a", "--delete"]], ids=lambda words: str(words[0]))
def test_a_backup_that_is_restored_hides_nothing(
    output: Path,
    ledger: Ledger,
    index: Index,
    copy: list[str],
    tool: Callable[[str], str],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    tool(copy[0])
    backup = tmp_path_factory.mktemp("backup")
    subprocess.run([*copy, f"{output}/_posts/.", f"{backup}/"], check=True)
    with hidden(output / DAY):
        put(output, DAY, 6)
        (output / DAY / name_of(1)).unlink()
    index.sync()
    wait_for_a_tick(output)
    if copy[0] == "cp":
        shutil.rmtree(output / "_posts")
        (output / "_posts").mkdir()
    subprocess.run([*copy, f"{backup}/.", f"{output}/_posts/"], check=True)
    assert index.sync() != (0, 0)
    assert known(ledger) == on_disk(output)
    assert id_of(1) in index


@pytest.mark.parametrize("part", stamps.Stamp._fields)
def test_one_part_of_a_stamp_is_enough_to_tell(
    output: Path, index: Index, listed: list[str], monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    """Where the others are coarse, made up, or copies of one another."""

    def other(folder: Path) -> stamps.Stamp | None:
        found = stamps.stamp_of(folder)
        return found and found._replace(**{part: getattr(found, part) + (folder == output / DAY)})

    monkeypatch.setattr(posts, "stamp_of", other)
    index.sync()
    assert listed == [DAY]


# What has the name of a post and is none.

PLACE = f"{DAY}/{name_of(6)}"


NO_POSTS: dict[str, Callable[[Path], object]] = {
    "a folder": Path.mkdir,
    "a link to nothing": lambda path: path.symlink_to("nowhere"),
    "a link to a folder": lambda path: path.symlink_to(path.parent),
    "a link to itself": lambda path: path.symlink_to(path),
    "a pipe": os.mkfifo,
    "an empty file": Path.touch,
}


@pytest.mark.parametrize("kind", NO_POSTS)
def test_what_only_has_the_name_of_a_post_is_none(output: Path, ledger: Ledger, index: Index, kind: str) -> None:
    owed = Owed(ledger, timedelta(days=14))
    owed.record_listed([ArticleRef(source="finews", id=id_of(6), url="u")])
    NO_POSTS[kind](output / PLACE)
    assert index.sync() == (0, 0)
    assert id_of(6) not in index
    assert [article.ref.id for article in owed] == [id_of(6)]


def test_a_post_that_became_a_folder_is_none(output: Path, index: Index) -> None:
    (output / DAY / name_of(1)).unlink()
    (output / DAY / name_of(1)).mkdir()
    assert index.sync() == (0, 1)


def test_posts_in_a_folder_that_is_named_like_one_are_known(output: Path, index: Index) -> None:
    put(output, PLACE, 7)
    assert index.sync() == (1, 0)


def test_a_link_to_a_post_is_one(output: Path, index: Index) -> None:
    (output / "elsewhere.md").write_text("text")
    (output / PLACE).symlink_to(output / "elsewhere.md")
    assert index.sync() == (1, 0)


@pytest.mark.parametrize("call", ["stat", "scandir"])
def test_a_folder_that_the_disk_does_not_give_ends_the_look(
    output: Path, index: Index, call: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its posts would be taken for gone, and asked for again."""
    (output / DAY / name_of(1)).unlink()

    def fail(path: Path) -> None:
        raise OSError(errno.EIO, "Input/output error", str(path))

    monkeypatch.setattr(os, call, fail)
    with pytest.raises(DiskError, match="Input/output error"):
        index.sync()
    monkeypatch.undo()
    assert len(index) == 5


# What a run writes.


def test_a_post_that_a_run_wrote_is_known(output: Path, ledger: Ledger, index: Index) -> None:
    add(index, output, DAY, 6)
    add(index, output, "_posts/2022/01/01", 7, 8)
    assert known(ledger) == on_disk(output)


def test_a_folder_that_only_the_run_changed_is_not_listed(output: Path, index: Index, listed: list[str]) -> None:
    add(index, output, DAY, 6)
    add(index, output, DAY, 7)
    assert index.sync() == (0, 0)
    assert listed == []


@pytest.mark.parametrize("when", ["before", "between", "after"])
def test_a_folder_that_others_changed_too_is_listed(output: Path, index: Index, listed: list[str], when: str) -> None:
    for step in ("before", "between", "after"):
        if step == when:
            put(output, DAY, 9)
            turn_back(output / DAY, -1)  # another time, however coarse the disk's clock
        if step != "after":
            add(index, output, DAY, *((6,) if step == "before" else (7,)))
    assert index.sync() == (1, 0)
    assert listed == [DAY]


def test_posts_in_a_folder_that_a_run_made_may_go_with_all_above_it(output: Path, ledger: Ledger, index: Index) -> None:
    add(index, output, "_posts/2022/01/01", 6)
    shutil.rmtree(output / "_posts/2022")
    index.sync()
    assert known(ledger) == on_disk(output)


def test_a_folder_that_a_run_made_is_not_listed(output: Path, index: Index, listed: list[str]) -> None:
    add(index, output, "_posts/2022/01/01", 6)
    index.sync()
    assert listed == ["_posts", "_posts/2022", "_posts/2022/01"]


def test_posts_in_a_folder_that_others_deleted_and_a_run_made_again_are_gone(
    output: Path, ledger: Ledger, index: Index
) -> None:
    put(output, "_posts/2022", 6)
    index.sync()
    shutil.rmtree(output / "_posts/2022")
    add(index, output, "_posts/2022", 7)
    index.sync()
    assert known(ledger) == on_disk(output)


def test_a_post_that_a_run_wrote_is_not_owed(output: Path, ledger: Ledger, index: Index) -> None:
    owed = Owed(ledger, timedelta(days=14))
    owed.record_listed([ArticleRef(source="finews", id=id_of(number), url="u") for number in (6, 7)])
    add(index, output, DAY, 6)
    assert [owing.ref.id for owing in owed] == [id_of(7)]


def test_a_post_that_others_brought_is_not_owed(output: Path, ledger: Ledger, index: Index) -> None:
    owed = Owed(ledger, timedelta(days=14))
    owed.record_listed([ArticleRef(source="finews", id=id_of(number), url="u") for number in (6, 7)])
    put(output, DAY, 6)
    index.sync()
    assert [owing.ref.id for owing in owed] == [id_of(7)]


def test_what_is_written_twice_is_one_post(output: Path, ledger: Ledger, index: Index) -> None:
    add(index, output, DAY, 6)
    add(index, output, DAY, 6)
    assert known(ledger) == on_disk(output)
    assert len(index) == 6


# Whatever happens.

PLACES = st.sampled_from([*FOLDERS, DAY, "_posts/2021/12", "_posts/2021/12/31", "_posts/2022/01/01", "old_post/a"])
NUMBERS = st.integers(1, 6)


class Folders(RuleBasedStateMachine):
    """A run and others change the folders in turn; after a look, the index is what a walk finds."""

    @initialize()
    def start(self) -> None:
        self.patch = pytest.MonkeyPatch()
        self.patch.setattr(os, "fsync", lambda _: None)  # most of the time it takes
        self.output = Path(tempfile.mkdtemp(prefix="finews-index-"))
        self.ledger = Ledger(self.output)
        self.index = Index(self.ledger, FOLDERS, id_in_post_name)
        self.looked = True

    def teardown(self) -> None:
        self.ledger.close()
        shutil.rmtree(self.output)
        self.patch.undo()

    @rule(folder=PLACES, number=NUMBERS)
    def others_put(self, folder: str, number: int) -> None:
        if self.is_free(folder):
            with self.others():
                put(self.output, folder, number)

    @rule(folder=PLACES, numbers=st.lists(NUMBERS, min_size=1, max_size=3, unique=True))
    def a_run_adds(self, folder: str, numbers: list[int]) -> None:
        if self.is_free(folder):
            add(self.index, self.output, folder, *numbers)
            self.looked = False

    @rule(at=st.integers(0, 20), to=PLACES)
    def others_delete_or_move(self, at: int, to: str) -> None:
        posts = sorted(on_disk(self.output))
        with self.others():
            for _, folder, name in posts[at % len(posts) :][:1] if posts else ():
                if (self.output / to).is_dir():
                    (self.output / folder / name).rename(self.output / to / name)
                else:
                    (self.output / folder / name).unlink()

    @rule(folder=PLACES, to=PLACES)
    def others_move_a_folder(self, folder: str, to: str) -> None:
        source, target = self.output / folder, self.output / to
        if source.is_dir() and not target.exists() and self.is_free(to) and source not in target.parents:
            with self.others():
                target.parent.mkdir(parents=True, exist_ok=True)
                source.rename(target)

    @rule(folder=PLACES, a_file_instead=st.booleans())
    def others_delete_a_folder(self, folder: str, a_file_instead: bool) -> None:
        path = self.output / folder
        with self.others():
            if path.is_dir():
                shutil.rmtree(path)
            elif path.exists():  # not below a file
                path.unlink()
            if a_file_instead and path.parent.is_dir():
                path.touch()

    @rule()
    def time_passes(self) -> None:
        settle(self.output)

    @rule()
    def a_run_looks(self) -> None:
        before = len(self.index)
        came, gone = self.index.sync()
        assert len(self.index) == before + came - gone
        self.looked = True

    @rule()
    def another_run_begins(self) -> None:
        self.ledger.close()
        self.ledger = Ledger(self.output)
        self.index = Index(self.ledger, FOLDERS, id_in_post_name)

    @invariant()
    def the_index_is_what_a_walk_finds(self) -> None:
        if self.looked:
            assert known(self.ledger) == on_disk(self.output)

    @contextmanager
    def others(self) -> Iterator[None]:
        """Folders that they change have the time that they had before."""
        before = {folder: folder.stat() for folder in names_in(self.output)}
        wait_for_a_tick(self.output)
        yield
        for folder in names_in(self.output).keys() & before.keys():
            os.utime(folder, ns=(before[folder].st_atime_ns, before[folder].st_mtime_ns))
        self.looked = False

    def is_free(self, folder: str) -> bool:
        """Whether no file stands in the way."""
        path = self.output / folder
        return all(entry.is_dir() or not entry.exists() for entry in (path, *path.parents))


@pytest.mark.slow
def test_whatever_happens_a_look_finds_it() -> None:
    run_state_machine_as_test(Folders, settings=settings(max_examples=30, stateful_step_count=25))


# What is to be published.


def test_a_post_that_finews_wrote_is_to_be_published(output: Path, index: Index) -> None:
    add(index, output, DAY, 7)
    assert list(index.unpublished) == [f"{DAY}/{name_of(7)}"]


def test_a_post_that_others_added_is_not(output: Path, index: Index) -> None:
    put(output, DAY, 7)
    index.sync()
    index.add([Post(id_of(8), DAY, name_of(8))], {}, written=False)
    assert list(index.unpublished) == []


def test_what_a_commit_has_is_to_be_published_no_more(output: Path, index: Index) -> None:
    add(index, output, DAY, 7, 8)
    index.unpublished.clear([f"{DAY}/{name_of(7)}"])
    assert list(index.unpublished) == [f"{DAY}/{name_of(8)}"]


@pytest.mark.parametrize("forget", [False, True])
def test_an_owed_post_that_a_killed_run_could_not_note_is_to_be_published(
    output: Path, ledger: Ledger, index: Index, *, forget: bool
) -> None:
    owed = Owed(ledger, timedelta(days=1))
    owed.record_listed([ArticleRef(source="finews", id=id_of(7), url="")])
    if forget:
        owed.forget(id_of(7))
    put(output, DAY, 7)
    index.sync()
    assert list(index.unpublished) == ([] if forget else [f"{DAY}/{name_of(7)}"])
