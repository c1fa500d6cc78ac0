"""An answer of a site, ready to send, and what every site has."""

import hashlib
import json
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import NamedTuple, Protocol

HTML = "text/html; charset=utf-8"
PIXEL = b64decode("R0lGODlhAQABAIAAAP///wAAACH5BAAAAAAALAAAAAABAAEAAAICRAEAOw==")


@dataclass(frozen=True, slots=True)
class Page:
    body: bytes
    content_type: str = HTML
    status: int = 200
    validators: Mapping[str, str] = field(default_factory=dict)
    location: str = ""

    @property
    def headers(self) -> dict[str, str]:
        moved = {"Location": self.location} if self.location else {}
        return {"Content-Type": self.content_type, **self.validators, **moved}

    def unchanged(self, asked: Mapping[str, str]) -> bool:
        """Whether the asker's headers say that it has this page. Dates are compared as nginx does: equal."""
        if not self.validators:
            return False
        if "If-None-Match" in asked:
            return self.validators["ETag"] in asked["If-None-Match"]
        return asked.get("If-Modified-Since") == self.validators["Last-Modified"]


class View(NamedTuple):
    """What the sites show at the moment."""

    published: int  # stories from this index on are not out yet
    moving: bool = False  # a row came on top of each column while its first page was read
    cursors: bool = True  # flashes are found from any moment, not only from a row that was served


class Site(Protocol):
    """What answers for a role."""

    def page(self, target: str, view: View) -> Page | None:
        """The page at a path with its query; None: there is none."""


def html(text: str) -> Page:
    return Page(text.encode(errors="xmlcharrefreplace"))


def listing(page: Page, modified: datetime) -> Page:
    """A page that can be asked for again, with `If-None-Match` or `If-Modified-Since`."""
    tag = hashlib.sha256(page.body).hexdigest()[:16]
    date = format_datetime(modified.astimezone(UTC), usegmt=True)
    return replace(page, validators={"ETag": f'"{tag}"', "Last-Modified": date})


def data(value: object) -> Page:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return Page(text.encode(errors="backslashreplace"), "application/json; charset=utf-8")


def jsonp(page: Page, callback: str) -> Page:
    """JSON as a script that hands it to a function, where one is named."""
    if not callback:
        return page
    return replace(page, body=callback.encode() + b"(" + page.body + b");", content_type="application/javascript")


def moved(location: str) -> Page:
    return Page(b"", status=301, location=location)


def robots(text: str) -> Page:
    return Page(text.encode(), "text/plain; charset=utf-8")


PICTURE = Page(PIXEL, "image/gif")
NOT_FOUND = Page(b"<!DOCTYPE html><title>404</title><p>404</p>", status=404)
