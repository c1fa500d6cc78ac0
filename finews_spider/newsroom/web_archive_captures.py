"""What the archive of the web captured of each story: at odd times, under odd addresses, not always what was meant."""

import gzip
import hashlib
from base64 import b32encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from finews_spider.newsroom.eastmoney_pages import ArticlePages
from finews_spider.newsroom.finews import FLASHES, Blog, post_folder
from finews_spider.newsroom.pages import HTML, Page, View
from finews_spider.newsroom.words import SLUGS
from finews_spider.newsroom.world import Story, World, in_article, in_flash, media_name

FINANCE, SITE = "finance.eastmoney.com", "finews.withounder.com"
CAPTCHA = "<!DOCTYPE html><html><head><title>安全验证</title></head><body><p>请完成下方验证后继续访问</p></body></html>"
KINDS = 8  # of stories, by their index
NOT_CAPTURED = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """An answer of a site. `digest` is that of its bytes where it is empty."""

    timestamp: str
    original: str
    body: bytes
    status: str = "200"
    mimetype: str = "text/html"
    content_type: str = HTML
    headers: Mapping[str, str] = field(default_factory=dict)
    digest: str = ""


def is_captured(index: int, *, is_flash: bool) -> bool:
    """Return whether a page of the story, or of its flash, was captured that can be read."""
    return in_flash(index) if is_flash else in_article(index) and index % KINDS != NOT_CAPTURED


def captures_of(world: World, index: int) -> Iterator[Capture]:
    """Yield what was captured of a story: rows of the index."""
    story = world[index]
    if in_flash(index):
        path = f"/{FLASHES}/{story.time:%Y/%m/%d}/{story.number}.html"
        yield _capture(story, 1, f"https://{SITE}{path}", _of(Blog(world), path))
    if in_article(index):
        yield from _article(world, index)


def _article(world: World, index: int) -> Iterator[Capture]:
    story = world[index]
    path = f"/a/{story.number}.html"
    page, url = _of(ArticlePages(world), path), f"http://{FINANCE}{path}"
    match index % KINDS:
        case 0:
            yield _capture(story, 1, url, page)
            yield _capture(story, 3, url.replace("http:", "https:"), page, **{"Content-Encoding": "gzip"})  # it is not
            yield _capture(story, 40, url.replace(FINANCE, f"{FINANCE}:80"), page)
        case 1:
            yield _capture(story, 30, url, page)
        case 2:
            post = f"/{post_folder(SLUGS[media_name(index)])}/{story.time:%Y/%m/%d}/NW{story.number}.html"
            yield _capture(story, 2, f"http://{SITE}{post}", _of(Blog(world), post))
        case 3:
            yield _packed(story, url, page, ("", "br", "deflate")[index % 3], of_packed=index % 2 == 0)
        case 4:
            yield _capture(story, 1, url, page)
            yield _capture(story, 5, url, Page(CAPTCHA.encode()))
        case 5:
            yield _capture(story, 1, url, Page(b"", status=301))
            yield _capture(story, 2, f"http://stock.eastmoney.com{path}?from=wap", page)
        case 6:
            old = f"http://{FINANCE}/news/1354,{story.number}.html"
            yield _capture(story, 2, old, page)
            yield _revisit(story, 4, old, page)
        case _:
            yield _capture(story, 2, url, Page(b"<!DOCTYPE html><title>404</title>", status=404))


def _of(site: ArticlePages | Blog, path: str) -> Page:
    page = site.page(path, View(10**9))
    assert page
    return page


def _capture(story: Story, days: int, original: str, page: Page, **headers: str) -> Capture:
    return Capture(
        timestamp=_timestamp(story, days),
        original=original,
        body=page.body,
        status=str(page.status),
        content_type=page.content_type,
        headers=headers,
    )


def _packed(story: Story, original: str, page: Page, encoding: str, *, of_packed: bool) -> Capture:
    """Return a capture that is packed, and says so in no way that is right; or its digest is that of what it packs."""
    digest = "" if of_packed else b32encode(hashlib.sha1(page.body, usedforsecurity=False).digest()).decode()
    return Capture(
        timestamp=_timestamp(story, 1),
        original=original,
        body=gzip.compress(page.body, mtime=0),
        content_type=page.content_type,
        headers={"Content-Encoding": encoding},
        digest=digest,
    )


def _revisit(story: Story, days: int, original: str, page: Page) -> Capture:
    one = _capture(story, days, original, page)
    return Capture(timestamp=one.timestamp, original=original, body=one.body, status="-", mimetype="warc/revisit")


def _timestamp(story: Story, days: int) -> str:
    at: datetime = story.time.astimezone(UTC) + timedelta(days=days)
    return f"{at:%Y%m%d%H%M%S}"
