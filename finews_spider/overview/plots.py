"""Plots as SVG: a month of days, and bars. Pure; what is drawn stands in a table beside it too."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from finews_spider.overview.page import MAX_NOTE, text
from finews_spider.overview.symbols import CELL

HEAD = 18  # units above a month's days
WIDTH, HEIGHT = 360, 96  # units of bars; small ones are shown half as wide
MIN_PLACES = 12  # for bars: few are not to be wider
SMALL_WIDTH, SMALL_HEIGHT = 180, 48
ABOVE, BELOW = 14, 16  # units for texts
_WEEK = "一二三四五六日"


class Cell(NamedTuple):
    """A day's marks, and what a pointer is told of it."""

    day: date
    marks: tuple[str, ...]
    title: str


class Bar(NamedTuple):
    """A bar: its height, None where that is not known; what stands under it; whether something of it failed."""

    value: int | None
    label: str = ""
    is_marked: bool = False


def month(cells: Sequence[Cell], label: str) -> str:
    """Return the days of a month, in weeks from Monday on."""
    first = cells[0].day.replace(day=1).weekday()
    names = "".join(f'<text x="{CELL * at + CELL / 2:g}" y="12">{day}</text>' for at, day in enumerate(_WEEK))
    days = "".join(_day(cell, first + cell.day.day - 1) for cell in cells)
    return (
        f'<svg class="plot" viewBox="0 0 {7 * CELL} {6 * CELL + HEAD}" role="img" aria-label="{text(label, MAX_NOTE)}">'
        f'<g text-anchor="middle">{names}</g>{days}</svg>'
    )


def _day(cell: Cell, place: int) -> str:
    x, y = place % 7 * CELL, place // 7 * CELL + HEAD
    marks = [f'<use href="#{mark}" x="{x}" y="{y}"/>' for mark in cell.marks]
    title = f"<title>{text(cell.title, MAX_NOTE)}</title>"
    if len(marks) == 1:
        return f"{marks[0][:-2]}>{title}</use>"
    return f"<g>{title}{''.join(marks)}</g>"


def bars(values: Sequence[Bar], label: str, most: int = 0, *, is_small: bool = False) -> str:
    """Return bars on one line; what is not known is hatched, what failed has a cross above it.

    `most` is the height of a whole bar, where several plots share it; otherwise the highest bar is.
    """
    width, height = (SMALL_WIDTH, SMALL_HEIGHT) if is_small else (WIDTH, HEIGHT)
    top = most or max((bar.value or 0 for bar in values), default=0) or 1
    step = width / max(len(values), MIN_PLACES)
    drawn = "".join(_bar(bar, at * step, step, top, height) for at, bar in enumerate(values))
    base = ABOVE + height
    below = BELOW if any(bar.label for bar in values) else 2
    return (
        f'<svg class="plot" viewBox="0 0 {width} {base + below}" role="img" aria-label="{text(label, MAX_NOTE)}">'
        f'<path class="axis" d="M0 {ABOVE}H{width}M0 {base}H{width}"/>'
        f'<text x="0" y="{ABOVE - 4}">{top:,}</text>{drawn}{_labels(values, step, base)}</svg>'
    )


def _bar(bar: Bar, x: float, step: float, top: int, height: int) -> str:
    base, width = ABOVE + height, max(step * 0.75, 1)
    left = x + (step - width) / 2
    if bar.value is None:
        place = f'x="{x:.4g}" y="{ABOVE}" width="{step:.4g}" height="{height}"'
        return f'<rect {place} fill="url(#hatch)"/>'
    high = max(min(bar.value / top, 1) * height, 1.0 if bar.value else 0.0)
    drawn = f'<rect class="bar" x="{left:.4g}" y="{base - high:.4g}" width="{width:.4g}" height="{high:.4g}"/>'
    if not bar.is_marked:
        return drawn if bar.value else ""
    middle, y = x + step / 2, base - high - 5
    return drawn + f'<path class="alert-line" d="M{middle - 3:.4g} {y - 3:.4g}l6 6m0-6l-6 6"/>'


def _labels(values: Iterable[Bar], step: float, base: int) -> str:
    shown = ((at, bar.label) for at, bar in enumerate(values) if bar.label)
    return "".join(f'<text x="{at * step:.4g}" y="{base + 13}">{text(label)}</text>' for at, label in shown)


def share(value: int, most: int) -> str:
    """Return a bar for the cell of a table, which has the number too."""
    width = 100 * value / most if most else 0
    return (
        '<svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">'
        f'<rect class="bar" width="{width:.3g}" height="8"/></svg>'
    )
