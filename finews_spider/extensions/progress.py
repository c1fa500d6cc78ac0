"""How far a run is: a few live lines on a terminal, elsewhere a line in the log every minute."""

import logging
import sys
import time
from typing import TYPE_CHECKING, Protocol, Self, runtime_checkable

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.settings import SETTINGS_PRIORITIES, BaseSettings
from scrapy.utils.asyncio import AsyncioLoopingCall, create_looping_call
from twisted.internet.task import LoopingCall

from finews_spider.crawl.progress import Figures
from finews_spider.printable import safe_line
from finews_spider.reporting.terminal import duration, is_terminal, plural

if TYPE_CHECKING:
    from finews_spider.reporting.live_display import Display

logger = logging.getLogger(__name__)

REFRESH = 0.25  # seconds between two looks on a terminal
LINE = 60.0  # seconds between two lines in the log
ENOUGH = 10  # articles, and seconds, before a pace is told


@runtime_checkable
class Watched(Protocol):
    """A spider whose progress can be shown."""

    def figures(self) -> Figures:
        """How far it is; quick, and without side effects."""
        ...


class Pace:
    """Articles a second, from the first one that was done."""

    def __init__(self) -> None:
        self._began: tuple[float, int] | None = None

    def at(self, seconds: float, done: int) -> float | None:
        """The pace so far, `seconds` after the start; None until there is enough to tell."""
        if self._began is None:
            if done:
                self._began = seconds, done
            return None
        took, articles = seconds - self._began[0], done - self._began[1]
        return articles / took if articles >= ENOUGH and took >= ENOUGH else None


def time_left(figures: Figures, pace: float | None) -> float | None:
    """Seconds, at this pace: for the articles still wanted and those that days not read yet will probably name.

    None while that is unknown: there is no pace yet, or not a day was read.
    """
    unread = figures.days - figures.days_read
    if not pace or (unread > 0 and figures.days_read < 1):
        return None
    to_come = figures.wanted / figures.days_read * unread if unread > 0 else 0
    return (figures.wanted - figures.done + to_come) / pace


def in_words(figures: Figures, requests: int, seconds: float, left: float | None) -> list[str]:
    """Two lines, three for a window."""
    reading = safe_line(f"{figures.source}: {figures.listing}" if figures.source else "starting")
    lines = [f"{reading}, back to {figures.reached}" if figures.reached else reading]
    articles = f"{figures.done:,} of {plural(figures.wanted, 'article')} done, {plural(figures.archived, 'new post')}"
    lines.append(f"{articles}, {figures.failed:,} failed; {plural(requests, 'request')} in {duration(seconds)}")
    if figures.days:
        days = f"{figures.days_done:,} of {plural(figures.days, 'day')} done"
        each = f" ({figures.days // figures.sources:,} of each source)" if figures.sources > 1 else ""
        lines.append(f"{days}{each}, time left: {'unknown' if left is None else f'about {duration(left)}'}")
    return lines


def quieten(settings: BaseSettings) -> None:
    """Leave a screen to the display: nothing below warnings is logged there, unless a level was asked for."""
    asked = (settings.getpriority("LOG_LEVEL") or 0) >= SETTINGS_PRIORITIES["cmdline"]
    if not asked and not settings["LOG_FILE"] and settings.getbool("FINEWS_PROGRESS") and is_terminal(sys.stderr):
        settings.set("LOG_LEVEL", "WARNING", priority="cmdline")


class Progress:
    """Asks the spider how far it is, and shows it. Costs nothing where the run is over before it is asked."""

    def __init__(self, crawler: Crawler, spider: Watched) -> None:
        self.crawler, self.spider = crawler, spider
        self.pace = Pace()
        self.display: Display | None = None
        self.task: AsyncioLoopingCall | LoopingCall | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's constructor; of a spider that cannot tell, nothing is shown."""
        if not crawler.settings.getbool("FINEWS_PROGRESS") or not isinstance(crawler.spider, Watched):
            raise NotConfigured
        progress = cls(crawler, crawler.spider)
        crawler.signals.connect(progress.opened, signals.spider_opened)
        crawler.signals.connect(progress.closed, signals.spider_closed)
        return progress

    def opened(self) -> None:
        """Begin to look."""
        self.began = time.monotonic()
        if is_terminal(sys.stderr):
            from finews_spider.reporting.live_display import Display  # a run without a screen is spared rich

            self.display = Display(sys.stderr)
        self.task = create_looping_call(self.show if self.display else self.log)
        self.task.start(REFRESH if self.display else LINE, now=self.display is not None)

    def closed(self) -> None:
        """The run is over, and the screen is for its summary."""
        if self.task and self.task.running:
            self.task.stop()
        if self.display:
            self.display.stop()

    def lines(self, figures: Figures) -> list[str]:
        """What is said of the figures now."""
        seconds = time.monotonic() - self.began
        requests = self.crawler.stats.get_value("downloader/request_count", 0)
        return in_words(figures, requests, seconds, time_left(figures, self.pace.at(seconds, figures.done)))

    def log(self) -> None:
        """One line."""
        logger.info("%s", "; ".join(self.lines(self.spider.figures())))

    def show(self) -> None:
        """The lines, and a bar."""
        assert self.display
        figures = self.spider.figures()
        total, done = (figures.days, figures.days_done) if figures.days else (figures.wanted, figures.done)
        self.display.show(self.lines(figures), done, total)
