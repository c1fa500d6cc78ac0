"""How far a run is, as it is shown; on a pseudo-terminal where that is needed."""

import logging
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
from finews_spider.extensions.progress import Pace, Progress, in_words, quieten, time_left
from tests.conftest import Site
from tests.support.paths import ROOT

BACKFILL = Figures(wanted=200, done=80, days=31, days_read=10.0, days_done=4)


def test_time_is_left_for_the_articles_owed_and_for_those_that_unread_days_will_name() -> None:
    assert time_left(BACKFILL, pace=2.0) == (120 + 21 * 20) / 2


def test_when_all_days_are_read_time_is_left_for_the_articles_owed() -> None:
    assert time_left(BACKFILL._replace(days_read=31.0), pace=2.0) == 60


@pytest.mark.parametrize("known", [BACKFILL._replace(days_read=0.5), BACKFILL._replace(days_read=0)])
def test_before_a_day_is_read_the_time_left_is_unknown(known: Figures) -> None:
    assert time_left(known, pace=2.0) is None


def test_without_a_pace_the_time_left_is_unknown() -> None:
    assert time_left(BACKFILL, pace=None) is None


def test_a_window_whose_articles_are_all_known_takes_no_time() -> None:
    assert time_left(BACKFILL._replace(wanted=0, done=0), pace=2.0) == 0


def test_a_pace_is_told_when_there_is_enough_of_it() -> None:
    pace = Pace()
    assert pace.at(0, 0) is None
    assert pace.at(60, 1) is None  # from here on, whatever it took to read the lists
    assert pace.at(65, 101) is None  # too short
    assert pace.at(80, 10) is None  # too few
    assert pace.at(80, 11) == 0.5


def test_a_run_says_what_it_reads_and_what_it_has() -> None:
    figures = Figures("finews", "home", date(2021, 12, 14), wanted=1412, done=120, archived=1, failed=2)
    assert in_words(figures, requests=1530, seconds=550, left=None) == [
        "finews: home, back to 2021-12-14",
        "120 of 1,412 articles done, 1 new post, 2 failed; 1,530 requests in 9 min",
    ]


def test_a_backfill_says_how_many_days_are_done_and_how_long_it_will_take() -> None:
    assert in_words(BACKFILL, 1, 1, 800.0)[2] == "4 of 31 days done, time left: about 13 min"
    assert in_words(BACKFILL._replace(days=62, sources=2), 1, 1, None)[2] == (
        "4 of 62 days done (31 of each source), time left: unknown"
    )


def test_before_anything_is_read_it_says_so() -> None:
    assert in_words(Figures(), 0, 0, None)[0] == "starting"


def test_a_list_cannot_steer_the_terminal() -> None:
    assert in_words(Figures("finews", "a\x1b[2J\nb"), 0, 0, None)[0] == "finews: a [2J b"


class TellingSpider(Spider):
    name = "telling"

    def figures(self) -> Figures:
        return Figures("finews", "home")


class SilentSpider(Spider):
    name = "silent"


@pytest.mark.parametrize(("spider", "wanted"), [(SilentSpider, True), (TellingSpider, False)])
def test_it_is_off_for_other_spiders_and_where_it_is_not_wanted(spider: type[Spider], wanted: bool) -> None:
    crawler = get_crawler(spider, {"FINEWS_PROGRESS": wanted})
    crawler.spider = spider.from_crawler(crawler)
    with pytest.raises(NotConfigured):
        Progress.from_crawler(crawler)


@dataclass
class Clock:
    """Calls when the test says so."""

    running: bool = False
    interval: float = 0.0

    def __call__(self, call: object) -> "Clock":
        self.call = call
        return self

    def start(self, interval: float, now: bool) -> None:
        self.running, self.interval, self.now = True, interval, now

    def stop(self) -> None:
        self.running = False


def test_without_a_terminal_a_line_a_minute_is_logged(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    clock = Clock()
    monkeypatch.setattr(progress, "create_looping_call", clock)
    monkeypatch.setattr(progress, "is_terminal", lambda stream: False)
    crawler = get_crawler(TellingSpider, {"FINEWS_PROGRESS": True})
    crawler.spider = TellingSpider.from_crawler(crawler)
    watching = Progress.from_crawler(crawler)
    watching.opened()
    assert (clock.running, clock.interval, clock.now) == (True, 60, False)
    with caplog.at_level(logging.INFO):
        watching.log()
    (record,) = [record for record in caplog.records if record.name == progress.__name__]
    said = "finews: home; 0 of 0 articles done, 0 new posts, 0 failed; 0 requests in 0.0 s"
    assert (record.levelname, record.message) == ("INFO", said)
    watching.closed()
    assert not clock.running


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


@pytest.fixture
def screen(site: Site, request: pytest.FixtureRequest) -> Iterator[Screen]:
    """A crawl; the parameter is settings of its own."""
    words = site.words((), {"DOWNLOAD_DELAY": "0.02", **getattr(request, "param", {})})
    words[:2] = ["runspider", "tests/support/watched.py"]
    terminal, side = pty.openpty()
    environment = os.environ | {"TERM": "xterm", "COLUMNS": "100"}
    environment.pop("NO_COLOR", None)
    command = [sys.executable, "-W", "error", "-m", "scrapy", *words]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=side, stderr=side) as process:
        os.close(side)
        yield Screen(process, terminal)
        process.kill()
    os.close(terminal)


WARNED = "careful  [2J" + "x" * 200 + " the end"


@pytest.mark.parametrize("screen", [{"LOG_LEVEL": "WARNING"}], indirect=True)
def test_the_display_stands_under_the_log_and_goes_at_the_end(screen: Screen) -> None:
    screen.read()
    assert screen.process.wait(30) == 0
    assert "finews: category emnews, back to 2021-12-14" in screen.written
    assert re.search("[1-9][0-9]* of 99 articles done", screen.written)
    warning, printed, *rest = screen.lines()
    assert warning.endswith(f"[watched] WARNING: {WARNED}")
    assert printed == "printed"
    assert not any(rest)


@pytest.mark.parametrize("screen", [{"LOG_LEVEL": "INFO"}], indirect=True)
def test_after_an_interrupt_the_log_goes_on_and_the_cursor_is_seen(screen: Screen) -> None:
    screen.read(until="[1-9][0-9]* of 99 articles done")
    screen.process.send_signal(signal.SIGINT)
    screen.read()
    assert screen.process.wait(30) == 0
    assert "INFO: Spider closed (shutdown)" in "\n".join(screen.lines())
    assert screen.written.rfind("\x1b[?25h") > screen.written.rfind("\x1b[?25l")


def test_a_killed_run_leaves_the_cursor_to_be_seen(screen: Screen) -> None:
    screen.read(until="articles done")
    screen.process.kill()
    screen.read()
    assert screen.written.rfind("\x1b[?25h") > screen.written.rfind("\x1b[?25l")


@pytest.mark.parametrize("screen", [{"DOWNLOAD_DELAY": "0", "FINEWS_PROGRESS": "False"}], indirect=True)
def test_without_the_display_the_log_is_as_ever(screen: Screen) -> None:
    screen.read()
    assert screen.process.wait(30) == 0
    assert "\x1b" not in screen.written
    assert "INFO: Spider opened" in screen.written
