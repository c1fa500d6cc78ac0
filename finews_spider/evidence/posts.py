"""What a post was made of, as its record says it."""

import hashlib
from pathlib import Path

from finews_spider import __version__
from finews_spider.archive.archive import PendingPost
from finews_spider.archive.posts import frame
from finews_spider.crawl.article_fetch import ArticleFetch, Tried, Wanted
from finews_spider.evidence.captures import Capture, KeptEvidence, PostEvidence, RefEvidence, StepEvidence
from finews_spider.evidence.recorder import CAPTURES
from finews_spider.items import Article


def post_evidence(post: PendingPost, fetch: ArticleFetch, output: Path, run: str) -> PostEvidence:
    """Return what a post that is about to be written was made of. Raises OSError."""
    history = fetch.history[: fetch.handed_over[post.id]]
    return PostEvidence(
        post=post.id,
        path=post.path.relative_to(output).as_posix(),
        sha256=hashlib.sha256(post.text.encode()).hexdigest(),
        run=run,
        finews=__version__,
        refs=tuple(_refs(history)),
        steps=tuple(_step(tried) for tried in history if isinstance(tried, Tried)),
        replaced="" if post.is_new else frame(post.path.read_text(encoding="utf-8")),
    )


def _refs(history: list[Wanted | Tried]) -> list[RefEvidence]:
    refs, steps = [], 0
    for event in history:
        if isinstance(event, Tried):
            steps += 1
        else:
            ref, share_link, kept = event
            refs.append(RefEvidence(ref, share_link, steps, _kept(kept) if kept else None))
    return refs


def _step(tried: Tried) -> StepEvidence:
    captures: tuple[Capture, ...] = tuple(tried.meta.get(CAPTURES, ()))
    url = tried.route.url
    is_known = bool(captures) and captures[0].url == url
    return StepEvidence(tried.route.name, "" if is_known else url, captures, tried.failure)


def _kept(article: Article) -> KeptEvidence:
    return KeptEvidence(**{name: getattr(article, name) for name in KeptEvidence.__struct_fields__})
