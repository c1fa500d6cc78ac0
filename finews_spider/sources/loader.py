"""Reads and checks sources.toml: a mistake is named with its file, line, table and key before anything is asked for."""

import re
import tomllib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields, is_dataclass
from difflib import get_close_matches
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast, get_args, get_origin, get_type_hints

import msgspec

from finews_spider.exceptions import ConfigurationError
from finews_spider.sources.base import Source
from finews_spider.sources.eastmoney import EastmoneySource
from finews_spider.sources.finews import FinewsSource
from finews_spider.sources.toml_lines import Place, has, line_of

if TYPE_CHECKING:
    from finews_spider.sources.feed import FeedSource

FEED = "feed"  # of which there may be many, by any name
# By the names of their tables; one that not every run reads is imported when a sources file has it.
SOURCES: dict[str, type[Source] | str] = {
    "finews": FinewsSource,
    "eastmoney": EastmoneySource,
    FEED: "finews_spider.sources.feed:FeedSource",
    "wayback": "finews_spider.sources.wayback:WaybackSource",
}
_NAME = re.compile("[A-Za-z][A-Za-z0-9_-]{0,39}")
OLD_KEYS = {"then": "fallback_sources"}  # of version 0.1.0


class SourcesFileError(ConfigurationError):
    """What is wrong in the sources file, and where."""


def load(path: Path, changes: Path | None = None) -> dict[str, Source]:
    """Return the sources of the file by name, enabled or not, in its order.

    What stands under `sources` in the file of `changes` goes before; a table that only it has is a source too. Raises
    SourcesFileError where a file cannot be used as it stands.
    """
    text, tables = _read(path)
    changed_text, changed = _read(changes) if changes else ("", {})
    own = changed.get("sources", {})
    tables = _merged(tables, own)
    try:
        sources = {name: _source(name, table) for name, table in tables.items()}
        for name, source in sources.items():
            key = "then" if "then" in tables[name] else "fallback_sources"
            alike = {other for other, its in sources.items() if its.ids is source.ids}
            _check_names(source.fallback_sources, sources.keys() - {name}, alike, (name, key))
        return {name: _bound(name, source, sources) for name, source in sources.items()}
    except _MistakeError as mistake:
        if changes and has(own, mistake.place):
            path, text, place = changes, changed_text, ("sources", *mistake.place)
        else:
            place = mistake.place
        raise SourcesFileError(f"{path}:{line_of(place, text)}: {mistake}") from None


def _read(path: Path) -> tuple[str, dict[str, Any]]:
    try:
        text = path.read_text(encoding="utf-8")
        return text, tomllib.loads(text)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SourcesFileError(f"{path}: cannot be read: {error}") from error


def _merged(tables: dict[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """Return the tables, with the keys of those that have the same name in `own` in place of theirs."""
    both = {name: {**tables[name], **own[name]} for name in tables.keys() & own.keys() if isinstance(own[name], dict)}
    return {**tables, **own, **both}


class _MistakeError(ValueError):
    def __init__(self, place: Place, message: str) -> None:
        name = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in place).removeprefix(".")
        super().__init__(f"{name}: {message}")
        self.place = place


def _source(name: str, table: object) -> Source:
    if isinstance(table, dict) and "kind" in table:
        return _source_of_kind(name, dict(table))
    if name not in SOURCES:
        raise _MistakeError((name,), _unknown("source", name, SOURCES))
    return cast(Source, _convert(table, source_class(name), (name,)))


def source_class(name: str) -> type[Source]:
    """Return the class of a source."""
    found = SOURCES[name]
    if isinstance(found, str):
        module, _, attribute = found.partition(":")
        return cast(type[Source], getattr(import_module(module), attribute))
    return found


def _bound(name: str, source: Source, sources: Mapping[str, Source]) -> Source:
    try:
        return source.bound(sources)
    except ValueError as error:
        raise _MistakeError((name,), str(error)) from None


def _source_of_kind(name: str, table: dict[str, Any]) -> Source:
    """Return the source of a table that may have any name."""
    kind = table.pop("kind")
    if kind != FEED:
        raise _MistakeError((name, "kind"), f"{kind!r} is not accepted; use {FEED!r}, or no kind")
    if name in SOURCES or not _NAME.fullmatch(name):
        raise _MistakeError((name,), "is no name for a source of a kind; use another, of letters, digits, - and _")
    return cast(Source, _convert(table, cast("type[FeedSource]", source_class(FEED)).of_table(name), (name,)))


def _check_names(names: Sequence[str], others: Collection[str], alike: Collection[str], place: Place) -> None:
    for number, name in enumerate(names):
        if name not in others:
            raise _MistakeError((*place, number), f"{name!r} is not the name of another source of this file")
        if name not in alike:
            raise _MistakeError((*place, number), f"{name} has other ids: it does not know these articles")


def _convert(value: Any, kind: Any, place: Place) -> Any:
    """Return the value as its type has it. Its parts come first, so that a mistake is named where it lies."""
    if is_dataclass(kind) and isinstance(value, dict):
        value = _convert_table(value, kind, place)
    elif get_origin(kind) is tuple and isinstance(value, list):
        value = [_convert(item, get_args(kind)[0], (*place, number)) for number, item in enumerate(value)]
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        if missing := re.search("missing required field `(.+?)`", str(error)):
            raise _MistakeError((*place, missing[1]), "is missing") from None
        raise _MistakeError(place, _refusal(value, kind, error)) from None


def _convert_table(table: Mapping[str, Any], kind: Any, place: Place) -> dict[str, Any]:
    """Return the values of a table by the fields of its class; of a dataclass, msgspec takes unknown keys for none."""
    hints = get_type_hints(kind, include_extras=True)
    known = [field.name for field in fields(kind) if field.init]
    values = {}
    for key, value in table.items():
        name = OLD_KEYS.get(key, key)
        if name not in known:
            raise _MistakeError((*place, key), _unknown("key", key, known))
        if name != key and name in table:
            raise _MistakeError((*place, key), f"is the old name of {name}, which is there too; keep {name}")
        values[name] = _convert(value, hints[name], (*place, key))
    return values


def _unknown(thing: str, name: str, known: Collection[str]) -> str:
    near = get_close_matches(name, known, n=1)
    return f"unknown {thing}; known are {', '.join(known)}" + "".join(f"; did you mean {nearest}?" for nearest in near)


def _refusal(value: object, kind: Any, error: msgspec.ValidationError) -> str:
    """Return what is accepted in place of the value."""
    if is_dataclass(kind) and not isinstance(value, dict):
        return "must be a table"
    if get_origin(kind) is tuple:
        return "must be a list"
    accepted = [check.description for check in get_args(kind) if isinstance(check, msgspec.Meta)]
    return f"{value!r} is not {accepted[0]}" if accepted else str(error)
