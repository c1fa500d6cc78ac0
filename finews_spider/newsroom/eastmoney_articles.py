"""Eastmoney's two JSON APIs for articles."""

import re
from functools import lru_cache
from html import escape
from urllib.parse import parse_qs, urlsplit

from finews_spider.newsroom.pages import Page, View, api_text, data, jsonp
from finews_spider.newsroom.world import Story, World

API = re.compile(r"/kuaixun/v2/api/article/(\d+)", re.ASCII)
GETNEWS = "/kuaixun/v2/api/content/getnews"
PAGES_KEPT = 4096  # in the cache
UNKNOWN = data({"rc": 0, "me": "未找到", "data": None})
UNKNOWN_NEWS = data({"rc": 0, "me": "未找到", "news": None})


class ArticleApi:
    """newsinfo.eastmoney.com: two JSON APIs."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._article = lru_cache(PAGES_KEPT)(self._render_article)
        self._news = lru_cache(PAGES_KEPT)(self._render_news)

    def page(self, target: str, view: View) -> Page | None:
        """Return the article that an API's URL names; None for other paths."""
        url = urlsplit(target)
        query = parse_qs(url.query)
        callback = query.get("callback", [""])[0]
        if article := API.fullmatch(url.path):
            index = index_of(article[1], self._world, view)
            return jsonp(UNKNOWN if index is None else self._article(index), callback)
        if url.path == GETNEWS:
            index = index_of(query.get("newsid", [""])[0], self._world, view)
            return jsonp(UNKNOWN_NEWS if index is None else self._news(index), callback)
        return None

    def _render_article(self, index: int) -> Page:
        story = self._world[index]
        record = {
            "Art_Code": story.number,
            "Art_Title": api_text(story.title),
            "Art_Guidance": api_text(story.digest),
            "Art_Media_Name": api_text(story.media_name),
            "Art_Keyword": "",
            "Art_Content": self._world.wrapped_body(story) or digest_body(story, index),
            "Art_ShowTime": f"{story.time:%Y/%m/%d %H:%M:%S}",
        }
        return data({"rc": 1, "me": "success", "data": record})

    def _render_news(self, index: int) -> Page:
        """Render a story for `getnews`; every fifth has its fields at the top level."""
        story = self._world[index]
        content = self._world.placeholder_body(story)
        record = {
            "newsid": story.number,
            "title": api_text(story.title),
            "source": api_text(story.media_name),
            "author": "",
            "showtime": f"{story.time:%Y-%m-%d %H:%M:%S}",
            "description": api_text(story.digest),
            "body": content.body or digest_body(story, index),
            "images": content.images,
            "links": content.links,
        }
        return data({"rc": 1, "me": "success", **(record if index % 5 == 4 else {"news": record})})


def index_of(number: str, world: World, view: View) -> int | None:
    """Return the index of the story with this number; None if there is none, or it is not published yet."""
    index = world.index(number)
    return index if index is not None and index < view.published else None


def digest_body(story: Story, index: int) -> str:
    """Return the body of a story that is only a digest: its text as a paragraph, or for every second nothing."""
    return "" if index % 48 == 23 else f"<p>{escape(story.digest, quote=False)}</p>"
