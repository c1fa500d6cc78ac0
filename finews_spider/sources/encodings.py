"""The text of an answer, decoded as browsers do (WHATWG Encoding Standard), but by its bytes alone.

Headers and <meta> are wrong at times, bytes are not. A broken character costs itself and no more: it becomes U+FFFD,
and what holds one in a field of its own is refused later. What is broken all over, or garbled, is no text.
"""

import codecs
import zlib
from collections.abc import Iterator
from typing import NamedTuple

from finews_spider.sources.base import UnreadableError

_ASCII = bytes(range(128))
_SAMPLE = 1_000  # characters beyond ASCII; a page of news has some thousand
_MIN_CHARACTERS = 12  # that tell; fewer may look like another encoding's by chance
_MAX_BROKEN = 1 / 50  # of the characters beyond ASCII
_FEW = 3  # one broken character gives up to three errors

GZIP = b"\x1f\x8b"
MAX_UNPACKED = 16 * 1024 * 1024  # bytes, as many as an answer may have that says how it is packed

_UTF_16 = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
# Where Python's gb18030 is of the year 2000, and the standard's (and browsers') of 2022. Compared with Chromium's.
_GB18030_2022 = str.maketrans(
    "\ue7c7\ue78d\ue78e\ue78f\ue790\ue791\ue792\ue793\ue794\ue795\ue796\ue81e\ue826\ue82b\ue82c\ue832\ue843\ue854\ue864",
    "\u1e3f\ufe10\ufe12\ufe11\ufe13\ufe14\ufe15\ufe16\ufe17\ufe18\ufe19\u9fb4\u9fb5\u9fb6\u9fb7\u9fb8\u9fb9\u9fba\u9fbb",
)


def decode(body: bytes) -> str:
    """Return the text of an answer, without byte order marks: UTF-16 where it has its mark, else UTF-8 or GB18030.

    It may be a gzip file, as sitemaps are, or packed without a word. Raises UnreadableError for what is none of these,
    and for what was garbled on the way.
    """
    body = unpacked(body)
    if encoding := _UTF_16.get(body[:2]):
        return body[2:].decode(encoding, "replace")
    readings = [reading for reading in _readings(body) if not reading.is_broken]
    if not readings:
        raise UnreadableError("neither UTF-8 nor GB18030")
    for reading in sorted(readings, key=lambda reading: reading.errors):
        if not _is_garbled(_sample(reading.text)):
            return reading.text.lstrip("\ufeff")
    raise UnreadableError("garbled text: damaged, or taken for another encoding on the way")


def unpacked(body: bytes) -> bytes:
    """Return what a gzip file holds; another body as it is. Raises UnreadableError for a damaged or too large one."""
    if body[:2] != GZIP:
        return body
    unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    try:
        text = unpacker.decompress(body, MAX_UNPACKED)
    except zlib.error as error:
        raise UnreadableError(f"damaged gzip: {error}") from error
    if not unpacker.eof:
        raise UnreadableError("cut short or too large: a gzip file without an end")
    return text


class _Reading(NamedTuple):
    """A body in one encoding, and how many of its characters are broken."""

    text: str
    errors: int

    @property
    def is_broken(self) -> bool:
        """Whether more than a character here and there is."""
        return self.errors > _FEW and self.errors > _beyond_ascii(self.text) * _MAX_BROKEN


def _readings(body: bytes) -> Iterator[_Reading]:
    """Yield the body as UTF-8, and as GB18030 where UTF-8 has an error."""
    text = body.decode("utf-8", "replace")
    utf_8 = _Reading(text, text.count("\ufffd") - body.count("\ufffd".encode()))  # the site's own are no errors
    yield utf_8
    if utf_8.errors:
        gb = body.decode("gb18030", "finews-whatwg").translate(_GB18030_2022)
        yield _Reading(gb, gb.count("\ufffd"))


def _replace(error: UnicodeError) -> tuple[str, int]:
    """Replace what GB18030 cannot decode: 0x80 is the euro sign of GBK."""
    assert isinstance(error, UnicodeDecodeError)
    return ("€" if error.object[error.start] == 0x80 else "\ufffd"), error.end


codecs.register_error("finews-whatwg", _replace)


def _sample(text: str) -> str:
    """The first of its characters that ASCII has not."""
    beyond_ascii = text.encode("utf-8", "ignore").translate(None, _ASCII)
    return beyond_ascii.decode("utf-8")[:_SAMPLE]


def _is_garbled(sample: str) -> bool:
    """GBK that was read as UTF-8 (����); or UTF-8 that was read as GBK (涓浗璇佸埜), also here, or as Latin (ä¸­å›½)."""
    if sample.count("\ufffd") > max(len(sample) / 2, _MIN_CHARACTERS):
        return True
    latin = sample.encode("latin-1", "ignore")  # each first byte of UTF-8 is a character of both Latin encodings
    if len(latin) > _MIN_CHARACTERS and (_is_utf8(latin) or _is_utf8(sample.encode("cp1252", "ignore"))):
        return True
    return _is_utf8(sample.encode("gb18030", "ignore"))


def _is_utf8(body: bytes) -> bool:
    """Whether it has more characters of UTF-8 than errors; GB18030 has about one by chance to ten errors."""
    text = body.decode("utf-8", "replace")
    errors = text.count("\ufffd")
    return _beyond_ascii(text) - errors > max(errors, _MIN_CHARACTERS)


def _beyond_ascii(text: str) -> int:
    """How many characters it has that ASCII has not."""
    return len(text) - len(text.encode("ascii", "ignore"))
