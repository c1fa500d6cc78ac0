"""The site's search, in Chromium: titles of all posts, those of the newest and those of the index."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from parsel import Selector

from finews_spider.archive import category_pages
from finews_spider.commands.skeleton import copy_site
from tests.support.built import PATIENT, build, dom, served
from tests.support.posts import TIME, article, flash, write
from tests.tables.conftest import run

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("search")]  # one worker builds it for all

NEWEST = 600  # titles in search.json of a site that has the index
POSTS = NEWEST + 200


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site with posts of half a year, the older ones with words of their own, and with the index of titles."""
    site = tmp_path_factory.mktemp("search") / "site"
    copy_site(site)
    for number in range(POSTS):
        kind = "新近" if number < NEWEST else "早先"
        write(site, article(number, time=TIME - timedelta(hours=6 * number), title=f"{kind}{number}号：储能 S&P <b>"))
    twin = TIME - timedelta(hours=6 * (POSTS - 1))
    write(site, flash(POSTS - 1, time=twin, title=f"早先{POSTS - 1}号：储能 S&P <b>"))
    category_pages.ensure(site, {"zhongguozhengquanbao": "中国证券报新闻"})
    assert run(site, "titles").code == 0
    return site


# Goes on with the button until it is gone, and leaves the titles in its own element.
CLICKS = """<!doctype html><meta charset="utf-8"><iframe id="frame"></iframe><pre id="seen"></pre><script>
const pause = (time) => new Promise((done) => setTimeout(done, time));
(async () => {
  await new Promise((done) => { frame.onload = done; frame.src = `/${location.hash.replace("#", "?q=")}`; });
  const form = frame.contentDocument.querySelector("form");
  let clicks = 0;
  for (await pause(700); clicks < 200; await pause(100)) {
    const button = form.querySelector("button");
    if (button.hidden) break;
    button.click();
    clicks += 1;
  }
  seen.textContent = JSON.stringify([clicks, ...[...form.querySelectorAll("li a")].map((link) => link.textContent)]);
})();
</script>"""


@pytest.fixture(scope="module")
def address(source: Path, tool: Callable[[str], str]) -> Iterator[str]:
    built = build(tool("jekyll"), source)
    (built / "clicks.html").write_text(CLICKS, encoding="utf-8")
    with served(built) as address:
        yield address


def found(page: Selector) -> list[str]:
    return page.xpath("//form[@role='search']/ol/li/a/text()").getall()


def status(page: Selector) -> str:
    return page.xpath("string(//form[@role='search']/p)").get("")


def button(page: Selector) -> str:
    return page.xpath("string(//form[@role='search']/button[not(@hidden)])").get("")


@pytest.mark.parametrize(
    ("words", "number"),
    [("早先777号", 777), ("早先 ７７７号：储", 777), ("早先 777 s&p", 777), ("早先799号", 799)],
)
def test_one_title_is_found_wherever_it_is(
    address: str, tool: Callable[[str], str], tmp_path: Path, words: str, number: int
) -> None:
    page = dom(tool("chromium"), f"{address}/?q={quote(words)}", tmp_path)
    assert [title.split("号")[0][2:] for title in found(page)] == [f"{number}"]
    assert "在全部文章中找到 1 篇" in status(page)
    (link,) = page.xpath("//form[@role='search']/ol/li/a/@href").getall()
    assert link.startswith("/zhongguozhengquanbao/2021/")
    assert button(page) == ""


def test_one_of_the_newest_is_found(address: str, tool: Callable[[str], str], tmp_path: Path) -> None:
    page = dom(tool("chromium"), f"{address}/?q={quote('新近599号')}", tmp_path)
    assert [title.split("号")[0] for title in found(page)] == ["新近599"]


def test_what_is_found_often_is_found_step_by_step(address: str, tool: Callable[[str], str], tmp_path: Path) -> None:
    page = dom(tool("chromium"), f"{address}/?q=早", tmp_path)
    assert [title.split("号")[0] for title in found(page)] == [f"早先{NEWEST + n}" for n in range(10)]
    assert button(page).startswith("继续查找 2021-")
    page = dom(tool("chromium"), f"{address}/?q=储能", tmp_path)
    assert len(found(page)) == 50
    assert button(page)


def test_the_button_leads_to_all_and_each_stands_once(address: str, tool: Callable[[str], str], tmp_path: Path) -> None:
    page = dom(tool("chromium"), f"{address}/clicks.html#{quote('储能 S&P')}", tmp_path, PATIENT)
    clicks, *titles = json.loads(page.xpath("string(//pre[@id='seen'])").get(""))
    assert [title.split("号")[0][2:] for title in titles] == [f"{number}" for number in range(POSTS)]
    assert 10 < clicks < 200


def test_what_is_nowhere_is_nowhere(address: str, tool: Callable[[str], str], tmp_path: Path) -> None:
    page = dom(tool("chromium"), f"{address}/?q=没有这样的题", tmp_path)
    assert found(page) == []
    assert "在全部文章中找到 0 篇" in status(page)
