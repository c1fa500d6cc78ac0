"""How long an article is waited for: pauses between tries, when it is given up, when it is gone. In seconds."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from finews_spider import dates

MINUTE, HOUR, DAY = 60, 3600, 86_400

FIRST_PAUSE = 10 * MINUTE  # after a first try that failed; then twice as long each time
MAX_PAUSE = DAY
MIN_TRIES = 8  # before it is given up: a machine that was off for two weeks has not tried for two weeks
EARLIEST = int(datetime(2020, 1, 1, tzinfo=dates.BEIJING).timestamp())  # what is noted as earlier, a wrong clock said

# Sites list an article before its page is up, and caches keep a 404: one look proves nothing. Few do, over hours: each
# costs a request for every route.
MIN_ABSENCES = 3
MIN_ABSENT = 6 * HOUR  # from the first look to the last
ABSENCE_PAUSES = (1 * HOUR, 5 * HOUR)


class Clock(Protocol):
    """What time it is, as far as that is known."""

    @property
    def is_doubted(self) -> bool:
        """Whether the machine's clock may be wrong: no article is given up or withdrawn then."""

    def time(self) -> datetime | None:
        """Return the time; None where the machine's clock is doubted and nobody else's is known."""


class MachineClock:
    """The machine's clock, believed."""

    is_doubted = False

    def time(self) -> datetime:
        """Return its time."""
        return dates.now()


def now_by(clock: Clock) -> int:
    """Return the time; the machine's where it is doubted and no other is known."""
    return int((clock.time() or dates.now()).timestamp())


@dataclass(frozen=True, slots=True)
class Patience:
    """With one article: it is given up `limit` after its first try, but not before its eighth."""

    limit: float
    first_pause: float = FIRST_PAUSE

    def pause(self, tries: int) -> int:
        """Return the pause after so many tries that failed, one at least."""
        return int(min(self.first_pause * 2 ** min(tries - 1, 20), MAX_PAUSE))

    def is_over(self, tries: int, first_try: int | None, now: int) -> bool:
        """Return whether the article is to be given up."""
        return tries >= MIN_TRIES and first_try is not None and now - first_try >= self.limit


def absence_pause(absences: int) -> int:
    """Return the pause after so many looks at which it was absent: until the next, or until a list makes it owed."""
    if absences < MIN_ABSENCES:
        return ABSENCE_PAUSES[absences - 1]
    return min(MIN_ABSENT << min(absences - MIN_ABSENCES, 20), MAX_PAUSE)


def is_gone(absences: int, first_absence: int | None, now: int) -> bool:
    """Return whether these are looks enough to believe it."""
    return absences >= MIN_ABSENCES and first_absence is not None and now - first_absence >= MIN_ABSENT


def first_look(noted: int | None, clock: Clock) -> int | None:
    """Return the time of a first look: as it was noted, else now; None where that is not known."""
    if noted is not None and EARLIEST <= noted <= now_by(clock):
        return noted
    return now_by(clock) if clock.time() else None
