from datetime import datetime, timedelta
from typing import Any

import pytest
from scrapy.exceptions import DropItem

from finews_spider import dates
from finews_spider.dates import BEIJING
from finews_spider.items import Article
from finews_spider.sources.eastmoney_ids import ARTICLE, FLASH
from pipelines.validate import MissingFieldError, ValidatePipeline, has_content

URL = "https://finews.withounder.com/zhongguozhengquanbao/2021/12/30/NW202112302230672549.html"
SOURCE_LINE = '<p class="em_media">（文章来源：中国证券报）</p>'


def article(**values: Any) -> Article:
    usual = {"source": "finews", "id": "NW202112302230672549", "url": URL, "title": "题", "body": "<p>文</p>"}
    time = datetime(2021, 12, 30, tzinfo=BEIJING)
    return Article(**{**usual, "family": ARTICLE, "media_name": "中国证券报", "time": time, **values})


def flash(**values: Any) -> Article:
    return article(
        **{"id": "202112302230672549", "family": FLASH, "media_name": "", "body": "", "digest": "要", **values}
    )


def refusal(item: Article) -> str:
    with pytest.raises(MissingFieldError) as caught:
        ValidatePipeline(dates.now).process_item(item)
    return str(caught.value)


@pytest.mark.parametrize("item", [article(), flash(), flash(body="<p>文</p>"), flash(body=SOURCE_LINE)])
def test_what_is_whole_passes(item: Article) -> None:
    assert ValidatePipeline(dates.now).process_item(item) is item


def test_an_article_whose_time_tells_no_seconds_passes() -> None:
    ValidatePipeline(dates.now).process_item(article(to_the_second=False))


def test_a_time_that_lies_ahead_is_none() -> None:
    now = dates.now()
    pipeline = ValidatePipeline(lambda: now)
    pipeline.process_item(article(time=now + timedelta(days=1)))
    with pytest.raises(MissingFieldError, match=r"no time \(it lies ahead of the clock\)"):
        pipeline.process_item(article(time=now + timedelta(days=1, seconds=1)))


@pytest.mark.parametrize("name", ["title", "media_name", "body"])
def test_an_article_without_a_text_is_refused(name: str) -> None:
    assert refusal(article(**{name: ""})) == f"{URL}: no {name}; NW202112302230672549 is not written"


@pytest.mark.parametrize("name", ["title", "digest"])
def test_a_flash_without_a_text_is_refused(name: str) -> None:
    assert refusal(flash(**{name: ""})) == f"{URL}: no {name}; 202112302230672549 is not written"


@pytest.mark.parametrize("item", [article(time=None), flash(time=None)])
def test_what_has_no_time_is_refused(item: Article) -> None:
    assert "no time;" in refusal(item)


def test_a_refusal_names_all_that_is_missing() -> None:
    assert "no title, no time, no media_name;" in refusal(article(title="", time=None, media_name=""))


@pytest.mark.parametrize("body", ["<p></p>", "<p>&nbsp;\u3000</p>", "<p><br /></p>", SOURCE_LINE])
def test_a_body_with_nothing_to_read_is_missing(body: str) -> None:
    assert "no body;" in refusal(article(body=body))


@pytest.mark.parametrize("name", ["··", "《》", " ", "emnews"])
def test_a_media_name_without_a_slug_is_refused(name: str) -> None:
    assert "no media_name (it gives no slug of its own);" in refusal(article(media_name=name))


def test_a_flash_needs_no_slug() -> None:
    ValidatePipeline(dates.now).process_item(flash(media_name="··"))


def test_a_refusal_drops_the_item() -> None:
    assert issubclass(MissingFieldError, DropItem)


@pytest.mark.parametrize(
    "body", ["<p>文</p>", '<center><img src="https://a.example/1.jpg" /></center>', f"<p>文</p>{SOURCE_LINE}", "&lt;"]
)
def test_words_and_pictures_are_content(body: str) -> None:
    assert has_content(body)


@pytest.mark.parametrize(
    "body", ["", " ", "<p></p>", "<p>\u3000&nbsp;</p>", "<hr />", SOURCE_LINE, f"<p> </p>{SOURCE_LINE}"]
)
def test_empty_elements_and_the_source_line_are_not(body: str) -> None:
    assert not has_content(body)


def test_a_picture_without_an_address_is_not() -> None:
    assert not has_content("<p><img /></p>")


@pytest.mark.parametrize("name", ["title", "media_name", "body", "digest"])
def test_what_lost_a_character_is_refused(name: str) -> None:
    with pytest.raises(MissingFieldError, match="broken characters"):
        ValidatePipeline(dates.now).process_item(article(**{name: f"{getattr(article(), name)}\ufffd"}))
