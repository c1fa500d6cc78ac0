"""Addresses of links and pictures, resolved as a browser does it."""

import re

MAX_ADDRESS = 4_000  # characters; browsers and servers take some 2,000

_UNSEEN = re.compile(r"[\t\n\r]")  # what a browser takes out of an address
_ENDS = "".join(map(chr, range(33))) + "\u00a0\u3000\u200b\ufeff"
_HOST = r"(?:[\w.-]*[\w-]\.?|\[[0-9a-f:.]+\])(?::(?P<port>[0-9]{1,5}))?"
_USABLE = re.compile(rf"https?://{_HOST}(?:[/?#][^\x00-\x20\x7f]*)?", re.IGNORECASE)
_DOT = re.compile("%2e", re.IGNORECASE)
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_BASE = re.compile(r"(?P<host>https?://[^/?#]+)(?P<path>[^?#]*)", re.IGNORECASE)
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
    return "" if _SCHEME.match(path) else _joined(path, f"{mark}{rest}", base)


def _joined(path: str, query: str, base: str) -> str:
    """An address without scheme and host, of a page at `base`."""
    page = _BASE.match(base)
    if not page:
        return ""
    if not path:
        return f"{page['host']}{page['path']}{query}"
    if not path.startswith("/"):
        path = f"{page['path'].rpartition('/')[0]}/{path}"
    return f"{page['host']}{without_steps(path)}{query}"


def without_steps(path: str) -> str:
    """A path without its steps `.` and `..`, in whatever way they are written; at its end they leave a slash."""
    names: list[str] = []
    step = ""
    for name in path.split("/")[1:]:
        step = _DOT.sub(".", name)
        if step == "..":
            del names[-1:]
        elif step != ".":
            names.append(name)
    if step in (".", ".."):
        names.append("")
    return "/" + "/".join(names)
