"""What becomes of the hosts' clocks in a run, without a network."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from scrapy import Request, Spider
from scrapy.exceptions import NotConfigured
from scrapy.http import Response
from scrapy.utils.test import get_crawler

from finews_spider import dates
from finews_spider.dates import BEIJING
from finews_spider.extensions.clock import ClockWatch
from finews_spider.ledger.facts import Fact
from finews_spider.spiders.finews import FinewsSpider
from tests.support.settings import delivered

NOW = datetime(2022, 1, 13, 9, tzinfo=BEIJING)
RIGHT, WRONG = "Thu, 13 Jan 2022 01:00:00 GMT", "Sat, 04 Dec 2021 01:00:00 GMT"


@pytest.fixture
def spider(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FinewsSpider]:
    monkeypatch.setattr(dates, "now", lambda: NOW)
    crawler = get_crawler(FinewsSpider, {**delivered(), "FINEWS_OUTPUT": str(tmp_path)})
    crawler.spider = spider = FinewsSpider.from_crawler(crawler, source="finews")
    with spider.run.ledger:
        yield spider


@pytest.fixture
def watch(spider: FinewsSpider) -> ClockWatch:
    return ClockWatch.from_crawler(spider.crawler)


def answer(watch: ClockWatch, host: str, headers: dict[str, str]) -> None:
    url = f"https://{host}/robots.txt"
    watch.response_downloaded(Response(url, status=404, headers=headers), Request(url))


def kept(spider: FinewsSpider) -> datetime | None:
    return spider.run.facts.time(Fact.PROVEN_CLOCK)


def test_each_host_is_heard_once(spider: FinewsSpider, watch: ClockWatch) -> None:
    for _ in range(3):
        answer(watch, "a.example", {"Date": WRONG})
    assert spider.run.clock.is_doubted
    for host in ("b.example:8080", "b.example"):
        answer(watch, host, {"Date": RIGHT})
    assert spider.run.clock.is_proven


@pytest.mark.parametrize("headers", [{}, {"Date": "now"}, {"Age": "3"}])
def test_a_host_that_says_no_time_is_not_heard(
    spider: FinewsSpider, watch: ClockWatch, headers: dict[str, str]
) -> None:
    answer(watch, "a.example", headers)
    assert not spider.run.clock.is_proven


def test_the_time_is_kept_with_the_first_post_for_a_run_that_is_killed(
    spider: FinewsSpider, watch: ClockWatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch.item_scraped()
    assert kept(spider) is None
    answer(watch, "a.example", {"Date": RIGHT})
    watch.item_scraped()
    assert kept(spider) == NOW
    later = NOW + timedelta(minutes=5)
    monkeypatch.setattr(dates, "now", lambda: later)
    watch.item_scraped()
    assert kept(spider) == NOW
    watch.spider_closed()
    assert kept(spider) == later
    assert spider.run.warnings == []


def test_a_time_that_is_doubted_is_not_kept_but_told(spider: FinewsSpider, watch: ClockWatch) -> None:
    answer(watch, "a.example", {"Date": WRONG})
    watch.item_scraped()
    watch.spider_closed()
    assert kept(spider) is None
    assert spider.run.warnings == [spider.run.clock.doubt()]


def test_a_disk_that_refuses_to_keep_it_ends_nothing(spider: FinewsSpider, watch: ClockWatch) -> None:
    answer(watch, "a.example", {"Date": RIGHT})
    spider.run.ledger.rows("PRAGMA query_only = 1")
    watch.item_scraped()
    watch.spider_closed()
    assert kept(spider) is None


def test_a_spider_without_a_run_is_not_watched() -> None:
    with pytest.raises(NotConfigured):
        ClockWatch.from_crawler(get_crawler(Spider))
