"""The text of an answer. Headers and <meta> are wrong at times, bytes are not; what is garbled is no text."""

import re
from itertools import islice

from finews_spider.sources.base import UnreadableError

_RUN = re.compile(r"[^\x00-\x7f]+")
_SAMPLE = 50  # runs of characters beyond ASCII; a page of news has hundreds
_MIN_CHARACTERS = 12  # characters that tell; fewer may look like another encoding's by chance


def decode(body: bytes) -> str:
    """UTF-8, or else GB18030. Raises UnreadableError for anything else, and for what is damaged or garbled."""
    for encoding in ("utf-8", "gb18030"):
        try:
            text = body.decode(encoding)
        except UnicodeDecodeError:
            continue
        if _is_garbled("".join(run.group() for run in islice(_RUN.finditer(text), _SAMPLE))):
            raise UnreadableError("garbled text: damaged, or taken for another encoding on the way")
        return text.removeprefix("\ufeff")
    raise UnreadableError("neither UTF-8 nor GB18030")


def _is_garbled(sample: str) -> bool:
    """GBK that was read as UTF-8 (����); or UTF-8 that was read as GBK (涓浗璇佸埜), also here, or as Latin (ä¸­å›½)."""
    if sample.count("\ufffd") > max(len(sample) / 2, _MIN_CHARACTERS):
        return True
    return any(_is_utf8(sample.encode(encoding, "ignore")) for encoding in ("gb18030", "cp1252", "latin-1"))


def _is_utf8(body: bytes) -> bool:
    """Whether it has more characters of UTF-8 than errors; GB18030 has about one by chance to ten errors."""
    text = body.decode("utf-8", "replace")
    errors = text.count("\ufffd")
    characters = len(text) - len(text.encode("ascii", "ignore")) - errors
    return characters > max(errors, _MIN_CHARACTERS)
