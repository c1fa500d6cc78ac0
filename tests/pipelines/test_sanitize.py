import re
from html import escape

import nh3
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scrapy.utils.test import get_crawler

from finews_spider.items import Article
from finews_spider.markup.allowlist import ATTRIBUTES, TAGS
from finews_spider.markup.text import visible
from finews_spider.newsroom.world import World
from finews_spider.sources.eastmoney_ids import ARTICLE
from pipelines.clean import clean
from pipelines.sanitize import SanitizePipeline, sanitize

STYLE = "border:#d1d1d1 1px solid;padding:3px;margin:5px 0;"
PICTURE = f'<img src="https://a.example/1.jpg" alt="Image" width="395" style="{STYLE}" />'
CODE = "script style iframe form noscript object svg math template textarea select title".split()
SOUP = st.lists(
    st.sampled_from(
        "<p> </p> <b> </b> <div> <table> <tr> <td> <center> <br> <script> </script> <svg> </svg> <!-- --> 文 < > & \" '"
        " {{ <a&#32;href='javascript:a()'> </a> <img&#32;src=x&#32;onerror=a()> <p&#32;onclick=a()> <noembed> <xmp>"
        " <plaintext> <math> <style> </style> <template>".split()
    ).map(lambda entry: entry.replace("&#32;", " "))
).map("".join)


VOID = frozenset({"br", "col", "hr", "img"})
LINK = """a href='https://a.example/"?a=1&b=2'"""


def element(tag: str, inner: list[str]) -> str:
    return f"<{tag}>{''.join(inner)}</{tag.split()[0]}>"


# Elements that a post may hold, and some more, in any order; a parser may move words out of a table, but drops none.
WORDS = st.text("文章乙丙abc12 ，。&<>\"'{}%*_#-\u3000\u00a0\n", max_size=8).map(escape) | st.sampled_from(
    ["&nbsp;", "&ldquo;文&rdquo;", "&#8226;", "&copy", "&amp;nbsp;"]
)
NESTED = st.recursive(
    WORDS | st.sampled_from(["<br>", "<hr>", "<col>", """<img src='https://a.example/1.jpg' alt='"文"&nbsp;<'>"""]),
    lambda inner: st.builds(
        element, st.sampled_from([*sorted(TAGS - VOID), "div", "span", "x-y", LINK]), st.lists(inner, max_size=4)
    ),
    max_leaves=12,
)


@pytest.mark.parametrize(
    "kept",
    [
        "<p>文</p>",
        f"<center>{PICTURE}</center>",
        '<p class="em_media">（文章来源：泉州晚报）</p>',
        '<p style="text-align:center;">图</p>',
        '<p><a href="https://a.example/?a=1&amp;b=2">链</a></p>',
        '<p><a href="mailto:a@a.example">信</a></p>',
        '<table border="0"><tbody><tr><th colspan="2">一</th><td rowspan="2">二</td></tr></tbody></table>',
        '<table><tbody><tr><td style="text-align:right;">文</td></tr></tbody></table>',
        "<ul><li>一</li></ul>",
        "<p>《&lt;议定书&gt;》R&amp;D</p>",
        "<p>CO<sub>2</sub></p>",
        "<h3>题</h3>",
        "<blockquote>引</blockquote>",
    ],
)
def test_what_a_post_may_hold_stays(kept: str) -> None:
    assert sanitize(kept) == kept


@pytest.mark.parametrize("tag", CODE)
def test_code_goes_with_its_content(tag: str) -> None:
    assert sanitize(f"<p>一</p><{tag}>a()</{tag}>") == "<p>一</p>"


@pytest.mark.parametrize(
    ("raw", "safe"),
    [
        ("<svg><script>alert(1)</script></svg>文", "<p>文</p>"),
        ("<svg><p>a</p></svg><p>文</p>", "<p>a</p>\n <p>文</p>"),
        ("<math><mi>a</mi></math>文", "<p>文</p>"),
        ("<p>一<script>a()</script>二</p>", "<p>一二</p>"),
        ("<script><p>a</p>", ""),
        ("<!-- <script>a()</script> --><p>文</p>", "<p>文</p>"),
    ],
)
def test_nothing_of_code_is_left(raw: str, safe: str) -> None:
    assert sanitize(raw) == safe


@pytest.mark.parametrize("tag", ["div", "span", "section", "font", "video", "button", "details", "marquee"])
def test_an_element_that_is_not_allowed_leaves_its_words(tag: str) -> None:
    assert sanitize(f"<p>一</p><{tag}>二</{tag}>") == "<p>一</p>\n <p>二</p>"


@pytest.mark.parametrize("tag", ["meta http-equiv=refresh", 'base href="https://a.example/"', "link href=a", "input"])
def test_a_void_element_that_is_not_allowed_leaves_nothing(tag: str) -> None:
    assert sanitize(f"<{tag}><p>文</p>") == "<p>文</p>"


@pytest.mark.parametrize(
    "attribute",
    ['onclick="a()"', 'class="lazyload"', 'id="a"', 'dir="rtl"', 'data-a="b"', 'style="position:fixed"'],
)
def test_an_attribute_that_is_not_allowed_goes(attribute: str) -> None:
    assert sanitize(f"<p {attribute}>文</p>") == "<p>文</p>"


@pytest.mark.parametrize("attribute", ['title="a"', 'lang="en"'])
def test_an_attribute_that_no_element_is_allowed_goes(attribute: str) -> None:
    assert sanitize(f"<p {attribute}>文</p>") == "<p>文</p>"


@pytest.mark.parametrize("attribute", ["onerror=a()", "srcset=a", "data-src=a", "loading=lazy", 'class="a"'])
def test_an_attribute_of_a_picture_that_is_not_allowed_goes(attribute: str) -> None:
    assert sanitize(f'<p><img src="https://a.example/1.jpg" {attribute}></p>') == (
        '<p><img src="https://a.example/1.jpg" /></p>'
    )


@pytest.mark.parametrize("attribute", ["target=_blank", "rel=nofollow", "class=keytip", "ping=a", "download"])
def test_an_attribute_of_a_link_that_is_not_allowed_goes(attribute: str) -> None:
    assert sanitize(f'<p><a href="https://a.example/" {attribute}>链</a></p>') == (
        '<p><a href="https://a.example/">链</a></p>'
    )


def test_the_source_line_keeps_its_own_class_only() -> None:
    assert sanitize('<p class="big em_media">文</p>') == '<p class="em_media">文</p>'


@pytest.mark.parametrize(
    "href",
    [
        "javascript:a()",
        " JavaScript:a()",
        "java&#10;script:a()",
        "&#106;avascript:a()",
        "data:text/html,a",
        "vbscript:a",
        "file:///a",
        "tel:1",
        "ftp://a.example/",
    ],
)
def test_a_link_of_another_scheme_leads_nowhere(href: str) -> None:
    assert sanitize(f'<p><a href="{href}">链</a></p>') == "<p>链</p>"


@pytest.mark.parametrize("scheme", ["http", "https", "HTTPS"])
def test_a_picture_comes_over_http(scheme: str) -> None:
    picture = f'<p><img src="{scheme}://a.example/1.jpg" /></p>'
    assert sanitize(picture) == picture


@pytest.mark.parametrize(
    "src", ["javascript:a()", "data:image/png;base64,AA", "mailto:a@a.example", "//a.example/1.jpg", "/1.jpg", "1.jpg"]
)
def test_a_picture_comes_from_nowhere_else(src: str) -> None:
    assert sanitize(f'<p>文<img src="{src}"></p>') == "<p>文</p>"


@pytest.mark.parametrize(
    ("style", "left"),
    [
        ("text-align:center;", "text-align:center;"),
        ("text-align: center", "text-align:center;"),
        ("TEXT-ALIGN:CENTER", "text-align:center;"),
        ("position:fixed;text-align:left;top:0", "text-align:left;"),
        (";;text-align:left;;", "text-align:left;"),
    ],
)
def test_a_style_is_what_is_allowed_in_it(style: str, left: str) -> None:
    assert sanitize(f'<p style="{style}">文</p>') == f'<p style="{left}">文</p>'


@pytest.mark.parametrize(
    "style",
    [
        "",
        "color:red",
        "border:1px solid",
        "text-align:expression(a())",
        "text-align:url(https://a.example/)",
        "text-align:c\\65nter",
        "text-align:/**/left",
        "text-align",
    ],
)
def test_a_style_with_nothing_allowed_in_it_goes(style: str) -> None:
    assert sanitize(f'<p style="{style}">文</p>') == "<p>文</p>"


@pytest.mark.parametrize(
    "value", ["-99px", "999px", "9999999", "5vw", "calc(9px)", "9px!important", "var(--a)", "9 px9"]
)
def test_a_picture_lies_over_nothing(value: str) -> None:
    assert "style" not in sanitize(f'<p><img src="https://a.example/1.jpg" style="margin:{value}" /></p>')


@pytest.mark.parametrize("style", ["margin:0 auto;", "padding:1.5em 10%;", "border:#d1d1d1 1px solid;", "border:0;"])
def test_a_picture_may_have_room_and_a_border(style: str) -> None:
    picture = f'<p><img src="https://a.example/1.jpg" style="{style}" /></p>'
    assert sanitize(picture) == picture


def test_the_style_of_a_picture_is_that_of_the_seed() -> None:
    raw = f'<center><img src="https://a.example/1.jpg" style="{STYLE}background:url(a);width:100%" /></center>'
    assert sanitize(raw) == f'<center><img src="https://a.example/1.jpg" style="{STYLE}" /></center>'


@pytest.mark.parametrize("raw", ["<p>一<br>二</p>", "<p>一<br/>二</p>", "<p>一<br />二</p>"])
def test_void_elements_are_written_as_in_the_seed(raw: str) -> None:
    assert sanitize(raw) == "<p>一<br />二</p>"


def test_a_rule_is_written_as_in_the_seed() -> None:
    assert sanitize("<hr>") == "<hr />"


@pytest.mark.parametrize(
    ("raw", "safe"),
    [
        ("文", "<p>文</p>"),
        ("一<p>二</p>三", "<p>一</p>\n <p>二</p>\n <p>三</p>"),
        ("<b>一</b>二<p>三</p>", "<p><b>一</b>二</p>\n <p>三</p>"),
        ("一 &lt;b&gt; 二", "<p>一 &lt;b&gt; 二</p>"),
        ("<b><p>一</p></b>", "<p><b>一</b></p>"),
    ],
)
def test_stray_text_stands_in_a_paragraph(raw: str, safe: str) -> None:
    assert sanitize(f"<div>{raw}</div>") == sanitize(clean(raw)) == safe


@pytest.mark.parametrize(
    ("raw", "safe"),
    [
        ("<p>文", "<p>文</p>"),
        ("<p>一</div>二</p>", "<p>一二</p>"),
        ("<table><tr><td>文", "<table><tbody><tr><td>文</td></tr></tbody></table>"),
        ("<ul><li>一<li>二</ul>", "<ul><li>一</li><li>二</li></ul>"),
    ],
)
def test_unclosed_elements_are_closed(raw: str, safe: str) -> None:
    assert sanitize(raw) == safe


@pytest.mark.parametrize("nothing", ["", " ", "\n"])
def test_nothing_stays_nothing(nothing: str) -> None:
    assert sanitize(clean(nothing)) == ""


def test_every_clean_story_is_allowed() -> None:
    world = World(300)
    assert [story.number for story in world if sanitize(world.clean_body(story)) != world.clean_body(story)] == []


@given(st.lists(NESTED, max_size=4).map("".join))
def test_no_word_of_a_benign_body_is_lost(body: str) -> None:
    assert sorted(visible(sanitize(clean(body)))) == sorted(visible(body))


@given(SOUP)
def test_sanitizing_twice_allows_nothing_else(soup: str) -> None:
    once = sanitize(soup)
    assert sanitize(once) == once


@given(SOUP)
def test_what_is_clean_is_safe(soup: str) -> None:
    body = clean(soup)
    assert clean(body) == sanitize(body) == body


def test_an_element_that_the_sanitizer_empties_goes_too() -> None:
    assert sanitize("<p>一</p><center><video></video></center>") == "<p>一</p>"


@given(SOUP)
def test_only_what_is_allowed_is_left(soup: str) -> None:
    safe = sanitize(soup)
    allowed = nh3.clean(safe, tags=set(TAGS), attributes=ATTRIBUTES, link_rel=None)
    assert _elements(allowed) == _elements(safe)


@pytest.mark.parametrize(
    "raw",
    [
        "一<p>二</p>三",
        f"<center>{PICTURE}</center><p>文</p>",
        "<b>一<p>二</p></b>",
        "<p>&nbsp;</p>",
        "<p>一 &lt;b&gt;</p>",
        "<p>一&nbsp;二</p>",
        """<p><img src="https://a.example/1.jpg" alt='"一"'>二</p>""",
        """<p><a href='https://a.example/"'>一</a></p>""",
        "<ul><li></li><li>一</li></ul>",
        "<pre>" + "\n" * 20 + "一</pre>",
    ],
)
def test_sanitizing_twice_is_sanitizing_once(raw: str) -> None:
    assert sanitize(sanitize(raw)) == sanitize(raw)
    body = sanitize(clean(raw))
    assert visible(body) == visible(raw)
    assert sanitize(clean(body)) == body


def test_the_pipeline_sanitizes_the_body() -> None:
    item = Article(source="", id="", url="", family=ARTICLE, body="<p onclick=a()>文</p>")
    assert SanitizePipeline.from_crawler(get_crawler()).process_item(item).body == "<p>文</p>"


@pytest.mark.parametrize(("body", "count"), [("<p id=a>文</p>", 1), ("<p>文</p>", None), ("", None)])
def test_the_pipeline_counts_what_it_changed(body: str, count: int | None) -> None:
    crawler = get_crawler()
    SanitizePipeline.from_crawler(crawler).process_item(Article(source="", id="", url="", family=ARTICLE, body=body))
    assert crawler.stats.get_value("finews/sanitized") == count


def _elements(html: str) -> list[str]:
    """The tags in order, but for paragraphs: a layout may need more of them."""
    return [tag.replace(" />", ">") for tag in re.findall(r"<[^>]*>", html) if tag not in ("<p>", "</p>")]
