from datetime import datetime
from itertools import chain
from typing import Any

import pytest

from finews_spider.crawl.article_fetch import ArticleFetch
from finews_spider.dates import BEIJING
from finews_spider.downloader.failures import FetchFailure
from finews_spider.items import Article, ArticleRef
from finews_spider.sources.base import AbsentError, NotArticleError, Route, UnreadableError
from finews_spider.sources.eastmoney_ids import ARTICLE, IDS

NUMBER = "202112302230672549"
ID = f"NW{NUMBER}"
NOON = datetime(2021, 12, 30, 12, tzinfo=BEIJING)
LATER = NOON.replace(second=7)
WHOLE = {"title": "题", "time": NOON, "to_the_second": True, "media_name": "中国证券报", "body": "<p>文</p>"}


def article(**values: Any) -> Article:
    return Article(**{"source": "finews", "id": ID, "url": "", "family": ARTICLE, **WHOLE, **values})


def item_of(ref: ArticleRef, share_link: str = "") -> Article:
    """What is to be filled in."""
    family = IDS.family(ref.id)
    return Article(source=ref.source, id=ref.id, url=ref.url, family=family, share_link=share_link)


def ref(id_: str = ID, **values: Any) -> ArticleRef:
    return ArticleRef(source="finews", id=id_, url=f"https://a.example/{id_}", **values)


def flash_ref(**values: Any) -> ArticleRef:
    return ref(NUMBER, **{"title": "题", "time": NOON, "to_the_second": True, "digest": "要", **values})


def routes(*names: str) -> list[Route]:
    return [Route(name, f"https://a.example/{name}", lambda text: article()) for name in names]


def fetch(*wanted: ArticleRef, kept: Article | None = None) -> ArticleFetch:
    """With three routes: api, text, page."""
    made = ArticleFetch(number=NUMBER)
    for entry in wanted or [ref()]:
        made.add(entry, item_of(entry, "https://a.example/share"), routes("api", "text", "page"), kept)
    return made


def names_left(of: ArticleFetch) -> list[str]:
    return list(dict.fromkeys(route.name for route in chain(*of.routes) if route.url not in of.requested))


def asked(of: ArticleFetch) -> list[str]:
    """The routes that are taken when none answers."""
    return [route.name for route in iter(of.next_route, None)]


def given(of: ArticleFetch) -> dict[str, Article]:
    return {item.id: item for item in of.hand_over()}


def test_routes_are_taken_in_order_until_none_is_left() -> None:
    assert asked(fetch()) == ["api", "text", "page"]


def captures(*pages: str) -> ArticleFetch:
    """With a route to a capture of each of these pages."""
    made = ArticleFetch(number=NUMBER)
    routes = [
        Route("capture", f"https://a.example/{at}", lambda text: article(), page=page) for at, page in enumerate(pages)
    ]
    made.add(ref(), item_of(ref()), routes, None)
    return made


def test_of_several_captures_of_a_page_one_that_was_read_is_enough() -> None:
    """It tells no seconds, and the others would not either."""
    made = captures("eastmoney", "eastmoney", "finews")
    first = made.next_route()
    assert first
    made.take(article(to_the_second=False), first)
    (left,) = iter(made.next_route, None)
    assert left.page == "finews"


def test_a_capture_without_a_body_makes_way_for_the_next() -> None:
    made = captures("eastmoney", "eastmoney")
    first = made.next_route()
    assert first
    made.take(article(body="", to_the_second=False), first)
    assert made.next_route()


def test_no_route_is_taken_when_nothing_is_missing() -> None:
    made = fetch()
    made.take(article())
    assert made.next_route() is None


@pytest.mark.parametrize("lack", [{"title": ""}, {"time": None}, {"media_name": ""}, {"body": ""}])
def test_the_next_route_is_taken_when_something_is_missing(lack: dict[str, Any]) -> None:
    made = fetch()
    made.take(article(**lack))
    assert asked(made) == ["api", "text", "page"]


def test_the_next_route_is_taken_when_the_time_does_not_tell_the_seconds() -> None:
    made = fetch()
    made.take(article(to_the_second=False))
    assert made.next_route() is not None


def test_what_the_ref_says_is_not_missing() -> None:
    made = fetch(ref(title="题", time=NOON, to_the_second=True, media_name="中国证券报"))
    made.take(article(title="", time=None, to_the_second=False, media_name=""))
    assert made.is_whole()


def test_routes_complete_each_other() -> None:
    made = fetch()
    made.take(article(title="", time=None, to_the_second=False))
    made.take(article(body="", media_name=""))
    (item,) = made.hand_over()
    assert (item.title, item.time, item.media_name, item.body) == ("题", NOON, "中国证券报", "<p>文</p>")


def test_what_an_earlier_route_said_stays() -> None:
    made = fetch()
    made.take(article(title="先"))
    made.take(article(title="后"))
    assert made.item(ID).title == "先"


def test_its_own_pages_are_believed_before_listings() -> None:
    made = fetch(ref(title="表", media_name="别家", time=LATER, to_the_second=True))
    made.take(article())
    item = made.item(ID)
    assert (item.title, item.media_name, item.time) == ("题", "中国证券报", NOON)


def test_the_seconds_of_a_listing_are_believed_before_the_minutes_of_a_page() -> None:
    made = fetch(ref(time=LATER, to_the_second=True))
    made.take(article(to_the_second=False))
    assert (made.item(ID).time, made.item(ID).to_the_second) == (LATER, True)


def test_the_seconds_of_a_second_listing_are_taken() -> None:
    made = fetch(ref(time=NOON), flash_ref(time=LATER))
    assert (made.known.time, made.known.to_the_second) == (LATER, True)


def test_the_minutes_of_a_second_listing_are_not_taken() -> None:
    made = fetch(flash_ref(time=LATER), ref(time=NOON))
    assert (made.known.time, made.known.to_the_second) == (LATER, True)


def test_the_minutes_of_a_listing_are_taken_where_no_other_tells_a_time() -> None:
    made = fetch(ref(), flash_ref(time=NOON, to_the_second=False))
    assert (made.known.time, made.known.to_the_second) == (NOON, False)


@pytest.mark.parametrize("to_the_second", [True, False])
def test_of_two_listings_that_are_as_exact_the_first_is_believed(to_the_second: bool) -> None:
    times = ref(time=NOON, to_the_second=to_the_second), flash_ref(time=LATER, to_the_second=to_the_second)
    assert fetch(*times).known.time == NOON


def test_a_page_may_tell_the_link_of_its_own_item() -> None:
    made = fetch(ref(), flash_ref())
    made.take(article(share_link="https://own.example/"))
    made.take(article(id=NUMBER))
    made.take(article(id="another", share_link="https://another.example/"))
    assert made.item(ID).share_link == "https://own.example/"
    assert made.item(NUMBER).share_link == "https://a.example/share"


def test_an_item_is_of_the_ref_that_named_it() -> None:
    (item,) = fetch(ref(title="题")).hand_over()
    assert (item.source, item.id, item.url, item.share_link) == (
        "finews",
        ID,
        f"https://a.example/{ID}",
        "https://a.example/share",
    )


def test_an_article_that_is_named_in_both_families_is_asked_for_once() -> None:
    assert asked(fetch(ref(), flash_ref())) == ["api", "text", "page"]


def test_an_article_that_is_named_in_both_families_gives_both_items() -> None:
    made = fetch(ref(), flash_ref())
    made.take(article())
    items = given(made)
    assert items.keys() == {ID, NUMBER}
    assert items[ID].body == items[NUMBER].body == "<p>文</p>"


def test_both_items_have_links_of_their_own() -> None:
    made = fetch(ref(), flash_ref())
    made.take(article())
    assert {item.url for item in made.hand_over()} == {f"https://a.example/{ID}", f"https://a.example/{NUMBER}"}


def test_new_routes_of_a_second_ref_come_first() -> None:
    made = fetch()
    made.add(flash_ref(), item_of(flash_ref()), routes("post", "api"), None)
    assert names_left(made) == ["post", "api", "text", "page"]


def test_a_route_that_was_asked_is_not_asked_again() -> None:
    made = fetch()
    made.next_route()
    made.add(flash_ref(), item_of(flash_ref()), routes("api", "text"), None)
    assert names_left(made) == ["text", "page"]


def test_an_article_is_whole_only_when_both_its_items_are() -> None:
    made = fetch(ref(), flash_ref(digest=""))
    made.take(article())
    assert not made.is_whole()


def test_an_item_is_handed_over_once() -> None:
    made = fetch()
    made.take(article())
    assert [len(list(made.hand_over())) for _ in range(2)] == [1, 0]


def test_a_family_that_is_named_after_the_other_was_handed_over_gives_its_item() -> None:
    made = fetch()
    made.take(article())
    given(made)
    made.add(flash_ref(), item_of(flash_ref()), routes("api"), None)
    assert made.next_route() is None
    assert list(given(made)) == [NUMBER]


def test_what_was_handed_over_is_no_more_missing() -> None:
    made = fetch()
    made.take(article(media_name=""))
    given(made)
    made.add(flash_ref(), item_of(flash_ref()), [], None)
    assert made.is_whole()


def test_an_article_is_handed_over_as_it_is_when_no_route_is_left() -> None:
    made = fetch(ref(title="题"))
    asked(made)
    assert given(made)[ID].missing() == ["time", "media_name", "body"]


def test_a_flash_is_asked_for_even_where_its_listing_tells_all_that_it_needs() -> None:
    assert fetch(flash_ref()).next_route() is not None


def test_a_flash_needs_no_more_than_one_page_that_tells_its_body() -> None:
    made = fetch(flash_ref())
    made.take(article(media_name=""))
    assert made.next_route() is None


def test_a_flash_may_have_no_body() -> None:
    made = fetch(flash_ref())
    made.take(article(body=""))
    assert given(made)[NUMBER].body == ""


def test_an_answer_of_empty_fields_does_not_tell_that_a_flash_has_no_body() -> None:
    made = fetch(flash_ref())
    made.take(article(title="", time=None, to_the_second=False, media_name="", body=""))
    assert made.next_route() is not None


def test_a_flash_whose_body_nobody_told_is_not_handed_over() -> None:
    made = fetch(flash_ref())
    for route in iter(made.next_route, None):
        made.fail(route, FetchFailure("HTTP 500", status=500))
    assert given(made) == {}


def test_a_flash_whose_routes_all_say_that_there_is_no_article_is_handed_over() -> None:
    made = fetch(flash_ref())
    api, text, page = iter(made.next_route, None)
    made.reject(api, AbsentError("data is null"))
    made.fail(text, FetchFailure("HTTP 404", status=404))
    made.fail(page, FetchFailure("HTTP 410", status=410))
    assert list(given(made)) == [NUMBER]


@pytest.mark.parametrize("last", [True, False])
def test_one_route_that_failed_otherwise_leaves_it_open(last: bool) -> None:
    made = fetch(flash_ref())
    failures = [AbsentError("data is null"), UnreadableError("not JSON")]
    for route, error in zip(routes("a", "b"), failures if last else reversed(failures), strict=True):
        made.reject(route, error)
    assert given(made) == {}


def test_an_article_is_handed_over_though_its_flash_is_not() -> None:
    made = fetch(ref(), flash_ref())
    made.fail(routes("api")[0], FetchFailure("HTTP 500", status=500))
    assert list(given(made)) == [ID]


def test_a_failure_is_kept_with_its_route() -> None:
    made = fetch()
    made.fail(routes("api")[0], FetchFailure("HTTP 500", status=500))
    assert made.reason == "api: HTTP 500"


def test_a_failure_has_the_kind_of_the_route_that_was_tried_last() -> None:
    made = fetch()
    api, text, _ = routes("api", "text", "page")
    assert (made.kind, made.reason) == ("its pages do not tell",) * 2
    made.fail(api, FetchFailure("HTTP 500", status=500))
    made.reject(text, UnreadableError("not JSON: <html>"))
    assert (made.kind, made.reason) == ("not JSON", "api: HTTP 500; text: not JSON: <html>")


def test_nobody_was_asked_where_all_hosts_are_left_alone() -> None:
    made = fetch()
    api, text, _ = routes("api", "text", "page")
    made.fail(api, FetchFailure("host left alone", tried=False))
    assert not made.tried
    made.fail(text, FetchFailure("HTTP 500", status=500))
    made.fail(api, FetchFailure("host left alone", tried=False))
    assert made.tried


@pytest.mark.parametrize("is_read", [True, False])
def test_somebody_was_asked_who_answered(is_read: bool) -> None:
    made = fetch()
    (api,) = routes("api")
    if is_read:
        made.take(article())
    else:
        made.reject(api, UnreadableError("not JSON"))
    assert made.tried


GONE, BUSY = FetchFailure("HTTP 404", status=404), FetchFailure("HTTP 503", status=503)
EMPTY = {"title": "", "time": None, "media_name": "", "body": ""}


@pytest.mark.parametrize(
    ("answers", "is_absent"),
    [
        ([], False),
        ([GONE], True),
        ([GONE, GONE, AbsentError("data is null")], True),
        ([AbsentError("data is null")], False),  # no server says it by its status
        ([NotArticleError("no article: it is a list")], True),
        ([NotArticleError("no article: it is a list"), UnreadableError("not JSON")], False),
        ([GONE, BUSY], False),
        ([BUSY, BUSY], False),
        ([GONE, UnreadableError("not JSON")], False),
        ([GONE, article(**EMPTY)], False),
        ([GONE, article(**EMPTY), BUSY], False),
        ([GONE, article(**EMPTY), UnreadableError("not JSON")], False),
        ([GONE, UnreadableError("not JSON"), BUSY], False),
        ([GONE, article(media_name="")], False),
    ],
)
def test_it_is_absent_where_servers_say_so_and_nobody_says_anything_else(
    answers: list[FetchFailure | UnreadableError | Article], is_absent: bool
) -> None:
    made = fetch()
    for route, answer in zip(routes("api", "text", "page"), answers, strict=False):
        if isinstance(answer, FetchFailure):
            made.fail(route, answer)
        elif isinstance(answer, UnreadableError):
            made.reject(route, answer)
        else:
            made.take(answer)
    assert made.is_absent is is_absent


def test_an_article_whose_flash_is_archived_with_its_body_needs_no_page() -> None:
    kept = article(id=NUMBER, body='<p>文</p><p class="em_media">（文章来源：泉州晚报）</p>', media_name="")
    made = fetch(kept=kept)
    assert made.next_route() is None
    assert given(made)[ID].media_name == "泉州晚报"


def test_a_flash_whose_article_is_archived_needs_no_page() -> None:
    made = fetch(flash_ref(), kept=article())
    assert made.next_route() is None
    assert given(made)[NUMBER].body == "<p>文</p>"


def test_an_article_whose_flash_is_archived_without_a_body_is_asked_for() -> None:
    assert fetch(kept=article(id=NUMBER, body="")).next_route() is not None


def test_a_flash_whose_article_is_archived_without_a_body_is_asked_for() -> None:
    assert fetch(flash_ref(), kept=article(body="")).next_route() is not None


def test_what_is_archived_does_not_change_whose_item_it_is() -> None:
    made = fetch(flash_ref(), kept=article(url="https://other.example/", share_link="https://other.example/"))
    item = given(made)[NUMBER]
    assert (item.url, item.share_link) == (f"https://a.example/{NUMBER}", "https://a.example/share")


def test_items_are_copies() -> None:
    made = fetch()
    made.take(article())
    made.item(ID).title = "改"
    assert made.item(ID).title == "题"
