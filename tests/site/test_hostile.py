"""The hostile corpus, through the front door: crawled into the site, built strictly, and opened in a browser.

Without the layout's Content-Security-Policy: the posts have to be safe on sites that have none.
"""

import json
import re
import shutil
import unicodedata
from collections.abc import Callable, Iterator
from functools import cache
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import quote

import nh3
import pytest
from lxml import etree

from finews_spider.archive import category_pages
from finews_spider.archive.posts import parse
from finews_spider.commands.skeleton import SITE, copy_site
from finews_spider.items import Article
from finews_spider.markup.allowlist import ATTRIBUTES, TAGS
from finews_spider.markup.text import visible
from finews_spider.newsroom.server import Newsroom
from tests.conftest import Site
from tests.support import hostile
from tests.support.built import build, dom, judged, listening, served
from tests.support.hostile import EVIL, PICTURES, HostileWorld
from tests.support.nonempty import nonempty
from tests.support.whole import whole

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("hostile")]  # one worker builds it for all tests

STORIES = whole(1_440, 800)  # every body once, and every line as a digest
SHARE = whole(1, 4)  # of the pairs of a vector and a context
POSTS = whole(1_600, 800)  # at least
PICTURES_OF_NEWS = "dfscdn.dfcfw.com"
OF_THE_BROWSER = (".google.com", ".googleapis.com", ".gvt1.com")  # what Chromium asks for by itself
# Without a policy, and with all posts in the lists that hold the newest only: each of them is among these some day.
ALTERED = (
    ("_layouts/default.html", "<meta http-equiv=.*>\n", ""),
    ("_config.yml", "pictures_fallback: link", "pictures_fallback: load"),
    ("feed.xml", r"limit: \d+", "limit: 9999"),
    ("feed.xml", r"left = 50", "left = 9999"),
    ("feed.xml", r"NW{{", "none{{"),  # a flash whose article does not come
    ("search.json", r"newest = 2000", "newest = 9999"),
    ("search.json", r"NW{{", "none{{"),
)
# A site of another hand: titles and tags are printed as they are, Liquid and kramdown as Jekyll has them.
BARE = {
    "_config.yml": "title: 自己的站\ntimezone: Asia/Shanghai\nfuture: true\n",
    "_layouts/default.html": "<!DOCTYPE html><html><head><meta charset='utf-8'><title>{{ page.title }}</title></head>"
    "<body><section>{{ content }}</section><footer>尾</footer></body></html>\n",
    "_layouts/post.html": "---\nlayout: default\n---\n<small>{{ page.date }}</small>\n<h1>{{ page.title }}</h1>\n"
    "{{ content }}\n<small>tags: {% for tag in page.tags %}<em>{{ tag }}</em> {% endfor %}</small>\n",
    "_layouts/category.html": "---\nlayout: default\n---\n<h2>{{ page.title }}</h2>\n<ul>\n"
    "{% for post in site.categories[page.category] %}<li>{{ post.title }} {{ post.excerpt }}</li>\n{% endfor %}</ul>\n",
}
EVERY = whole(1, 6)  # a build with the bare layout, or by Jekyll 3, has one in so many of the posts


@pytest.fixture(scope="module")
def fed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The delivered site after a crawl of hostile stories, as ALTERED."""
    output = tmp_path_factory.mktemp("hostile") / "site"
    copy_site(output)
    with Newsroom(HostileWorld(STORIES, SHARE)) as room:
        site = Site(output, room)
        assert site.crawl().code == 3  # what has no title or no text is owed
        for template, pattern, text in ALTERED:
            html, times = re.subn(pattern, text, (output / template).read_text(encoding="utf-8"))
            assert times == 1
            (output / template).write_text(html, encoding="utf-8")
        yield site


@pytest.fixture(scope="module")
def posts(fed: Site) -> dict[str, Article]:
    """The article of each post, by the path of its page."""
    read = {path: parse(post.decode(), Path(path).stem[11:]) for path, post in fed.posts().items()}
    return {page_of(article): article for article in read.values()}


@pytest.fixture(scope="module")
def built(fed: Site, tool: Callable[[str], str]) -> Path:
    return build(tool("jekyll"), fed.output)


@pytest.fixture(scope="module")
def bare(fed: Site, tool: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    site = tmp_path_factory.mktemp("bare") / "site"
    shutil.copytree(fed.output / "category", site / "category")
    for path, text in BARE.items():
        (site / path).parent.mkdir(exist_ok=True)
        (site / path).write_text(text, encoding="utf-8")
    (site / "_posts").mkdir()
    for path, post in list(fed.posts().items())[::EVERY]:
        (site / "_posts" / Path(path).name).write_bytes(post)
    return build(tool("jekyll"), site)


@pytest.fixture(scope="module")
def linked(fed: Site, tool: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The delivered site with links in place of pictures, as it is when nobody changes it; of some of the posts."""
    site = tmp_path_factory.mktemp("linked") / "site"
    shutil.copytree(fed.output, site, ignore=shutil.ignore_patterns("_posts", ".finews", ".jekyll-cache"))
    shutil.copyfile(SITE / "_config.yml", site / "_config.yml")
    (site / "_posts").mkdir()
    for path, post in list(fed.posts().items())[1::EVERY]:
        (site / "_posts" / Path(path).name).write_bytes(post)
    return build(tool("jekyll"), site)


@pytest.fixture(scope="module")
def look(tool: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path], Any]:
    @cache
    def look(built: Path) -> Any:
        pages = [f"/{path.relative_to(built)}" for path in sorted(built.rglob("*.html"))]
        return judged(tool("chromium"), built, tmp_path_factory.mktemp("profile"), pages)

    return look


@pytest.fixture(scope="module")
def seen(built: Path, look: Callable[[Path], Any]) -> dict[str, Any]:
    """What a browser has of each post's page."""
    return {entry["page"]: entry for entry in look(built)[0]["all"] if re.search(r"/\d{17}|/NW\d{17}", entry["page"])}


def page_of(article: Article) -> str:
    assert article.time is not None
    return f"/{article.category.lower()}/{article.time:%Y/%m/%d}/{article.id}.html"


def squeezed(text: str) -> str:
    return "".join(text.split())


def test_the_corpus_has_more_than_a_thousand_cases() -> None:
    cases = [hostile.bodies(), hostile.lines(), hostile.names()]
    assert all(len(set(entry)) == len(entry) for entry in nonempty(cases))
    assert sum(map(len, cases)) > 1_500


def test_all_cases_of_the_share_are_told_and_every_vector_is_among_them() -> None:
    cases = [hostile.bodies(SHARE), hostile.lines(SHARE), hostile.names()]
    vectors = {vector: {case for case in cases[0] if vector in case} for vector in hostile.VECTORS}
    assert min(map(len, vectors.values())) >= len(hostile.CONTEXTS) // SHARE
    noted = list(HostileWorld(STORIES, SHARE))
    assert {story.blocks[0].plain.partition("</p>")[2] for story in noted if story.blocks} >= set(cases[0])
    assert {story.title for story in noted} >= set(cases[1]) <= {story.digest for story in noted if story.in_flash}
    assert {story.media_name for story in noted} >= set(cases[2])


def test_every_post_has_its_page_and_no_page_is_anywhere_else(
    fed: Site, posts: dict[str, Article], built: Path
) -> None:
    assert len(posts) == len(fed.posts()) >= POSTS
    pages = {f"/{path.relative_to(built)}" for path in built.rglob("*") if path.is_file()}
    assert posts.keys() <= pages
    lists = {f"/{category_pages.path(article.category)}" for article in posts.values()}
    own = "/index.html /404.html /feed.xml /search.json /sitemap.xml /robots.txt /emnews/index.html".split()
    looked_at = {"/judge.html", "/pages.json"}
    rest = pages - {*posts, *lists, *own, *looked_at}
    assert [page for page in rest if not re.fullmatch(r"/assets/[a-z.]+|/older/(emnews/)?[0-9]\.html", page)] == []


def test_a_crawl_writes_nothing_but_posts_and_category_pages(fed: Site) -> None:
    there = {str(path.relative_to(fed.output)) for path in fed.output.rglob("*") if path.is_file()}
    given = {str(path.relative_to(SITE)) for path in SITE.rglob("*") if path.is_file()}
    new = re.compile(
        r"(?a)_posts/\d{4}/\d\d/\d\d/\d{4}-\d\d-\d\d-(NW)?\d{18}\.md|category/[\w-]+\.html|older/[\w/]+\.html|\.(finews|jekyll-cache)/.*"
    )
    assert [path for path in there - given if not new.fullmatch(path)] == []


def test_no_page_of_another_post_changes(
    fed: Site, posts: dict[str, Article], built: Path, tool: Callable[[str], str], tmp_path: Path
) -> None:
    benign = {f"{world.number(index)}" for world in [HostileWorld(STORIES, SHARE)] for index in range(0, STORIES, 16)}
    site = tmp_path / "site"
    shutil.copytree(fed.output, site, ignore=shutil.ignore_patterns("_posts", ".finews"))
    for path, post in fed.posts().items():
        if Path(path).stem[-18:] in benign:
            (site / path).parent.mkdir(parents=True, exist_ok=True)
            (site / path).write_bytes(post)
    alone = build(tool("jekyll"), site)
    pages = [page for page in posts if page[-23:-5] in benign]
    assert len(pages) > STORIES / 16
    assert [page for page in pages if (alone / page[1:]).read_bytes() != (built / page[1:]).read_bytes()] == []


def test_github_pages_builds_the_same_pages(
    fed: Site, posts: dict[str, Article], built: Path, tool: Callable[[str], str], tmp_path: Path
) -> None:
    """Of all posts that have what may be Liquid, which Jekyll 4 does not look for in posts, and of some others."""
    site = tmp_path / "site"
    shutil.copytree(fed.output, site, ignore=shutil.ignore_patterns("_posts", ".finews", ".jekyll-cache"))
    for number, (path, post) in enumerate(fed.posts().items()):
        if re.search(rb"[{}%]", post) or number % EVERY == 0:
            (site / path).parent.mkdir(parents=True, exist_ok=True)
            (site / path).write_bytes(post)
    theirs = build(tool("jekyll3"), site, "--safe")
    pages = [page for page in posts if (theirs / page[1:]).exists()]
    assert len(pages) > POSTS / EVERY
    assert [page for page in pages if (theirs / page[1:]).read_bytes() != (built / page[1:]).read_bytes()] == []


def test_every_page_has_the_title_of_its_post(posts: dict[str, Article], seen: dict[str, Any]) -> None:
    shown = {page: (squeezed(entry["heading"]), squeezed(entry["title"])) for page, entry in seen.items()}
    titles = {page: squeezed(article.title) for page, article in posts.items()}
    assert shown == {page: (title, f"{title}-财经新闻") for page, title in titles.items()}


def test_every_page_has_the_text_of_its_post(posts: dict[str, Article], seen: dict[str, Any]) -> None:
    texts = {page: squeezed(post.digest * post.is_flash) + visible(post.body) for page, post in posts.items()}
    assert [page for page, text in texts.items() if squeezed(seen[page]["text"]) != text] == []


def test_every_page_has_its_share_link_and_back_links(posts: dict[str, Article], seen: dict[str, Any]) -> None:
    for page, post in nonempty(posts.items()):
        share, back, tags = map(squeezed, seen[page]["last"])
        assert (share, back) == (post.share_link, squeezed(f"返回{post.tag}｜返回首页"))
        assert tags == squeezed(f"标签：{post.tag}")


def test_every_page_has_the_same_elements_around_its_content(seen: dict[str, Any]) -> None:
    (around,) = {entry["around"] for entry in seen.values()}
    assert around.index("</main>") < around.index("<footer>") < around.index("</body>")


def test_a_second_sanitizer_finds_nothing_to_remove(posts: dict[str, Article], built: Path) -> None:
    changed = []
    for page in posts:
        html = (built / page[1:]).read_text(encoding="utf-8")
        content = html[html.index("</h1>") + 5 : html.rindex('<small class="tags">')]
        again = nh3.clean(content, tags=set(TAGS), attributes=ATTRIBUTES, link_rel=None, url_schemes=SCHEMES)
        changed += [page] if elements(again) != elements(content) else []
    assert changed == []


SCHEMES = {"http", "https", "mailto"}


def elements(html: str) -> list[str]:
    """The tags in order; entities and the ends of void elements may be written in two ways."""
    tags: list[str] = re.findall(r"""<(?:[^"'>]|"[^"]*"|'[^']*')*>""", html)
    return [unescape(tag.replace(" />", ">")) for tag in tags]


def test_feed_sitemap_and_index_of_the_search_are_well_formed(posts: dict[str, Article], built: Path) -> None:
    feed = etree.fromstring((built / "feed.xml").read_bytes(), etree.XMLParser(huge_tree=True))
    assert len(feed.findall("{*}entry")) == len(posts)
    sitemap = etree.fromstring((built / "sitemap.xml").read_bytes())
    assert len(sitemap.findall("{*}url")) > len(posts)
    rows = json.loads((built / "search.json").read_text(encoding="utf-8"))
    assert {row["url"]: row["title"] for row in rows} == {page: post.title for page, post in posts.items()}


def without_twins(posts: dict[str, Article]) -> dict[str, Article]:
    """The posts without the flashes whose article has one too."""
    ids = {post.id for post in posts.values()}
    kept = {page: post for page, post in posts.items() if f"NW{post.id}" not in ids}
    assert 0 < len(kept) < len(posts)
    return kept


def test_every_list_names_its_posts_by_their_titles(posts: dict[str, Article], built: Path) -> None:
    home = [built / "index.html", *built.glob("older/*.html")]
    lists = {page: rows_of(page) for page in [*home, *built.glob("category/*.html"), *built.glob("emnews/*.html")]}
    for rows in nonempty(lists.values()):
        assert [(link, text) for link, text in rows if squeezed(text) != squeezed(posts[link].title)] == []
    links = [link for page in home for link, _ in lists[page]]
    assert len(links) == len(set(links))
    assert set(links) == without_twins(posts).keys()


def rows_of(page: Path) -> list[tuple[str, str]]:
    rows = etree.HTML(page.read_text(encoding="utf-8")).xpath("//section[@class='day']//li/a")
    assert rows or page.parent.name == "older"
    return [(row.get("href"), row.text) for row in rows]


def test_a_browser_tells_when_a_script_runs(tool: Callable[[str], str], tmp_path: Path) -> None:
    raw = f"<script>top.ran = 1</script><img src='https://{EVIL}/1.png'><p onclick='a()'>文</p>"
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "raw.html").write_text(f"<meta charset=utf-8>{raw}")
    seen, requested = judged(tool("chromium"), tmp_path / "site", tmp_path / "profile", ["/raw.html"])
    assert seen["ran"] == 1
    assert seen["all"][0]["handlers"] == ["onclick"]
    assert EVIL in requested


@pytest.mark.parametrize("site", ["built", "bare", "linked"])
def test_no_script_runs(site: str, look: Callable[[Path], Any], request: pytest.FixtureRequest) -> None:
    seen, _ = look(request.getfixturevalue(site))
    assert seen["ran"] == 0
    assert seen["title"] == ""
    assert [entry["page"] for entry in seen["all"] if entry.get("where") != entry["page"]] == []
    assert {name for entry in seen["all"] for name in entry["handlers"]} == set()
    assert {scheme for entry in seen["all"] for scheme in entry["links"]} <= {"http:", "https:", "mailto:"}


@pytest.mark.parametrize("site", ["built", "bare"])
def test_nothing_is_asked_for_but_pictures(
    site: str, look: Callable[[Path], Any], request: pytest.FixtureRequest
) -> None:
    _, requested = look(request.getfixturevalue(site))
    assert PICTURES in requested
    assert EVIL not in requested
    assert {host for host in requested if not host.endswith(OF_THE_BROWSER)} <= {PICTURES, PICTURES_OF_NEWS}


def test_with_links_in_their_place_no_picture_is_asked_for(linked: Path, look: Callable[[Path], Any]) -> None:
    seen, requested = look(linked)
    assert {host for host in requested if not host.endswith(OF_THE_BROWSER)} == set()
    pages = [entry for entry in seen["all"] if re.search(r"/\d{17}|/NW\d{17}", entry["page"])]
    assert len(pages) > POSTS / EVERY
    assert len({re.sub(r"(<em></em>)+", "", entry["around"]) for entry in pages}) == 1


def test_pages_of_a_bare_layout_have_their_parts_too(bare: Path, look: Callable[[Path], Any]) -> None:
    seen = [entry for entry in look(bare)[0]["all"] if not entry["page"].startswith("/category/")]
    assert len(seen) > POSTS / EVERY
    assert all(entry["around"].endswith("</footer></body></html>") for entry in nonempty(look(bare)[0]["all"]))
    assert len({re.sub(r"(<em></em>)+", "", entry["around"]) for entry in seen}) == 1


# A feed reader that takes all that a feed says for HTML, and has no policy: the worst that there is.
READER = """<!doctype html><meta charset="utf-8"><h1>-</h1><ol></ol><script>
const request = new XMLHttpRequest();
request.open("GET", "/feed.xml", false);
request.send();
for (const entry of request.responseXML.getElementsByTagName("entry")) {
  const item = document.createElement("li");
  for (const name of ["title", "name", "content"]) item.innerHTML += entry.getElementsByTagName(name)[0].textContent;
  document.querySelector("ol").append(item);
}
document.querySelector("h1").textContent = document.querySelector("ol").children.length;
</script>"""


@pytest.fixture
def lists(built: Path, tmp_path: Path) -> Path:
    """What the site has besides posts and pages of categories: the home page, the feed and the index of the search."""
    site = tmp_path / "lists"
    shutil.copytree(built / "assets", site / "assets")
    for name in ("index.html", "feed.xml", "search.json", "sitemap.xml"):
        shutil.copy(built / name, site / name)
    return site


def test_no_script_runs_in_a_feed(
    lists: Path, posts: dict[str, Article], tool: Callable[[str], str], tmp_path: Path
) -> None:
    (lists / "reader.html").write_text(READER, encoding="utf-8")
    pages = ["/feed.xml", "/sitemap.xml", "/search.json", "/reader.html"]
    seen, requested = judged(tool("chromium"), lists, tmp_path / "profile", pages)
    assert [entry["page"] for entry in seen["all"]] == pages
    assert seen["all"][3]["heading"] == str(len(posts))
    assert seen["ran"] == 0
    assert seen["title"] == ""
    assert [name for entry in seen["all"] for name in entry["handlers"]] == []
    assert {scheme for entry in seen["all"] for scheme in entry["links"]} <= {"http:", "https:", "mailto:"}
    assert PICTURES in requested
    assert {host for host in requested if not host.endswith(OF_THE_BROWSER)} <= {PICTURES, PICTURES_OF_NEWS}


@pytest.mark.parametrize(
    "query", ["script", "＜", "onload", "{{", "'\">", f"<img src=x: onerror={hostile.RUN}>", "\x00\x1b"]
)
def test_a_search_shows_titles_as_they_are(
    lists: Path, posts: dict[str, Article], query: str, tool: Callable[[str], str], tmp_path: Path
) -> None:
    with served(lists) as address, listening() as (port, requested):
        url = f"{address}/?q={quote(query)}"
        page = dom(tool("chromium"), url, tmp_path / "profile", f"--proxy-server=127.0.0.1:{port}")
    form = page.xpath("//form[@role='search']")
    assert "中找到" in form.xpath("string(p)").get("")
    titles = {path: article.title for path, article in posts.items()}
    rows = {row.xpath("@href").get(""): row.xpath("string()").get("") for row in form.xpath("ol/li/a")}
    assert bool(rows) == any(is_found(query, title) for title in titles.values())
    assert {path: title for path, title in rows.items() if squeezed(titles[path]) != squeezed(title)} == {}
    assert {element.root.tag for element in form.xpath("ol//*")} <= {"li", "a", "small"}
    assert {name for element in form.xpath("ol//*") for name in element.attrib} <= {"href"}
    assert {host for host in requested if not host.endswith(OF_THE_BROWSER)} == set()


def is_found(query: str, title: str) -> bool:
    """Return whether the search finds the title, and not only the name of its medium."""
    query, title = (unicodedata.normalize("NFKC", text).lower() for text in (query, title))
    return bool(query.split()) and all(word in title for word in query.split())
