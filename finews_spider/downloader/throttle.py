"""How often a host is asked: Retry-After, slower on 429 and 503, and when it is left alone."""

import logging
import math
import time
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.utils.httpobj import urlparse_cached

from finews_spider.downloader.resolver import refused

logger = logging.getLogger(__name__)

run_stopped = object()  # a signal: the run ends before its time

MAX_DELAY = 60.0  # seconds between two requests to a host that says it is busy, or that asks for more
MAX_RETRY_AFTER = 300.0  # seconds of Retry-After that a run waits for; a later run comes back for the rest
MAX_FAILURES = 5  # in a row; then the host is left alone for the rest of the run


class HostSuspendedError(IgnoreRequest):
    """Nobody was asked: the host is left alone, or the run was stopped."""


@dataclass(slots=True)
class Host:
    """What one host has said in this run. Arithmetic only; times in seconds."""

    failures: int = 0  # in a row
    left_alone: str = ""  # why, once it is

    def answered(self, status: int, retry_after: float) -> float:
        """How long to pause before the next request."""
        if status != 429 and status < 500:
            self.failures = 0
            return 0.0
        self.failed()
        if retry_after > MAX_RETRY_AFTER:
            self.left_alone = f"asked for a pause of {retry_after:.0f} s"
        return 0.0 if self.left_alone else retry_after

    def failed(self) -> None:
        """It did not answer, or with an error of its own."""
        self.failures += 1
        if self.failures >= MAX_FAILURES and not self.left_alone:
            self.left_alone = f"failed {self.failures} times in a row"


class ThrottleMiddleware:
    """Slows down where a host says 429 or 503, pauses for Retry-After, and leaves a host alone that keeps failing."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.hosts: dict[str, Host] = {}
        self.stopped = False

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's constructor."""
        middleware = cls(crawler)
        crawler.signals.connect(middleware.stop, run_stopped)
        return middleware

    def stop(self) -> None:
        """Let no request through any more, and cancel those that wait."""
        self.stopped = True
        cancel_queued_requests(self.crawler, HostSuspendedError("the run was stopped"))

    def process_request(self, request: Request) -> None:
        """Refuse what would go to a host that is left alone, and what waited for a robots.txt while the run ended."""
        if self.stopped:
            raise HostSuspendedError("the run was stopped")
        host = self._host(request)
        if host.left_alone:
            raise HostSuspendedError(f"host left alone: it {host.left_alone}")

    def process_response(self, request: Request, response: Response) -> Response:
        """Note how the host is."""
        host = self._host(request)
        was = host.left_alone
        self._count(request, f"statuses/{response.status}", len(response.body))
        pause = host.answered(response.status, seconds(response.headers.get(b"Retry-After"), time.time()))
        if response.status in (429, 503):
            pace(self.crawler, request, factor=2.0, pause=pause)
        self._say(request, host, was)
        return response

    def process_exception(self, request: Request, exception: Exception) -> None:
        """Note that it did not answer. Where its address is private, there is no use in asking again."""
        if isinstance(exception, IgnoreRequest):
            return
        self._count(request, f"statuses/{type(exception).__name__}")
        host = self._host(request)
        was = host.left_alone
        host.failed()
        address = refused.get(urlparse_cached(request).hostname or "")
        if address:
            host.left_alone = f"has the private address {address}, and FINEWS_PRIVATE_NETWORKS does not allow it"
        self._say(request, host, was)
        if address:
            raise HostSuspendedError(f"host left alone: it {host.left_alone}") from exception

    def _host(self, request: Request) -> Host:
        return self.hosts.setdefault(urlparse_cached(request).netloc, Host())

    def _say(self, request: Request, host: Host, was: str) -> None:
        if host.left_alone and not was:
            netloc = urlparse_cached(request).netloc
            cancel_queued_requests(self.crawler, HostSuspendedError(f"host left alone: it {host.left_alone}"), netloc)
            logger.warning("%s %s; it is left alone for the rest of the run", netloc, host.left_alone)
            self.crawler.stats.set_value(f"finews/hosts/{netloc}/left_alone", host.left_alone)

    def _count(self, request: Request, answer: str, size: int = 0) -> None:
        """For the report. `size` is in bytes, on the wire."""
        host = f"finews/hosts/{urlparse_cached(request).netloc}"
        stats = self.crawler.stats
        stats.inc_value(f"{host}/requests")
        stats.inc_value(f"{host}/{answer}")
        stats.inc_value(f"{host}/bytes", size)
        if request.meta.get("retry_times"):
            stats.inc_value(f"{host}/retries")


def seconds(retry_after: bytes | None, now: float) -> float:
    """The seconds that a Retry-After header asks for, as a number or as a date; 0 for none and for what is neither."""
    if not retry_after:
        return 0.0
    text = retry_after.decode("latin-1").strip()
    if text.isascii() and text.isdecimal():
        return float(text[:9])
    try:
        until: datetime = parsedate_to_datetime(text)
        return max(0.0, math.ceil(until.timestamp() - now))
    except (ValueError, OverflowError):
        return 0.0


def pace(crawler: Crawler, request: Request, delay: float = 0.0, *, factor: float = 1.0, pause: float = 0.0) -> None:
    """Wait `delay` seconds at least between requests to its host, or `factor` times as long as so far; now `pause`."""
    downloader = crawler.engine.downloader
    key = downloader.get_slot_key(request)
    slot = downloader.slots.get(key)
    if slot is None:
        return
    slot.delay = min(max(delay, slot.delay * factor), max(MAX_DELAY, slot.delay))
    known = downloader.per_slot_settings
    known[key] = {**known.get(key, {}), "delay": slot.delay}  # Scrapy forgets the slot after a minute without requests
    if pause:
        slot.delay = max(slot.delay, 0.001)  # a slot without a delay does not look at when it was last seen
        slot.lastseen = max(slot.lastseen, time.monotonic() + pause)
    netloc = urlparse_cached(request).netloc
    crawler.stats.set_value(f"finews/delay/{netloc}", slot.delay)


def cancel_queued_requests(crawler: Crawler, why: IgnoreRequest, netloc: str = "") -> None:
    """Requests that wait for their turn, at this host or at any, fail at once, instead of one a second."""
    for slot in crawler.engine.downloader.slots.values():
        waiting = [each for each in slot.queue if netloc in ("", urlparse_cached(each[0]).netloc)]
        for each in waiting:
            slot.queue.remove(each)
            each[1].errback(why)
