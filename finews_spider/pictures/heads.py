"""What a picture is, by its first bytes: its kind and its size. Pure; nothing is decoded, and no name is believed."""

import struct
from collections.abc import Callable
from typing import NamedTuple

from finews_spider.pictures import sizes

MAX_PIXELS = 50_000_000  # a browser needs four bytes for each

_BRANDS = (b"avif", b"avis")


class PictureError(ValueError):
    """No picture that is kept; the message says why. `is_final`: another try would give the same."""

    def __init__(self, why: str, *, is_final: bool = False) -> None:
        super().__init__(why)
        self.is_final = is_final


class Head(NamedTuple):
    """A picture's kind, as the ending of its name, and its size in pixels."""

    ending: str
    width: int
    height: int


def read_head(data: bytes) -> Head:
    """Return what the bytes are. Raises PictureError for what is none of the kinds that are kept, and for huge ones."""
    for ending, (is_kind, size) in _KINDS.items():
        if is_kind(data):
            try:
                head = Head(ending, *size(data))
            except (struct.error, IndexError) as error:
                raise PictureError(f"damaged: a {ending} without a size") from error
            return _checked(head)
    raise PictureError("no picture: it begins as none of jpg, png, gif, webp, avif", is_final=_is_drawing(data))


def is_picture(data: bytes) -> bool:
    """Return whether bytes begin as those of a picture."""
    return any(is_kind(data) for is_kind, _ in _KINDS.values())


def _checked(head: Head) -> Head:
    if not head.width or not head.height:
        raise PictureError(f"damaged: a {head.ending} of {head.width} × {head.height} pixels")
    if head.width * head.height > MAX_PIXELS:
        raise PictureError(f"too many pixels: {head.width} × {head.height}", is_final=True)
    return head


def _is_drawing(data: bytes) -> bool:
    """Return whether it is an SVG, which is a program as much as a picture."""
    return b"<svg" in data[:1000].lower()


def _is_avif(data: bytes) -> bool:
    """Return whether the file says that it is one, first of all or among what it is compatible with."""
    if data[4:8] != b"ftyp":
        return False
    brands = data[8 : min(struct.unpack_from(">I", data)[0], 400)]
    return any(brands[at : at + 4] in _BRANDS for at in (0, *range(8, len(brands), 4)))


_KINDS: dict[str, tuple[Callable[[bytes], bool], Callable[[bytes], tuple[int, int]]]] = {
    "jpg": (lambda data: data.startswith(b"\xff\xd8\xff"), sizes.jpg),
    "png": (lambda data: data.startswith(b"\x89PNG\r\n\x1a\n"), sizes.png),
    "gif": (lambda data: data.startswith((b"GIF87a", b"GIF89a")), sizes.gif),
    "webp": (lambda data: data.startswith(b"RIFF") and data[8:12] == b"WEBP", sizes.webp),
    "avif": (_is_avif, sizes.avif),
}
