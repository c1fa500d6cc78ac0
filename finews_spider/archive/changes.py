"""Whether an article was edited: what a reader sees is compared, not bytes, which differ from answer to answer.

No post is written again because a rule of ours has changed. So what is compared is clean on both sides, by the rules of
today; and a post that has just what the rules of 0.1.0 made of the source's text is none that the source has edited.
"""

import re
from dataclasses import replace
from datetime import datetime, timedelta

from finews_spider.archive.older_rules import seen_by_0_1_0
from finews_spider.items import Article
from finews_spider.markup.characters import one_line
from finews_spider.markup.plain import plain
from finews_spider.markup.text import visible

MAX_STUB = 1 / 3  # of the characters that the post has
ZONE_STEP = timedelta(minutes=30)  # clocks differ by so much: a zone, or a half of the day, that was read otherwise

_PICTURE = re.compile(r'<img [^>]*?src="(?:https?:)?([^"?]*)')
_ENCODED = 3  # times that a text may be; once is usual


def is_edited(kept: Article, kept_clean: Article, read: Article) -> bool:
    """Return whether a reader would see a difference between a post and what its source says now.

    `kept` is the post's article as it stands, `kept_clean` the same by the rules of today, `read` has been through the
    pipelines and knows its `raw_body`.
    """
    assert kept.time
    assert read.time
    if _texts(kept) != _texts(read) or _is_moved(kept.time, read):
        return True
    seen = {_seen(kept), _seen(kept_clean)}
    return _seen(read) not in seen and _seen_by_older_rules(read) not in seen


def with_permalink_of(kept: Article, read: Article) -> Article:
    """Return the article as it was read, but for what would move its page: day and medium stay those of its post."""
    assert kept.time
    assert read.time
    same_day = read.time.date() == kept.time.date()
    is_known = not same_day or (not read.to_the_second and read.time == kept.time.replace(second=0))
    return replace(read, media_name=kept.media_name, time=kept.time if is_known else read.time)


def is_stub(kept: Article, read: Article) -> bool:
    """Return whether so little is left of the body that it is no edit: what stands before a login, or another page."""
    return len(visible(read.body)) < len(visible(kept.body)) * MAX_STUB


def _texts(article: Article) -> tuple[str, ...]:
    """Title, digest and tag, as what is the same in both ways of writing them."""
    title, tag = _bare(article.title), _bare(article.tag)
    return title, _bare(article.digest).removeprefix(f"【{title}】") if article.is_flash else "", tag


def _bare(text: str) -> str:
    """A text without white space, what nobody sees, marks and entities, which older rules left in."""
    text = text.replace("＜", "<")
    for _ in range(_ENCODED):
        text = plain(text)
    return "".join(one_line(text).split())


def _is_moved(kept: datetime, read: Article) -> bool:
    """Whether the time is another one, and not the same to the minute only, as a page tells it."""
    time = read.time
    assert time
    if not read.to_the_second or kept.second == 0:
        time, kept = time.replace(second=0), kept.replace(second=0)
    return bool((time - kept) % ZONE_STEP)


def _seen(article: Article) -> tuple[str, tuple[str, ...]]:
    return visible(article.body), tuple(_PICTURE.findall(article.body))


def _seen_by_older_rules(read: Article) -> tuple[str, tuple[str, ...]]:
    text, pictures = seen_by_0_1_0(read.raw_body)
    if read.is_flash and not pictures and text in "".join(read.digest.split()):
        return "", ()
    return text, tuple(pictures)
