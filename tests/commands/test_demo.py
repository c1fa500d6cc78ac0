"""`scrapy demo`, and the site that it leaves."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from parsel import Selector

from finews_spider.archive import category_pages
from finews_spider.archive.category_pages import State
from tests.conftest import Ran, run_forked, run_scrapy
from tests.support.built import build, dom, served
from tests.support.nonempty import nonempty

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("demo")]  # one run and one build for all


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo") / "demo"


@pytest.fixture(scope="module")
def first(folder: Path) -> Ran:
    return run_scrapy("demo", "--folder", folder)


@pytest.fixture(scope="module")
def built(folder: Path, first: Ran, tool: Callable[[str], str]) -> Path:
    """The site as Jekyll builds it."""
    assert first.code == 0
    return build(tool("jekyll"), folder)


@pytest.fixture(scope="module")
def address(built: Path) -> Iterator[str]:
    """Where the built site is served."""
    with served(built) as address:
        yield address


def a_post(folder: Path) -> Path:
    return min(path for path in folder.glob("_posts/**/*-NW*.md") if "zhongguozhengquanbao" in path.read_text("utf-8"))


def test_it_says_what_it_did_and_what_to_type_next(first: Ran, folder: Path) -> None:
    assert first.code == 0
    posts = len(list(folder.glob("_posts/**/*.md")))
    assert posts > 200
    assert f"{posts} new posts" in first.out
    assert "layout: post" in first.out
    assert "crawl finews" in first.out
    assert f" demo --folder {folder}  # again" in first.out
    assert first.err == ""


def test_what_the_home_page_does_not_list_has_a_page(first: Ran, folder: Path, built: Path) -> None:
    assert first.code == 0
    assert [path.name for path in (folder / "older").iterdir()] == ["2.html"]
    page = (built / "older/2.html").read_text(encoding="utf-8")
    assert "/older/2.html" in (built / "index.html").read_text(encoding="utf-8")
    assert "NW" in page


def test_again_it_finds_nothing_new_and_says_so(first: Ran, folder: Path) -> None:
    again = run_forked("demo", "--folder", folder)
    assert again.code == 0
    assert "nothing new" in again.out


def test_a_site_that_is_there_keeps_its_files(tmp_path: Path) -> None:
    (tmp_path / "_config.yml").write_text("title: mine\n")
    ran = run_forked("demo", "--folder", tmp_path, "--articles", "1")
    assert ran.code == 0
    assert (tmp_path / "_config.yml").read_text() == "title: mine\n"
    assert (tmp_path / "index.html").exists()


def test_a_built_page_shows_all_of_a_post(built: Path, folder: Path) -> None:
    post = a_post(folder)
    lines = post.read_text(encoding="utf-8").split("\n")
    page = Selector(
        (built / f"zhongguozhengquanbao/{post.stem[:10].replace('-', '/')}/{post.stem[11:]}.html").read_text("utf-8")
    )
    content = page.xpath("//section")
    assert content.xpath("string(.//h1)").get("").strip() == json.loads(lines[2].removeprefix("title: "))
    assert content.xpath("string(.//p[@class='em_media'])").get() == "（文章来源：中国证券报）"
    assert f"infoCode={post.stem[11:]}" in "".join(content.xpath(".//a/@href").getall())
    assert content.xpath(".//a[text()='返回中国证券报新闻']/@href").get() == ("/category/zhongguozhengquanbao.html")
    assert content.xpath(".//a[text()='返回首页']/@href").get() == "/"


def test_every_post_has_its_page(built: Path, folder: Path) -> None:
    pages = {path.stem for path in built.glob("*/[0-9]*/[0-9]*/[0-9]*/*.html")}
    assert pages == {path.stem[11:] for path in folder.glob("_posts/**/*.md")}


def test_a_browser_opens_the_index_and_a_post(
    address: str, folder: Path, tool: Callable[[str], str], tmp_path: Path
) -> None:
    chromium = tool("chromium")
    index = dom(chromium, address, tmp_path)
    links = index.xpath("//main//a/@href").getall()
    post = a_post(folder)
    path = f"/zhongguozhengquanbao/{post.stem[:10].replace('-', '/')}/{post.stem[11:]}.html"
    assert len(links) > 100
    page = dom(chromium, address + path, tmp_path)
    assert page.xpath("//section//p[@class='em_media']")
    assert page.xpath("//section//a[text()='返回首页']")


def test_every_category_has_its_page(built: Path, folder: Path) -> None:
    found = category_pages.scan(folder)
    assert len(found) > 10
    assert {category_pages.page(folder, category).state for category in found.values()} == {State.RIGHT}
    assert all((built / category_pages.path(slug)).exists() for slug in nonempty(found))
