"""Why a request failed: a kind that failures can be counted by, the HTTP status if there was one, and details."""

import re
from dataclasses import dataclass
from typing import Self

from scrapy import Request, exceptions
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.python.failure import Failure

from finews_spider.downloader.throttle import HostSuspendedError
from finews_spider.printable import printable

CUT_SHORT = "cut short"
KINDS: dict[type[BaseException], str] = {
    exceptions.CannotResolveHostError: "name not found",
    exceptions.DownloadCancelledError: "too large",  # nothing else cancels a download, but the end of the run
    exceptions.DownloadConnectionRefusedError: "connection refused",
    exceptions.DownloadFailedError: "connection failed",
    exceptions.DownloadTimeoutError: "no answer in time",
    exceptions.ResponseDataLossError: CUT_SHORT,
}
ABSENT = frozenset({404, 410})  # statuses; a host that moved gives them for everything
UNREACHABLE = frozenset({"name not found", "connection refused", "connection failed", "no answer in time"})
SILENT = ("it failed", "it has a robots.txt that cannot be read")  # of a suspended host
MAX_DETAIL = 200  # characters; an error may quote what the server sent


@dataclass(frozen=True, slots=True)
class FetchFailure:
    """Why a fetch failed. `str` gives `HTTP 503`, or `no answer in time: Getting it took longer than 30 s`."""

    kind: str
    detail: str = ""
    status: int | None = None  # of the response, if there was one
    tried: bool = True  # False: the request was not sent, because the host is suspended

    def __str__(self) -> str:
        return f"{self.kind}: {self.detail}" if self.detail else self.kind

    @property
    def is_absence(self) -> bool:
        """Whether the server says that there is no such page."""
        return self.status in ABSENT

    @property
    def is_unreachable(self) -> bool:
        """Whether the host does not answer: now, or not once in the run."""
        return self.kind in UNREACHABLE or (not self.tried and self.detail.startswith(SILENT))

    @property
    def is_passing(self) -> bool:
        """Whether it says nothing of what was asked for: the host is busy, or does not answer to the end."""
        is_unheard = not self.tried or self.is_unreachable or self.kind == CUT_SHORT
        return is_unheard or self.status == 429 or (self.status or 0) >= 500

    @classmethod
    def of(cls, failure: Failure) -> Self:
        """Return why a request failed."""
        error = failure.value
        assert error
        if isinstance(error, HttpError):
            return cls(f"HTTP {error.response.status}", status=error.response.status)
        if isinstance(error, exceptions.IgnoreRequest) and "DOWNLOAD_MAXSIZE" not in str(error):
            return cls.reading(error, tried=not isinstance(error, HostSuspendedError))
        if isinstance(error, exceptions.IgnoreRequest):
            return cls("too large", _short(error))
        return cls(KINDS.get(type(error), type(error).__name__), _short(error))

    @classmethod
    def reading(cls, error: Exception, *, tried: bool = True) -> Self:
        """Return the failure that an error's message describes: its kind is what stands before the first colon."""
        kind, _, detail = _short(error).partition(": ")
        return cls(kind[:60], detail, tried=tried)


def request_of(failure: Failure) -> Request:
    """Return the request that failed."""
    request: Request = failure.request  # type: ignore[attr-defined]  # Scrapy sets it
    return request


def _short(error: BaseException) -> str:
    return re.sub(r"https?://\S+", "it", printable(str(error)[:1000]))[:MAX_DETAIL].strip()
