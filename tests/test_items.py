from datetime import datetime
from typing import Any

import pytest

from finews_spider.dates import BEIJING
from finews_spider.items import Article, ArticleRef
from finews_spider.sources.eastmoney_ids import ARTICLE, FLASH

NOON = datetime(2021, 12, 30, 12, tzinfo=BEIJING)
LATER = NOON.replace(second=7)


def article(**values: Any) -> Article:
    usual = {"source": "finews", "id": "NW202112302230672549", "url": "", "title": "题", "time": NOON}
    return Article(**{**usual, "family": ARTICLE, "media_name": "中国证券报", "body": "<p>文</p>", **values})


def flash(**values: Any) -> Article:
    return article(
        **{"id": "202112302230672549", "family": FLASH, "digest": "要", "body": "", "media_name": "", **values}
    )


def test_the_category_of_an_article_is_the_slug_of_its_media_name() -> None:
    assert article().category == "zhongguozhengquanbao"


def test_the_category_of_a_flash_is_that_of_all_flashes() -> None:
    assert flash(media_name="中国证券报").category == "emnews"


@pytest.mark.parametrize(
    ("name", "tag"), [("中国证券报", "中国证券报新闻"), ("每日经济新闻", "每日经济新闻新闻"), ("新闻", "新闻新闻")]
)
def test_the_tag_ending_is_added_once(name: str, tag: str) -> None:
    assert article(media_name=name).tag == tag


def test_the_tag_of_a_flash_is_that_of_all_flashes() -> None:
    assert flash(media_name="中国证券报").tag == "东财滚动新闻"


@pytest.mark.parametrize("name", ["title", "media_name", "body"])
def test_an_article_needs_its_texts(name: str) -> None:
    assert article(**{name: ""}).missing() == [name]


@pytest.mark.parametrize("name", ["title", "digest"])
def test_a_flash_needs_its_texts(name: str) -> None:
    assert flash(**{name: ""}).missing() == [name]


def test_an_article_needs_its_time() -> None:
    assert article(time=None).missing() == ["time"]


def test_an_article_needs_no_digest() -> None:
    assert article(digest="").missing() == []


def test_a_flash_needs_no_body_and_no_media_name() -> None:
    assert flash().missing() == []


def test_a_record_of_empty_fields_misses_all_but_its_body() -> None:
    assert article(title="", time=None, media_name="").missing() == ["title", "time", "media_name"]


@pytest.mark.parametrize("to_the_second", [True, False])
def test_an_article_is_whole_when_its_time_tells_the_seconds(to_the_second: bool) -> None:
    assert article(to_the_second=to_the_second).is_whole() is to_the_second


def test_an_article_that_misses_something_is_not_whole() -> None:
    assert not article(title="", to_the_second=True).is_whole()


@pytest.mark.parametrize("name", ["title", "media_name", "digest", "body"])
def test_what_is_missing_is_filled(name: str) -> None:
    filled = article(**{name: ""})
    filled.fill(article(**{name: "另"}))
    assert getattr(filled, name) == "另"


@pytest.mark.parametrize("name", ["title", "media_name", "digest", "body"])
def test_what_is_there_stays(name: str) -> None:
    filled = article(**{name: "原"})
    filled.fill(article(**{name: "另"}))
    assert getattr(filled, name) == "原"


@pytest.mark.parametrize(
    ("ours", "theirs", "expected"),
    [
        ((None, False), (NOON, False), (NOON, False)),
        ((NOON, False), (LATER, True), (LATER, True)),
        ((NOON, True), (LATER, True), (NOON, True)),
        ((NOON, False), (LATER, False), (NOON, False)),
        ((NOON, True), (None, False), (NOON, True)),
    ],
)
def test_a_time_is_filled_where_it_tells_more(ours: Any, theirs: Any, expected: Any) -> None:
    filled = article(time=ours[0], to_the_second=ours[1])
    filled.fill(article(time=theirs[0], to_the_second=theirs[1]))
    assert (filled.time, filled.to_the_second) == expected


def test_filling_leaves_whose_article_it_is() -> None:
    filled = article()
    filled.fill(flash(source="other", url="other"))
    assert (filled.id, filled.url, filled.source) == ("NW202112302230672549", "", "finews")


@pytest.mark.parametrize(("kind", "more"), [(Article, {"family": ARTICLE}), (ArticleRef, {})])
def test_an_unknown_field_is_an_error(kind: Any, more: dict[str, Any]) -> None:
    of = {"source": "", "id": "", "url": "", **more}
    with pytest.raises(TypeError):
        kind(**of, headline="")
    with pytest.raises(AttributeError):
        kind(**of).headline = ""
