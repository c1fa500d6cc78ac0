"""Whether the machine's clock can be believed: beside the clocks of the hosts that answer. No network, no disk."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache
from statistics import median_high

from finews_spider import dates

MAX_DIFFERENCE = timedelta(hours=1)
YEARS = range(2000, 2100)  # a host that says another has no clock
WAITS = "until they agree, no post moves to old_post/, and no article is given up or withdrawn"


def uptime() -> float:
    """Return the seconds since the machine started, sleep included where the system counts it."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


@lru_cache(maxsize=16)  # a host says the same for a second
def host_time(date: bytes | None, age: bytes | None) -> datetime | None:
    """Return what a host's clock says, by the headers Date and Age of its answer; None where they do not tell.

    A cache sends the Date at which it got the answer, and as Age the seconds since.
    """
    seconds = (age or b"").strip()
    try:
        made = parsedate_to_datetime((date or b"").decode("latin-1"))
        at = (made if made.tzinfo else made.replace(tzinfo=UTC)).astimezone(dates.BEIJING)
        at += timedelta(seconds=int(seconds[:9]) if seconds.isdigit() else 0)
    except (ValueError, OverflowError):
        return None
    return at if at.year in YEARS else None


class Clock:
    """The machine's clock, and those of the hosts that answered in this run.

    `proven` is the time at the end of the last run whose hosts agreed with the machine's clock, None where none is
    known. The machine's clock may be set while a run lasts: what the hosts said is kept by the seconds since its start.
    """

    def __init__(self, proven: datetime | None = None, uptime: Callable[[], float] = uptime) -> None:
        self._proven, self._uptime = proven, uptime
        self._starts: dict[str, datetime] = {}  # by each host's clock, when the machine started

    def record(self, host: str, at: datetime) -> None:
        """Note that this is the time by a host's clock. Of several the latest counts: a cache may send older ones."""
        start = at - timedelta(seconds=self._uptime())
        self._starts[host] = max(start, self._starts.get(host, start))

    @property
    def is_doubted(self) -> bool:
        """Whether most hosts differ from the machine's clock; where none answered, whether it was later before."""
        if self._starts:
            return 2 * self._contradictions > len(self._starts)
        return self._proven is not None and dates.now() < self._proven - MAX_DIFFERENCE

    @property
    def is_proven(self) -> bool:
        """Whether hosts answered, and do not contradict the machine's clock."""
        return bool(self._starts) and not self.is_doubted

    def time(self) -> datetime | None:
        """Return the time: the machine's, or where that is doubted the hosts' median; None where none answered."""
        return self._hosts_time() if self.is_doubted else dates.now()

    def now(self) -> datetime:
        """Return the time, as well as it is known."""
        return self.time() or dates.now()

    def doubt(self) -> str:
        """Return why the machine's clock is doubted, and what waits; nothing where it is not."""
        if not self.is_doubted:
            return ""
        says = f"the machine's clock says {dates.now():%Y-%m-%d %H:%M}"
        if others := self._hosts_time():
            hosts = f"{self._contradictions} of {len(self._starts)} hosts"
            return f"{says}, {hosts} differ by more than an hour and say {others:%Y-%m-%d %H:%M}; {WAITS}"
        return f"{says}, an earlier run was at {self._proven:%Y-%m-%d %H:%M}, and no host says the time; {WAITS}"

    @property
    def _contradictions(self) -> int:
        since = timedelta(seconds=self._uptime())
        return sum(abs(start + since - dates.now()) > MAX_DIFFERENCE for start in self._starts.values())

    def _hosts_time(self) -> datetime | None:
        if not self._starts:
            return None
        return median_high(self._starts.values()) + timedelta(seconds=self._uptime())
