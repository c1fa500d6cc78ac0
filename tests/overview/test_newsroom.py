"""What a reader sees of the newsroom's archive."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from parsel import Selector

from finews_spider.commands.skeleton import copy_site
from finews_spider.exit_codes import ExitCode
from finews_spider.ledger.database import Ledger
from finews_spider.ledger.run_days import RunDays
from finews_spider.newsroom.world import UNTIL
from tests.overview.conftest import FAILED, GONE, HOLIDAY, PAGES, SINCE, Seen, overview, pages
from tests.support.built import build
from tests.support.paths import ROOT

CRAWL = "scrapy crawl finews"
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("overview")]  # one worker makes it for all


def days(page: str) -> dict[str, tuple[str, ...]]:
    """The marks of each day that a page has drawn, by its day."""
    found = {}
    for use in Selector(page).xpath("//*[local-name()='title' and not(parent::head)]"):
        marks = use.xpath("../@href | ../*[local-name()='use']/@href").getall()
        found[use.xpath("string()").get("").partition("：")[0]] = tuple(marks)
    return found


def test_the_pages_are_in_the_commit_of_the_run(seen: Seen) -> None:
    assert "Traceback" not in seen.crawled.err
    assert seen.commit >= PAGES
    assert set(seen.before) == {"index.html", "health.html"}


def test_a_removed_day_a_failed_day_and_a_holiday_are_told_apart(seen: Seen) -> None:
    found = days(seen.page("index.html"))
    other = [f"{day}" for day in (HOLIDAY, FAILED, GONE, SINCE - timedelta(days=1))]
    assert [found[day] for day in other] == [("#quiet",), ("#failed",), ("#gone",), ("#unread",)]
    assert found[f"{SINCE}"][0].startswith("#full")
    assert len({found[day] for day in other}) == 4


def test_what_is_missing_stands_with_what_to_type(seen: Seen) -> None:
    todo = {
        row.xpath("string(th)").get(): row.xpath("string(.//code)").get()
        for row in Selector(seen.page("index.html")).css(".todo tbody tr")
    }
    day_before = SINCE - timedelta(days=1)
    assert todo == {
        f"2022-01-01 至 {day_before}": f"{CRAWL} -a source=finews -a since=2022-01-01 -a until={day_before}",
        f"{FAILED}": CRAWL,
        f"{GONE}": "scrapy verify --fix",
    }


def test_a_page_names_no_folder_and_no_letter_of_liquid_is_run(seen: Seen) -> None:
    for name in ("index.html", "health.html"):
        page = seen.page(name)
        assert page.startswith("<!doctype html>")
        assert str(seen.site.output) not in page
        assert "<script" not in page


def test_the_run_is_counted_from_its_report_on(seen: Seen) -> None:
    row = Selector(seen.page("health.html")).xpath("//table[contains(caption, '各月')]/tbody/tr/td/text()").getall()
    assert (seen.crawled.code, row[:2]) == (ExitCode.OWED, ["1", "0"])  # one run, and it did not fail
    assert "127.0.0.1" in seen.page("health.html")


def test_the_same_archive_gives_the_same_bytes(seen: Seen) -> None:
    before = pages(seen.site.output)
    again = overview(seen.site)
    assert (again.code, "files that changed: 0" in again.out) == (0, True)
    assert pages(seen.site.output) == before


def test_jekyll_copies_the_pages_and_the_home_page_leads_to_them(
    seen: Seen, tool: Callable[[str], str], tmp_path: Path
) -> None:
    copy_site(tmp_path / "site")
    shutil.copytree(seen.site.output / "overview", tmp_path / "site/overview")
    built = build(tool("jekyll"), tmp_path / "site", "--baseurl", "/below")
    assert pages(built) == pages(seen.site.output)
    home = Selector((built / "index.html").read_text(encoding="utf-8"))
    assert "/below/overview/" in home.xpath("//header//a/@href").getall()
    links = {link for name in pages(built) for link in Selector(seen.page(name)).xpath("//a/@href").getall()}
    assert {link for link in links if link.startswith("/") or not (built / "overview" / link).exists()} == set()


def test_a_run_without_it_leaves_nothing_of_it(seen: Seen) -> None:
    site = replace(seen.site, output=seen.site.output.with_name("without"))
    assert site.crawl(f"since={UNTIL}", f"until={UNTIL}").code == 0
    assert site.posts()
    assert not (site.output / "overview").exists()
    assert not (site.output / ".finews/tables.sqlite").exists()
    with Ledger(site.output) as ledger:
        assert RunDays(ledger).all() == []


def test_what_is_off_is_not_loaded() -> None:
    parts = "crawl.run extensions.publisher extensions.report commands.crawl commands.main".split()
    program = f"import sys, {', '.join(f'finews_spider.{part}' for part in parts)}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)
    loaded = done.stdout.split()
    assert "finews_spider.publishing.finish" in loaded
    assert [name for name in loaded if name.startswith(("finews_spider.overview", "finews_spider.tables"))] == []
