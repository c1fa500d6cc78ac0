"""Eastmoney: the sites for its roles, and the API of its columns."""

from bisect import bisect_left
from collections.abc import Sequence
from functools import cached_property, lru_cache
from urllib.parse import urlsplit

from finews_spider.newsroom.eastmoney_articles import ArticleApi
from finews_spider.newsroom.eastmoney_flashes import LISTINGS_KEPT, REFUSAL, Flashes, OldFlashes, success
from finews_spider.newsroom.eastmoney_pages import ArticlePages, Roll
from finews_spider.newsroom.pages import Page, Site, View, api_text, jsonp, listing
from finews_spider.newsroom.queries import number_in, parse_query
from finews_spider.newsroom.words import COLUMNS
from finews_spider.newsroom.world import World, columns, in_article

SLUG_BY_ID = {str(id_): slug for slug, id_ in COLUMNS.items()}
# A dozen hosts serve the same articles.
HOSTS = ("finance", "finance", "stock", "finance", "hk", "finance", "global")
BLOG_TITLE = "财富号：{}"
BLOG_URL = "http://caifuhao.eastmoney.com/news/{}"

Row = tuple[int, bool]  # a story's index, and whether the row is of a blog post about it


def sites(world: World) -> dict[str, Site]:
    """Return the site for each role of Eastmoney."""
    return {
        "listapi": Columns(world),
        "weblist": Flashes(world),
        "newsapi": OldFlashes(world),
        "newsinfo": ArticleApi(world),
        "finance": ArticlePages(world),
        "roll": Roll(world),
    }


class Columns:
    """np-listapi.eastmoney.com: a column's rows by page number."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._cached = lru_cache(LISTINGS_KEPT)(self._listing)

    def page(self, target: str, view: View) -> Page | None:
        """Return the page of a column; None for other paths."""
        url = urlsplit(target)
        if url.path != "/comm/web/getNewsByColumns":
            return None
        query = parse_query(url.query)
        page = REFUSAL
        if query.get("req_trace") and query.get("column"):
            number, size = number_in(query, "page_index", 1, 10**6), number_in(query, "page_size", 20)
            page = self._cached(query["column"], number, size, query.get("fields", ""), view)
        return jsonp(page, query.get("callback", ""))

    def _listing(self, column: str, number: int, size: int, fields: str, view: View) -> Page:
        rows = self._rows(SLUG_BY_ID.get(column, ""), view.published)
        records = [_record(self._world, *row) for row in _page(rows, number, size, view.moving)]
        if fields:
            wanted = fields.lower().split(",")
            records = [{key: record[key] for key in record if key.lower() in wanted} for record in records]
        page = {"page_index": number, "page_size": size, "totle_hits": len(rows), "list": records}
        newest = rows[0][0] if rows else 0
        return listing(success(page), self._world.time(newest))

    def _rows(self, slug: str, published: int) -> list[Row]:
        """Return the column's stories, newest first, with a blog's row under every eighth."""
        indexes = self._indexes.get(slug, [])
        rows: list[Row] = []
        for place in reversed(range(bisect_left(indexes, published))):
            rows.append((indexes[place], False))
            if place % 8 == 2:
                rows.append((indexes[place], True))
        return rows

    @cached_property
    def _indexes(self) -> dict[str, list[int]]:
        """The indexes of each column's articles, by slug."""
        indexes: dict[str, list[int]] = {slug: [] for slug in COLUMNS}
        for index in filter(in_article, range(len(self._world))):
            for slug in columns(index):
                indexes[slug].append(index)
        return indexes


def _page(rows: Sequence[Row], number: int, size: int, moving: bool) -> list[Row]:
    """Return a page of rows. `moving`: a row came on top after page 1, so page 2 begins with page 1's last row."""
    start = (number - 1) * size - (moving and number > 1)
    return [rows[_swapped(at, size, len(rows))] for at in range(start, min(start + size, len(rows)))]


def _swapped(at: int, size: int, total: int) -> int:
    """Return the number of the row at this place: at each border between pages, two rows are swapped."""
    other = {size - 1: at + 1, 0: at - 1}.get(at % size, at)
    return other if size > 2 and 0 <= other < total else at


def _record(world: World, index: int, blog: bool) -> dict[str, object]:
    story = world[index]
    row: dict[str, object] = {
        "code": story.number,
        "showTime": f"{story.time:%Y-%m-%d %H:%M:%S}",
        "title": api_text(story.title),
        "mediaName": api_text(story.media_name),
        "summary": api_text(story.digest),
        "image": "",
        "url": f"http://finance.eastmoney.com/news/1345,{story.number}.html",
        "uniqueUrl": f"http://{HOSTS[index % len(HOSTS)]}.eastmoney.com/a/{story.number}.html",
        "np_dst": "CFH" if index % 16 == 5 else "CMS",  # it is no blog: its code and link are an article's
        "realSort": world.sort_key(index),
    }
    if not blog:
        return row
    code = f"{story.time:%Y%m%d%H%M%S}{index:09}"
    url = BLOG_URL.format(code)
    title = BLOG_TITLE.format(story.title)
    return {**row, "code": code, "title": title, "url": url, "uniqueUrl": url, "np_dst": "CFH"}
