"""The report of a run: what it was asked for, what came, what is owed, and how it ended.

The fields are the keys of its JSON, in this order; docs/reports.md lists them. A field without a default is one that
every report has and that runs are compared by: JSON that lacks it is no report. Other fields may be missing in reports
of older versions.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final, Literal

SCHEMA: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Versions:
    """What the run was made with, like `2.19.0`."""

    finews: str = ""
    scrapy: str = ""
    python: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListReport:
    """What was read of one list. Times are as the list gives them: `2026-11-22T21:40:00+08:00`, or the day alone."""

    pages: int
    unchanged: int = 0  # of the pages, those that a 304 stood for
    rows: int
    newest: str | None = None
    oldest: str | None = None
    failed: str  # why a page could not be had or read; "": none failed
    ended: str | None = None  # why no more was read, as `coverage.Reach.ended`; None: the run was cut short
    skipped: dict[str, int] = field(default_factory=dict)  # rows, by reason; left out of its JSON where there are none
    looked: str = ""  # why it was read below what was known: "deep", for rows that come late; "gap"; "end"
    late: int = 0  # new rows below those that were known


@dataclass(frozen=True, slots=True, kw_only=True)
class GapReport:
    """A stretch of a list that nobody has read, or not often enough to believe it. Times are Beijing's."""

    list: str  # its name
    since: datetime  # the newest row that was known
    until: datetime  # the oldest row that was read above it
    opened: datetime
    looks: int  # that did not close it
    state: Literal["open", "given up"]
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceReport:
    """What came of one source: numbers of articles, where nothing else is said."""

    lists: dict[str, ListReport]  # by name
    rows: int = 0  # named by its lists
    new: int  # of these, neither archived nor owed before
    known: int = 0  # of these, archived before
    asked: int
    archived: int
    edited: int
    unchanged: int  # posts that are as the site has them, with `refresh=`
    withdrawn: int
    given_up: int
    last_route: int  # that came to the last route
    blocked: int  # answers that were captcha, block or login pages
    chars: int  # characters in the bodies
    bodies: int  # posts that were written with a body
    skipped: dict[str, int]  # rows, by reason
    refused: dict[str, int]  # by reason
    failed: dict[str, int]  # by reason
    routes: dict[str, int]  # answers, by the name of the route
    owed: int = 0  # after the run
    newest: str | None = None  # of all its lists
    oldest: str | None = None
    gaps: list[GapReport] = field(default_factory=list)  # that are open, or were given up


@dataclass(frozen=True, slots=True, kw_only=True)
class HostReport:
    """What one host was asked, and how it answered."""

    requests: int = 0
    retries: int = 0  # of the requests
    bytes: int = 0  # of the answers' bodies
    statuses: dict[str, int] = field(default_factory=dict)  # requests, by HTTP status or by what went wrong
    left_alone: str  # why it was asked no more; "": it was not


@dataclass(frozen=True, slots=True, kw_only=True)
class DayReport:
    """One day of a window: numbers of articles, and of the source's lists."""

    listed: int = 0
    archived: int = 0
    known: int = 0
    owed: int = 0
    covered: int = 0  # lists that were read past the day
    in_part: int = 0  # lists of which something of the day was read, and perhaps not all


@dataclass(frozen=True, slots=True, kw_only=True)
class BackfillReport:
    """All the runs of a backfill that was cut short and run again."""

    began: datetime  # the first of them
    runs: int
    archived: int  # posts of its days that came since then


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowReport:
    """What the lists of a window prove, by source."""

    since: date | None = None
    until: date | None = None
    days: dict[str, dict[date, DayReport]] = field(default_factory=dict)
    lists: dict[str, int] = field(default_factory=dict)  # how many lists it has
    not_covered: dict[str, list[date]] = field(default_factory=dict)
    uncovered: list[date] = field(default_factory=list)  # by all sources, in this run and those before it
    beyond: list[date] = field(default_factory=list)  # of these, older than all lists go back
    backfill: BackfillReport | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedReport:
    """What became of the run's files in git."""

    files: int = 0  # in the commit; 0: none was made
    commit: str = ""  # the branch's last; "": there was nothing to do
    pushed: bool = False
    trouble: str = ""  # why it is not published, and what to do
    notes: tuple[str, ...] = ()  # what else the owner should know


@dataclass(frozen=True, slots=True, kw_only=True)
class PicturesReport:
    """What came of the pictures that posts name."""

    kept: int = 0
    from_archive: int = 0  # of those, by an archive of the web
    bytes: int = 0  # of those kept
    owed: int = 0  # after the run
    given_up: int = 0
    left: int = 0  # files that are too old, or too much
    failed: dict[str, int] = field(default_factory=dict)  # by reason
    elsewhere: dict[str, int] = field(default_factory=dict)  # on hosts that the sources file does not name


@dataclass(frozen=True, slots=True, kw_only=True)
class RunReport:
    """One run. Times are Beijing's, to the second."""

    schema: Literal[1]
    run: str  # its name, and its file's without .json
    started: datetime
    ended: datetime | None = None  # None: it goes on, or was killed
    seconds: float | None = None  # that it took
    arguments: dict[str, str]  # as typed after -a
    versions: Versions = field(default_factory=Versions)
    output: str = ""  # the output folder's path
    posts: int | None = None  # in the archive after the run
    moved: int = 0  # posts, since they are older than FINEWS_KEEP_DAYS
    sources: dict[str, SourceReport]  # by name
    hosts: dict[str, HostReport]  # by host, with the port where a URL names one
    window: WindowReport | None = None  # None: it was no backfill
    published: PublishedReport | None = None  # None: publishing is off
    pictures: PicturesReport | None = None  # None: they are not kept; then its JSON has no such key
    warnings: list[str] = field(default_factory=list)
    broken: list[str]  # why sources look broken, a sentence each
    exit_code: int | None  # None: it goes on, or was killed
    why: str = ""  # the exit code
