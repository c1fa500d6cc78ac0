"""The request for a picture: to its host, or to an archive of the web."""

from typing import Any

from scrapy import Request

from finews_spider.downloader.allowed_hosts import is_allowed_url
from finews_spider.downloader.paces import paced
from finews_spider.pictures.archives import Look

MAX_BYTES = 5 * 1024 * 1024  # of one picture
ACCEPT = "image/avif,image/webp,image/png,image/jpeg,image/gif"


def request_of_picture(key: str, address: str, look: Look | None, **handlers: Any) -> Request:
    """Return the request, whose `handlers`, callback and errback, get the key, the address and the look."""
    return Request(
        look.playback.url if look else address,
        cb_kwargs={"picture": key, "address": address, "look": look},
        headers={"Accept": ACCEPT, "Accept-Encoding": "identity"},  # its length tells whether it came whole
        meta={"download_maxsize": MAX_BYTES, **paced(look.playback.pace if look else None)},
        **handlers,
    )


def is_allowed(address: str, netlocs: frozenset[str]) -> bool:
    """Return whether an address may be asked for, where requests may go to these hosts."""
    try:
        return is_allowed_url(Request(address), netlocs)
    except ValueError:  # an address that no client understands: [1.2] is no host
        return False
