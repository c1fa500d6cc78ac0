from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scrapy.utils.test import get_crawler

from finews_spider.items import Article
from finews_spider.markup.characters import MAX_LINE
from finews_spider.markup.parsing import MAX_BODY, MAX_TAGS, IncompleteBodyError
from finews_spider.newsroom.world import Story, World
from finews_spider.sources.eastmoney_ids import ARTICLE, FLASH, IDS
from pipelines.clean import BodyError, CleanPipeline, clean, escape_tag_openers
from pipelines.sanitize import sanitize

WORLD = World(300)
FORMS: dict[str, Callable[[Story], str]] = {"plain": WORLD.plain_body, "wrapped": WORLD.wrapped_body}

PICTURE = "https://dfscdn.dfcfw.com/download/D1.jpg"
CHART = '<img src="https://webquoteklinepic.eastmoney.com/GetPic.aspx?nid=0.002752" alt="K图 002752_0" />'
QUOTE = "http://quote.eastmoney.com/unify/r/1.600160"
DISCLAIMER = (
    "郑重声明：东方财富网发布此信息的目的在于传播更多信息，与本网站立场无关。东方财富网不保证该信息（包括但不限于文字、视频、音频、"
    "数据及图表）全部或者部分内容的准确性、真实性、完整性、有效性、及时性、原创性等。相关信息并未经过本网站证实，不对您构成任何投资"
    "决策建议，据此操作，风险自担。"
)
SOURCE_LINE = '<p class="em_media">（文章来源：泉州晚报）</p>'


@pytest.mark.parametrize(
    "kept",
    [
        SOURCE_LINE,
        "<p><strong>什么是HFO-1234yf</strong></p>",
        '<p style="text-align:center;">图片来源：霍尼韦尔官网</p>',
        '<p>报告：<a href="https://finance.eastmoney.com/a/202112302230672549.html">点击阅读报告全文</a></p>',
        "<p>《&lt;蒙特利尔议定书&gt;基加利修正案》</p>",
        '<table border="0"><tbody><tr><th>地区</th></tr><tr><td>云岭</td></tr></tbody></table>',
        "<ul><li>一</li><li>二</li></ul>",
        "<ol><li>一</li></ol>",
        "<h3>小标题</h3>",
        "<p>CO<sub>2</sub>，km<sup>2</sup></p>",
        "<blockquote>引文</blockquote>",
        "<p>一<br />二</p>",
    ],
)
def test_what_is_of_the_article_stays(kept: str) -> None:
    assert clean(kept) == kept


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        (
            f'<img src="{PICTURE}" alt="Image" width="395" style="padding:3px;" />',
            f'<img src="{PICTURE}" alt="Image" width="395" style="padding:3px;" />',
        ),
        (f'<img width="5" alt="" src="{PICTURE}">', f'<img src="{PICTURE}" alt="" width="5" />'),
        (f'<img src="{PICTURE}" height="9" border="0" title="a" id="b">', f'<img src="{PICTURE}" height="9" />'),
        (f'<img orginial_src="{PICTURE}" src="{PICTURE}">', f'<img src="{PICTURE}" />'),
        (f'<img src="/images/loading.gif" data-src="{PICTURE}">', f'<img src="{PICTURE}" />'),
        (f'<img data-original="{PICTURE}">', f'<img src="{PICTURE}" />'),
        (f'<img data-src="" src="{PICTURE}">', f'<img src="{PICTURE}" />'),
        (f'<img src="{PICTURE[6:]}">', f'<img src="{PICTURE}" />'),
        (f'<img data-src="{PICTURE[6:]}">', f'<img src="{PICTURE}" />'),
        (f'<img src=" {PICTURE}">', f'<img src="{PICTURE}" />'),
    ],
)
def test_a_picture_has_what_those_of_the_seed_have(raw: str, cleaned: str) -> None:
    assert clean(f"<center>{raw}</center>") == f"<center>{cleaned}</center>"


@pytest.mark.parametrize("src", ["", "/images/a.gif", "data:image/png;base64,AA", "javascript:a()", "file:///a"])
def test_a_picture_without_a_public_address_is_dropped(src: str) -> None:
    assert clean(f'<p>文</p><center><img src="{src}" /></center>') == "<p>文</p>"


@pytest.mark.parametrize(
    "chart",
    [
        '<!-- EM_StockImg_Start --><p style="text-align:center;">'
        f'<a href="{QUOTE}" class="EmImageRemark">{CHART}</a></p><!-- EM_StockImg_End -->',
        f"<!-- EM_StockImg_Start --><p>{CHART}</p><p>K图 002752_0</p><!-- EM_StockImg_End -->",
        f'<p style="text-align:center;"><a href="{QUOTE}" class="EmImageRemark">{CHART}</a></p>',
        CHART,
        f"<center>{CHART}</center>",
        CHART.replace("src=", "data-src="),
        CHART.replace("https:", ""),
    ],
)
def test_a_live_chart_is_dropped_whole(chart: str) -> None:
    assert clean(f"<p>一</p>{chart}<p>二</p>") == "<p>一</p>\n <p>二</p>"


def test_each_chart_ends_at_its_own_end() -> None:
    chart = "<!-- EM_StockImg_Start --><p>图</p><!-- EM_StockImg_End -->"
    assert clean(f"<p>一</p>{chart}<p>二</p>{chart}<p>三</p>") == "<p>一</p>\n <p>二</p>\n <p>三</p>"


def test_a_chart_without_an_end_takes_nothing_with_it() -> None:
    assert clean(f"<p>一</p><!-- EM_StockImg_Start -->{CHART}<p>二</p>") == "<p>一</p>\n <p>二</p>"


@pytest.mark.parametrize(
    "style", ["display:none;height:1px;overflow:hidden;", "DISPLAY : NONE", "color:red;display:none"]
)
def test_a_hidden_paragraph_is_dropped(style: str) -> None:
    assert clean(f'<p style="{style}">藏<br /></p><p>文</p>') == "<p>文</p>"


def test_a_hidden_paragraph_leaves_no_line_break() -> None:
    hidden = '<p style="display:none;height:1px;overflow:hidden;"><br /></p>'
    assert clean(f"{hidden}\n <p>\u3000\u3000文<br /></p>") == "<p>文</p>"


@pytest.mark.parametrize("end", ["<br />", "<br>", "<br /> <br />", "<br />\u3000\n"])
def test_a_line_break_at_the_end_of_a_paragraph_is_dropped(end: str) -> None:
    assert clean(f"<p>文{end}</p>") == "<p>文</p>"


@pytest.mark.parametrize(
    "wrapped",
    [
        f'<span id="stock_1.600160"><a href="{QUOTE}" class="keytip" data-code="1,600160">巨化股份</a></span>'
        '<span id="quote_1.600160"></span>',
        f'<span id="bk_90.BK0001"><a href="{QUOTE}" class="keytip">巨化股份</a></span>'
        '<span id="bkquote_90.BK0001"></span>',
        '<span id="Info.3"><a href="http://data.eastmoney.com/" class="infokey" target="_blank">巨化股份</a></span>',
        f'<span web="1" href="{QUOTE}" class="em_stock_key_common" data-code="1,600160">巨化股份</span>',
        f'<a href="{QUOTE}" class="em_stock_key_common">巨化股份</a>',
        '<span style="color:red">巨化<span>股份</span></span>',
        '<font color="red">巨化股份</font>',
        "巨化<span></span>股份",
    ],
)
def test_a_wrapper_is_taken_off_its_words(wrapped: str) -> None:
    assert clean(f"<p>其中，{wrapped}涨停。</p>") == "<p>其中，巨化股份涨停。</p>"


def test_a_wrapper_without_a_scheme_is_taken_off_its_words() -> None:
    assert clean(f'<p><a href="{QUOTE[5:]}" class="keytip">巨化股份</a></p>') == "<p>巨化股份</p>"


@pytest.mark.parametrize("href", ["#", "", "/a/1.html", "javascript:a()", "a.html"])
def test_a_link_to_nowhere_is_taken_off_its_words(href: str) -> None:
    assert clean(f'<p>见<a href="{href}">此</a>处</p>') == "<p>见此处</p>"


def test_a_link_without_a_scheme_gets_one() -> None:
    assert clean('<p><a href="//a.example/">此</a></p>') == '<p><a href="https://a.example/">此</a></p>'


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        ("<p>\u3000\u3000文</p>", "<p>文</p>"),
        ("<p>\n\u3000\u3000 &nbsp;文\u3000\u3000一\u3000</p>", "<p>文\u3000\u3000一</p>"),
        ("<p><br />\u3000\u3000文</p>", "<p>文</p>"),
        ("<p>\u3000\u3000<strong>\u3000\u3000文</strong></p>", "<p><strong>文</strong></p>"),
        ("<p><span>\u3000\u3000文</span></p>", "<p>文</p>"),
        (f'<p>\u3000\u3000<img src="{PICTURE}"></p>', f'<p><img src="{PICTURE}" /></p>'),
        ("<ul><li>\u3000文</li></ul>", "<ul><li>文</li></ul>"),
        ("\u3000\u3000文", "<p>文</p>"),
    ],
)
def test_an_indent_is_dropped(raw: str, cleaned: str) -> None:
    assert clean(raw) == cleaned


@pytest.mark.parametrize(
    "advertisement",
    [
        '<p><a class="toplink" href="https://finance.eastmoney.com/app/">下载</a></p>',
        '<p><a href="https://acttg.eastmoney.com/pub/1">开户</a></p>',
        '<div class="em_handle_adv_close"><a href="#">关闭</a></div>',
        '<div class="big em_handle_adv_close">关闭</div>',
        '<div class="ad_123"><p>请看</p></div>',
        '<div class="em_xuangu">选股</div>',
        "<p>\u3000\u3000在东方财富看资讯行情，选东方财富证券一站式开户交易&gt;&gt;</p>",
        "<p>主力资金加仓名单实时更新，APP内免费看&gt;&gt;</p>",
        "<p><strong>主力资金加仓名单实时更新</strong></p>",
    ],
)
def test_advertising_is_dropped(advertisement: str) -> None:
    assert clean(f"<p>一</p>{advertisement}<p>二</p>") == "<p>一</p>\n <p>二</p>"


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        ('<p class="lazyload">文</p>', "<p>文</p>"),
        ('<div class="advance">文</div>', "<p>文</p>"),
        ('<p class="res-editor">文</p>', "<p>文</p>"),
        ("<p>他说：在东方财富看资讯行情</p>", "<p>他说：在东方财富看资讯行情</p>"),
    ],
)
def test_what_only_looks_like_advertising_stays(raw: str, cleaned: str) -> None:
    assert clean(raw) == cleaned


@pytest.mark.parametrize(
    "after",
    [
        "<p>郑重声明：东方财富发布此内容旨在传播更多信息</p>",
        "<p>\u3000\u3000责任编辑：1024</p>",
        "<p>（责任编辑：1024）</p>",
        "<p>打开微信，点击底部的“发现”</p>",
        '<p class="res-edit">（编辑工号：1024）</p>',
        '<div class="zwothers"><p>相关阅读</p></div>',
        f"<div>{DISCLAIMER}</div>",
        f"<p>责任编辑：1024</p><p></p>\n<p>{DISCLAIMER}</p>",
    ],
)
def test_what_stands_after_the_body_is_dropped(after: str) -> None:
    assert clean(f"<p>文</p>{SOURCE_LINE}{after}") == f"<p>文</p>{SOURCE_LINE}"


def test_what_stands_after_the_body_without_a_paragraph_is_dropped() -> None:
    assert clean("<p>文</p>责任编辑：1024") == "<p>文</p>"


def test_what_stands_before_the_source_line_is_dropped() -> None:
    assert clean(f"<p>文</p><p>责任编辑：1024</p>{SOURCE_LINE}") == f"<p>文</p>{SOURCE_LINE}"


def test_such_words_in_the_middle_stay() -> None:
    assert clean("<p>打开微信，扫码支付。</p><p>文</p>") == "<p>打开微信，扫码支付。</p>\n <p>文</p>"


@pytest.mark.parametrize(
    "machinery",
    [
        '<script>document.write("<p>a</p>")</script>',
        "<style>p { color: red }</style>",
        "<iframe>a</iframe>",
        '<form action="/vote"><input /><button>投票</button><select><option>甲</select><textarea>乙</textarea></form>',
        "<noscript><p>a</p></noscript>",
        '<object data="a"></object>',
        "<template><p>a</p></template>",
        "<canvas>a</canvas><meter>a</meter><progress>a</progress><datalist><option>a</datalist>",
        "<title>a</title><link rel=a><meta name=a><base href=a>",
        "<noembed>a</noembed><noframes>a</noframes>",
        "<dialog>a</dialog><div popover>a</div>",
        "<rp>a</rp>",
        "<!-- <p>旧稿</p> -->",
        "<!---->",
        "<?php echo 1 ?>",
    ],
)
def test_machinery_is_dropped(machinery: str) -> None:
    assert clean(f"<p>一</p>{machinery}<p>二</p>") == "<p>一</p>\n <p>二</p>"


def test_words_around_machinery_stay() -> None:
    assert clean("<p>一<script>a()</script>二<!-- b -->三</p>") == "<p>一二三</p>"


def test_event_attributes_are_gone_after_sanitizing() -> None:
    assert sanitize(clean('<p onclick="a()" onmouseover="b()">文</p>')) == "<p>文</p>"


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        ("<div>文</div>", "<p>文</p>"),
        ("<div><div>一</div><div>二</div></div>", "<p>一</p>\n <p>二</p>"),
        ("<section>一<p>二</p>三</section>", "<p>一</p>\n <p>二</p>\n <p>三</p>"),
        (
            f'<figure><img src="{PICTURE}"><figcaption>图</figcaption></figure>',
            f'<p><img src="{PICTURE}" /></p>\n <p>图</p>',
        ),
    ],
)
def test_containers_dissolve_into_paragraphs(raw: str, cleaned: str) -> None:
    assert clean(raw) == cleaned


@pytest.mark.parametrize(
    "empty",
    [
        "<p></p>",
        "<p>\u3000&nbsp;\n</p>",
        "<p><br /></p>",
        "<p><strong></strong></p>",
        "<center> </center>",
        "<div></div>",
    ],
)
def test_empty_elements_are_dropped(empty: str) -> None:
    assert clean(f"<p>一</p>{empty}<p>二</p>") == "<p>一</p>\n <p>二</p>"


@pytest.mark.parametrize("body", ["", " \n", "\u3000", "<p></p>", "<!-- a -->", "<script>a()</script>", CHART])
def test_a_body_with_nothing_in_it_is_empty(body: str) -> None:
    assert clean(body) == ""


@pytest.mark.parametrize("body", ["<p>一</p>\n <p>二</p>", "<p>一</p><p>二</p>", " <p>一</p>\r\n\r\n<p>二</p> "])
def test_white_space_between_paragraphs_does_not_matter(body: str) -> None:
    assert clean(body) == "<p>一</p>\n <p>二</p>"


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        ("<p>一<p>二", "<p>一</p>\n <p>二</p>"),
        ("<p>一</div></p>", "<p>一</p>"),
        ("一<b>二", "<p>一<b>二</b></p>"),
        ("<p>1 < 2 & 3</p>", "<p>1 &lt; 2 &amp; 3</p>"),
        ("<html><body><p>一</p></body></html>", "<p>一</p>"),
        ("<p>一</p></body></html><p>二</p>", "<p>一</p>\n <p>二</p>"),
    ],
)
def test_broken_html_is_mended(raw: str, cleaned: str) -> None:
    assert clean(raw) == cleaned


def test_a_quote_too_many_in_a_tag_does_no_harm() -> None:
    body = '<p><a href="https://a.example/"" target="_blank">一</a>二</p><p>三</p>'
    assert sanitize(clean(body)) == '<p><a href="https://a.example/">一</a>二</p>\n <p>三</p>'


@pytest.mark.parametrize("body", ["<p>\u3000\u3000一\x01二</p>", "<p>\u3000\u3000一&#1;二</p>"])
def test_control_characters_are_dropped(body: str) -> None:
    assert clean(body) == "<p>一二</p>"


def test_a_doctype_alone_is_nothing() -> None:
    assert clean("<!DOCTYPE html>") == ""


@pytest.mark.parametrize("name", ["{a", "}a", "{a}b", "{}", "a:b", '"'])
def test_an_attribute_may_be_called_anything(name: str) -> None:
    assert clean(f"<p {name}=1><img {name}=1 src=https://a.example/1.jpg></p>") == (
        '<p><img src="https://a.example/1.jpg" /></p>'
    )


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        ("<p>a<b> </b>b</p>", "<p>a b</p>"),
        ("<p>5<strong><br></strong>10</p>", "<p>5<br />10</p>"),
        ("<p>5<a href='https://a.example/'> </a>10</p>", "<p>5 10</p>"),
        ("<div>5<div>10<div>20</div></div></div>", "<p>5</p>\n <p>10</p>\n <p>20</p>"),
        (
            "<table><tr><td>5<div>10<p>20</p></div></td></tr></table>",
            "<table><tbody><tr><td><p>5</p><p>10</p><p>20</p></td></tr></tbody></table>",
        ),
        ("<ul><li>a<p>&nbsp;</p>b</li></ul>", "<ul><li><p>a</p><p>b</p></li></ul>"),
        ("<h3>5<div>10</div></h3>", "<h3>5</h3>\n <h3>10</h3>"),
        ("<blockquote>5<br>10</blockquote>", "<blockquote>5<br />10</blockquote>"),
        ("<span style='display:block'>5</span><span style='display:flex'>10</span>", "<p>5</p>\n <p>10</p>"),
        ("<math><mfrac><mn>1</mn><mn>2</mn></mfrac></math>", "<p>1/2</p>"),
        ("<math><msup><mn>10</mn><mn>8</mn></msup></math>", "<p>10<sup>8</sup></p>"),
        (
            "<math><mmultiscripts><mn>5</mn><mn>2</mn><mn>3</mn></mmultiscripts></math>",
            "<p>5<sub>2</sub><sup>3</sup></p>",
        ),
        ("<math><mtable><mtr><mtd><mn>5</mn></mtd><mtd><mn>6</mn></mtd></mtr></mtable></math>", "<p>5  6</p>"),
        ("<math><mn>5</mn><mspace width='1em' /><mn>6</mn></math>", "<p>5  6</p>"),
        ("<svg><text>5</text><text>10</text></svg>", "<p>5  10</p>"),
    ],
)
def test_words_do_not_come_together(raw: str, cleaned: str) -> None:
    assert clean(raw) == cleaned


@pytest.mark.parametrize(
    ("formula", "written"),
    [
        ("<mn>12.5</mn><mo>%</mo>", "12.5%"),
        ("<mfrac><mrow><mn>1</mn><mo>+</mo><mn>2</mn></mrow><mn>3</mn></mfrac><mo>%</mo>", "(1+2)/3%"),
        ("<mfrac><mn>1</mn><mrow><mn>1</mn><mo>+</mo><mi>r</mi></mrow></mfrac>", "1/(1+r)"),
        ("<mfrac><mfrac><mn>1</mn><mn>2</mn></mfrac><mrow><mn>3</mn></mrow></mfrac>", "(1/2)/3"),
        ("<msqrt><mn>2</mn><mo>+</mo><mn>3</mn></msqrt><mn>4</mn>", "√(2+3)4"),
        ("<msqrt><mn>2</mn></msqrt>", "√2"),
        ("<mroot><mrow><mn>2</mn><mo>+</mo><mn>3</mn></mrow><mn>4</mn></mroot>", "√(2+3)<sup>4</sup>"),
    ],
)
def test_a_formula_keeps_its_figures_and_what_they_are_parts_of(formula: str, written: str) -> None:
    assert clean(f"<math>{formula}</math>") == f"<p>{written}</p>"


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        ("<ruby>中<rt>zhong</rt></ruby>国", "中（zhong）国"),
        ("<ruby>中<rp>(</rp><rt>zhong</rt><rp>)</rp></ruby>国", "中(zhong)国"),
        ("<ruby>中<rt></rt></ruby><ruby>国<rt>&nbsp;</rt></ruby>", "中国"),
    ],
)
def test_a_reading_stands_in_brackets_where_there_is_one(raw: str, cleaned: str) -> None:
    assert clean(raw) == f"<p>{cleaned}</p>"


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        ("<li>一</li>", "<p>一</p>"),
        ("<dd>一<p>二</p></dd>", "<p>一</p>\n <p>二</p>"),
        ("<ol start='3'><li value='5'>一</li></ol>", '<ol start="3"><li value="5">一</li></ol>'),
        ("<p><strike>一</strike></p>", "<p><s>一</s></p>"),
    ],
)
def test_rows_stand_in_lists_and_keep_their_numbers(raw: str, cleaned: str) -> None:
    assert clean(raw) == cleaned


@pytest.mark.parametrize("end", ["责任编辑制度改革方案今日公布", f"郑重声明：{'我公司从未发行此产品。' * 20}"])
def test_words_of_the_article_at_its_end_stay(end: str) -> None:
    assert clean(f"<p>文</p><p>{end}</p>") == f"<p>文</p>\n <p>{end}</p>"


@pytest.mark.parametrize("row", ["<li></li>", "<li> <br></li>", "<li><b></b></li>"])
def test_an_empty_row_of_a_list_goes(row: str) -> None:
    assert clean(f"<ul>{row}<li>文</li></ul>") == "<ul><li>文</li></ul>"


@given(st.lists(st.sampled_from(["<p>", "</p>", "<b>", "</b>", "<div>", "<table>", "<td>", "文", " ", "<br>", "<!--"])))
def test_cleaning_takes_any_soup_of_tags(tags: list[str]) -> None:
    with suppress(IncompleteBodyError):
        assert isinstance(clean("".join(tags)), str)


@pytest.mark.parametrize("form", FORMS)
def test_every_story_is_cleaned_to_the_byte(form: str) -> None:
    wrong = [story.number for story in WORLD if sanitize(clean(FORMS[form](story))) != WORLD.clean_body(story)]
    assert wrong == []


@pytest.mark.slow
@pytest.mark.parametrize("form", FORMS)
def test_a_clean_story_stays_as_it_is(form: str) -> None:
    cleaned = [sanitize(clean(FORMS[form](story))) for story in WORLD]
    assert [sanitize(clean(body)) for body in cleaned] == cleaned


@pytest.mark.slow
@pytest.mark.parametrize("form", FORMS)
def test_cleaning_twice_is_cleaning_once(form: str) -> None:
    cleaned = [clean(FORMS[form](story)) for story in WORLD]
    assert [clean(body) for body in cleaned] == cleaned


@pytest.mark.parametrize("body", ["文<br>", "<p>一</p><br>"])
def test_stray_text_is_trimmed_at_once(body: str) -> None:
    assert clean(clean(body)) == clean(body)


def test_the_pipeline_cleans_the_body() -> None:
    item = Article(source="", id="", url="", family=ARTICLE, body="<p>\u3000\u3000文</p>")
    assert CleanPipeline.from_crawler(get_crawler()).process_item(item).body == "<p>文</p>"


@pytest.mark.parametrize("name", ["title", "media_name", "digest"])
def test_the_pipeline_puts_texts_on_one_line(name: str) -> None:
    item = Article(source="", id="", url="", family=ARTICLE)
    setattr(item, name, "\u3000一\r\n\t二  三\u00a0")
    assert getattr(CleanPipeline.from_crawler(get_crawler()).process_item(item), name) == "一 二  三"


@pytest.mark.parametrize(("body", "count"), [("<p>\u3000文</p>", 1), ("<p>文</p>", None), ("", None)])
def test_the_pipeline_counts_what_it_changed(body: str, count: int | None) -> None:
    crawler = get_crawler()
    CleanPipeline.from_crawler(crawler).process_item(Article(source="", id="", url="", family=ARTICLE, body=body))
    assert crawler.stats.get_value("finews/cleaned") == count


def test_a_body_that_nests_too_deep_to_be_read_whole_is_refused() -> None:
    with pytest.raises(IncompleteBodyError, match="nested too deep"):
        clean("<p>一</p>" + "<div>" * 300 + "二" + "</div>" * 300 + "<p>三</p>")


@pytest.mark.parametrize("id_", ["NW202112302230672549", "202112302230672549"])
def test_of_a_body_that_cannot_be_read_whole_nothing_is_written(id_: str) -> None:
    item = Article(
        source="", id=id_, url="https://a.example/", family=IDS.family(id_), digest="要", body="<div>" * 300 + "文"
    )
    with pytest.raises(BodyError, match=r"https://a\.example/: body cannot be read whole, it is nested too deep"):
        CleanPipeline.from_crawler(get_crawler()).process_item(item)


def test_a_body_may_nest_deep() -> None:
    assert "三" in clean("<p>一</p>" + "<div>" * 200 + "二" + "</div>" * 200 + "<p>三</p>")


def test_charts_that_never_end_drop_nothing() -> None:
    assert clean("<!-- EM_StockImg_Start -->" * 5_000 + "<p>文</p>") == "<p>文</p>"


@pytest.mark.parametrize("body", ["<p>文" + "<br>" * 5000 + "</p>", "<p>" + "<br>" * 5000 + "文</p>"])
def test_any_number_of_line_breaks_goes(body: str) -> None:
    assert clean(body) == "<p>文</p>"


def test_an_element_that_is_hidden_by_its_attribute_goes() -> None:
    assert clean("<p>一</p><p hidden>二</p>") == "<p>一</p>"


def test_a_hidden_line_across_goes() -> None:
    assert clean('<p>一</p><div style="visibility:hidden"><hr>二</div><hr>') == "<p>一</p>\n <hr />"


SOUP = st.lists(
    st.sampled_from(
        "<p> </p> <b> </b> <div> </div> <table> </table> <tr> <td> <caption> <center> <br> <ul> <li> <a&href=a>"
        " <a&href=//a.example/> <img&src=//a.example/1.jpg> <svg> </svg> <math> <button> <xmp> <plaintext> </body>"
        ' <!-- --> <p&hidden> <p&class=em_media> <x-y> <a"b> 文 责任编辑 在东方财富看资讯行情 &nbsp; \u3000 \x00 &#0;'
        " &#x202e; \u202e & <!--EM_StockImg_Start--> <img&data-original=//webquoteklinepic.eastmoney.com/>".split(" ")
    ).map(lambda entry: entry.replace("&", " ") if entry.startswith("<") else entry)
).map("".join)


@given(SOUP)
def test_cleaning_anything_twice_is_cleaning_it_once(soup: str) -> None:
    assert clean(clean(soup)) == clean(soup)


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        ("<p>一</p></body></html>二", "<p>一</p>\n <p>二</p>"),
        ("<p>一</p><plaintext>二<p>", "<p>一</p>\n <pre>二&lt;p&gt;</pre>"),
        ('<p>一<custom-element a"b=1>二</custom-element></p>', "<p>一二</p>"),
        ('<p a"b="1" onclick=c>一</p><p>二</p>', "<p>一</p>\n <p>二</p>"),
        ("<p>一<button>二</button></p>", "<p>一</p>"),
        ("<p>一</p><template><p>二</p></template><textarea>三</textarea>", "<p>一</p>"),
        ("<div>在东方财富看资讯行情</div><p>一</p>", "<p>一</p>"),
        (f"<p>一</p><img data-original={CHART[10:80]}>", "<p>一</p>"),
    ],
)
def test_what_a_parser_reads_in_another_way_is_cleaned_at_once(raw: str, cleaned: str) -> None:
    assert clean(raw) == cleaned


@pytest.mark.parametrize(
    "char",
    [*"\ufffe\ud800\x1b\x85\x9b\u202e\u2066", "&#xFFFE;", "&#8238;", "&#x00202E", "&&#1;#1;"],
)
def test_what_a_page_or_a_feed_cannot_have_is_dropped(char: str) -> None:
    assert clean(f"<p>一{char}二</p>") == f"<p>一{'&amp;#1;' if char[0] == char[1:2] else ''}二</p>"


@pytest.mark.parametrize("reference", ["&#x1F4C8;", "&#25991;", "&#" + "0" * 5_000 + "65;"])
def test_other_references_are_read(reference: str) -> None:
    assert clean(f"<p>一{reference}</p>") in ("<p>一\U0001f4c8</p>", "<p>一文</p>", "<p>一A</p>")


@pytest.mark.parametrize("piece", ["文", "<b>文</b>", "<", "&", "{", "<p>"])
def test_a_body_that_is_too_long_is_refused(piece: str) -> None:
    with pytest.raises(IncompleteBodyError, match="longer than"):
        clean(piece * (MAX_BODY // len(piece) + 1))


@pytest.mark.parametrize("piece", ["<b>文</b>", "<p>", "<!---->"])
def test_a_body_of_too_many_tags_is_refused(piece: str) -> None:
    with pytest.raises(IncompleteBodyError, match="of more than 30000 tags"):
        clean(piece * (MAX_TAGS + 1))


@pytest.mark.slow
@pytest.mark.parametrize(
    "piece",
    [
        *("<html ", "<!doctype ", "<span>一</span>二", "<div><p>一</p></div>", "<b hidden>一</b>二", "<b></b>二"),
        *(
            "<img src=a>二",
            "<a href=a>一</a>二",
            "<b class=toplink>一</b>二",
            "<p>在东方财富看资讯行情</p>二",
            "<b><p>一</p></b>",
            "<a href=//a.example/>一",
            "<ruby>一<rt>二",
            "<!-- EM_StockImg_Start -->二",
            "<video src=//a.example/1>一</video>",
            "<p style='display:none;/*'>二",
            "<noscript><img src=a></noscript>",
        ),
    ],
)
def test_a_long_body_takes_no_longer_than_it_is(piece: str) -> None:
    """With the square of its length it would take minutes."""
    with suppress(IncompleteBodyError):
        assert isinstance(clean(piece * min(MAX_BODY // 2 // len(piece), MAX_TAGS // piece.count("<"))), str)


@pytest.mark.parametrize("name", ["title", "media_name"])
def test_a_title_opens_no_tag_whatever_a_layout_does(name: str) -> None:
    item = Article(source="", id="", url="", family=ARTICLE)
    setattr(item, name, "<b>一</b><\x00!--")
    assert getattr(CleanPipeline.from_crawler(get_crawler()).process_item(item), name) == "＜b>一＜/b>＜!--"


@pytest.mark.parametrize("title", ["《<蒙特利尔议定书>修正案》", "A < B", "市盈率<30倍", "<<一>>", "1<2"])
def test_a_sign_that_opens_no_tag_stays(title: str) -> None:
    assert escape_tag_openers(title) == title


def test_a_digest_loses_its_title_whatever_that_holds() -> None:
    item = Article(source="", id="202112302230672549", url="", family=FLASH, title="<b>一", digest="【<b>一】二")
    assert CleanPipeline.from_crawler(get_crawler()).process_item(item).digest == "二"


def test_a_title_that_is_too_long_is_none() -> None:
    item = Article(source="", id="", url="", family=ARTICLE, title="一" * (MAX_LINE + 1))
    assert CleanPipeline.from_crawler(get_crawler()).process_item(item).title == ""
