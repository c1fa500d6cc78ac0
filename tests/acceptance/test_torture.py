"""Thirty of the kills of `make torture`, in parts that can run side by side."""

from collections.abc import Iterator

import pytest

from finews_spider.newsroom.world import World
from tests.support.whole import whole
from tools.torture import STORIES, ShortLists, Stage, lives

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    world = World(STORIES)
    with ShortLists(world) as room:
        yield Stage(room, world, tmp_path_factory.mktemp("torture"))


@pytest.mark.parametrize("seed", range(1, 1 + whole(6, 2)))
def test_crawls_that_are_killed_archive_what_one_makes_that_never_stops(stage: Stage, seed: int) -> None:
    lived = list(lives(stage, 5, seed))
    assert [difference for life in lived for difference in life.differences] == []
    assert sum(len(life.kills) for life in lived) >= 5
