from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from finews_spider import dates
from finews_spider.crawl.arguments import ACCEPTED, ArgumentError, read_arguments
from finews_spider.exceptions import ConfigurationError
from finews_spider.sources.base import Source
from finews_spider.sources.finews import FinewsSource
from finews_spider.sources.loader import load
from tests.support.paths import ROOT

FINEWS: Any = FinewsSource(
    site="https://finews.withounder.com",
    share=("http://finews.zning.xyz",),
    origin=(),
    text_path="/text?id={id}",
    share_link="http://finews.zning.xyz/share?infoCode={id}",
    flash_link="http://finance.eastmoney.com/news/1354,{number}.html",
)
SOURCES: dict[str, Source] = {"finews": FINEWS}
ID = "NW202112302230672549"


def refusal(**values: str) -> str:
    with pytest.raises(ArgumentError) as caught:
        read_arguments(values, SOURCES)
    return str(caught.value)


def test_without_arguments_every_enabled_source_is_read() -> None:
    assert read_arguments({}, SOURCES).sources == (FINEWS,)


def test_without_arguments_all_is_asked_for() -> None:
    query = read_arguments({}, SOURCES).query
    assert query.categories == ()
    assert not query.window


def test_a_source_that_is_not_enabled_is_left_out() -> None:
    sources: dict[str, Source] = {"finews": FINEWS, "other": replace(FINEWS, enabled=False)}
    assert read_arguments({}, sources).sources == (FINEWS,)


def test_a_source_that_is_not_enabled_is_read_when_named() -> None:
    disabled = replace(FINEWS, enabled=False)
    assert read_arguments({"source": "finews"}, {"finews": disabled}).sources == (disabled,)


def test_names_of_sources_are_separated_by_commas() -> None:
    other = replace(FINEWS, share=())
    sources: dict[str, Source] = {"finews": FINEWS, "other": other}
    assert read_arguments({"source": "other, finews,other"}, sources).sources == (FINEWS, other)


def test_slugs_of_categories_are_separated_by_commas() -> None:
    assert read_arguments({"category": " TechWeb,emnews , TechWeb,"}, SOURCES).query.categories == ("TechWeb", "emnews")


def test_a_window_has_both_its_days() -> None:
    window = read_arguments({"since": "2021-12-01", "until": "2021-12-31"}, SOURCES).query.window
    assert (window.since, window.until) == (date(2021, 12, 1), date(2021, 12, 31))


def test_a_window_may_be_one_day() -> None:
    window = read_arguments({"since": "2021-12-30", "until": "2021-12-30"}, SOURCES).query.window
    assert date(2021, 12, 30) in window


@pytest.mark.parametrize("name", ["since", "until"])
def test_a_window_may_be_open(name: str) -> None:
    window = read_arguments({name: "2021-12-30"}, SOURCES).query.window
    assert getattr(window, name) == date(2021, 12, 30)
    assert [window.since, window.until].count(None) == 1


@pytest.mark.parametrize(
    "url",
    [
        f"http://finews.zning.xyz/html_News/NewsShare.html?infoCode={ID}",
        f"https://finews.withounder.com/zhongguozhengquanbao/2021/12/30/{ID}.html",
    ],
)
def test_a_link_asks_for_one_article(url: str) -> None:
    ref = read_arguments({"url": url}, SOURCES).ref
    assert ref is not None
    assert (ref.source, ref.id, ref.url) == ("finews", ID, url)


def test_without_a_link_there_is_no_ref() -> None:
    assert read_arguments({}, SOURCES).ref is None


def test_a_refusal_is_a_mistake_of_the_operator() -> None:
    assert issubclass(ArgumentError, ConfigurationError)


def test_an_unknown_argument_is_refused_with_those_that_are_accepted() -> None:
    assert refusal(sinse="2021-12-30") == f"sinse: unknown argument; accepted are {', '.join(ACCEPTED)}"


def test_an_unknown_source_is_refused_with_those_that_are_known() -> None:
    assert refusal(source="finews,other") == "source: other is not accepted; sources are finews"


@pytest.mark.parametrize("value", ["", ",", " "])
def test_no_source_is_refused(value: str) -> None:
    assert refusal(source=value) == "source: nothing is not accepted; sources are finews"


def test_a_run_without_an_enabled_source_is_refused() -> None:
    with pytest.raises(ArgumentError, match=r"^source: none is enabled in the sources file; sources are finews$"):
        read_arguments({}, {"finews": replace(FINEWS, enabled=False)})


@pytest.mark.parametrize("value", ["中国证券报", "a b", "../a", "a/b", "a.html"])
def test_what_is_no_slug_is_refused(value: str) -> None:
    assert refusal(category=value) == (
        f"category: {value} is not accepted; a category is a slug like zhongguozhengquanbao"
    )


def test_no_category_is_refused() -> None:
    assert refusal(category="").startswith("category: nothing is not accepted")


@pytest.mark.parametrize("name", ["since", "until"])
@pytest.mark.parametrize("value", ["", "2021-02-29", "2021-12", "2021/12/30", "20211230", "30.12.2021", "yesterday"])
def test_what_is_no_day_is_refused(name: str, value: str) -> None:
    assert refusal(**{name: value}) == f"{name}: {value!r} is not a day; use YYYY-MM-DD, like 2021-12-30"


def test_a_window_that_ends_before_it_begins_is_refused() -> None:
    assert refusal(since="2021-12-31", until="2021-12-30") == "until: 2021-12-30 is before since, 2021-12-31"


@pytest.mark.parametrize(
    "url",
    [
        "",
        ID,
        "https://finews.withounder.com/",
        f"https://other.example/zhongguozhengquanbao/2021/12/30/{ID}.html",
        f"https://finews.withounder.com.other.example/a/2021/12/30/{ID}.html",
    ],
)
def test_a_link_to_no_article_is_refused_with_what_is_accepted(url: str) -> None:
    assert refusal(url=url) == (
        f"url: {url!r} names no article of finews; use a share link, a post page or an article page"
        " on finews.withounder.com, finews.zning.xyz"
    )


def test_a_broken_link_is_refused() -> None:
    with pytest.raises(ArgumentError, match=r"^url: "):
        read_arguments({"url": f"http://[/a/{ID[2:]}.html"}, SOURCES)


@pytest.mark.parametrize(("value", "days"), [("1", 1), ("30", 30), ("99999", 99999)])
def test_a_refresh_is_so_many_days(value: str, days: int) -> None:
    assert read_arguments({"refresh": value}, SOURCES).refresh == days


@pytest.mark.parametrize("value", ["", "0", "-1", "1.5", "07", "100000", "week", "1\n"])
def test_what_is_no_number_of_days_is_refused(value: str) -> None:
    assert refusal(refresh=value) == f"refresh: {value!r} is no number of days; use 1 to 99999"


def test_nothing_is_refreshed_unless_it_is_asked_for() -> None:
    assert read_arguments({}, SOURCES).refresh == 0
    assert read_arguments({"url": f"http://finews.zning.xyz/share?infoCode={ID}"}, SOURCES).refresh == 0


@pytest.mark.parametrize(
    ("values", "is_narrow"),
    [
        ({}, False),
        ({"source": "finews"}, False),
        ({"refresh": "1"}, False),
        ({"category": "TechWeb"}, True),
        ({"since": "2021-12-30"}, True),
        ({"url": f"http://finews.zning.xyz/share?infoCode={ID}"}, True),
    ],
)
def test_a_run_for_a_part_of_the_news_is_narrow(values: dict[str, str], is_narrow: bool) -> None:
    assert read_arguments(values, SOURCES).is_narrow is is_narrow


def test_an_id_is_one_of_a_source_of_the_run() -> None:
    arguments = read_arguments({}, SOURCES)
    assert arguments.is_id(ID)
    assert not arguments.is_id("NW1")


def test_a_source_without_columns_says_so() -> None:
    assert refusal(column="abc").endswith("columns of finews are none")


# Archives of the web.

DELIVERED = load(ROOT / "finews_spider" / "sources.toml")
TODAY = f"{dates.now():%Y-%m-%d}"


def test_an_archive_is_read_only_where_it_is_named() -> None:
    assert [source.name for source in read_arguments({}, DELIVERED).sources] == ["finews", "eastmoney"]
    values = {"source": "wayback", "since": "2021-12-01", "until": TODAY}
    assert [source.name for source in read_arguments(values, DELIVERED).sources] == ["wayback"]


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        (
            {},
            "source: wayback has all days there ever were; name those to read: -a since=2021-12-01 -a until=2021-12-31",
        ),
        ({"since": "2021-12-01"}, "source: wayback has all days"),
        ({"until": "2021-12-01"}, "source: wayback has all days"),
        ({"since": "2021-12-01", "until": "2999-12-01"}, "until: 2999-12-01 is yet to come; wayback has nothing of it"),
        ({"since": TODAY, "until": TODAY, "refresh": "3"}, "refresh: wayback does not tell what was edited"),
    ],
)
def test_an_archive_needs_a_window(values: dict[str, str], reason: str) -> None:
    with pytest.raises(ArgumentError) as caught:
        read_arguments({"source": "finews,wayback", **values}, DELIVERED)
    assert str(caught.value).startswith(reason)


def test_one_page_of_an_archive_needs_none() -> None:
    url = f"https://web.archive.org/web/20220101000000/http://finance.eastmoney.com/a/{ID[2:]}.html"
    ref = read_arguments({"source": "wayback", "url": url}, DELIVERED).ref
    assert ref
    assert ref.id == ID
