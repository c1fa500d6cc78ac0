"""Finds the line of a TOML file on which a value stands. tomllib tells it of syntax errors only."""

import tomllib
from bisect import bisect_left
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

Place = tuple[str | int, ...]  # the keys and numbers that lead to a value


def line_of(place: Place, text: str) -> int:
    """Return the line on which that value stands, or its table begins where it is not there."""
    if not has(tomllib.loads(text), place):
        return line_of(place[:-1], text)
    lines = text.split("\n")
    return bisect_left(range(len(lines)), True, key=lambda end: has(_beginning(lines[:end]), place))


def _beginning(lines: Sequence[str]) -> dict[str, Any]:
    """Return what the lines say, up to the last that ends a statement or an entry of a list."""
    for end in range(len(lines), 0, -1):
        for closing in ("", "\n]"):
            with suppress(tomllib.TOMLDecodeError):
                return tomllib.loads("\n".join(lines[:end]) + closing)
    return {}


def has(tree: Any, place: Place) -> bool:
    """Return whether a value stands at that place of a tree of tables and lists."""
    try:
        for step in place:
            tree = tree[step]
    except (KeyError, IndexError):
        return False
    return True
