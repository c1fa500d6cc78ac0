"""What came of the tries to fetch what is owed. (A post takes its article from the owed by itself: `Index.add`.)"""

from enum import StrEnum

from finews_spider.ledger.database import Ledger
from finews_spider.ledger.patience import Clock, Patience, absence_pause, first_look, is_gone, now_by

_FAIL = """
UPDATE owed SET state = ?1, tries = ?2, first_try = ?3, next_try = ?4, reason = ?5, told = 0,
absences = iif(?6, 0, absences), first_absence = iif(?6, NULL, first_absence) WHERE id = ?7"""
_ABSENT = "UPDATE owed SET state = ?, absences = ?, first_absence = ?, next_try = ?, reason = ? WHERE id = ?"
_RESTORE = """
UPDATE owed SET state = 'owed', next_try = 0, absences = absences - 1,
first_absence = iif(absences > 1, first_absence, NULL)
WHERE source = ? AND id IN (SELECT id FROM queue WHERE absent)"""


class State(StrEnum):
    """Of an article that has no post. Only what is owed is asked for; a list can make owed again what is withdrawn."""

    OWED = "owed"
    GIVEN_UP = "given up"
    WITHDRAWN = "withdrawn"
    FORGOTTEN = "forgotten"


class Tries:
    """Of the articles that a run took from its queue, each once."""

    def __init__(self, ledger: Ledger, patience: Patience, clock: Clock) -> None:
        self._ledger, self._patience, self._clock = ledger, patience, clock

    def fail(self, id_: str, reason: str, *, tried: bool = True, answered: bool = False) -> State:
        """Note that it could not be had, and return its state. Not `tried`, as nobody was asked: it is due at once.

        `answered`: a page of it was read, so it is there.
        """
        row = self._ledger.row("SELECT tries, first_try FROM owed WHERE id = ?", (id_,))
        if row is None:  # a post that was asked for again
            return State.OWED
        (tries, first_try), next_try, state = row, now_by(self._clock), State.OWED
        if tried:
            tries, first_try = tries + 1, first_look(first_try, self._clock)
            if self._patience.is_over(tries, first_try, next_try) and not self._clock.is_doubted:
                state = State.GIVEN_UP
            next_try += self._patience.pause(tries)
        with self._ledger.writing():
            self._ledger.rows(_FAIL, (state, tries, first_try, next_try, reason, answered, id_))
        return state

    def record_absence(self, id_: str, reason: str) -> State:
        """Note that its sites say that there is no such article; return its state, withdrawn after looks over hours."""
        row = self._ledger.row("SELECT absences, first_absence FROM owed WHERE id = ?", (id_,))
        if row is None:  # a post that was asked for again, and stays
            return State.WITHDRAWN
        absences, first, now = row[0] + 1, first_look(row[1], self._clock), now_by(self._clock)
        is_believed = is_gone(absences, first, now) and not self._clock.is_doubted
        state = State.WITHDRAWN if is_believed else State.OWED
        with self._ledger.writing():
            self._ledger.rows(_ABSENT, (state, absences, first, now + absence_pause(absences), reason, id_))
            self._ledger.rows("UPDATE queue SET absent = 1 WHERE id = ?", (id_,))
        return state

    def take_archive_look(self, id_: str) -> bool:
        """Note that archives are asked for what is withdrawn, which is done once; return whether it was not done."""
        take = "UPDATE owed SET archive_look = 1 WHERE id = ? AND state = 'withdrawn' AND NOT archive_look"
        with self._ledger.writing():
            return self._ledger.rows(take, (id_,)).rowcount == 1

    def restore_withdrawn(self, source: str) -> int:
        """Take back the absences of this run, of a source whose word is not believed; return how many.

        The articles are owed, and due at once.
        """
        with self._ledger.writing():
            restored = self._ledger.rows(_RESTORE, (source,)).rowcount
            done = "UPDATE queue SET absent = 0 WHERE id IN (SELECT id FROM owed WHERE source = ?)"
            self._ledger.rows(done, (source,))
        return restored
