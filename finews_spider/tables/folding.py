"""What a search compares: texts without difference of case, and Latin letters without difference of width."""

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise

_WIDE = re.compile("[Ａ-Ｚａ-ｚ]")
_WIDTH = ord("Ａ") - ord("A")
# SQLite's tokenizer `ascii` takes all but ASCII for letters, so that ASCII's signs stand elsewhere in the index.
_SIGN = re.compile(r"[\x00-\x7f](?<![A-Za-z0-9\s])")
_THREE = re.compile("(?=([0-9a-z\ue000-\ue07f]{3}))")  # overlapping
BEFORE, AFTER = 24, 56  # characters of a snippet around the beginning of what was found


def fold(text: str) -> str:
    """Return the text as it is compared. It is never shorter, and folds character by character."""
    return _WIDE.sub(lambda letter: chr(ord(letter[0]) - _WIDTH), text).casefold()


def grams(folded: str) -> set[str]:
    """Return the tokens of a text in the index.

    They are each character that is no space, each two that stand together, and each three of digits, Latin letters and
    signs: of these, pairs are in most texts.
    """
    return {gram for word in _words(folded) for gram in (*word, *_longer(word))}


def query(folded: Iterable[str]) -> str:
    """Return the query of the index for texts that have all of these: what it finds is still to be compared.

    Pairs tell more than characters do, so that these are asked for only where they stand alone.
    """
    words = [word for text in folded for word in _words(text)]
    wanted = dict.fromkeys(gram for word in words for gram in (_longer(word) if len(word) > 1 else [word]))
    return " AND ".join(f'"{gram}"' for gram in wanted)


def _longer(word: str) -> Iterator[str]:
    yield from map("".join, pairwise(word))
    yield from _THREE.findall(word)


def _words(folded: str) -> list[str]:
    return _SIGN.sub(lambda sign: chr(0xE000 + ord(sign[0])), folded).split()


def snippet(text: str, first: int, place: int, size: int) -> str:
    """Return the text around a place, as it is written there, not before `first`; `place` is one of the folded text."""
    place = _place_in(text, place)
    start, end = max(place - BEFORE, first), place + max(AFTER, size)
    piece = " ".join(text[start:end].split())
    return f"{'…' if text[first:start].strip() else ''}{piece}{'…' if text[end:].strip() else ''}"


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
