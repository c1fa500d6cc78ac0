"""A site that is neither of the delivered ones, and its source, as somebody else would write it.

Its stories have ids of words, `/2021/12/a-title-in-words`; its briefs have hashes. Run as a program, this is `scrapy …`
with that source beside the others.
"""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha1
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar
from urllib.parse import urlsplit

from finews_spider.dates import read_day, read_time
from finews_spider.items import Article, ArticleRef, Family
from finews_spider.sources.base import Listing, ListingPage, Query, Route, Source
from finews_spider.sources.ids import IdScheme
from finews_spider.sources.loader import SOURCES
from finews_spider.sources.parsing import body_in, html_page, json_object, one_line, title_of
from finews_spider.sources.values import Origin

PAPER, BRIEFS = "远山日报", "快报"
STORY = Family(tag_ending="报道")
BRIEF = Family(is_flash=True, category="kuaibao", tag=BRIEFS)


@dataclass(frozen=True, kw_only=True)
class ThirdSource(Source):
    """The source `third`."""

    name: ClassVar = "third"
    ids: ClassVar = IdScheme(
        {"[0-9]{4}-[0-9]{2}(?:-[a-z0-9]+)+": STORY, "[0-9a-f]{40}": BRIEF}, example="2000-01-a-title-in-words"
    )

    site: Origin

    def hosts(self) -> set[str]:
        return {urlsplit(self.site).netloc}

    def listings(self, query: Query) -> list[Listing]:
        briefs = Listing("briefs", f"{self.site}/briefs.json", self._read_briefs)
        return [self._news(1), briefs]

    def routes(self, ref: ArticleRef) -> list[Route]:
        return [Route("page", self.share_link_of(ref.id), partial(self._read_page, ref))]

    def share_link_of(self, id_: str) -> str:
        year, *words = id_.split("-", 2)
        return f"{self.site}/{year}/{words[0]}/{words[1]}" if words else f"{self.site}/b/{id_}"

    def ref(self, url: str) -> ArticleRef | None:
        id_ = urlsplit(url).path.removeprefix("/b/").strip("/").replace("/", "-")
        ref = ArticleRef(source=self.name, id=id_, url=url)
        return ref if id_ in self.ids and url == self.share_link_of(id_) else None

    def _news(self, number: int) -> Listing:
        return Listing("news", f"{self.site}/news/?page={number}", partial(self._read_news, number))

    def _read_news(self, number: int, text: str) -> ListingPage:
        page, html = ListingPage(), html_page(text)
        for row in html.css("li"):
            path = row.css("a::attr(href)").get("")
            ref = ArticleRef(source=self.name, id=path.strip("/").replace("/", "-"), url=self.site + path)
            ref.title, ref.day = title_of(row.css("a::text").get()), read_day(row.css("time::text").get(""))
            page.refs.append(ref)
        page.next_page = self._news(number + 1) if html.css(".older") else None
        return page

    def _read_briefs(self, text: str) -> ListingPage:
        page = ListingPage()
        for row in json_object(text)["briefs"]:
            hash_, title, digest, time = page.take(row, "hash", "title", "text", "time")
            ref = ArticleRef(source=self.name, id=hash_, url=self.share_link_of(hash_), title=title, digest=digest)
            if moment := read_time(time):
                ref.time, ref.to_the_second = moment
                ref.day = moment.time.date()
            page.refs.append(ref)
        return page

    def _read_page(self, ref: ArticleRef, text: str) -> Article:
        page = html_page(text)
        article = self.article(ref, media_name=PAPER, body=body_in(text, "article"))
        article.title = title_of(page.css("h1::text").get())
        if moment := read_time(one_line(page.css("time::text").get())):
            article.time, article.to_the_second = moment
        return article


@dataclass
class Story:
    """A story, or a brief when it has a digest."""

    path: str
    title: str
    time: str
    body: str = "<p>各地稳步推进示范项目，企业订单回暖，业内人士认为趋势将持续。</p>"
    digest: str = ""

    @property
    def id(self) -> str:
        return self.path.removeprefix("b/").replace("/", "-")

    def page(self) -> str:
        return f"<html><body><h1>{self.title}</h1><time>{self.time}</time><article>{self.body}</article></body></html>"


@dataclass
class ThirdSite:
    """What the site has, newest first; what it was asked for; paths that it refuses."""

    stories: list[Story]
    url: str = ""
    requested: list[str] = field(default_factory=list)
    failing: set[str] = field(default_factory=set)
    per_page: int = 3

    def answer(self, target: str) -> str | None:
        """The page at that path, None for none."""
        url = urlsplit(target)
        if url.path == "/news/":
            return self._news(int(url.query.partition("=")[2]))
        if url.path == "/briefs.json":
            rows = [
                {"hash": entry.id, "title": entry.title, "text": entry.digest, "time": entry.time}
                for entry in self.briefs
            ]
            return json.dumps({"briefs": rows})
        return next((story.page() for story in self.stories if target == f"/{story.path}"), None)

    @property
    def briefs(self) -> list[Story]:
        return [story for story in self.stories if story.digest]

    def _news(self, number: int) -> str:
        news = [story for story in self.stories if not story.digest]
        rows = [
            f"<li><a href='/{story.path}'>{story.title}</a><time>{story.time[:10]}</time></li>"
            for story in news[(number - 1) * self.per_page : number * self.per_page]
        ]
        older = "<a class='older'>更早</a>" if len(news) > number * self.per_page else ""
        return f"<html><body><ul>{''.join(rows)}</ul>{older}</body></html>"


def third_site() -> ThirdSite:
    """Five stories on two pages, of which the path of one is no id, and two briefs, of which one has a body."""
    brief, bare = (f"b/{sha1(text.encode(), usedforsecurity=False).hexdigest()}" for text in ("一", "二"))
    return ThirdSite(
        [
            Story("2021/12/a-battery-boom", "储能产业将在云岭发力", "2021-12-30 07:57:23"),
            Story(brief, "远山转债上市", "2021-12-30 06:00:01", digest="远山转债今日上市。"),
            Story(bare, "云岭停牌", "2021-12-30 05:00:02", digest="云岭今日停牌。", body=""),
            Story("2021/12/a-title-in-words", "一题", "2021-12-29 12:00:00"),
            Story("2021/12/..%2f..%2fetc", "不是文章", "2021-12-29 11:00:00"),
            Story("2021/11/older-news", "旧闻", "2021-11-20 08:00:00"),
            Story("2021/11/oldest-news", "更旧的旧闻", "2021-11-19 08:00:00"),
        ]
    )


@contextmanager
def served(site: ThirdSite) -> Iterator[ThirdSite]:
    """The site on loopback."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            site.requested.append(self.path)
            page = site.answer(self.path)
            self.send_response(503 if self.path in site.failing else 200 if page else 404)
            self.end_headers()
            self.wfile.write((page or "").encode())

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        site.url = f"http://127.0.0.1:{server.server_address[1]}"
        try:
            yield site
        finally:
            server.shutdown()
            thread.join()


def prepare() -> None:
    """Make the source known in this process."""
    SOURCES["third"] = ThirdSource
