"""What lists name, in whatever way they write it: an article is archived, or it is said why not."""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from finews_spider.newsroom.finews import Blog, post_folder
from finews_spider.newsroom.pages import View
from finews_spider.newsroom.words import SLUGS
from finews_spider.newsroom.world import UNTIL, Story, World
from tests.conftest import Site, TimedSite
from tests.support.nonempty import nonempty

COLUMNS = "/comm/web/getNewsByColumns"
FLASHES = "/comm/web/getFastNewsList"
TEXT_API = "/NewsData/GetNewsText.do"
SPACED = "21世纪经济报道  南财理财通"
ALL = ("source=eastmoney", "column=cgnjj")
DAY = timedelta(days=1)


def rows_of(name: str, change: Callable[[list[Any]], None]) -> Callable[[str], str]:
    """An edit of an answer of Eastmoney's."""

    def edit(text: str) -> str:
        answer = json.loads(text)
        change(answer["data"][name])
        return json.dumps(answer, ensure_ascii=False)

    return edit


def with_links(form: str) -> Callable[[list[Any]], None]:
    def change(rows: list[Any]) -> None:
        for row in rows:
            if row["np_dst"] != "CFH":
                row["uniqueUrl"] = row["url"] = form.format(row["code"])

    return change


def skipped(site: Site, source: str = "eastmoney") -> dict[str, int]:
    found: dict[str, int] = site.report()["sources"][source]["skipped"]
    return found


def of(world: World, medium: str) -> Story:
    return next(story for story in world if story.media_name == medium and story.in_article and not story.in_flash)


# Links.


@pytest.mark.slow
@pytest.mark.parametrize(
    "form",
    [
        "//finance.eastmoney.com/a/{}.html",
        "/a/{}.html",
        "../../a/{}.html",
        "HTTP://Stock.EastMoney.com:80/a/{}.html?from=home#top",
        " http://finance.eastmoney.com\n/a/{}.html ",
    ],
)
def test_rows_are_articles_however_their_links_are_written(site: Site, world: World, form: str) -> None:
    site.room.answer("listapi", COLUMNS, edit=rows_of("list", with_links(form)))
    ran = site.crawl(*ALL)
    expected = {f"NW{story.number}" for story in world if story.in_article and "cgnjj" in story.columns}
    assert (ran.code, set(skipped(site))) == (0, {"blog"})
    assert len(expected) > 9
    assert site.names() == expected


def test_a_list_whose_rows_are_all_of_other_hosts_is_not_read(site: Site) -> None:
    edit = rows_of("list", with_links("https://news.example/a/{}.html"))
    site.room.answer("listapi", COLUMNS, edit=lambda text: edit(text.replace('"CFH"', '"CMS"')))
    ran = site.crawl(*ALL)
    rows = skipped(site)["another host"]
    assert ran.code == 4
    assert rows > 9
    assert f"none of {rows} rows: another host" in site.report()["broken"][0]
    assert f"skipped: eastmoney: rows of its lists: {rows} × another host" in ran.out


def test_some_rows_without_an_id_are_told(site: Site) -> None:
    def change(rows: list[Any]) -> None:
        for row in rows[:2]:
            row["code"] = ""

    assert site.crawl(*ALL).code == 0
    assert "no id" not in skipped(site)
    site.room.answer("listapi", COLUMNS, edit=rows_of("list", change))
    ran = site.crawl(*ALL)
    assert (ran.code, skipped(site)["no id"]) == (0, 2)
    assert "2 × no id" in ran.out


@pytest.mark.slow
def test_a_list_of_which_far_more_rows_than_ever_are_skipped_is_broken(site: Site) -> None:
    def change(rows: list[Any]) -> None:
        for row in rows[: len(rows) // 2]:
            row["code"] = ""

    for _ in range(3):
        assert site.crawl(*ALL).code == 0
    site.room.answer("listapi", COLUMNS, edit=rows_of("list", change))
    for _ in range(2):
        assert site.crawl(*ALL).code == 4
        assert "column cgnjj has more rows skipped than ever" in site.report()["broken"][0]
    site.room.clear()
    assert site.crawl(*ALL).code == 0


# Damage.

DAMAGE: dict[str, Callable[[str], str]] = {
    "quotes in a title": lambda row: row.replace('"title":"', '"title":"“他"说"'),
    "an invalid escape": lambda row: row.replace('"title":"', r'"title":"\x'),
    "two titles": lambda row: row.replace('"title":', '"title":"又","title":'),
    "no number": lambda row: row.replace('"titleColor":0', '"titleColor":NaN'),
    "no row": lambda _: '"甲"',
    "a number of another type": lambda row: re.sub(r'"code":"\d+"', '"code":["1"]', row),
    "a digest with a broken character": lambda row: row.replace('"summary":"', '"summary":"\ufffd'),
}


@pytest.mark.slow
@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_row_costs_that_row(site: Site, world: World, damage: str) -> None:
    flashes = [story.number for story in world if story.in_flash]

    def edit(text: str) -> str:
        return re.sub(rf'{{"code":"{flashes[3]}".*?}}', lambda row: DAMAGE[damage](row[0]), text)

    site.room.answer("weblist", FLASHES, edit=edit)
    ran = site.crawl("source=eastmoney", "category=emnews")
    assert site.names() == {*flashes} - {flashes[3]}
    assert skipped(site) == {"damaged": 1}
    assert "1 × damaged" in ran.out
    site.room.clear()
    site.crawl("source=eastmoney", "category=emnews")
    assert site.names() == {*flashes}


@pytest.mark.slow
@pytest.mark.parametrize("char", ["\t", "\n", "\x01", "\ufffd", r"\ud83d"])
def test_a_row_whose_title_alone_is_broken_gives_its_article(site: Site, world: World, char: str) -> None:
    flashes = [story for story in world if story.in_flash]
    site.room.answer("weblist", FLASHES, edit=lambda text: text.replace('"title":"', f'"title":"{char}', 1))
    assert site.crawl("source=eastmoney", "category=emnews").code == 0
    assert site.names() == {story.number for story in flashes}
    assert char.encode() not in b"".join(site.posts().values()) or char == "\n"


def test_a_broken_character_in_a_page_costs_one_title(site: Site, world: World) -> None:
    stories = [story for story in world if story.media_name == "广州日报" and story.in_article]
    page = Blog(world).page("/category/guangzhouribao.html", View(len(world)))
    assert page
    body = page.body.replace(b'.html">', b'.html">\xe4\xb8', 1)
    site.room.answer("site", "/category/guangzhouribao.html", body=body)
    assert site.crawl("category=guangzhouribao").code == 0
    assert site.names() == {f"NW{story.number}" for story in stories}


def test_an_article_whose_own_title_is_broken_is_owed(site: Site, world: World) -> None:
    story = of(world, "广州日报")
    for role in ("share", "origin"):
        site.room.answer(role, TEXT_API, edit=lambda text: text.replace('"Title":"', '"Title":"朱\ufffd基：'))
    url = f"url={site.room.urls['share']}/html_News/NewsShare.html?infoCode=NW{story.number}"
    assert site.crawl(url).code == 3
    assert site.report()["sources"]["finews"]["refused"] == {"broken characters": 1}
    assert site.posts() == {}
    site.room.clear()
    assert site.crawl(url).code == 0
    assert site.names() == {f"NW{story.number}"}


# Categories with white space, and pages that may not be there.


@pytest.mark.slow
def test_articles_in_several_folders_are_archived(archived: TimedSite, world: World) -> None:
    numbers = {f"NW{story.number}" for story in world if story.media_name == SPACED and story.in_article}
    assert numbers <= archived.names()
    assert len(numbers) > 2
    lists = archived.report()["sources"]["finews"]["lists"]
    assert lists["category 21shijijingjibaodao/nancailicaitong"]["rows"] == len(numbers)
    assert skipped(archived, "finews") == {}


def test_a_post_page_in_several_folders_is_a_route(site: Site, world: World) -> None:
    story = of(world, SPACED)
    site.room.answer("share", TEXT_API, status=503)
    site.room.answer("origin", TEXT_API, status=503)
    path = f"/{post_folder(SLUGS[SPACED])}/{story.time:%Y/%m/%d}/NW{story.number}.html"
    assert path.count("/") == 6
    assert site.crawl(f"url={site.room.urls['site']}{path}").code == 0
    assert site.names() == {f"NW{story.number}"}


def test_a_page_that_the_home_page_leads_to_may_be_absent(site: Site, world: World) -> None:
    for name in ("TechWeb", "21shi"):
        site.room.answer("site", f"/category/{name}", status=404)
    ran = site.crawl()
    assert ran.code == 0
    assert "finews has no category TechWeb" in ran.out
    assert "finews has no category 21shijijingjibaodao/nancailicaitong" in ran.out
    ran = site.crawl()
    assert ran.code == 0
    assert "has no category" not in ran.out


def test_a_page_of_the_sources_file_may_not(site: Site) -> None:
    site.room.answer("site", "/category/zhongguozhengquanbao.html", status=404)
    ran = site.crawl()
    assert ran.code == 4
    assert "category zhongguozhengquanbao could not be read: HTTP 404" in site.report()["broken"][0]


@pytest.mark.slow
def test_a_page_that_had_rows_in_every_run_may_not_be_absent(site: Site) -> None:
    for _ in range(3):
        assert site.crawl().code == 0
    site.room.answer("site", "/category/TechWeb.html", status=404)
    assert site.crawl().code == 4
    assert "category TechWeb has no rows, and had" in site.report()["broken"][0]


# Totals.


def total(by: int) -> Callable[[str], str]:
    return lambda text: re.sub(r'"totle_hits":(\d+)', lambda found: f'"totle_hits":{int(found[1]) + by}', text)


@pytest.mark.slow
def test_a_list_of_which_fewer_rows_come_than_it_has_did_not_come_to_its_end(site: Site) -> None:
    printed = []
    site.room.answer("listapi", COLUMNS, edit=total(1))
    for _ in range(5):
        ran = site.crawl(*ALL)
        ended = site.report()["sources"]["eastmoney"]["lists"]["column cgnjj"]["ended"]
        printed.append((ran.code, ended, "believed no more" in ran.out))
    assert printed[:3] == [(3, "short", False), (3, "short", False), (3, "short", True)]
    assert printed[3:] == [(0, "end", False), (0, "known", False)]


# Times that a list writes from now on.


@pytest.mark.slow
def test_relative_times_bound_the_rows_and_are_no_times_of_posts(site: Site, world: World) -> None:
    site.room.answer(
        "listapi",
        COLUMNS,
        headers={"Date": f"{UNTIL:%a, %d %b %Y} 12:00:00 GMT"},
        edit=lambda text: re.sub(rf'"showTime":"{UNTIL - DAY} (\d\d:\d\d):\d\d"', r'"showTime":"昨天 \1"', text),
    )
    site.crawl(*ALL, f"since={UNTIL}")
    today = {f"NW{story.number}" for story in world if "cgnjj" in story.columns and story.time.date() == UNTIL}
    yesterday = [story for story in world if "cgnjj" in story.columns and story.time.date() == UNTIL - DAY]
    assert yesterday
    assert site.names() == today
    assert not {story.number for story in yesterday} & {*re.findall(r"\d{18}", str(site.articles_asked()))}


@pytest.mark.slow
def test_an_article_that_nothing_but_its_list_dates_stays_owed(site: Site) -> None:
    now = re.compile(r'"(showTime|Art_ShowTime|showtime)":"[^"]*')
    for role in ("listapi", "newsinfo"):
        site.room.answer(role, "/", edit=lambda text: now.sub(r'"\1":"3分钟前', text))
    site.room.answer("finance", "/a/", status=503)
    assert site.crawl(*ALL).code in (3, 4)
    assert site.posts() == {}
    assert site.report()["sources"]["eastmoney"]["owed"] > 9


# Texts.


def test_an_apis_texts_are_plain(site: Site, world: World) -> None:
    story = of(world, "广州日报")

    texts = {"Title": "\u3000S&amp;P <em>500</em>：收入<5%且>3%\u200b", "medianame": "S&amp;P Global\u2003"}

    def edit(text: str) -> str:
        return json.dumps({**json.loads(text), **texts, "text": "<p>文</p>"})

    for role in ("share", "origin"):
        site.room.answer(role, TEXT_API, edit=edit)
    site.crawl(f"url={site.room.urls['share']}/html_News/NewsShare.html?infoCode=NW{story.number}")
    (post,) = (text.decode() for text in nonempty(site.posts().values()))
    assert 'title: "S&P 500：收入<5%且>3%"\n' in post
    assert "categories: SPGlobal\n" in post
    assert 'tags: ["S&P Global新闻"]\n' in post
