"""Three sites of different make on loopback, of which finews knows nothing but their tables.

A blog on WordPress with the whole articles in its feed; a newspaper with a news sitemap, and pages in GBK with an old
layout; a site that Hugo built, with a plain sitemap.
"""

import gzip
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from finews_spider.dates import BEIJING

Page = str | bytes


@dataclass
class Story:
    """An article; `path` is its address on the site."""

    path: str
    title: str
    time: datetime
    paragraphs: list[str]

    @property
    def html(self) -> str:
        """Its body."""
        return "".join(f"<p>{text}</p>" for text in self.paragraphs)


@dataclass
class FeedSite:
    """A site: its stories, newest first, and how it makes its pages of them; `{site}` in a page is its own address."""

    stories: list[Story]
    make: Callable[["FeedSite"], dict[str, Page]]
    extra: dict[str, Page] = field(default_factory=dict)  # that stand before those made, by path
    url: str = ""
    requested: list[str] = field(default_factory=list)
    failing: dict[str, int] = field(default_factory=dict)  # status by path

    def answer(self, path: str) -> bytes | None:
        """Return the page at a path, None for none."""
        page = (self.make(self) | self.extra).get(path)
        if isinstance(page, str):
            return page.replace("{site}", self.url).encode()
        return page

    def articles_requested(self) -> list[str]:
        """Return the paths of stories that were requested."""
        paths = {story.path for story in self.stories}
        return [path for path in self.requested if path in paths]


@contextmanager
def served(site: FeedSite) -> Iterator[FeedSite]:
    """Serve a site on loopback."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            site.requested.append(self.path)
            page = site.answer(self.path)
            self.send_response(site.failing.get(self.path, 200 if page is not None else 404))
            self.end_headers()
            self.wfile.write(page or b"")

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


SENTENCES = (
    "云岭省上周公布的储能规划提出，到后年年底装机规模达到五百万千瓦，首批三个示范项目已经开工建设。",
    "远山证券的分析师认为，上游材料的价格将在二季度趋于平稳，企业订单好于去年同期的水平。",
    "“今年的订单比去年多了三成，工人都在加班。”云岭电池的一位负责人在电话里对记者说。",
    "不过也有业内人士提醒，补贴将在明年年底到期，届时一部分小企业可能会退出市场。",
)


def story(path: str, title: str, time: str) -> Story:
    """Return a story, whose text tells its title, since no two articles are alike."""
    moment = datetime.fromisoformat(time).replace(tzinfo=BEIJING)
    return Story(path, title, moment, [f"{title}：{SENTENCES[0]}", *SENTENCES[1:]])


def wordpress() -> FeedSite:
    """Return a blog whose feed has the whole articles; two of them differ in a parameter alone."""
    return FeedSite(
        [
            story("/2021/12/30/chuneng-fali/", "储能产业将在云岭发力", "2021-12-30 07:57:23"),
            story("/?p=12", "远山转债今日上市", "2021-12-29 12:00:01"),
            story("/?p=11", "云岭港口吞吐量增长", "2021-12-28 09:30:02"),
        ],
        _wordpress_pages,
    )


def _wordpress_pages(site: FeedSite) -> dict[str, Page]:
    items = "".join(
        f"<item><title>{escape(one.title)}</title>"
        f"<link>{{site}}{one.path.replace('/?', '/?utm_source=rss&amp;')}</link>"
        f"<pubDate>{(one.time - timedelta(hours=8)):%a, %d %b %Y %H:%M:%S} +0000</pubDate>"
        f"<description><![CDATA[<p>{one.paragraphs[0][:20]}[&#8230;]</p>]]></description>"
        f'<content:encoded><![CDATA[{one.html}\n<p>The post <a href="{{site}}{one.path}">{one.title}</a> appeared first'
        ' on <a href="{site}">远山财经</a>.</p>\n]]></content:encoded></item>'
        for one in site.stories
    )
    feed = (
        '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"'
        ' xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>远山财经</title>'
        f"<link>{{site}}</link>{items}</channel></rss>"
    )
    home = (
        "<html><head><title>远山财经</title>"
        '<link rel="alternate" type="application/rss+xml" title="远山财经 &raquo; Feed" href="{site}/feed/" />'
        '</head><body class="home blog"><h1>远山财经</h1></body></html>'
    )
    return {"/": home, "/feed/": feed, **{one.path: _wordpress_page(one) for one in site.stories}}


def _wordpress_page(one: Story) -> str:
    return (
        f'<!DOCTYPE html><html><head><title>{one.title} - 远山财经</title><meta property="og:type" content="article">'
        f'<meta property="article:published_time" content="{one.time.isoformat()}">'
        '<meta property="og:site_name" content="远山财经"></head><body class="single single-post">'
        '<nav><ul><li><a href="/">首页</a></li></ul></nav><main><article><header>'
        f'<h1 class="entry-title">{one.title}</h1></header><div class="entry-content">{one.html}'
        '<div class="sharedaddy"><h3>分享到：</h3><ul><li><a href="#">微博</a></li></ul></div></div></article></main>'
        "<footer>由 WordPress 驱动</footer></body></html>"
    )


def newspaper() -> FeedSite:
    """Return a newspaper with a news sitemap, and older ones by month in an index, packed."""
    return FeedSite(
        [
            story("/html/2021-12/30/content_30.htm", "云岭证券交易所扩容", "2021-12-30 06:30:00"),
            story("/html/2021-12/29/content_29.htm", "远山粮价连涨三周", "2021-12-29 07:10:00"),
            story("/html/2021-11/20/content_20.htm", "云岭债市回暖", "2021-11-20 08:00:00"),
            story("/html/2021-10/09/content_09.htm", "远山秋收见闻", "2021-10-09 08:00:00"),
        ],
        _newspaper_pages,
    )


def _newspaper_pages(site: FeedSite) -> dict[str, Page]:
    news = "".join(
        f"<url><loc>{{site}}{one.path}</loc><news:news><news:publication><news:name>云岭日报</news:name>"
        f"</news:publication><news:publication_date>{one.time.isoformat()}</news:publication_date>"
        f"<news:title>{one.title}</news:title></news:news></url>"
        for one in site.stories[:2]
    )
    pages: dict[str, Page] = {"/": "<html><head><title>云岭日报</title></head><body>云岭日报</body></html>"}
    pages["/robots.txt"] = "User-agent: *\nDisallow: /admin/\nSitemap: {site}/news.xml\nSitemap: {site}/sitemap.xml\n"
    pages["/news.xml"] = urlset(news, 'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"')
    months: dict[str, list[Story]] = {}
    for one in site.stories:
        months.setdefault(f"{one.time:%Y-%m}", []).append(one)
    parts = "".join(f"<sitemap><loc>{{site}}/map-{month}.xml.gz</loc></sitemap>" for month in months)
    pages["/sitemap.xml"] = f"<sitemapindex>{parts}</sitemapindex>"
    for month, stories in months.items():
        rows = "".join(f"<url><loc>{site.url}{one.path}</loc></url>" for one in stories)
        pages[f"/map-{month}.xml.gz"] = gzip.compress(urlset(rows).encode())
    return pages | {one.path: _newspaper_page(one) for one in site.stories}


def _newspaper_page(one: Story) -> bytes:
    text = (
        '<html><head><meta http-equiv=Content-Type content="text/html; charset=gb2312">'
        f"<title>{one.title}-云岭日报</title></head><body>"
        f"<table width=1000><tr><td><a href=/>首页</a> | <a href=/a>版面</a></td></tr></table>"
        f"<table><tr><td class=bt><h1>{one.title}</h1></td></tr>"
        f"<tr><td>{one.time:%Y年%m月%d日 %H:%M}　来源：云岭日报　作者：李四</td></tr><tr><td><div id=zoom>"
        f"{''.join(f'<p>　　{text}' for text in one.paragraphs)}"
        "<p align=right>（责任编辑：王五）</p></div></td></tr></table>"
        "<table><tr><td>版权所有 云岭日报社</td></tr></table></body></html>"
    )
    return text.encode("gb18030")


def hugo() -> FeedSite:
    """Return a site with a plain sitemap, in which its home page, a tag and a page about it stand, too."""
    return FeedSite(
        [
            story("/posts/jiangjin/", "年终奖怎么花", "2021-12-30 20:15:00"),
            story("/posts/fangdai/", "提前还房贷的账", "2021-12-12 21:00:00"),
            story("/posts/jizhang/", "记账十年", "2021-11-02 22:00:00"),
        ],
        _hugo_pages,
    )


def _hugo_pages(site: FeedSite) -> dict[str, Page]:
    days = {"/": "2021-12-30", "/tags/": "2021-12-30", "/about/": "2021-12-30"}
    days |= {one.path: one.time.isoformat() for one in site.stories}
    rows = "".join(f"<url><loc>{{site}}{path}</loc><lastmod>{day}</lastmod></url>" for path, day in days.items())
    links = "<ul>" + "".join(f'<li><a href="{one.path}">{one.title}</a></li>' for one in site.stories) + "</ul>"
    about = "<h1>关于</h1><p>这是一个记录家庭财务的小站，文章都是我自己写的，写了很多年，谢谢你来看。</p>"
    return {
        "/sitemap.xml": urlset(rows),
        "/": _hugo_page("小站", links),
        "/tags/": _hugo_page("标签 | 小站", f"<h1>标签</h1>{links}"),
        "/about/": _hugo_page("关于 | 小站", about),
        **{one.path: _hugo_page(f"{one.title} | 小站", _hugo_post(one)) for one in site.stories},
    }


def _hugo_page(title: str, main: str) -> str:
    return (
        f'<!DOCTYPE html><html><head><title>{title}</title></head><body><header><a href="/">小站</a></header>'
        f"<main>{main}</main></body></html>"
    )


def _hugo_post(one: Story) -> str:
    return (
        f'<article><header><h1 class="post-title">{one.title}</h1><div class="post-meta">'
        f'<span title="{one.time:%Y-%m-%d %H:%M:%S} +0800 CST">{one.time:%Y-%m-%d}</span>&nbsp;·&nbsp;2 分钟</div>'
        "</header>"
        f'<div class="post-content">{one.html}</div>'
        '<footer><ul class="post-tags"><li><a href="/tags/">理财</a></li></ul>'
        "</footer></article>"
    )


def urlset(rows: str, more: str = "") -> str:
    """Return a sitemap."""
    namespace = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<urlset {namespace} {more}>{rows}</urlset>'
