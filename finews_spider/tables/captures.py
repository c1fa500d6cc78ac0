"""When and in which record what posts were made of was kept, as the evidence tells it."""

from pathlib import Path

from finews_spider.tables.rows import Captures


def captures_of(folder: Path) -> Captures:
    """Return the time and the record of each post's capture, by id and SHA-256; empty where nothing was kept.

    Raises OSError. What of the evidence cannot be read is for `scrapy verify` to say.
    """
    if not folder.is_dir():
        return {}
    from finews_spider.evidence.library import stored  # what is off is not loaded
    from finews_spider.evidence.review import evidence_in

    found: dict[tuple[str, str], tuple[str, str]] = {}
    for segment in stored(folder):
        for made in evidence_in(segment):
            if capture := made.capture:
                found[made.post, made.sha256] = (capture.date, capture.id.strip("<>"))
    return found
