"""How many posts there are, by day, month, medium or category."""

from collections.abc import Sequence
from typing import NamedTuple

from finews_spider.dates import Window
from finews_spider.tables.index import MEDIUM, PostIndex

BY = {"day": "day", "month": "substr(day, 1, 7)", "medium": MEDIUM, "category": "category"}


class Count(NamedTuple):
    """The posts of a day, month, medium or category; what has none is not counted."""

    name: str
    posts: int
    articles: int
    flashes: int


def counts(index: PostIndex, by: str, window: Window, categories: Sequence[str] = ()) -> list[Count]:
    """Return counts: of days and months in their order, of media and categories the largest first."""
    order = "1" if by in ("day", "month") else "2 DESC, 1"
    marks = ", ".join("?" * len(categories))
    wanted = f"AND category IN ({marks})" if categories else ""
    rows = index.db.execute(
        f"SELECT {BY[by]}, count(*), sum(family = 'article'), sum(family = 'flash') FROM posts"
        f" WHERE day BETWEEN ? AND ? {wanted} GROUP BY 1 ORDER BY {order}",
        (str(window.since or ""), str(window.until or "9999-99-99"), *categories),
    )
    return [Count(*row) for row in rows]
