"""The pictures that a post names, and where a picture lies in the site. Pure."""

import hashlib
import html
import re
from collections.abc import Iterator
from urllib.parse import urlsplit

MEDIA = "media"
MAX_PICTURES = 40  # of an article
MAX_FOLDERS = 6
MAX_NAME = 60  # characters of a step of a path

_PICTURE = re.compile(r'<img src="(?P<scheme>https?:)//(?P<key>[^"]+)"')
_DEVICES = frozenset(
    ("con", "prn", "aux", "nul", *(f"{name}{digit}" for name in ("com", "lpt") for digit in range(10)))
)
_ENDING = re.compile(r"\.(?:jpe?g|png|gif|webp|avif)\Z", re.IGNORECASE)


def pictures_of(post: str) -> Iterator[tuple[str, str]]:
    """Yield key and address of the pictures of a post, in their order, up to 40.

    The key is what stands in the built page behind `https://`: by it the layout finds what is kept.
    """
    found = dict[str, str]()
    for picture in _PICTURE.finditer(post.partition("\n---\n")[2]):
        key = picture["key"]
        found.setdefault(key, f"{picture['scheme']}//{html.unescape(key)}")
    yield from list(found.items())[:MAX_PICTURES]


def file_of(key: str, ending: str) -> str:
    """Return where a picture lies below `media/`: by its host and path, safe on any disk and in any URL.

    Names are in lower case, and no device of Windows; what Jekyll passes by does not begin one. Where that or a query
    made it another name than the address has, a hash of the address tells it from others.
    """
    address = html.unescape(key)
    url = urlsplit(f"//{address}")
    host = _host(url.netloc)
    *folders, last = [step for step in url.path.split("/") if step] or [""]
    steps = [host, *filter(None, map(_step, folders[:MAX_FOLDERS])), _step(_ENDING.sub("", last))]
    name = "/".join(steps)
    if f"{name}.{ending}" != address or not steps[-1]:
        name = f"{name}{'-' * bool(steps[-1])}{hashlib.sha256(address.encode()).hexdigest()[:12]}"
    return f"{name}.{ending}"


def _host(netloc: str) -> str:
    name = re.sub(r"[^a-z0-9.-]+", "-", netloc.lower())
    name = re.sub(r"\.\.+", ".", name).strip(".-")[: 2 * MAX_NAME].strip(".-") or "host"
    return f"host-{name}" if name.partition(".")[0] in _DEVICES else name


def _step(step: str) -> str:
    """Return a step as a name: no folder has a dot in it, and every file has, so none stands in another's place."""
    name = re.sub(r"[^a-z0-9_-]+", "-", step.lower()).strip("-_")[:MAX_NAME].strip("-_")
    return f"{name}-" if name in _DEVICES else name
