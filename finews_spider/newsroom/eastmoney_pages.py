"""Eastmoney's HTML: pages of articles, and the rolling list of them. Times are to the minute."""

import re
from functools import lru_cache
from html import escape
from urllib.parse import urlsplit

from finews_spider.newsroom.constructs import INDENT
from finews_spider.newsroom.eastmoney_articles import PAGES_KEPT, digest_body, index_of
from finews_spider.newsroom.pages import PICTURE, Page, View, html, listing, redirect
from finews_spider.newsroom.world import Story, World, in_article

ARTICLE = re.compile(r"/a/(\d+)\.html", re.ASCII)
OLD_URL = re.compile(r"/news/\d+,(\d+)\.html", re.ASCII)
ROLL = re.compile(r"/(?:default_([1-9]\d{0,5})|default|finance)\.html", re.ASCII)
ROLL_ROWS = 50

NEW_PAGE = """<!DOCTYPE html>
<html lang="zh-CN">
<head><meta charset="{charset}"><title>{title} _ 东方财富网</title><meta name="description" content="{digest}"></head>
<body>
<div class="topbox"><a class="toplink" href="https://finance.eastmoney.com/">财经首页</a></div>
<div class="contentwrap">
  <div class="title">{headline}</div>
  <div class="tipbox"><div class="infos">
    {infos}
  </div></div>
  <div class="abstract"><div class="label">摘要</div><div class="txt">{digest}</div></div>
  <div class="txtinfos" id="ContentBody">
{body}
  </div>
</div>
<div class="footer"><p>东方财富网 版权所有</p></div>
</body>
</html>
"""
INFOS = """<div class="item">{time}</div>
    <div class="item">{media}</div>"""
LABELLED_INFOS = """<div class="item">作者：<a href="https://i.eastmoney.com/">某人</a></div>
    <div class="item">来源：<a href="https://www.eastmoney.com/">{media}</a></div>
    <div class="item">编辑:{editor}</div>
    <div class="item">时间：{time}</div>"""
# A template without fixed names around the body.
BARE_PAGE = """<!DOCTYPE html>
<html><head><meta charset="{charset}"><title>{title}_财经频道_东方财富网</title></head>
<body>
<div class="top"><a href="https://www.eastmoney.com/">东方财富网</a></div>
<div class="main">
  <h1>{title}</h1>
  <p class="info"><span>{time}</span> <span>来源：{media}</span> <span>作者：某人</span></p>
  <div class="content_text">
{body}
  </div>
</div>
</body>
</html>
"""
# The template of some years ago; old pages still have it.
OLD_PAGE = """<!DOCTYPE html>
<html>
<head><meta http-equiv="Content-Type" content="text/html; charset={charset}"><title>{title} _ 东方财富网</title></head>
<body>
<div class="newsContent">
  <h1>{title}</h1>
  <div class="Info"><div class="time-source">
    <div class="time">{time}</div>
    <div class="source">来源：{media}</div>
  </div></div>
  <div class="b-review">{digest}</div>
  <div id="ContentBody" class="Body">
{body}
  </div>
</div>
</body>
</html>
"""
PAGES = {2: OLD_PAGE, 3: BARE_PAGE}  # of every fifth; the others have the new template
BEFORE = '<div class="em_handle_adv_close"><a href="#">关闭</a></div>'
AFTER = f"""<p class="res-edit">（责任编辑：{{editor}}）</p>
<p>{INDENT}郑重声明：东方财富发布此内容旨在传播更多信息，与本站立场无关，不构成投资建议。据此操作，风险自担。</p>
<div class="zwothers"><p>相关阅读：{{title}}</p></div>"""
LIST = """<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>滚动新闻 _ 东方财富网</title></head>
<body><div id="artitileList1"><ul id="artList">
{rows}
</ul></div></body></html>
"""
LIST_ROW = (
    '<li><span>{time:%Y-%m-%d %H:%M}</span>[<a href="http://finance.eastmoney.com/">财经</a>]'
    '<a href="http://finance.eastmoney.com/a/{number}.html" title="{title}">{title}</a></li>'
)


class ArticlePages:
    """finance.eastmoney.com: the pages of articles. Every fifth has the old template, every tenth (by one) is GBK."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._article = lru_cache(PAGES_KEPT)(self._render)

    def page(self, target: str, view: View) -> Page | None:
        """Return the page of an article, or the redirect to it; None for other paths."""
        path = urlsplit(target).path
        if article := ARTICLE.fullmatch(path):
            index = index_of(article[1], self._world, view)
            return None if index is None else self._article(index)
        if (old := OLD_URL.fullmatch(path)) and index_of(old[1], self._world, view) is not None:
            return redirect(f"/a/{old[1]}.html")
        return PICTURE if path.startswith("/download/") else None

    def _render(self, index: int) -> Page:
        story = self._world[index]
        charset = "gbk" if index % 10 == 1 else "utf-8"
        title = escape(story.title)
        body = self._world.wrapped_body(story) or digest_body(story, 0)
        editor = f"{index % 100:02}"
        infos = {"time": f"{story.time:%Y年%m月%d日 %H:%M}", "media": escape(story.media_name)}
        text = PAGES.get(index % 5, NEW_PAGE).format(
            charset=charset,
            title=title,
            headline="" if index % 10 == 5 else title,
            infos=(LABELLED_INFOS if index % 5 == 4 else INFOS).format(editor=editor, **infos),
            digest=escape(story.digest),
            body=f"{BEFORE}\n{body}\n{AFTER.format(editor=editor, title=title)}",
            **infos,
        )
        return Page(text.encode(charset), f"text/html; charset={charset}")


class Roll:
    """roll.eastmoney.com: articles as a page, to the minute."""

    def __init__(self, world: World) -> None:
        self._world = world

    def page(self, target: str, view: View) -> Page | None:
        """Return a page of the list; None for other paths, and after the last page."""
        match = ROLL.fullmatch(urlsplit(target).path)
        if not match:
            return None
        indexes = [index for index in reversed(range(view.published)) if in_article(index)]
        start = (int(match[1] or 1) - 1) * ROLL_ROWS
        shown = indexes[start : start + ROLL_ROWS]
        if start and not shown:
            return None
        rows = "\n".join(_roll_row(self._world[index]) for index in shown)
        return listing(html(LIST.format(rows=rows)), self._world.time(indexes[0] if indexes else 0))


def _roll_row(story: Story) -> str:
    return LIST_ROW.format(time=story.time, number=story.number, title=escape(story.title))
