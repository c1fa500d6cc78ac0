from collections.abc import Iterator

import pytest

from finews_spider.archive import paths
from finews_spider.archive.paths import category_link, category_page, id_in_post_name
from finews_spider.items import Family
from finews_spider.sources import known
from finews_spider.sources.eastmoney_ids import IDS
from finews_spider.sources.ids import IdScheme

ARTICLE = "NW202112302230672549"
FLASH = "202112302230672549"


@pytest.mark.parametrize("ending", ["md", "markdown", "html"])
def test_the_name_of_a_post_holds_its_id(ending: str) -> None:
    assert id_in_post_name(f"2021-12-30-{ARTICLE}.{ending}") == ARTICLE


@pytest.mark.parametrize(
    "name",
    [
        "index.html",
        f"{ARTICLE}.md",
        f"-{FLASH}.md",
        f"2021-12-30-{ARTICLE}.md.part",
        f"2021-12-30-{ARTICLE}.txt",
        "2021-12-30-welcome.md",
    ],
)
def test_other_files_are_no_posts(name: str) -> None:
    assert id_in_post_name(name) is None


@pytest.fixture
def careless(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A source beside the delivered ones whose pattern leaves much open."""
    scheme = IdScheme({"t-.*|u-.*": Family()}, example="t-x")
    monkeypatch.setattr(known, "id_schemes", lambda: (IDS, scheme))
    paths._post_name.cache_clear()
    yield
    paths._post_name.cache_clear()


@pytest.mark.usefixtures("careless")
@pytest.mark.parametrize("id_", ["t-a", "u-a_B-9", ARTICLE, FLASH])
def test_the_ids_of_every_source_are_found(id_: str) -> None:
    assert id_in_post_name(f"2021-12-30-{id_}.md") == id_


@pytest.mark.usefixtures("careless")
@pytest.mark.parametrize("id_", ["t-a.b", "t-a b", "t-a\n", "t-一", f"t-{'a' * 200}", f"t-{ARTICLE}.md", "welcome"])
def test_what_could_be_no_id_is_found_in_no_name(id_: str) -> None:
    assert id_in_post_name(f"2021-12-30-{id_}.md") is None


def test_a_category_has_its_page_among_those_of_all() -> None:
    assert category_page("zhongguozhengquanbao") == category_link("zhongguozhengquanbao")
    assert category_page("zhongguozhengquanbao") == "category/zhongguozhengquanbao.html"


def test_the_category_of_the_flashes_has_its_page_in_a_folder_of_its_own() -> None:
    assert (category_page("emnews"), category_link("emnews")) == ("emnews/index.html", "emnews/")
