"""What a search compares: texts without difference of case, and Latin letters without difference of width."""

from collections.abc import Iterable
from itertools import pairwise

_WIDE = {wide + letter: base + letter for wide, base in ((0xFF21, 0x41), (0xFF41, 0x61)) for letter in range(26)}
# SQLite's tokenizer `ascii` takes all but ASCII for letters, so that ASCII's signs stand elsewhere in the index.
_SIGNS = {code: 0xE000 + code for code in range(128) if not chr(code).isalnum() and not chr(code).isspace()}
BEFORE, AFTER = 24, 56  # characters of a snippet around the beginning of what was found


def fold(text: str) -> str:
    """Return the text as it is compared. It is never shorter, and folds character by character."""
    return text.translate(_WIDE).casefold()


def grams(folded: str) -> set[str]:
    """Return each character that is no space, and each two of them that stand together, as tokens of the index."""
    words = folded.translate(_SIGNS).split()
    return {gram for word in words for gram in (*word, *map("".join, pairwise(word)))}


def query(folded: Iterable[str]) -> str:
    """Return the query of the index for texts that have all of these: what it finds is still to be compared.

    Pairs tell more than characters do, so that these are asked for only where they stand alone.
    """
    wanted: dict[str, None] = {}
    for text in folded:
        for word in text.translate(_SIGNS).split():
            pairs = map("".join, pairwise(word))
            wanted.update(dict.fromkeys(pairs if len(word) > 1 else [word]))
    return " AND ".join(f'"{gram}"' for gram in wanted)


def snippet(text: str, place: int, size: int) -> str:
    """Return the text around a place, as it is written there; `place` is one of the folded text."""
    place = _place_in(text, place)
    start, end = max(place - BEFORE, 0), place + max(AFTER, size)
    piece = " ".join(text[start:end].split())
    return f"{'…' if start else ''}{piece}{'…' if end < len(text) else ''}"


def _place_in(text: str, place: int) -> int:
    """Return the place in the text itself of a place in the folded one."""
    if len(fold(text)) == len(text):
        return place
    length = 0
    for number, char in enumerate(text):
        if length >= place:
            return number
        length += len(fold(char))
    return len(text)
