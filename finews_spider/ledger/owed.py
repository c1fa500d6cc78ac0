"""What is owed: articles that a listing named and that have no post yet. A run takes from it what it asks for."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

import msgspec

from finews_spider import dates
from finews_spider.items import ArticleRef
from finews_spider.ledger.database import Ledger
from finews_spider.ledger.listed import Listed
from finews_spider.ledger.patience import FIRST_PAUSE, MAX_PAUSE, Clock, MachineClock, Patience, now_by
from finews_spider.ledger.refs import read_ref
from finews_spider.ledger.tries import State, Tries

# What this run has to do with, in the order in which it came to it; gone with the run.
_QUEUE = """
CREATE TEMP TABLE queue (
    place INTEGER PRIMARY KEY, id TEXT UNIQUE, fresh INTEGER DEFAULT 0, wanted INTEGER DEFAULT 0,
    refresh INTEGER DEFAULT 0, absent INTEGER DEFAULT 0
)"""

# A time later than any pause was written by a clock that was wrong.
_DUE = f"NOT next_try BETWEEN ?1 + 1 AND ?1 + {MAX_PAUSE}"
# What a site names is asked of the site, and what an archive of the web names of that, whichever named it before; an
# archive has what a site has no more.
_MOVE = """
UPDATE owed SET state = 'owed', source = ?2, ref = ?3, next_try = 0, tries = 0, first_try = NULL, absences = 0,
first_absence = NULL WHERE id = ?1 AND (state = 'owed' OR ?4 AND state IN ('given up', 'withdrawn'))
AND iif(json_valid(ref), ifnull(json_extract(ref, '$.captures'), '') <> '', 0) <> ?4"""
_UNTOLD = "state = 'given up' AND NOT told AND source IN (SELECT value FROM json_each(?1))"


@dataclass(frozen=True, slots=True, kw_only=True)
class OwedArticle:
    """An article without a post: since when, and what became of it so far."""

    ref: ArticleRef
    state: State
    seen: datetime
    tries: int
    absences: int = 0  # looks at which its sites said that there is no such article
    next_try: datetime
    reason: str


class Task(NamedTuple):
    """What a run asks for: an owed article by its ref, or the post of that id again."""

    id: str
    ref: ArticleRef | None


class Owed:
    """The articles that are owed, kept in the ledger.

    `first_pause` is the time between a first try and the second, `patience` after how long an article is given up.
    """

    def __init__(
        self,
        ledger: Ledger,
        patience: timedelta,
        first_pause: timedelta = timedelta(seconds=FIRST_PAUSE),
        clock: Clock | None = None,
    ) -> None:
        self._ledger = ledger
        self._clock = clock or MachineClock()
        self.tries = Tries(ledger, Patience(patience.total_seconds(), first_pause.total_seconds()), self._clock)
        ledger.rows(_QUEUE)
        self.listed = Listed(ledger)
        self._at = 0  # the place in the queue up to which articles were taken

    # What a run sees, and takes up.

    def record_listed(self, refs: Sequence[ArticleRef]) -> list[bool]:
        """Note what a listing names: what has no post is owed from now on, through a power cut too.

        Return of each whether it is fresh: first named in this run, neither archived nor owed before.
        """
        with self._ledger.writing(synced=True):
            self.listed.record(refs)
            return [self._name(ref) for ref in refs]

    def _name(self, ref: ArticleRef) -> bool:
        row = self._ledger.row("SELECT fresh FROM queue WHERE id = ?", (ref.id,))
        if row is None:
            posted = self._ledger.row("SELECT 1 FROM posts WHERE id = ?", (ref.id,)) is not None
            row = (not posted and self._owe(ref),)
            insert = "INSERT INTO queue (id, fresh, wanted) VALUES (?, ?, ?)"
            self._ledger.rows(insert, (ref.id, *row, not posted))
        return bool(row[0])

    def _owe(self, ref: ArticleRef) -> bool:
        """Owe it, again where it was withdrawn and its pause is over; return whether nothing was known of it before."""
        now, text = now_by(self._clock), _json(ref)
        insert = "INSERT OR IGNORE INTO owed (id, source, ref, state, seen) VALUES (?, ?, ?, ?, ?)"
        if self._ledger.rows(insert, (ref.id, ref.source, text, State.OWED, now)).rowcount == 1:
            return True
        again = (
            f"UPDATE owed SET state = 'owed', source = ?3, ref = ?4 WHERE id = ?2 AND state = 'withdrawn' AND {_DUE}"
        )
        self._ledger.rows(again, (now, ref.id, ref.source, text))
        self._ledger.rows(_MOVE, (ref.id, ref.source, text, bool(ref.captures)))
        return False

    def enqueue_due(self, sources: Iterable[str]) -> None:
        """Queue what earlier runs owe of these sources, if its pause is over."""
        insert = (
            "INSERT OR IGNORE INTO queue (id, wanted) SELECT id, 1 FROM owed WHERE state = 'owed'"
            f" AND {_DUE} AND source IN (SELECT value FROM json_each(?2)) ORDER BY place"
        )
        with self._ledger.writing():
            self._ledger.rows(insert, (now_by(self._clock), _json(list(sources))))

    def enqueue_refresh(self, since: date, is_wanted: Callable[[str], bool]) -> None:
        """Put the posts of that day and later whose id is wanted on the queue, to see whether they were edited."""
        found = self._ledger.rows("SELECT id FROM posts WHERE name >= ? ORDER BY name DESC", (f"{since}",))
        wanted = [id_ for (id_,) in found if is_wanted(id_)]
        insert = "INSERT OR IGNORE INTO queue (id, refresh, wanted) SELECT value, 1, 1 FROM json_each(?) ORDER BY key"
        with self._ledger.writing():
            self._ledger.rows(insert, (_json(wanted),))

    def enqueue(self, ref: ArticleRef) -> None:
        """Queue one that is asked for by name, whatever its state and its pause."""
        self.record_listed([ref])
        with self._ledger.writing(synced=True):
            self._ledger.rows("UPDATE owed SET state = 'owed', next_try = 0 WHERE id = ?", (ref.id,))

    def take(self, number: int) -> list[Task]:
        """Return the next of the queue that are due, so many at most, each once a run."""
        found = self._ledger.rows(
            "SELECT queue.place, queue.id, ref"
            " FROM queue LEFT JOIN owed USING (id) WHERE queue.place > ?2"
            f" AND (refresh OR state = 'owed' AND {_DUE}) ORDER BY queue.place LIMIT ?3",
            (now_by(self._clock), self._at, number),
        ).fetchall()
        # Where no more are due, all that stands on the queue was looked at: a list may name 40,000 that are archived.
        full = len(found) == number
        self._at = found[-1][0] if full else self._ledger.row("SELECT ifnull(max(place), 0) FROM queue")[0]
        return [Task(id_, read_ref(ref) if ref else None) for _, id_, ref in found]

    def release(self, id_: str) -> None:
        """Owe no more what this run was not asked for, unless an earlier run did."""
        delete = "DELETE FROM owed WHERE id = ?1 AND EXISTS (SELECT 1 FROM queue WHERE id = ?1 AND fresh)"
        with self._ledger.writing():
            self._ledger.rows(delete, (id_,))

    # What a run says of itself.

    def wanted(self) -> int:
        """Return how many articles this run had, has or will have to ask for."""
        return int(self._ledger.row("SELECT count(*) FROM queue WHERE wanted")[0])

    def days_waiting(self, source: str) -> set[date]:
        """Return the days of articles that this run has not come to yet."""
        query = (
            "SELECT DISTINCT listed.day FROM listed JOIN queue USING (id) JOIN owed USING (id)"
            " WHERE queue.place > ? AND listed.source = ? AND listed.day IS NOT NULL"
        )
        return {date.fromisoformat(day) for (day,) in self._ledger.rows(query, (self._at, source))}

    def count(self, source: str) -> int:
        """Return how many are owed of a source."""
        return int(self._ledger.row("SELECT count(*) FROM owed WHERE state = 'owed' AND source = ?", (source,))[0])

    def count_queued(self) -> int:
        """Return how many of those that this run had to do with are owed still."""
        count = "SELECT count(*) FROM queue JOIN owed USING (id) WHERE state = 'owed'"
        return int(self._ledger.row(count)[0])

    def untold(self, sources: Iterable[str]) -> int:
        """Return how many articles of these sources are given up, and no report says so yet."""
        count = f"SELECT count(*) FROM owed WHERE {_UNTOLD}"
        return int(self._ledger.row(count, (_json(list(sources)),))[0])

    def mark_told(self, sources: Iterable[str]) -> None:
        """Note that a report was written that says how many articles of these sources are given up."""
        with self._ledger.writing():
            self._ledger.rows(f"UPDATE owed SET told = 1 WHERE {_UNTOLD}", (_json(list(sources)),))

    # What a person asks and says.

    def __iter__(self) -> Iterator[OwedArticle]:
        query = "SELECT ref, state, seen, tries, absences, next_try, reason FROM owed"
        for ref, state, seen, tries, absences, next_try, reason in self._ledger.rows(
            f"{query} ORDER BY state = 'owed' DESC, state, place"
        ):
            yield OwedArticle(
                ref=read_ref(ref),
                state=State(state),
                seen=_time(seen),
                tries=tries,
                absences=absences,
                next_try=_time(next_try),
                reason=reason,
            )

    def retry(self, *states: State) -> int:
        """Make all of these states due now, with the whole patience before them; return how many there are."""
        update = (
            "UPDATE owed SET state = 'owed', next_try = 0, tries = 0, first_try = NULL,"
            " absences = 0, first_absence = NULL, archive_look = 0 WHERE state IN (SELECT value FROM json_each(?))"
        )
        with self._ledger.writing(synced=True):
            return self._ledger.rows(update, (_json(states),)).rowcount

    def forget(self, id_: str) -> None:
        """Never ask for it again, whatever names it."""
        with self._ledger.writing(synced=True):
            if self._ledger.rows("UPDATE owed SET state = 'forgotten' WHERE id = ?", (id_,)).rowcount == 0:
                row = (id_, "", _json(ArticleRef(source="", id=id_, url="")), State.FORGOTTEN, now_by(self._clock))
                self._ledger.rows("INSERT INTO owed (id, source, ref, state, seen) VALUES (?, ?, ?, ?, ?)", row)


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _time(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, dates.BEIJING)
