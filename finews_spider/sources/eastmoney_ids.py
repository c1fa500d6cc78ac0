"""Ids of articles, as Eastmoney and the existing site write them, and the links that hold them.

An id is `yyyyMMdd` and ten digits, nine until 2016; ids grow, so more are read too. The same number names one article
in up to two families: with `NW` in front it is the article, bare it is the flash.
"""

import re
from datetime import date
from typing import Annotated
from urllib.parse import urljoin, urlsplit

from finews_spider.dates import read_day
from finews_spider.items import Family
from finews_spider.sources.ids import IdScheme
from finews_spider.sources.links import without_surplus
from finews_spider.sources.values import form

ARTICLE = Family(tag_ending="新闻")
FLASH = Family(is_flash=True, category="emnews", tag="东财滚动新闻", has_folder=True)

IdLink = Annotated[
    str,
    form(
        r"https?://[^\s{}<>]*\{(id|number)\}[^\s{}<>]*",
        "a URL with {id} (NW and digits) or {number} (digits) in it",
    ),
]

_ID_IN_URL = re.compile(
    r"(?:[?&]infoCode=|[?&]id=)(?P<share>(?:NW)?[0-9]{17,24})(?=&|$)"
    r"|/a/(?P<page>[0-9]{17,24})\.html"
    r"|/news/[0-9]+,(?P<news>[0-9]{17,24})\.html"
    r"|/[0-9]{4}/[0-9]{2}/[0-9]{2}/(?P<post>(?:NW)?[0-9]{17,24})\.html"
)
_PLAIN = re.compile(r"[A-Za-z0-9:/.,?=&%#_-]{1,500}")  # a post ends its link at `>`, and Liquid begins at `{{`


class EastmoneyIds(IdScheme):
    """The ids of Eastmoney, which the existing site has too."""

    def __init__(self) -> None:
        super().__init__({"NW[0-9]{17,24}": ARTICLE, "[0-9]{17,24}": FLASH}, example=f"NW{0:018}")

    def number(self, id_: str) -> str:
        """Return the digits, which both families share."""
        return id_.removeprefix("NW")

    def siblings(self, id_: str) -> tuple[str, ...]:
        """Return the same article's id in the other family."""
        return (f"NW{id_}" if self.number(id_) == id_ else self.number(id_),)


IDS = EastmoneyIds()


def day_of(id_: str) -> date | None:
    """Return the day with which an id begins; None where it is none."""
    number = IDS.number(id_)
    return read_day(f"{number[:4]}-{number[4:6]}-{number[6:8]}")


def id_in_url(url: str) -> str | None:
    """Return the id that a share link, a post page or an article page names.

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
    """Return the id that an article page names; None for any other link."""
    return id_in_url(url) if re.search(r"/(?:a/|news/[0-9]+,)[0-9]+\.html(?:[?#]|$)", url) else None


def link_of(id_: str, share_link: str, flash_link: str) -> str:
    """Return the link to write under an article, from the template of its family."""
    template = flash_link if IDS.family(id_).is_flash else share_link
    return template.format(id=id_, number=IDS.number(id_))


def is_eastmoney(url: str) -> bool:
    """Return whether the link is of Eastmoney, any of its hosts."""
    return re.match(r"(?i)https?://(?:[a-z0-9-]+\.)*eastmoney\.com(?::[0-9]+)?/", url) is not None


def page_link(id_: str, base: str, *links: str) -> str:
    """Return the first of the links that is the article page of this id, on any of Eastmoney's hosts; else empty.

    It is without query and fragment, which no page of theirs needs.
    """
    for link in links:
        url = without_surplus(_absolute(base, link), ())
        if _PLAIN.fullmatch(url) and is_eastmoney(url) and IDS.number(id_in_article_page(url) or "") == IDS.number(id_):
            return url
    return ""


def _absolute(base: str, link: str) -> str:
    try:
        return urljoin(f"{base}/", link)
    except ValueError:
        return ""
