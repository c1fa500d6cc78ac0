"""Addresses on the existing site, which Jekyll makes of a category, a day and an id."""

import re
from datetime import date
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from finews_spider.dates import read_day
from finews_spider.markup.plain import BROKEN
from finews_spider.sources.eastmoney_ids import FLASH, IDS

# Jekyll makes several folders of a category that has white space: /21shijijingjibaodao/nancailicaitong/2022/05/30/….
_POST_PATH = re.compile(
    r"/(?P<folder>[^/]{1,500}(?:/[^/]{1,500}){0,9})/(?P<day>[0-9]{4}/[0-9]{2}/[0-9]{2})/(?P<id>[A-Z0-9]+)\.html"
)


class PostAddress(NamedTuple):
    """What the address of a post tells; the folder may be several: `21shijijingjibaodao/nancailicaitong`."""

    path: str
    folder: str
    day: date
    id: str


@lru_cache(maxsize=1)  # a row's is looked at twice
def post_address(url: str) -> PostAddress | None:
    """Return what an absolute address tells of a post; None for the address of anything else."""
    path = urlsplit(url).path
    found = _POST_PATH.fullmatch(path)
    day = read_day(found["day"]) if found else None
    folder = unquote(found["folder"]) if found else ""
    if not found or not day or found["id"] not in IDS or not folder.isprintable() or BROKEN in folder:
        return None
    return PostAddress(path, folder, day, found["id"])


def flash_path(id_: str) -> str:
    """Return the path of a flash's post: the folder of all flashes is one, and the id begins with its day."""
    return f"/{FLASH.category}/{id_[:4]}/{id_[4:6]}/{id_[6:8]}/{id_}.html"
