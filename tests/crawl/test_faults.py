"""What a crawl over loopback does not come to: faults of finews's own."""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from scrapy import Request
from scrapy.http import Response
from scrapy.utils.test import get_crawler

from finews_spider.exit_codes import ExitCode, verdict
from finews_spider.items import Article
from finews_spider.sources.base import Listing, ListingPage
from finews_spider.sources.eastmoney_ids import ARTICLE
from finews_spider.spiders.finews import FinewsSpider
from tests.support.settings import delivered


def faulty(_: str) -> ListingPage:
    raise ZeroDivisionError


@pytest.fixture
def spider(tmp_path: Path) -> Iterator[FinewsSpider]:
    crawler = get_crawler(FinewsSpider, {**delivered(), "FINEWS_OUTPUT": str(tmp_path)})
    spider = FinewsSpider.from_crawler(crawler, source="finews")
    with spider.run.ledger:
        yield spider


def test_a_fault_while_a_list_is_read_is_a_list_that_failed(spider: FinewsSpider) -> None:
    (source,), listing = spider.run.arguments.sources, Listing("home", "https://example.com/", faulty)
    list(spider.listings.request(source, listing))
    with pytest.raises(ZeroDivisionError):
        list(spider.listings.parse(Response(listing.url), source, listing))
    assert "ZeroDivisionError" in spider.run.pagination.readings["finews", "home"].failed
    assert spider.listings.open == 0


def test_all_is_asked_for_before_an_item_is_handed_on(spider: FinewsSpider, monkeypatch: pytest.MonkeyPatch) -> None:
    """Or else an article may be archived, and asked for again by what was seen before."""
    requests: list[Request] = []
    monkeypatch.setattr(spider, "crawler", SimpleNamespace(engine=SimpleNamespace(crawl=requests.append)))
    item, request = Article(source="finews", id="", url="", family=ARTICLE), Request("https://example.com/")
    assert spider._send([item, request]) == [item]
    assert requests == [request]


def test_a_fault_before_anything_is_asked_for_is_one() -> None:
    assert verdict("start_error", broken=[], unpublished="", owed=0)[0] is ExitCode.FAULT
