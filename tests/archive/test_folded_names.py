"""A disk on which two names are one file: nothing is lost, nothing is there twice, nothing takes another's place."""

import asyncio
import os
import unicodedata
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path

import pytest

from finews_spider.archive import category_pages
from finews_spider.archive.archive import Archive
from finews_spider.archive.atomic import PathTakenError, write_all
from finews_spider.archive.category_pages import State
from finews_spider.archive.lock import prepare_output
from finews_spider.archive.paths import BY_DAY, FLAT, FOLDERS
from finews_spider.dates import BEIJING
from finews_spider.ledger.database import Ledger
from finews_spider.ledger.posts import Index
from finews_spider.slugs import slug
from finews_spider.sources import known
from tests.support.casefold import fold_names

TIME = datetime(2026, 11, 25, 9, tzinfo=BEIJING)
IDS = ("2026-11-a-title", "2026-11-A-title")
COMPOSED, DECOMPOSED = "é", "e\u0301"


@pytest.fixture(params=[True, False], ids=["folded", "as they are"])
def is_folded(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> bool:
    if request.param:
        fold_names(monkeypatch, tmp_path)
    return bool(request.param)


@pytest.fixture
def ledgers() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def any_ids(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take all names of posts for a source's, which has ids of words."""
    monkeypatch.setattr(known, "is_id", lambda _: True)


def id_in_name(name: str) -> str | None:
    return name[11:].removesuffix(".md") if name.endswith(".md") else None


def opened(ledgers: ExitStack, output: Path, pattern: str = BY_DAY) -> Archive:
    prepare_output(output)
    archive = Archive(output, Index(ledgers.enter_context(Ledger(output)), FOLDERS, id_in_name), pattern)
    archive.sync()
    return archive


def contents(output: Path) -> list[str]:
    return sorted(post.read_text(encoding="utf-8") for post in output.glob("_posts/**/*.md"))


def test_the_disk_folds_names(is_folded: bool, tmp_path: Path) -> None:
    (tmp_path / "A").mkdir()
    (tmp_path / "A" / COMPOSED).touch()
    assert (tmp_path / "a" / DECOMPOSED).exists() == is_folded
    assert os.path.lexists(tmp_path / "a" / "É") == is_folded


@pytest.mark.usefixtures("any_ids")
@pytest.mark.parametrize("pattern", [BY_DAY, FLAT])
def test_a_post_takes_the_place_of_no_other(is_folded: bool, ledgers: ExitStack, tmp_path: Path, pattern: str) -> None:
    """Of two that come at once, and of two that come one after the other; who loses is told."""

    async def add_all(archive: Archive) -> list[BaseException | None]:
        return await asyncio.gather(*(archive.add(id_, TIME, id_) for id_ in IDS), return_exceptions=True)

    archive = opened(ledgers, tmp_path, pattern)
    errors = asyncio.run(add_all(archive))
    kept = IDS[:1] if is_folded else IDS
    assert contents(tmp_path) == sorted(kept)
    assert [isinstance(error, PathTakenError) for error in errors] == [False, is_folded]
    assert [archive.has_come(id_, TIME) for id_ in IDS] == [True, not is_folded]
    assert [id_ in archive for id_ in IDS] == [True, not is_folded]
    again = opened(ledgers, tmp_path, pattern)
    assert len(again) == len(kept)
    assert list((tmp_path / ".finews" / "tmp").iterdir()) == []


def test_pages_that_are_written_at_once_do_not_mix(is_folded: bool, ledgers: ExitStack, tmp_path: Path) -> None:
    tags = {"TechWeb": "TechWeb新闻", "Techweb": "Techweb新闻"}

    async def ensure_all(archive: Archive) -> None:
        await asyncio.gather(*(archive.ensure_page(slug, tag) for slug, tag in tags.items()))

    asyncio.run(ensure_all(opened(ledgers, tmp_path)))
    found = {page.name: page.read_text(encoding="utf-8") for page in tmp_path.glob("category/*")}
    whole = {category_pages.whole_text(slug, tag) for slug, tag in tags.items()}
    assert len(found) == (1 if is_folded else 2)
    assert set(found.values()) <= whole
    states = {category_pages.page(tmp_path, category_pages.Category(slug)).state for slug in tags}
    assert states == ({State.RIGHT, State.SHARED} if is_folded else {State.RIGHT})


def test_two_writers_share_no_temporary_file(tmp_path: Path) -> None:
    prepare_output(tmp_path)
    errors, _ = write_all(tmp_path, [(tmp_path / folder / "same", folder) for folder in ("a", "b", "c")])
    assert errors == [None] * 3
    assert [(tmp_path / folder / "same").read_text() for folder in ("a", "b", "c")] == ["a", "b", "c"]


# Names in the two forms that Unicode has for é.


@pytest.mark.parametrize("name", ["Économie 财经", "한국경제", "ガジェット", "Ångström"])
def test_a_name_has_one_slug_whatever_its_form(name: str) -> None:
    forms = [unicodedata.normalize(form, name) for form in ("NFC", "NFD")]
    assert forms[0] != forms[1]
    assert len(set(map(slug, forms))) == 1


@pytest.mark.usefixtures("any_ids")
@pytest.mark.parametrize("name", ["新闻", COMPOSED, DECOMPOSED])
def test_posts_in_a_persons_folder_are_known_once(
    is_folded: bool, ledgers: ExitStack, tmp_path: Path, name: str
) -> None:
    folder = tmp_path / "_posts" / name
    folder.mkdir(parents=True)
    (folder / f"2026-11-25-{IDS[0]}.md").write_text("-", encoding="utf-8")
    archive = opened(ledgers, tmp_path)
    assert (len(archive), IDS[0] in archive, archive.sync()) == (1, True, (0, 0))
    asyncio.run(archive.add(IDS[1] + "s", TIME, "-"))
    assert (len(opened(ledgers, tmp_path)), archive.sync()) == (2, (0, 0))
