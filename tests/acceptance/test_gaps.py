"""An outage, and a list that misbehaves after it: what is missing is told, and comes with a later run."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from finews_spider.dates import BEIJING
from finews_spider.newsroom.world import World
from tests.conftest import TimedSite
from tools.torture import COLUMNS, ShortLists

WORLD = World(articles=300, days=14)
BEFORE, AFTER = datetime(2022, 1, 8, 12, tzinfo=BEIJING), datetime(2022, 1, 12, 12, tzinfo=BEIJING)
LOOK = timedelta(minutes=15)
COLUMN = "/comm/web/getNewsByColumns?client=web&biz=web_news_col&column=350&order=1&needInteractData=0&page_index="
ALL = "source=eastmoney"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[TimedSite]:
    """Archived until before an outage of four days, that is over."""
    with ShortLists(WORLD) as room:
        site = TimedSite(tmp_path / "site", room, now=BEFORE)
        for now in (BEFORE, BEFORE + LOOK, BEFORE + LOOK * 2):
            room.now = site.now = now
            assert site.crawl(ALL).code == 0
        assert site.names() == published(site)
        room.now = site.now = AFTER
        yield site


def published(site: TimedSite) -> set[str]:
    """Return the ids that the lists have named so far."""
    assert site.room.now
    stories = [story for story in WORLD if story.time <= site.room.now]
    in_columns = {f"NW{s.number}" for s in stories if s.in_article and {*s.columns} & {*COLUMNS}}
    return in_columns | {story.number for story in stories if story.in_flash}


def column_page(site: TimedSite, number: int) -> bytes:
    """Return a page of the column as it is served now."""
    return site.room._page("listapi", f"{COLUMN}{number}&page_size=200&req_trace=a").body


def gap(site: TimedSite) -> dict[str, str]:
    """Return the one that a column has."""
    (found,) = site.report()["sources"]["eastmoney"]["gaps"]
    assert found["list"].startswith("column ")
    return dict(found)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["an empty page", "the page before it", "an old copy"])
def test_a_page_that_hides_articles_is_not_believed(site: TimedSite, kind: str) -> None:
    site.room.now = BEFORE
    old = column_page(site, 3)
    site.room.now = AFTER
    bodies = {"an empty page": b'{"code":"1","data":{"list":[]}}', "the page before it": column_page(site, 2)}
    site.room.answer("listapi", f"{COLUMN}3", body=bodies.get(kind, old))
    ran = site.crawl(ALL)
    assert site.names() < published(site)
    assert ran.code == 3
    assert "not all is here yet" in ran.out.split("finews 2022")[-1].splitlines()[0]
    assert f"gap: eastmoney: {gap(site)['list']} between " in ran.out
    assert gap(site)["state"] == "open"
    assert re.search("eastmoney: column [a-z]+  gap, open\n", site.owed().out)
    site.room.clear()
    for _ in range(3):
        site.room.now = site.now = site.now + LOOK
        ran = site.crawl(ALL)
    assert site.names() == published(site)
    assert (ran.code, "gaps" in site.report()["sources"]["eastmoney"]) == (0, False)


@pytest.mark.slow
def test_a_gap_that_stays_ends_with_seven_and_is_given_up_with_its_days(site: TimedSite) -> None:
    site.room.answer("listapi", f"{COLUMN}3", body=b'{"code":"1","data":{"list":[]}}')
    codes, noted = [], []
    for _ in range(12):
        ran = site.crawl(ALL)
        codes.append(ran.code)
        noted.append([line for line in ran.out.splitlines() if line.startswith("gap:")])
        site.now += timedelta(hours=4)
    last = codes.index(0) - 1
    assert codes == [3] * 6 + [7] * (last - 5) + [0] * (11 - last)
    assert "given up" not in noted[last - 1][0]
    assert "no run looks again: backfill these days" in noted[last][0]
    assert "2022-01-08 " in noted[last][0]
    assert noted[last + 1 :] == [[]] * (11 - last)
    assert "gap, given up" in site.owed().out
    assert "1 gap looked at" in site.owed("--retry").out
    site.room.clear()
    assert site.crawl(ALL).code == 3
    site.now += timedelta(hours=1)
    assert site.crawl(ALL).code == 0
    assert site.names() == published(site)


@pytest.mark.slow
def test_flashes_of_an_outage_come_from_the_list_far_back(site: TimedSite) -> None:
    site.room.by_cursor = 12  # the newest; there are 29 since the outage began
    codes = []
    for _ in range(4):
        codes.append(site.crawl("source=eastmoney").code)
        site.now += timedelta(hours=1)
    assert (codes[0], codes[-1]) == (3, 0)
    assert site.names() == published(site)
    assert site.room.requests("newsapi") == []  # of the last run: the gap is closed
