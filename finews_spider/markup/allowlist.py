"""What a body may hold in a post: elements, attributes, styles. All else goes."""

import re
from functools import lru_cache

TAGS = frozenset(
    "p center blockquote pre hr br h1 h2 h3 h4 h5 h6 ul ol li dl dt dd"
    " table caption colgroup col thead tbody tfoot tr th td"
    " a b strong i em u s del ins sub sup small code q cite img".split()
)
ATTRIBUTES = {
    "*": set[str](),  # nh3 would let lang and title through
    "a": {"href"},
    "img": {"src", "alt", "width", "height", "style"},
    "p": {"class", "style"},
    "ol": {"start", "type", "reversed"},
    "li": {"value"},
    "table": {"border"},
    "th": {"colspan", "rowspan", "style"},
    "td": {"colspan", "rowspan", "style"},
}
# What the sanitizer drops with its content, should the reader ever have left it.
CODE = frozenset("script style iframe form noscript object embed svg math template textarea select title".split())
STYLES = {
    "img": frozenset({"border", "padding", "margin", "text-align"}),
    "p": frozenset({"text-align"}),
    "th": frozenset({"text-align"}),
    "td": frozenset({"text-align"}),
}
SOURCE_LINE = "em_media"  # the one class that the seed has

_VALUE = r"(?:[a-z]+|#[0-9a-f]{3,8}|[0-9]{1,2}(?:\.[0-9]{1,3})?(?:px|pt|em|%)?)"
_DECLARATION = re.compile(rf"\s*([a-z-]+)\s*:\s*({_VALUE}(?:\s+{_VALUE})*)\s*")


@lru_cache(maxsize=1024)
def allowed_style(tag: str, style: str) -> str:
    """The declarations that an element may have, as `name:value;`.

    Values are words, colours and small lengths: no url(), no expression, and nothing that lies over the rest of a page.
    """
    names = STYLES.get(tag, frozenset())
    found = [_DECLARATION.fullmatch(declaration.lower()) for declaration in style.split(";")]
    return "".join(f"{match[1]}:{match[2]};" for match in found if match and match[1] in names)
