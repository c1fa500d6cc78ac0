"""Plain text of what an API calls a text, which is HTML of one line: `S&amp;P <em>500</em>` is S&P 500."""

import re
from html import unescape
from html.entities import html5

BROKEN = "\ufffd"  # stands for a character that was lost on the way; some sites show it, too

# Inline marks, by name: `收入<5%且>3%` has none. A line break is a space.
_MARKS = (
    "a abbr acronym b bdi bdo big cite code del dfn em font i ins kbd label mark nobr q s samp small span strike"
    " strong sub sup tt u var wbr"
)
_MARK = re.compile(rf"</?(?:{_MARKS.replace(' ', '|')})(?:\s[^<>]*)?/?>", re.IGNORECASE)
_BREAK = re.compile(r"</?(?:br|p|div)(?:\s[^<>]*)?/?>", re.IGNORECASE)
_REFERENCE = re.compile(r"&(?:#[0-9]{1,9}|#[xX][0-9a-fA-F]{1,8}|[A-Za-z][A-Za-z0-9]{1,31});")
# All white space, and what takes no room.
_UNSEEN = "".join(map(chr, [0xAD, 0x180E, 0x200B, 0x200C, 0x200D, 0x200E, 0x200F, 0x2060, 0xFEFF]))
_SPACES = "".join(char for char in map(chr, range(0x3001)) if char.isspace()) + _UNSEEN


def plain(text: str) -> str:
    """Return the text without inline marks, its references decoded once, without spaces of any kind at its ends."""
    if "<" in text:
        text = _BREAK.sub(" ", _MARK.sub("", text))
    return strip(_REFERENCE.sub(_character, text) if "&" in text else text)


def strip(text: str) -> str:
    """Return the text without white space, of any kind and width, at its ends."""
    return text.strip(_SPACES)


def _character(reference: re.Match[str]) -> str:
    name = reference[0]
    return unescape(name) if name[1] == "#" or name[1:] in html5 else name
