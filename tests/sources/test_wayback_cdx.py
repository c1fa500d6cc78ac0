"""The index of an archive: pages by resume key, rows that are no captures, the capture that is read."""

import json
from datetime import date
from urllib.parse import parse_qs, urlsplit

import pytest

from finews_spider.sources.base import UnreadableError
from finews_spider.sources.wayback_cdx import (
    FIELDS,
    MAX_CAPTURES,
    Capture,
    best_captures,
    end_of_near,
    query_url,
    read_capture,
    read_index,
    same_address,
)

PAGE = "https://finance.example/a/202112301234567890.html"
DIGEST = "A" * 32


def row(timestamp: str, original: str = PAGE, status: str = "200") -> list[str]:
    return [timestamp, original, status, DIGEST, "1234"]


def captures(*timestamps: str) -> list[Capture]:
    return read_index(json.dumps([FIELDS, *map(row, timestamps)])).captures


def test_a_query_is_for_a_prefix_and_not_collapsed() -> None:
    query = parse_qs(
        urlsplit(query_url("https://a.example/cdx", "f.example/a/20211230", 50, "k y+1", filter_="original:.*x")).query
    )
    assert query["url"] == ["f.example/a/20211230*"]
    assert query["resumeKey"] == ["k y+1"]
    assert query["filter"] == ["statuscode:200", "original:.*x"]
    assert "collapse" not in query


def test_rows_and_the_key_of_the_next_page() -> None:
    page = read_index(json.dumps([FIELDS, row("20211230010000"), [], ["com,example)/a 2021"]]))
    assert [one.playback_url("https://a.example/web") for one in page.captures] == [
        f"https://a.example/web/20211230010000id_/{PAGE}"
    ]
    assert (page.resume_key, page.damaged) == ("com,example)/a 2021", 0)


@pytest.mark.parametrize("text", ["", "\n", "[]", json.dumps([FIELDS])])
def test_an_index_without_rows(text: str) -> None:
    assert read_index(text) == ([], "", 0, 0)


@pytest.mark.parametrize(
    "text", ["<html>", "{}", '{"message": "busy"}', "{\n{", "[[]]", '[["a"]]', json.dumps([FIELDS, [], []])]
)
def test_what_is_no_index_is_refused(text: str) -> None:
    with pytest.raises(UnreadableError):
        read_index(text)


def test_redirects_revisits_and_damaged_rows_are_counted_and_left_out() -> None:
    others = [row("20211230010000", status=status) for status in ("301", "404", "-")]
    damaged = [row("2021"), row("20211399000000"), row("20211230010000", "ftp://x"), ["20211230010000"], None]
    page = read_index(json.dumps([FIELDS, *others, *damaged, row("20211230020000")]))
    assert ([one.timestamp for one in page.captures], page.other_status, page.damaged) == (["20211230020000"], 3, 5)


@pytest.mark.parametrize(
    ("timestamps", "chosen"),
    [
        (["20211230010000", "20220104000000", "20230101000000"], "20220104000000"),  # the last within a week
        (["20220301000000", "20230101000000"], "20220301000000"),  # else the first later
        (["20211229155959", "20211229160000"], "20211229160000"),  # its day begins in Beijing, at 16:00 UTC
        (["20220101000000", "20220106155959", "20220106160000"], "20220106155959"),  # and so ends the week
    ],
)
def test_the_capture_that_is_read(timestamps: list[str], chosen: str) -> None:
    assert best_captures(captures(*timestamps), date(2021, 12, 30))[0].timestamp == chosen


def test_others_stand_in_for_it_the_nearest_first() -> None:
    times = [f"2021123{day}000000" for day in (0, 1)] + [f"2022010{day}000000" for day in (1, 2, 3, 9)]
    chosen = [one.timestamp for one in best_captures(captures(*times), date(2021, 12, 30))]
    assert chosen == ["20220103000000", "20220102000000", "20220101000000"]
    assert len(chosen) == MAX_CAPTURES
    chosen = [one.timestamp for one in best_captures(captures(times[0], times[-1]), date(2021, 12, 30))]
    assert chosen == [times[0], times[-1]]


def test_the_week_of_a_day_ends_in_beijing() -> None:
    assert end_of_near(date(2021, 12, 30)) == "20220106160000"


def test_a_capture_is_read_back_as_a_ref_keeps_it() -> None:
    (capture,) = captures("20211230010000")
    assert read_capture(str(capture)) == capture
    bare = Capture(timestamp="20211230010000", original=PAGE)
    assert read_capture(str(bare)) == bare
    assert read_capture("") is None
    assert read_capture(f"2021 - {PAGE}") is None


def test_an_index_with_an_object_on_each_line() -> None:
    """As pywb gives it, whose names of the fields are others."""
    rows = [
        {"timestamp": "20211230010000", "url": PAGE, "status": "200", "digest": f"sha1:{DIGEST}"},
        {"timestamp": "20211230020000", "url": PAGE, "status": "301", "digest": DIGEST},
        {"timestamp": "2021", "url": PAGE, "status": "200"},
    ]
    page = read_index("\n".join([*map(json.dumps, rows), "{"]) + "\n")
    assert page == (captures("20211230010000"), "", 2, 1)
    with pytest.raises(UnreadableError, match="a pywb has other names of fields"):
        read_index('{"timestamp": "20211230010000", "digest": ""}')
    assert read_index('{"message": "No Captures found for: f.example/a/2021*"}') == ([], "", 0, 0)


def test_a_capture_from_before_the_day_is_of_something_else() -> None:
    assert best_captures(captures("20211229155959"), date(2021, 12, 30)) == []


@pytest.mark.parametrize(
    ("other", "same"),
    [
        ("https://P.example:443/图/a.jpg?x=1", True),
        ("http://www.p.example:80/%E5%9B%BE/a.jpg?x=1", True),
        ("http://p.example/图/A.jpg?x=1", False),
        ("http://p.example/图/a.jpg?x=2", False),
        ("http://p.example/图/a.jpg", False),
        ("http://p.example:8080/图/a.jpg?x=1", False),
        ("http://q.example/图/a.jpg?x=1", False),
        ("http://p.example/?u=http://p.example/图/a.jpg?x=1", False),
    ],
)
def test_a_capture_is_of_an_address_where_only_its_spelling_differs(other: str, same: bool) -> None:
    assert (same_address(other) == same_address("http://p.example/图/a.jpg?x=1")) is same
