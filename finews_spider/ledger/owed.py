"""What is owed: articles that a listing named and that have no post yet. A run takes from it what it asks for."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

import msgspec

from finews_spider import dates
from finews_spider.items import ArticleRef
from finews_spider.ledger.database import Ledger
from finews_spider.ledger.listed import Listed

FIRST_PAUSE = timedelta(minutes=10)  # after a first try that failed; then twice as long each time
MAX_PAUSE = timedelta(days=1)

# What this run has to do with, in the order in which it came to it; gone with the run.
_QUEUE = """
CREATE TEMP TABLE queue (
    place INTEGER PRIMARY KEY, id TEXT UNIQUE, fresh INTEGER DEFAULT 0, wanted INTEGER DEFAULT 0,
    refresh INTEGER DEFAULT 0
)"""

# A time later than any pause was written by a clock that was wrong.
_DUE = f"NOT next_try BETWEEN ?1 + 1 AND ?1 + {int(MAX_PAUSE.total_seconds())}"


class State(StrEnum):
    """Of an article that has no post. All but the first are asked for no more."""

    OWED = "owed"
    GIVEN_UP = "given up"
    WITHDRAWN = "withdrawn"
    FORGOTTEN = "forgotten"


@dataclass(frozen=True, slots=True, kw_only=True)
class OwedArticle:
    """An article without a post: since when, and what became of it so far."""

    ref: ArticleRef
    state: State
    seen: datetime
    tries: int
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

    def __init__(self, ledger: Ledger, patience: timedelta, first_pause: timedelta = FIRST_PAUSE) -> None:
        self._ledger = ledger
        self._patience, self._first_pause = patience, first_pause
        ledger.rows(_QUEUE)
        self.listed = Listed(ledger)
        self._at = 0  # the place in the queue up to which articles were taken

    # What a run sees, and takes up.

    def record_listed(self, refs: Sequence[ArticleRef]) -> list[bool]:
        """Note what a listing names: what has no post is owed from now on, through a power cut too.

        Return of each whether it is fresh: first named in this run, neither archived nor owed before.
        """
        with self._ledger.writing(synced=True):
            return [self._name(ref) for ref in refs]

    def _name(self, ref: ArticleRef) -> bool:
        self.listed.record(ref)
        row = self._ledger.row("SELECT fresh FROM queue WHERE id = ?", (ref.id,))
        if row is None:
            posted = self._ledger.row("SELECT 1 FROM posts WHERE id = ?", (ref.id,)) is not None
            row = (not posted and self._owe(ref),)
            insert = "INSERT INTO queue (id, fresh, wanted) VALUES (?, ?, ?)"
            self._ledger.rows(insert, (ref.id, *row, not posted))
        return bool(row[0])

    def _owe(self, ref: ArticleRef) -> bool:
        """Owe it; return whether it was not owed before."""
        insert = "INSERT OR IGNORE INTO owed (id, source, ref, state, seen) VALUES (?, ?, ?, ?, ?)"
        row = (ref.id, ref.source, _json(ref), State.OWED, _seconds(dates.now()))
        return self._ledger.rows(insert, row).rowcount == 1

    def enqueue_due(self, sources: Iterable[str]) -> None:
        """Queue what earlier runs owe of these sources, if its pause is over."""
        insert = (
            "INSERT OR IGNORE INTO queue (id, wanted) SELECT id, 1 FROM owed WHERE state = 'owed'"
            f" AND {_DUE} AND source IN (SELECT value FROM json_each(?2)) ORDER BY place"
        )
        with self._ledger.writing():
            self._ledger.rows(insert, (_seconds(dates.now()), _json(list(sources))))

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
            (_seconds(dates.now()), self._at, number),
        ).fetchall()
        # Where no more are due, all that stands on the queue was looked at: a list may name 40,000 that are archived.
        full = len(found) == number
        self._at = found[-1][0] if full else self._ledger.row("SELECT ifnull(max(place), 0) FROM queue")[0]
        return [Task(id_, _ref(ref) if ref else None) for _, id_, ref in found]

    def release(self, id_: str) -> None:
        """Owe no more what this run was not asked for, unless an earlier run did."""
        delete = "DELETE FROM owed WHERE id = ?1 AND EXISTS (SELECT 1 FROM queue WHERE id = ?1 AND fresh)"
        with self._ledger.writing():
            self._ledger.rows(delete, (id_,))

    # What came of a try. (A post takes its article from the owed by itself: `Index.add`.)

    def fail(self, id_: str, reason: str, *, tried: bool = True) -> State:
        """Note that it could not be had, and return its state. Not `tried`, as nobody was asked: it is due at once."""
        now = _seconds(dates.now())
        row = self._ledger.row("SELECT tries, first_try FROM owed WHERE id = ?", (id_,))
        if row is None:  # a post that was asked for again
            return State.OWED
        tries, first_try = row
        state, next_try = State.OWED, now
        if tried:
            next_try += int(min(self._first_pause * 2 ** min(tries, 20), MAX_PAUSE).total_seconds())
            tries += 1
            first_try = first_try or now
            state = State.GIVEN_UP if now - first_try >= self._patience.total_seconds() else State.OWED
        update = "UPDATE owed SET state = ?, tries = ?, first_try = ?, next_try = ?, reason = ? WHERE id = ?"
        with self._ledger.writing():
            self._ledger.rows(update, (state, tries, first_try, next_try, reason, id_))
        return state

    def withdraw(self, id_: str, reason: str) -> None:
        """Note that the site has no such article."""
        with self._ledger.writing():
            self._ledger.rows("UPDATE owed SET state = 'withdrawn', reason = ? WHERE id = ?", (reason, id_))

    def restore_withdrawn(self, source: str) -> int:
        """Owe again what a source whose word is not believed called gone in this run; return how many."""
        update = (
            "UPDATE owed SET state = 'owed' WHERE state = 'withdrawn' AND source = ? AND id IN (SELECT id FROM queue)"
        )
        with self._ledger.writing():
            return self._ledger.rows(update, (source,)).rowcount

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

    # What a person asks and says.

    def __iter__(self) -> Iterator[OwedArticle]:
        query = "SELECT ref, state, seen, tries, next_try, reason FROM owed ORDER BY state = 'owed' DESC, state, place"
        for ref, state, seen, tries, next_try, reason in self._ledger.rows(query):
            times = {"seen": _time(seen), "next_try": _time(next_try)}
            yield OwedArticle(ref=_ref(ref), state=State(state), tries=tries, reason=reason, **times)

    def retry(self, *states: State) -> int:
        """Make all of these states due now, with the whole patience before them; return how many there are."""
        update = (
            "UPDATE owed SET state = 'owed', next_try = 0, first_try = NULL, tries = 0"
            " WHERE state IN (SELECT value FROM json_each(?))"
        )
        with self._ledger.writing(synced=True):
            return self._ledger.rows(update, (_json(states),)).rowcount

    def forget(self, id_: str) -> None:
        """Never ask for it again, whatever names it."""
        with self._ledger.writing(synced=True):
            if self._ledger.rows("UPDATE owed SET state = 'forgotten' WHERE id = ?", (id_,)).rowcount == 0:
                row = (id_, "", _json(ArticleRef(source="", id=id_, url="")), State.FORGOTTEN, _seconds(dates.now()))
                self._ledger.rows("INSERT INTO owed (id, source, ref, state, seen) VALUES (?, ?, ?, ?, ?)", row)


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _ref(text: str) -> ArticleRef:
    ref = msgspec.json.decode(text, type=ArticleRef)
    ref.time = ref.time and ref.time.astimezone(dates.BEIJING)
    return ref


def _seconds(time: datetime) -> int:
    return int(time.timestamp())


def _time(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, dates.BEIJING)
