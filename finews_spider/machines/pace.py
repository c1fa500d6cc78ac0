"""How long a host is left alone between two units. Pure."""

from collections.abc import Mapping

from finews_spider.sources.base import Source
from finews_spider.sources.wayback import WaybackSource


def pace_of(sources: Mapping[str, Source], delay: float) -> float:
    """Return the longest pause that a run keeps between two requests to one host: the next unit's are another run's."""
    archives = [source for source in sources.values() if isinstance(source, WaybackSource)]
    return max([delay, *(pause for archive in archives for pause in (archive.cdx_delay, archive.playback_delay))])
