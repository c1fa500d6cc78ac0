"""Pictures that are owed: posts name them, and they are not kept yet. What is kept, the site's own files tell."""

from collections.abc import Iterable

import msgspec

from finews_spider.ledger.database import Ledger
from finews_spider.ledger.patience import MAX_PAUSE, Clock, Patience, first_look, now_by
from finews_spider.ledger.tries import State

_NOTE = "INSERT OR IGNORE INTO pictures (day, key, address, state, seen) VALUES (?, ?, ?, 'owed', ?)"
_AGAIN = """
UPDATE pictures SET state = 'owed', next_try = 0, tries = 0, first_try = NULL, archive_look = 0
WHERE day = ? AND key = ?"""
_FAIL = """
UPDATE pictures SET state = ?, tries = ?, first_try = ?, next_try = ?, reason = ?, archive_look = archive_look OR ?
WHERE key = ?"""


class OwedPictures:
    """By the day of their posts and their address; one address may be owed for several days."""

    def __init__(self, ledger: Ledger, patience: Patience, clock: Clock) -> None:
        self._ledger, self._patience, self._clock = ledger, patience, clock

    def note(self, wanted: Iterable[tuple[str, str, str]], *, again: bool = False) -> None:
        """Owe pictures, by day, key and address, through a power cut too; `again`: also those that were given up."""
        with self._ledger.writing(synced=True):
            for day, key, address in wanted:
                self._ledger.rows(_NOTE, (day, key, address, now_by(self._clock)))
                if again:
                    self._ledger.rows(_AGAIN, (day, key))

    def due(self, since: str = "") -> list[tuple[str, str]]:
        """Return key and address of those whose pause is over, of that day and later, the newest first."""
        query = (
            "SELECT key, address FROM pictures WHERE state = 'owed' AND day >= ?3"
            " AND NOT next_try BETWEEN ?1 + 1 AND ?1 + ?2 GROUP BY key ORDER BY max(day) DESC, key"
        )
        return self._ledger.rows(query, (now_by(self._clock), MAX_PAUSE, since)).fetchall()

    def days_of(self, key: str) -> list[str]:
        """Return the days of the posts that it is owed for."""
        return [day for (day,) in self._ledger.rows("SELECT day FROM pictures WHERE key = ?", (key,))]

    def settle(self, keys: Iterable[str]) -> None:
        """These are kept."""
        with self._ledger.writing():
            self._ledger.rows("DELETE FROM pictures WHERE key IN (SELECT value FROM json_each(?))", (_json(keys),))

    def forget_before(self, day: str) -> None:
        """Owe nothing for posts that are older."""
        with self._ledger.writing():
            self._ledger.rows("DELETE FROM pictures WHERE day < ?", (day,))

    def day_of(self, key: str) -> str:
        """Return the first day of the posts that it is owed for; empty where it is owed for none."""
        return min(self.days_of(key), default="")

    def is_looked_for(self, key: str) -> bool:
        """Return whether archives were asked for it, which is done once."""
        return bool(self._ledger.row("SELECT max(archive_look) FROM pictures WHERE key = ?", (key,))[0])

    def fail(
        self, key: str, reason: str, *, tried: bool = True, is_final: bool = False, is_looked_for: bool = False
    ) -> State:
        """Note that it could not be had, and return its state; `is_final`: another try would give the same.

        `is_looked_for`: an archive was asked for it too, and has it not.
        """
        query = "SELECT max(tries), min(first_try) FROM pictures WHERE key = ?"
        tries, first_try = self._ledger.row(query, (key,))
        next_try, state = now_by(self._clock), State.OWED
        if tried:
            tries, first_try = (tries or 0) + 1, first_look(first_try, self._clock)
            is_over = self._patience.is_over(tries, first_try, next_try) and not self._clock.is_doubted
            state = State.GIVEN_UP if is_final or is_over else State.OWED
            next_try += self._patience.pause(tries)
        with self._ledger.writing():
            self._ledger.rows(_FAIL, (state, tries or 0, first_try, next_try, reason, is_looked_for, key))
        return state

    def count(self) -> int:
        """Return how many pictures are owed."""
        return int(self._ledger.row("SELECT count(DISTINCT key) FROM pictures WHERE state = 'owed'")[0])


def states_of(ledger: Ledger) -> dict[tuple[str, str], str]:
    """Return the states of pictures that did not come, owed or given up, by the day of their posts and their key."""
    return {(day, key): state for day, key, state in ledger.rows("SELECT day, key, state FROM pictures")}


def _json(values: Iterable[str]) -> str:
    return msgspec.json.encode(list(values)).decode()
