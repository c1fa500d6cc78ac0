"""The spider's arguments (`-a name=value`), checked before anything is asked for."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from finews_spider import dates
from finews_spider.dates import Window, read_day
from finews_spider.exceptions import ConfigurationError
from finews_spider.items import ArticleRef
from finews_spider.sources.base import Query, Source

ACCEPTED = {
    "source": "names of sources, comma-separated",
    "category": "slugs of categories, comma-separated",
    "column": "slugs of columns, comma-separated",
    "since": "the first day, YYYY-MM-DD",
    "until": "the last day, YYYY-MM-DD",
    "refresh": "days: articles of so many days back are asked for again, to see whether they were edited",
    "url": "one share link, post page or article page",
}


class ArgumentError(ConfigurationError):
    """A spider argument that cannot be meant; the message names it and says what is accepted."""


@dataclass(frozen=True, slots=True)
class Arguments:
    """What a run is asked for. With `ref`, that one article and nothing else; `refresh` is in days, 0 for none."""

    sources: tuple[Source, ...]
    query: Query
    ref: ArticleRef | None = None
    refresh: int = 0

    @property
    def is_narrow(self) -> bool:
        """Whether the run is for a part of the news only: it owes what is of that part, no more."""
        return bool(self.ref or self.query.categories or self.query.columns or self.query.window)

    def is_id(self, text: str) -> bool:
        """Return whether one of the run's sources has such ids."""
        return any(source.has(text) for source in self.sources)


def read_arguments(values: Mapping[str, str], sources: Mapping[str, Source]) -> Arguments:
    """The arguments, given those of the command line and the sources of the sources file."""
    for name in values:
        if name not in ACCEPTED:
            raise ArgumentError(f"{name}: unknown argument; accepted are {', '.join(ACCEPTED)}")
    chosen = _sources(values.get("source"), sources)
    columns = _columns(values.get("column"), chosen)
    if columns:
        chosen = tuple(source for source in chosen if source.column_slugs())
    query = Query(categories=categories_of(values.get("category")), columns=columns, window=window_of(values))
    if "url" not in values:
        _check_archives(chosen, query, values)
        if not any(source.listings(query) for source in chosen):
            raise ArgumentError(f"column, category: no listing of {_names_of(chosen)} is both")
        return Arguments(chosen, query, refresh=_refresh(values.get("refresh")))
    if others := sorted(values.keys() - {"url", "source"}):
        raise ArgumentError(f"url: names one article and nothing else, so {', '.join(others)} cannot stand beside it")
    return Arguments(chosen, query, _ref(values["url"].strip(), chosen))


def _names(argument: str, value: str, is_name: Callable[[str], object], meaning: str) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(name.strip() for name in value.split(",") if name.strip()))
    wrong = [name for name in names if not is_name(name)]
    if wrong or not names:
        raise ArgumentError(f"{argument}: {', '.join(wrong) or 'nothing'} is not accepted; {meaning}")
    return names


def _sources(value: str | None, sources: Mapping[str, Source]) -> tuple[Source, ...]:
    meaning = f"sources are {', '.join(sources)}"
    if value is not None:
        names = _names("source", value, sources.__contains__, meaning)
        return tuple(source for name, source in sources.items() if name in names)
    enabled = tuple(source for source in sources.values() if source.enabled and not source.is_archive)
    if not enabled:
        raise ArgumentError(f"source: none is enabled in the sources file; {meaning}")
    return enabled


def _check_archives(sources: Iterable[Source], query: Query, values: Mapping[str, str]) -> None:
    """Raise ArgumentError where an archive is named without a window that it can be asked for."""
    archives = [source for source in sources if source.is_archive]
    if not archives:
        return
    names, window = _names_of(archives), query.window
    if window.since is None or window.until is None:
        raise ArgumentError(
            f"source: {names} has all days there ever were; name those to read: -a since=2021-12-01 -a until=2021-12-31"
        )
    if window.until > dates.now().date():
        raise ArgumentError(f"until: {window.until} is yet to come; {names} has nothing of it")
    if "refresh" in values:
        raise ArgumentError(f"refresh: {names} does not tell what was edited; name other sources")


def categories_of(value: str | None) -> tuple[str, ...]:
    """Return the slugs of categories, none for all. Raises ArgumentError."""
    if value is None:
        return ()
    meaning = "a category is a slug like zhongguozhengquanbao"
    return _names("category", value, re.compile(r"[A-Za-z0-9_-]+").fullmatch, meaning)


def _columns(value: str | None, sources: tuple[Source, ...]) -> tuple[str, ...]:
    if value is None:
        return ()
    known = sorted(set().union(*(source.column_slugs() for source in sources)))
    meaning = f"columns of {_names_of(sources)} are {', '.join(known) or 'none'}"
    return _names("column", value, known.__contains__, meaning)


def window_of(values: Mapping[str, str]) -> Window:
    """Return the window of `since` and `until`. Raises ArgumentError."""
    window = Window(_day("since", values.get("since")), _day("until", values.get("until")))
    if window.since and window.until and window.until < window.since:
        raise ArgumentError(f"until: {window.until} is before since, {window.since}")
    return window


def _day(argument: str, value: str | None) -> date | None:
    day = read_day(value) if value is not None and "/" not in value else None
    if value is not None and day is None:
        raise ArgumentError(f"{argument}: {value!r} is not a day; use YYYY-MM-DD, like 2021-12-30")
    return day


def _refresh(value: str | None) -> int:
    if value is None:
        return 0
    if not re.fullmatch("[1-9][0-9]{0,4}", value):
        raise ArgumentError(f"refresh: {value!r} is no number of days; use 1 to 99999")
    return int(value)


def _ref(url: str, sources: tuple[Source, ...]) -> ArticleRef:
    for source in sources:
        if ref := source.ref(url):
            return source.shown(ref)
    hosts = sorted(set().union(*(source.hosts() for source in sources)))
    raise ArgumentError(
        f"url: {url!r} names no article of {_names_of(sources)};"
        f" use a share link, a post page or an article page on {', '.join(hosts)}"
    )


def _names_of(sources: Iterable[Source]) -> str:
    return ", ".join(source.name for source in sources)
