import pytest

from finews_spider.sources.base import UnreadableError
from finews_spider.sources.eastmoney_placeholders import put_back
from pipelines.clean import clean

PICTURE = {"src": "https://a.example/a.jpg", "alt": "图", "width": "395", "height": "", "style": "margin:0;"}
LINK = {"text": "巨化股份", "url_w": "https://a.example/a.html", "url_m": "https://a.example/m.html"}


def test_a_body_without_marks_stays() -> None:
    assert put_back("<p>文<!-- 注 --></p>", [PICTURE], [LINK]) == "<p>文<!-- 注 --></p>"


def test_a_picture_is_put_back_with_what_is_told_of_it() -> None:
    assert put_back("<center><!--IMG#0--></center>", [PICTURE], []) == (
        '<center><img src="https://a.example/a.jpg" alt="图" width="395" style="margin:0;"></center>'
    )


def test_a_picture_may_tell_its_address_only() -> None:
    assert put_back("<!--IMG#0-->", [{"src": "//a.example/a.jpg"}], []) == '<img src="//a.example/a.jpg">'


def test_the_size_of_a_picture_may_be_a_number() -> None:
    assert put_back("<!--IMG#0-->", [{"src": "a", "width": 395}], []) == '<img src="a" width="395">'


def test_what_else_is_told_of_a_picture_is_ignored() -> None:
    assert put_back("<!--IMG#0-->", [{"src": "a", "onerror": "b()", "desc": "c"}], []) == '<img src="a">'


def test_a_picture_that_is_advertising_is_cut() -> None:
    assert clean(put_back("<p>文<!--IMG#0--></p>", [{**PICTURE, "class": "em_handle_adv_close"}], [])) == "<p>文</p>"


def test_a_stock_chart_is_left_out() -> None:
    assert put_back("<p>一<!--IMG#0-->二</p>", [{**PICTURE, "code": "1.600160"}], []) == "<p>一二</p>"


@pytest.mark.parametrize("code", ["", None])
def test_a_picture_whose_code_is_empty_is_no_chart(code: str | None) -> None:
    assert "<img " in put_back("<!--IMG#0-->", [{**PICTURE, "code": code}], [])


@pytest.mark.parametrize("src", ["", None])
def test_a_picture_without_an_address_is_left_out(src: str | None) -> None:
    assert put_back("<p><!--IMG#0--></p>", [{"src": src, "alt": "图"}], []) == "<p></p>"


def test_a_link_is_put_back_with_its_address_for_the_web() -> None:
    assert put_back("<p>见<!--Link#0-->。</p>", [], [LINK]) == (
        '<p>见<a href="https://a.example/a.html">巨化股份</a>。</p>'
    )


@pytest.mark.parametrize("id_", ["stock_1.600160", "bk_90.BK0465", "quote_1.600160", "Info.3361"])
def test_of_a_link_around_the_name_of_a_stock_the_words_are_put_back(id_: str) -> None:
    assert put_back(f'<span id="{id_}"><!--Link#0--></span>', [], [LINK]) == f'<span id="{id_}">巨化股份</span>'


@pytest.mark.parametrize(
    "start", ["<span id='stock_1.600160'>", "<span id=stock_1.600160>", '<span id="bk_1" class=a>\n']
)
def test_the_span_of_such_a_link_may_be_written_in_any_way(start: str) -> None:
    assert put_back(f"{start}<!--Link#0--></span>", [], [LINK]) == f"{start}巨化股份</span>"


def test_a_link_in_any_other_span_is_a_link() -> None:
    assert "<a href=" in put_back('<span id="a"><!--Link#0--></span>', [], [LINK])


@pytest.mark.parametrize("href", ["", None, 1])
def test_a_link_without_an_address_is_its_words(href: object) -> None:
    assert "巨化股份" in put_back("<!--Link#0-->", [], [{"text": "巨化股份", "url_w": href}])


@pytest.mark.parametrize("text", ["", None])
def test_a_link_without_words_is_empty(text: str | None) -> None:
    assert put_back("<!--Link#0-->", [], [{"text": text, "url_w": "a"}]) == '<a href="a"></a>'


def test_marks_go_by_number_not_by_order() -> None:
    images = [{"src": "0"}, {"src": "1"}]
    links = [{"text": "零", "url_w": "0"}, {"text": "一", "url_w": "1"}]
    assert put_back("<!--IMG#1--><!--Link#1--><!--IMG#0--><!--Link#0-->", images, links) == (
        '<img src="1"><a href="1">一</a><img src="0"><a href="0">零</a>'
    )


def test_a_mark_may_stand_twice() -> None:
    assert put_back("<!--IMG#0--><!--IMG#0-->", [{"src": "a"}], []) == '<img src="a"><img src="a">'


@pytest.mark.parametrize("place", ["1", "99999", "9" * 5000])
def test_a_mark_of_nothing_is_left_out(place: str) -> None:
    assert put_back(f"<p><!--IMG#{place}--><!--Link#{place}--></p>", [PICTURE], [LINK]) == "<p></p>"


@pytest.mark.parametrize("lists", [None, "", {}, 1, [None], ["a"], [[]]])
def test_lists_may_be_anything(lists: object) -> None:
    assert put_back("<p><!--IMG#0--><!--Link#0--></p>", lists, lists) == "<p></p>"


def test_a_picture_cannot_leave_its_attributes() -> None:
    assert put_back("<!--IMG#0-->", [{"src": "a", "alt": '"><script>'}], []) == (
        '<img src="a" alt="&quot;&gt;&lt;script&gt;">'
    )


def test_a_link_cannot_leave_its_address() -> None:
    assert put_back("<!--Link#0-->", [], [{"text": "文", "url_w": '"><script>'}]) == (
        '<a href="&quot;&gt;&lt;script&gt;">文</a>'
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [("<script>&", "&lt;script&gt;&amp;"), ("S&amp;P <em>500</em>", "S&amp;P 500"), ("&lt;b&gt;", "&lt;b&gt;")],
)
def test_the_words_of_a_link_are_plain_and_no_tags(text: str, words: str) -> None:
    assert put_back("<!--Link#0-->", [], [{"text": text, "url_w": "a"}]) == f'<a href="a">{words}</a>'


def test_records_may_write_their_keys_in_any_case() -> None:
    assert put_back("<!--IMG#0-->", [{"Src": "a"}], []) == '<img src="a">'
    assert put_back(" <!--Link#0-->", [], [{"Text": "文", "Url_W": "a"}]) == ' <a href="a">文</a>'


def test_what_is_put_back_holds_no_marks() -> None:
    images, links = [{"src": "a", "alt": "<!--Link#0-->"}], [{"text": "<!--IMG#0-->", "url_w": "a"}]
    assert "<!--" not in put_back("<!--IMG#0--><!--Link#0-->", images, links)


def test_many_marks_of_a_long_picture_are_too_much() -> None:
    with pytest.raises(UnreadableError, match="too large"):
        put_back("<!--IMG#0-->" * 1_000_000, [{"src": "a" * 2_000}], [])


def test_every_link_of_a_long_table_is_put_back() -> None:
    links = [{"text": f"公司{n}", "url_w": "https://a.example/"} for n in range(5_000)]
    body = put_back("".join(f"<!--Link#{n}-->" for n in range(5_000)), [], links)
    assert [f"公司{n}</a>" in body for n in range(5_000)] == [True] * 5_000


def test_spans_without_an_end_are_passed_soon() -> None:
    """With the square of their number they would take hours."""
    body = '<span id="stock_"' * 200_000
    assert put_back(body, [], []) == body


@pytest.mark.parametrize("mark", ["<!-- Link#0 -->", "<!--link#0-->", "<!--\u00a0Link#0\n-->", "<!--LINK# 0-->"])
def test_marks_may_have_spaces_and_any_case(mark: str) -> None:
    link = '<a href="https://a.example/a.html">巨化股份</a>'
    assert put_back(f"<p>{mark}</p>", [], [LINK]) == f"<p>{link}</p>"
    assert put_back(mark.lower().replace("link", "img"), [{"src": "https://a.example/"}], []).startswith("<img ")
    assert put_back(f'<span id="stock_1.600160">{mark}</span>', [], [LINK]) == (
        '<span id="stock_1.600160">巨化股份</span>'
    )


@pytest.mark.parametrize("name", ["url_w", "url_m", "url"])
@pytest.mark.parametrize("other", ["", None, "#", "javascript:void(0)"])
def test_a_link_may_have_one_usable_address(name: str, other: object) -> None:
    link = {"text": "文", "url_w": other, "url_m": other, name: "https://a.example/"}
    assert put_back("<!--Link#0-->", [], [link]) == '<a href="https://a.example/">文</a>'


@pytest.mark.parametrize("address", ["//a.example/a.jpg", "/download/a.jpg", "a.jpg"])
def test_addresses_may_be_relative(address: str) -> None:
    assert put_back("<!--IMG#0-->", [{"src": address}], []) == f'<img src="{address}">'
    assert put_back("<!--Link#0-->", [], [{"text": "文", "url_m": address}]) == f'<a href="{address}">文</a>'
