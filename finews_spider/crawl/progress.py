"""How far a run is, for whoever watches it."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import NamedTuple

from finews_spider import dates
from finews_spider.crawl import coverage
from finews_spider.crawl.coverage import Reach
from finews_spider.crawl.pagination import Pagination
from finews_spider.crawl.run import Run
from finews_spider.dates import Window


class Figures(NamedTuple):
    """How far a run is."""

    source: str = ""  # the one being read
    listing: str = ""  # the name of the list of which a page came last
    reached: date | None = None  # the oldest day that this list was read to
    wanted: int = 0  # articles to ask for: those listed and not archived, and those owed by earlier runs
    done: int = 0  # of these, archived, refused or failed
    archived: int = 0  # new posts
    failed: int = 0  # articles that were refused, or that no route gave
    days: int = 0  # of the window, times the sources of the run; 0 without a window
    days_done: int = 0  # of these, no list will add to, and no article of them is waited for
    days_read: float = 0.0  # of these, were read, on the average of the lists
    sources: int = 1  # of the run
    pictures: int = 0  # that are asked for, after the articles
    pictures_done: int = 0  # of these, came or failed
    pictures_kept: int = 0


class Days(NamedTuple):
    """Of a window, times the sources: how many it has, are done, and are read by the lists on the average."""

    days: int = 0
    days_done: int = 0
    days_read: float = 0.0


def figures_of(run: Run) -> Figures:
    """Return how far the run is; quick, and without side effects."""
    window, names = run.arguments.query.window, [source.name for source in run.arguments.sources]
    under_way = [ref for fetch in run.fetches.values() for ref in fetch.refs.values()]
    waiting = {name: run.owed.days_waiting(name) | {ref.day for ref in under_way if ref.day} for name in names}
    source, listing, reached = last_read(run.pagination)
    stats = run.crawler.stats
    assert stats
    return Figures(
        source=source,
        listing=listing,
        reached=reached,
        wanted=run.owed.wanted(),
        done=run.counted("asked") - len(run.fetches),
        archived=run.counted("archived"),
        failed=sum(map(run.counted, ("failed/", "refused/", "withdrawn"))),
        sources=len(names),
        pictures=stats.get_value("finews/pictures/due", 0),
        pictures_done=stats.get_value("finews/pictures/done", 0),
        pictures_kept=stats.get_value("finews/pictures/kept", 0),
        **days(window, dates.now().date(), run.pagination.reaches(names), waiting)._asdict(),
    )


def days(
    window: Window, today: date, reaches: Mapping[str, Mapping[str, Reach]], waiting: Mapping[str, Collection[date]]
) -> Days:
    """The days of all sources; `waiting` are those with articles that the run has not come to yet."""
    if not window.since:
        return Days()
    of_window, _ = coverage.days_of(window, reaches, today)
    total = Days()
    for source, lists in reaches.items():
        waits = dict.fromkeys(waiting.get(source, ()), 1)
        done = coverage.days_done(lists.values(), of_window, waits) if lists else 0
        read = coverage.days_read(lists.values(), of_window)
        total = Days(total.days + len(of_window), total.days_done + done, total.days_read + read)
    return total


def last_read(pagination: Pagination) -> tuple[str, str, date | None]:
    """Source and name of the list that was begun last, of those of which a page came, and how far back that was."""
    for (source, name), reading in reversed(pagination.readings.items()):
        if reading.pages:
            return source, name, reading.reach.oldest
    return "", "", None
