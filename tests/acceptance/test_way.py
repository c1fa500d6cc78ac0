"""The whole way from the text of listings to the text of posts, without network and disk, whatever the texts are."""

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from scrapy.exceptions import DropItem
from scrapy.utils.test import get_crawler

from finews_spider import dates
from finews_spider.archive.posts import parse, render
from finews_spider.crawl.article_fetch import ArticleFetch
from finews_spider.items import Article, ArticleRef
from finews_spider.newsroom.pages import View
from finews_spider.newsroom.server import sites
from finews_spider.newsroom.world import World
from finews_spider.sources.base import Listing, Query, Source, UnreadableError
from finews_spider.sources.eastmoney_ids import FLASH, IDS
from finews_spider.sources.encodings import decode
from finews_spider.sources.loader import load
from pipelines.clean import CleanPipeline, clean
from pipelines.sanitize import SanitizePipeline, sanitize
from pipelines.validate import ValidatePipeline
from tests.support.built import build
from tests.support.mutants import mutant
from tests.support.nonempty import nonempty

pytestmark = pytest.mark.slow

WORLD = World(articles=16)
SITES = sites(WORLD)
# Of an archive of the web the pages are theirs.
SOURCES = {name: one for name, one in load(Path("finews_spider/sources.toml")).items() if not one.is_archive}
ROLES = {
    "finews.withounder.com": "site",
    "finews.zning.xyz": "share",
    "choicewzp1.eastmoney.com": "origin",
    "np-listapi.eastmoney.com": "listapi",
    "np-weblist.eastmoney.com": "weblist",
    "newsapi.eastmoney.com": "newsapi",
    "newsinfo.eastmoney.com": "newsinfo",
    "finance.eastmoney.com": "finance",
    "roll.eastmoney.com": "roll",
}
QUERIES = {
    "finews": [Query(categories=("zhongguozhengquanbao", FLASH.category))],
    "eastmoney": [Query(columns=("cgnjj",)), Query(categories=(FLASH.category,))],
}
SITE = "//a.example"
LIMIT = 4  # articles of a listing, and pages of a list
Answer = Callable[[str], bytes]


@cache
def truth(url: str) -> str:
    """What the newsroom answers."""
    parts = urlsplit(url)
    page = SITES[ROLES[parts.hostname or ""]].page(f"{parts.path}?{parts.query}", View(len(WORLD)))
    return decode(page.body) if page else ""


def written(source: Source, query: Query, answer: Answer) -> Iterator[tuple[Article, str]]:
    """The articles that a run would archive, and their posts, when the network answers so."""
    refs = {ref.id: ref for listing in source.listings(query) for ref in named(listing, answer)}
    for ref in list(refs.values())[:LIMIT]:
        for item in fetched(source, ref, answer):
            with suppress(DropItem):
                yield (cleaned := through_pipelines(item)), render(cleaned, SITE)


def named(listing: Listing | None, answer: Answer) -> Iterator[ArticleRef]:
    """The refs of a list, read as far as LIMIT pages."""
    for _ in range(LIMIT):
        if not listing:
            return
        try:
            page = listing.read(decode(answer(listing.url)))
        except UnreadableError:
            listing = listing.fallback
        else:
            yield from page.refs
            listing = page.next_page


def fetched(source: Source, ref: ArticleRef, answer: Answer) -> Iterator[Article]:
    """The items of an article, of all the routes that it takes."""
    fetch = ArticleFetch(number=IDS.number(ref.id))
    fetch.add(ref, source.article(ref, share_link=source.share_link_of(ref.id)), source.routes(ref), None)
    while route := fetch.next_route():
        try:
            fetch.take(route.read(decode(answer(route.url))))
        except UnreadableError as error:
            fetch.reject(route, error)
    return fetch.hand_over()


def through_pipelines(item: Article) -> Article:
    crawler = get_crawler()
    for pipeline in (
        CleanPipeline.from_crawler(crawler),
        SanitizePipeline.from_crawler(crawler),
        ValidatePipeline(dates.now),
    ):
        item = pipeline.process_item(item)
    return item


def is_sound(item: Article, post: str) -> bool:
    """Whether the post is of that article, to a reader of YAML and to finews; and nothing in it is code to Jekyll."""
    head, content = post.removeprefix("---\n").split("\n---\n", 1)
    front = yaml.safe_load(head)
    assert front["layout"] == "post"
    assert front["title"] == item.title
    assert datetime.strptime(front["date"], "%Y-%m-%d %H:%M:%S %z") == item.time
    assert front["categories"] == item.category
    assert front["tags"] in (item.tag, [item.tag])
    assert render(parse(post, item.id), SITE) == post
    assert not {"{{", "{%"} & {content[at : at + 2] for at in range(len(content))}
    assert post.encode().decode() == post
    assert {char for char in post if ord(char) < 128 and not char.isprintable()} <= set("\n\t")
    return sanitize(clean(item.body)) == item.body


@pytest.mark.parametrize("source", SOURCES)
def test_a_good_answer_is_written(source: str) -> None:
    for query in nonempty(QUERIES[source]):
        posts = list(written(SOURCES[source], query, lambda url: truth(url).encode()))
        assert len(posts) >= 2
        for item, post in nonempty(posts):
            story = WORLD[WORLD.index(IDS.number(item.id)) or 0]
            assert (item.title, item.body) == (story.title, WORLD.clean_body(story))
            assert is_sound(item, post)


@pytest.mark.parametrize("source", SOURCES)
@given(data=st.data())
def test_whatever_comes_a_post_is_sound_or_not_written(source: str, data: st.DataObject) -> None:
    for item, post in fed_mutants(source, data):
        assert is_sound(item, post)


def fed_mutants(source: str, data: st.DataObject) -> Iterator[tuple[Article, str]]:
    """What is written of answers that were changed."""
    query = data.draw(st.sampled_from(QUERIES[source]))
    return written(SOURCES[source], query, lambda url: mutant(data.draw, truth(url)).encode("utf-8", "surrogatepass"))


READS = """{"title": {{ page.title | jsonify }}, "time": {{ page.date | date: "%s" }},
"categories": {{ page.categories | jsonify }}, "tags": {{ page.tags | jsonify }}}"""


def test_jekyll_reads_what_was_written(tmp_path: Path, tool: Callable[[str], str]) -> None:
    jekyll, site = tool("jekyll"), tmp_path / "site"
    items: list[tuple[Article, datetime]] = []

    @settings(max_examples=60)
    @given(st.sampled_from(sorted(SOURCES)), st.data())
    def write(source: str, data: st.DataObject) -> None:
        for item, post in fed_mutants(source, data):
            assert item.time
            put(site / "_posts" / f"{item.time:%F}-{len(items)}.md", post)
            items.append((item, item.time))

    write()
    put(site / "_layouts/post.html", READS)
    put(site / "_config.yml", "timezone: Asia/Shanghai\nfuture: true\npermalink: /:title.html\n")
    built = build(jekyll, site)
    assert len(items) > 100
    for number, (item, time) in enumerate(nonempty(items)):
        assert json.loads((built / f"{number}.html").read_text("utf-8")) == {
            "title": item.title,
            "time": int(time.timestamp()),
            "categories": [item.category],
            "tags": [item.tag],
        }


def put(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
