"""A backfill from an archive of the web, at the front door: any day that it has, and no request to a live host."""

from collections.abc import Iterator

import pytest

from finews_spider.newsroom.server import Newsroom
from finews_spider.newsroom.web_archive_captures import is_captured
from finews_spider.newsroom.world import World
from tests.conftest import Ran, Site

DAYS = 31
STORIES = World(articles=DAYS * 8, days=DAYS)
FIRST, LAST = STORIES.time(0).date(), STORIES.time(len(STORIES) - 1).date()
WINDOW = ("source=wayback", f"since={FIRST}", f"until={LAST}")
PREFIXES_BY_DAY, QUERIES_BY_MONTH, MONTHS = 3, 1, 2


def truth(world: World, since: int = 0, until: int = 10**9) -> set[str]:
    """The ids of which the archive has a page that can be read."""
    found = set()
    for index in range(since, min(until, len(world))):
        number = world.number(index)
        found |= {f"NW{number}"} if is_captured(index, is_flash=False) else set()
        found |= {number} if is_captured(index, is_flash=True) else set()
    return found


def live_requests(room: Newsroom) -> list[str]:
    return [f"{logged.role} {logged.path}" for logged in room.log if logged.role != "archive"]


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Site, Ran]]:
    """What a backfill of 31 days left, and what it said; its room still has the log."""
    with Newsroom(STORIES) as room:
        site = Site(tmp_path_factory.mktemp("month") / "site", room)
        yield site, site.crawl(*WINDOW)


def test_31_days_are_archived_whole(month: tuple[Site, Ran]) -> None:
    site, ran = month
    assert ran.code == 0, ran.err[-5000:]
    assert site.names() == truth(STORIES)
