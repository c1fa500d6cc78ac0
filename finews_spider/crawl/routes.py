"""Which routes lead to an article, of all sources together, and which source a post is of."""

from collections.abc import Iterable, Iterator, Mapping

from finews_spider.items import Article, ArticleRef
from finews_spider.sources.base import Route, Source


def routes_of_others(source: Source, ref: ArticleRef, sources: Mapping[str, Source]) -> Iterator[Route]:
    """Yield the routes of the sources that help, when they are needed."""
    for name in source.fallback_sources:
        if not sources[name].is_archive:
            yield from sources[name].routes(ref)


def source_of_post(post: Article, sources: Iterable[Source]) -> Source:
    """Return the source of a post: the one whose link it bears, or else the first that has such ids."""
    able = [source for source in sources if source.has(post.id) and not source.is_archive]
    return next((source for source in able if source.share_link_of(post.id) == post.share_link), able[0])
