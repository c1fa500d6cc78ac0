"""What a narrow run leaves out, by what its listing tells, or else its article."""

from datetime import date, datetime
from typing import Any

import pytest

from finews_spider.crawl.scope import skip_article, skip_ref
from finews_spider.dates import BEIJING, Window
from finews_spider.items import Article, ArticleRef
from finews_spider.refusals import Skipped
from finews_spider.sources.base import Query
from finews_spider.sources.eastmoney_ids import ARTICLE

IN, OUT = date(2021, 12, 30), date(2021, 12, 31)
DAY = Query(window=Window(IN, IN))
CATEGORY = Query(categories=("TechWeb",))


def ref(day: date | None = None, category: str = "") -> ArticleRef:
    return ArticleRef(source="a", id="1", url="", day=day, category=category)


def article(day: date | None = None, media_name: str = "TechWeb") -> Article:
    time = datetime(day.year, day.month, day.day, 23, 59, tzinfo=BEIJING) if day else None
    return Article(source="a", id="1", url="", family=ARTICLE, time=time, media_name=media_name)


@pytest.mark.parametrize(
    ("query", "values", "skipped"),
    [
        (Query(), {"day": OUT, "category": "other"}, None),
        (DAY, {"day": IN, "category": "other"}, None),
        (DAY, {"day": OUT}, Skipped.OUTSIDE_WINDOW),
        (DAY, {}, None),  # its article will tell
        (CATEGORY, {"day": OUT, "category": "TechWeb"}, None),
        (CATEGORY, {"category": "other"}, Skipped.OTHER_CATEGORY),
        (CATEGORY, {}, None),
    ],
)
def test_by_what_its_listing_tells(query: Query, values: dict[str, Any], skipped: Skipped | None) -> None:
    assert skip_ref(ref(**values), query) is skipped


@pytest.mark.parametrize(
    ("query", "named", "values", "skipped"),
    [
        (Query(), ref(), {"day": OUT, "media_name": "other"}, None),
        (DAY, ref(), {"day": IN, "media_name": "other"}, None),
        (DAY, ref(), {"day": OUT}, Skipped.OUTSIDE_WINDOW),
        (DAY, ref(), {}, None),
        (CATEGORY, ref(), {"day": OUT}, None),
        (CATEGORY, ref(), {"media_name": "other"}, Skipped.OTHER_CATEGORY),
        (CATEGORY, ref(category="TechWeb"), {"media_name": "other"}, None),  # its listing is believed
    ],
)
def test_by_what_its_article_tells(
    query: Query, named: ArticleRef, values: dict[str, Any], skipped: Skipped | None
) -> None:
    assert skip_article(article(**values), named, query) is skipped
