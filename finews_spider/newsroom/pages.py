"""Responses as data, what makes them, and the protocol of a site."""

import hashlib
import json
import re
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import NamedTuple, Protocol

HTML = "text/html; charset=utf-8"
SCRIPT = "application/javascript; charset=utf-8"
PIXEL = b64decode("R0lGODlhAQABAIAAAP///wAAACH5BAAAAAAALAAAAAABAAEAAAICRAEAOw==")


@dataclass(frozen=True, slots=True)
class Page:
    """A response of a site."""

    body: bytes
    content_type: str = HTML
    status: int = 200
    validators: Mapping[str, str] = field(default_factory=dict)
    location: str = ""
    headers_besides: Mapping[str, str] = field(default_factory=dict)

    @property
    def headers(self) -> dict[str, str]:
        """The response's headers."""
        location = {"Location": self.location} if self.location else {}
        return {"Content-Type": self.content_type, **self.validators, **location, **self.headers_besides}

    def is_not_modified(self, headers: Mapping[str, str]) -> bool:
        """Return whether a request with these headers gets a 304. Dates have to be equal, as for nginx."""
        if not self.validators:
            return False
        if "If-None-Match" in headers:
            return self.validators["ETag"] in headers["If-None-Match"]
        return headers.get("If-Modified-Since") == self.validators["Last-Modified"]


class View(NamedTuple):
    """What the sites show at a moment."""

    published: int  # stories from this index on are not published yet
    moving: bool = False  # a row came on top of each column while its first page was read
    cursors: bool = True  # flashes are found from any moment, not only from a row that was served
    by_cursor: int | None = None  # how many flashes the list with cursors gives, the newest; None: all
    by_page: int | None = None  # how many pages the list far back has; its last stands for all others; None: all


class Site(Protocol):
    """The site for a role."""

    def page(self, target: str, view: View) -> Page | None:
        """Return the page at a path with its query; None for a 404."""


def html(text: str) -> Page:
    return Page(text.encode(errors="xmlcharrefreplace"))


def listing(page: Page, modified: datetime) -> Page:
    """Return the page with an ETag and a Last-Modified, by which it can be revalidated."""
    tag = hashlib.sha256(page.body).hexdigest()[:16]
    date = format_datetime(modified.astimezone(UTC), usegmt=True)
    return replace(page, validators={"ETag": f'"{tag}"', "Last-Modified": date})


def data(value: object) -> Page:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return Page(text.encode(errors="backslashreplace"), "application/json; charset=utf-8")


def api_text(text: str) -> str:
    """Return the text as APIs write it, which is HTML: what would be read as a tag or a reference is escaped."""
    return re.sub("<(?=/?[A-Za-z])", "&lt;", re.sub("&(?=#?[0-9A-Za-z]+;)", "&amp;", text))


def jsonp(page: Page, callback: str) -> Page:
    """Return the JSON page as a script that calls `callback` with it; as it is if `callback` is empty."""
    if not callback:
        return page
    return replace(page, body=callback.encode() + b"(" + page.body + b");", content_type="application/javascript")


def redirect(location: str) -> Page:
    return Page(b"", status=301, location=location)


def robots(text: str) -> Page:
    return Page(text.encode(), "text/plain; charset=utf-8")


PICTURE = Page(PIXEL, "image/gif")
NOT_FOUND = Page(b"<!DOCTYPE html><title>404</title><p>404</p>", status=404)
