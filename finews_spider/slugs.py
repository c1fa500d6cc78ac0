"""The category of a media name: 中国证券报 is `zhongguozhengquanbao`.

The existing site made its slugs with xpinyin: each character's first reading, whatever the context, and other
characters as they were. These slugs are in existing URLs, so the readings and the letter case stay. Characters that
would break a path or a URL are left out.
"""

import re
from functools import cache, lru_cache

from slugify import slugify
from xpinyin import Pinyin

MAX_LENGTH = 100  # characters; the longest name seen gives 49, and a folder's name may have 255 bytes

# Reserved device names on Windows: with a file of such a name, whatever its extension, the site could not be cloned.
_DEVICE = re.compile(r"(?i)(?:con|prn|aux|nul|com[0-9]|lpt[0-9])")


@cache
def _readings() -> Pinyin:
    return Pinyin()  # it reads its tables: of 20,000 characters


@lru_cache(maxsize=8192)  # the existing site has 1,975 categories
def slug(media_name: str) -> str:
    """Return the name in `A-Za-z0-9_-`; empty if none of its characters can be written so."""
    kept = "".join(char for char in media_name[:1000] if char.isalnum() or char in "-_")
    pinyin = _readings().get_pinyin(kept, splitter="")
    # python-slugify transliterates other scripts; separators at the ends are removed.
    text = slugify(pinyin, lowercase=False, regex_pattern=r"[^-_A-Za-z0-9]+", max_length=MAX_LENGTH)
    name = text.strip("-_")
    return f"{name}_" if _DEVICE.fullmatch(name) else name
