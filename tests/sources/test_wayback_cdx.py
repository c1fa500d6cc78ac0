"""The index of an archive: pages by resume key, rows that are no captures, the capture that is read."""

import json
from datetime import date
from urllib.parse import parse_qs, urlsplit

import pytest

from finews_spider.sources.base import UnreadableError
from finews_spider.sources.wayback_cdx import FIELDS, Capture, best_capture, query_url, read_index

PAGE = "https://finance.example/a/202112301234567890.html"
DIGEST = "A" * 32


def row(timestamp: str, original: str = PAGE, status: str = "200") -> list[str]:
    return [timestamp, original, status, DIGEST, "1234"]


def captures(*timestamps: str) -> list[Capture]:
    return read_index(json.dumps([FIELDS, *map(row, timestamps)])).captures


def test_a_query_is_for_a_prefix_and_not_collapsed() -> None:
    query = parse_qs(urlsplit(query_url("https://a.example/cdx", "f.example/a/20211230", 50, "k y+1")).query)
    assert query["url"] == ["f.example/a/20211230*"]
    assert query["resumeKey"] == ["k y+1"]
    assert "collapse" not in query


def test_rows_and_the_key_of_the_next_page() -> None:
    page = read_index(json.dumps([FIELDS, row("20211230010000"), [], ["com,example)/a 2021"]]))
    assert [one.playback_url("https://a.example") for one in page.captures] == [
        f"https://a.example/web/20211230010000id_/{PAGE}"
    ]
    assert (page.resume_key, page.damaged) == ("com,example)/a 2021", 0)


@pytest.mark.parametrize("text", ["", "\n", "[]", json.dumps([FIELDS])])
def test_an_index_without_rows(text: str) -> None:
    assert read_index(text) == ([], "", 0, 0)


@pytest.mark.parametrize("text", ["<html>", "{}", "[[]]", '[["a"]]', json.dumps([FIELDS, [], []])])
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
    best = best_capture(captures(*timestamps), date(2021, 12, 30))
    assert best
    assert best.timestamp == chosen


def test_a_capture_from_before_the_day_is_of_something_else() -> None:
    assert best_capture(captures("20211229155959"), date(2021, 12, 30)) is None
