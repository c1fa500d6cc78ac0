"""Interfaces of a host that have a pace of their own: a queue of Scrapy's each, held together after a refusal."""

import time
from collections.abc import Iterator
from typing import Any

from scrapy import Request
from scrapy.core.downloader import Downloader, Slot
from scrapy.crawler import Crawler
from scrapy.utils.httpobj import urlparse_cached

from finews_spider.sources.pace import Pace


def paced(pace: Pace | None) -> dict[str, Any]:
    """Return the `meta` of a request to an interface; empty where it is asked as any page."""
    if pace is None:
        return {}
    return {"pace": pace, **({"dont_obey_robotstxt": True} if pace.documented else {})}


def pace_of(request: Request) -> Pace | None:
    """Return the pace of the interface that a request is for; None where it is asked as any page."""
    pace = request.meta.get("pace")
    return pace if isinstance(pace, Pace) else None


def queue_of(request: Request, interface: str = "") -> str:
    """Return the name under which requests to an interface, or to all of a host without any, keep one pace."""
    netloc = urlparse_cached(request).netloc
    pace = pace_of(request)
    return f"{netloc} {interface or pace.interface}" if pace else netloc


def enqueue(crawler: Crawler, request: Request, pace: Pace) -> None:
    """Put a request into the queue of its interface, whose delay is that of the settings at the least."""
    lengthen(crawler, request, pace, crawler.settings.getfloat("DOWNLOAD_DELAY"))
    request.meta[Downloader.DOWNLOAD_SLOT] = queue_of(request)


def lengthen(crawler: Crawler, request: Request, pace: Pace, least: float) -> None:
    """Make the delays of all interfaces of the host so long at the least; they are so from the first request on."""
    settings = _downloader(crawler).per_slot_settings
    for interface, delay in pace.delays:
        known = settings.setdefault(queue_of(request, interface), {"delay": delay, "concurrency": 1})
        known["delay"] = max(known["delay"], least)


def hold(crawler: Crawler, request: Request, pace: Pace, seconds: float) -> None:
    """Send none of the host's interfaces a request for so long, also those that were not asked yet."""
    for slot in _slots(_downloader(crawler), request, pace):
        slot.delay = max(slot.delay, 0.001)  # without a delay, a slot does not look at `lastseen`
        slot.lastseen = max(slot.lastseen, time.monotonic() + seconds - slot.delay)


def _slots(downloader: Downloader, request: Request, pace: Pace) -> Iterator[Slot]:
    for interface, _ in pace.delays:
        other = Request(request.url, meta={Downloader.DOWNLOAD_SLOT: queue_of(request, interface)})
        yield downloader._get_slot(other)[1]


def _downloader(crawler: Crawler) -> Downloader:
    assert crawler.engine
    return crawler.engine.downloader
