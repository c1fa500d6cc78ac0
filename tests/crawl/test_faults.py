"""What a crawl over loopback does not come to: faults of finews's own."""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from scrapy import Request
from scrapy.http import Response
from scrapy.utils.test import get_crawler

from finews_spider.archive.lock import check_output
from finews_spider.exit_codes import ExitCode, verdict
from finews_spider.items import Article
from finews_spider.sources.base import Listing, ListingPage
from finews_spider.spiders.finews import FinewsSpider

SOURCES = Path("finews_spider/sources.toml")


def faulty(_: str) -> ListingPage:
    raise ZeroDivisionError


@pytest.fixture
def spider(tmp_path: Path) -> Iterator[FinewsSpider]:
    check_output(tmp_path)
    settings = {
        "FINEWS_OUTPUT": str(tmp_path),
        "FINEWS_SOURCES_FILE": str(SOURCES),
        "FINEWS_POST_PATH": "flat",
        "FINEWS_OWED_DAYS": 14,
        "FINEWS_OWED_PAUSE": 600,
        "FINEWS_PUBLISH": "off",
        "FINEWS_BRANCH": "",
        "FINEWS_KEEP_DAYS": 0,
        "FINEWS_PRIVATE_NETWORKS": "",
    }
    spider = FinewsSpider.from_crawler(get_crawler(FinewsSpider, settings), source="finews")
    with spider.ledger:
        yield spider


def test_a_fault_while_a_list_is_read_is_a_list_that_failed(spider: FinewsSpider) -> None:
    (source,), listing = spider.arguments.sources, Listing("home", "https://example.com/", faulty)
    list(spider.ask_listing(source, listing))
    with pytest.raises(ZeroDivisionError):
        list(spider.parse_listing(Response(listing.url), source, listing))
    assert "ZeroDivisionError" in spider.lists.readings["finews", "home"].failed
    assert spider.open_listings == 0


def test_all_is_asked_for_before_an_item_is_handed_on(spider: FinewsSpider, monkeypatch: pytest.MonkeyPatch) -> None:
    """Or else an article may be archived, and asked for again by what was seen before."""
    asked: list[Request] = []
    monkeypatch.setattr(spider, "crawler", SimpleNamespace(engine=SimpleNamespace(crawl=asked.append)))
    item, request = Article(source="finews", id="", url=""), Request("https://example.com/")
    for handed_on in spider.send(iter([item, request])):
        assert handed_on is item
        assert asked == [request]


def test_a_fault_before_anything_is_asked_for_is_one() -> None:
    assert verdict("start_error", broken=[], unpublished="", owed=0)[0] is ExitCode.FAULT
