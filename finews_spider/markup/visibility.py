"""Which elements nobody sees, by what their attributes say."""

from finews_spider.markup.cuts import Attributes
from finews_spider.markup.pictures import is_lazy
from finews_spider.markup.styles import Look

_BLOCKS = frozenset(
    "address article aside blockquote center dd details dir div dl dt fieldset figcaption figure footer form h1 h2 h3"
    " h4 h5 h6 header li main menu nav ol p pre section summary ul".split()
)


def is_hidden(tag: str, attributes: Attributes, look: Look) -> bool:
    """Whether an element, and all that is in it, is not there for a reader."""
    if look.gone and not (tag == "img" and look.display != "none" and is_lazy(attributes)):  # it fades in
        return True
    if look.display in ("", "none") and ("hidden" in attributes or "popover" in attributes):
        return True
    return look.is_flat and (tag in _BLOCKS or look.is_block)


def is_pixel(attributes: Attributes) -> bool:
    """Whether it is too small to be seen: it counts who opens a page."""
    return any((attributes.get(side) or "").strip().removesuffix("px") in ("0", "1") for side in ("width", "height"))
