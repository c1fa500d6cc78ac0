"""Ids of articles, as the sites write them.

An id is `yyyyMMdd` and ten digits (nine until 2016). The same number names one article in up to two families:
with `NW` in front it is the article, bare it is the flash.
"""

import re
from urllib.parse import urlsplit

_ID = re.compile(r"(?:NW)?[0-9]{17,18}")
_ID_IN_URL = re.compile(
    r"(?:[?&]infoCode=|[?&]id=)(?P<share>(?:NW)?[0-9]{17,18})(?=&|$)"
    r"|/a/(?P<page>[0-9]{17,18})\.html"
    r"|/news/[0-9]+,(?P<news>[0-9]{17,18})\.html"
    r"|/[0-9]{4}/[0-9]{2}/[0-9]{2}/(?P<post>(?:NW)?[0-9]{17,18})\.html"
)
_POST_NAME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}-(?P<id>(?:NW)?[0-9]{17,18})\.(?:md|markdown|html)")


def is_id(text: str) -> bool:
    """Whether `text` is an id and nothing else."""
    return _ID.fullmatch(text) is not None


def number(id_: str) -> str:
    """The digits, which both families share."""
    return id_.removeprefix("NW")


def is_flash(id_: str) -> bool:
    """Whether the id is of the flash family, `emnews`."""
    return not id_.startswith("NW")


def sibling(id_: str) -> str:
    """The same article's id in the other family."""
    return f"NW{id_}" if is_flash(id_) else number(id_)


def id_in_url(url: str) -> str | None:
    """The id that a share link, a post page or an article page names.

    Article pages (`/a/<digits>.html`, `/news/<channel>,<digits>.html`) name the article, so `NW` is put in front.
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    if parts.scheme not in ("", "http", "https"):
        return None
    found = _ID_IN_URL.search(f"{parts.path}?{parts.query}")
    if not found:
        return None
    page = found["page"] or found["news"]
    return f"NW{page}" if page else found["share"] or found["post"]


def id_in_article_page(url: str) -> str | None:
    """The id that an article page names; None for any other link."""
    return id_in_url(url) if re.search(r"/(?:a/|news/[0-9]+,)[0-9]+\.html(?:[?#]|$)", url) else None


def id_in_post_name(name: str) -> str | None:
    """The id in a post's file name, `2021-12-30-NW202112302230672549.md`; None for any other file."""
    found = _POST_NAME.fullmatch(name)
    return found["id"] if found else None
