"""Which posts their source has edited is in a file of the site's, and survives retention."""

from datetime import timedelta
from pathlib import Path

import pytest

from finews_spider.archive import edited
from finews_spider.archive.atomic import TEMPORARY
from tests.conftest import NOW

HEAD = "# Mine\n"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    (tmp_path / "_data").mkdir()
    (tmp_path / TEMPORARY).mkdir(parents=True)
    (tmp_path / edited.FILE).write_text(HEAD)
    return tmp_path


def text(site: Path) -> str:
    return (site / edited.FILE).read_text(encoding="utf-8")


def test_entries_stand_in_the_order_of_their_ids_and_the_last_edit_counts(site: Path) -> None:
    for day, id_ in enumerate(["b", "a", "b"]):
        edited.note(site, id_, NOW + timedelta(days=day))
    assert text(site) == f'{HEAD}"a": "2022-01-14 09:00:00 +0800"\n"b": "2022-01-15 09:00:00 +0800"\n'


def test_posts_that_are_not_built_are_forgotten_and_nothing_else_is_written(site: Path) -> None:
    for id_ in "ab":
        edited.note(site, id_, NOW)
    assert edited.forget(site, "b".__eq__)
    assert text(site) == f'{HEAD}"b": "2022-01-13 09:00:00 +0800"\n'
    before = (site / edited.FILE).stat()
    assert not edited.forget(site, "b".__eq__)
    assert (site / edited.FILE).stat() == before
