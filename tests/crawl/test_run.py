"""What one run takes up, counts, and says at its end."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from scrapy.utils.test import get_crawler

from finews_spider.crawl.run import Run
from finews_spider.downloader.throttle import run_stopped
from finews_spider.exceptions import DiskError
from finews_spider.items import ArticleRef
from finews_spider.sources.base import Listing, ListingPage
from finews_spider.spiders.finews import FinewsSpider
from tests.crawl.conftest import Made
from tests.support.settings import delivered

FIRST = 202112302230672549
LINK = f"http://finews.zning.xyz/html_News/NewsShare.html?infoCode=NW{FIRST}"


def ref(number: int, source: str = "finews") -> ArticleRef:
    return ArticleRef(source=source, id=f"NW{FIRST + number}", url="")


def queued(run: Run) -> list[str]:
    run.fill_queue()
    return [task.id for task in run.owed.take(9)]


@pytest.fixture
def before(made: Made) -> None:
    """An earlier run owes an article of each source."""
    made().run.owed.record_listed([ref(1), ref(2, "eastmoney")])


@pytest.mark.usefixtures("before")
@pytest.mark.parametrize(
    ("arguments", "numbers"),
    [
        ({}, [1]),
        ({"source": "eastmoney,finews"}, [1, 2]),
        ({"category": "TechWeb"}, []),
        ({"since": "2021-12-30"}, []),
        ({"url": LINK}, [0]),
    ],
)
def test_a_run_takes_up_what_its_sources_owe_unless_it_is_narrow(
    made: Made, arguments: dict[str, str], numbers: list[int]
) -> None:
    run = made(**arguments).run
    assert queued(run) == [ref(number).id for number in numbers]
    assert run.count_owed() == len(numbers)


@pytest.mark.usefixtures("before")
def test_a_narrow_run_counts_what_it_owes_itself(made: Made) -> None:
    run = made(category="TechWeb").run
    run.owed.record_listed([ref(1), ref(3)])
    assert run.count_owed() == 2


def test_posts_that_came_and_went_are_told(made: Made, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    run = made().run
    post = run.config.output / f"_posts/2021-12-30-NW{FIRST}.md"
    post.parent.mkdir()
    noted = []
    changes: list[Callable[[], object]] = [post.exists, lambda: post.write_text("a"), post.unlink]
    for change in changes:
        change()
        caplog.clear()
        run.fill_queue()
        noted.append([line for line in caplog.messages if "since the last run" in line])
    assert noted == [
        [],
        ["1 posts came since the last run, 0 are gone"],
        ["0 posts came since the last run, 1 are gone"],
    ]


@pytest.mark.parametrize(
    ("stopped", "owes", "finished"), [(False, False, True), (True, False, False), (False, True, False)]
)
def test_the_lists_of_a_narrow_run_are_finished_when_nothing_of_it_is_owed(
    made: Made, stopped: bool, owes: bool, finished: bool
) -> None:
    column = Listing("column", "https://a.example/", lambda _: ListingPage())
    run = made(category="TechWeb").run
    run.pagination.begin("finews", column)
    run.pagination.read("finews", column, ListingPage(), [])
    run.owed.record_listed([ref(1)] if owes else [])
    run.stopped = stopped
    run.settle()
    assert made(category="TechWeb").run.pagination.begin("finews", column).state.finished is finished


def test_a_disk_that_fails_closes_the_run_once(spider: FinewsSpider, caplog: pytest.LogCaptureFixture) -> None:
    closed: list[str] = []
    heard: list[bool] = []

    async def close(reason: str) -> None:
        closed.append(reason)

    def hear() -> None:
        heard.append(spider.run.stopped)

    async def stop() -> None:
        spider.run.stop()
        for number in range(2):
            spider.run.stop(DiskError(Path(f"{number}"), "full"))
        await asyncio.sleep(0)

    spider.crawler.engine = SimpleNamespace(close_spider_async=close)  # type: ignore[assignment]
    spider.crawler.signals.connect(hear, run_stopped)
    asyncio.run(stop())
    assert closed == [spider.run.trouble]
    assert [line for line in caplog.messages if "full" in line] == [f"{DiskError(Path('0'), 'full')}"]
    assert heard == [True] * 3


def test_what_is_counted_is_summed_over_the_sources(spider: FinewsSpider) -> None:
    spider.run.count("finews", "failed/a")
    spider.run.count("finews", "failed/b", 2)
    spider.run.count("eastmoney", "failed/a", 4)
    spider.run.count("eastmoney", "asked", 8)
    assert spider.run.counted("failed/") == 7


def test_a_warning_is_logged_once_a_run(spider: FinewsSpider, caplog: pytest.LogCaptureFixture) -> None:
    for name in ("a", "b", "a"):
        spider.run.log_once("%s is odd", name)
    assert caplog.messages == ["a is odd (said once a run)", "b is odd (said once a run)"]
    assert spider.run.warnings == ["a is odd", "b is odd"]


def test_a_run_makes_its_own_folder(tmp_path: Path) -> None:
    crawler = get_crawler(FinewsSpider, {**delivered(), "FINEWS_OUTPUT": str(tmp_path / "new")})
    with FinewsSpider.from_crawler(crawler).run.ledger:
        assert (tmp_path / "new/.finews/.gitignore").exists()
