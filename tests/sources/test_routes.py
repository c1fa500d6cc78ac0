"""One article is the same whichever way it is fetched: every story of a newsroom, by every route of both sources."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import pytest

import finews_spider
from finews_spider.items import Article, ArticleRef
from finews_spider.newsroom.eastmoney import sites
from finews_spider.newsroom.finews import Blog, ShareHost
from finews_spider.newsroom.pages import Site, View
from finews_spider.newsroom.words import SLUGS
from finews_spider.newsroom.world import Story, World, has_sizes
from finews_spider.sources.encodings import decode
from finews_spider.sources.loader import load
from pipelines.clean import clean, says_more
from pipelines.sanitize import sanitize
from tests.support.nonempty import nonempty

pytestmark = pytest.mark.xdist_group("routes")  # all look at the same answers

WORLD = World(300)
SOURCES = load(Path(finews_spider.__file__).with_name("sources.toml"))
EASTMONEY = sites(WORLD)
SITES: dict[str, Site] = {
    "finews.withounder.com": Blog(WORLD),
    "finews.zning.xyz": ShareHost(WORLD),
    "choicewzp1.eastmoney.com": ShareHost(WORLD),
    "newsinfo.eastmoney.com": EASTMONEY["newsinfo"],
    "finance.eastmoney.com": EASTMONEY["finance"],
}
ROUTES = [
    "finews.zning.xyz text",
    "choicewzp1.eastmoney.com text",
    "post page",
    "article API",
    "getnews API",
    "article page",
]


class Answer(NamedTuple):
    """A story, as one route of one of its families tells it."""

    story: Story
    route: str
    article: Article


def refs(story: Story) -> Iterator[ArticleRef]:
    """The story in each family that it is in, as each source names it."""
    families = [(f"NW{story.number}", SLUGS[story.media_name])] if story.in_article else []
    families += [(story.number, "emnews")] if story.in_flash else []
    for id_, folder in families:
        post = f"https://finews.withounder.com/{folder}/{story.time:%Y/%m/%d}/{id_}.html"
        yield ArticleRef(source="finews", id=id_, url=post)
        yield ArticleRef(source="eastmoney", id=id_, url=f"https://finance.eastmoney.com/a/{story.number}.html")


def answer(url: str) -> str:
    parts = urlsplit(url)
    page = SITES[parts.hostname or ""].page(f"{parts.path}?{parts.query}", View(len(WORLD)))
    assert page is not None
    return decode(page.body)


@cache
def answers() -> list[Answer]:
    return [
        Answer(story, route.name, route.read(answer(route.url)))
        for story in WORLD
        for ref in refs(story)
        for route in SOURCES[ref.source].routes(ref)
    ]


def of(name: str, *, with_body: bool = True) -> list[Answer]:
    found = [entry for entry in answers() if entry.route == name and bool(entry.story.blocks) is with_body]
    assert found
    return found


def test_there_are_no_other_routes() -> None:
    assert {entry.route for entry in answers()} == set(ROUTES)


@pytest.mark.parametrize("route", ROUTES)
def test_every_story_is_told_in_each_of_its_families(route: str) -> None:
    noted = {entry.article.id for entry in answers() if entry.route == route}
    assert noted == {ref.id for story in WORLD for ref in refs(story)}


@pytest.mark.parametrize("route", ROUTES)
def test_the_cleaned_body_of_an_article_is_equal_by_all_routes(route: str) -> None:
    for story, _, article in nonempty(of(route)):
        sizes = route != "getnews API" or has_sizes(story)
        assert sanitize(clean(article.body)) == WORLD.clean_body(story, sizes=sizes)


def test_the_sizes_of_pictures_are_all_that_a_route_may_not_tell() -> None:
    bodies = {WORLD.clean_body(story, sizes=sizes) for story, _, _ in of("getnews API") for sizes in (True, False)}
    assert len(bodies) > len({story.number for story, _, _ in of("getnews API")})


@pytest.mark.parametrize("route", ROUTES)
def test_the_title_of_an_article_is_equal_by_all_routes(route: str) -> None:
    for story, _, article in nonempty(of(route)):
        assert article.title == " ".join(story.title.split())


@pytest.mark.parametrize("route", ROUTES)
def test_the_media_name_of_an_article_is_equal_by_all_routes(route: str) -> None:
    for story, _, article in nonempty(of(route)):
        assert article.media_name == story.media_name


@pytest.mark.parametrize("route", [name for name in ROUTES if name != "article page"])
def test_the_time_of_an_article_is_equal_by_all_routes(route: str) -> None:
    for story, _, article in nonempty(of(route)):
        assert (article.time, article.to_the_second) == (story.time, True)


def test_a_page_tells_the_time_to_the_minute() -> None:
    for story, _, article in nonempty(of("article page")):
        assert (article.time, article.to_the_second) == (story.time.replace(second=0), False)


@pytest.mark.parametrize("route", ROUTES)
def test_by_no_route_does_a_digest_become_a_body(route: str) -> None:
    for story, _, article in nonempty(of(route, with_body=False)):
        assert not says_more(sanitize(clean(article.body)), story.digest)
