"""What a damaged or unusual row costs: itself, and no other row of its list."""

import json
from pathlib import Path

import pytest

import finews_spider
from finews_spider.refusals import Skipped
from finews_spider.sources.base import ListingPage, Query
from finews_spider.sources.loader import load

EASTMONEY = load(Path(finews_spider.__file__).with_name("sources.toml"))["eastmoney"]
NUMBERS = [f"2021123022306725{number}" for number in (49, 50, 51)]


def rows(**changed: object) -> list[dict[str, object]]:
    """Three rows; the second has these fields."""
    made: list[dict[str, object]] = [
        {"code": number, "showTime": "2021-12-30 07:57:23", "title": "题", "mediaName": "中国证券报"}
        for number in NUMBERS
    ]
    made[1].update(changed)
    return made


def read(text: str) -> ListingPage:
    return EASTMONEY.listings(Query(columns=("cgnjj",)))[0].read(text)


def answer(listed: list[dict[str, object]], **data: object) -> str:
    return json.dumps({"code": "1", "data": {"list": listed, **data}}, ensure_ascii=False)


def numbers(page: ListingPage) -> list[str]:
    return [ref.id.removeprefix("NW") for ref in page.refs]


@pytest.mark.parametrize(
    "link",
    [
        "//finance.eastmoney.com/a/{}.html",
        "/a/{}.html",
        "HTTP://FINANCE.eastmoney.com:80/a/{}.html#top",
        " https://stock.eastmoney.com/news/1354,{}.html\n",
    ],
)
def test_a_link_is_resolved_before_it_is_judged(link: str) -> None:
    page = read(answer(rows(url=link.format(NUMBERS[1]))))
    assert (numbers(page), page.skipped) == (NUMBERS, {})


@pytest.mark.parametrize(
    "damage",
    [
        ('"题", "mediaName"', '"题\t\n", "mediaName"'),
        ('"题", "mediaName"', '"题\ufffd", "mediaName"'),
        ('"题", "mediaName"', '"题\\ud800", "mediaName"'),
    ],
)
def test_what_is_damaged_in_a_title_costs_no_row(damage: tuple[str, str]) -> None:
    assert numbers(read(answer(rows()).replace(*damage, 1))) == NUMBERS


@pytest.mark.parametrize(
    "damage",
    [('"title"', '"title'), ('"题"', '"题"题"'), ('"题"', "NaN"), ('"title": "题"', '"title": "题", "title": "另"')],
)
def test_a_damaged_row_costs_itself(damage: tuple[str, str]) -> None:
    first, *rest = json.dumps(rows(), ensure_ascii=False).split("}, {")
    text = answer([]).replace("[]", "}, {".join([first.replace(*damage, 1), *rest]))
    page = read(text)
    assert numbers(page) == NUMBERS[1:]
    assert sum(page.skipped.values()) == 1


def test_a_row_that_is_no_object_is_damaged() -> None:
    page = read(answer([*rows(), "x"]))  # type: ignore[list-item]
    assert (numbers(page), page.skipped) == (NUMBERS, {Skipped.DAMAGED: 1})


def test_a_total_is_what_the_list_says() -> None:
    assert read(answer(rows(), totle_hits=2440)).total == 2440
