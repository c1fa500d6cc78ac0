import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from finews_spider.markup.characters import drop_forbidden, may_hold_forbidden, one_line


@pytest.mark.parametrize(
    "char", [*"\x00\x1b\x7f\x9f\u00ad\u200b\u200e\u202e\u2060\u2066\ufeff\ufffe\uffff\ud800\U000e0041"]
)
def test_what_nobody_sees_is_not_in_a_line(char: str) -> None:
    assert one_line(f"一{char}二") == "一二"


@pytest.mark.parametrize(
    "text", ["", " ", "\u3000", "\u200b", "\u3164", "\u115f\u1160", "\u2800", "\u200d", "\u0301", "\ue000"]
)
def test_a_line_on_which_nothing_is_seen_is_empty(text: str) -> None:
    assert one_line(text) == ""


@pytest.mark.parametrize(
    "text", ["👨\u200d👩\u200d👧", "é", "e\u0301", "《<一>》", "3½", "…", "\U0001f4c8", "一\u3000二"]
)
def test_what_is_seen_stays(text: str) -> None:
    assert one_line(text) == text


@pytest.mark.parametrize("end", ["\t", "\r\n", "\v", "\f", "\x85", "\u2028", "\u2029", "\n\n"])
def test_a_line_has_no_end_inside(end: str) -> None:
    assert one_line(f"一{end}二") == "一 二"


def test_a_flood_of_accents_is_held_back() -> None:
    assert one_line("一" + "\u0301" * 400 + "二") == "一" + "\u0301" * 3 + "二"


@given(st.text())
def test_a_line_stays_as_it_is_and_can_stand_in_xml(text: str) -> None:
    line = one_line(text)
    assert one_line(line) == line
    etree.Element("a").text = line


@given(st.text(st.characters()))
def test_a_text_without_what_is_forbidden_can_stand_in_xml(text: str) -> None:
    etree.Element("a").text = drop_forbidden(text)


@given(st.text(st.characters(exclude_characters="\r")))  # of which a parser leaves none but those of a reference
def test_where_nothing_may_be_forbidden_nothing_is(text: str) -> None:
    assert may_hold_forbidden(text) or drop_forbidden(text) == text


def test_of_every_character_it_is_known_whether_it_is_forbidden() -> None:
    characters = "".join(chr(code) for code in range(sys.maxunicode + 1) if chr(code) != "\r")
    allowed = drop_forbidden(characters)
    assert not may_hold_forbidden(allowed)
    assert all(map(may_hold_forbidden, set(characters).difference(allowed)))


@pytest.mark.parametrize("end", ["\r\n", "\r", "\n"])
def test_ends_of_lines_are_of_one_kind(end: str) -> None:
    assert drop_forbidden(f"一{end}二") == "一\n二"
