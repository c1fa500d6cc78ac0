"""A good answer with parts of it exchanged, doubled or cut away, as Hypothesis draws them."""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from hypothesis import strategies as st

from tests.support import hostile

# What a stranger may write where a word was due.
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


def mutant(draw: Draw, answer: str, most: int = 3) -> str:
    """The answer, changed in up to `most` places."""
    for _ in range(draw(st.integers(0, most))):
        by_value = _is_json(answer) and draw(st.integers(0, 3))
        answer = _mutant_of_json(draw, answer) if by_value else _mutant_of_text(draw, answer)
    return answer


def _mutant_of_json(draw: Draw, answer: str) -> str:
    """Another value somewhere in it."""
    value = json.loads(answer)
    return json.dumps(_exchanged(value, _one_of(draw, list(_places(value))), draw(VALUES)))


def _mutant_of_text(draw: Draw, answer: str) -> str:
    """Text put in, doubled, or cut away, between two places where tags, quotes or lines begin."""
    cuts = [0, *(found.start() for found in re.finditer(r'[<">{}\n]', answer)), len(answer)]
    start, end = sorted((_one_of(draw, cuts), _one_of(draw, cuts)))
    middle = _one_of(draw, [answer[start:end], answer[start:end] * 2, ""])
    text: str = draw(TEXT)
    return answer[:start] + text + middle + _one_of(draw, [answer[end:], ""])


def _one_of(draw: Draw, choices: Sequence[T]) -> T:
    """As sampled_from does, which would print all of them."""
    return choices[draw(st.integers(0, len(choices) - 1))]


def _is_json(answer: str) -> bool:
    try:
        json.loads(answer)
    except ValueError:
        return False
    return True


def _places(value: Any, place: Place = ()) -> Iterator[Place]:
    yield place
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in inner:
        yield from _places(each, (*place, key))


def _exchanged(value: Any, place: Place, other: Any) -> Any:
    if not place:
        return other
    key, *rest = place
    copy = value.copy()
    copy[key] = _exchanged(value[key], tuple(rest), other)
    return copy
