"""What a post was made of, as its record says it."""

import hashlib
from dataclasses import asdict
from pathlib import Path
from typing import Any

from finews_spider import __version__
from finews_spider.archive.archive import PendingPost
from finews_spider.crawl.article_fetch import ArticleFetch, Tried, Wanted
from finews_spider.evidence.captures import PostEvidence, RefEvidence, StepEvidence
from finews_spider.evidence.recorder import CAPTURES
from finews_spider.items import Article

_FIELDS = ("id", "title", "time", "to_the_second", "media_name", "digest", "body", "share_link", "body_url")


def post_evidence(post: PendingPost, fetch: ArticleFetch, output: Path, run: str) -> PostEvidence:
    """Return what a post that is about to be written was made of."""
    history = fetch.history[: fetch.handed_over[post.id]]
    return PostEvidence(
        post=post.id,
        path=post.path.relative_to(output).as_posix(),
        sha256=hashlib.sha256(post.text.encode()).hexdigest(),
        run=run,
        finews=__version__,
        refs=tuple(_refs(history)),
        steps=tuple(_step(tried) for tried in history if isinstance(tried, Tried)),
        rewritten=not post.is_new,
    )


def _refs(history: list[Wanted | Tried]) -> list[RefEvidence]:
    refs, steps = [], 0
    for event in history:
        if isinstance(event, Tried):
            steps += 1
        else:
            ref, share_link, kept = event
            refs.append(RefEvidence(ref.source, ref, share_link, steps, _fields(kept) if kept else {}))
    return refs


def _step(tried: Tried) -> StepEvidence:
    captures = tried.request.meta.get(CAPTURES, ()) if tried.request else ()
    return StepEvidence(tried.route.name, tried.route.url, tuple(captures), tried.failure)


def _fields(article: Article) -> dict[str, Any]:
    return {name: value for name, value in asdict(article).items() if name in _FIELDS and value}
