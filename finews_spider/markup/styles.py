"""What an element's style does to what a reader sees of it. Declarations are read as CSS reads them."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

# Why a text is not seen, as bits; what is inside may declare otherwise for itself.
VISIBILITY, FONT_SIZE, INDENT = 1, 2, 4


class Look(NamedTuple):
    """What is declared of an element. `gone`: nobody sees it, nor anything inside; `display` is empty if not told."""

    gone: bool = False
    display: str = ""
    hides: int = 0
    shows: int = 0
    is_flat: bool = False  # no room for a text, if it is a block
    is_struck: bool = False
    align: str = ""


PLAIN = Look()

_PART = re.compile(
    r"""/\*.*?(?:\*/|\Z)|"(?:[^"\\\n]|\\.)*+(?:"|\Z)|'(?:[^'\\\n]|\\.)*+(?:'|\Z)|\\(?:[0-9a-f]{1,6}\s?|.)|[^\\"'/;{}()\[\]]++|.""",
    re.DOTALL | re.IGNORECASE,
)
_SPECIAL = re.compile(r"""[\\"'/{}()\[\]]""")
_MAX_VALUE = 500  # characters; a longer one is a picture, or harm
_OPENERS, _CLOSERS = frozenset("{(["), frozenset("})]")

_WIDE = "inherit|initial|unset|revert|revert-layer"
_NUMBER = r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[+-]?[0-9]+)?"
_LENGTH = rf"{_NUMBER}(?:%|[a-z]+)?"
_SIZE = rf"{_LENGTH}|xx-small|x-small|small|medium|large|x-large|xx-large|xxx-large|smaller|larger"
# Of these properties a declaration counts if its value is one; another is as if it were not there.
_VALUES = {
    "display": re.compile(
        rf"none|contents|block|inline|flow-root|(?:inline-)?(?:block|flex|grid|table)|list-item|run-in|ruby(?:-[a-z]+)?"
        rf"|table-[a-z-]+|(?:block|inline)(?: (?:flow|flow-root|flex|grid|table|list-item))+|-webkit-[a-z-]+|{_WIDE}"
    ),
    "visibility": re.compile(rf"visible|hidden|collapse|{_WIDE}"),
    "opacity": re.compile(rf"{_NUMBER}%?|{_WIDE}"),
    "font-size": re.compile(rf"{_SIZE}|{_WIDE}"),
    "text-indent": re.compile(rf"{_LENGTH}(?: hanging| each-line)*|{_WIDE}"),
    "text-align": re.compile(rf"left|right|center|justify|start|end|-webkit-[a-z]+|match-parent|{_WIDE}"),
    "position": re.compile(rf"static|relative|absolute|fixed|sticky|-webkit-sticky|{_WIDE}"),
    "overflow": re.compile(rf"(?:visible|hidden|clip|scroll|auto)(?: (?:visible|hidden|clip|scroll|auto))?|{_WIDE}"),
}
_FONT = re.compile(rf"(?:[a-z-]+ |[1-9]00 )*(?P<size>{_SIZE})(?: ?/ ?\S+)? \S.*")
_MEASURE = re.compile(rf"({_NUMBER})([a-z%]*)")
_FAR = {"": 900, "px": 900, "pt": 700, "em": 50, "rem": 50, "%": 100, "vw": 100, "vh": 100, "in": 10, "cm": 25}
_RELATIVE = frozenset({"em", "%", "ex", "ch", "lh", "cap", "ic"})
_BLOCK = re.compile("block|flow-root|flex|grid|table|list-item|-webkit-box")
_COVERED = re.compile(r"rect\( ?([01])(?:px)?(?:[ ,]+\1(?:px)?){3} ?\)")
_CLIPPED = re.compile(r"inset\( ?(?:[5-9][0-9]|100)(?:\.[0-9]+)?%.*|circle\( ?0.*")
_SCALED = re.compile(r"scale[xy]?\( ?0(?:\.0+)? ?[,)]")
_MOVED = re.compile(r"translate[xy3d]*\((?P<by>[^)]*)\)|matrix\((?:[^,)]*,){4}(?P<to>[^)]*)\)")


def look_of(style: str | None) -> Look:
    """What a style attribute tells."""
    if not style:
        return PLAIN
    return _cached_look(style) if len(style) < 300 else _look(style)  # the same few come again and again


def is_block(display: str) -> bool:
    """Whether what is displayed like that stands on lines of its own."""
    return not display.startswith("inline") and _BLOCK.match(display) is not None


def declarations(style: str) -> dict[str, str]:
    """The declarations that hold, names and values in lower case: the last valid one of a name, `!important` first."""
    found: dict[str, str] = {}
    important: dict[str, str] = {}
    for declaration in _declarations(style):
        name, colon, value = declaration.partition(":")
        name, value = name.strip().lower(), " ".join(value.lower().split())
        if not (name and colon and value) or len(value) > _MAX_VALUE:
            continue
        plain = re.sub(r" ?! ?important\Z", "", value)
        if _holds(name, plain):
            _set(found if plain == value else important, name, plain)
    return found | important


def _holds(name: str, value: str) -> bool:
    values = _VALUES.get(name)
    return not values or bool(values.fullmatch(value)) or "var(" in value


def _set(found: dict[str, str], name: str, value: str) -> None:
    found[name] = value
    if name == "font" and (match := _FONT.fullmatch(value)):
        found["font-size"] = match["size"]


def _declarations(style: str) -> Iterator[str]:
    """What stands between semicolons, but for those in brackets and strings; without comments, with escapes read."""
    if not _SPECIAL.search(style):
        yield from style.split(";")
        return
    pieces: list[str] = []
    depth = 0
    for part in _PART.findall(style):
        if part == ";" and not depth:
            yield "".join(pieces)
            pieces = []
            continue
        if part in _OPENERS:
            depth += 1
        elif part in _CLOSERS:
            depth -= depth > 0
        pieces.append(_piece(part))
    yield "".join(pieces)


def _piece(part: str) -> str:
    if part.startswith("/*"):
        return ""
    if part[0] == "\\" and len(part) > 1:
        digits = re.fullmatch(r"\\([0-9a-fA-F]{1,6})\s?", part)
        return chr(min(int(digits[1], 16), 0x10FFFF)) if digits else part[1]
    return part


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
    return number is not None and number <= 0


def _is_moved_away(declared: dict[str, str]) -> bool:
    """Whether it stands off the page, or behind a clip that leaves nothing of it."""
    position = declared.get("position", "static")
    if position != "static" and any(_is_far(declared.get(side, "")) for side in ("left", "top", "right", "bottom")):
        return True
    if position in ("absolute", "fixed") and _COVERED.fullmatch(declared.get("clip", "")):
        return True
    if _CLIPPED.fullmatch(declared.get("clip-path", "")):
        return True
    margins = (declared.get(name, "") for name in ("margin", "margin-left", "margin-top"))
    if any(_is_far(margin) for value in margins for margin in value.split()):
        return True
    moved = declared.get("transform", "")
    by = (part.strip() for move in _MOVED.finditer(moved) for part in (move["by"] or move["to"]).split(","))
    return bool(_SCALED.search(moved)) or any(map(_is_far, by))


def _is_flat(declared: dict[str, str]) -> bool:
    """Whether a block has no room for a text; what keeps the place of a player has it as padding."""
    overflow = declared.get("overflow", "visible")
    if not overflow.startswith(("hidden", "clip")) or any(name.startswith("padding") for name in declared):
        return False
    sides = (_measure(declared.get(name, "")) for name in ("height", "width"))
    return any(number is not None and number <= (unit == "px") for number, unit in sides)


def _is_far(value: str) -> bool:
    number, unit = _measure(value)
    return number is not None and number <= -_FAR.get(unit, 900)


def _measure(value: str) -> tuple[float | None, str]:
    """A number and its unit; None for what is none."""
    match = _MEASURE.fullmatch(value)
    return (float(match[1]), match[2]) if match else (None, "")
