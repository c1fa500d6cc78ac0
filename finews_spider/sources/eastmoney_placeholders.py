"""Bodies of the getnews API, with marks where pictures and links stood; these come in lists beside the body."""

import re
from collections.abc import Callable
from html import escape
from typing import Any

from finews_spider.markup.addresses import MAX_ADDRESS, resolve, resolve_link
from finews_spider.markup.plain import plain
from finews_spider.sources.base import UnreadableError

_IMAGE = re.compile(r"<!--\s*IMG\s*#\s*([0-9]+)\s*-->", re.IGNORECASE)
_LINK = re.compile(
    r'(?P<wrapper><span id=["\']?(?:stock_|bk_|quote_|Info\.)[^<>]*>\s*)?<!--\s*Link\s*#\s*(?P<at>[0-9]+)\s*-->',
    re.IGNORECASE,
)
_ROOM = 1_000_000  # characters of what is put in; a mark is short, and what it stands for may be long
_ATTRIBUTES = ("class", "src", "alt", "width", "height", "style")
_SOMEWHERE = "https://finance.eastmoney.com/"  # addresses may be relative


def put_back(body: str, images: object, links: object) -> str:
    """The body with its pictures and links; stock charts, and links around names of stocks, are left out.

    Raises UnreadableError where that would be more than a body is.
    """
    body = _put(_IMAGE, body, lambda mark: _image(_at(images, mark[1])))
    return _put(_LINK, body, lambda mark: _link(_at(links, mark["at"]), mark["wrapper"]))


def _put(marks: re.Pattern[str], body: str, made: Callable[[re.Match[str]], str]) -> str:
    room = _ROOM

    def put(mark: re.Match[str]) -> str:
        nonlocal room
        piece = made(mark)
        room -= len(piece)
        if room < 0:
            raise UnreadableError("too large: its pictures and links are longer than a body")
        return piece

    return marks.sub(put, body)


def _at(records: object, place: str) -> dict[str, Any]:
    """The record, without what is no text or number."""
    at = int(place) if len(place) < 6 else -1
    record = records[at] if isinstance(records, list) and 0 <= at < len(records) else None
    fields = record.items() if isinstance(record, dict) else ()
    return {str(name).lower(): value for name, value in fields if type(value) in (str, int)}


def _image(record: dict[str, Any]) -> str:
    src = _first(record, "src", "url", usable=resolve)
    if record.get("code") or not src:
        return ""
    found = {name: record[name] for name in _ATTRIBUTES if record.get(name)} | {"src": src}
    attributes = " ".join(f'{name}="{escape(str(value))}"' for name, value in found.items())
    return f"<img {attributes}>"


def _link(record: dict[str, Any], wrapper: str | None) -> str:
    text = escape(plain(str(record.get("text") or "")), quote=False)
    href = _first(record, "url_w", "url_m", "url", usable=resolve_link)
    if wrapper or not href:
        return f"{wrapper or ''}{text}"
    return f'<a href="{escape(href)}">{text}</a>'


def _first(record: dict[str, Any], *names: str, usable: Callable[[str, str], str]) -> str:
    """The first of these addresses that leads somewhere: some stand for wide screens, some for mobile ones."""
    addresses = (address for name in names if isinstance(address := record.get(name), str))
    return next((text for text in addresses if len(text) <= MAX_ADDRESS and usable(text, _SOMEWHERE)), "")
