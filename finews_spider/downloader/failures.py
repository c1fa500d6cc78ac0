"""Why a request failed, in a few words: its kind, then what was said of it."""

import re

from scrapy import exceptions
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.python.failure import Failure

KINDS: dict[object, str] = {
    exceptions.CannotResolveHostError: "name not found",
    exceptions.DownloadCancelledError: "too large",  # what else cancels is the end of the run
    exceptions.DownloadConnectionRefusedError: "connection refused",
    exceptions.DownloadFailedError: "connection failed",
    exceptions.DownloadTimeoutError: "no answer in time",
    exceptions.ResponseDataLossError: "cut short",
}
_MAX_REASON = 200  # characters; an error may quote what the server sent


def reason_of(failure: Failure) -> str:
    """`HTTP 503`, `no answer in time: Getting it took longer than 30.0 seconds.`; the kind is alike for all."""
    error = failure.value
    if isinstance(error, HttpError):
        return f"HTTP {error.response.status}"
    said = "".join(char if char.isprintable() else " " for char in str(error)[:1000])
    said = re.sub(r"https?://\S+", "it", said)[:_MAX_REASON].strip()
    if isinstance(error, exceptions.IgnoreRequest):
        return f"too large: {said}" if "DOWNLOAD_MAXSIZE" in str(error) else said
    kind = KINDS.get(type(error), type(error).__name__)
    return f"{kind}: {said}" if said else kind
