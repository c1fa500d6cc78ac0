"""What a person is shown: numbers, spans of time; and whether there is a screen."""

import os
from typing import TextIO


def plural(count: int, thing: str) -> str:
    """`1 article`, `1,200 articles`."""
    return f"{count:,} {thing}" if count == 1 else f"{count:,} {thing}s"


def duration(seconds: float) -> str:
    """`0.4 s`, `48 s`, `12 min`, `2 h 05 min`, `3 days 4 h`."""
    if seconds < 9.95:
        return f"{max(0.0, seconds):.1f} s"
    if seconds < 119.5:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{minutes} min"
    hours = minutes // 60
    return f"{hours} h {minutes % 60:02d} min" if hours < 48 else f"{hours // 24} days {hours % 24} h"


def is_terminal(stream: TextIO | None) -> bool:
    """Whether a person looks at it, on a screen that can move its cursor and show Chinese."""
    if stream is None or stream.closed or not stream.isatty():
        return False
    return os.environ.get("TERM") not in ("dumb", "unknown") and (stream.encoding or "").lower().startswith("utf")
