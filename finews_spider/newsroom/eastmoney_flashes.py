"""Eastmoney's two JSON APIs for flashes, a new and an old one."""

from bisect import bisect_left
from datetime import datetime
from functools import cached_property, lru_cache
from urllib.parse import urlsplit

from finews_spider.newsroom.pages import Page, View, api_text, data, jsonp, listing
from finews_spider.newsroom.queries import number_in, parse_query
from finews_spider.newsroom.world import Story, World, in_flash

LISTINGS_KEPT = 64  # in the cache
COLUMN = "102"
REFUSAL = data({"code": "0", "message": "参数错误: req_trace", "data": None})


class _FlashList:
    """What both APIs have in common."""

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
        rows = [_flash(self._world, index, story) for index, story in self._stories(end, size)]
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
    """newsapi.eastmoney.com: the same flashes by page number."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._cached = lru_cache(LISTINGS_KEPT)(self._listing)

    def page(self, target: str, view: View) -> Page | None:
        url = urlsplit(target)
        if url.path != "/kuaixun/v2/api/list":
            return None
        query = parse_query(url.query)
        number, size = number_in(query, "p", 1, 10**6), number_in(query, "limit", 20)
        return jsonp(self._cached(query.get("column", ""), number, size, view), query.get("callback", ""))

    def _listing(self, column: str, number: int, size: int, view: View) -> Page:
        end = self._before(view.published) - (number - 1) * size if column == COLUMN else 0
        rows = [_old_flash(story) for _, story in self._stories(end, size)]
        return listing(data({"rc": 1, "me": "success", "news": rows}), self._modified(view.published))


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


def _old_flash(story: Story) -> dict[str, object]:
    return {
        "newsid": story.number,
        "title": api_text(story.title),
        "digest": api_text(f"【{story.title}】{story.digest}"),
        "showtime": f"{story.time:%Y-%m-%d %H:%M:%S}",
        "url_w": f"http://finance.eastmoney.com/news/1345,{story.number}.html",
        "url_unique": f"http://finance.eastmoney.com/a/{story.number}.html",
        "Art_Media_Name": api_text(story.media_name),
    }
