"""Reading of times as the sites write them, and the window of days; in Beijing time, whatever the machine's zone."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from typing import NamedTuple

BEIJING = timezone(timedelta(hours=8), "Asia/Shanghai")  # no summer time there since 1991

_TIME = re.compile(
    r"(?P<year>(?:19|20)[0-9]{2})[-/年](?P<month>[0-9]{1,2})[-/月](?P<day>[0-9]{1,2})日?[ T\u3000]*"
    r"(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2}))?(?![0-9])"
)


def now() -> datetime:
    """Return the time by the machine's clock. Call it as `dates.now()`: tests replace it."""
    return datetime.now(BEIJING)


class Moment(NamedTuple):
    """A time that was read, and whether it had seconds (some pages give minutes only)."""

    time: datetime
    to_the_second: bool


def read_time(text: str) -> Moment | None:
    """Return the first time in `text`; None if there is none.

    It is read as 2021-12-30 07:57:23, 2021/12/30 07:57, or 2021年12月30日 07:57.
    """
    found = _TIME.search(text)
    if not found:
        return None
    parts = {name: int(digits) for name, digits in found.groupdict(default="0").items()}
    try:
        time = datetime(**parts, tzinfo=BEIJING)
    except ValueError:
        return None
    return Moment(time, found["second"] is not None)


def read_day(text: str) -> date | None:
    """Return the day that `text` is, as YYYY-MM-DD or YYYY/MM/DD; None if it is not one."""
    if not re.fullmatch(r"[0-9]{4}([-/])[0-9]{2}\1[0-9]{2}", text):
        return None
    try:
        return date.fromisoformat(text.replace("/", "-"))
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class Window:
    """`since`..`until`, whole days in Beijing, both ends included; None is open."""

    since: date | None = None
    until: date | None = None

    def __contains__(self, day: date) -> bool:
        return not self.is_before(day) and (self.until is None or day <= self.until)

    def is_before(self, day: date) -> bool:
        """Return whether `day` is before the window."""
        return self.since is not None and day < self.since

    def __bool__(self) -> bool:
        return self.since is not None or self.until is not None
