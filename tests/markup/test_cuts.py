from collections import Counter

import pytest
from scrapy.utils.test import get_crawler

from finews_spider.items import Article
from finews_spider.markup.cleanup import cleaned
from finews_spider.sources.eastmoney_ids import ARTICLE
from pipelines.clean import CleanPipeline, clean

DISCLAIMER = (
    "东方财富网发布此信息的目的在于传播更多信息，与本网站立场无关。东方财富网不保证该信息（包括但不限于文字、视频、音频、数据及图表）"
    "全部或者部分内容的准确性、真实性、完整性、有效性、及时性、原创性等。相关信息并未经过本网站证实，不对您构成任何投资决策建议，"
    "据此操作，风险自担。"
)
LINES = [
    f"郑重声明：{DISCLAIMER}",
    DISCLAIMER,
    "郑重声明：东方财富发布此内容旨在传播更多信息，与本站立场无关，不构成投资建议。据此操作，风险自担。",
    "打开微信，",
    "点击底部的“发现”，",
    "使用“扫一扫”即可将网页分享至朋友圈。",
    "打开微信，点击底部的“发现”，使用“扫一扫”即可将网页分享至朋友圈。",
    "（责任编辑：1024）",
    "责任编辑：王 某",
    "【责任编辑：王某】",
    "（责任编辑：王某，李某某）",
    f"【郑重声明】{DISCLAIMER}",
    f"郑重声明　{DISCLAIMER}",
    "郑重声明：东方财富网发布此信息目的在于传播更多信息，与本网站立场无关。",
    "(责编：王某)",
    "[责编：王某]",
    "即可将网页分享至朋友圈。",
    "东方财富网发布此信息旨在传播更多信息",
    "炒股第一步，先开个股票账户",
    "炒股第一步，先开个股票账户，四大权益礼包，开户即送！",
    "在东方财富看资讯行情，选东方财富证券一站式开户交易",
    "在东方财富看资讯行情，选东方财富证券一站式开户交易＞＞",
    "主力资金加仓名单实时更新 APP内免费看",
    "【炒股第一步，先开个股票账户】>>",
    "四大权益礼包，开户即送",
    "炒股第一步，先开个股票账户 四大权益礼包，开户即送&gt;&gt;",
    "主力资金加仓名单实时更新，APP内免费看&gt;&gt;",
    "在东方财富看资讯行情，选东方财富证券一站式开户交易&gt;&gt;",
]
KEPT = [
    "郑重声明：本公司从未授权任何机构发行此产品。",
    "郑重声明：公司未以东方财富网发布此信息。",
    "打开微信支付，扫描二维码即可缴费。",
    "打开微信，扫码支付。",
    "责任编辑制度改革方案今日公布",
    "责任编辑：甲，乙二人因故离职，其工作由他人接替。",
    "责任编辑：王某，二人因故离职",
    "【郑重声明】本公司从未授权任何机构发行此产品。",
    "在东方财富看资讯行情，选东方财富证券的人更多了",
    "主力资金加仓名单实时更新，APP内免费看的人更多了",
    "点击底部的“发现”菜单，可以看到云岭股份的小程序。",
    "炒股第一步，先开个股票账户，这是许多新股民的想法。",
    "主力资金加仓名单实时更新的背后，是数据供应商的竞争。",
    "在东方财富看资讯行情的用户达到1亿。",
    "东方财富网发布此信息的目的在于传播更多信息，但监管部门要求其更正。公司随后致歉",
]


@pytest.mark.parametrize("line", LINES)
@pytest.mark.parametrize(
    "form",
    [
        "<p>{}</p>",
        "<div>\u3000\u3000{}</div>",
        "{}",
        "<p><strong>{}</strong></p>",
        "<p><a href=//a.example/>{}</a></p>",
    ],
)
def test_a_sentence_of_the_site_is_cut(line: str, form: str) -> None:
    assert clean(f"<p>文</p>{form.format(line)}") == "<p>文</p>"


@pytest.mark.parametrize("line", KEPT)
def test_a_sentence_that_begins_like_one_stays(line: str) -> None:
    assert clean(f"<p>文</p><p>{line}</p>") == f"<p>文</p>\n <p>{line}</p>"


def test_unknown_lines_among_them_stop_nothing() -> None:
    known = "".join(f"<p>{line}</p><p>另{at}</p>" for at, line in enumerate(LINES))
    assert clean(f"<p>文</p>{known}") == "\n ".join(["<p>文</p>", *(f"<p>另{at}</p>" for at in range(len(LINES)))])


@pytest.mark.parametrize(
    ("raw", "left"),
    [
        (f"<p>文<br>{DISCLAIMER}</p>", "<p>文</p>"),
        (f"<p>{DISCLAIMER}<br>文</p>", "<p>文</p>"),
        ("<p>一<br>（责任编辑：1024）<br>二</p>", "<p>一<br />二</p>"),
        ("<p><b>一<br>打开微信，</b><br>点击底部的“发现”</p>", "<p><b>一</b></p>"),
        ("<p>一<b><br>打开微信，</b>二</p>", "<p>一<b><br />打开微信，</b>二</p>"),
        ("<ul><li>一</li><li>责任编辑：1024</li></ul>", "<ul><li>一</li></ul>"),
        ("<p>责任<i>编</i>辑&#65306;<a>1024</a></p><p>文</p>", "<p>文</p>"),
        ("<p>责任<i>编</i>辑：<a>1024</a></p><p>文</p>", "<p>文</p>"),
        ("<p>责 任 编 辑：1024</p><p>文</p>", "<p>文</p>"),
        ("<p>文</p><pre> 责任编辑：1024</pre>", "<p>文</p>"),
        ("<p>文（责任编辑：1024）</p>", "<p>文（责任编辑：1024）</p>"),
    ],
)
def test_a_line_is_what_stands_between_ends_of_lines(raw: str, left: str) -> None:
    assert clean(raw) == left


@pytest.mark.parametrize(
    "box",
    [
        '<div class="abstract"><p>摘要</p></div>',
        '<p class="big abstract">摘要</p>',
        '<div class="ad_123">广告</div>',
        '<div class="ad_box big">广告</div>',
        '<div class="ad_right_2">广告</div>',
        '<div class="ad_300x250">广告</div>',
        '<p class="res-edit">（编辑工号：1024）</p>',
        '<div class="zwothers"><p>相关阅读</p></div>',
        '<img class="em_handle_adv_close" src="https://a.example/1.jpg">',
        '<a class="toplink" href="https://a.example/">下载</a>',
        '<a href="https://acttg.eastmoney.com/pub/1">开户</a>',
        '<div class="em_xuangu">选股</div>',
    ],
)
def test_a_box_of_the_site_is_cut(box: str) -> None:
    assert clean(f"<p>一</p>{box}<p>二</p>") == "<p>一</p>\n <p>二</p>"


@pytest.mark.parametrize(
    "class_", ["ad_hoc", "ad_vance", "ad", "lazyload", "abstraction", "abstract_painting", "res-editor", "load_123"]
)
def test_a_class_that_looks_like_one_stays(class_: str) -> None:
    assert clean(f'<div class="{class_}">文</div>') == "<p>文</p>"


@pytest.mark.parametrize(
    ("html", "rule"),
    [
        ("<script>a</script>", "never_shown"),
        ("<button>a</button>", "control"),
        ("<p hidden>a</p>", "hidden"),
        ("<video>a</video>", "player"),
        ('<div class="ad_1">a</div>', "advertising"),
        ('<div class="abstract">a</div>', "abstract"),
        ("<p>（责任编辑：1024）</p>", "editor"),
        (f"<p>{DISCLAIMER}</p>", "disclaimer"),
        ("<p>打开微信，</p>", "share"),
        ('<img src="https://webquoteklinepic.eastmoney.com/1">', "chart"),
        ("<!-- EM_StockImg_Start -->a<!-- EM_StockImg_End -->", "chart"),
    ],
)
def test_what_each_rule_cuts_is_counted(html: str, rule: str) -> None:
    assert cleaned(f"<p>文</p>{html}{html}") == ("<p>文</p>", Counter({rule: 2}))


def test_the_pipeline_counts_what_was_cut() -> None:
    crawler = get_crawler()
    CleanPipeline.from_crawler(crawler).process_item(
        Article(source="", id="", url="", family=ARTICLE, body="<p hidden>a</p><p>文</p>")
    )
    assert crawler.stats.get_value("finews/cleaned/hidden") == 1


@pytest.mark.parametrize(
    ("body_url", "link"), [("https://b.example/c/", "https://b.example/c/1.html"), ("", "https://a.example/1.html")]
)
def test_links_are_those_of_the_answer(body_url: str, link: str) -> None:
    item = Article(
        source="", id="", url="https://a.example/", family=ARTICLE, body="<a href=1.html>文</a>", body_url=body_url
    )
    body = CleanPipeline.from_crawler(get_crawler()).process_item(item).body
    assert body == f'<p><a href="{link}">文</a></p>'
