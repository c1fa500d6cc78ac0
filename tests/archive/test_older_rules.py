"""What 0.1.0 kept of a body: a post of its making is written again if this differs from what it wrote."""

import pytest

from finews_spider.archive.older_rules import seen_by_0_1_0

CHART = "webquoteklinepic.eastmoney.com/GetPic.aspx?nid=1.600160"


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("", ""),
        ("<p>文 字</p>\n<p>&nbsp;句</p>", "文字句"),
        ("<p>文</p></body></html><p>字</p>", "文字"),
        # What is no text, and what comes after it.
        ("文<script>1</script>字<!-- 评 -->句<svg><text>图</text></svg>", "文字句"),
        ("文<p hidden>隐</p>字<p style='DISPLAY : none'>藏</p>句", "文字句"),
        # Advertising.
        ('文<div class="ad_1">广告</div>字<p class="ad_1">句</p>', "文字句"),
        ('文<p class="a toplink">广告</p>字<a href="https://acttg.eastmoney.com/1">广告</a>句', "文字句"),
        (
            "文<p> 在东方财富看资讯行情，选东方财富</p>字<div>主力资金加仓名单实时更新</div>",
            "文字主力资金加仓名单实时更新",
        ),
        # Charts, between comments.
        ("<p>文<!--EM_StockImg_Start--><b>图</b><i>图</i><!--EM_StockImg_End--><b>字</b></p>", "文字"),
        ("<p>文<!--EM_StockImg_Start--><b>图</b><!-- 评 --><i>图</i><!--EM_StockImg_End-->字</p>", "文字"),
        ("<p>文<!-- 评 --><b>字</b></p>", "文字"),
        ("<p>文<!----><b>字</b></p>", "文字"),
        ("<!-- 评 --><p>文</p>", "文"),
        # Endings: the last paragraphs, but for the one that names the medium.
        ("<p>文</p><p>郑重声明：字</p>", "文"),
        ("<p>文</p><p>（责任编辑：某）</p><p>打开微信</p>", "文"),
        ('<p>文</p><p>责任编辑:某</p><p class="em_media">来源</p><p></p>', "文来源"),
        ("<div><section><p>文</p><p>责任编辑：某</p></section></div>", "文"),
        ("<p>责任编辑：某</p><p>文</p>", "责任编辑：某文"),
        ("<p>文</p><div>责任编辑：某</div>", "文责任编辑：某"),
        ("<p><b>责任编辑：</b></p>", ""),
        ("<p>文</p><p>责任编辑：某</p>字", "文字"),
        ("<p>文</p><p>本文责任编辑：某</p>", "文本文责任编辑：某"),
        (f"<p>文</p><p>郑重声明{'字' * 196}</p>", "文"),
        (f"<p>文</p><p>郑重声明{'字' * 197}</p>", f"文郑重声明{'字' * 197}"),
    ],
)
def test_text(body: str, text: str) -> None:
    assert seen_by_0_1_0(body) == (text, [])


@pytest.mark.parametrize(
    ("image", "sources"),
    [
        ('<img src="https://a.example/1.png?w=5">', ["//a.example/1.png"]),
        ('<img src="//a.example/1.png">', ["//a.example/1.png"]),
        ('<img src="wait.gif" data-src=" http://a.example/1.png ">', ["//a.example/1.png"]),
        ('<img src="//a.example/2.png" orginial_src="//a.example/1.png" data-src="">', ["//a.example/1.png"]),
        ('<img src="/1.png"><img src="data:image/png;base64,AA"><img>', []),
        (f'<img src="https://{CHART}"><img src="//a.example/wait.gif" data-original="//{CHART}">', []),
        (f'<img alt="{CHART}" src="//a.example/1.png">', ["//a.example/1.png"]),
        ('<!--EM_StockImg_Start--><img src="//a.example/1.png"><!--EM_StockImg_End-->', []),
    ],
)
def test_pictures(image: str, sources: list[str]) -> None:
    assert seen_by_0_1_0(f"<p>文{image}</p>") == ("文", sources)


def test_what_holds_a_chart_is_not_lost_with_it() -> None:
    assert seen_by_0_1_0(f'<p>文</p><a src="//{CHART}">字</a>') == ("文字", [])
