"""The address that a browser opens for a link, in whatever way it is written."""

import re
from urllib.parse import urljoin, urlsplit, urlunsplit

_DROPPED = re.compile("[\t\n\r]")
_AROUND = "".join(map(chr, range(0x21)))  # white space and controls
_SLASHES = re.compile(r"^((?i:https?:)?)/{2,}")
_UNRESERVED = re.compile("%(2[dDeE]|3[0-9]|4[1-9a-fA-F]|5[0-9aAfF]|6[1-9a-fA-F]|7[0-9aAeE])")
_PORTS = {"http": 80, "https": 443}


def absolute(base: str, href: str) -> str:
    """Return the address of a link that stands on the page at `base`; empty for one that is not of the web.

    Two ways to write an address give one: scheme and host in lower case, no default port, no dots in the path, no
    fragment.
    """
    link, _, _ = _DROPPED.sub("", href.strip(_AROUND)).partition("#")
    path, mark, query = link.partition("?")
    path = _SLASHES.sub(r"\1//", path.replace("\\", "/"))
    try:
        parts = urlsplit(urljoin(base, f"{path}{mark}{query}"))
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        return ""
    if parts.scheme not in _PORTS or not host:
        return ""
    host = f"[{host}]" if ":" in host else host
    netloc = host if port in (None, _PORTS[parts.scheme]) else f"{host}:{port}"
    return urlunsplit((parts.scheme, netloc, _resolved(parts.path), parts.query, ""))


def _resolved(path: str) -> str:
    """Return a path without steps up and down, and without codes for characters that need none."""
    steps: list[str] = []
    for step in _UNRESERVED.sub(lambda code: chr(int(code[1], 16)), path).split("/")[1:]:
        if step == "..":
            del steps[-1:]
        elif step != ".":
            steps.append(step)
    return "/" + "/".join(steps)
