"""How often a host gets requests: Retry-After, slower after 429 and 503, and none once the host is suspended."""

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

from finews_spider.downloader.paces import enqueue, hold, lengthen, pace_of
from finews_spider.downloader.resolver import refused_names
from finews_spider.sources.pace import Pace

logger = logging.getLogger(__name__)

run_stopped = object()  # a signal: the run ends before its time

MAX_DELAY = 60.0  # seconds between two requests to a host that says it is busy
MAX_RETRY_AFTER = 300.0  # seconds of Retry-After that a run waits for; after a longer one the next run goes on
MAX_FAILURES = 5  # in a row; then the host is suspended for the rest of the run


class HostSuspendedError(IgnoreRequest):
    """The request was not sent: its host is suspended, or the run was stopped."""


@dataclass(slots=True)
class Host:
    """How a host has responded in this run. Arithmetic only; times in seconds."""

    failures: int = 0  # in a row
    refusals: int = 0  # HTTP 429, of one that has a pace of its own
    suspended: str = ""  # why it gets no more requests in this run; empty: it does

    def record_response(self, status: int, retry_after: float) -> float:
        """Record a response's status, and return how long to pause before the next request."""
        if status != 429 and status < 500:
            self.failures = 0
            return 0.0
        self.record_failure()
        if retry_after > MAX_RETRY_AFTER:
            self.suspended = f"asked for a pause of {retry_after:.0f} s"
        return 0.0 if self.suspended else retry_after

    def record_refusal(self, pace: Pace, retry_after: float) -> float:
        """Record HTTP 429 of an interface with a pace of its own, and return how long to pause."""
        self.refusals += 1
        if self.refusals >= pace.max_refusals and not self.suspended:
            self.suspended = f"refused {self.refusals} requests (HTTP 429)"
        return max(pace.pause, retry_after)

    def record_failure(self) -> None:
        """Record that there was no response, or a server error; suspend the host after too many in a row."""
        self.failures += 1
        if self.failures >= MAX_FAILURES and not self.suspended:
            self.suspended = f"failed {self.failures} times in a row"


class ThrottleMiddleware:
    """Slows down for a host that sends 429 or 503, pauses for Retry-After, and suspends a host that keeps failing."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.hosts: dict[str, Host] = {}  # by netloc
        self.stopped = False

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Make the middleware, as Scrapy asks for it."""
        middleware = cls(crawler)
        crawler.signals.connect(middleware.stop, run_stopped)
        return middleware

    def stop(self) -> None:
        """Send no more requests, and cancel those that are queued."""
        self.stopped = True
        cancel_queued_requests(self.crawler, HostSuspendedError("the run was stopped"))

    def process_request(self, request: Request) -> None:
        """Raise HostSuspendedError for a suspended host, or if the run was stopped while robots.txt was fetched."""
        if self.stopped:
            raise HostSuspendedError("the run was stopped")
        host = self._host(request)
        if host.suspended:
            raise _suspended_error(host)
        if pace := pace_of(request):
            enqueue(self.crawler, request, pace)

    def process_response(self, request: Request, response: Response) -> Response:
        """Record the response, and slow down or suspend its host; return it as it is."""
        host = self._host(request)
        was_suspended = bool(host.suspended)
        self._count(request, f"statuses/{response.status}", len(response.body))
        retry_after = parse_retry_after(response.headers.get(b"Retry-After"), time.time())
        pause = host.record_response(response.status, retry_after)
        pace = pace_of(request)
        if pace and response.status == 429:
            hold(self.crawler, request, pace, host.record_refusal(pace, retry_after))
        elif response.status in (429, 503):
            slow_down(self.crawler, request, factor=2.0, pause=pause)
        if host.suspended and not was_suspended:
            self._suspend(request, host)
        return response

    def process_exception(self, request: Request, exception: Exception) -> None:
        """Record that there was no response. Raise HostSuspendedError for a private address: a retry cannot help."""
        if isinstance(exception, IgnoreRequest):
            return
        self._count(request, f"statuses/{type(exception).__name__}")
        host = self._host(request)
        was_suspended = bool(host.suspended)
        host.record_failure()
        address = refused_names.get(urlparse_cached(request).hostname or "")
        if address:
            host.suspended = f"has the private address {address}, and FINEWS_PRIVATE_NETWORKS does not allow it"
        if host.suspended and not was_suspended:
            self._suspend(request, host)
        if address:
            raise _suspended_error(host) from exception

    def _host(self, request: Request) -> Host:
        return self.hosts.setdefault(urlparse_cached(request).netloc, Host())

    def _suspend(self, request: Request, host: Host) -> None:
        """Cancel what is queued for a host that has just been suspended, and say why in the log and the report."""
        netloc = urlparse_cached(request).netloc
        cancel_queued_requests(self.crawler, _suspended_error(host), netloc)
        logger.warning("%s %s; it gets no more requests in this run", netloc, host.suspended)
        self.crawler.stats.set_value(f"finews/hosts/{netloc}/left_alone", host.suspended)

    def _count(self, request: Request, outcome: str, size: int = 0) -> None:
        """Count a request and its outcome for the report. `size` is in bytes as transferred."""
        host = f"finews/hosts/{urlparse_cached(request).netloc}"
        stats = self.crawler.stats
        stats.inc_value(f"{host}/requests")
        stats.inc_value(f"{host}/{outcome}")
        stats.inc_value(f"{host}/bytes", size)
        if request.meta.get("retry_times"):
            stats.inc_value(f"{host}/retries")


def _suspended_error(host: Host) -> HostSuspendedError:
    return HostSuspendedError(f"host left alone: it {host.suspended}")  # the report counts it by the words before ":"


def parse_retry_after(header: bytes | None, now: float) -> float:
    """Return the seconds of a Retry-After header, a number or a date; 0 for none, and for one that is neither."""
    if not header:
        return 0.0
    text = header.decode("latin-1").strip()
    if text.isascii() and text.isdecimal():
        return float(text[:9])
    try:
        until: datetime = parsedate_to_datetime(text)
        return max(0.0, math.ceil(until.timestamp() - now))
    except (ValueError, OverflowError):
        return 0.0


def slow_down(
    crawler: Crawler, request: Request, delay: float = 0.0, *, factor: float = 1.0, pause: float = 0.0
) -> None:
    """Lengthen the delay between requests to the request's host.

    It becomes `delay` seconds at least, or `factor` times what it is; the next request waits `pause` seconds besides.
    """
    downloader = crawler.engine.downloader
    if (pace := pace_of(request)) and delay:
        lengthen(crawler, request, pace, delay)
        return
    key = downloader.get_slot_key(request)
    slot = downloader.slots.get(key)
    if slot is None:
        return
    slot.delay = max(delay, min(slot.delay * factor, max(MAX_DELAY, slot.delay)))
    settings = downloader.per_slot_settings
    settings[key] = {
        **settings.get(key, {}),
        "delay": slot.delay,
    }  # Scrapy drops slots that are idle for a minute
    if pause:
        slot.delay = max(slot.delay, 0.001)  # without a delay, a slot does not look at `lastseen`
        slot.lastseen = max(slot.lastseen, time.monotonic() + pause)
    netloc = urlparse_cached(request).netloc
    crawler.stats.set_value(f"finews/delay/{netloc}", slot.delay)


def cancel_queued_requests(crawler: Crawler, error: IgnoreRequest, netloc: str = "") -> None:
    """Fail the requests that are queued, for this host or for all, at once with the error, and not one a second."""
    for slot in crawler.engine.downloader.slots.values():
        queued = [entry for entry in slot.queue if netloc in ("", urlparse_cached(entry[0]).netloc)]
        for entry in queued:
            slot.queue.remove(entry)
            _, deferred = entry
            deferred.errback(error)
