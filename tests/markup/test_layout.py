from collections import Counter

import pytest

from finews_spider.markup.cuts import line_rule
from finews_spider.markup.escaping import attribute, escape
from finews_spider.markup.layout import BARE, Inline, Layout, Paragraph
from finews_spider.markup.parsing import MAX_BODY, IncompleteBodyError
from pipelines.clean import clean

SOURCE_LINE = '<p class="em_media">（文章来源：中国证券报）</p>'


def layout() -> Layout:
    return Layout(line_rule, Counter(), filters=False)


def test_a_block_starts_on_a_line_of_its_own_after_a_space() -> None:
    assert clean("<p>a</p><p>b</p>") == "<p>a</p>\n <p>b</p>"


def test_what_follows_a_picture_stays_on_its_line() -> None:
    picture = '<center><img src="https://a.example/1.jpg" /></center>'
    assert clean(f"<p>a</p>{picture}<p>b</p>") == f"<p>a</p>\n {picture}<p>b</p>"


def test_the_source_line_stays_on_the_last_line() -> None:
    assert clean(f"<p>a</p>\n{SOURCE_LINE}") == f"<p>a</p>{SOURCE_LINE}"


@pytest.mark.parametrize("text", ["a", "<b>a</b>", "a<br />b", "a &lt;p&gt; b", "1 <sup>2</sup> 3"])
def test_stray_text_stands_in_a_paragraph(text: str) -> None:
    assert clean(f"<p>1</p>{text}<p>2</p>{text}") == f"<p>1</p>\n <p>{text}</p>\n <p>2</p>\n <p>{text}</p>"


@pytest.mark.parametrize(
    "nested",
    [
        "<ul><li>a</li><li><p>b</p></li></ul>",
        "<ul><li>a</li><ul><li>b</li></ul></ul>",
        "<blockquote><p>a</p><blockquote>b</blockquote><p>c</p></blockquote>",
        "<dl><dt>a</dt><dd>b</dd></dl>",
        "<table><caption>a</caption><tbody><tr><td></td><td>b</td></tr></tbody></table>",
        '<table><tbody><tr><td rowspan="2" colspan="3" style="text-align:right;">a</td></tr></tbody></table>',
        "<pre>a\n  b\n\n c</pre>",
        "<hr />",
    ],
)
def test_blocks_that_hold_blocks_stay_as_they_are(nested: str) -> None:
    assert clean(nested) == nested


@pytest.mark.parametrize(
    ("html", "clean_html"),
    [
        ("<ul>a</ul>", "<p>a</p>"),
        ("<ul>a<li>b</li></ul>", "<ul><p>a</p><li>b</li></ul>"),
        ("<ul>a<li></li></ul>", "<p>a</p>"),
        ("<menu><li>a</menu>", "<ul><li>a</li></ul>"),
        ("<table><tr><td></td></tr></table><p>a</p>", "<p>a</p>"),
        ("<dl><div><dt>a</dt></div></dl>", "<dl><dt>a</dt></dl>"),
        ("<pre>\n\n\na\n</pre><pre> \n</pre>", "<pre>a</pre>"),
        ("<pre> <b>a</b>\n<br></pre>", "<pre> <b>a</b></pre>"),
        ("<pre>a<br>b<br> <br></pre>", "<pre>a\nb</pre>"),
        ("<center>a<p>b</p></center>", '<center>a</center><p style="text-align:center;">b</p>'),
    ],
)
def test_blocks_are_what_they_can_be(html: str, clean_html: str) -> None:
    assert clean(html) == clean_html


@pytest.mark.parametrize(
    ("html", "clean_html"),
    [
        ("<b>a<p>b</p>c</b>", "<p><b>a</b></p>\n <p><b>b</b></p>\n <p><b>c</b></p>"),
        ("<p>a<b> b</b> <i>c </i>d</p>", "<p>a<b> b</b> <i>c </i>d</p>"),
        ("<p>a <b> </b> b</p>", "<p>a   b</p>"),
        ("<p><b>a<br></b>b</p>", "<p><b>a<br /></b>b</p>"),
        ("<p><b>a</b><br>b<br> </p>", "<p><b>a</b><br />b</p>"),
        ("<p><b><b><strong>a</strong></b></b></p>", "<p><b><strong>a</strong></b></p>"),
        ("<p>" + "<sub>" * 9 + "a</p>", f"<p>{'<sub>' * 4}a{'</sub>' * 4}</p>"),
        ("<b></b><p>a</p><i> </i>", "<p>a</p>"),
    ],
)
def test_an_inline_element_stands_inside_each_block_if_it_holds_something(html: str, clean_html: str) -> None:
    assert clean(html) == clean_html


@pytest.mark.parametrize("space", [" ", "\u3000", "\u00a0", "\u2003", "\u2028", "\u200b", "\ufeff", "\t\n\f", "&emsp;"])
@pytest.mark.parametrize("form", ["<p>{0}a{0}</p>", "{0}a{0}", "<p>{0}<b>{0}a{0}</b>{0}</p>", "<h3>{0}a{0}<br></h3>"])
def test_space_of_any_kind_goes_at_both_ends(space: str, form: str) -> None:
    assert clean(form.format(space)) == clean(form.format(""))


@pytest.mark.parametrize("space", ["\u3000\u3000", "\u00a0", " "])
def test_so_it_does_at_the_ends_of_lines(space: str) -> None:
    assert clean(f"a{space}<br>{space}b") == "<p>a<br />b</p>"


def test_any_number_of_inline_elements_is_around_any_number_of_blocks() -> None:
    assert clean("<b>" * 200 + "<p>a</p>" * 1_000) == "\n ".join(["<p><b>a</b></p>"] * 1_000)


def test_what_grows_too_long_when_it_is_written_is_refused() -> None:
    link = Inline("a", attribute("href", f"https://a.example/{'a' * 4_000}"))
    blocks = layout()
    for _ in range(2 * MAX_BODY // 4_100):
        blocks.text("a", BARE, (link,))
        blocks.end_paragraph()
    blocks.text("a" * 100_000, BARE, (link,))
    with pytest.raises(IncompleteBodyError, match="when it is written"):
        blocks.end_paragraph()


def test_a_row_stands_in_its_block_only() -> None:
    blocks = layout()
    assert not blocks.is_row_of_block("li")
    blocks.open("ul")
    assert blocks.is_row_of_block("li")
    assert not blocks.is_row_of_block("td")


def test_a_paragraph_is_written_as_it_is_named() -> None:
    blocks = layout()
    blocks.text("a", Paragraph("h2"), ())
    assert blocks.html() == "<h2>a</h2>"


def test_texts_and_attributes_are_written_as_nh3_does() -> None:
    assert escape('<&"\u00a0>') == '&lt;&amp;"&nbsp;&gt;'
    assert attribute("alt", '<&"\u00a0>\x01') == ' alt="&lt;&amp;&quot;&nbsp;&gt;"'
