"""The site in output/, built by Jekyll and opened in Chromium, with no network: every picture is missing."""

import json
import re
import shutil
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from parsel import Selector

from finews_spider.archive import category_pages
from finews_spider.archive.posts import render
from finews_spider.archive.retention import move_old
from finews_spider.commands.skeleton import copy_site
from finews_spider.items import Article
from tests.support import existing
from tests.support.built import DARK, MEASURE, build, dom, measured, served
from tests.support.nonempty import nonempty

pytestmark = pytest.mark.slow

LONG = "很" * 60 + "A" * 200
BODY = (
    "<p>正文</p>"
    '<center><img src="http://pictures.example/1.jpg" alt="Image" width="395"'
    ' style="border:#d1d1d1 1px solid;padding:3px;" /></center>'
    '<p><img src="https://pictures.example/2.jpg" alt="南宁港" /></p>'
    f"<pre>{'=' * 300}</pre><table><tbody><tr>{'<td>三亚</td>' * 60}</tr></tbody></table><p>{'x' * 300}</p>"
    '<p class="em_media">（文章来源：中国证券报）</p>'
)
PHONE, DESKTOP = 390, 1280


def articles() -> list[Article]:
    """Articles and flashes of a week, and one of everything that is too wide."""
    usual = list(existing.articles(60, timedelta(hours=3)))
    wide = usual[1]
    wide.title, wide.media_name, wide.body = f"{LONG}<b>&", f"{LONG[:40]}({'B' * 40})", BODY
    usual[2].body = BODY
    return usual


def write(site: Path, *, flat: bool = False) -> Path:
    """The site as it is delivered, with posts and their category pages."""
    copy_site(site)
    for article in nonempty(articles()):
        assert article.time is not None
        folder = site / ("_posts" if flat else f"_posts/{article.time:%Y/%m/%d}")
        folder.mkdir(parents=True, exist_ok=True)
        name = f"{article.time:%Y-%m-%d}-{article.id}.md"
        (folder / name).write_text(render(article, existing.SITE), encoding="utf-8")
    category_pages.ensure(site, {entry.category: entry.tag for entry in articles()})
    return site


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("site") / "site")


@pytest.fixture(scope="module")
def site(source: Path, tool: Callable[[str], str]) -> Path:
    """Built, with the page that measures others."""
    there = build(tool("jekyll"), source)
    (there / "measure.html").write_text(MEASURE, encoding="utf-8")
    return there


@pytest.fixture(scope="module")
def address(site: Path) -> Iterator[str]:
    with served(site) as address:
        yield address


def page(path: Path) -> Selector:
    return Selector(path.read_text(encoding="utf-8"), type="html")


def pages(site: Path) -> dict[str, Selector]:
    """All pages of the built site, by path."""
    found = (path for path in site.rglob("*.html") if path.name != "measure.html")
    return {f"/{path.relative_to(site)}": page(path) for path in found}


def post_paths(site: Path) -> set[str]:
    return {path for path in pages(site) if re.search(r"/\d{4}/\d\d/\d\d/", path)}


def dead_links(site: Path, base: str = "") -> set[str]:
    """Links and sources within the site that lead nowhere; also those that leave its base."""
    there = {link for entry in pages(site).values() for link in entry.xpath("//@href | //@src").getall()}
    own = {link.split("#")[0].split("?")[0] for link in there if re.match(r"/(?!/)", link)}
    assert own
    return {
        link
        for link in own
        if not link.startswith(f"{base}/")
        or not (site / (link.removeprefix(base)[1:] + ("index.html" if link.endswith("/") else ""))).is_file()
    }


def test_every_link_of_every_page_leads_somewhere(site: Path) -> None:
    assert len(post_paths(site)) == 60
    assert dead_links(site) == set()


def test_github_pages_builds_the_same_site(source: Path, site: Path, tool: Callable[[str], str]) -> None:
    """Its Jekyll is 3.10, without plugins of one's own; tried is 3.9."""
    theirs = build(tool("jekyll3"), source, "--safe")
    names = {path.relative_to(theirs) for path in theirs.rglob("*") if path.is_file()}
    assert names == {path.relative_to(site) for path in site.rglob("*") if path.is_file()} - {Path("measure.html")}
    assert {name for name in names if text(theirs / name) != text(site / name)} == set()


def text(path: Path) -> str:
    """Of a built file; Liquid 4 leaves quotes alone where Liquid 5 escapes them."""
    return path.read_text(encoding="utf-8").replace("&apos;", "'")


def test_a_site_below_the_root_of_its_host_has_no_dead_link(
    source: Path, tool: Callable[[str], str], tmp_path: Path
) -> None:
    copy = shutil.copytree(source, tmp_path / "project")
    assert dead_links(build(tool("jekyll"), copy, "--baseurl", "/project"), "/project") == set()


def test_the_home_page_links_to_every_category_with_its_number_of_posts(site: Path) -> None:
    rows = page(site / "index.html").xpath("//nav[@id='sources']//li")
    shown = {row.xpath("a/@href").get(): int(row.xpath("string(small)").get("")) for row in rows}
    wanted: dict[str, int] = {}
    for article in articles():
        path = f"/{category_pages.path(article.category)}".removesuffix("index.html")
        wanted[path] = wanted.get(path, 0) + 1
    assert shown == wanted


def test_the_home_page_has_the_latest_posts_by_day(site: Path) -> None:
    home = page(site / "index.html")
    days = home.xpath("//section[@class='day']/h2/time/@datetime").getall()
    assert days == sorted(days, reverse=True)
    assert days[0] == f"{existing.LAST:%F}"
    assert home.xpath("//section[@class='day']//li").xpath("string(a)").get() == articles()[0].title


def test_a_category_page_has_the_title_of_its_posts_and_all_of_them(site: Path) -> None:
    name = "中国证券报"
    there = page(site / "category/zhongguozhengquanbao.html")
    assert there.xpath("string(//h1)").get() == f"{name}新闻"
    titles = [article.title for article in articles() if article.media_name == name]
    assert titles
    assert there.xpath("//section//li/a/text()").getall() == titles


def test_a_post_has_time_source_share_link_and_the_way_back(site: Path) -> None:
    article = next(entry for entry in articles() if entry.media_name == "中国证券报")
    assert article.time is not None
    path = f"{article.category}/{article.time:%Y/%m/%d}/{article.id}.html"
    content = page(site / path).xpath("//section")
    assert f"{article.time:%F %T}" in content.xpath("string(.//small)").get("")
    assert content.xpath("string(.//h1)").get() == article.title
    assert content.xpath(".//small/a/text()").get() == "中国证券报"
    links = content.xpath(".//p/a/@href").getall()
    assert links[-3:] == [article.share_link, "/category/zhongguozhengquanbao.html", "/"]


def test_no_page_loads_anything_from_elsewhere_but_pictures(site: Path) -> None:
    pictures: list[str] = []
    for entry in nonempty(pages(site).values()):
        loaded = entry.xpath("//script/@src | //link[@rel!='canonical']/@href | //iframe/@src").getall()
        assert all(re.match(r"/(?!/)", link) for link in nonempty(loaded))
        assert entry.xpath("//script[not(@src)] | //style | //*[@onerror or @onclick]").getall() == []
        pictures += entry.xpath("//img/@src").getall()
    assert all(link.startswith("https://") for link in nonempty(pictures))


def test_feed_sitemap_and_index_of_the_search_are_well_formed(site: Path) -> None:
    feed = etree.fromstring((site / "feed.xml").read_bytes())
    assert len(feed.findall("{*}entry")) == 50
    assert "&quot;//finews" not in (site / "feed.xml").read_text(encoding="utf-8")
    urls = etree.fromstring((site / "sitemap.xml").read_bytes()).findall("{*}url/{*}loc")
    paths = {re.sub(r"https://[^/]+", "", url.text or "") for url in urls}
    assert post_paths(site) <= paths
    assert "/category/zhongguozhengquanbao.html" in paths
    assert len(json.loads((site / "search.json").read_text(encoding="utf-8"))) == 60


@pytest.fixture(scope="module")
def seen(address: str, site: Path, tool: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory) -> Any:
    """What a browser says of a page of each kind, by width and scheme."""
    paths = ["/", "/emnews/", "/404.html", "/category/zhongguozhengquanbao.html", *wide_posts(site)]
    paths += [path for path in pages(site) if path.startswith("/category/hen")]
    profile = tmp_path_factory.mktemp("profile")

    def look(width: int, *flags: str) -> list[Any]:
        return list(measured(tool("chromium"), address, profile, paths, width, *flags))

    return {"phone": look(PHONE), "desktop": look(DESKTOP), "dark": look(PHONE, DARK)}


def wide_posts(site: Path) -> list[str]:
    """The posts with pictures, tables and words that are wider than a phone."""
    return sorted(path for path in post_paths(site) if page(site / path[1:]).xpath("//pre"))


@pytest.mark.parametrize("width", ["phone", "desktop"])
def test_no_page_is_wider_than_the_window(seen: Any, width: str) -> None:
    assert len(seen[width]) == 7
    assert [entry["page"] for entry in seen[width] if entry["needs"] > entry["width"]] == []


@pytest.mark.parametrize("width", ["phone", "desktop"])
def test_a_missing_picture_is_a_quiet_box_with_words(seen: Any, width: str) -> None:
    pictures = [picture for entry in seen[width] for picture in entry["pictures"]]
    assert [picture["says"] for picture in pictures[:2]] == ['"图片无法显示"', '"图片无法显示：南宁港"']
    assert not any(picture["shown"] for picture in nonempty(pictures))
    assert all(200 < picture["width"] < PHONE and 70 < picture["height"] < 140 for picture in nonempty(pictures))


def test_a_page_follows_the_dark_scheme(seen: Any) -> None:
    for light, dark in zip(nonempty(seen["phone"]), seen["dark"], strict=True):
        assert luminance(light["paper"]) > 0.8
        assert luminance(dark["paper"]) < 0.05
        assert contrast(light["ink"], light["paper"]) > 7
        assert contrast(dark["ink"], dark["paper"]) > 7


def luminance(color: str) -> float:
    """Of `rgb(1, 2, 3)`, as WCAG has it."""
    parts = [int(part) / 255 for part in re.findall(r"\d+", color)[:3]]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(ink: str, paper: str) -> float:
    low, high = sorted((luminance(ink), luminance(paper)))
    return (high + 0.05) / (low + 0.05)


def test_a_search_finds_titles(address: str, tool: Callable[[str], str], tmp_path: Path) -> None:
    found = dom(tool("chromium"), f"{address}/?q=第17篇", tmp_path)
    assert found.xpath("//form[@role='search']/ol/li/a/text()").getall() == ["第17篇：项目全面铺开"]
    assert "找到 1 篇" in found.xpath("string(//form[@role='search']/p)").get("")


@pytest.mark.parametrize("flat", [False, True])
def test_old_posts_are_built_under_their_links_where_the_setting_says_so(
    site: Path, tool: Callable[[str], str], tmp_path: Path, flat: bool
) -> None:
    whole = write(tmp_path / "site", flat=flat)
    (whole / "_old_post").mkdir()
    moved = move_old(whole, 1, date(2022, 7, 1))
    assert 0 < len(moved) < 60
    config = whole / "_config.yml"
    text = config.read_text(encoding="utf-8")
    config.write_text(re.sub(r"(?m)^# (?=collections:|  )", "", text), encoding="utf-8")
    built = build(tool("jekyll"), whole, "--safe")  # as GitHub Pages does
    assert post_paths(built) == post_paths(site)
    for path in nonempty(post_paths(site)):
        assert (built / path[1:]).read_bytes() == (site / path[1:]).read_bytes()
    assert dead_links(built) == set()
    assert (built / "sitemap.xml").read_text().count("/2022/") == len(post_paths(site))


def test_old_posts_are_not_built_unless_the_setting_says_so(
    site: Path, tool: Callable[[str], str], tmp_path: Path
) -> None:
    whole = write(tmp_path / "site")
    moved = move_old(whole, 1, date(2022, 7, 1))
    built = build(tool("jekyll"), whole, "--safe")
    assert len(post_paths(built)) == 60 - len(moved)
    assert not (built / "old_post").exists()
