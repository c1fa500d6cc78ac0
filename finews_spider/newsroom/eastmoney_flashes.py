"""Eastmoney's JSON APIs for flashes: a new one, an old one, and an older one that reaches far back."""

import json
import re
from bisect import bisect_left
from datetime import datetime
from functools import cached_property, lru_cache
from urllib.parse import urlsplit

from finews_spider.newsroom.pages import SCRIPT, Page, View, api_text, data, jsonp, listing
from finews_spider.newsroom.queries import number_in, parse_query
from finews_spider.newsroom.world import Story, World, in_flash

LISTINGS_KEPT = 64  # in the cache
COLUMN = "102"
HISTORY = re.compile(r"/kuaixun/v1/getlist_(\d+)_(\w+)_([1-9]\d{0,2})_([1-9]\d{0,5})_\.html", re.ASCII)
CHANNELS = (1354, 1350, 1351, 1353, 1355)  # of the pages that flashes link
FLASH_HOSTS = ("finance", "finance", "stock", "finance", "global")
UNTITLED = 6  # every so many flashes have their title in the digest only
OLD_ROWS = 100
REFUSAL = data({"code": "0", "message": "参数错误: req_trace", "data": None})


class _FlashList:
    """What the APIs have in common."""

    def __init__(self, world: World) -> None:
        self._world = world

    @cached_property
    def _indexes(self) -> list[int]:
        return list(filter(in_flash, range(len(self._world))))

    def _before(self, published: int) -> int:
        return bisect_left(self._indexes, published)

    def _stories(self, end: int, size: int) -> list[tuple[int, Story]]:
        """Return up to `size` flashes before a place, newest first, with their indexes."""
        indexes = reversed(self._indexes[max(end - size, 0) : max(end, 0)])
        return [(index, self._world[index]) for index in indexes]

    def _modified(self, published: int) -> datetime:
        return self._world.time(self._indexes[max(self._before(published) - 1, 0)])


class Flashes(_FlashList):
    """np-weblist.eastmoney.com: flashes older than a cursor."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._cached = lru_cache(LISTINGS_KEPT)(self._listing)

    def page(self, target: str, view: View) -> Page | None:
        url = urlsplit(target)
        if url.path != "/comm/web/getFastNewsList":
            return None
        query = parse_query(url.query)
        page = REFUSAL
        if query.get("req_trace"):
            size = number_in(query, "pageSize", 20)
            page = self._cached(query.get("fastColumn", ""), query.get("sortEnd", ""), size, view)
        return jsonp(page, query.get("callback", ""))

    def _listing(self, column: str, cursor: str, size: int, view: View) -> Page:
        end = self._end(cursor, view) if column == COLUMN else 0
        kept = self._before(view.published) - view.by_cursor if view.by_cursor is not None else 0
        rows = [_flash(self._world, index, story) for index, story in self._stories(end, min(size, end - kept))]
        after = rows[-1]["realSort"] if rows else ""
        return listing(success({"sortEnd": after, "fastNewsList": rows}), self._modified(view.published))

    def _end(self, cursor: str, view: View) -> int:
        """Return the place before which the cursor's page begins; for a cursor that is none, the newest page's."""
        newest = self._before(view.published)
        if not (cursor.isascii() and cursor.isdecimal() and len(cursor) <= 20):
            return newest
        place = bisect_left(self._indexes, int(cursor), hi=newest, key=lambda index: int(self._world.sort_key(index)))
        served = place < newest and cursor == self._world.sort_key(self._indexes[place])
        return place if view.cursors or served else newest


class OldFlashes(_FlashList):
    """newsapi.eastmoney.com: the same flashes by page number, 100 a page at the most, and far back in a script."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._cached = lru_cache(LISTINGS_KEPT)(self._listing)

    def page(self, target: str, view: View) -> Page | None:
        url = urlsplit(target)
        if history := HISTORY.fullmatch(url.path):
            column, name, size, number = history.groups()
            return self._history(column, name, int(size), int(number), view)
        if url.path != "/kuaixun/v2/api/list":
            return None
        query = parse_query(url.query)
        number, size = number_in(query, "p", 1, 10**6), number_in(query, "limit", 20, OLD_ROWS)
        return jsonp(self._cached(query.get("column", ""), number, size, view), query.get("callback", ""))

    def _listing(self, column: str, number: int, size: int, view: View) -> Page:
        end = self._before(view.published) - (number - 1) * size if column == COLUMN else 0
        rows = [_old_flash(index, story) for index, story in self._stories(end, size)]
        return listing(data({"rc": 1, "me": "success", "news": rows}), self._modified(view.published))

    def _history(self, column: str, name: str, size: int, number: int, view: View) -> Page:
        """A page of a list that has so many pages, and repeats the last one for those who ask for more."""
        out = self._before(view.published) if column == COLUMN else 0
        last = max(-(-out // size), 1)
        number = min(number, last, view.by_page or last)
        rows = [
            _far_flash(self._world, index, story) for index, story in self._stories(out - (number - 1) * size, size)
        ]
        answer = {"rc": 1, "me": "操作成功", "LivesList": rows}
        text = f"var {name}={json.dumps(answer, ensure_ascii=False, separators=(',', ':'))};"
        return listing(Page(text.encode(errors="backslashreplace"), SCRIPT), self._modified(view.published))


def success(value: dict[str, object]) -> Page:
    return data({"code": "1", "message": "success", "data": value})


def _flash(world: World, index: int, story: Story) -> dict[str, object]:
    return {
        "code": story.number,
        "title": api_text(story.title),
        "summary": api_text(f"【{story.title}】{story.digest}"),
        "showTime": f"{story.time:%Y-%m-%d %H:%M:%S}",
        "realSort": world.sort_key(index),
        "titleColor": 0,
        "stockList": ["1.601068"] if index % 3 == 0 else [],
        "image": [],
    }


def flash_link(index: int, number: str) -> str:
    """The page that the lists link, by a channel and a host that differ."""
    host, channel = FLASH_HOSTS[index % len(FLASH_HOSTS)], CHANNELS[index // 2 % len(CHANNELS)]
    return f"http://{host}.eastmoney.com/news/{channel},{number}.html"


def _far_flash(world: World, index: int, story: Story) -> dict[str, object]:
    row = _old_flash(index, story)
    del row["Art_Media_Name"]
    more = {"sort": world.sort_key(index), "url_m": f"https://wap.eastmoney.com/a/{story.number}.html"}
    return {**more, "id": story.number, **row, "ordertime": row["showtime"]}


def _old_flash(index: int, story: Story) -> dict[str, object]:
    return {
        "newsid": story.number,
        "title": "" if index % UNTITLED == 0 else api_text(story.title),
        "digest": api_text(f"【{story.title}】{story.digest}"),
        "showtime": f"{story.time:%Y-%m-%d %H:%M:%S}",
        "url_w": flash_link(index, story.number),
        "url_unique": f"http://finance.eastmoney.com/a/{story.number}.html",
        "Art_Media_Name": api_text(story.media_name),
    }
