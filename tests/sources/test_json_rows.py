"""A damaged row costs that row."""

import json
import time
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finews_spider.sources.base import UnreadableError
from finews_spider.sources.json_rows import MAX_DAMAGED
from finews_spider.sources.parsing import json_object

NESTED = {"image": ["x"], "stocks": [{"a": 1}, {"a": 2}]}


def row(number: int, title: str = "题", **more: Any) -> str:
    return json.dumps({"code": f"{number}", "title": title, **NESTED, **more}, ensure_ascii=False)


def page(*rows: str) -> str:
    return f'{{"code": "1", "data": {{"total": 9, "list": [{", ".join(rows)}], "sortEnd": "5"}}}}'


def rows_of(text: str) -> list[Any]:
    data = json_object(text, "list")["data"]
    assert (data["total"], data["sortEnd"]) == (9, "5")
    rows: list[Any] = data["list"]
    return rows


DAMAGED = {
    "an invalid escape": row(5, "甲@").replace("@", "\\x"),
    "quotes in a title": row(5, "说@好@的").replace("@", '"'),
    "quotes and a comma in a title": row(5, "说@,@的").replace("@", '"'),
    "a title without its end": '{"code": "5", "title": "甲, "showTime": "x"}',
    "a title that holds rows": '{"code": "5", "title": "甲},{"x": 1, {"y": [}',
    "two titles": '{"code": "5", "title": "甲", "title": "乙"}',
    "two values of a key in a key": '{"code": "5", "x": {"a": 1, "a": 2}}',
    "no number": '{"code": "5", "x": NaN}',
    "no number for a row": "NaN",
    "no end": '{"code": "5", "title": "甲"',
    "no beginning": '"code": "5", "title": "甲"}',
    "a first key that is broken": '{"co"de": "5", "title": "甲"}',
    "no value": '{"code": "5", "title": }',
    "brackets without end": f'{{"code": {"[" * 100_000}}}',
}


@pytest.mark.parametrize("damage", DAMAGED)
@pytest.mark.parametrize("place", range(3))
def test_a_damaged_row_costs_that_row(damage: str, place: int) -> None:
    rows, expected = [row(1), row(2)], [json.loads(row(1)), json.loads(row(2))]
    rows.insert(place, DAMAGED[damage])
    expected.insert(place, None)
    assert rows_of(page(*rows)) == expected


@pytest.mark.parametrize("one", DAMAGED)
def test_rows_that_are_damaged_in_two_ways_cost_two(one: str) -> None:
    text = page(row(1), DAMAGED[one], row(2), DAMAGED["quotes in a title"], row(3))
    assert [found and found["code"] for found in rows_of(text)] == ["1", None, "2", None, "3"]


@pytest.mark.parametrize("char", "\t\n\r\x00\x1b")
def test_a_control_that_stands_in_a_text_costs_nothing(char: str) -> None:
    assert rows_of(page(row(1), row(2, "甲@乙").replace("@", char)))[1]["title"] == f"甲{char}乙"


def test_a_row_that_is_not_there_costs_no_other() -> None:
    found = [found for found in rows_of(page(row(1), "", row(2), "", "", row(3))) if found]
    assert found == [json.loads(row(number)) for number in (1, 2, 3)]


def test_half_a_character_is_a_broken_one() -> None:
    assert rows_of(page(row(1, "甲@").replace("@", "\\ud83d")))[0]["title"] == "甲\ufffd"


@pytest.mark.parametrize(
    "text",
    [
        page(row(1), row(2))[:-40],
        page(row(1), DAMAGED["quotes in a title"])[:-20],
        page(row(1), DAMAGED["quotes in a title"]).replace('"total": 9', '"total": NaN'),
        page(row(1), DAMAGED["quotes in a title"]).replace('"total": 9', '"total": 9, "total": 8'),
        page(row(1), DAMAGED["quotes in a title"]).replace('"list"', '"rows"'),
        page(*[DAMAGED["no value"]] * (MAX_DAMAGED + 1)),
    ],
)
def test_what_is_damaged_around_the_rows_is_unreadable(text: str) -> None:
    with pytest.raises(UnreadableError, match="not JSON"):
        json_object(text, "list")


def test_without_the_name_of_a_list_nothing_may_be_damaged() -> None:
    with pytest.raises(UnreadableError, match="not JSON"):
        json_object(page(DAMAGED["no number"]))


@given(st.data())
def test_other_rows_are_read_whatever_stands_in_one(data: st.DataObject) -> None:
    """Unless what stands there is a row itself, or ends the list."""
    damage = data.draw(st.text(alphabet='}[",:甲\\ 1', max_size=20) | st.text(st.characters(exclude_characters="{]")))
    text = page(row(1), f'{{"code": "5", "title": {damage}', row(2), row(3))
    codes = [found["code"] for found in rows_of(text) if found]
    assert [code for code in codes if code != "5"] == ["1", "2", "3"]


def test_a_list_whose_rows_all_begin_otherwise_takes_no_longer() -> None:
    rows = [f'{{"k{number}": 1}}' for number in range(100_000)]
    began = time.process_time()
    assert len(rows_of(page(*rows, *[DAMAGED["no value"]] * 100, row(1)))) > len(rows)
    assert time.process_time() - began < 5


PIECES = '{ } [ ] , : " \\ \\ud83d 1 1e9 NaN null "list":[ "data":{ "code": "a" {"code":"1"}, 甲 ( ) a( var = ;'.split()


@given(st.lists(st.sampled_from([*PIECES, " ", "\n", "\x00", "\ufffd"]), max_size=40).map("".join) | st.text())
def test_any_text_is_an_object_or_unreadable(text: str) -> None:
    with suppress(UnreadableError):
        assert isinstance(json_object(text, "list"), dict)
