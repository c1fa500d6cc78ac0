"""What a site's `_config.yml` says that does not go with its posts. It is a person's: read, and never written."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

CONFIG = "_config.yml"
MAX_BYTES = 1_000_000

# A key at the top, and its scalar on the same line, without what a comment says.
_LINE = re.compile(
    r"""^(?P<key>\w+):[ \t]+(?:"(?P<double>[^"\n]*)"|'(?P<single>[^'\n]*)'|(?P<plain>[^#\s]\S*))""", re.MULTILINE
)


def doubts(output: Path, site: str) -> list[str]:
    """Return what is to be said of a site whose posts' back-links lead to `site`; nothing where there is no config."""
    config = _fields(output)
    return list(_doubts(config, site, config.get("url") or _own_host(output))) if config else []


def _doubts(config: dict[str, str], site: str, url: str) -> Iterator[str]:
    if not config.get("timezone"):
        yield (
            f"{CONFIG} has no timezone: built in UTC, as most machines do, posts of the hours before 08:00 stand"
            " under the day before, in lists and in their addresses; add the line timezone: Asia/Shanghai"
        )
    home = _split(url.rstrip("/") + config.get("baseurl", "").rstrip("/"))
    links = urlsplit(site.rstrip("/"))
    same_host = not links.netloc or links.netloc.lower() == home.netloc.lower()
    if home.netloc and config.get("back_links") != site and not (same_host and links.path == home.path):
        yield (
            f"the links under posts lead to {site or '/'}, and {CONFIG} says that this site is"
            f" //{home.netloc}{home.path}: set FINEWS_SITE to that; posts that are written stay as they are"
        )


def _split(url: str) -> SplitResult:
    """Return the parts of an address; of what is none, empty ones."""
    try:
        return urlsplit(url)
    except ValueError:  # of http://[x, say
        return urlsplit("")


def _fields(output: Path) -> dict[str, str]:
    """Return the scalars at the top of the config; none of a file that is not there, or is no text."""
    try:
        with (output / CONFIG).open(encoding="utf-8-sig") as file:
            text = file.read(MAX_BYTES)
    except (OSError, ValueError):
        return {}
    return {line["key"]: line["double"] or line["single"] or line["plain"] or "" for line in _LINE.finditer(text)}


def _own_host(output: Path) -> str:
    """Return the address that GitHub Pages is told by the file CNAME; empty where there is none."""
    try:
        name = (output / "CNAME").read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return ""
    return f"https://{name}" if re.fullmatch(r"[\w.-]+", name) else ""
