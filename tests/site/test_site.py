"""The site in output/, built by Jekyll and opened in Chromium, with no network: every picture is missing."""

import json
import re
import shutil
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from parsel import Selector

from finews_spider.archive import category_pages, edited, older_pages
from finews_spider.archive.atomic import TEMPORARY
from finews_spider.archive.posts import render
from finews_spider.archive.retention import move_old
from finews_spider.commands.skeleton import copy_site
from finews_spider.dates import BEIJING
from finews_spider.items import Article
from tests.support import existing
from tests.support.built import DARK, MEASURE, build, dom, measured, served
from tests.support.nonempty import nonempty

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("site")]  # one worker builds it for all

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
BASE = "/my-site"
EVIL = "</script><script>a</script><!--<script>\\\"' & &lt;"
EDITED = datetime(2022, 7, 2, 9, 30, tzinfo=BEIJING)  # later than any post


def articles() -> list[Article]:
    """Articles and flashes of a week, one of everything that is too wide, and the flash of an article of the same."""
    usual = list(existing.articles(60, timedelta(hours=3)))
    wide = usual[1]
    wide.title, wide.media_name, wide.body = f"{LONG}<b>&", f"{LONG[:40]}({'B' * 40})", BODY
    usual[2].body = BODY
    usual[13].title = EVIL  # as no source of ours leaves it
    usual[3].id, usual[3].title = usual[4].id.removeprefix("NW"), usual[4].title
    return usual


def write(site: Path, *, flat: bool = False) -> Path:
    """The site as it is delivered, with posts and their category pages."""
    copy_site(site)
    config = (site / "_config.yml").read_text(encoding="utf-8")  # pictures that are missing are to be seen
    (site / "_config.yml").write_text(config.replace("fallback: link", "fallback: load"), encoding="utf-8")
    for article in nonempty(articles()):
        assert article.time is not None
        folder = site / ("_posts" if flat else f"_posts/{article.time:%Y/%m/%d}")
        folder.mkdir(parents=True, exist_ok=True)
        name = f"{article.time:%Y-%m-%d}-{article.id}.md"
        (folder / name).write_text(render(article, existing.SITE), encoding="utf-8")
    category_pages.ensure(site, {entry.category: entry.tag for entry in articles()})
    (site / TEMPORARY).mkdir(parents=True, exist_ok=True)
    edited.note(site, articles()[5].id, EDITED)
    return site


def page_of(article: Article) -> str:
    assert article.time is not None
    return f"/{article.category.lower()}/{article.time:%Y/%m/%d}/{article.id}.html"


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


@pytest.fixture(scope="module")
def below(source: Path, tool: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same site, built as what stands at `https://me.example/my-site/`, in a folder of that name."""
    copy = shutil.copytree(source, tmp_path_factory.mktemp("below") / "source")
    config = (copy / "_config.yml").read_text(encoding="utf-8")
    config = re.sub(r"(?m)^url: *\S+", "url: https://me.example", config)
    (copy / "_config.yml").write_text(re.sub(r'(?m)^baseurl: *""', f"baseurl: {BASE}", config), encoding="utf-8")
    return build(tool("jekyll"), copy).rename(copy.with_name(BASE[1:]))


def test_a_site_below_the_root_of_its_host_has_no_dead_link(below: Path) -> None:
    assert dead_links(below, BASE) == set()
    feed = etree.fromstring((below / "feed.xml").read_bytes())
    links = {link.get("href") or "" for link in feed.iter("{*}link")}
    texts = [Selector(content.text or "") for content in feed.iter("{*}content")]
    links |= {link for text in texts for link in text.xpath("//a/@href").getall() if "me.example" in link}
    links |= {url.text or "" for url in etree.fromstring((below / "sitemap.xml").read_bytes()).iter("{*}loc")}
    here = f"https://me.example{BASE}/"
    assert [link for link in nonempty(links) if not link.startswith(here)] == []
    files = [link.removeprefix(here) + ("index.html" if link.endswith("/") else "") for link in links]
    assert [path for path in files if not (below / path).is_file()] == []


def test_links_of_a_body_lead_where_they_did(site: Path, below: Path) -> None:
    for article in nonempty(articles()):
        links = [page(folder / page_of(article)[1:]).xpath("//section/p/a/@href").getall() for folder in (site, below)]
        assert links[1] == [article.share_link, *(f"{BASE}{link}" for link in links[0][1:])]


def test_a_site_below_the_root_of_its_host_is_whole_in_a_browser(
    below: Path, tool: Callable[[str], str], tmp_path: Path
) -> None:
    with served(below.parent) as address:
        found = dom(tool("chromium"), f"{address}{BASE}/?q=第17篇", tmp_path)
        (below / "measure.html").write_text(MEASURE, encoding="utf-8")
        (home,) = measured(tool("chromium"), f"{address}{BASE}", tmp_path, [f"{BASE}/"], PHONE)
    assert found.xpath("//form[@role='search']/ol/li/a/@href").getall() == [f"{BASE}{page_of(articles()[17])}"]
    assert home["paper"] == "rgb(252, 251, 248)"  # its style came


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
    titles = home.xpath("//section[@class='day']//li/a/text()").getall()
    assert titles == [article.title for article in articles() if article.id != flash(articles()).id]


def flash(of: list[Article]) -> Article:
    """The flash of an article that is there too."""
    return of[3]


def test_an_article_and_its_flash_are_one_entry_in_feed_and_search(site: Path) -> None:
    for name in ("index.html", "feed.xml", "search.json"):
        text = (site / name).read_text(encoding="utf-8")
        assert page_of(articles()[4]) in text
        assert page_of(flash(articles())) not in text
    assert page_of(flash(articles())) in (site / "emnews/index.html").read_text(encoding="utf-8")


def test_readers_see_that_a_source_has_edited_a_post(site: Path) -> None:
    article = articles()[5]
    times = page(site / page_of(article)[1:]).xpath("//small[@class='kicker']/time/@datetime").getall()
    assert times == [f"{article.time:%Y-%m-%dT%H:%M:%S}+08:00", f"{EDITED:%Y-%m-%dT%H:%M:%S}+08:00"]
    assert "来源后来有改动" in page(site / page_of(article)[1:]).xpath("string(//small)").get("")
    feed = etree.fromstring((site / "feed.xml").read_bytes())
    updated = {entry.findtext("{*}id"): entry.findtext("{*}updated") for entry in feed.iter("{*}entry")}
    assert [url for url, time in updated.items() if time == times[1]] == [
        f"https://finews.withounder.com{page_of(article)}"
    ]
    assert feed.findtext("{*}updated") == times[1]
    assert data(site, article)["dateModified"] == times[1]
    others = [path for path in post_paths(site) if "改动" in (site / path[1:]).read_text(encoding="utf-8")]
    assert others == [page_of(article)]


def data(site: Path, article: Article) -> Any:
    """What the article's page says for machines."""
    (text,) = page(site / page_of(article)[1:]).xpath("//script[@type='application/ld+json']/text()").getall()
    return json.loads(text)


def test_a_post_says_for_machines_what_it_is(site: Path) -> None:
    for article in nonempty(articles()):
        found = data(site, article)
        assert (found["@type"], found["headline"]) == ("NewsArticle", article.title)
        assert found["publisher"]["name"] == article.tag.removesuffix("新闻")
        assert found["datePublished"] == f"{article.time:%Y-%m-%dT%H:%M:%S}+08:00"
        assert found["mainEntityOfPage"] == f"https://finews.withounder.com{page_of(article)}"
        head = page(site / page_of(article)[1:]).xpath("//head")
        names = head.xpath("meta[starts-with(@name, 'citation_')]/@name").getall()
        meta = {name: head.xpath(f"meta[@name='{name}']/@content").get() for name in names}
        assert meta["citation_title"] == article.title
        assert meta["citation_publisher"] == found["publisher"]["name"]
        assert meta["citation_publication_date"] == f"{article.time:%Y/%m/%d}"
        assert meta["citation_public_url"] == found["mainEntityOfPage"]


def test_no_title_ends_the_data_of_its_page(site: Path) -> None:
    article = next(entry for entry in articles() if entry.title == EVIL)
    there = page(site / page_of(article)[1:])
    assert data(site, article)["headline"] == EVIL
    assert there.xpath("//head/meta[@name='citation_title']/@content").get() == EVIL
    assert len(there.xpath("//script")) == 1


SIZES = {  # as if ten times the posts were there
    "index.html": {"200": "8"},
    "_layouts/category.html": {"1000": "15", "500": "10"},
    "_layouts/older.html": {"200": "8", "500": "10"},
}


@pytest.fixture(scope="module")
def paged(source: Path, tool: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site with lists that are longer than their pages."""
    copy = shutil.copytree(source, tmp_path_factory.mktemp("paged") / "source")
    for path, sizes in SIZES.items():
        text = (copy / path).read_text(encoding="utf-8")
        for usual, size in sizes.items():
            text = re.sub(rf"(?<=[ =]){usual}\b", size, text)
        (copy / path).write_text(text, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(older_pages, "ON_HOME", 8)
        patch.setattr(older_pages, "PER_PAGE", 10)
        older_pages.ensure(copy, 60, lambda _: None)
    return build(tool("jekyll"), copy)


def follow(site: Path, start: str) -> Iterator[str]:
    """A list's pages, by the links to older ones."""
    seen = start
    while seen:
        yield seen
        there = page(site / (seen[1:] + ("index.html" if seen.endswith("/") else "")))
        seen = there.xpath("string(//p[@class='pages']/a[@rel='next']/@href)").get("")


def listed(site: Path, path: str) -> list[str]:
    return (
        page(site / (path[1:] + ("index.html" if path.endswith("/") else "")))
        .xpath("//section[@class='day']//li/a/@href")
        .getall()
    )


def test_older_posts_are_on_pages_that_the_home_page_leads_to(paged: Path) -> None:
    there = list(follow(paged, "/"))
    assert there == ["/", *(f"/older/{number}.html" for number in range(2, 8))]
    links = [listed(paged, path) for path in there]
    assert max(map(len, links)) == 10
    assert [link for page in links for link in page] == [
        page_of(article) for article in articles() if article.id != flash(articles()).id
    ]
    assert dead_links(paged) == set()


def test_a_long_category_is_on_several_pages_and_a_short_one_on_one(paged: Path) -> None:
    there = list(follow(paged, "/emnews/"))
    assert there == ["/emnews/", "/older/emnews/2.html"]
    flashes = [page_of(article) for article in articles() if article.category == "emnews"]
    assert [link for path in there for link in listed(paged, path)] == flashes
    assert list(follow(paged, "/category/zhongguozhengquanbao.html")) == ["/category/zhongguozhengquanbao.html"]
    back = [page(paged / f"older/emnews/{number}.html").xpath("//a[@rel='prev']/@href").get() for number in (2, 3)]
    assert back == there


def test_a_page_that_is_ahead_of_the_posts_is_none_of_theirs(paged: Path) -> None:
    assert "暂无文章" in (paged / "older/8.html").read_text(encoding="utf-8")


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
        active = "//script[not(@src) and not(@type='application/ld+json')] | //style | //*[@onerror or @onclick]"
        assert entry.xpath(active).getall() == []
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
    assert len(json.loads((site / "search.json").read_text(encoding="utf-8"))) == 59


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
