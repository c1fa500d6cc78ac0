"""What a crawl over loopback does not come to: faults of finews's own."""

from pathlib import Path

import pytest
from scrapy.http import Response
from scrapy.utils.test import get_crawler

from finews_spider.archive import check_output
from finews_spider.report import FAULT, verdict
from finews_spider.sources import Listing, ListingPage
from finews_spider.spiders.finews import FinewsSpider

SOURCES = Path("finews_spider/sources.toml")


def faulty(_: str) -> ListingPage:
    raise ZeroDivisionError


def test_a_fault_while_a_list_is_read_is_a_list_that_failed(tmp_path: Path) -> None:
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
    (source,), listing = spider.arguments.sources, Listing("home", "https://example.com/", faulty)
    with spider.ledger:
        list(spider.ask_listing(source, listing))
        with pytest.raises(ZeroDivisionError):
            list(spider.parse_listing(Response(listing.url), source, listing))
        assert "ZeroDivisionError" in spider.lists.readings["finews", "home"].failed
        assert spider.open_listings == 0


def test_a_fault_before_anything_is_asked_for_is_one() -> None:
    assert verdict({"broken": []}, "start_error", 0)[0] == FAULT
