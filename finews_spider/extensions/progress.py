"""How far a run is: a few live lines on a terminal, elsewhere a line in the log every minute."""

import logging
import sys
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Self

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.settings import SETTINGS_PRIORITIES, BaseSettings
from scrapy.utils.asyncio import AsyncioLoopingCall, create_looping_call
from twisted.internet.task import LoopingCall

from finews_spider.crawl.progress import Figures, figures_of
from finews_spider.crawl.run import RunSpider, run_of
from finews_spider.printable import safe_line
from finews_spider.reporting.terminal import duration, is_terminal, plural

if TYPE_CHECKING:
    from finews_spider.reporting.live_display import Display

logger = logging.getLogger(__name__)

REFRESH = 0.25  # seconds between two looks on a terminal
LINE = 60.0  # seconds between two lines in the log
MIN_DONE = 10  # articles, before their pace tells anything


def time_left(figures: Figures, seconds: float) -> float | None:
    """Return the seconds left, as long as an article took so far for each one wanted or probably named by unread days.

    None while that is unknown: few are done, or not a day was read.
    """
    wanted: float = figures.wanted
    if figures.days > figures.days_read:
        if figures.days_read < 1:
            return None
        wanted *= figures.days / figures.days_read
    return seconds / figures.done * (wanted - figures.done) if figures.done >= MIN_DONE else None


def in_words(figures: Figures, requests: int, seconds: float) -> list[str]:
    """Return two lines, one more for a window, and one for pictures."""
    requested = f"{plural(requests, 'request')} in {duration(seconds)}"
    pictures = (
        f"{figures.pictures_done:,} of {plural(figures.pictures, 'picture')} done, {figures.pictures_kept:,} kept"
    )
    if figures.pictures and not figures.source:
        return ["pictures", f"{pictures}; {requested}"]
    reading = safe_line(f"{figures.source}: {figures.listing}" if figures.source else "starting")
    lines = [f"{reading}, back to {figures.reached}" if figures.reached else reading]
    articles = f"{figures.done:,} of {plural(figures.wanted, 'article')} done, {plural(figures.archived, 'new post')}"
    lines.append(f"{articles}, {figures.failed:,} failed; {requested}")
    if figures.days:
        left = time_left(figures, seconds)
        days = f"{figures.days_done:,} of {plural(figures.days, 'day')} done"
        per_source = f" ({figures.days // figures.sources:,} of each source)" if figures.sources > 1 else ""
        lines.append(f"{days}{per_source}, time left: {'unknown' if left is None else f'about {duration(left)}'}")
    return [*lines, pictures] if figures.pictures else lines


def of_bar(figures: Figures) -> tuple[int, int]:
    """Return how many are done of how many: pictures, which come last, days of a window, or articles."""
    if figures.pictures:
        return figures.pictures_done, figures.pictures
    return (figures.days_done, figures.days) if figures.days else (figures.done, figures.wanted)


def quieten(settings: BaseSettings) -> None:
    """Leave a screen to the display: nothing below warnings is logged there, unless a level is given."""
    with suppress(ValueError):  # of a value that is none, which a run refuses
        _quieten(settings)


def _quieten(settings: BaseSettings) -> None:
    given = (settings.getpriority("LOG_LEVEL") or 0) >= SETTINGS_PRIORITIES["cmdline"]
    if not given and not settings["LOG_FILE"] and settings.getbool("FINEWS_PROGRESS") and is_terminal(sys.stderr):
        settings.set("LOG_LEVEL", "WARNING", priority="cmdline")


class Progress:
    """Shows how far the run is, time and again. Costs nothing where the run is over before it is asked."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.began = time.monotonic()
        self.display: Display | None = None
        self.task: AsyncioLoopingCall | LoopingCall | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's constructor; of a spider without a run, nothing is shown."""
        if not crawler.settings.getbool("FINEWS_PROGRESS") or not issubclass(crawler.spidercls, RunSpider):
            raise NotConfigured
        progress = cls(crawler)
        crawler.signals.connect(progress.opened, signals.spider_opened)
        crawler.signals.connect(progress.closed, signals.spider_closed)
        return progress

    def opened(self) -> None:
        """Begin to show it."""
        if is_terminal(sys.stderr):
            from finews_spider.reporting.live_display import Display  # a run without a screen is spared rich

            self.display = Display(sys.stderr)
        self.task = create_looping_call(self.show)
        self.task.start(REFRESH if self.display else LINE, now=self.display is not None)

    def closed(self) -> None:
        """The run is over, and the screen is for its summary."""
        if self.task and self.task.running:
            self.task.stop()
        if self.display:
            self.display.stop()

    def show(self) -> None:
        """Show it now: lines and a bar on a screen, one line in a log."""
        assert self.crawler.stats
        figures = figures_of(run_of(self.crawler))
        stats = self.crawler.stats.get_stats()
        requests = sum(stats[name] for name in stats if name.startswith("finews/hosts/") and name.endswith("/requests"))
        lines = in_words(figures, requests, time.monotonic() - self.began)
        if self.display:
            self.display.show(lines, *of_bar(figures))
        else:
            logger.info("%s", "; ".join(lines))
