"""The way out where a source may be gone for good: each run ends with exit code 4 until somebody takes it."""

from datetime import datetime, timedelta
from pathlib import Path

from finews_spider.reporting.report import SourceReport
from finews_spider.reporting.terminal import plural

WAIT = timedelta(days=7)  # a host that moves, or a holiday, takes days


def is_silent(source: SourceReport) -> bool:
    """Return whether a run had lists of the source to read, and none of them could be had or read."""
    return bool(source.lists) and all(reading.failed and not reading.pages for reading in source.lists.values())


def way_out(name: str, since: datetime, now: datetime, file: Path | None, lists: int = 0, owed: int = 0) -> str:
    """Return the line that switches a source off, and what is lost by it; "" where it is too soon to say that.

    `file` is the finews.toml that settings come from.
    """
    if now - since < WAIT:
        return ""
    place = f"as the first line of {file}" if file else "as the first line of a finews.toml in the site's folder"
    losses = [f"its {plural(lists, 'list')} {'is' if lists == 1 else 'are'} not read then"] if lists else []
    losses += [f"{plural(owed, 'article')} that it owes {'is' if owed == 1 else 'are'} not asked for"] if owed else []
    lost = f" ({', and '.join(losses)}; what is archived stays)" if losses else ""
    return (
        f"{name} has answered nothing since {since:%Y-%m-%d %H:%M}; if it is gone for good, switch it off {place}:"
        f" sources.{name}.enabled = false{lost}"
    )
