"""What stands where a post belongs, through the front door: it is named, and costs no other article."""

from collections.abc import Callable
from pathlib import Path

import pytest

from finews_spider.newsroom.world import Story, World
from tests.acceptance.test_crawl import an_article, ids_of
from tests.conftest import Site

PATIENT = {"FINEWS_OWED_PAUSE": "0"}


def place_of(site: Site, story: Story) -> Path:
    return site.output / f"_posts/{story.time:%Y/%m/%d/%Y-%m-%d}-NW{story.number}.md"


def a_dead_link(path: Path) -> None:
    path.symlink_to("nowhere")


@pytest.mark.slow
@pytest.mark.parametrize("make", [Path.mkdir, a_dead_link])
def test_what_stands_in_a_posts_place_is_named_until_it_is_moved_away(
    site: Site, world: World, make: Callable[[Path], None]
) -> None:
    place = place_of(site, an_article(world))
    place.parent.mkdir(parents=True)
    make(place)
    others = ids_of(world) - {place.stem[11:]}
    ran = site.crawl(settings=PATIENT)
    assert ran.code == 3
    assert str(place) in ran.err
    assert "Traceback" not in ran.err
    assert site.report()["sources"]["finews"]["refused"] == {"its place is taken": 1}
    assert {post.stem[11:] for post in site.output.glob("_posts/**/*.md") if post.is_file()} == others

    assert site.crawl(settings=PATIENT).code == 3
    place.unlink() if place.is_symlink() else place.rmdir()
    assert site.crawl(settings=PATIENT).code == 0
    assert site.names() == ids_of(world)
