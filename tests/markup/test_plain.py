"""What an API calls a text, as plain text."""

import pytest

from finews_spider.markup.plain import plain


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("S&amp;P Global", "S&P Global"),
        ("&#8220;题&#x201D;", "“题”"),
        ("5&lt;6", "5<6"),
        ("甲&nbsp;乙", "甲\u00a0乙"),
        ("&amp;lt;", "&lt;"),  # once
        ("A&B;", "A&B;"),
        ("Q&A", "Q&A"),
        ("?a=1&region=2&copy=3", "?a=1&region=2&copy=3"),  # references end with a semicolon
        ("&notit;", "&notit;"),
    ],
)
def test_references_are_decoded_once(text: str, shown: str) -> None:
    assert plain(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("<em>甲</em>乙", "甲乙"),
        ("<B>甲</B >乙", "甲乙"),
        ('<font color="red" size=3>甲</font>乙', "甲乙"),
        ("<a href='http://a.example/?a&b' target=_blank>甲</a>乙", "甲乙"),
        ("甲<br/>乙", "甲 乙"),
        ("收入<5%且>3%", "收入<5%且>3%"),
        ("市盈率<3倍", "市盈率<3倍"),
        ("若a<b且c>d", "若a<b且c>d"),
        ("《<某>议定书》", "《<某>议定书》"),
        ("&lt;b&gt;甲&lt;/b&gt;", "<b>甲</b>"),  # a text about marks
    ],
)
def test_inline_marks_are_dropped_and_what_looks_like_them_is_not(text: str, shown: str) -> None:
    assert plain(text) == shown


SPACES = [*"\t\n\u00a0\u2003\u2009\u200b\u200e\u202f\u2060\u3000\ufeff", "&nbsp;", "&emsp;"]


@pytest.mark.parametrize("space", SPACES)
def test_spaces_of_any_kind_at_the_ends_go(space: str) -> None:
    assert plain(f"{space} 甲\u3000乙 {space}{space}") == "甲\u3000乙"
