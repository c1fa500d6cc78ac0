"""What bodies hold, through the front door: from an answer to the post."""

import json

import pytest

from finews_spider.newsroom.world import Story, World
from tests.conftest import Site

PICTURES = "https://pictures.example"


def an_article(world: World) -> Story:
    return next(story for story in world if story.in_article and not story.in_flash)


def post_of(site: Site, body: str, route: str) -> str:
    """The post of an article of which a route gives this body, and the routes before it nothing."""
    story = an_article(World(240))
    number, room = story.number, site.room
    link = f"{room.urls['finance']}/a/{number}.html"
    api = f"/kuaixun/v2/api/article/{number}"
    if route == "article API":
        data = {"Art_Title": story.title, "Art_Media_Name": "中国证券报", "Art_Content": body}
        data["Art_ShowTime"] = f"{story.time:%Y/%m/%d %H:%M:%S}"
        room.answer("newsinfo", api, body=json.dumps({"data": data}))
    else:
        room.answer("newsinfo", "/kuaixun/", status=500)
        head = f"<div class='contentwrap'><div class='title'>{story.title}</div><div class='tipbox'><div class='infos'>"
        infos = f"<div>{story.time:%Y年%m月%d日 %H:%M}</div><div>来源：中国证券报</div></div></div>"
        page = f"{head}{infos}<div id='ContentBody'>{body}</div></div>"
        room.answer("finance", f"/a/{number}.html", body=f"<!DOCTYPE html><html><body>{page}</body></html>")
    site.crawl("source=eastmoney", f"url={link}")
    (post,) = site.posts().values()
    return post.decode()


@pytest.mark.slow
@pytest.mark.parametrize("route", ["article API", "article page"])
@pytest.mark.parametrize(
    ("body", "written"),
    [
        ("<p>甲</p><embed src='data:,'><p>乙</p>", "<p>甲</p>\n <p>乙</p>\n\n<"),
        ("甲<form>乙</form>丙", "<p>甲</p>\n <p>乙</p>\n <p>丙</p>\n\n<"),
        (f"<p>甲<img data-original='data:,' src='{PICTURES}/a.jpg'></p>", f'<p>甲<img src="{PICTURES}/a.jpg" /></p>'),
        ("<p>甲<img src='//pictures.example/a.jpg'></p>", f'<p>甲<img src="{PICTURES}/a.jpg" /></p>'),
        ("<p>甲\u2003<br>\u3000</p>", "<p>甲</p>\n\n<"),
        (
            "<video src='https://a.example/1.mp4'>浏览器不支持</video>",
            '<p><a href="https://a.example/1.mp4">视频</a></p>',
        ),
        ("<p>甲</p><p>（责任编辑：1）</p><p>乙</p><p>打开微信，</p>", "<p>甲</p>\n <p>乙</p>\n\n<"),
    ],
)
def test_a_body_becomes_a_post(site: Site, body: str, written: str, route: str) -> None:
    assert f"---\n{written}" in post_of(site, body, route)


@pytest.mark.parametrize(("route", "host"), [("article API", "newsinfo"), ("article page", "finance")])
def test_links_and_pictures_are_those_of_the_answer(site: Site, route: str, host: str) -> None:
    post = post_of(site, "<p><a href='/a/1.html'>甲</a><img src='/b/1.jpg'></p>", route)
    origin = site.room.urls[host]
    assert f'<p><a href="{origin}/a/1.html">甲</a><img src="{origin}/b/1.jpg" /></p>' in post
