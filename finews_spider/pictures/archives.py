"""Archives of the web as the last route to a picture that its host has no more."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from itertools import chain
from typing import NamedTuple
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.http import Response

from finews_spider.dates import read_day
from finews_spider.downloader.allowed_hosts import allowed_netlocs, is_allowed_url
from finews_spider.downloader.failures import FetchFailure
from finews_spider.pictures.heads import PictureError
from finews_spider.sources.base import Source
from finews_spider.sources.pace import Playback, PlaysCaptures

MIN_AGE = timedelta(days=7)  # of its post: an archive has hardly captured what is newer, and its host may have it yet


class Look(NamedTuple):
    """A look for a picture in an archive: how it is asked, and why its host did not give it."""

    playback: Playback
    why: FetchFailure

    def check(self, response: Response) -> None:
        """Raise PictureError where another address was captured: what a picture led to when it was gone is none."""
        if not self.playback.is_captured(response.url):
            raise PictureError("what was captured leads to another address")


class Archives:
    """Those that sources name in `fallback_sources`, for the pictures of their hosts."""

    def __init__(self, sources: Mapping[str, Source]) -> None:
        self._sources = [(netlocs_of(source), list(_archives(source, sources))) for source in sources.values()]

    def look(self, address: str, day: str, today: date, why: FetchFailure) -> Look | None:
        """Return how a picture of a post of that day is looked for.

        None where it may be had from its host later, where the post is too new, and where no archive is named.
        """
        posted = read_day(day)
        if not (why.is_absence or why.is_unreachable) or posted is None or today - posted < MIN_AGE:
            return None
        named = (ones for netlocs, ones in self._sources if is_allowed_url(Request(address), netlocs))
        found = (archive.playback(address, posted) for archive in chain.from_iterable(named))
        return next((Look(playback, why) for playback in found), None)


def netlocs_of(source: Source) -> frozenset[str]:
    """Return the hosts that may have pictures of a source's articles, as URLs may write them."""
    return allowed_netlocs({*source.hosts(), *(urlsplit(origin).netloc.lower() for origin in source.pictures)})


def _archives(source: Source, sources: Mapping[str, Source]) -> Iterator[PlaysCaptures]:
    return (other for name in source.fallback_sources if isinstance(other := sources[name], PlaysCaptures))
