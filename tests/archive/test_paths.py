import pytest

from finews_spider.archive.paths import category_link, category_page, id_in_post_name

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


def test_a_category_has_its_page_among_those_of_all() -> None:
    assert category_page("zhongguozhengquanbao") == category_link("zhongguozhengquanbao")
    assert category_page("zhongguozhengquanbao") == "category/zhongguozhengquanbao.html"


def test_the_category_of_the_flashes_has_its_page_in_a_folder_of_its_own() -> None:
    assert (category_page("emnews"), category_link("emnews")) == ("emnews/index.html", "emnews/")
