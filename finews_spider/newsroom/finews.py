"""The existing site and the share host, as they were from December 2021 to June 2022."""

import re
from collections.abc import Iterator
from html import escape
from itertools import islice
from urllib.parse import parse_qs, unquote, urlsplit

from finews_spider.newsroom.pages import PICTURE, Page, View, api_text, data, html, listing
from finews_spider.newsroom.words import MEDIA, SLUGS, SPACED_SLUGS
from finews_spider.newsroom.world import Story, World, in_article, in_flash, media_name

FLASHES, FLASH_TAG = "emnews", "东财滚动新闻"
HOME = "//finews.withounder.com"
SHARE = "http://finews.zning.xyz/html_News/NewsShare.html?infoCode=NW{}"
NEWS = "http://finance.eastmoney.com/news/1354,{}.html"
POST = re.compile(r"/([\w/-]+)/(\d{4}/\d\d/\d\d)/(NW)?(\d{18})\.html", re.ASCII)
CATEGORY = re.compile(r"/category/([\w -]+)\.html", re.ASCII)
MEDIA_BY_SLUG = {slug: name for name, slug in SLUGS.items()}
SLUG_BY_FILE = {file: slug for slug, file in SPACED_SLUGS.items()}
MAX_ON_HOME = 5  # posts of a tag on the home page
QUOTE = "<blockquote>\n  <p>{}</p>\n</blockquote>\n\n"
EMPTY_RECORD = dict.fromkeys(("Id", "Date", "From", "Title", "medianame", "newsid", "url"), "")

# The whole post stands in og:description, unescaped: its first `"` ends the attribute, and the body spills
# into the page before <section>.
LAYOUT = """<!DOCTYPE html>
<html lang="zh-CN">
  <head>
    <meta charset="UTF-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>{title} | finews</title>
    <meta property="og:title" content="{title}" />
    <meta property="og:description" content="{description}" />
  </head>
  <body>
    <div class="wrapper">
      <header><h1><a href="/">finews</a></h1><p>财经新闻</p></header>
      <section>
{content}
      </section>
      <footer><p><small>Hosted on GitHub Pages</small></p></footer>
    </div>
  </body>
</html>
"""
SHARE_PAGE = """<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>资讯分享</title></head>
<body><div id="content"></div>
<script>
var id = location.search.match(/infoCode=(\\w+)/)[1];
var ask = new XMLHttpRequest();
ask.onload = function () {
  document.getElementById("content").innerHTML = JSON.parse(ask.responseText).text;
};
ask.open("GET", "/NewsData/GetNewsText.do?id=" + id);
ask.send();
</script></body></html>
"""


class Blog:
    """finews.withounder.com: the Jekyll site."""

    def __init__(self, world: World) -> None:
        self._world = world

    def page(self, target: str, view: View) -> Page | None:
        """Return a listing, a post or a picture; None for other paths."""
        path, published = unquote(urlsplit(target).path), view.published
        if path in ("/", "/index.html"):
            return self._listing("finews", "\n".join(self._home(published)), published)
        if path == f"/{FLASHES}/":
            return self._category(FLASHES, published)
        if category := CATEGORY.fullmatch(path):
            return self._category(SLUG_BY_FILE.get(category[1], category[1]), published)
        if post := POST.fullmatch(path):
            return self._post(post, published)
        return PICTURE if path.startswith(("/images/", "/download/")) else None

    def _items(self, slug: str, published: int) -> Iterator[str]:
        """Yield a category's list items, newest first."""
        world = self._world
        for index in reversed(range(published)):
            for family, prefix in _families(index):
                if family == slug:
                    url = f"/{post_folder(slug)}/{world.time(index):%Y/%m/%d}/{prefix}{world.number(index)}.html"
                    yield f'<li><a href="{url}">{escape(world.title(index))}</a></li>'

    def _home(self, published: int) -> Iterator[str]:
        for slug, tags in (*((SLUGS[name], _tags(name)) for name in MEDIA), (FLASHES, [FLASH_TAG])):
            items = list(islice(self._items(slug, published), MAX_ON_HOME))
            for tag in tags if items else ():
                yield from (f'<h2 id="{tag}">{tag}</h2>', "<ul>", *items, "</ul>", "---")

    def _category(self, slug: str, published: int) -> Page | None:
        if slug != FLASHES and slug not in MEDIA_BY_SLUG:
            return None
        items, title = self._items(slug, published), _category_title(slug)
        return self._listing(title, "\n".join((f"<h2>{title}</h2>", "<ul>", *items, "</ul>")), published)

    def _listing(self, title: str, content: str, published: int) -> Page:
        text = LAYOUT.format(title=title, description="财经新闻", content=content)
        return listing(html(text), self._world.time(max(published - 1, 0)))

    def _post(self, match: re.Match[str], published: int) -> Page | None:
        index = self._world.index(match[4])
        if index is None or index >= published:
            return None
        story = self._world[index]
        slugs = [slug for slug, prefix in _families(index) if prefix == (match[3] or "")]
        is_its_url = match[1] in [*slugs, *map(post_folder, slugs)] and match[2] == f"{story.time:%Y/%m/%d}"
        return html(self._render(story, slugs[0])) if is_its_url else None

    def _render(self, story: Story, slug: str) -> str:
        flash = slug == FLASHES
        body = self._world.wrapped_body(story) if flash else self._world.plain_body(story)
        link = (NEWS if flash else SHARE).format(story.number)
        tag_line = FLASH_TAG if flash else f"{story.media_name}新闻"
        back = f"{HOME}/{FLASHES}/" if flash else f"{HOME}/category/{SPACED_SLUGS.get(slug, slug)}.html"
        quote = QUOTE.format(escape(story.digest, quote=False)) if flash else ""
        title = escape(story.title)
        content = (
            f"<small>(GMT+8, Asia/Shanghai, CST) {story.time:%Y-%m-%d %H:%M:%S}</small>\n<h1>{title}</h1>\n"
            f'{quote}{body}\n\n<p><a href="{link}">{link}</a></p>\n\n'
            f'<p><a href="{back}">返回{tag_line}</a>｜<a href="{HOME}/">返回首页</a></p>\n'
            f"<small>tags: {' '.join(f'<em>{tag}</em>' for tag in tag_line.split())}</small>"
        )
        return LAYOUT.format(title=title, description=f"{body} <{link}>", content=content)


class ShareHost:
    """finews.zning.xyz, and choicewzp1.eastmoney.com that it is a proxy of."""

    def __init__(self, world: World) -> None:
        self._world = world

    def page(self, target: str, view: View) -> Page | None:
        """Return the share page, the text API's record or a picture; None for other paths."""
        url = urlsplit(target)
        if url.path == "/html_News/NewsShare.html":
            return html(SHARE_PAGE)
        if url.path == "/NewsData/GetNewsText.do":
            return data(self._text("".join(parse_qs(url.query).get("id", [])), view.published))
        return PICTURE if url.path.startswith(("/images/", "/download/")) else None

    def _text(self, id_: str, published: int) -> dict[str, object]:
        """Return the record of an article (id with NW) or a flash; empty fields for an unknown id, which is a guess."""
        number = id_.removeprefix("NW")
        index = self._world.index(number)
        story = self._world[index] if index is not None and index < published else None
        if id_ == number:
            body = self._world.wrapped_body(story) or story.digest if story and story.in_flash else None
            return _record("content", id_, story, body)
        body = self._world.plain_body(story) if story and story.in_article else None
        return _record("text", id_, story, body)


def _record(key: str, id_: str, story: Story | None, body: str | None) -> dict[str, object]:
    if story is None or body is None:
        return {**EMPTY_RECORD, "Author": [], "Order": 0, key: ""}
    return {
        "Id": id_,
        "Author": [],
        "Date": f"{story.time:%Y-%m-%d %H:%M:%S}",
        "From": api_text(story.media_name),
        "Order": 1,
        "Title": api_text(story.title),
        "medianame": api_text(story.media_name),
        "newsid": story.number,
        "url": NEWS.format(story.number),
        key: body,
    }


def post_folder(slug: str) -> str:
    """Return the folder of a category's posts: several, one in the other, where its name has white space."""
    return "/".join(SPACED_SLUGS.get(slug, slug).split())


def _families(index: int) -> list[tuple[str, str]]:
    """Return slug and id prefix of each family that the story is in."""
    article = [(SLUGS[media_name(index)], "NW")] if in_article(index) else []
    return article + ([(FLASHES, "")] if in_flash(index) else [])


def _tags(media_name: str) -> list[str]:
    """Return the tags of a media name: Jekyll splits 21世纪经济报道  南财理财通新闻 on white space into two."""
    return f"{media_name}新闻".split()


def _category_title(slug: str) -> str:
    """Return a category's title; every second has the next media name's, as 20 of the site's 43 did."""
    if slug == FLASHES:
        return FLASH_TAG
    place = MEDIA.index(MEDIA_BY_SLUG[slug])
    return f"{MEDIA[(place + place % 2) % len(MEDIA)]}新闻"
