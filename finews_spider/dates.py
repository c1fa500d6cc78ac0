"""Reading of times as the sites write them, and the window of days; in Beijing time, whatever the machine's zone."""

import re
import unicodedata
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone, tzinfo
from typing import NamedTuple

MAX_TEXT = 1_000  # characters in which a time is looked for

BEIJING = timezone(timedelta(hours=8), "Asia/Shanghai")  # no summer time there since 1991

MORNING = frozenset("上午 凌晨 早上 早晨 清晨".split())
NOON = frozenset("中午 午间".split())
AFTERNOON = frozenset("下午 傍晚".split())
EVENING = frozenset("晚上 晚间 夜间 夜里 深夜".split())

_DATE = r"(?<![0-9])(?P<year>(?:19|20)[0-9]{2})[-/.年](?P<month>[0-9]{1,2})[-/.月](?P<day>[0-9]{1,2})日?"
_WEEKDAY = r"(?:\s*\(?(?:星期|周)[一二三四五六日天]\)?)?"
_HALVES = "|".join(sorted(MORNING | NOON | AFTERNOON | EVENING))
_HALF = rf"(?P<half>{_HALVES})?\s*"
_CLOCK = r"(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?:[.,][0-9]{1,9})?)?"
_ZONES = {"Z": 0, "UTC": 0, "GMT": 0, "CST": 8, "HKT": 8, "SGT": 8, "JST": 9, "KST": 9}  # hours; CST is China's here
_MARKS = (  # AM or PM, and the offset
    rf"(?:\s*(?P<meridiem>[AaPp])\.?[Mm]\b\.?)?(?:\s*(?P<zone>{'|'.join(_ZONES)})(?![A-Za-z]))?"
    r"(?:\s*(?P<sign>[+-])(?P<hours>0?[0-9]|1[0-4])(?::?(?P<minutes>[0-5][0-9]))?(?![0-9:]))?"
)
# After these: nothing that says more of the time, which nobody would have understood.
_PLACES = (
    "美|纽约|华盛顿|芝加哥|洛杉矶|太平洋|东部|中部|西部|夏|伦敦|英国|格林|世界|欧|巴黎|柏林|法|德国|俄|莫斯科|东京|日本|首尔|韩国"
    "|印度|悉尼|澳|当地"
)
_END = (
    r"(?![0-9A-Za-z_:])(?!\s*[+-][0-9])(?!\s*(?:[A-Z]{1,4}T|MSK|WIB|[AaPp]\.?[Mm])\b)"
    rf"(?!\s*\(?(?:{_PLACES})\S{{0,4}}(?:时间|令时))(?!\s*\(?(?:西|东(?!八))[一二三四五六七八九十]{{1,2}}区)(?!\s*(?:{_HALVES})(?!\w))"
)
_TIME = re.compile(rf"{_DATE}{_WEEKDAY}(?:\s*T\s*|\s*){_HALF}{_CLOCK}{_MARKS}{_END}")
_USUAL = re.compile(r"(?:19|20)[0-9]{2}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}")
_ELSEWHERE = re.compile(rf"(?:{_PLACES})\S{{0,4}}(?:时间|令时):?\s*$")
_AGO = re.compile(r"(?:大?约)?\s*(?P<number>[0-9]+|半)\s*(?:个)?(?P<unit>秒钟?|分钟?|小时|天|日|周)\s*(?:之|以)?前")
_UNITS = {"秒": timedelta(seconds=1), "分": timedelta(minutes=1), "时": timedelta(hours=1), "周": timedelta(weeks=1)}
_UNITS |= dict.fromkeys("天日", timedelta(days=1))
_NAMED_DAYS = {"今天": 0, "今日": 0, "今晨": 0, "今早": 0, "今晚": 0, "昨天": 1, "昨日": 1, "昨晚": 1, "昨夜": 1}
_NAMED_DAYS |= {"大前天": 3, "前天": 2, "前日": 2}
_NAMED_DAY = re.compile(rf"({'|'.join(_NAMED_DAYS)})(?![0-9](?![0-9]?[:时点][0-9]))")
_SHORT_DATE = re.compile(r"(?P<month>[0-9]{1,2})(?:-|/|月)(?P<day>[0-9]{1,2})日?\s*(?:[0-9]{1,2}:[0-9]{2}|$)")
_HANZI_CLOCK = re.compile(r"([0-9]{1,2})[时点]([0-9]{1,2})分(?:([0-9]{1,2})秒)?")


def now() -> datetime:
    """Return the time by the machine's clock. Call it as `dates.now()`: tests replace it."""
    return datetime.now(BEIJING)


def to_seconds(time: datetime) -> int:
    """Return a time as Unix seconds."""
    return int(time.timestamp())


def of_seconds(seconds: int) -> datetime:
    """Return the time in Beijing of Unix seconds."""
    return datetime.fromtimestamp(seconds, BEIJING)


def day_after(day: date) -> datetime:
    """Return the moment in Beijing at which a day is over; of the last that there is, its last moment."""
    if day == date.max:  # who types until=9999-12-31 means no end
        return datetime.max.replace(tzinfo=BEIJING)
    return datetime(day.year, day.month, day.day, tzinfo=BEIJING) + timedelta(days=1)


class Moment(NamedTuple):
    """A time that was read, and whether it had seconds (some pages give minutes only)."""

    time: datetime
    to_the_second: bool


def read_time(text: str, zone: tzinfo = BEIJING) -> Moment | None:
    """Return the first time in `text`, in Beijing: `2021-12-30 07:57:23`, `2021年12月30日 下午3:05`, `…T20:30:00Z`.

    One that says no zone is of that one.

    None where there is none, and where something stands with the digits that is not understood: no time is better than
    a wrong one.
    """
    if _USUAL.fullmatch(text):
        return _usual(text, zone)
    text = unicodedata.normalize("NFKC", text[:MAX_TEXT]).replace("\u2212", "-")
    text = _HANZI_CLOCK.sub(_with_colons, text)
    found = _TIME.search(text)
    if not found or _ELSEWHERE.search(text, 0, found.start()):
        return None
    date_and_clock = {name: int(found[name] or 0) for name in ("year", "month", "day", "minute", "second")}
    try:
        time = datetime(**date_and_clock, hour=_hour(found), tzinfo=_zone(found, zone))
        return Moment(time.astimezone(BEIJING), found["second"] is not None)
    except (ValueError, OverflowError):
        return None


def _usual(text: str, zone: tzinfo) -> Moment | None:
    """The time that nearly all are written like."""
    try:
        return Moment(datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(BEIJING), to_the_second=True)
    except (ValueError, OverflowError):
        return None


def _with_colons(clock: re.Match[str]) -> str:
    return ":".join(part.zfill(2) for part in clock.groups() if part)


def _hour(found: re.Match[str]) -> int:
    """The hour of 24. Raises ValueError where the half of the day contradicts it."""
    hour, half = int(found["hour"]), found["half"] or ""
    is_morning = (found["meridiem"] or "").upper() == "A" or half in MORNING
    is_noon = half in NOON and 10 <= hour <= 13
    is_afternoon = (found["meridiem"] or "").upper() == "P" or half in NOON | AFTERNOON | EVENING
    if is_morning and (is_afternoon or hour > 12):
        raise ValueError("no such hour in the morning")
    if half in EVENING and (hour == 12 or hour < 5):
        raise ValueError("whether that evening, or the night after it")
    if is_morning:
        return hour % 12
    return hour + 12 if is_afternoon and hour < 12 and not is_noon else hour


def _zone(found: re.Match[str], other: tzinfo) -> tzinfo:
    """The zone that stands with the time; the other where none does."""
    if not found["sign"]:
        return timezone(timedelta(hours=_ZONES[found["zone"]])) if found["zone"] else other
    offset = timedelta(hours=int(found["hours"]), minutes=int(found["minutes"] or 0))
    return timezone(-offset if found["sign"] == "-" else offset)


def read_listed_day(text: str, at: datetime) -> date | None:
    """Return the day in Beijing of a time that a list writes from the moment of its answer, `at`, on; else None.

    `今天 16:25`, `昨天 09:00`, `前天`, `3分钟前`, `2小时前`, `刚刚`, and `12-30 07:57` without a year. It bounds the
    rows of a list; a post's time is never made of it.
    """
    text = unicodedata.normalize("NFKC", text[:MAX_TEXT]).strip()
    at = at.astimezone(BEIJING)
    if ago := _AGO.fullmatch(text):
        unit = next(length for name, length in _UNITS.items() if name in ago["unit"])
        number = 0.5 if ago["number"] == "半" else int(ago["number"][:5])
        return (at - number * unit).date() if number < 10_000 else None
    if text in ("刚刚", "刚才"):
        return at.date()
    if named := _NAMED_DAY.match(text):
        return at.date() - timedelta(days=_NAMED_DAYS[named[1]])
    if short := _SHORT_DATE.match(text):
        return _last(int(short["month"]), int(short["day"]), at.date())
    return None


def _last(month: int, day: int, today: date) -> date | None:
    """The last such day of a year, up to tomorrow: clocks differ."""
    for year in (today.year + 1, today.year, today.year - 1):
        with suppress(ValueError):
            if (found := date(year, month, day)) <= today + timedelta(days=1):
                return found
    return None


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
