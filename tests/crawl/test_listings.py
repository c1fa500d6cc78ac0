"""What becomes of a listing's answer, without a network."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from scrapy import Request
from scrapy.http import Response
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.python.failure import Failure

from finews_spider.downloader.conditional import UNCHANGED
from finews_spider.exceptions import DiskError
from finews_spider.items import ArticleRef
from finews_spider.ledger.responses import Validators
from finews_spider.refusals import Skipped
from finews_spider.sources.base import BlockedError, Listing, ListingPage, NoRefsError, Source, UnreadableError
from finews_spider.spiders.finews import FinewsSpider
from tests.crawl.conftest import Made, counts

URL = "https://finews.withounder.com"
FIRST = 202112302230672549
RETRIES = 2


def ref(number: int = 0, **values: Any) -> ArticleRef:
    return ArticleRef(**{"source": "finews", "id": f"NW{FIRST + number}", "url": f"{URL}/{number}", **values})


def listing(page: ListingPage | Exception | None = None, name: str = "home", path: str = "/", **values: Any) -> Listing:
    def read(_: str) -> ListingPage:
        if isinstance(page, Exception):
            raise page
        return page or ListingPage()

    return Listing(name, f"{URL}{path}", read, **values)


def source_of(spider: FinewsSpider) -> Source:
    (source,) = spider.run.arguments.sources
    return source


def request(spider: FinewsSpider, wanted: Listing) -> Request:
    (made,) = spider.listings.request(source_of(spider), wanted)
    return made


def answer(sent: Request, **values: Any) -> list[Request]:
    assert sent.callback
    return list(sent.callback(Response(sent.url, request=sent, body=b'{"rows": []}', **values), **sent.cb_kwargs))


def fail(sent: Request, why: int | Exception) -> list[Request]:
    error = HttpError(Response(sent.url, status=why)) if isinstance(why, int) else why
    failure = Failure(error)  # type: ignore[no-untyped-call]
    failure.request = sent  # type: ignore[attr-defined]  # as Scrapy does
    assert sent.errback
    return list(sent.errback(failure))


def read(spider: FinewsSpider, wanted: Listing, **values: Any) -> list[Request]:
    """Have it answered, and return what that leads to."""
    return answer(request(spider, wanted), **values)


def ids_owed(spider: FinewsSpider) -> list[str]:
    return [article.ref.id for article in spider.run.owed]


def is_through(spider: FinewsSpider) -> bool:
    return spider.listings.open == 0 and spider.run.changed.is_set()


def test_a_listing_is_asked_for_once_and_is_open_until_it_is_read(spider: FinewsSpider) -> None:
    sent = request(spider, listing())
    assert list(spider.listings.request(source_of(spider), listing())) == []
    assert spider.listings.open == 1
    assert not is_through(spider)
    answer(sent)
    assert is_through(spider)


def test_answers_are_kept_of_first_pages_only_and_not_in_a_window(made: Made) -> None:
    spider = made()
    sent = request(spider, listing(ListingPage([ref()], next_page=listing(path="/2"))))
    assert sent.meta["kept_responses"] is spider.run.responses
    (older,) = answer(sent)
    assert "kept_responses" not in older.meta
    assert "kept_responses" not in request(made(since="2021-12-30"), listing()).meta


def test_what_it_names_is_owed_and_what_it_leads_to_is_asked_for(spider: FinewsSpider) -> None:
    older, linked = listing(path="/2"), listing(name="column", path="/column")
    sent = read(spider, listing(ListingPage([ref(0), ref(1)], next_page=older, linked=[linked])))
    assert [entry.url for entry in sent] == [linked.url, older.url]
    assert ids_owed(spider) == [ref(0).id, ref(1).id]
    assert spider.listings.open == 2


def test_rows_that_are_no_articles_of_the_run_are_counted_by_reason(
    made: Made, caplog: pytest.LogCaptureFixture
) -> None:
    spider = made(since="2021-12-30")
    for path in ("/", "/2"):
        refs = [ref(0, day=date(2021, 12, 30)), ref(1, day=date(2021, 12, 29)), ref(2, id="x"), ref(3, id="y")]
        read(spider, listing(ListingPage(refs, skipped={Skipped.BLOG: 4}, missing_fields={"a"}), path=path))
    assert ids_owed(spider) == [ref(0).id]
    assert counts(spider) == {"skipped/blog": 8, "skipped/no id": 4, "skipped/outside window": 2}
    assert len([line for line in caplog.messages if "have no field a" in line]) == 1


def test_what_cannot_be_read_is_asked_for_again_some_times(spider: FinewsSpider) -> None:
    other = listing(name="other", path="/other")
    sent = request(spider, listing(BlockedError("captcha page"), fallback=other))
    spider.run.responses.keep(sent.url, Validators("etag"), b"")
    for _ in range(RETRIES):
        (sent,) = answer(sent)
        assert sent.url == listing().url
        assert spider.listings.open == 1
        assert not spider.run.responses.is_kept(sent.url)
    (sent,) = answer(sent)
    assert sent.url == other.url
    assert spider.run.pagination.readings["finews", "home"].failed == "cannot be read: captcha page"
    assert counts(spider) == {"blocked": 1}
    answer(sent)
    assert is_through(spider)


@pytest.mark.parametrize(
    ("error", "counted"),
    [(UnreadableError("not JSON"), {}), (NoRefsError(ListingPage(skipped={Skipped.NO_ID: 7})), {"skipped/no id": 7})],
)
def test_rows_of_which_none_can_be_read_are_counted(
    spider: FinewsSpider, error: Exception, counted: dict[str, int]
) -> None:
    sent = [request(spider, listing(error))]
    while sent:
        sent = answer(*sent)
    assert counts(spider) == counted
    assert is_through(spider)


def test_rows_of_which_none_is_an_article_are_a_failure_on_the_first_page_only(spider: FinewsSpider) -> None:
    nothing = ListingPage(skipped={Skipped.NO_ID: 1})
    (older,) = read(spider, listing(ListingPage([ref()], next_page=listing(nothing, path="/2"))))
    assert answer(older) == []
    assert not spider.run.pagination.readings["finews", "home"].failed
    (again,) = read(spider, listing(nothing, name="other", path="/other"))
    assert again.url == f"{URL}/other"


@pytest.mark.parametrize(
    ("may_be_absent", "status", "failed"),
    [(False, 404, True), (True, 503, True), (True, 410, True), (True, 404, False)],
)
@pytest.mark.parametrize("has_other", [True, False])
def test_what_stands_in_for_a_listing_that_did_not_come(
    spider: FinewsSpider, may_be_absent: bool, status: int, failed: bool, has_other: bool
) -> None:
    other = listing(name="other", path="/other") if has_other else None
    sent = fail(request(spider, listing(fallback=other, may_be_absent=may_be_absent)), status)
    assert [entry.url for entry in sent] == ([f"{URL}/other"] if has_other else [])
    assert bool(spider.run.pagination.readings["finews", "home"].failed) is failed
    assert is_through(spider) is not has_other


def test_a_page_that_need_not_be_there_is_told_absent_once(made: Made, caplog: pytest.LogCaptureFixture) -> None:
    absent = listing(name="category TechWeb", may_be_absent=True)
    noted = []
    for arguments in ({}, {}, {"category": "TechWeb"}, {"category": "TechWeb"}):
        caplog.clear()
        assert fail(request(made(**arguments), absent), 404) == []
        noted.append([entry.levelname for entry in caplog.records].count("WARNING"))
    assert noted == [1, 0, 1, 1]


def test_a_list_that_ends_with_an_absent_page_is_not_told_absent(
    spider: FinewsSpider, caplog: pytest.LogCaptureFixture
) -> None:
    (older,) = read(spider, listing(ListingPage([ref()], next_page=listing(path="/2", may_be_absent=True))))
    assert fail(older, 404) == []
    assert spider.run.pagination.readings["finews", "home"].reach.ended == "end"
    assert "has no home" not in caplog.text


def test_a_disk_that_fails_ends_the_run(spider: FinewsSpider, stops: list[type]) -> None:
    sent = request(spider, listing(ListingPage([ref()])))
    spider.run.ledger.rows("PRAGMA query_only = 1")
    with pytest.raises(DiskError):
        answer(sent)
    assert stops == [DiskError]
    assert is_through(spider)


def test_a_disk_that_cannot_keep_an_answer_ends_the_run(spider: FinewsSpider, stops: list[type]) -> None:
    sent = request(spider, listing(fallback=listing(path="/other")))
    assert fail(sent, DiskError(Path("a"), "full")) == []
    assert stops == [DiskError]
    assert not spider.run.pagination.readings["finews", "home"].failed


def test_what_a_run_cancels_is_no_failure(spider: FinewsSpider) -> None:
    sent = request(spider, listing(fallback=listing(path="/other")))
    spider.run.stopped = True
    assert fail(sent, 503) == []
    assert not spider.run.pagination.readings["finews", "home"].failed
    assert is_through(spider)


def test_a_total_that_is_never_reached_is_told_once(made: Made, caplog: pytest.LogCaptureFixture) -> None:
    noted = []
    for _ in range(5):
        caplog.clear()
        read(made(), listing(ListingPage([ref()], total=2)))
        noted.append("that is believed no more" in caplog.text)
    assert noted == [False, False, True, False, False]


AT = "Fri, 31 Dec 2021 01:00:00 GMT"


@pytest.mark.parametrize(
    ("headers", "flags", "day"),
    [
        ({"Date": AT}, [], date(2021, 12, 30)),
        ({"Date": AT.replace("GMT", "-0000")}, [], date(2021, 12, 30)),  # in UTC, though it does not say so
        ({"Date": "Fri, 31 Dec 2021 01:00:00 -1600"}, [], date(2021, 12, 31)),
        ({"Date": AT}, [UNCHANGED], None),  # of the 304, not of the page
        ({"Date": "soon"}, [], None),
        ({}, [], None),
    ],
)
def test_yesterday_is_told_by_the_answers_own_date(
    spider: FinewsSpider, headers: dict[str, str], flags: list[str], day: date | None
) -> None:
    page = ListingPage()
    page.add(ref(), "昨天 09:00")
    read(spider, listing(page), headers=headers, flags=flags)
    (owed,) = spider.run.owed
    assert owed.ref.day == day
    assert spider.run.pagination.readings["finews", "home"].unchanged == len(flags)
