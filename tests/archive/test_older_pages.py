"""Pages of older posts are there before a link leads to them."""

from collections.abc import Iterable
from pathlib import Path

import pytest

from finews_spider.archive import older_pages
from finews_spider.archive.atomic import TEMPORARY

TAG = "中国证券报新闻"
HOME = 'title: "更早的文章"\n'


def ensure(output: Path, posts: int, *, recount: bool = False) -> list[str]:
    noted: list[str] = []

    def note(paths: Iterable[str]) -> None:
        noted.extend(paths)
        assert [path for path in noted if (output / path).exists()] == []

    older_pages.ensure(output, posts, note, recount=recount)
    assert [path for path in noted if not (output / path).is_file()] == []
    return noted


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A site of 600 posts of one category and 500 of another; more in a folder that is not built."""
    (tmp_path / "_layouts").mkdir()
    (tmp_path / TEMPORARY).mkdir(parents=True)
    (tmp_path / older_pages.LAYOUT).touch()
    for number, slug, folder in [
        *((n, "long", "_posts") for n in range(600)),
        *((n, "short", "_posts") for n in range(600, 1100)),
        *((n, "moved", "old_post") for n in range(1100, 1700)),
    ]:
        post = tmp_path / folder / f"2021-12-30-NW20211230{number:010}.md"
        post.parent.mkdir(exist_ok=True)
        post.write_text(f"---\ncategories: {slug}\ntags: {TAG}\n---\n", encoding="utf-8")
    return tmp_path


def test_the_home_page_has_pages_behind_it_one_ahead_of_its_posts(site: Path) -> None:
    assert [path for path in ensure(site, 1100) if path.count("/") == 1] == [f"older/{n}.html" for n in (2, 3, 4)]
    assert (site / "older/2.html").read_text(encoding="utf-8") == f"---\nlayout: older\n{HOME}number: 2\n---\n"


def test_a_category_of_more_than_500_posts_has_them_too(site: Path) -> None:
    assert [path for path in ensure(site, 1100) if path.count("/") == 2] == ["older/long/2.html", "older/long/3.html"]
    text = f'---\nlayout: older\ntitle: "{TAG}"\ncategory: long\nnumber: 3\n---\n'
    assert (site / "older/long/3.html").read_text(encoding="utf-8") == text


def test_categories_are_counted_when_home_needs_another_page_or_when_posts_have_moved(site: Path) -> None:
    ensure(site, 1100)
    for page in site.glob("older/long/*"):
        page.unlink()
    assert ensure(site, 1499) == []
    assert ensure(site, 1499, recount=True) == ["older/long/2.html", "older/long/3.html"]
    assert ensure(site, 1500) == ["older/5.html"]
    (site / "older/long/3.html").unlink()
    assert ensure(site, 2000) == ["older/6.html", "older/long/3.html"]


def test_a_page_that_is_there_is_kept_as_it_is(site: Path) -> None:
    (site / "older").mkdir()
    (site / "older/2.html").write_text("手写的", encoding="utf-8")
    assert "older/2.html" not in ensure(site, 1100)
    assert (site / "older/2.html").read_text(encoding="utf-8") == "手写的"


def test_a_site_without_the_layout_or_with_few_posts_has_none(site: Path) -> None:
    assert ensure(site, 200) == []
    (site / older_pages.LAYOUT).unlink()
    assert ensure(site, 1100) == []
    assert not (site / "older").exists()
