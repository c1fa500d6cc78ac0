"""How far a run is, as it is shown; on a pseudo-terminal where that is needed."""

import os
import pty
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import pytest
from scrapy import Spider
from scrapy.exceptions import NotConfigured
from scrapy.settings import Settings
from scrapy.utils.test import get_crawler

from finews_spider.crawl.progress import Figures
from finews_spider.extensions import progress
from finews_spider.extensions.progress import LINE, Progress, in_words, of_bar, quieten, time_left
from finews_spider.spiders.finews import FinewsSpider
from tests.conftest import Site
from tests.support.paths import ROOT

BACKFILL = Figures(wanted=200, done=80, days=31, days_read=10.0, days_done=4)


def test_time_is_left_for_the_articles_wanted_and_for_those_that_unread_days_will_name() -> None:
    assert time_left(BACKFILL, seconds=40) == (120 + 21 * 20) / 2


def test_when_all_days_are_read_time_is_left_for_the_articles_wanted() -> None:
    assert time_left(BACKFILL._replace(days_read=31.0), seconds=40) == 60


@pytest.mark.parametrize(
    "known", [BACKFILL._replace(days_read=0.5), BACKFILL._replace(days_read=0), BACKFILL._replace(done=9)]
)
def test_before_a_day_is_read_and_articles_are_done_the_time_left_is_unknown(known: Figures) -> None:
    assert time_left(known, seconds=40) is None


def test_a_run_says_what_it_reads_and_what_it_has() -> None:
    figures = Figures("finews", "home", date(2021, 12, 14), wanted=1412, done=120, archived=1, failed=2)
    assert in_words(figures, requests=1530, seconds=550) == [
        "finews: home, back to 2021-12-14",
        "120 of 1,412 articles done, 1 new post, 2 failed; 1,530 requests in 9 min",
    ]


def test_a_backfill_says_how_many_days_are_done_and_how_long_it_will_take() -> None:
    assert in_words(BACKFILL, 1, 120)[2] == "4 of 31 days done, time left: about 14 min"
    assert in_words(BACKFILL._replace(days=62, sources=2, days_read=0), 1, 1)[2] == (
        "4 of 62 days done (31 of each source), time left: unknown"
    )


def test_pictures_come_last_and_the_bar_is_theirs_then() -> None:
    figures = Figures("finews", "home", wanted=5, done=5, pictures=1412, pictures_done=120, pictures_kept=1)
    assert in_words(figures, 9, 5)[2:] == ["120 of 1,412 pictures done, 1 kept"]
    alone = figures._replace(source="", listing="")
    assert in_words(alone, 9, 5) == ["pictures", "120 of 1,412 pictures done, 1 kept; 9 requests in 5.0 s"]
    assert of_bar(figures) == (120, 1412)
    assert of_bar(BACKFILL) == (4, 31)
    assert of_bar(Figures(wanted=5, done=3)) == (3, 5)


def test_before_anything_is_read_it_says_so() -> None:
    assert in_words(Figures(), 0, 0)[0] == "starting"


def test_a_list_cannot_steer_the_terminal() -> None:
    assert in_words(Figures("finews", "a\x1b[2J\nb"), 0, 0)[0] == "finews: a [2J b"


@pytest.mark.parametrize(("spider", "wanted"), [(Spider, True), (FinewsSpider, False)])
def test_it_is_off_for_other_spiders_and_where_it_is_not_wanted(spider: type[Spider], wanted: bool) -> None:
    crawler = get_crawler(spider, {"FINEWS_PROGRESS": wanted})
    with pytest.raises(NotConfigured):
        Progress.from_crawler(crawler)


@pytest.mark.parametrize(
    ("settings", "terminal", "level"),
    [
        ({}, True, "WARNING"),
        ({}, False, "INFO"),
        ({"LOG_LEVEL": "DEBUG"}, True, "DEBUG"),
        ({"LOG_FILE": "a.log"}, True, "INFO"),
        ({"FINEWS_PROGRESS": False}, True, "INFO"),
    ],
)
def test_the_log_gives_way_on_a_terminal_unless_it_is_asked_for(
    monkeypatch: pytest.MonkeyPatch, settings: dict[str, object], terminal: bool, level: str
) -> None:
    monkeypatch.setattr(progress, "is_terminal", lambda stream: terminal)
    made = Settings({"LOG_LEVEL": "INFO", "FINEWS_PROGRESS": True}, priority="project")
    made.setdict(settings, priority="cmdline")
    quieten(made)
    assert made["LOG_LEVEL"] == level


# A real crawl on a pseudo-terminal.


@dataclass
class Screen:
    """What a process wrote to its terminal, and what is to be seen at the end."""

    process: subprocess.Popen[bytes]
    terminal: int
    written: str = ""

    def read(self, until: str = "") -> None:
        """To what a pattern finds, or to the end."""
        while not until or not re.search(until, self.written):
            try:
                more = os.read(self.terminal, 4096)
            except OSError:  # the process has closed it
                return
            if not more:
                return
            self.written += more.decode()

    def lines(self) -> list[str]:
        """As a terminal of endless width shows them."""
        lines, row, column = [""], 0, 0
        for order, text in re.findall(r"(\x1b\[[0-9;?]*[A-Za-z]|[\r\n])|([^\x1b\r\n]+)", self.written):
            if order == "\n":
                row, column = row + 1, 0
                lines += [""] * (row == len(lines))
            elif order == "\r":
                column = 0
            elif order == "\x1b[2K":
                lines[row] = ""
            elif order == "\x1b[1A":
                row -= 1
            elif text:
                lines[row] = lines[row][:column].ljust(column) + text + lines[row][column + len(text) :]
                column += len(text)
        return lines


def watched(site: Site, settings: dict[str, str], *arguments: str) -> list[str]:
    """The command that crawls the site with the spider that speaks."""
    words = site.words(arguments, {"DOWNLOAD_DELAY": "0.02", **settings})
    return [sys.executable, "-W", "error", "-m", "scrapy", "runspider", "tests/support/watched.py", *words[2:]]


@pytest.fixture
def screen(site: Site, request: pytest.FixtureRequest) -> Iterator[Screen]:
    """A crawl; the parameter is settings of its own."""
    terminal, side = pty.openpty()
    environment = os.environ | {"TERM": "xterm", "COLUMNS": "100"}
    environment.pop("NO_COLOR", None)
    command = watched(site, getattr(request, "param", {}))
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=side, stderr=side) as process:
        os.close(side)
        yield Screen(process, terminal)
        process.kill()
    os.close(terminal)


DONE = "[1-9][0-9]* of [1-9][0-9]* articles done"
WARNED = "careful  [2J" + "x" * 200 + " the end"


@pytest.mark.slow
@pytest.mark.parametrize("screen", [{"LOG_LEVEL": "WARNING"}], indirect=True)
def test_the_display_stands_under_the_log_and_goes_at_the_end(screen: Screen) -> None:
    screen.read()
    assert screen.process.wait(60) == 0
    assert re.search("finews: category [^ ,]+, back to 202[0-9-]+", screen.written)
    assert re.search(f"{DONE}, [0-9]+ new posts?, 0 failed; [0-9]+ requests? in ", screen.written)
    assert "━━━━━━━━━━" in screen.written
    warning, printed, *rest = screen.lines()
    assert warning.endswith(f"[watched] WARNING: {WARNED}")
    assert printed == "printed, with rich"
    assert not any(rest)


@pytest.mark.slow
@pytest.mark.parametrize("screen", [{"LOG_LEVEL": "INFO"}], indirect=True)
def test_after_an_interrupt_the_log_goes_on_and_the_cursor_is_seen(screen: Screen) -> None:
    screen.read(until=DONE)
    screen.process.send_signal(signal.SIGINT)
    screen.read()
    assert screen.process.wait(60) == 0
    assert "INFO: Spider closed (shutdown)" in "\n".join(screen.lines())
    assert screen.written.rfind("\x1b[?25h") > screen.written.rfind("\x1b[?25l")
    assert "articles done" not in screen.written.partition("INFO: Spider closed")[2]


@pytest.mark.slow
@pytest.mark.parametrize("screen", [{"LOG_LEVEL": "INFO", "DOWNLOAD_DELAY": "5"}], indirect=True)
def test_a_run_that_is_interrupted_twice_takes_its_display_away(screen: Screen) -> None:
    screen.read(until="requests? in")
    screen.process.send_signal(signal.SIGINT)
    screen.read(until="Received SIGINT")
    screen.process.send_signal(signal.SIGINT)
    screen.read()
    screen.process.wait(60)
    assert "requests in" not in "\n".join(screen.lines())


@pytest.mark.slow
def test_a_killed_run_leaves_the_cursor_to_be_seen(screen: Screen) -> None:
    screen.read(until="articles done")
    screen.process.kill()
    screen.read()
    assert screen.written.rfind("\x1b[?25h") > screen.written.rfind("\x1b[?25l")


@pytest.mark.slow
@pytest.mark.parametrize("screen", [{"DOWNLOAD_DELAY": "0", "FINEWS_PROGRESS": "False"}], indirect=True)
def test_without_the_display_the_log_is_as_ever_and_printable(screen: Screen) -> None:
    screen.read()
    assert screen.process.wait(60) == 0
    assert "\x1b" not in screen.written
    assert f"[watched] WARNING: {WARNED}\r\n" in screen.written
    assert "INFO: Spider opened" in screen.written


@pytest.mark.slow
def test_without_a_terminal_a_line_a_minute_is_logged_and_rich_is_not_loaded(site: Site) -> None:
    assert LINE == 60  # the spider that speaks does not wait so long
    command = watched(site, {"LOG_LEVEL": "INFO"}, "since=2021-12-01", "until=2021-12-31")
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout == "printed, without rich\n"
    *_, last = re.findall(r"\[finews_spider\.extensions\.progress\] INFO: (.*)", done.stderr)
    assert re.match(r"finews: category [^ ,]+, back to [0-9-]+; [0-9]+ of [0-9]+ articles done, ", last)
    assert re.search(r"; [0-9]+ of 31 days done, time left: (unknown|about .+)$", last)
