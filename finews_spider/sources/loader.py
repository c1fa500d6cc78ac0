"""Reads and checks sources.toml: a mistake is named with its file, line, table and key before anything is asked for."""

import re
import tomllib
from dataclasses import MISSING, fields, is_dataclass
from pathlib import Path
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from finews_spider.exceptions import ConfigurationError
from finews_spider.sources.base import Source
from finews_spider.sources.eastmoney import EastmoneySource
from finews_spider.sources.finews import FinewsSource

SOURCES: dict[str, type[Source]] = {"finews": FinewsSource, "eastmoney": EastmoneySource}


class SourcesFileError(ConfigurationError):
    """What is wrong in the sources file, and where."""


def load(path: Path) -> dict[str, Source]:
    """The sources of the file by name, enabled or not, in its order.

    Raises SourcesFileError where the file cannot be used as it stands.
    """
    try:
        text = path.read_text(encoding="utf-8")
        tables = tomllib.loads(text)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SourcesFileError(f"{path}: cannot be read: {error}") from error
    try:
        sources = {name: _source(name, table) for name, table in tables.items()}
        for name, source in sources.items():
            if unknown := [other for other in source.then if other not in sources or other == name]:
                raise _FileMistakeError((name, "then"), f"{unknown} are no other sources of this file")
        return sources
    except _FileMistakeError as mistake:
        raise SourcesFileError(f"{path}{_line(text, mistake.where)}: {mistake}") from None


class _FileMistakeError(ValueError):
    def __init__(self, where: tuple[str, ...], message: str) -> None:
        super().__init__(f"{'.'.join(where)}: {message}")
        self.where = where


def _source(name: str, table: object) -> Source:
    if name not in SOURCES:
        raise _FileMistakeError((name,), f"unknown source; known are {', '.join(SOURCES)}")
    kind = SOURCES[name]
    source: Source = _build(kind, table, (name,))
    return source


def _build(cls: Any, table: object, where: tuple[str, ...]) -> Any:
    """An instance of the dataclass from a table with a value for each of its fields."""
    if not isinstance(table, dict):
        raise _FileMistakeError(where, "must be a table")
    hints = get_type_hints(cls, include_extras=True)
    names = {field.name: field for field in fields(cls)}
    for key in table:
        if key not in names:
            raise _FileMistakeError((*where, key), f"unknown key; known are {', '.join(names)}")
    for name, field in names.items():
        if name not in table and field.default is MISSING:
            raise _FileMistakeError((*where, name), "is missing")
    return cls(**{key: _value(hints[key], value, (*where, key)) for key, value in table.items()})


def _value(hint: Any, value: object, where: tuple[str, ...]) -> Any:
    if get_origin(hint) is tuple:
        if not isinstance(value, list):
            raise _FileMistakeError(where, "must be a list")
        return tuple(_value(get_args(hint)[0], each, where) for each in value)
    if is_dataclass(hint):
        return _build(hint, value, where)
    kind, *checks = get_args(hint) if get_origin(hint) is Annotated else (hint,)
    if type(value) is not kind:
        raise _FileMistakeError(where, f"must be a {kind.__name__}, not {value!r}")
    for pattern, meaning in checks:
        if not re.fullmatch(pattern, str(value)):
            raise _FileMistakeError(where, f"{value!r} is not {meaning}")
    return value


def _line(text: str, where: tuple[str, ...]) -> str:
    """`:12` for the line of that key in its table, or of the table; empty where it is not found."""
    here = 0
    table = ""
    for at, line in enumerate(text.splitlines(), start=1):
        if header := re.match(r"\s*\[+\s*([\w.-]+)", line):
            table = header[1]
            here = at if table.startswith(where[0]) and not here else here
        elif table.split(".")[0] in (where[0], "") and re.match(rf"\s*[\"']?{re.escape(where[-1])}[\"']?\s*=", line):
            return f":{at}"
    return f":{here}" if here else ""
