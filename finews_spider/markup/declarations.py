"""The declarations of a style attribute, read as CSS reads them."""

import re
from collections.abc import Iterator

_PART = re.compile(
    r"""/\*.*?(?:\*/|\Z)|"(?:[^"\\\n]|\\.)*+(?:"|\Z)|'(?:[^'\\\n]|\\.)*+(?:'|\Z)|\\(?:[0-9a-f]{1,6}\s?|.)|[^\\"'/;{}()\[\]]++|.""",
    re.DOTALL | re.IGNORECASE,
)
_SPECIAL = re.compile(r"""[\\"'/{}()\[\]]""")
_MAX_VALUE = 500  # characters; a longer one is a picture, or harm
_OPENERS, _CLOSERS = frozenset("{(["), frozenset("})]")

_WIDE = "inherit|initial|unset|revert|revert-layer"
NUMBER = r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[+-]?[0-9]+)?"
_UNITS = "%|px|pt|pc|in|cm|mm|q|r?(?:em|ex|ch|lh|cap|ic)|[sld]?v(?:w|h|i|b|min|max)|cq(?:w|h|i|b|min|max)"
_LENGTH = rf"(?:{NUMBER}(?:{_UNITS})|[+-]?(?:0+\.?0*|\.0+))"
_SIZE = rf"{_LENGTH}|xx-small|x-small|small|medium|large|x-large|xx-large|xxx-large|smaller|larger"
# Of these properties a declaration counts if its value is one; another is as if it were not there.
_VALUES = {
    "display": re.compile(
        rf"none|contents|block|inline|flow-root|(?:inline-)?(?:block|flex|grid|table)|list-item|run-in|ruby(?:-[a-z]+)?"
        rf"|table-[a-z-]+|(?:block|inline)(?: (?:flow|flow-root|flex|grid|table|list-item))+|-webkit-[a-z-]+|{_WIDE}"
    ),
    "visibility": re.compile(rf"visible|hidden|collapse|{_WIDE}"),
    "opacity": re.compile(rf"{NUMBER}%?|{_WIDE}"),
    "font-size": re.compile(rf"{_SIZE}|{_WIDE}"),
    "text-indent": re.compile(rf"{_LENGTH}(?: hanging| each-line)*|{_WIDE}"),
    "text-align": re.compile(rf"left|right|center|justify|start|end|-webkit-[a-z]+|match-parent|{_WIDE}"),
    "position": re.compile(rf"static|relative|absolute|fixed|sticky|-webkit-sticky|{_WIDE}"),
    "overflow": re.compile(rf"(?:visible|hidden|clip|scroll|auto)(?: (?:visible|hidden|clip|scroll|auto))?|{_WIDE}"),
}
_FONT = re.compile(rf"(?:[a-z-]+ |[1-9]00 )*(?P<size>{_SIZE})(?: ?/ ?\S+)? \S.*")


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
        char = chr(min(int(digits[1], 16), 0x10FFFF)) if digits else part[1]
        return part if char.isspace() else char  # `none\9` is no `none`
    return part
