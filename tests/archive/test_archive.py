import asyncio
import errno
import gc
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path

import pytest

from finews_spider.archive.archive import Archive
from finews_spider.archive.atomic import PathTakenError
from finews_spider.archive.lock import prepare_output
from finews_spider.archive.paths import BY_DAY, FLAT, FOLDERS, id_in_post_name, post_pattern
from finews_spider.archive.posts import render
from finews_spider.dates import BEIJING
from finews_spider.exceptions import ConfigurationError, DiskError
from finews_spider.items import Article
from finews_spider.ledger.database import Ledger
from finews_spider.ledger.posts import Index
from finews_spider.sources.eastmoney_ids import ARTICLE

ID = "NW202112302230672549"
OTHER = "NW202112302230672550"
TIME = datetime(2021, 12, 30, 23, 59, 59, tzinfo=BEIJING)
PATH = f"_posts/2021/12/30/2021-12-30-{ID}.md"
TEXT = "---\ntitle: 题\n---\n没有换行"


def put(output: Path, path: str, text: str = "text") -> None:
    file = output / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def post_of(article_id: str) -> str:
    link = f"http://finews.zning.xyz/html_News/NewsShare.html?infoCode={article_id}"
    article = Article(source="", id=article_id, url="", family=ARTICLE, title="题", time=TIME, share_link=link)
    article.media_name, article.body = "中国证券报", "<p>文</p>"
    return render(article, "")


def files(output: Path) -> list[str]:
    own = output / ".finews"
    found = (path for path in output.rglob("*") if path.is_file())
    return sorted(str(path.relative_to(output)) for path in found if path.parent != own)


Opened = Callable[..., Archive]


@pytest.fixture
def opened() -> Iterator[Opened]:
    """Opens the archive of a folder, as a run does."""
    with ExitStack() as stack:

        def open_it(output: Path, pattern: str = BY_DAY) -> Archive:
            prepare_output(output)
            archive = Archive(output, Index(stack.enter_context(Ledger(output)), FOLDERS, id_in_post_name), pattern)
            archive.sync()
            return archive

        yield open_it


def add(archive: Archive, *articles: str, text: str = TEXT) -> list[BaseException | None]:
    """Add posts of these ids together; what each of them came to."""

    async def run() -> list[BaseException | None]:
        asyncio.get_running_loop().set_exception_handler(lambda *_: None)  # errors are to reach who waits
        adding = (archive.add(entry, TIME, text) for entry in articles)
        return await asyncio.wait_for(asyncio.gather(*adding, return_exceptions=True), timeout=60)

    return asyncio.run(run())


def refuse(kind: Callable[[int], bool], why: int = errno.EIO) -> Callable[[int], None]:
    """An fsync that fails for files of one kind."""

    def fsync(handle: int) -> None:
        if kind(os.fstat(handle).st_mode):
            raise OSError(why, os.strerror(why))

    return fsync


@pytest.mark.parametrize(
    ("value", "pattern"),
    [
        ("by-day", BY_DAY),
        ("flat", FLAT),
        ("_posts/{year}/{year}-{month}-{day}-{id}.markdown", "_posts/{year}/{year}-{month}-{day}-{id}.markdown"),
        ("_posts/news/{year}-{month}-{day}-{id}.md", "_posts/news/{year}-{month}-{day}-{id}.md"),
    ],
)
def test_a_post_path_is_given_by_name_or_as_it_is(value: str, pattern: str) -> None:
    assert post_pattern(value) == pattern


@pytest.mark.parametrize(
    "value",
    [
        "",
        "by-week",
        "_posts/{id}.md",
        "posts/{year}-{month}-{day}-{id}.md",
        "_posts/../{year}-{month}-{day}-{id}.md",
        "/_posts/{year}-{month}-{day}-{id}.md",
        "_posts/{title}/{year}-{month}-{day}-{id}.md",
        "_posts/{year}-{month}-{day}-{id}.txt",
        "_posts/{year}-{month}-{day}-{id}.md\n",
    ],
)
def test_another_post_path_is_refused_with_what_is_accepted(value: str) -> None:
    with pytest.raises(
        ConfigurationError, match=r"^FINEWS_POST_PATH: .* is not accepted; use by-day, flat, or a path like"
    ):
        post_pattern(value)


def test_a_post_lies_in_the_folder_of_its_day(opened: Opened, tmp_path: Path) -> None:
    assert opened(tmp_path).path(ID, TIME) == tmp_path / PATH


def test_a_post_of_midnight_is_of_the_day_that_begins(opened: Opened, tmp_path: Path) -> None:
    midnight = TIME.replace(hour=0, minute=0, second=0)
    assert opened(tmp_path).path(ID, midnight) == tmp_path / PATH


def test_posts_may_lie_flat(opened: Opened, tmp_path: Path) -> None:
    assert opened(tmp_path, FLAT).path(ID, TIME) == tmp_path / f"_posts/2021-12-30-{ID}.md"


def test_an_archive_without_a_folder_is_empty(opened: Opened, tmp_path: Path) -> None:
    assert len(opened(tmp_path / "nowhere")) == 0


@pytest.mark.parametrize("pattern", [BY_DAY, FLAT])
@pytest.mark.parametrize(
    "path",
    [PATH, f"_posts/2021-12-30-{ID}.md", f"old_post/2021-12-30-{ID}.html", f"_old_post/{ID[2:6]}/2021-12-30-{ID}.md"],
)
def test_posts_are_known_in_any_layout(opened: Opened, tmp_path: Path, pattern: str, path: str) -> None:
    put(tmp_path, path)
    assert ID in opened(tmp_path, pattern)


def test_a_post_is_of_one_family(opened: Opened, tmp_path: Path) -> None:
    put(tmp_path, PATH)
    assert ID.removeprefix("NW") not in opened(tmp_path)


@pytest.mark.parametrize(
    "path", ["_posts/2021-12-30-welcome.md", f"_posts/2021-12-30-{ID}.md.part", f"_drafts/2021-12-30-{ID}.md"]
)
def test_other_files_are_not_known(opened: Opened, tmp_path: Path, path: str) -> None:
    put(tmp_path, path)
    assert len(opened(tmp_path)) == 0


def test_a_post_is_written_as_it_is(opened: Opened, tmp_path: Path) -> None:
    add(opened(tmp_path), ID)
    assert (tmp_path / PATH).read_bytes() == TEXT.encode()


def test_a_post_that_was_added_is_known(opened: Opened, tmp_path: Path) -> None:
    archive = opened(tmp_path)
    add(archive, ID)
    assert ID in archive
    assert len(archive) == 1


def test_an_archive_is_read_from_the_posts_alone(opened: Opened, tmp_path: Path) -> None:
    add(opened(tmp_path), ID)
    assert ID in opened(tmp_path)


def test_nothing_else_is_left(opened: Opened, tmp_path: Path) -> None:
    add(opened(tmp_path), ID)
    assert files(tmp_path) == [PATH]


def test_posts_that_come_together_are_all_written(opened: Opened, tmp_path: Path) -> None:
    several = [f"NW{202112302230672549 + n}" for n in range(50)]
    archive = opened(tmp_path)
    assert add(archive, *several) == [None] * 50
    assert len(files(tmp_path)) == len(archive) == 50


def test_posts_may_be_added_in_turn(opened: Opened, tmp_path: Path) -> None:
    archive = opened(tmp_path)
    add(archive, ID)
    add(archive, OTHER)
    assert len(archive) == 2


def test_an_error_of_the_disk_is_raised(opened: Opened, tmp_path: Path) -> None:
    put(tmp_path, "_posts/2021")
    assert isinstance(add(opened(tmp_path), ID)[0], OSError)


def test_a_post_that_the_disk_refused_is_not_known(opened: Opened, tmp_path: Path) -> None:
    put(tmp_path, "_posts/2021")
    archive = opened(tmp_path)
    add(archive, ID)
    assert ID not in archive


def test_a_post_that_the_disk_refused_stops_no_other(opened: Opened, tmp_path: Path) -> None:
    (tmp_path / PATH).mkdir(parents=True)
    refused, written = add(opened(tmp_path), ID, OTHER)
    assert isinstance(refused, OSError)
    assert written is None


def test_a_post_that_was_not_synced_is_not_there(
    opened: Opened, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "fsync", refuse(stat.S_ISREG))
    assert isinstance(add(opened(tmp_path), ID)[0], OSError)
    assert not (tmp_path / PATH).exists()


@pytest.mark.parametrize("why", [errno.EINVAL, errno.ENOTSUP, errno.ENOSYS])
def test_a_file_system_that_does_not_sync_folders_is_no_trouble(
    opened: Opened, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, why: int
) -> None:
    monkeypatch.setattr(os, "fsync", refuse(stat.S_ISDIR, why))
    assert add(opened(tmp_path), ID) == [None]
    assert (tmp_path / PATH).read_text(encoding="utf-8")


def test_a_file_that_cannot_be_synced_is_an_error_whatever_the_file_system_says(
    opened: Opened, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "fsync", refuse(stat.S_ISREG, errno.EINVAL))
    (error,) = add(opened(tmp_path), ID)
    assert isinstance(error, OSError)
    assert not (tmp_path / PATH).exists()


def test_a_folder_that_was_not_synced_is_an_error(
    opened: Opened, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "fsync", refuse(stat.S_ISDIR))
    assert isinstance(add(opened(tmp_path), ID)[0], OSError)


def test_a_fault_while_posts_are_written_is_raised(
    opened: Opened, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fault(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr("finews_spider.archive.archive.write_all", fault)
    with pytest.raises(MemoryError):
        asyncio.run(asyncio.wait_for(opened(tmp_path).add(ID, TIME, TEXT), 10))


def test_a_text_that_cannot_be_written_is_an_error(opened: Opened, tmp_path: Path) -> None:
    assert isinstance(add(opened(tmp_path), ID, text="\ud800")[0], ValueError | OSError)
    assert files(tmp_path) == []


def test_a_post_that_the_ledger_cannot_take_is_an_error(opened: Opened, tmp_path: Path) -> None:
    """Or else it is owed still, and nobody hears of it."""
    archive = opened(tmp_path)
    archive._index._ledger.rows("PRAGMA query_only = 1")
    assert isinstance(add(archive, ID)[0], DiskError)


def test_a_new_folder_is_not_lost_in_a_power_cut(
    opened: Opened, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is an entry of the folder above it, which is to be synced for that."""
    synced: set[int] = set()
    fsync = os.fsync

    def noted(handle: int) -> None:
        synced.add(os.fstat(handle).st_ino)
        fsync(handle)

    archive = opened(tmp_path)
    monkeypatch.setattr(os, "fsync", noted)
    add(archive, ID)
    day = (tmp_path / PATH).parent
    above = [day, *day.parents][: len(Path(PATH).parents)]
    assert above[-1] == tmp_path
    assert {folder.stat().st_ino for folder in above} <= synced


def test_no_file_is_left_open(opened: Opened, tmp_path: Path) -> None:
    archive = opened(tmp_path)
    add(archive, ID)
    gc.collect()  # what tests before this one left open is none of its files
    before = set(Path("/dev/fd").iterdir())
    add(archive, OTHER)
    assert set(Path("/dev/fd").iterdir()) <= before


def test_whoever_waits_no_more_keeps_no_other_waiting(opened: Opened, tmp_path: Path) -> None:
    archive = opened(tmp_path)

    async def run() -> None:
        adding = [asyncio.create_task(archive.add(id_, TIME, TEXT)) for id_ in (ID, OTHER)]
        await asyncio.sleep(0)
        adding[0].cancel()
        await asyncio.wait_for(adding[1], 10)

    asyncio.run(run())
    assert OTHER in archive


def test_a_post_that_somebody_else_put_there_is_known_and_theirs_to_publish(opened: Opened, tmp_path: Path) -> None:
    archive = opened(tmp_path)
    assert not archive.has_come(ID, TIME)
    assert ID not in archive
    put(tmp_path, PATH)
    assert archive.has_come(ID, TIME)
    assert ID in archive
    assert list(archive.unpublished) == []


def test_a_category_page_is_written_once_and_noted_for_publishing(opened: Opened, tmp_path: Path) -> None:
    archive = opened(tmp_path)
    page = tmp_path / "category/TechWeb.html"

    async def ensure() -> None:
        for _ in range(2):
            await archive.ensure_page("TechWeb", "TechWeb")

    asyncio.run(ensure())
    assert "TechWeb" in page.read_text()
    assert list(archive.unpublished) == ["category/TechWeb.html"]


def test_a_category_page_of_a_persons_is_theirs(opened: Opened, tmp_path: Path) -> None:
    put(tmp_path, "category/TechWeb.md", "by hand")
    archive = opened(tmp_path)
    asyncio.run(archive.ensure_page("TechWeb", "TechWeb"))
    assert files(tmp_path) == ["category/TechWeb.md"]
    assert list(archive.unpublished) == []


def test_a_post_is_read_back(opened: Opened, tmp_path: Path) -> None:
    put(tmp_path, PATH, post_of(ID))
    article = opened(tmp_path).read(ID)
    assert article is not None
    assert (article.id, article.title, article.time, article.media_name) == (ID, "题", TIME, "中国证券报")


def test_what_is_not_there_is_not_read(opened: Opened, tmp_path: Path) -> None:
    assert opened(tmp_path).read(ID) is None


@pytest.mark.parametrize("text", ["by hand", TEXT])
def test_a_post_of_another_hand_is_not_read(opened: Opened, tmp_path: Path, text: str) -> None:
    put(tmp_path, PATH, text)
    archive = opened(tmp_path)
    assert ID in archive
    assert archive.read(ID) is None


def test_a_post_that_is_gone_is_not_read(opened: Opened, tmp_path: Path) -> None:
    put(tmp_path, PATH, post_of(ID))
    archive = opened(tmp_path)
    (tmp_path / PATH).unlink()
    assert archive.read(ID) is None


def test_a_post_in_another_encoding_is_not_read(opened: Opened, tmp_path: Path) -> None:
    put(tmp_path, PATH)
    (tmp_path / PATH).write_bytes(post_of(ID).encode("gb18030"))
    assert opened(tmp_path).read(ID) is None


def test_an_edit_is_noted_for_publishing_before_it_is_written(
    tmp_path: Path, opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def killed(*_: object) -> None:
        raise OSError

    put(tmp_path, PATH)
    archive = opened(tmp_path)
    monkeypatch.setattr(archive, "_write", killed)
    with pytest.raises(OSError):  # noqa: PT011 (bare, as it is raised)
        asyncio.run(archive.rewrite(ID, TEXT, TIME))
    assert list(archive.unpublished) == [PATH]


# What stands in the way.


def a_dead_link(path: Path) -> None:
    path.symlink_to("nowhere")


IN_THE_WAY: dict[str, tuple[str, Callable[[Path], object]]] = {
    "a folder": (PATH, Path.mkdir),
    "a link to nothing": (PATH, a_dead_link),
    "a pipe": (PATH, os.mkfifo),
    "a file in place of its folder": ("_posts/2021/12/30", Path.touch),
    "a file in place of a folder above": ("_posts/2021", Path.touch),
    "a link to nothing in place of its folder": ("_posts/2021/12/30", a_dead_link),
}


def identity(path: Path) -> tuple[int, int, int]:
    """What stands there, and when it changed last; that it was looked at is no change."""
    found = path.lstat()
    return found.st_ino, found.st_mode, found.st_mtime_ns


@pytest.mark.parametrize("case_kind", IN_THE_WAY)
def test_what_stands_in_a_posts_place_is_named_and_stays(opened: Opened, tmp_path: Path, case_kind: str) -> None:
    place, make = IN_THE_WAY[case_kind]
    (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
    make(tmp_path / place)
    before = identity(tmp_path / place)
    archive = opened(tmp_path)
    assert not archive.has_come(ID, TIME)
    (error,) = add(archive, ID)
    assert isinstance(error, PathTakenError)
    assert error.filename == str(tmp_path / place)
    assert ID not in archive
    assert identity(tmp_path / place) == before
    assert list((tmp_path / ".finews/tmp").iterdir()) == []


def test_the_others_of_its_day_are_written(opened: Opened, tmp_path: Path) -> None:
    (tmp_path / PATH).mkdir(parents=True)
    archive = opened(tmp_path)
    assert [type(error) for error in add(archive, ID, OTHER)] == [PathTakenError, type(None)]
    assert OTHER in archive


def test_an_empty_file_is_written_over(opened: Opened, tmp_path: Path) -> None:
    put(tmp_path, PATH, "")
    archive = opened(tmp_path)
    assert not archive.has_come(ID, TIME)
    assert add(archive, ID) == [None]
    assert (tmp_path / PATH).read_text(encoding="utf-8") == TEXT
