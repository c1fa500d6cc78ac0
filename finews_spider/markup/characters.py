"""Which characters a post may hold. One that nobody sees can turn a line around, or end a feed that has to be XML."""

import re
import unicodedata

MAX_LINE = 20_000  # characters of a text; a flash's digest is its whole text at times

# All but controls of one byte and of two, which terminals obey; halves of characters and U+FFFE, which neither XML nor
# lxml takes; what turns all that follows around.
_ALLOWED = "\t\n\r\x20-\x7e\xa0-\u2029\u202f-\u2065\u206a-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff"
_NEVER = re.compile(f"[^{_ALLOWED}]")
_ONLY_ALLOWED = re.compile(f"[{_ALLOWED}]*+")  # in half the time that looking for another one takes
# In titles and names, where two would look alike: all that has no width, but for the joiners of emoji.
_UNSEEN = re.compile(
    f"[^{_ALLOWED}]|[\u00ad\u061c\u180e\u200b\u200e\u200f\u2028\u2029\u2060-\u2065\u206a-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e00ff]"
)
_ACCENT = "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
_FLOOD = re.compile(f"({_ACCENT}{{3}}){_ACCENT}+")  # accents upon accents, over the lines above and below
_BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0")  # letters, for Unicode, that look like a space
# All that is no more than room at the end of a text: Unicode's spaces, and what has no width or looks like a space.
SPACE = (
    "".join(char for char in map(chr, range(0x3001)) if char.isspace())
    + "\u00ad\u180e\u200b\u2060\ufeff\u2800\u3164\uffa0"
)


def may_hold_forbidden(html: str) -> bool:
    """Whether there may be something in it, or in what its references stand for, that `drop_forbidden` drops."""
    return "&#" in html or _NEVER.search(html) is not None


def drop_forbidden(text: str) -> str:
    """A text without what no post may hold; of ends of lines there is one."""
    return _NEVER.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def one_line(text: str) -> str:
    """Plain text on one line, of characters that are seen; empty where none is."""
    text = re.sub(r"[\t\r\n\f\v\x85\u2028\u2029]+", " ", text)
    text = _FLOOD.sub(r"\1", text if text.isprintable() else _UNSEEN.sub("", text)).strip(SPACE)
    return text if any(map(_is_seen, text)) else ""


def _is_seen(char: str) -> bool:
    return unicodedata.category(char)[0] in "LNPS" and char not in _BLANK
