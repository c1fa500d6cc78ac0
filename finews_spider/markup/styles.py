"""What an element's style does to what a reader sees of it."""

import re
from dataclasses import dataclass
from functools import lru_cache

from finews_spider.markup.declarations import NUMBER, declarations

# Why a text is not seen, as bits; what is inside may declare otherwise for itself.
VISIBILITY, FONT_SIZE, INDENT = 1, 2, 4


@dataclass(frozen=True, slots=True)
class Look:
    """What is declared of an element. `gone`: nobody sees it, nor anything inside; `display` is empty if not told."""

    gone: bool = False
    display: str = ""
    is_block: bool = False
    hides: int = 0
    shows: int = 0
    is_flat: bool = False  # no room for a text, if it is a block
    is_struck: bool = False
    align: str = ""


PLAIN = Look()

_MEASURE = re.compile(rf"({NUMBER})([a-z%]*)")
# Lengths by which something stands off the page to the left and above; the other way, where pages go on, it takes more.
_FAR = {
    "px": 900,
    "pt": 700,
    "pc": 60,
    "em": 50,
    "rem": 50,
    "%": 100,
    "vw": 100,
    "vh": 100,
    "in": 10,
    "cm": 25,
    "mm": 250,
}
_FURTHER = 5
_RELATIVE = frozenset({"em", "%", "ex", "ch", "lh", "cap", "ic"})
_BLOCK = re.compile("block|flow-root|flex|grid|table|list-item|-webkit-box")
_COVERED = re.compile(r"rect\( ?([01])(?:px)?(?:[ ,]+\1(?:px)?){3} ?\)")
_CLIPPED = re.compile(r"inset\( ?(?:[5-9][0-9]|100)(?:\.[0-9]+)?%.*|circle\( ?0.*")
_SCALED = re.compile(r"scale(?:[xy]|3d)?\( ?0(?:\.0+)? ?[,)]")
_FADED = re.compile(r"opacity\( ?0(?:\.0+)?%? ?\)")
_MOVED = re.compile(r"translate[xy3d]*\((?P<by>[^)]*)\)|matrix\((?:[^,)]*,){4}(?P<to>[^)]*)\)")


def look_of(style: str | None) -> Look:
    """What a style attribute tells."""
    if not style:
        return PLAIN
    return _cached_look(style) if len(style) < 300 else _look(style)  # the same few come again and again


def is_block(display: str) -> bool:
    """Whether what is displayed like that stands on lines of its own."""
    return not display.startswith("inline") and _BLOCK.match(display) is not None


def _look(style: str) -> Look:
    declared = declarations(style)
    display = declared.get("display", "")
    hides, shows = _text(declared)
    return Look(
        gone=display == "none"
        or declared.get("content-visibility") == "hidden"
        or _is_transparent(declared)
        or _is_moved_away(declared),
        display=display,
        is_block=is_block(display),
        hides=hides,
        shows=shows,
        is_flat=_is_flat(declared),
        is_struck="line-through" in declared.get("text-decoration", "") + declared.get("text-decoration-line", ""),
        align=re.sub("-webkit-", "", declared.get("text-align", "")),
    )


_cached_look = lru_cache(maxsize=2048)(_look)


def _text(declared: dict[str, str]) -> tuple[int, int]:
    """What hides the text inside, and what shows it again; both are inherited."""
    hides = shows = 0
    for reason, is_hidden in (
        (VISIBILITY, _visibility(declared)),
        (FONT_SIZE, _font_size(declared)),
        (INDENT, _indent(declared)),
    ):
        hides |= reason if is_hidden else 0
        shows |= reason if is_hidden is False else 0
    return hides, shows


def _visibility(declared: dict[str, str]) -> bool | None:
    value = declared.get("visibility", "inherit")
    return None if value in ("inherit", "unset", "revert") else value in ("hidden", "collapse")


def _font_size(declared: dict[str, str]) -> bool | None:
    value = declared.get("font-size", "inherit")
    if value in ("inherit", "unset", "revert", "smaller", "larger"):
        return None
    number, unit = _measure(value)
    if number == 0:
        return True
    return None if unit in _RELATIVE else False


def _indent(declared: dict[str, str]) -> bool | None:
    value = declared.get("text-indent", "inherit")
    return None if value in ("inherit", "unset", "revert") else _is_far(value.partition(" ")[0])


def _is_transparent(declared: dict[str, str]) -> bool:
    number, _ = _measure(declared.get("opacity", ""))
    return (number is not None and number <= 0) or bool(_FADED.search(declared.get("filter", "")))


def _is_moved_away(declared: dict[str, str]) -> bool:
    """Whether it stands off the page, or behind a clip that leaves nothing of it."""
    position = declared.get("position", "static")
    if position != "static" and _is_off_page(declared):
        return True
    if position in ("absolute", "fixed") and _COVERED.fullmatch(declared.get("clip", "")):
        return True
    if _CLIPPED.fullmatch(declared.get("clip-path", "")) or _is_indented_away(declared):
        return True
    margins = ("margin", "margin-left", "margin-top", "margin-inline-start", "margin-block-start")
    return any(map(_is_far, _parts(declared, *margins))) or _is_transformed_away(declared)


def _is_off_page(declared: dict[str, str]) -> bool:
    sides = ("left", "top", "right", "bottom", "inset", "inset-inline-start", "inset-block-start")
    beside = _parts(declared, "left", "right", "bottom")
    return any(map(_is_far, _parts(declared, *sides))) or any(_is_far(side, _FURTHER) for side in beside)


def _is_indented_away(declared: dict[str, str]) -> bool:
    """Whether its text begins behind its own edge, and does not go on in another line."""
    is_one_line = declared.get("white-space", "") == "nowrap" and _is_clipped(declared)
    return is_one_line and any(_is_far(indent, 1) for indent in _parts(declared, "text-indent"))


def _is_transformed_away(declared: dict[str, str]) -> bool:
    moved = declared.get("transform", "")
    by = [part.strip() for move in _MOVED.finditer(moved) for part in (move["by"] or move["to"]).split(",")]
    by += _parts(declared, "translate")
    is_nothing = _SCALED.search(moved) or any(_measure(scale)[0] == 0 for scale in _parts(declared, "scale"))
    return bool(is_nothing) or any(_is_far(part) or _is_far(part, _FURTHER) for part in by)


def _is_flat(declared: dict[str, str]) -> bool:
    """Whether a block has no room for a text; what keeps the place of a player has it as padding.

    What grows in a flexible box or as a table does, and what has a least size, has room.
    """
    if not _is_clipped(declared) or any(name.startswith(("padding", "flex", "min-")) for name in declared):
        return False
    if declared.get("display", "").startswith("table"):
        return False
    sides = map(_measure, _parts(declared, "height", "width", "max-height", "max-width"))
    return any(number is not None and number <= (unit == "px") for number, unit in sides)


def _is_clipped(declared: dict[str, str]) -> bool:
    """Whether what has no room is not shown."""
    overflows = _parts(declared, "overflow", "overflow-x", "overflow-y")
    return not {"hidden", "clip", "auto", "scroll"}.isdisjoint(overflows)


def _is_far(value: str, direction: int = -1) -> bool:
    number, unit = _measure(value)
    return number is not None and unit in _FAR and number / direction >= _FAR[unit]


def _parts(declared: dict[str, str], *names: str) -> list[str]:
    """The values of these properties, in their parts."""
    return [part for name in names if name in declared for part in declared[name].split()]


def _measure(value: str) -> tuple[float | None, str]:
    """A number and its unit; None for what is none."""
    match = _MEASURE.fullmatch(value)
    return (float(match[1]), match[2]) if match else (None, "")
