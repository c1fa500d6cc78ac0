import pytest

from finews_spider.markup.blocks import arrange, close_void

SOURCE_LINE = '<p class="em_media">（文章来源：中国证券报）</p>'


def test_a_block_starts_on_a_line_of_its_own_after_a_space() -> None:
    assert arrange("<p>a</p><p>b</p>") == "<p>a</p>\n <p>b</p>"


def test_white_space_between_blocks_does_not_matter() -> None:
    assert arrange(" <p>a</p>\n\n  <p>b</p>\n") == "<p>a</p>\n <p>b</p>"


def test_what_follows_a_picture_stays_on_its_line() -> None:
    picture = '<center><img src="https://a.example/1.jpg" /></center>'
    assert arrange(f"<p>a</p>{picture}<p>b</p>") == f"<p>a</p>\n {picture}<p>b</p>"


def test_the_source_line_stays_on_the_last_line() -> None:
    assert arrange(f"<p>a</p>\n{SOURCE_LINE}") == f"<p>a</p>{SOURCE_LINE}"


@pytest.mark.parametrize("text", ["a", "<b>a</b>", "a<br>b", "a &lt;p&gt; b", "1 <sup>2</sup> 3", "\u3000\u3000a\n"])
def test_stray_text_stands_in_a_paragraph(text: str) -> None:
    assert arrange(f"<p>1</p>{text}<p>2</p>") == f"<p>1</p>\n <p>{text.strip()}</p>\n <p>2</p>"


def test_stray_text_at_the_end_stands_in_a_paragraph() -> None:
    assert arrange("<p>1</p>a") == "<p>1</p>\n <p>a</p>"


def test_blocks_inside_a_block_stay_as_they_are() -> None:
    nested = "<ul><li>a</li> <li><p>b</p></li></ul>"
    assert arrange(nested) == nested


def test_blocks_of_the_same_name_inside_each_other_are_one() -> None:
    nested = "<blockquote>a<blockquote>b</blockquote>c</blockquote>"
    assert arrange(f"{nested}d") == f"{nested}\n <p>d</p>"


def test_an_inline_element_around_blocks_dissolves() -> None:
    assert arrange('<a href="https://a.example/">x<p>a</p><p>b</p></a>') == "<p>x</p>\n <p>a</p>\n <p>b</p>"


def test_an_inline_element_around_blocks_dissolves_whatever_its_attributes_hold() -> None:
    assert arrange('<a href="https://a.example/>b"><p>a</p></a>') == "<p>a</p>"


def test_any_number_of_inline_elements_around_a_block_dissolves() -> None:
    assert arrange("<b>" * 20_000 + "<p>a</p>" * 1_000 + "</b>" * 20_000) == "\n ".join(["<p>a</p>"] * 1_000)


def test_an_attribute_may_stand_in_single_quotes() -> None:
    html = """<p><a href='https://a.example/?q="b"'>a</a></p>"""  # so lxml writes it
    assert arrange(f"{html}<p>b</p>") == f"{html}\n <p>b</p>"


def test_a_void_block_stands_alone() -> None:
    assert arrange("<p>a</p><hr><p>b</p>") == "<p>a</p>\n <hr>\n <p>b</p>"


@pytest.mark.parametrize("nothing", ["", " ", "\n\u3000"])
def test_nothing_stays_nothing(nothing: str) -> None:
    assert arrange(nothing) == ""


@pytest.mark.parametrize(
    "html", ["<p>a</p>b<p>c</p>", f"<p>a</p>{SOURCE_LINE}", "<center>a</center>b", "a<br />b", "<b><p>a</p></b>c"]
)
def test_what_is_arranged_stays_so(html: str) -> None:
    assert arrange(arrange(html)) == arrange(html)


@pytest.mark.parametrize(
    ("html", "closed"),
    [
        ("a<br>b", "a<br />b"),
        ("a<br/>b", "a<br />b"),
        ("a<br />b", "a<br />b"),
        ('<img src="https://a.example/" alt="">', '<img src="https://a.example/" alt="" />'),
        ("<hr>", "<hr />"),
    ],
)
def test_void_elements_are_written_as_in_the_seed(html: str, closed: str) -> None:
    assert close_void(html) == closed


@pytest.mark.parametrize("html", ["<b>a</b>", "&lt;br&gt;", "<broken>", "<p></p>"])
def test_other_elements_are_not_closed(html: str) -> None:
    assert close_void(html) == html
