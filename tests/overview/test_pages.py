"""The pages of archives that tests make: what is written, when, and of whom."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from parsel import Selector

from finews_spider.archive.lock import prepare_output
from finews_spider.archive.paths import FOLDERS, id_in_post_name
from finews_spider.crawl.clock import Clock
from finews_spider.dates import BEIJING
from finews_spider.ledger.coverage import CoverageTable, Stretch
from finews_spider.ledger.database import FILE, Ledger
from finews_spider.ledger.patience import Patience
from finews_spider.ledger.pictures import OwedPictures
from finews_spider.ledger.posts import Index
from finews_spider.ledger.run_days import RunDay, RunDays
from finews_spider.overview.todo import PROGRAM
from finews_spider.overview.update import Overview
from finews_spider.pictures.heads import Head
from finews_spider.pictures.store import Fetched, keep
from finews_spider.reporting import store
from finews_spider.reporting.report import HostReport
from tests.overview.test_newsroom import days
from tests.support.posts import article, flash, write
from tests.support.reports import run_report, source_report

NOW = datetime(2022, 1, 13, 9, tzinfo=BEIJING)
DAY = timedelta(days=1)
HOSTILE = '<script>alert(1)</script>"&amp;{{ site.title }}{% include x %}\u202e'


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """The ledger of an archive of two years, of which the lists were read until the morning."""
    output = tmp_path / "site"
    output.mkdir()
    prepare_output(output)
    for number in range(20):
        write(output, article(number, time=NOW - number * DAY), flash(number, time=NOW - number * DAY))
    with Ledger(output) as ledger:
        CoverageTable(ledger).add("finews", "a list", Stretch(NOW - 60 * DAY, NOW))
        yield ledger


def update(ledger: Ledger, now: datetime = NOW) -> set[str]:
    """Return the files that were written."""
    Index(ledger, FOLDERS, id_in_post_name).sync()
    return {name.removeprefix("overview/") for name in Overview(ledger, [], ["finews"]).update(now).files}


def page(ledger: Ledger, name: str = "index.html") -> str:
    return (ledger.output / "overview" / name).read_text(encoding="utf-8")


def test_a_past_year_has_a_page_of_its_own_and_nothing_is_written_twice(ledger: Ledger) -> None:
    assert update(ledger) == {"index.html", "health.html", "2021.html"}
    assert update(ledger) == set()
    assert update(ledger, NOW + DAY) == {"index.html", "health.html"}
    assert len(days(page(ledger, "2021.html"))) == 31


def test_on_the_first_day_of_a_year_three_files_change_at_the_most(ledger: Ledger) -> None:
    CoverageTable(ledger).add("finews", "a list", Stretch(NOW, NOW + 365 * DAY))
    update(ledger, NOW.replace(month=12, day=31))
    assert update(ledger, NOW.replace(year=2023, month=1, day=1)) == {"index.html", "health.html", "2022.html"}


def test_only_the_year_of_a_new_post_is_written_again(ledger: Ledger) -> None:
    update(ledger)
    write(ledger.output, article(99, time=NOW - 18 * DAY))
    assert update(ledger) == {"index.html", "2021.html"}


def test_a_lost_ledger_knows_of_no_quiet_day_and_of_no_run(ledger: Ledger) -> None:
    update(ledger)
    assert days(page(ledger, "2021.html"))["2021-12-01"] == ("#quiet",)
    ledger.close()
    (ledger.output / FILE).unlink()
    with Ledger(ledger.output) as lost:
        update(lost)
        found = days(page(lost, "2021.html"))
    assert found["2021-12-01"] == ("#unread",)
    assert found["2021-12-31"][0].startswith("#hollow")


def test_what_strangers_wrote_is_text(ledger: Ledger) -> None:
    write(ledger.output, article(50, time=NOW, media_name=HOSTILE))
    update(ledger)
    assert "<script" not in page(ledger)
    assert "\u202e" not in page(ledger)
    names = Selector(page(ledger)).xpath("//table[contains(caption, '2022年各媒体')]//th[@scope='row']/text()").getall()
    assert '<script>alert(1)</script>"&amp;{{ site.title }}{% include x %}' in [name.strip() for name in names]


def test_a_post_that_cannot_be_read_makes_no_day_quiet(ledger: Ledger) -> None:
    path = ledger.output / "_posts/2021/12/02/2021-12-02-NW202112020000000001.md"
    path.parent.mkdir(parents=True)
    path.write_text("nothing")
    updated = Overview(ledger, [], ["finews"]).update(NOW)
    assert [post.path for post in updated.unread] == [str(path.relative_to(ledger.output))]
    assert days(page(ledger, "2021.html"))["2021-12-02"][0].startswith("#full")
    assert "1篇无法读取" in page(ledger)


def test_a_page_of_somebody_else_is_left_alone(ledger: Ledger) -> None:
    theirs = ledger.output / "overview/index.html"
    theirs.parent.mkdir()
    theirs.write_text("<p>mine</p>")
    with pytest.raises(FileExistsError, match="not of finews"):
        update(ledger)
    (warning,) = Overview(ledger, [], ["finews"]).update_daily(NOW, "")
    assert "move it away" in warning
    assert theirs.read_text() == "<p>mine</p>"
    assert not (ledger.output / "overview/health.html").exists()


def test_a_year_without_posts_loses_its_page(ledger: Ledger) -> None:
    update(ledger)
    for path in ledger.output.glob("_posts/2021/**/*.md"):
        path.unlink()
    with ledger.writing():
        ledger.rows("DELETE FROM post_days")
    (ledger.output / "overview/notes.html").write_text("<p>mine</p>")
    assert "2021.html" in update(ledger)
    assert {path.name for path in (ledger.output / "overview").iterdir()} == {"index.html", "health.html", "notes.html"}


def test_a_run_writes_once_a_day(ledger: Ledger) -> None:
    overview = Overview(ledger, [], ["finews"])
    assert overview.update_daily(NOW, "") == []
    write(ledger.output, article(99, time=NOW))
    before = page(ledger)
    assert overview.update_daily(NOW + timedelta(hours=9), "") == []
    assert page(ledger) == before
    assert overview.update_daily(NOW + DAY, "") == []
    assert page(ledger) != before


def test_figures_of_runs_outlive_their_reports(ledger: Ledger) -> None:
    hosts = {
        "a.example": HostReport(
            left_alone="", requests=9, statuses={"200": 5, "304": 1, "503": 2, "timeout": 1}, bytes=5000
        )
    }
    for name, code, seconds in (("08-00-00", 0, 10.4), ("09-00-00", 4, 30.0), ("10-00-00", None, None)):
        run = f"2022-01-12T{name}"
        sources = {"finews": source_report(archived=3, owed=2)}
        store.write(run_report(run=run, exit_code=code, seconds=seconds, hosts=hosts, sources=sources), ledger.output)
    update(ledger)
    for path in (ledger.output / store.FOLDER).iterdir():
        path.unlink()
    update(ledger, NOW + DAY)
    known = {one.day.day: one[1:] for one in RunDays(ledger).all()}
    assert known == {12: (3, 2, 1, 40, 30, 9, 2, 15_000), 13: (0,) * 8, 14: (0,) * 8}
    assert RunDays(ledger).hosts(NOW.date() - DAY)["a.example"] == (27, 9, 15_000)
    health = Selector(page(ledger, "health.html"))
    rows = {row.xpath("th/text()").get(): row.xpath("td/text()").getall() for row in health.xpath("//tbody/tr")}
    assert rows["2022-01-12"] == ["3", "2", "1", "13", "30", "9", "2", "15 KB"]
    assert rows["2022-01-13"][0] == "0"
    assert rows["2022-01-11"] == ["?"] * 8


def test_the_run_that_goes_on_is_not_counted(ledger: Ledger) -> None:
    store.write(run_report(run="2022-01-13T08-59-00"), ledger.output)
    Overview(ledger, [], ["finews"]).update_daily(NOW, "2022-01-13T08-59-00")
    assert [one.runs for one in RunDays(ledger).all()] == [0]


def test_a_day_of_which_reports_have_gone_keeps_its_figures(ledger: Ledger) -> None:
    table = RunDays(ledger)
    for runs, kept in ((3, 3), (1, 3), (4, 4)):
        table.keep(RunDay(NOW.date(), runs=runs), {})
        assert [one.runs for one in table.all()] == [kept]


def test_pictures_are_counted_by_month_where_there_are_any(ledger: Ledger) -> None:
    update(ledger)
    without = page(ledger), page(ledger, "2021.html")
    assert "图片" not in without[0] + without[1]
    pictures = OwedPictures(ledger, Patience(0), Clock(None))
    pictures.note(("2021-12-30", f"p.example/{number}.png", f"https://p.example/{number}.png") for number in range(3))
    pictures.fail("p.example/2.png", "too large", is_final=True)
    fetched = [Fetched(f"p.example/{number}.png", b"png", Head("png", 1, 1), ["2022-01-05"]) for number in range(4)]
    keep(ledger.output, fetched, lambda _: None)
    pictures.note([("2021-99-01", "p.example/a.png", "https://p.example/a.png")])  # a disk may
    pictures.fail("p.example/a.png", "too large", is_final=True)
    assert update(ledger) == {"index.html", "2021.html"}
    rows = {
        name: Selector(page(ledger, name)).xpath("//table[caption[contains(., '图片')]]/tbody/tr//text()").getall()
        for name in ("index.html", "2021.html")
    }
    again = f"{PROGRAM} pictures -a since=2021-12-01 -a until=2021-12-31"
    assert rows == {"index.html": ["2022-01", "4", "0", "0"], "2021.html": ["2021-12", "0", "2", "1", again]}
    assert update(ledger) == set()
