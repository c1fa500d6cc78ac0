"""All that the pages are made of, gathered from the posts, the ledger and the reports of runs."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain
from pathlib import Path

from finews_spider.ledger.coverage import CoverageTable
from finews_spider.ledger.database import Ledger
from finews_spider.ledger.hashes import Hashes
from finews_spider.ledger.owed import OwedArticle
from finews_spider.ledger.run_days import HostFigures, PostDays, RunDay, RunDays
from finews_spider.ledger.tries import State
from finews_spider.overview.days import Day, Missing, days_from, known_days, of_all
from finews_spider.overview.pictures import PictureCounts, count_pictures
from finews_spider.overview.posts import PostFigures, count_posts
from finews_spider.overview.runs import keep_figures
from finews_spider.reporting.days import DAY, Known
from finews_spider.sources.eastmoney_ids import day_of
from finews_spider.tables.index import use

FIRST_YEAR = 1990  # posts of earlier years are counted, and in no calendar
RECENT = 90  # days of runs that are shown one by one


@dataclass(frozen=True)
class Figures:
    """What is known of an archive. Days are those of the calendars, one after the other, up to today."""

    today: date
    posts: PostFigures
    days: dict[date, Day]
    known: dict[str, dict[date, Known]]  # by source, those of which any list was ever read
    owed: Counter[str]  # articles by source
    pictures: dict[str, PictureCounts]  # by month
    runs: list[RunDay]
    hosts: dict[str, HostFigures]  # of the recent days

    @property
    def years(self) -> list[int]:
        """Return the years that have a calendar, the newest first."""
        return sorted({day.year for day in self.days}, reverse=True)


def gather(
    output: Path, ledger: Ledger, owed: Iterable[OwedArticle], sources: Sequence[str], now: datetime, running: str = ""
) -> Figures:
    """Return what is known now, of these sources; the run that goes on is not counted. Raises DiskError, OSError."""
    today = now.date()
    keep_figures(output, ledger, today, running)
    posts = use(output, count_posts)
    waiting = list(owed)
    missing = _missing(waiting, _gone(ledger, posts.days))
    days = _days(posts.days, [day for day, one in missing.items() if one.gone], today)
    table = CoverageTable(ledger)
    coverage = {name: lists for name in sources if (lists := table.of(name))}
    known = {name: known_days(days, lists, now) for name, lists in coverage.items()}
    return Figures(
        today=today,
        posts=posts,
        days={
            day: Day(
                day,
                posts.days.get(day, 0),
                of_all(of_source[day] for of_source in known.values()),
                missing.get(day, Missing()),
                is_over=day < today,
            )
            for day in days
        },
        known=known,
        owed=Counter(article.ref.source for article in waiting if article.state is State.OWED),
        pictures=count_pictures(output, ledger),
        runs=RunDays(ledger).all(),
        hosts=RunDays(ledger).hosts(today - (RECENT - 1) * DAY),
    )


def _days(posts: Iterable[date], gone: Iterable[date], today: date) -> list[date]:
    """Return the days from the month of the first post on, up to the end of today's year at the latest."""
    known = [day for day in chain(posts, gone) if FIRST_YEAR <= day.year <= today.year]
    first = min([*known, today]).replace(day=1)
    return days_from(first, max([*known, today]))


def _gone(ledger: Ledger, posts: Counter[date]) -> dict[date, int]:
    """Return how many posts each day had that are not there: by their ids, and by what the day had at another time."""
    gone = Counter(day for id_, _ in Hashes(ledger).gone() if (day := day_of(id_)))
    return gone | Counter(PostDays(ledger).note(posts))  # the larger of the two


def _missing(owed: Iterable[OwedArticle], gone: dict[date, int]) -> dict[date, Missing]:
    states: defaultdict[date, Counter[State]] = defaultdict(Counter)
    for article in owed:
        ref = article.ref
        if day := ref.day or (ref.time and ref.time.date()) or day_of(ref.id):
            states[day][article.state] += 1
    return {
        day: Missing(
            owed=states[day][State.OWED],
            given_up=states[day][State.GIVEN_UP],
            withdrawn=states[day][State.WITHDRAWN],
            gone=gone.get(day, 0),
        )
        for day in [*states, *(day for day in gone if day not in states)]
    }
