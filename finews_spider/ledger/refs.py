"""Refs as the ledger keeps them: JSON."""

import msgspec

from finews_spider import dates
from finews_spider.items import ArticleRef


def read_ref(text: str | bytes) -> ArticleRef:
    """Return the ref. Raises ValueError or OverflowError for a text that holds none."""
    ref = msgspec.json.decode(text, type=ArticleRef)
    ref.time = ref.time and ref.time.astimezone(dates.BEIJING)
    return ref
