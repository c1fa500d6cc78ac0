"""Eastmoney's routes to an article: two APIs in JSON, and the page."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from finews_spider.dates import read_time
from finews_spider.items import Article
from finews_spider.sources.base import AbsentError, Route, UnreadableError
from finews_spider.sources.eastmoney_page import read_page
from finews_spider.sources.eastmoney_placeholders import put_back
from finews_spider.sources.eastmoney_rows import TRACE
from finews_spider.sources.limits import check_html
from finews_spider.sources.parsing import in_lower_case, json_object, media_name_in, name_of, shown, text_of, title_of

Reader = Callable[[Article, str], None]  # fills the article from an answer


@dataclass(frozen=True, kw_only=True)
class ArticleRoutes:
    """The hosts that give an article: of the APIs, and of the pages."""

    newsinfo: str
    finance: str

    def of(self, number: str, new: Callable[[], Article]) -> list[Route]:
        """Return the ways to the article of this number, best first; `new` makes what a reader fills."""
        query = urlencode({"newsid": number, "newstype": 1, "guid": TRACE, "source": "wap", "version": 1})
        return [
            _route("article API", f"{self.newsinfo}/kuaixun/v2/api/article/{number}?guid={TRACE}", _read_api, new),
            _route("getnews API", f"{self.newsinfo}/kuaixun/v2/api/content/getnews?{query}", _read_getnews, new),
            _route("article page", f"{self.finance}/a/{number}.html", read_page, new),
        ]


def _route(name: str, url: str, read: Reader, new: Callable[[], Article]) -> Route:
    def read_it(text: str) -> Article:
        article = new()
        read(article, text)
        article.media_name = article.media_name or media_name_in(article.body)
        return article

    return Route(name, url, read_it)


def _read_api(article: Article, text: str) -> None:
    data = _object(json_object(text), "data")
    _take(article, data, title="Art_Title", media_name="Art_Media_Name", body="Art_Content", time="Art_ShowTime")


def _read_getnews(article: Article, text: str) -> None:
    """The fields stand under `news`, sometimes at the top; pictures and links stand beside the body."""
    answer = json_object(text)
    news = answer if "body" in answer else _object(answer, "news")
    _take(article, news, title="title", media_name="source", body="body", time="showtime")
    article.body = put_back(article.body, news.get("images"), news.get("links"))


def _object(answer: dict[str, Any], name: str) -> dict[str, Any]:
    """The object in which an answer tells of an article; null where there is none."""
    if name not in answer:
        raise UnreadableError(f"no field {name}")
    if answer[name] is None:
        raise AbsentError(f"{name} is null")
    if not isinstance(answer[name], dict):
        raise UnreadableError(f"in {name} an object was due: it is {shown(answer[name])}")
    found: dict[str, Any] = answer[name]
    return found


def _take(article: Article, data: dict[str, Any], time: str, **names: str) -> None:
    """Fill the article's fields from the answer's keys; one that is not there is a changed shape."""
    lower = in_lower_case(data)
    for name in (*names.values(), time):
        if name.lower() not in lower:
            raise UnreadableError(f"no field {name}")
    for field, name in names.items():
        setattr(article, field, text_of(lower[name.lower()]))
    article.title, article.media_name = title_of(article.title), name_of(article.media_name)
    check_html(article.body)
    if moment := read_time(text_of(lower[time.lower()])):
        article.time, article.to_the_second = moment
