"""Eastmoney's article pages: where the time, the source's name, the title and the body stand."""

from datetime import datetime

import pytest

from finews_spider.dates import BEIJING
from finews_spider.sources.base import UnreadableError
from finews_spider.sources.eastmoney_page import without_site
from tests.sources.test_eastmoney import old_page, read_page

TIME = "2021年12月30日 07:57"
MINUTE = datetime(2021, 12, 30, 7, 57, tzinfo=BEIJING)
INFOS = [
    f"<div>{TIME}</div><div>中国证券报</div>",
    f"<div>作者：张三</div><div>来源：中国证券报</div><div>{TIME}</div>",
    f"<div>来源:中国证券报</div><div>作者:张三</div><div>编辑:李四</div><div>{TIME}</div>",
    f"{TIME} 作者：张三 来源：中国证券报",
    f"{TIME}来源：中国证券报",
    f"<div>编辑：李四</div><div>时间：{TIME}</div><div>来源: <a href='/x'>中国证券报</a></div>",
    f"<div>{TIME}</div><div>作者：<a>张三</a></div><div>中国证券报</div>",
    "<span>2021年12月30日</span><span>07:57</span><span>中国证券报</span>",
    f"<span>时间：</span><span>{TIME}</span><span>中国证券报</span>",
    f"<span>来源：</span><span><a>中国证券报</a></span><span>作者：</span><span>张三</span><span>{TIME}</span>",
    f"<span>作者</span><span>张三</span><span>来源</span><span>中国证券报</span><span>{TIME}</span>",
    f"<div>{TIME} | 来源：中国证券报 | 编辑：李四</div>",
    f"<div>责任编辑：王五 {TIME} 来　源：中国证券报</div>",
    f"<div>文章来源：中国证券报 作者：张三<br>{TIME}</div>",
    f"<div>记者：张三</div><div>{TIME}</div><div>审核：李四</div><div>中国证券报</div>",
    f"<p>{TIME}</p><p>原文链接：https://a.example/</p><p>来源：中国证券报</p>",
    f"<div>来源：中国证券报 {TIME}</div><script>来源：甲</script>",
    f"<div>{TIME}</div><div><span>作者</span>：<span>张三</span></div><div><span>来源</span>：<a>中国证券报</a></div>",
    f"<div>{TIME}</div><div><b>来源</b>：中国证券报</div><div><b>作者</b>：张三</div>",
    f"<div>{TIME}</div><div>来源 中国证券报</div><div>作者 张三</div>",
    f"<div>{TIME} 来源 | 中国证券报</div>",
    f"<div>{TIME}</div><div>稿源：中国证券报</div>",
    f"<div>{TIME}</div><div>转载自：中国证券报</div>",
    f"<div>阅读 1024</div><div>3人评论</div><div>{TIME}</div><div>中国证券报</div>",
    f"<div>更新时间：2022年01月02日 10:00</div><div>发布时间：{TIME}</div><div>中国证券报</div>",
]


def new_page(infos: str, title: str = "题", head: str = "") -> str:
    return (
        f'<html><head>{head}</head><body><div class="contentwrap"><div class="title">{title}</div>'
        f'<div class="tipbox"><div class="infos">{infos}</div></div><div id="ContentBody"><p>文</p></div></div></body>'
    )


def bare_page(before: str, after: str = "", head: str = "<title>题_东方财富网</title>") -> str:
    return (
        f"<html><head>{head}</head><body><div>2026年01月01日 00:00</div><div class='main'>{before}"
        f'<div class="wide content_text"><p>文</p></div>{after}</div></body></html>'
    )


@pytest.mark.parametrize("infos", INFOS)
def test_time_and_source_stand_in_any_order(infos: str) -> None:
    article = read_page(new_page(infos))
    assert (article.time, article.media_name, article.title) == (MINUTE, "中国证券报", "题")


@pytest.mark.parametrize(
    "infos",
    [
        f"<div>作者：张三</div><div>{TIME}</div>",
        f"<div>{TIME}</div><div>作者 张三</div>",
        f"<div>{TIME}</div><div>来源：</div><div>编辑：李四</div>",
        f"<div>{TIME}</div><div>责编</div><div>李四</div>",
        f"<div>{TIME}</div><div>|</div>",
        f"<div>{TIME}</div><div>3分钟前</div>",
    ],
)
def test_a_person_is_no_source(infos: str) -> None:
    article = read_page(new_page(infos))
    assert (article.time, article.media_name) == (MINUTE, "")


@pytest.mark.parametrize(
    "name",
    [
        "21世纪经济报道  南财理财通",
        "安信国际证券(香港)",
        "财经·新媒体",
        "证券时报·e公司",
        "中国旅游报-资讯",
        "新媒体",
        "36氪",
        "来自星空",
        "3点评论",
        "稿源网",
    ],
)
@pytest.mark.parametrize("label", ["", "来源：", "来源: "])
def test_names_of_sources_stay_as_they_are(name: str, label: str) -> None:
    assert read_page(new_page(f"<div>{TIME}</div><div>{label}{name}</div><div>作者：张三</div>")).media_name == name


def test_of_an_old_page_a_logo_may_name_the_source() -> None:
    page = old_page('<img src="a.jpg">').replace('class="source"', 'class="source" data-source="中国证券报"')
    assert read_page(page).media_name == "中国证券报"


def test_seconds_are_told() -> None:
    assert read_page(new_page("<div>2021-12-30 07:57:23</div>")).to_the_second


@pytest.mark.parametrize(
    ("before", "name"),
    [
        (f"<h1>题</h1><p class='info'>{TIME} 来源：中国证券报 作者：张三</p>", "中国证券报"),
        (f"<h1>题</h1><p class='time'>{TIME}</p><p class='source'>中国证券报</p>", "中国证券报"),
        (f"<h1>题</h1><div><div><span>来源：</span><a>中国证券报</a></div>{TIME}</div>", "中国证券报"),
        (f"<h1>题</h1><p class='date'>{TIME}</p><p>张三</p>", ""),
        (f"<h1>题</h1><p class='from'>作者：张三</p><p>{TIME}</p>", ""),
        (f"<div>题</div><!-- 注 --><div>{TIME}</div>", ""),
    ],
)
def test_a_body_may_have_no_fixed_names_around_it(before: str, name: str) -> None:
    article = read_page(bare_page(before))
    assert (article.title, article.time, article.media_name, article.body) == ("题", MINUTE, name, "<p>文</p>")


def test_the_source_may_stand_below_the_body() -> None:
    article = read_page(bare_page(f"<p>{TIME}</p>", "<p>责任编辑：李四</p><p>来源：中国证券报</p><p>编辑部</p>"))
    assert article.media_name == "中国证券报"


def test_what_stands_below_the_body_without_a_label_is_no_source() -> None:
    assert read_page(bare_page(f"<p>{TIME}</p>", "<p class='source'>甲报</p>")).media_name == ""


def test_without_a_time_before_the_body_there_is_none() -> None:
    page = f"<html><body><h1>题</h1><div class='content_text'><p>文</p></div><li>{TIME} 又一篇</li></body></html>"
    assert (read_page(page).time, read_page(page).title) == (None, "题")


def test_the_body_with_an_id_comes_first() -> None:
    page = new_page(f"<div>{TIME}</div>").replace("<body>", '<body><div class="content_text">评论</div>')
    assert read_page(page).body == "<p>文</p>"


def test_a_class_that_only_begins_alike_is_no_body() -> None:
    with pytest.raises(UnreadableError, match="no #ContentBody in the page"):
        read_page('<html><body><div class="content_text2">文</div></body></html>')


@pytest.mark.parametrize("title", ["", " ", "<!-- 题 -->"])
def test_a_title_may_stand_in_the_head_only(title: str) -> None:
    head = "<title>\n 题 _ 东方财富网 </title>"
    assert read_page(new_page(f"<div>{TIME}</div>", title, head)).title == "题"


def test_the_headline_comes_first() -> None:
    assert read_page(new_page(f"<div>{TIME}</div>", "题", "<title>另 _ 东方财富网</title>")).title == "题"


@pytest.mark.parametrize("heading", ["东方财富网", "天天基金网"])
def test_the_name_of_the_site_is_no_title(heading: str) -> None:
    assert read_page(bare_page(f"<h1>{heading}</h1><p>{TIME}</p>")).title == "题"
    page = bare_page(f"<h1>{heading}</h1><p>{TIME}</p>", head=f"<title>{heading}</title>")
    assert read_page(page).title == ""


@pytest.mark.parametrize(
    "title",
    [
        "题 _ 东方财富网",
        "题_东方财富网",
        "题_财经频道_东方财富网",
        "题 - 东方财富网",
        "题-东方财富网(eastmoney.com)",
        "题｜东方财富网",
        "题 | 东方财富",
        "题_天天基金网_东方财富网",
        "题 _ 东方财富网手机版",
        "题_手机东方财富网",
        "题",
    ],
)
def test_the_name_of_the_site_goes_from_the_end_of_a_title(title: str) -> None:
    assert without_site(title) == "题"


@pytest.mark.parametrize("title", ["东方财富网", "龙虎榜-东方财富涨停", "业绩预告-东方财富", "甲_乙", "东方财富网_题"])
def test_a_title_may_speak_of_the_company(title: str) -> None:
    assert without_site(title) == title


def test_a_title_may_hold_the_mark_that_parts_it_from_the_site() -> None:
    assert without_site("甲_乙 _ 东方财富网") == "甲_乙"


def test_a_line_without_a_time_gives_way_to_what_stands_before_the_body() -> None:
    page = new_page("<div>甲报</div>").replace(
        '<div id="ContentBody">', f'<p>{TIME} 来源：中国证券报</p><div id="ContentBody">'
    )
    assert (read_page(page).time, read_page(page).media_name) == (MINUTE, "中国证券报")


def test_a_page_may_tell_the_source_and_no_time() -> None:
    assert read_page(new_page("<div>来源：中国证券报</div>")).media_name == "中国证券报"
