"""Responses with parts replaced, doubled or removed, as Hypothesis draws them."""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from hypothesis import strategies as st

from tests.support import hostile

# What a hostile site may write in place of a word.
WORDS = [*hostile.lines(), *hostile.names(), *(body for body in hostile.bodies() if len(body) < 500), "\n", "\n\n", " "]


def _word(number: int) -> str:
    return WORDS[number]  # sampled_from would print all of them


WORD = st.integers(0, len(WORDS) - 1).map(_word)
TEXT = st.lists(st.one_of(WORD, st.text(max_size=4)), max_size=3).map("".join)
VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), TEXT, st.just("长" * 5000)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(TEXT, inner, max_size=3)),
    max_leaves=5,
)
Place = tuple[str | int, ...]
T = TypeVar("T")
Draw = Callable[[st.SearchStrategy[Any]], Any]


def mutant(draw: Draw, text: str, max_changes: int = 3) -> str:
    """Return the text, changed in up to `max_changes` places."""
    for _ in range(draw(st.integers(0, max_changes))):
        by_value = _is_json(text) and draw(st.integers(0, 3))
        text = _mutant_of_json(draw, text) if by_value else _mutant_of_text(draw, text)
    return text


def _mutant_of_json(draw: Draw, text: str) -> str:
    """Return the JSON with another value somewhere in it."""
    value = json.loads(text)
    return json.dumps(_replaced(value, _one_of(draw, list(_places(value))), draw(VALUES)))


def _mutant_of_text(draw: Draw, text: str) -> str:
    """Return the text with a part replaced, doubled or removed, where tags, quotes or lines begin."""
    cuts = [0, *(found.start() for found in re.finditer(r'[<">{}\n]', text)), len(text)]
    start, end = sorted((_one_of(draw, cuts), _one_of(draw, cuts)))
    middle = _one_of(draw, [text[start:end], text[start:end] * 2, ""])
    inserted: str = draw(TEXT)
    return text[:start] + inserted + middle + _one_of(draw, [text[end:], ""])


def _one_of(draw: Draw, choices: Sequence[T]) -> T:
    """Return one of them. Hypothesis's sampled_from does the same, but would print all of them."""
    return choices[draw(st.integers(0, len(choices) - 1))]


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def _places(value: Any, place: Place = ()) -> Iterator[Place]:
    yield place
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in inner:
        yield from _places(child, (*place, key))


def _replaced(value: Any, place: Place, other: Any) -> Any:
    if not place:
        return other
    key, *rest = place
    copy = value.copy()
    copy[key] = _replaced(value[key], tuple(rest), other)
    return copy
