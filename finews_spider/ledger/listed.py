"""What the listings of each source named in this run, and what has become of it. Gone with the run."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from finews_spider.items import ArticleRef
from finews_spider.ledger.database import Ledger

_TABLE = "CREATE TEMP TABLE listed (id TEXT, source TEXT, day TEXT, PRIMARY KEY (id, source)) WITHOUT ROWID"

# All; fresh; archived before; fresh and archived; owed still.
_COUNTS = """
    count(*), ifnull(sum(fresh), 0), ifnull(sum(NOT fresh AND posted), 0), ifnull(sum(fresh AND posted), 0),
    ifnull(sum(owing), 0)
FROM (
    SELECT listed.source, listed.day, fresh, EXISTS (SELECT 1 FROM posts WHERE posts.id = listed.id) AS posted,
    EXISTS (SELECT 1 FROM owed WHERE owed.id = listed.id AND state = 'owed') AS owing FROM listed JOIN queue USING (id)
)"""


class ListedCounts(NamedTuple):
    """How many articles listings named, and what has become of them."""

    listed: int
    new: int
    known: int
    archived: int
    owed: int


class Listed:
    """The articles that listings named, by source and day; they stand in the run's queue too."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        ledger.rows(_TABLE)

    def record(self, refs: Iterable[ArticleRef]) -> None:
        """Note that a listing of their source named these refs."""
        rows = ((ref.id, ref.source, ref.day and ref.day.isoformat()) for ref in refs)
        self._ledger.write_rows("INSERT OR IGNORE INTO listed VALUES (?, ?, ?)", rows)

    def counts(self, source: str) -> ListedCounts:
        """Return what became of all that a source's listings named."""
        return ListedCounts(*self._ledger.row(f"SELECT {_COUNTS} WHERE source = ?", (source,)))

    def counts_by_day(self, source: str) -> dict[date, ListedCounts]:
        """Return the same for each day that a listing told."""
        query = f"SELECT day, {_COUNTS} WHERE source = ? AND day IS NOT NULL GROUP BY day ORDER BY day"
        rows = self._ledger.rows(query, (source,))
        return {date.fromisoformat(day): ListedCounts(*counts) for day, *counts in rows}
