"""Links in the output folder, as a stranger's repository may have them: nothing is written or moved through them."""

from pathlib import Path

import pytest

from tests.conftest import Ran, Site, TimedSite

pytestmark = pytest.mark.slow


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """A folder that is no business of finews's, with a file in it."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    (folder / "precious").write_text("stays")
    return folder


def untouched(elsewhere: Path) -> bool:
    return [path.name for path in elsewhere.iterdir()] == ["precious"] and (
        elsewhere / "precious"
    ).read_text() == "stays"


def link(output: Path, name: str, target: Path) -> None:
    (output / name).parent.mkdir(parents=True, exist_ok=True)
    (output / name).symlink_to(target)


def is_refused(ran: Ran, code: int, *words: str) -> bool:
    assert "Traceback" not in ran.err
    assert [word for word in words if word not in ran.err] == []
    return ran.code == code


@pytest.mark.parametrize("name", ["_posts", "_posts/2022", "category", "emnews"])
def test_a_folder_that_leads_elsewhere_gets_no_file(site: Site, elsewhere: Path, name: str) -> None:
    link(site.output, name, elsewhere)
    assert is_refused(site.crawl(), 3, "leads out of the output folder", str(elsewhere))
    assert untouched(elsewhere)


@pytest.mark.parametrize("name", ["", "/tmp", "/runs", "/ledger.sqlite", "/lock", "/holder"])
def test_a_link_in_finewss_own_folder_is_refused(site: Site, elsewhere: Path, name: str) -> None:
    link(site.output, f".finews{name}", elsewhere / "precious" if "." in name else elsewhere)
    assert is_refused(site.crawl(), 2, f".finews{name} is a link")
    assert site.room.log == []
    assert untouched(elsewhere)


def test_a_link_in_the_place_of_a_page_is_left_alone(site: Site, elsewhere: Path) -> None:
    link(site.output, "category/zhongguozhengquanbao.html", elsewhere / "precious")
    assert site.crawl().code == 0
    assert untouched(elsewhere)


def test_old_posts_do_not_move_elsewhere(archived: TimedSite, elsewhere: Path) -> None:
    link(archived.output, "old_post", elsewhere)
    before = archived.posts()
    ran = archived.crawl(settings={"FINEWS_KEEP_DAYS": "3"})
    assert is_refused(ran, 0, "leads out of the output folder")
    assert archived.posts() == before
    assert untouched(elsewhere)


def test_links_that_stay_within_the_output_folder_are_followed(site: Site) -> None:
    (site.output / "news").mkdir(parents=True)
    link(site.output, "_posts", Path("news"))
    assert site.crawl().code == 0
    assert list(site.output.glob("news/*/*/*/*.md"))


def test_the_output_folder_itself_may_be_a_link(site: Site, tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    site.output.symlink_to(tmp_path / "real")
    assert site.crawl().code == 0
    assert site.posts()
