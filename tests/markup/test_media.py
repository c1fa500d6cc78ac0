import pytest

from finews_spider import dates
from finews_spider.items import Article
from pipelines.clean import clean
from pipelines.sanitize import sanitize
from pipelines.validate import ValidatePipeline, has_content
from tests.support import existing

BASE = "https://finance.eastmoney.com/a/1.html"
V, A = "https://a.example/1.mp4", "https://a.example/1.mp3"


@pytest.mark.parametrize(
    ("player", "link", "words"),
    [
        (f'<video src="{V}"></video>', V, "视频"),
        (f'<video controls poster="/1.jpg"><source src="{V}"><source src="/1.webm"></video>', V, "视频"),
        (f'<video><source src="data:,"><source src="{V}">您的浏览器不支持 video 标签。</video>', V, "视频"),
        (f'<video data-src="{V}"><p>Your browser does not support HTML5 video.</p></video>', V, "视频"),
        (f'<video src="{V}">云岭港<b>开港</b></video>', V, "云岭港开港"),
        (f'<video src="{V}" title="云岭港开港"></video>', V, "云岭港开港"),
        (f'<amp-video src="{V}"></amp-video>', V, "视频"),
        (f'<audio src="{A}">浏览器版本过低，无法播放</audio>', A, "音频"),
        (f'<audio><source src="{A}"></audio>', A, "音频"),
        ('<iframe src="https://a.example/1"></iframe>', "https://a.example/1", "页面"),
        ('<iframe src="//a.example/1" title="行情"><p>不支持</p></iframe>', "https://a.example/1", "行情"),
        (f'<iframe data-src="{V}"></iframe>', V, "视频"),
        (
            '<embed src="https://a.example/x.swf" type="application/x-shockwave-flash">',
            "https://a.example/x.swf",
            "视频",
        ),
        ('<embed src="https://a.example/1">', "https://a.example/1", "页面"),
        (f'<embed src="{A}">', A, "音频"),
        ('<object data="https://a.example/1.pdf"><p>下载报告</p></object>', "https://a.example/1.pdf", "下载报告"),
        (f'<object><param name="movie" value="{V}"><embed src="{V}"></object>', V, "视频"),
        ('<object data="/x.swf">请安装 Flash Player</object>', "https://finance.eastmoney.com/x.swf", "视频"),
        (f'<a href="https://a.example/"><video src="{V}"></video></a>', V, "视频"),
    ],
)
def test_a_player_leaves_a_link_to_what_it_played(player: str, link: str, words: str) -> None:
    assert clean(f"<p>一</p>{player}<p>二</p>", BASE) == f'<p>一</p>\n <p><a href="{link}">{words}</a></p>\n <p>二</p>'


@pytest.mark.parametrize(
    "words",
    [
        "您的浏览器不支持 video 标签",
        "您的浏览器版本过低，请升级后观看",
        "请升级您的浏览器",
        "当前浏览器暂不支持播放该视频",
        "请使用支持 HTML5 的浏览器观看",
        "您的瀏覽器不支援影片播放",
        "对不起，视频无法播放",
        "该视频暂不能播放",
        "不支持H5播放",
        "Your browser does not support the video tag.",
        "Sorry, your browser doesn’t support embedded videos",
        "This browser cannot play the video",
        "The video can't be played",
        "Please upgrade to a modern browser",
        "请先安装 Flash Player",
        "To view this video please enable JavaScript",
    ],
)
def test_that_something_cannot_be_played_is_no_word_of_a_player(words: str) -> None:
    assert clean(f'<p>一</p><video src="{V}">{words}</video>') == f'<p>一</p>\n <p><a href="{V}">视频</a></p>'


@pytest.mark.parametrize("words", ["云岭港开港现场", "浏览器大战二十年", "支持政策发布会", "Unsupervised: the talk"])
def test_what_a_player_shows_are_its_words(words: str) -> None:
    assert clean(f'<video src="{V}">{words}</video>') == f'<p><a href="{V}">{words}</a></p>'


@pytest.mark.parametrize(
    "player",
    [
        "<video>您的浏览器不支持</video>",
        '<video src="javascript:a()">Your browser doesn’t support this</video>',
        '<video src="blob:https://a.example/1"></video>',
        "<iframe></iframe>",
        '<iframe src="about:blank">藏</iframe>',
        '<iframe src="https://a.example/" width="0" height="0"></iframe>',
        '<iframe src="https://quote.eastmoney.com/frame/1"></iframe>',
        "<object>您的浏览器不支持</object>",
        f'<video src="{V}" style="display:none"></video>',
        f'<div style="visibility:hidden"><video src="{V}"></video></div>',
        "<embed>",
    ],
)
def test_a_player_that_played_nothing_leaves_nothing(player: str) -> None:
    assert clean(f"<p>一</p>{player}<p>二</p>", BASE) == "<p>一</p>\n <p>二</p>"


@pytest.mark.parametrize(
    "player",
    [
        f'<video src="{V}"></video>',
        f'<iframe src="{V}"></iframe>',
        f'<object data="{V}"></object>',
        f'<embed src="{V}">',
        f'<object><embed src="{V}"></object>',
    ],
)
def test_the_words_of_a_player_are_its_own_wherever_it_stands(player: str) -> None:
    link = f'<a href="{V}">视频</a>'
    assert clean(f'{player}文<p>二</p><embed src="https://a.example/2.mp4">').startswith(f"<p>{link}文</p>\n <p>二</p>")
    assert clean(f'<object></object>文<embed src="{V}">') == f"<p>文{link}</p>"


def test_what_follows_a_player_is_read() -> None:
    assert clean('<p>甲</p><embed src="x.swf"><p>乙</p>') == "<p>甲</p>\n <p>乙</p>"


def test_an_object_that_shows_nothing_shows_what_stands_in_it() -> None:
    assert clean("<p>一<object>二<b>三</b></object></p>") == "<p>一二<b>三</b></p>"


def test_an_article_that_is_a_video_is_an_article() -> None:
    article = next(iter(existing.articles(1)))
    article.body = sanitize(clean(f'<video src="{V}"></video><p class="em_media">（文章来源：某报）</p>'))
    assert has_content(article.body)
    assert isinstance(ValidatePipeline(dates.now).process_item(article), Article)
