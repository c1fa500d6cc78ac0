"""JSON as lists of rows come in it: a damaged row costs that row, where all around it is whole."""

import json
import re
from itertools import islice
from typing import Any, NoReturn

MAX_DAMAGED = 200  # rows; what has more is no list
_MAX_KEYS = 20  # that rows begin with: all of one list begin alike, and those of a hostile one cost time
_MAX_ENDS = 50  # brackets in a damaged last row, one of which ends the list

_BETWEEN = re.compile(r"[ \t\r\n]*+(?:,[ \t\r\n]*+)?")
_AFTER_ROW = re.compile(r"[ \t\r\n]*+[,\]{]")
_BRACKET = re.compile(r"\]")
_FIRST_KEY = re.compile(r'\{[ \t\r\n]*+("[^"\\]*+")[ \t\r\n]*+:')


def object_of(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return the object. Raises ValueError where a key has two values: nobody can say which of them is meant."""
    made = dict(pairs)
    if len(made) != len(pairs) and any(made[key] != value for key, value in pairs):
        raise ValueError("a key stands twice")
    return made


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


# Not strict: a tab or a control that stands in a text as it is can be meant in one way only.
_decoder = json.JSONDecoder(object_pairs_hook=object_of, parse_constant=_refuse, strict=False)


def loads(text: str) -> Any:
    """Return the value. Raises ValueError for what is no JSON or can be read in two ways, and RecursionError."""
    return _decoder.decode(text)


def loads_with_rows(text: str, name: str) -> Any:
    """Return the value; damaged rows of its list `name` are None.

    Raises ValueError where more is damaged than rows, or where the list has no end, and RecursionError.
    """
    start = re.search(rf'"{re.escape(name)}"[ \t\r\n]*+:[ \t\r\n]*+\[', text)
    if not start:
        raise ValueError(f"no list {name}")
    rows, end = _rows(text, start.end())
    for bracket in islice(_BRACKET.finditer(text, end), _MAX_ENDS):
        try:
            value = loads(text[: start.end()] + text[bracket.start() :])
        except ValueError:  # that bracket ends something in the last row, which is damaged
            continue
        _put(rows, name, value)
        return value
    raise ValueError(f"the list {name} has no end")


def _rows(text: str, at: int) -> tuple[list[Any], int]:
    """Return the rows, and where the list ends, or its last row begins where that is damaged."""
    rows: list[Any] = []
    damaged = 0
    keys: set[str] = set()  # that rows begin with; what lies in them begins with others
    at = _after(text, at)
    while at < len(text) and text[at] != "]":
        if len(keys) < _MAX_KEYS and (key := _FIRST_KEY.match(text, at)):
            keys.add(key[1])
        row, end = _row(text, at)
        rows.append(row)
        if not end:
            damaged += 1
            end = _next_row(text, at, keys)
        if damaged > MAX_DAMAGED:
            raise ValueError("too many rows are damaged")
        if not end:
            return rows, at
        at = _after(text, end)
    return rows, at


def _row(text: str, at: int) -> tuple[Any, int]:
    """Return the row, and where it ends; None and 0 for a damaged one."""
    try:
        row, end = _decoder.raw_decode(text, at)
    except (ValueError, RecursionError):
        return None, 0
    return (row, end) if _AFTER_ROW.match(text, end) else (None, 0)


def _next_row(text: str, at: int, keys: set[str]) -> int:
    """Return where the row after a damaged one begins; 0 where that is the last."""
    first = "|".join(map(re.escape, keys)) or '"'
    found = re.compile(rf"[}},][ \t\r\n]*+(?:,[ \t\r\n]*+)?(?=\{{[ \t\r\n]*+(?:{first}))").search(text, at)
    return found.end() if found else 0


def _after(text: str, at: int) -> int:
    between = _BETWEEN.match(text, at)
    assert between
    return between.end()


def _put(rows: list[Any], name: str, value: Any) -> bool:
    """Put the rows into the list of that name, which is empty."""
    if not isinstance(value, dict):
        return False
    if value.get(name) == []:
        value[name] = rows
        return True
    return any(_put(rows, name, inner) for inner in value.values())
