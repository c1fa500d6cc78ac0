"""The pictures of a year by month: how many are kept, owed and given up; nothing where there are none."""

from collections import Counter
from pathlib import Path
from typing import NamedTuple

from finews_spider.dates import read_day
from finews_spider.ledger.database import Ledger
from finews_spider.ledger.pictures import states_of
from finews_spider.ledger.tries import State
from finews_spider.pictures import kept


class PictureCounts(NamedTuple):
    """Of the posts of a month."""

    kept: int
    owed: int
    given_up: int


def count_pictures(output: Path, ledger: Ledger) -> dict[str, PictureCounts]:
    """Return the counts of each month that has any. Raises OSError."""
    of_kept = Counter[str]()
    for day, file in kept.days(output):
        of_kept[day[:7]] += len(kept.read(file))
    states = Counter((day[:7], state) for (day, _), state in states_of(ledger).items())
    months = {*of_kept, *(month for month, _ in states)}
    months = {month for month in months if read_day(f"{month}-01")}  # a person may have made a folder
    return {
        month: PictureCounts(of_kept[month], states[month, State.OWED], states[month, State.GIVEN_UP])
        for month in sorted(months)
    }
