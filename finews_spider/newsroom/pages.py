"""An answer of a site, ready to send, and what every site has."""

import hashlib
import json
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Protocol

HTML = "text/html; charset=utf-8"
PIXEL = b64decode("R0lGODlhAQABAIAAAP///wAAACH5BAAAAAAALAAAAAABAAEAAAICRAEAOw==")


@dataclass(frozen=True, slots=True)
class Page:
    body: bytes
    content_type: str = HTML
    status: int = 200
    validators: Mapping[str, str] = field(default_factory=dict)

    @property
    def headers(self) -> dict[str, str]:
        return {"Content-Type": self.content_type, **self.validators}

    def unchanged(self, asked: Mapping[str, str]) -> bool:
        """Whether the asker's headers say that it has this page. Dates are compared as nginx does: equal."""
        if not self.validators:
            return False
        if "If-None-Match" in asked:
            return self.validators["ETag"] in asked["If-None-Match"]
        return asked.get("If-Modified-Since") == self.validators["Last-Modified"]


class Site(Protocol):
    """What answers for a role. `published`: stories from this index on are not out yet."""

    def page(self, target: str, published: int) -> Page | None:
        """The page at a path with its query; None: there is none."""


def html(text: str) -> Page:
    return Page(text.encode())


def listing(text: str, modified: datetime) -> Page:
    """A page that can be asked for again, with `If-None-Match` or `If-Modified-Since`."""
    body = text.encode()
    tag = hashlib.sha256(body).hexdigest()[:16]
    date = format_datetime(modified.astimezone(UTC), usegmt=True)
    return Page(body, validators={"ETag": f'"{tag}"', "Last-Modified": date})


def data(value: object) -> Page:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return Page(text.encode(), "application/json; charset=utf-8")


def robots(text: str) -> Page:
    return Page(text.encode(), "text/plain; charset=utf-8")


PICTURE = Page(PIXEL, "image/gif")
NOT_FOUND = Page(b"<!DOCTYPE html><title>404</title><p>404</p>", status=404)
