"""What a report says of what a run came to."""

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from finews_spider import dates
from finews_spider.crawl.coverage import Reach
from finews_spider.crawl.list_reading import ListReading
from finews_spider.dates import BEIJING, Window
from finews_spider.ledger.listed import ListedCounts
from finews_spider.reporting import builder
from finews_spider.reporting.report import DayReport, HostReport, ListReport
from finews_spider.reporting.store import write

NOW = datetime(2026, 11, 22, 21, 45, 12, 900_000, tzinfo=BEIJING)
COUNTS = "asked archived edited unchanged withdrawn given_up last_route blocked chars bodies".split()
BY_REASON = "skipped refused failed routes".split()
STATS = {
    "start_time": NOW,
    "downloader/request_count": 12,
    **{f"finews/finews/{kind}": number for number, kind in enumerate(COUNTS, start=11)},
    **{f"finews/finews/{kind}/of {kind}": number for number, kind in enumerate(BY_REASON, start=31)},
    "finews/eastmoney/asked": 99,
    "finews/eastmoney/failed/no/answer": 3,
    "finews/hosts/a.example:8080/requests": 3,
    "finews/hosts/a.example:8080/bytes": 2048,
    "finews/hosts/a.example:8080/statuses/200": 2,
    "finews/hosts/a.example:8080/statuses/TimeoutError": 1,
    "finews/hosts/a.example:8080/retries": 1,
    "finews/hosts/a.example:8080/left_alone": "failed 5 times in a row",
    "finews/hosts/b.example/requests": 1,
}


@pytest.fixture
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dates, "now", lambda: NOW)


@pytest.mark.usefixtures("_clock")
def test_runs_that_begin_in_one_second_have_names_of_their_own(tmp_path: Path) -> None:
    (tmp_path / ".finews" / "tmp").mkdir(parents=True)
    names = []
    for _ in range(3):
        report = builder.begin(tmp_path, {"since": "2021-12-01"})
        write(report, tmp_path)
        names.append(report.run)
    assert names == ["2026-11-22T21-45-12", "2026-11-22T21-45-12-1", "2026-11-22T21-45-12-2"]


@pytest.mark.usefixtures("_clock")
def test_a_run_is_timed_to_the_tenth_of_a_second(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begun = builder.begin(tmp_path, {})
    assert (begun.started, begun.ended, begun.exit_code) == (NOW.replace(microsecond=0), None, None)
    monkeypatch.setattr(dates, "now", lambda: NOW + timedelta(seconds=48.17))
    ended = builder.end(begun, 3, "2 articles are owed")
    assert (ended.seconds, ended.exit_code, ended.why) == (49.1, 3, "2 articles are owed")
    assert ended.ended == datetime(2026, 11, 22, 21, 46, 1, tzinfo=BEIJING)


def test_a_source_has_its_own_counts_and_no_others() -> None:
    home = ListReading(began=NOW, pages=2, unchanged=1, rows=65, newest="2026-11-22", oldest="2026-11-20")
    home.reach.end("known")
    cut = ListReading(began=NOW, newest="2026-11-21T08:00:00+08:00", oldest="2026-11-19")
    report = builder.source_report("finews", STATS, {"home": home, "cut": cut}, ListedCounts(65, 9, 56, 7, 2), owed=4)
    assert report.lists["home"] == ListReport(
        pages=2, unchanged=1, rows=65, newest="2026-11-22", oldest="2026-11-20", failed="", ended="known"
    )
    assert report.lists["cut"].ended is None
    assert (report.rows, report.new, report.known, report.owed) == (65, 9, 56, 4)
    assert [getattr(report, kind) for kind in COUNTS] == list(range(11, 21))
    by_reason = [getattr(report, kind) for kind in BY_REASON]
    assert by_reason == [{f"of {kind}": number} for number, kind in enumerate(BY_REASON, start=31)]
    assert (report.newest, report.oldest) == ("2026-11-22", "2026-11-19")


def test_a_reason_may_have_any_name() -> None:
    report = builder.source_report("eastmoney", STATS, {}, ListedCounts(0, 0, 0, 0, 0), owed=0)
    assert (report.asked, report.archived, report.failed, report.newest) == (99, 0, {"no/answer": 3}, None)


def test_hosts_say_how_they_answered() -> None:
    assert builder.host_reports(STATS) == {
        "a.example:8080": HostReport(
            requests=3,
            retries=1,
            bytes=2048,
            statuses={"200": 2, "TimeoutError": 1},
            left_alone="failed 5 times in a row",
        ),
        "b.example": HostReport(requests=1, left_alone=""),
    }


def reach(*days: int, ended: str) -> Reach:
    """Of a list with these days of December 2021 on one page."""
    made = Reach()
    made.page(date(2021, 12, number) for number in days)
    made.end(ended)
    return made


def test_a_window_has_its_days_and_names_those_that_no_list_covers() -> None:
    window = Window(date(2021, 12, 6), date(2021, 12, 9))
    reaches = {"finews": {"a": reach(9, 8, 8, ended="end"), "b": reach(9, 7, 7, ended="end")}, "eastmoney": {}}
    named = {"finews": {date(2021, 12, 9): ListedCounts(listed=3, new=2, known=1, archived=1, owed=1)}}
    report, warnings = builder.window_report(window, reaches, date(2026, 11, 22), named)
    assert (report.since, report.until, warnings) == (window.since, window.until, [])
    assert report.lists == {"finews": 2, "eastmoney": 0}
    assert report.days["finews"] == {
        date(2021, 12, 6): DayReport(),
        date(2021, 12, 7): DayReport(in_part=1),
        date(2021, 12, 8): DayReport(covered=1, in_part=1),
        date(2021, 12, 9): DayReport(listed=3, archived=1, known=1, owed=1, covered=2),
    }
    assert report.not_covered == {"finews": [date(2021, 12, 6)], "eastmoney": list(report.days["eastmoney"])}


def test_a_window_that_has_not_come_has_no_days() -> None:
    window = Window(since=date(2026, 11, 23), until=date(2026, 11, 24))
    report, warnings = builder.window_report(window, {"finews": {}}, date(2026, 11, 22), {})
    assert (report.since, report.until, report.days) == (window.since, None, {"finews": {}})
    assert len(warnings) == 1
