"""Addresses of links and pictures, resolved as a browser does it."""

import re
from urllib.parse import urljoin

MAX_ADDRESS = 4_000  # characters; browsers and servers take some 2,000

_UNSEEN = re.compile(r"[\t\n\r]")  # what a browser takes out of an address
_ENDS = "".join(map(chr, range(33))) + "\u00a0\u3000\u200b\ufeff"
_HOST = r"(?:[\w.-]*[\w-]\.?|\[[0-9a-f:.]+\])(?::(?P<port>[0-9]{1,5}))?"
_USABLE = re.compile(rf"https?://{_HOST}(?:[/?#][^\x00-\x20\x7f]*)?", re.IGNORECASE)
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_HTTP = re.compile(r"(https?):[/\\]*", re.IGNORECASE)
_MAILTO = re.compile(r"mailto:[^\x00-\x20\x7f<>\"]+@[^\x00-\x20\x7f<>\"]+", re.IGNORECASE)


def resolve(address: str | None, base: str = "") -> str:
    """The address as a browser makes it of one in a page at `base`; empty where it leads to no place of the web."""
    address = _UNSEEN.sub("", (address or "").strip(_ENDS))
    if len(address) > MAX_ADDRESS or not address or address[0] == "#":
        return ""
    usable = _USABLE.fullmatch(address) or _USABLE.fullmatch(_absolute(address, base))
    return usable[0] if usable and int(usable["port"] or 0) < 65_536 else ""


def resolve_link(address: str | None, base: str = "") -> str:
    """The same for a link, which may write a letter too."""
    address = (address or "").strip(_ENDS)
    return address if _MAILTO.fullmatch(address) else resolve(address, base)


def _absolute(address: str, base: str) -> str:
    """One that is written in another way than `https://host/path`."""
    path, mark, rest = re.split(r"([?#]|\Z)", address.replace(" ", "%20"), maxsplit=1)
    path = path.replace("\\", "/")
    if http := _HTTP.match(path):
        return f"{http[1]}://{path[http.end() :]}{mark}{rest}"
    if path.startswith("//"):
        return f"https://{path.lstrip('/')}{mark}{rest}"
    if _SCHEME.match(path):
        return ""
    try:
        return urljoin(base, f"{path}{mark}{rest}")
    except ValueError:  # no address of the web: `//[`
        return ""
