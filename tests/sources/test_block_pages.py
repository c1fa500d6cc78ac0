"""What stands in place of an answer, and what only looks like it."""

import json

import pytest

from finews_spider.items import Article, ArticleRef
from finews_spider.sources.base import AbsentError, BlockedError, Listing, ListingPage, Route, UnreadableError
from finews_spider.sources.block_pages import MAX_LENGTH, MAX_VISIBLE, block_page
from finews_spider.sources.eastmoney_ids import IDS
from tests.sources.test_eastmoney import API, EASTMONEY, NEWS, REF, column, column_page
from tests.sources.test_finews import FINEWS
from tests.support.nonempty import nonempty

SCRIPT = "<script>document.cookie='acw_sc__v2=1';location.reload()</script>"
STORY = "记者获悉，手机短信验证码诈骗多发，用户登录后账户被盗，访问频繁的页面要求安全验证。" * 8


def html(body: str, title: str = "") -> str:
    return f"<!DOCTYPE html><html><head><meta charset=utf-8><title>{title}</title></head><body>{body}</body></html>"


@pytest.mark.parametrize(
    "text",
    [
        html("<p>请完成安全验证</p>"),
        html("<div>为了您的账号安全，请拖动下方滑块</div>", "滑动验证页面"),
        html("<img src=/code.gif><input name=code>请输入图中的验证码"),
        html(SCRIPT + "<div id=nc>请稍候</div>", "人机验证 - 东方财富网"),
        html("<h1>Verify you are human</h1>", "Just a moment..."),
        html("<noscript>Please enable JavaScript and cookies to continue</noscript>"),
        json.dumps({"code": "-1", "message": "请完成人机验证", "data": None}),
    ],
)
def test_a_captcha_page_is_known(text: str) -> None:
    assert block_page(text) == "captcha page"


@pytest.mark.parametrize(
    "text",
    [
        html("<h1>您的访问过于频繁，请稍后再试</h1>"),
        html("<p>抱歉，您的请求疑似攻击行为，已被网站防火墙拦截。事件ID：7f3a，时间：2026-11-22 10:00:00</p>", "405"),
        html("<h1>403 Forbidden</h1><hr>nginx", "403 Forbidden"),
        html("Access Denied. Reference #18.2f", "Access Denied"),
        "操作频繁，请稍后再试",
        json.dumps({"rc": 0, "me": "访问频繁"}, ensure_ascii=True),
        'jQuery1_2({"code":"403","message":"IP被限制","data":null})',
    ],
)
def test_a_block_page_is_known(text: str) -> None:
    assert block_page(text) == "block page"


@pytest.mark.parametrize(
    "text",
    [
        html("<form><input name=user><input type=password><button>进入</button></form>欢迎"),
        html("<p>手机号</p><p>密码</p>", "用户登录 - 东方财富通行证"),
        html("<form><input name=a></form>", "用户登录"),
        html("<p>该文章登录后可查看全文</p>"),
        "<html>登录</html>",
        html("Please log in to continue", "Sign in"),
        json.dumps({"code": 401, "msg": "请先登录"}),
    ],
)
def test_a_login_page_is_known(text: str) -> None:
    assert block_page(text) == "login page"


@pytest.mark.parametrize(
    "text", ["", " \n", "<html></html>", html(""), html(SCRIPT), html("<div id=app></div>", "资讯")]
)
def test_a_page_that_shows_nothing_is_known(text: str) -> None:
    assert block_page(text) == "empty page"


@pytest.mark.parametrize(
    "text",
    [
        html(f"<h1>短信验证码诈骗多发</h1><p>{STORY}</p>", "短信验证码诈骗多发"),
        html("<a href=/login>登录</a> <a>注册</a> <a>首页</a>" + "<p>央行开展逆回购操作。</p>" * 30, "快讯"),
        html(
            "<p>央行今日开展1000亿元逆回购操作，中标利率持平，业内人士认为流动性充裕。</p>",
            "多地上线人机验证 黄牛抢票被拦截",
        ),
        html("<h1>此域名可以出售</h1>", "example.com"),
        html("<li>郑重声明</li>"),
        json.dumps({"data": {"Title": "短信验证码诈骗", "Text": "请登录"}}),
        json.dumps({"code": "0", "message": "参数错误: req_trace", "data": None}),
        json.dumps(["验证码"]),
        "{",
        "[" * 100_000,
        "callback({)",
        'callback({"data":{"Text":"<p>请输入验证码</p>"}})',
    ],
)
def test_another_answer_is_none(text: str) -> None:
    assert block_page(text) == ""


def test_what_is_long_is_none_however_often_it_says_so() -> None:
    assert block_page("请登录" * (MAX_VISIBLE // 3)) == "login page"
    assert block_page("请登录" * (MAX_VISIBLE // 3) + "。") == ""
    assert block_page(html("请登录") + " " * MAX_LENGTH) == ""


def page(url: str) -> str:
    """An article that tells of captchas, as each route would give it."""
    if "/content/getnews" in url:
        return json.dumps({"news": {**NEWS, "title": "验证码", "body": "<p>请登录</p>"}})
    if "/api/article/" in url:
        return json.dumps({"data": {**API, "Art_Title": "请输入验证码", "Art_Content": "<p>访问频繁</p>"}})
    if "GetNewsText" in url:
        return json.dumps({"text": "<p>请完成安全验证</p>", "Title": "人机验证"})
    if "/a/" in url:
        return html("<div class=newsContent><h1>登录</h1><div id=ContentBody><p>请先登录</p></div></div>", "登录")
    return html("<section><h1>验证码</h1><p>请输入验证码</p></section>", "安全验证")


def test_an_article_that_tells_of_captchas_is_read_by_every_route() -> None:
    post = ArticleRef(source="finews", id=REF.id, url=f"{FINEWS.site}/x/2021/12/30/{REF.id}.html")
    routes = [*EASTMONEY.routes(REF), *FINEWS.routes(post)]
    assert len(routes) >= 6
    for route in nonempty(routes):
        assert route.read(page(route.url)).body, route.name


def test_routes_and_listings_say_what_stands_in_place_of_the_answer() -> None:
    post = ArticleRef(source="finews", id=REF.id, url=f"{FINEWS.site}/x/2021/12/30/{REF.id}.html")
    either: list[Route | Listing] = [*EASTMONEY.routes(REF), *FINEWS.routes(post), column()]
    for entry in either:
        with pytest.raises(BlockedError, match=r"^captcha page$"):
            entry.read(html("请输入验证码"))


def test_an_answer_of_another_shape_is_unreadable_as_ever() -> None:
    with pytest.raises(UnreadableError) as caught:
        column().read(column_page().replace('"list"', '"rows"'))
    assert not isinstance(caught.value, BlockedError)


def test_null_data_are_an_absent_article_unless_the_answer_says_that_it_was_blocked() -> None:
    route = EASTMONEY.routes(REF)[0]
    with pytest.raises(AbsentError):
        route.read(json.dumps({"me": "未找到", "data": None}))
    with pytest.raises(BlockedError):
        route.read(json.dumps({"me": "访问频繁", "data": None}))


def test_a_readable_answer_is_not_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("finews_spider.sources.base.block_page", None)
    article = Article(source="a", id=REF.id, url="", family=IDS.family(REF.id))
    assert Route("a", "", lambda text: article).read("请输入验证码") is article
    assert Listing("a", "", lambda text: ListingPage()).read("") == ListingPage()
