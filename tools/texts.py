"""Texts of invented words for benchmarks and tests of the table of posts: many of them, and as uneven as news."""

import random
from collections.abc import Iterator
from itertools import accumulate

LATIN = ["A股", "S&P 500", "ETF", "GDP", "IPO", "iPhone ", "Ｔ+1", "e公司"]


def texts(count: int, seed: int, length: tuple[int, int] = (500, 1300)) -> Iterator[str]:
    """Yield texts of that many characters, about; of words, punctuation, numbers, Latin letters, and lines."""
    chance = random.Random(seed)
    signs = [chr(0x4E00 + 5 * number) for number in range(3500)]
    chance.shuffle(signs)
    weights = [1 / (rank + 10) for rank in range(len(signs))]
    words = ["".join(chance.choices(signs, weights, k=chance.choice((1, 2, 2, 2, 2, 3, 4)))) for _ in range(20_000)]
    totals = list(accumulate(1 / (rank + 5) for rank in range(len(words))))
    for _ in range(count):
        size = chance.randint(*length)
        drawn = chance.choices(words, cum_weights=totals, k=size // 2)
        yield "".join(word + _between(chance) for word in drawn)[:size].strip()


def substrings(of: list[str], count: int, seed: int, length: tuple[int, int] = (2, 8)) -> list[str]:
    """Return parts of texts, none with a line end, none with white space at an end."""
    chance = random.Random(seed)
    found: list[str] = []
    while len(found) < count:
        text, size = chance.choice(of), chance.randint(*length)
        start = chance.randrange(len(text) - size)
        part = text[start : start + size]
        if part == part.strip() and "\n" not in part:
            found.append(part)
    return found


def _between(chance: random.Random) -> str:
    drawn = chance.random()
    if drawn < 0.06:
        return "，"
    if drawn < 0.09:
        return "。"
    if drawn < 0.11:
        return f"{chance.randint(1, 9999)}.{chance.randint(0, 99)}%"
    if drawn < 0.12:
        return chance.choice(LATIN)
    return "\n" if drawn < 0.125 else ""
