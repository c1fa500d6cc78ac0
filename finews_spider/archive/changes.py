"""Whether an article was edited: what a reader sees is compared, not bytes, which differ from answer to answer."""

import re
from dataclasses import replace

from finews_spider.items import Article
from finews_spider.markup.text import visible

MAX_STUB = 1 / 3  # of the characters that the post has

_PICTURE = re.compile(r'<img [^>]*?src="(?:https?:)?([^"?]*)')


def is_edited(kept: Article, read: Article) -> bool:
    """Whether a reader would see a difference between two articles that went through the pipelines."""
    return _seen(kept) != _seen(read)


def with_permalink_of(kept: Article, read: Article) -> Article:
    """The article as it was read, but for what would move its page: the day and the medium stay those of its post."""
    assert kept.time
    assert read.time
    same_day = read.time.date() == kept.time.date()
    return replace(read, media_name=kept.media_name, time=read.time if same_day else kept.time)


def is_stub(kept: Article, read: Article) -> bool:
    """Whether so little is left of the body that it is no edit: what stands before a login, or a page that changed."""
    return len(visible(read.body)) < len(visible(kept.body)) * MAX_STUB


def _seen(article: Article) -> tuple[object, ...]:
    digest = article.digest if article.is_flash else ""
    texts = ("".join(text.split()) for text in (article.title, digest, article.tag))
    return (article.time, *texts, visible(article.body), _PICTURE.findall(article.body))
