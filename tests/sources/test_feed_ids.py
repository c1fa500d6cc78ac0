"""Ids of articles of any site: one address, however it is written, is one article."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finews_spider.archive.paths import id_in_post_name
from finews_spider.sources import known
from finews_spider.sources.feed_ids import IDS, MAX_ADDRESS, article_address, host_in_id, id_of

URL = "https://news.example.cn/2026/11/a-title"


def id_at(url: str, *ignored: str) -> str:
    return id_of(article_address("", url, ignored))


@pytest.mark.parametrize(
    "same",
    [
        "http://news.example.cn/2026/11/a-title",
        "https://www.news.example.cn/2026/11/a-title",
        "https://NEWS.example.cn:443/2026/11/a-title",
        f"{URL}/",
        f"{URL}#comments",
        f"{URL}?utm_source=rss&utm_medium=feed",
        f"{URL}?spm=a2.b3&from=timeline&isappinstalled=0",
        f"{URL}?fbclid=1",
        f"{URL}?",
    ],
)
def test_one_address_in_many_ways_is_one_id(same: str) -> None:
    assert id_at(same) == id_at(URL)


@pytest.mark.parametrize("other", [f"{URL}?id=1", f"{URL}?id=2", f"{URL}-2", f"{URL}/2", URL.replace("news", "m")])
def test_another_address_is_another_article(other: str) -> None:
    assert id_at(other) != id_at(URL)
    assert id_at(f"{URL}?id=1") != id_at(f"{URL}?id=2")


def test_the_order_of_parameters_and_letters_of_codes_tell_nothing() -> None:
    assert id_at(f"{URL}?a=1&id=2") == id_at(f"{URL}?id=2&from=x&a=1")
    assert id_at(f"{URL}/中") == id_at(f"{URL}/%E4%B8%AD") == id_at(f"{URL}/%e4%b8%ad")


def test_a_table_may_ignore_more_parameters() -> None:
    assert id_at(f"{URL}?cid=7&id=1", "cid") == id_at(f"{URL}?id=1")
    assert id_at(f"{URL}?cid=7&id=1") != id_at(f"{URL}?id=1")


def test_an_id_tells_its_host_and_is_known_without_the_sources_file() -> None:
    id_ = id_at("https://www.news.example.cn:8080/a")
    assert id_.startswith("news-example-cn-8080-")
    assert id_ in IDS
    assert known.is_id(id_)
    assert id_in_post_name(f"2026-11-26-{id_}.md") == id_


@pytest.mark.parametrize("name", ["2026-11-26-a-title-in-words.md", "2026-11-26-deadbeefdeadbeefdead.md"])
def test_the_posts_of_a_person_are_nobodys(name: str) -> None:
    assert id_in_post_name(name) is None


@pytest.mark.parametrize("url", ["", "/a", "ftp://a.cn/x", "javascript:alert(1)", f"https://a.cn/{'x' * 999}"])
def test_what_leads_nowhere_is_no_address(url: str) -> None:
    assert article_address("", url) == ""


@given(st.text(alphabet="a/?&=%中<>{}\"' \n\\^`|;#", max_size=30))
def test_an_address_can_stand_under_a_post(text: str) -> None:
    url = article_address("https://example.cn/", f"/{text}")
    assert not set(url) & set("<>{}\"' \n\\^`|") - {"'"}
    assert url.isascii()
    assert len(url) <= MAX_ADDRESS
    assert article_address("", url) == url
    assert not url or id_of(url) in IDS


@pytest.mark.parametrize(("netloc", "host"), [("[::1]:80", "1-80"), ("xn--fiq.cn", "xn-fiq-cn"), ("a_b.cn", "a-b-cn")])
def test_any_host_can_be_a_part_of_an_id(netloc: str, host: str) -> None:
    assert host_in_id(netloc) == host
