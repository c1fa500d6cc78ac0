"""The one way to write the address that a browser opens for a link."""

import re
from collections.abc import Container
from urllib.parse import quote, urlsplit, urlunsplit

from finews_spider.markup.addresses import resolve, without_steps

# Codes of characters that need none; what one stands for must not complete another, `%6%62`.
_UNRESERVED = re.compile("(?<!%)(?<!%[0-9a-fA-F])%(2[dDeE]|3[0-9]|4[1-9a-fA-F]|5[0-9aAfF]|6[1-9a-fA-F]|7[0-9aAeE])")
_USER = re.compile(r"^([\x00-\x20]*(?:https?:)?[/\\]{2,})[^/?#\\]*@(?=[^/?#\\])", re.IGNORECASE)
_PORTS = {"http": 80, "https": 443}
MAX_USUAL = 500  # characters
# Addresses that stand as they are to be written: nearly all of those in lists.
_PATH = r"(?:/[A-Za-z0-9_-][A-Za-z0-9_.,-]*)*+/?(?:\?[A-Za-z0-9_=&.-]+)?"
_ORIGIN = r"https?://[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::(?!80/|443/)(?:[1-9][0-9]{1,3}|[1-5][0-9]{4}))?"
_USUAL = re.compile(rf"{_ORIGIN}(?=/){_PATH}")
_USUAL_PATH = re.compile(rf"(?=/[^/]){_PATH}")


def absolute(base: str, href: str) -> str:
    """Return the address of a link that stands on the page at `base`; empty for one that leads to no page of the web.

    Scheme and host are in lower case; there is no default port, no step up in the path, and no fragment.
    """
    if len(href) <= MAX_USUAL:
        if _USUAL.fullmatch(href):
            return href
        if _USUAL_PATH.fullmatch(href) and _USUAL.fullmatch(base):
            return base[: base.index("/", len("https://"))] + href
    return _absolute(base, href)


def _absolute(base: str, href: str) -> str:
    """Return the address of a link in whatever way it is written."""
    try:
        parts = urlsplit(resolve(_USER.sub(r"\1", href.partition("#")[0]), base))
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        return ""
    if not host:
        return ""
    host = f"[{host}]" if ":" in host else host
    netloc = host if port in (None, _PORTS[parts.scheme]) else f"{host}:{port}"
    return _printable(urlunsplit((parts.scheme, netloc, _resolved(parts.path), parts.query, "")))


def address(url: str) -> str:
    """Return the one way to write an address; empty for a link that says less than scheme and host."""
    return absolute("", url) if re.match(r"\s*https?:", url, re.IGNORECASE) else ""


def without_surplus(url: str, parameters: Container[str]) -> str:
    """Return an address, printable, without its fragment and all parameters of its query but these."""
    page, _, query = url.partition("#")[0].partition("?")
    kept = "&".join(part for part in query.split("&") if part.partition("=")[0] in parameters)
    return _printable(f"{page}?{kept}" if kept else page)


def _printable(url: str) -> str:
    """Return the address with codes for what is not shown but obeyed; a browser makes the same request of it."""
    if url.isprintable():
        return url
    return "".join(char if char.isprintable() else quote(char, errors="replace") for char in url)


def _resolved(path: str) -> str:
    """Return a path without steps up and down, and without codes for characters that need none."""
    decoded = _UNRESERVED.sub(lambda code: chr(int(code[1], 16)), path.replace("\\", "/"))
    return without_steps(decoded or "/")
