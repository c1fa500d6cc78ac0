"""What a run asks for of what is owed, and what is noted of each article, without a network."""

import json
import re
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from scrapy import Request, signals
from scrapy.exceptions import DropItem
from scrapy.http import Response
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.python.failure import Failure

from finews_spider import dates
from finews_spider.archive.posts import render
from finews_spider.crawl.absences import MAX_LOOKS
from finews_spider.dates import BEIJING
from finews_spider.exceptions import DiskError
from finews_spider.items import Article, ArticleRef
from finews_spider.ledger.owed import OwedArticle
from finews_spider.ledger.patience import MIN_TRIES
from finews_spider.ledger.tries import State
from finews_spider.refusals import Refused, RefusedError
from finews_spider.sources.eastmoney_ids import ARTICLE
from finews_spider.spiders.finews import FinewsSpider
from tests.crawl.conftest import Made, counts
from tests.support.nonempty import nonempty

FIRST = 202112302230672549
TEXT = {"Title": "题", "Date": "2021-12-30 07:57:23", "medianame": "中国证券报", "text": "<p>文</p>"}
IN_FLIGHT = 8


def owe(spider: FinewsSpider, number: int = 1, prefix: str = "NW", **values: Any) -> list[str]:
    """Have a listing name so many articles; return their ids."""
    ids = [f"{prefix}{FIRST + at}" for at in range(number)]
    site = "https://finews.withounder.com/zhongguozhengquanbao/2021/12/30"
    refs = [ArticleRef(source="finews", id=id_, url=f"{site}/{id_}.html", **values) for id_ in ids]
    spider.run.owed.record_listed(refs)
    return ids


def begin(spider: FinewsSpider) -> list[Request]:
    steps = list(spider.articles.take_owed())
    requests = [step for step in steps if isinstance(step, Request)]
    assert requests == steps
    return requests


def tell(request: Request, body: str | dict[str, str]) -> list[Request | Article]:
    """Answer it, and return what it leads to."""
    text = body if isinstance(body, str) else json.dumps(body)
    assert request.callback
    return list(request.callback(Response(request.url, body=text.encode()), **request.cb_kwargs))


def refuse(request: Request, status: int) -> list[Request | Article]:
    failure = Failure(HttpError(Response(request.url, status=status)))  # type: ignore[no-untyped-call]
    failure.request = request  # type: ignore[attr-defined]  # as Scrapy does
    assert request.errback
    return list(request.errback(failure))


def exhaust(request: Request, status: int) -> list[str]:
    """Answer it and all that it leads to with this status; return their URLs."""
    steps: list[Request | Article] = [request]
    requested = []
    while steps:
        (step,) = steps
        assert isinstance(step, Request)
        steps = refuse(step, status)
        requested.append(step.url)
    return requested


def item(spider: FinewsSpider) -> Article:
    """The one article that is owed, as it comes to the pipelines."""
    owe(spider)
    (request,) = begin(spider)
    (article,) = tell(request, TEXT)
    assert isinstance(article, Article)
    spider.run.changed.clear()
    return article


def end(spider: FinewsSpider, signal: object, article: Article, **why: object) -> None:
    """Say that it is through the pipelines, as Scrapy does."""
    spider.crawler.signals.send_catch_log(signal, item=article, response=None, spider=spider, **why)


def owed(spider: FinewsSpider) -> OwedArticle:
    (article,) = spider.run.owed
    return article


def has_ended(spider: FinewsSpider) -> bool:
    """Return whether nothing is under way, and the run was told so."""
    return not spider.run.fetches and spider.run.changed.is_set()


def test_an_article_costs_one_request_and_is_under_way_until_it_is_archived(
    spider: FinewsSpider, caplog: pytest.LogCaptureFixture
) -> None:
    article = item(spider)
    assert [entry for entry in caplog.records if entry.levelname == "WARNING"] == []
    assert (article.title, article.body, article.media_name) == ("题", "<p>文</p>", "中国证券报")
    assert article.share_link.endswith(f"infoCode=NW{FIRST}")
    assert not has_ended(spider)
    assert counts(spider) == {"asked": 1, "routes/finews.zning.xyz text": 1}
    end(spider, signals.item_scraped, article)
    assert has_ended(spider)


def test_an_article_that_is_refused_is_owed_for_that_reason(spider: FinewsSpider) -> None:
    refusal = RefusedError("url", "id", Refused.BROKEN_CHARACTERS)
    end(spider, signals.item_dropped, item(spider), exception=refusal)
    assert has_ended(spider)
    assert counts(spider)["refused/broken characters"] == 1
    assert (owed(spider).reason, owed(spider).tries) == ("refused: broken characters", 1)


def test_an_article_whose_post_is_there_is_not_tried_in_vain(spider: FinewsSpider) -> None:
    end(spider, signals.item_dropped, item(spider), exception=DropItem("it has a post"))
    assert has_ended(spider)
    assert not [name for name in counts(spider) if name.startswith("refused")]
    assert (owed(spider).reason, owed(spider).tries) == ("", 0)


def test_an_article_that_a_pipeline_crashed_on_is_owed(spider: FinewsSpider) -> None:
    failure = Failure(ZeroDivisionError("by zero"))  # type: ignore[no-untyped-call]
    end(spider, signals.item_error, item(spider), failure=failure)
    assert has_ended(spider)
    assert counts(spider)["refused/fault in finews"] == 1
    assert owed(spider).reason.startswith("fault in finews: ZeroDivisionError")


def test_an_article_is_through_though_the_disk_cannot_note_why(spider: FinewsSpider, stops: list[type]) -> None:
    article = item(spider)
    spider.run.ledger.rows("PRAGMA query_only = 1")
    end(spider, signals.item_dropped, article, exception=RefusedError("url", "id", Refused.STUB))
    assert stops == [DiskError]
    assert has_ended(spider)


def test_what_no_route_gives_is_owed_and_counted_by_the_last_of_them(spider: FinewsSpider) -> None:
    owe(spider)
    (request,) = begin(spider)
    requested = exhaust(request, 503)
    ref = owed(spider).ref
    helpers = ["finews", *spider.run.sources["finews"].fallback_sources]
    assert requested == [route.url for name in helpers for route in spider.run.sources[name].routes(ref)]
    assert len(helpers) > 1
    assert has_ended(spider)
    assert counts(spider) == {"asked": 1, "last_route": 1, "failed/HTTP 503": 1}
    assert (owed(spider).state, owed(spider).tries) == (State.OWED, 1)
    assert owed(spider).reason.count("HTTP 503") == len(requested)


@pytest.mark.parametrize(("share", "late"), [((), None), (("http://finews.zning.xyz",), 1)])
def test_the_only_route_is_no_last_one(spider: FinewsSpider, share: tuple[str, ...], late: int | None) -> None:
    source = spider.run.sources["finews"]
    spider.run.sources["finews"] = replace(source, share=share, origin=())  # type: ignore[call-arg]
    owe(spider)
    (request,) = begin(spider)
    exhaust(request, 503)
    assert counts(spider).get("last_route") == late


def test_a_flash_of_which_no_route_tells_a_body_is_owed(spider: FinewsSpider) -> None:
    owe(spider, prefix="", title="题", digest="要", day=date(2021, 12, 30))
    (request,) = begin(spider)
    exhaust(request, 503)
    assert has_ended(spider)
    assert counts(spider)["failed/HTTP 503"] == 1
    assert owed(spider).tries == 1


def test_what_fails_too_long_is_given_up_aloud(made: Made, caplog: pytest.LogCaptureFixture) -> None:
    spider = made({"FINEWS_OWED_DAYS": 0, "FINEWS_OWED_PAUSE": 0})
    (id_,) = owe(spider)
    for _ in range(MIN_TRIES - 1):
        spider.run.owed.tries.fail(id_, "HTTP 503")
    (request,) = begin(spider)
    exhaust(request, 503)
    assert counts(spider)["given_up"] == 1
    assert f"{id_} at " in caplog.text
    assert "is given up" in caplog.text


def test_what_is_not_there_has_failed_and_is_owed(spider: FinewsSpider) -> None:
    owe(spider)
    (request,) = begin(spider)
    exhaust(request, 404)
    assert has_ended(spider)
    assert counts(spider) == {"asked": 1, "last_route": 1, "failed/HTTP 404": 1}
    assert "HTTP 404" in owed(spider).reason
    assert (owed(spider).state, owed(spider).absences, owed(spider).tries) == (State.OWED, 1, 0)


@pytest.mark.parametrize(
    ("age", "to_the_second", "arguments", "waits"),
    [
        (timedelta(minutes=59), True, {}, True),
        (timedelta(minutes=-59), True, {}, True),  # by a list whose clock is ahead
        (timedelta(minutes=61), True, {}, False),
        (timedelta(minutes=59), False, {}, False),
        (timedelta(minutes=59), True, {"since": "2021-12-30", "until": "2021-12-31"}, False),
    ],
)
def test_a_page_that_may_not_be_up_yet_costs_one_request(
    made: Made, age: timedelta, to_the_second: bool, arguments: dict[str, str], waits: bool
) -> None:
    spider = made(**arguments)
    owe(spider, time=dates.now() - age, to_the_second=to_the_second)
    (request,) = begin(spider)
    assert (len(exhaust(request, 404)) == 1) == waits
    assert (owed(spider).state, owed(spider).absences) == (State.OWED, 1)


def test_an_error_of_a_new_article_asks_the_next_route(spider: FinewsSpider) -> None:
    owe(spider, time=dates.now(), to_the_second=True)
    (request,) = begin(spider)
    assert len(exhaust(request, 503)) > 1


def test_what_is_gone_for_good_is_counted_and_failed_nowhere(
    spider: FinewsSpider, monkeypatch: pytest.MonkeyPatch
) -> None:
    (id_,) = owe(spider)
    for _ in range(2):
        spider.run.owed.tries.record_absence(id_, "HTTP 404")
    later = dates.now() + timedelta(hours=6)
    monkeypatch.setattr(dates, "now", lambda: later)
    (request,) = begin(spider)
    exhaust(request, 404)
    assert has_ended(spider)
    assert counts(spider) == {"asked": 1, "last_route": 1, "withdrawn": 1}
    assert owed(spider).state is State.WITHDRAWN


def test_a_run_looks_for_a_few_in_archives(spider: FinewsSpider, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = owe(spider, MAX_LOOKS + 1)
    finews = replace(spider.run.sources["finews"], fallback_sources=("wayback",))
    monkeypatch.setitem(spider.run.sources, "finews", finews)
    for id_ in ids:
        for _ in range(2):
            spider.run.owed.tries.record_absence(id_, "HTTP 404")
    later = dates.now() + timedelta(hours=6)
    monkeypatch.setattr(dates, "now", lambda: later)
    asked: list[str] = []
    while requests := begin(spider):
        asked += [url for request in requests for url in exhaust(request, 404)]
    looks = [url for url in asked if url.startswith("https://web.archive.org/web/")]
    assert len({id_ for id_ in ids for url in looks if id_.removeprefix("NW") in url}) == MAX_LOOKS
    assert counts(spider)["withdrawn"] == len(ids)
    assert has_ended(spider)


def test_a_page_that_was_read_takes_absences_back(spider: FinewsSpider) -> None:
    article = item(spider)
    spider.run.owed.tries.record_absence(article.id, "HTTP 404")
    end(spider, signals.item_dropped, article, exception=RefusedError("url", "id", Refused.STUB))
    assert owed(spider).absences == 0


def test_a_body_without_a_title_is_handed_on_to_be_refused(spider: FinewsSpider) -> None:
    owe(spider)
    (request,) = begin(spider)
    (step,) = tell(request, {**TEXT, "Title": ""})
    while isinstance(step, Request):
        (step,) = refuse(step, 503)
    assert (step.title, step.body) == ("", "<p>文</p>")
    assert not [name for name in counts(spider) if name.startswith("failed")]


def test_what_a_run_is_not_for_is_left_out_and_not_owed(made: Made) -> None:
    spider = made(since="2021-12-31")
    owe(spider)
    (request,) = begin(spider)
    assert tell(request, TEXT) == []
    assert has_ended(spider)
    assert counts(spider)["skipped/outside window"] == 1
    assert list(spider.run.owed) == []


def test_a_page_that_blocks_is_counted_and_the_next_route_is_asked(
    spider: FinewsSpider, caplog: pytest.LogCaptureFixture
) -> None:
    owe(spider, 2)
    requests = begin(spider)
    challenge = "<html><head><title>Just a moment...</title></head><body>cf-challenge</body></html>"
    others = [step for request in requests for step in tell(request, challenge) if isinstance(step, Request)]
    assert not {request.url for request in requests} & {other.url for other in others}
    (third,) = tell(others[0], "not JSON")
    assert isinstance(third, Request)
    exhaust(third, 404)
    assert counts(spider)["blocked"] == 2
    assert "captcha page" in next(iter(spider.run.owed)).reason
    assert "withdrawn" not in counts(spider)
    assert len([line for line in caplog.messages if line.startswith("finews.zning.xyz text: ")]) == 1


def test_a_fault_ends_the_article_and_is_noted(spider: FinewsSpider, monkeypatch: pytest.MonkeyPatch) -> None:
    def fault(*_: object) -> None:
        raise ZeroDivisionError

    owe(spider)
    (request,) = begin(spider)
    monkeypatch.setattr("finews_spider.crawl.articles.decode", fault)
    with pytest.raises(ZeroDivisionError):
        tell(request, TEXT)
    assert has_ended(spider)
    assert owed(spider).reason == "fault in finews: ZeroDivisionError()"


def test_a_disk_that_fails_ends_the_run(spider: FinewsSpider, stops: list[type]) -> None:
    owe(spider)
    (request,) = begin(spider)
    spider.run.ledger.rows("PRAGMA query_only = 1")
    with pytest.raises(DiskError):
        exhaust(request, 503)
    assert stops == [DiskError]


def test_what_a_run_cancels_is_owed_as_before(spider: FinewsSpider) -> None:
    owe(spider)
    (request,) = begin(spider)
    spider.run.stopped = True
    assert refuse(request, 503) == []
    assert owed(spider).tries == 0


def test_a_bounded_number_is_under_way(made: Made) -> None:
    spider = made({"CONCURRENT_REQUESTS": IN_FLIGHT // 4})
    owe(spider, 3 * IN_FLIGHT)
    requests = begin(spider)
    assert len(requests) == len(spider.run.fetches) == IN_FLIGHT
    for request in nonempty(requests[: IN_FLIGHT - IN_FLIGHT // 2 - 1]):
        exhaust(request, 404)
        assert begin(spider) == []  # many at a time
    exhaust(requests[-1], 404)
    assert len(begin(spider)) == IN_FLIGHT // 2
    assert len(spider.run.fetches) == IN_FLIGHT


def test_both_families_of_an_article_are_one_request(spider: FinewsSpider) -> None:
    owe(spider)
    owe(spider, prefix="", title="题", digest="要", day=date(2021, 12, 30))
    (request,) = begin(spider)
    assert counts(spider)["asked"] == 2
    assert len(spider.run.fetches) == 1
    steps = tell(request, TEXT)
    while isinstance(steps[0], Request):
        steps = refuse(steps[0], 503)
    assert {article.id for article in steps if isinstance(article, Article)} == {f"NW{FIRST}", f"{FIRST}"}


def test_a_family_that_is_named_late_needs_no_request(spider: FinewsSpider) -> None:
    item(spider)
    owe(spider, prefix="", title="题", digest="要", day=date(2021, 12, 30))
    (flash,) = spider.articles.take_owed()
    assert isinstance(flash, Article)
    assert flash.body == "<p>文</p>"


# Of posts.


def put(spider: FinewsSpider, text: str, *, prefix: str = "NW", number: int = FIRST) -> str:
    """Have a post of the archive; return its id."""
    id_ = f"{prefix}{number}"
    post = spider.run.config.output / f"_posts/{dates.now().date()}-{id_}.md"
    post.parent.mkdir(exist_ok=True)
    post.write_text(text, encoding="utf-8")
    return id_


def post_of(share_link: str) -> str:
    article = Article(source="", id=f"NW{FIRST}", url="", family=ARTICLE, share_link=share_link)
    time = datetime(2021, 12, 30, 7, 57, 23, tzinfo=BEIJING)
    return render(replace(article, title="题", time=time, media_name="中国证券报", body="<p>文</p>"), "")


LINK = "http://finews.zning.xyz/html_News/NewsShare.html?infoCode=NW202112302230672549"
PAGE = "https://finance.eastmoney.com/a/202112302230672549.html"


def test_a_flash_of_an_article_that_has_a_post_needs_no_request(spider: FinewsSpider) -> None:
    put(spider, post_of(LINK))
    spider.run.archive.sync()
    owe(spider, prefix="", title="题", digest="要", day=date(2021, 12, 30))
    (flash,) = spider.articles.take_owed()
    assert isinstance(flash, Article)
    assert (flash.id, flash.body) == (f"{FIRST}", "<p>文</p>")


@pytest.mark.parametrize(("share_link", "source"), [(LINK, "finews"), (PAGE, "eastmoney"), ("http://other/", "finews")])
def test_a_post_is_asked_for_again_at_the_source_whose_link_it_bears(made: Made, share_link: str, source: str) -> None:
    spider = made(source="finews,eastmoney", refresh="1")
    put(spider, post_of(share_link))
    spider.run.fill_queue()
    (request,) = begin(spider)
    fetch = request.cb_kwargs["fetch"]
    assert (fetch.source, fetch.items[f"NW{FIRST}"].share_link) == (source, share_link)
    assert not fetch.known.body  # to be read anew


def test_posts_of_another_hand_are_not_asked_for_and_that_is_said_once(
    made: Made, caplog: pytest.LogCaptureFixture
) -> None:
    spider = made(refresh="1")
    for at in range(2):
        put(spider, "by hand", number=FIRST + at)
    spider.run.fill_queue()
    assert begin(spider) == []
    (line,) = [line for line in caplog.messages if "some posts have not the form" in line]
    assert re.search(r": _posts/\S+\.md is one", line)


def test_a_refresh_goes_back_so_many_days(made: Made) -> None:
    spider = made(refresh="2")
    text = post_of(LINK)
    for days in range(4):
        post = spider.run.config.output / f"_posts/{dates.now().date() - timedelta(days)}-NW{FIRST + days}.md"
        post.parent.mkdir(exist_ok=True)
        post.write_text(text, encoding="utf-8")
    spider.run.fill_queue()
    assert [request.cb_kwargs["fetch"].number for request in begin(spider)] == [f"{FIRST}", f"{FIRST + 1}"]
