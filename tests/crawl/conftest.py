"""A spider without a network: what it yields is answered by the tests."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from scrapy.utils.test import get_crawler

from finews_spider.spiders.finews import FinewsSpider
from tests.support.settings import delivered

Made = Callable[..., FinewsSpider]


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Made]:
    """Makes the spider of a run of the source finews, given other settings and the run's arguments."""
    spiders: list[FinewsSpider] = []

    def make(settings: dict[str, Any] | None = None, **arguments: str) -> FinewsSpider:
        crawler = get_crawler(FinewsSpider, {**delivered(), "FINEWS_OUTPUT": str(tmp_path), **(settings or {})})
        spider = FinewsSpider.from_crawler(crawler, **{"source": "finews", **arguments})
        crawler.spider = spider
        spiders.append(spider)
        return spider

    yield make
    for spider in spiders:
        spider.run.ledger.close()


@pytest.fixture
def spider(made: Made) -> FinewsSpider:
    return made()


@pytest.fixture
def stops(spider: FinewsSpider, monkeypatch: pytest.MonkeyPatch) -> list[type]:
    """The troubles for which the run was stopped."""
    found: list[type] = []

    def stop(trouble: Exception) -> None:
        found.append(type(trouble))
        spider.run.stopped = True

    monkeypatch.setattr(spider.run, "stop", stop)
    return found


def counts(spider: FinewsSpider) -> dict[str, int]:
    """What was counted of the source finews."""
    stats: dict[str, int] = spider.crawler.stats.get_stats() if spider.crawler.stats else {}
    return {name.removeprefix("finews/finews/"): value for name, value in stats.items() if name.startswith("finews/")}
