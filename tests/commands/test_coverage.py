"""`scrapy coverage` tells the days that were read from those that were not, and what to type for these."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from finews_spider.newsroom.world import UNTIL, World
from tests.conftest import TimedSite
from tools.torture import ShortLists


@pytest.fixture
def site(tmp_path: Path) -> Iterator[TimedSite]:
    with ShortLists(World(articles=60)) as room:
        yield TimedSite(tmp_path / "site", room)


def coverage(site: TimedSite, *arguments: str) -> tuple[int, list[str]]:
    words = [word for argument in ("source=eastmoney", *arguments) for word in ("-a", argument)]
    sources = site.output.with_name("sources.toml")
    sources.write_text(site.room.sources_toml(), encoding="utf-8")
    settings = ["-s", f"FINEWS_OUTPUT={site.output}", "-s", f"FINEWS_SOURCES_FILE={sources}"]
    ran = site.run("coverage", *words, *settings)
    return ran.code, [line for line in ran.out.splitlines() if line]


@pytest.mark.slow
def test_days_of_a_run_and_of_an_outage_and_of_a_backfill(site: TimedSite) -> None:
    assert site.crawl("source=eastmoney").code == 0
    window = ("since=2021-12-28", f"until={UNTIL}")
    code, lines = coverage(site, *window)
    assert code in (0, 7)
    assert lines[0].startswith("eastmoney, 2021-12-28 to ")
    assert "older than its lists go back" in lines[0]
    assert any(f"{UNTIL}" in line and "; read, by " in line for line in lines)
    later = UNTIL + timedelta(days=30)
    site.now += timedelta(days=40)
    code, lines = coverage(site, f"since={later}", f"until={later}")
    assert code == 7
    assert lines[0] == f"eastmoney, {later}: 1 day, 0 posts; not read"
    assert f"scrapy crawl finews -a source=eastmoney -a since={later} -a until={later} -s" in lines[1]
    assert site.crawl("source=eastmoney", f"since={later}", f"until={later}").code == 0
    assert coverage(site, f"since={later}", f"until={later}")[0] == 0


@pytest.mark.parametrize("word", ["until", "since=soon", "category=a", "sinc=2021-12-30"])
def test_a_wrong_argument_is_named(site: TimedSite, word: str) -> None:
    site.output.mkdir()
    code, lines = coverage(site, word)
    assert code == 2
    assert word.partition("=")[0] in lines[-1]
