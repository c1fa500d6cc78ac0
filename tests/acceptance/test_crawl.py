"""The main job, through the front door."""

import json
import os
import re
from collections import Counter
from dataclasses import fields
from datetime import date, datetime
from itertools import product
from pathlib import Path
from urllib.request import urlopen

import pytest
from aiohttp import web

from finews_spider.archive.posts import parse
from finews_spider.dates import BEIJING
from finews_spider.items import Article
from finews_spider.newsroom.finews import post_folder
from finews_spider.newsroom.server import Newsroom
from finews_spider.newsroom.words import SLUGS
from finews_spider.newsroom.world import Story, World
from pipelines.clean import escape_tag_openers
from tests.conftest import Site, unanswered
from tests.support.nonempty import nonempty
from tests.support.seeds import seeds

TEXT_API = "/NewsData/GetNewsText.do"
EMPTY = json.dumps({"Id": "", "Title": "", "Date": "", "text": ""})


def ids_of(world: World, day: date | None = None) -> set[str]:
    stories = [story for story in world if day in (None, story.time.date())]
    articles = {f"NW{story.number}" for story in stories if story.in_article}
    return articles | {story.number for story in stories if story.in_flash}


def an_article(world: World) -> Story:
    return next(story for story in world if story.in_article and not story.in_flash)


def share_link(room: Newsroom, id_: str) -> str:
    return f"{room.urls['share']}/html_News/NewsShare.html?infoCode={id_}"


def test_every_article_becomes_one_post(site: Site, world: World) -> None:
    assert site.crawl().code == 0
    assert site.names() == ids_of(world)
    assert len(site.posts()) == len(ids_of(world))


def test_the_links_under_a_post_lead_to_the_site_that_is_set(site: Site, world: World) -> None:
    site.crawl(
        f"url={share_link(site.room, f'NW{an_article(world).number}')}", settings={"FINEWS_SITE": "//my.example"}
    )
    (post,) = site.posts().values()
    assert re.findall(r"]\((//[^)]*/)", post.decode()) == ["//my.example/category/", "//my.example/"]


def test_posts_hold_the_clean_body_and_all_else(site: Site, world: World) -> None:
    site.crawl()
    for path, text in nonempty(site.posts().items()):
        post = parse(text.decode(), Path(path).stem[11:])
        index = world.index(post.id.removeprefix("NW"))
        assert index is not None
        story = world[index]
        assert path == f"_posts/{story.time:%Y/%m/%d/%Y-%m-%d}-{post.id}.md"
        assert (post.title, post.time) == (escape_tag_openers(story.title), story.time)
        if post.is_flash:
            assert post.digest == story.digest
        else:
            assert (post.media_name, post.category) == (story.media_name, SLUGS[story.media_name])
            assert post.body == world.clean_body(story).replace("{{", "&#123;&#123;").replace("{%", "&#123;%")


def test_an_article_costs_one_request(site: Site, world: World) -> None:
    site.crawl()
    requested = Counter(
        number for path in site.articles_asked() for number in re.findall(r"\d{18}", path.split("/")[-1])
    )
    once = {story.number for story in world if not (story.in_article and story.in_flash)}
    assert {requested[number] for number in once} == {1}
    # The digest of a flash is on its post page only, so an article that is a flash too may need both.
    assert max(requested.values()) <= 2


def test_a_second_run_asks_for_no_article_and_touches_no_file(site: Site) -> None:
    site.crawl()
    before = {post: post.stat().st_mtime_ns for post in site.output.glob("**/*.md")}
    assert site.crawl().code == 0
    assert site.articles_asked() == []
    assert {post: post.stat().st_mtime_ns for post in site.output.glob("**/*.md")} == before


@pytest.mark.slow
def test_same_input_gives_same_bytes(site: Site, tmp_path: Path, room: Newsroom, world: World) -> None:
    site.crawl()
    there = Site(tmp_path / "there", room)
    there.crawl(TZ="America/New_York", LC_ALL="C", PYTHONHASHSEED="7")
    assert there.names() == ids_of(world)
    assert there.posts() == site.posts()


def as_flash(text: str) -> str:
    """The post of an article, as that of its flash: other front matter, and a digest."""
    text = re.sub("(?m)^categories: .*\ntags: .*$", "categories: emnews\ntags: 东财滚动新闻", text, count=1)
    return text.replace("\n---\n", "\n---\n> 摘要\n\n", 1)


@pytest.mark.slow
def test_an_archived_article_costs_no_request(site: Site, world: World) -> None:
    """Wherever its post lies, and in whichever of its families."""
    site.crawl()
    stories = [story for story in world if story.in_article and not story.in_flash]
    ways = product(["_posts", "old_post", "_posts/2021/12/30", "old_post/deep/er"], ["NW", ""])
    for story, (folder, prefix) in zip(stories[:8], ways, strict=True):
        (path,) = site.output.glob(f"_posts/**/*-NW{story.number}.md")
        text = path.read_text(encoding="utf-8")
        path.unlink()
        kept = site.output / folder / f"2021-12-30-{prefix}{story.number}.md"
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text(text if prefix else as_flash(text), encoding="utf-8")
    assert site.crawl().code == 0
    assert site.articles_asked() == []
    assert site.names() >= ids_of(world)


def test_category_narrows_the_run(site: Site, world: World) -> None:
    site.crawl("category=zhongguozhengquanbao,emnews")
    wanted = {f"NW{s.number}" for s in world if s.in_article and s.media_name == "中国证券报"}
    assert site.names() == wanted | {s.number for s in world if s.in_flash}


def test_window_keeps_both_of_its_days(site: Site, world: World) -> None:
    days = sorted({story.time.date() for story in world})
    site.crawl(f"since={days[2]}", f"until={days[3]}")
    assert site.names() == ids_of(world, days[2]) | ids_of(world, days[3])
    requested = {re.findall(r"\d{18}", path)[0] for path in site.articles_asked()}
    assert requested == {id_.removeprefix("NW") for id_ in site.names()}


def test_url_reads_one_article(site: Site, world: World) -> None:
    story = an_article(world)
    assert site.crawl(f"url={share_link(site.room, 'NW' + story.number)}").code == 0
    assert site.names() == {f"NW{story.number}"}
    assert len(site.articles_asked()) == 1


@pytest.mark.slow
def test_share_host_down_then_the_origin_answers(site: Site, world: World) -> None:
    site.room.answer("share", TEXT_API, status=503)
    site.crawl()
    assert site.names() == ids_of(world)
    articles = {story.number for story in world if story.in_article and not story.in_flash}
    requested = {logged.path[-18:] for logged in site.room.requests("origin", TEXT_API)}
    assert articles <= requested


@pytest.mark.slow
def test_both_hosts_down_then_the_post_page_answers(site: Site, world: World) -> None:
    site.crawl()
    whole = site.posts()
    assert site.names() == ids_of(world)
    other = Site(site.output.with_name("other"), site.room)
    site.room.answer("share", TEXT_API, status=503)
    site.room.answer("origin", TEXT_API, body="<html>郑重声明</html>")
    other.crawl()
    assert other.posts() == whole


def test_a_broken_row_is_counted_and_the_others_are_read(site: Site, world: World) -> None:
    rows = "".join(f'<li><a href="{path}">x</a></li>' for path in ("/x/2021/13/45/NW1.html", "javascript:alert(1)"))
    story = next(s for s in world if s.media_name == "中国证券报" and s.in_article)
    rows += f'<li><a href="/x/{story.time:%Y/%m/%d}/NW{story.number}.html">x</a></li><li></li>'
    page = f"<section><h2>别家新闻</h2><ul>{rows}</ul></section></html>"
    site.room.answer("site", "/category/zhongguozhengquanbao.html", body=page)
    ran = site.crawl("category=zhongguozhengquanbao")
    assert site.names() == {f"NW{story.number}"}
    assert ran.stats["finews/finews/skipped/no article link"] == 3


def test_empty_fields_are_not_written_and_asked_for_again(site: Site, world: World) -> None:
    link = share_link(site.room, f"NW{an_article(world).number}")
    for role in ("share", "origin"):
        body = json.dumps({"Title": "", "Date": "", "medianame": "", "text": "<p>正文</p>"})
        site.room.answer(role, TEXT_API, body=body)
    for role in ("newsinfo", "finance"):
        site.room.answer(role, "/", status=503)
    ran = site.crawl(f"url={link}")
    assert site.posts() == {}
    assert "no title, no time, no media_name" in ran.err
    assert link in ran.err
    assert ran.stats["item_dropped_reasons_count/MissingFieldError"] == 1
    site.room.clear()
    site.crawl(f"url={link}")
    assert len(site.posts()) == 1


@pytest.mark.slow
def test_a_listing_that_is_none_is_named_and_the_rest_goes_on(site: Site, world: World) -> None:
    site.room.answer("site", "/category/zhongguozhengquanbao.html", body="<html>登录</html>")
    site.room.answer("site", "/emnews/", status=500)
    ran = site.crawl()
    assert "category zhongguozhengquanbao" in ran.err
    assert "category emnews" in ran.err
    assert len(site.posts()) > 20
    assert "Traceback" not in ran.err


def test_gbk_under_a_utf8_label_is_read(site: Site, world: World) -> None:
    story = an_article(world)
    answer = json.dumps(
        {"Title": story.title, "Date": f"{story.time:%F %T}", "medianame": "广州日报", "text": "<p>正文</p>"},
        ensure_ascii=False,
    )
    headers = {"Content-Type": "application/json; charset=utf-8"}
    site.room.answer("share", TEXT_API, body=answer.encode("gbk"), headers=headers)
    site.crawl(f"url={share_link(site.room, 'NW' + story.number)}")
    (text,) = site.posts().values()
    assert "tags: 广州日报新闻" in text.decode()


def test_robots_txt_is_obeyed_from_the_first_request_on(site: Site) -> None:
    site.room.robots["share"] = "User-agent: *\r\nDisallow: /NewsData/\r\n"
    ran = site.crawl()
    assert site.room.requests("share", TEXT_API) == []
    assert ran.code == 0


@pytest.mark.slow
def test_a_site_that_is_gone_is_loud_in_plain_words(site: Site) -> None:
    gone = site.output.with_name("gone.toml")
    gone.write_text(
        re.sub(r"http://127\.0\.0\.1:\d+", "http://127.0.0.1:1", site.room.sources_toml()), encoding="utf-8"
    )
    ran = site.crawl("source=finews,eastmoney", settings={"FINEWS_SOURCES_FILE": str(gone)})
    assert ran.code == 4
    assert "127.0.0.1:1 has a robots.txt that cannot be read (connection refused" in ran.err
    assert "finews: home, all 2 category lists could not be read" in ran.out
    assert "Traceback" not in ran.err


@pytest.mark.slow
def test_flat_is_a_layout(site: Site, world: World) -> None:
    site.crawl(settings={"FINEWS_POST_PATH": "flat"})
    assert {Path(path).parent.as_posix() for path in site.posts()} == {"_posts"}


def test_feeds_work_as_in_any_scrapy_project(site: Site, world: World, tmp_path: Path) -> None:
    story = an_article(world)
    feed = tmp_path / "items.jsonl"
    feeds = json.dumps({str(feed): {"format": "jsonlines"}})
    site.crawl(f"url={share_link(site.room, 'NW' + story.number)}", settings={"FEEDS": feeds})
    (line,) = feed.read_text(encoding="utf-8").splitlines()
    item = json.loads(line)
    assert item["title"] == story.title
    assert [*item] == [field.name for field in fields(Article) if field.name not in ("family", "body_url", "raw_body")]


@pytest.mark.slow
def test_a_second_run_at_the_same_time_is_refused(site: Site) -> None:
    with unanswered(site.room, "site", "/") as requested:
        first = site.start()
        assert requested.wait(60)
        ran = site.crawl()
        first.kill()
        first.wait()
    assert ran.code == 6
    assert f"process {first.pid}" in ran.err
    assert site.crawl().code == 0  # a lock that was left does not block


@pytest.mark.slow
def test_a_redirect_to_another_host_is_a_failure(site: Site, world: World) -> None:
    site.room.answer("share", TEXT_API, status=302, headers={"Location": "http://localhost:1/x"})
    story = an_article(world)
    site.crawl(f"url={share_link(site.room, 'NW' + story.number)}")
    assert site.names() == {f"NW{story.number}"}
    site.room.answer("site", "/", status=302, headers={"Location": "http://localhost:1/x"})
    ran = site.crawl()
    assert ran.code == 4
    assert "localhost:1 is not a host of the sources file" in ran.err


@pytest.mark.parametrize("seed", seeds(), ids=lambda seed: seed.name)
def test_a_seed_served_raw_gives_its_file(site: Site, seed: Path) -> None:
    post = parse(seed.read_text(encoding="utf-8"), seed.stem[11:])
    assert post.time
    answer = {"text": post.body, "Title": post.title, "Date": f"{post.time:%F %T}", "medianame": post.media_name}
    site.room.answer("share", TEXT_API, body=json.dumps(answer))
    site.crawl(f"url={share_link(site.room, post.id)}")
    assert site.posts() == {f"_posts/{post.time:%Y/%m/%d}/{seed.name}": seed.read_bytes()}


@pytest.mark.slow
def test_no_temporary_file_is_left(site: Site) -> None:
    site.crawl()
    assert site.posts()
    assert list(site.output.glob(".finews/tmp/*")) == []


@pytest.mark.slow
def test_a_listing_that_moves_with_its_etag_is_read(site: Site, world: World) -> None:
    page = site.room.urls["site"] + "/emnews/"
    site.crawl("category=emnews")
    with urlopen(page) as answer:
        etag, body = answer.headers["ETag"], answer.read()

    async def moved(request: web.BaseRequest) -> web.Response:
        if request.path == "/emnews/":
            return web.Response(status=301, headers={"Location": "/emnews/index.html"})
        if request.headers.get("If-None-Match") == etag:
            return web.Response(status=304)
        return web.Response(body=body, headers={"ETag": etag})

    site.room.answer("site", "/emnews/", handler=moved)
    for _ in range(2):
        ran = site.crawl("category=emnews")
        assert (ran.code, ran.out.count("20 known")) == (0, 1)


@pytest.mark.slow
def test_a_post_is_not_exchanged_for_a_stub(tmp_path: Path) -> None:
    with Newsroom(World(articles=24, until=datetime.now(BEIJING).date())) as room:
        site = Site(tmp_path / "site", room)
        site.crawl()
        before = site.posts()
        for role in ("share", "origin"):
            room.answer(role, TEXT_API, body=json.dumps({"text": "<p>请下载客户端查看全文</p>"}))
        ran = site.crawl("refresh=30")
        assert site.posts() == before
        assert ran.code == 4
        assert "much shorter than its post" in ran.out


def test_a_folder_whose_name_is_no_utf8_is_named(site: Site) -> None:
    folder = os.fsencode(site.output / "_posts") + b"/" + "旧文".encode("gbk")
    try:
        Path(os.fsdecode(folder)).mkdir(parents=True)
    except OSError:
        pytest.skip("this file system takes no such name")
    ran = site.crawl("category=emnews")
    assert ran.code == 0
    assert "rename it" in ran.err


@pytest.mark.slow
@pytest.mark.parametrize("text", ['{"schema": 1}', '{"schema": 1, "sources": {"finews": {}}}', "[1]", "{"])
def test_a_file_among_the_reports_that_is_none_is_named(site: Site, text: str) -> None:
    file = site.output / ".finews" / "runs" / "2999-01-01T00-00-00.json"
    file.parent.mkdir(parents=True)
    file.write_text(text)
    ran = site.crawl("category=emnews")
    assert ran.code == 0
    assert str(file) in ran.out


@pytest.mark.slow
def test_a_post_that_came_since_the_run_began_stays(site: Site, world: World) -> None:
    story = an_article(world)
    site.crawl(f"url={share_link(site.room, f'NW{story.number}')}")
    ((path, _),) = site.posts().items()
    post = site.output / path
    post.unlink()

    async def come(_: web.BaseRequest) -> web.Response:
        post.write_text("by hand", encoding="utf-8")
        answer = {"Title": story.title, "Date": f"{story.time:%F %T}", "medianame": "广州日报", "text": "<p>正文</p>"}
        return web.json_response(answer)

    site.room.answer("share", TEXT_API, handler=come)
    assert site.crawl(f"url={share_link(site.room, f'NW{story.number}')}").code == 0
    assert site.posts() == {path: b"by hand"}


@pytest.mark.slow
def test_posts_of_another_hand_are_one_line_of_a_refresh(site: Site) -> None:
    for number in range(3):
        post = site.output / f"_posts/{datetime.now(BEIJING):%F}-NW20261122000000000{number}.md"
        post.parent.mkdir(parents=True, exist_ok=True)
        post.write_text("by hand", encoding="utf-8")
    ran = site.crawl("category=emnews", "refresh=1")
    assert ran.out.count("form of finews's posts") == 1


@pytest.mark.slow
def test_failures_that_are_alike_are_counted_together(site: Site) -> None:
    for role in ("share", "origin", "newsinfo", "finance"):
        site.room.answer(role, "/", headers={}, delay=5)
    for slug in SLUGS.values():
        site.room.answer("site", f"/{post_folder(slug)}/20", headers={}, delay=5)
    ran = site.crawl("category=zhongguozhengquanbao", settings={"DOWNLOAD_TIMEOUT": "0.5"})
    assert "no answer in time" in ran.out
    assert "Getting http" not in ran.out
