"""Pictures in built pages: those that are kept are the site's own, of others there is a link; none leaves the site."""

import re
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from parsel import Selector

from finews_spider.archive.atomic import TEMPORARY
from finews_spider.archive.posts import render
from finews_spider.commands.skeleton import copy_site
from finews_spider.newsroom.picture_files import KINDS, png
from finews_spider.pictures.addresses import pictures_of
from finews_spider.pictures.heads import read_head
from finews_spider.pictures.store import Fetched, keep
from tests.site.test_hostile import OF_THE_BROWSER
from tests.support import existing
from tests.support.built import MEASURE, build, judged, measured, served
from tests.support.devtools import visited
from tests.support.nonempty import nonempty
from tests.support.paths import ROOT
from tests.support.whole import whole

pytestmark = pytest.mark.slow

POSTS = whole(300, 30)
HOST = "pictures.example"
# Of every post, by what stands behind the host: whether it is kept, and what stands around it.
ODD = (
    "/a.jpg",
    "/b.jpg?x=1&amp;y=2",
    "/图片/一.jpg",
    "/%E5%9B%BE.jpg",
    "/it's.jpg",
    "/a|b*c_d_e~f^g.jpg",
    "/{a}.jpg",
    "/&#123;&#123;a}}.jpg",
    "/a//b.jpg",
    "/?u=https://other.example/a.jpg",
    "/$&amp;\\0.jpg",
    "/a(1)[2].jpg",
)


def body(number: int) -> str:
    """A text with a picture that is kept, one in a link, one that is not kept, and one of a size of its own."""
    odd = ODD[number % len(ODD)]
    return (
        f'<p>文<img src="https://{HOST}{odd}" alt="甲&quot;&lt;b&gt;" />字</p>'
        f'<center><img src="http://{HOST}/kept/{number}.jpg" alt="Image" width="30" style="padding:3px;" /></center>'
        f'<p><a href="https://a.example/"><img src="https://{HOST}/kept/in/{number}.png" /></a></p>'
        f'<p><a href="https://a.example/">链<img src="https://{HOST}/gone/in.jpg" /></a>后'
        f'<img src="https://{HOST}/gone/{number}.jpg" alt="南宁港" /></p>'
    )


def write(site: Path) -> None:
    """Write the delivered site with posts, and keep three pictures of each."""
    copy_site(site)
    (site / TEMPORARY).mkdir(parents=True, exist_ok=True)
    kept = []
    for number, article in enumerate(nonempty(list(existing.articles(POSTS, timedelta(hours=7))))):
        assert article.time
        article.body = body(number)
        day = f"{article.time:%Y-%m-%d}"
        post = site / f"_posts/{article.time:%Y/%m/%d}/{day}-{article.id}.md"
        post.parent.mkdir(parents=True, exist_ok=True)
        text = render(article, existing.SITE)
        post.write_text(text, encoding="utf-8")
        for place, (key, _) in enumerate(list(pictures_of(text))[:3]):
            data = KINDS[(number + place) % len(KINDS)](number * 10 + place) if place != 1 else png(number, 60, 40)
            kept.append(Fetched(key, data, read_head(data), [day]))
    keep(site, kept, lambda _: None)


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    site = tmp_path_factory.mktemp("pictures") / "site"
    write(site)
    return site


@pytest.fixture(scope="module")
def built(source: Path, tool: Callable[[str], str]) -> Path:
    there = build(tool("jekyll"), source)
    (there / "measure.html").write_text(MEASURE, encoding="utf-8")
    return there


def posts(built: Path) -> list[str]:
    return sorted(
        f"/{path.relative_to(built)}" for path in built.rglob("*.html") if re.search(r"/\d{4}/\d\d/", str(path))
    )


def page(built: Path, path: str) -> Selector:
    return Selector((built / path[1:]).read_text(encoding="utf-8"))


def test_each_picture_that_is_kept_is_the_sites_own_and_of_each_other_there_is_a_link(built: Path) -> None:
    for path in nonempty(posts(built)):
        content = page(built, path).css("section.content")
        sources = content.css("img::attr(src)").getall()
        assert len(sources) == 3, path
        assert all((built / source[1:]).is_file() for source in nonempty(sources))
        (link,) = content.css("a.picture")
        assert link.attrib["href"].startswith(f"https://{HOST}/gone/")
        assert link.css("::text").get() == "图片：南宁港"
        assert content.css("a > span.picture::text").getall() == ["图片：原图"]  # a link in a link is none
        assert content.css("a a").getall() == []
        assert "<img" not in "".join(content.css("::text").getall())


def test_each_has_the_size_that_it_will_have(built: Path) -> None:
    images = page(built, posts(built)[0]).css("section.content img")
    assert {tuple(image.attrib.get(name) for name in ("width", "height")) for image in images} >= {("30", "20")}
    assert all(image.attrib["width"].isdecimal() and image.attrib["height"].isdecimal() for image in nonempty(images))


def test_a_browser_shows_them_and_asks_nobody_else(built: Path, tool: Callable[[str], str], tmp_path: Path) -> None:
    chromium, paths = tool("chromium"), posts(built)
    with served(built) as address:
        seen = measured(chromium, address, tmp_path / "one", paths, 800)
    pictures = [picture for entry in seen for picture in entry["pictures"]]
    assert len(pictures) == 3 * POSTS
    assert [picture for picture in pictures if not picture["shown"]] == []
    found, requested = judged(chromium, built, tmp_path / "two", paths)
    assert len(found["all"]) == POSTS
    assert {host for host in requested if not host.endswith(OF_THE_BROWSER)} == set()


def test_a_browsers_log_has_no_request_off_the_site_and_nothing_that_a_policy_stopped(
    built: Path, tool: Callable[[str], str], tmp_path: Path
) -> None:
    elsewhere = '<img src="http://other.example/a.png">'
    page = '<meta http-equiv="Content-Security-Policy" content="img-src \'self\'">'
    (built / "stopped.html").write_text(f"{page}{elsewhere}", encoding="utf-8")
    (built / "led.html").write_text(elsewhere, encoding="utf-8")
    with served(built) as address:
        pages = [f"{address}{path}" for path in posts(built)]
        *visits, stopped, led = visited(
            tool("chromium"), tmp_path, [*pages, f"{address}/stopped.html", f"{address}/led.html"]
        )
    assert stopped.stopped == ["img-src http://other.example/a.png"]
    assert [url for url in led.requested if not url.startswith(address)] == ["http://other.example/a.png"]
    assert [visit.page for visit in visits] == pages
    assert len(pages) == POSTS
    pictures = [picture for visit in visits for picture in visit.pictures]
    assert len(pictures) == 3 * POSTS
    assert [picture for picture in pictures if not picture.is_shown] == []
    assert [visit.stopped for visit in visits if visit.stopped] == []
    requested = {url for visit in visits for url in visit.requested}
    assert len([url for url in requested if "/media/" in url]) > POSTS
    assert [url for url in requested if not url.startswith(f"{address}/")] == []


def test_no_policy_stands_in_the_way_of_what_a_page_has(built: Path) -> None:
    for path in nonempty(posts(built)):
        policy = page(built, path).css('meta[http-equiv="Content-Security-Policy"]::attr(content)').get("")
        assert re.search(r"img-src 'self';", policy)
        assert not page(built, path).css('img:not([src^="/media/"])')


def test_the_feed_has_the_same_pictures_by_their_whole_addresses(built: Path) -> None:
    feed = Selector((built / "feed.xml").read_text(encoding="utf-8"), type="xml")
    feed.remove_namespaces()
    text = "".join(feed.css("entry > content::text").getall())
    sources = re.findall(r'<img src="([^"]*)"', text)
    assert sources
    assert all(source.startswith("https://finews.withounder.com/media/") for source in nonempty(sources))
    assert '<a class="picture"' in text


def test_the_owner_may_have_those_that_are_not_kept_loaded_from_their_hosts(
    source: Path, tool: Callable[[str], str], tmp_path: Path
) -> None:
    site = tmp_path / "site"
    shutil.copytree(source, site)
    config = site / "_config.yml"
    config.write_text(config.read_text(encoding="utf-8").replace("fallback: link", "fallback: load"), encoding="utf-8")
    shutil.rmtree(site / "media")
    shutil.rmtree(site / "_data/pictures")
    there = build(tool("jekyll"), site)
    for path in nonempty(posts(there)):
        html = page(there, path)
        assert "img-src 'self' https:;" in html.css('meta[http-equiv="Content-Security-Policy"]::attr(content)').get("")
        sources = html.css("section.content img::attr(src)").getall()
        assert len(sources) == 5
        assert all(source.startswith(f"https://{HOST}/") for source in nonempty(sources))
        assert not html.css(".picture")


def test_github_pages_builds_the_same(source: Path, built: Path, tool: Callable[[str], str]) -> None:
    theirs = build(tool("jekyll3"), source, "--safe")
    assert posts(theirs) == posts(built)
    for path in nonempty([*posts(built), "/feed.xml"]):
        ours, other = ((site / path[1:]).read_text(encoding="utf-8") for site in (built, theirs))
        assert ours.replace("&apos;", "'") == other.replace("&apos;", "'")


def test_a_site_of_another_hand_shows_them_by_the_line_that_the_docs_have(
    source: Path, tool: Callable[[str], str], tmp_path: Path
) -> None:
    docs = (ROOT / "docs/pictures.md").read_text(encoding="utf-8")
    (line,) = re.findall(r"^\{% include pictures\.html .*$", docs, re.MULTILINE)
    site = tmp_path / "site"
    for folder in ("media", "_data", "_posts"):
        shutil.copytree(source / folder, site / folder)
    for name, text in {
        "_config.yml": "title: 我的站\nfuture: true\ntimezone: Asia/Shanghai\n",
        "_layouts/post.html": f"<!doctype html><title>{{{{ page.title | escape }}}}</title><main>{line}</main>",
        "_includes/pictures.html": (source / "_includes/pictures.html").read_text("utf-8"),
    }.items():
        (site / name).parent.mkdir(exist_ok=True)
        (site / name).write_text(text, encoding="utf-8")
    there = build(tool("jekyll"), site)
    for path in nonempty(posts(there)):
        content = page(there, path).css("main")
        sources = content.css("img::attr(src)").getall()
        assert len(sources) == 3, path
        assert all((there / source[1:]).is_file() for source in nonempty(sources))
        assert len(content.css("a.picture")) == 1
