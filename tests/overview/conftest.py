"""An archive of the newsroom's in which a day has no news, another failed, the posts of a third are gone."""

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from finews_spider.newsroom.pages import Page
from finews_spider.newsroom.server import Newsroom
from finews_spider.newsroom.world import UNTIL, World
from tests.conftest import Ran, TimedSite

SINCE = date(2022, 1, 4)
HOLIDAY, FAILED, GONE = date(2022, 1, 6), date(2022, 1, 8), date(2022, 1, 10)
PAGES = {"overview/index.html", "overview/health.html"}


class HolidayWorld(World):
    """A world in which nothing happens on one day."""

    def time(self, index: int) -> datetime:
        """As in any, a day later from the holiday on."""
        time = super().time(index)
        return time if time.date() < HOLIDAY else time + timedelta(days=1)


class FailingNewsroom(Newsroom):
    """A newsroom that gives no article of one day."""

    def _page(self, role: str, path: str) -> Page:
        is_failing = f"{FAILED:%Y%m%d}" in path or f"{FAILED:%Y/%m/%d}" in path
        return Page(b"", status=503) if is_failing else super()._page(role, path)


@dataclass
class Seen:
    """The archive, and what was said of it."""

    site: TimedSite
    crawled: Ran
    commit: set[str]  # files of the run's commit
    before: dict[str, bytes]  # the pages that the run wrote
    ran: Ran  # the command, when posts were gone

    def page(self, name: str) -> str:
        """Return a page."""
        return (self.site.output / "overview" / name).read_text(encoding="utf-8")


def overview(site: TimedSite) -> Ran:
    """`scrapy overview`."""
    sources = site.output.with_suffix(".toml")
    return site.run("overview", "-s", f"FINEWS_OUTPUT={site.output}", "-s", f"FINEWS_SOURCES_FILE={sources}")


def pages(output: Path) -> dict[str, bytes]:
    """Return the pages, by name."""
    return {path.name: path.read_bytes() for path in sorted((output / "overview").iterdir())}


@pytest.fixture(scope="session")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seen]:
    """One crawl with the overview switched on, the posts of a day deleted, and the command."""
    world = HolidayWorld(articles=48, days=12, until=UNTIL - timedelta(days=1))
    with FailingNewsroom(world) as room:
        site = TimedSite(tmp_path_factory.mktemp("overview") / "site", room)
        site.output.mkdir()
        (site.output / "_posts").mkdir()
        for words in (["init", "--quiet"], ["config", "user.name", "a"], ["config", "user.email", "a@example.org"]):
            subprocess.run(["git", *words], cwd=site.output, check=True)
        settings = {"FINEWS_OVERVIEW": "daily", "FINEWS_PUBLISH": "commit", "RETRY_TIMES": "0"}
        crawled = site.crawl(f"since={SINCE}", f"until={UNTIL}", settings=settings)
        listed = subprocess.run(
            ["git", "show", "--name-only", "--format="], cwd=site.output, check=True, capture_output=True, text=True
        )
        before = pages(site.output)
        for path in site.output.glob(f"_posts/{GONE:%Y/%m/%d}/*"):
            path.unlink()
        ran = overview(site)
        yield Seen(site, crawled, set(listed.stdout.split()), before, ran)
