"""How many posts there are by day, medium and category, from the table of posts."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date

from finews_spider.dates import read_day
from finews_spider.tables.index import MEDIUM, PostIndex
from finews_spider.tables.rows import UnreadPost


@dataclass
class PostFigures:
    """Counts of posts. A month is `2021-12`; the medium of a post that names none is empty."""

    days: Counter[date] = field(default_factory=Counter)
    months: Counter[str] = field(default_factory=Counter)
    media: defaultdict[int, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))  # by year
    categories: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))  # by month
    tags: dict[str, str] = field(default_factory=dict)  # of categories
    unread: list[UnreadPost] = field(default_factory=list)


def count_posts(index: PostIndex) -> PostFigures:
    """Return the counts of an archive's posts, those that cannot be read among their days. Raises DiskError."""
    figures = PostFigures(unread=index.sync())
    rows = index.db.execute(f"SELECT day, {MEDIUM}, category, count(*) FROM posts GROUP BY 1, 2, 3")
    for text, medium, category, posts in rows:
        if day := read_day(text):
            figures.days[day] += posts
            figures.months[text[:7]] += posts
            figures.media[day.year][medium] += posts
            figures.categories[text[:7]][category] += posts
    figures.tags = dict(index.db.execute("SELECT category, max(tag) FROM posts GROUP BY 1"))
    for path, _ in figures.unread:
        if day := read_day(path.rpartition("/")[2][:10]):
            figures.days[day] += 1
            figures.months[f"{day:%Y-%m}"] += 1
    return figures
