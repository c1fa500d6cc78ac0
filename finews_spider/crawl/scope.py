"""Why something is outside what a run is for. Pure."""

from finews_spider.items import Article, ArticleRef
from finews_spider.refusals import Skipped
from finews_spider.sources.base import Query


def skip_ref(ref: ArticleRef, query: Query) -> Skipped | None:
    """Return why the run leaves out what a listing named, as far as the listing tells; None where it does not."""
    if ref.day and ref.day not in query.window:
        return Skipped.OUTSIDE_WINDOW
    if query.categories and ref.category and ref.category not in query.categories:
        return Skipped.OTHER_CATEGORY
    return None


def skip_article(article: Article, ref: ArticleRef, query: Query) -> Skipped | None:
    """Return why the run leaves out an article, now that it tells what its listing did not; None where it does not."""
    if article.time and article.time.date() not in query.window:
        return Skipped.OUTSIDE_WINDOW
    if query.categories and not ref.category and article.category not in query.categories:
        return Skipped.OTHER_CATEGORY
    return None
