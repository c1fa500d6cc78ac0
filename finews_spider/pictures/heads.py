"""What a picture is, by its first bytes: its kind and its size. Pure; nothing is decoded, and no name is believed."""

import struct
from collections.abc import Callable
from typing import NamedTuple

MAX_PIXELS = 50_000_000  # a browser needs four bytes for each
MAX_SEGMENTS = 1000  # of a head; cameras write some dozen

_SOF = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # markers that a JPEG's size stands behind
_ALONE = frozenset((0x01, *range(0xD0, 0xD8)))  # markers without a length
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


def _checked(head: Head) -> Head:
    if not head.width or not head.height:
        raise PictureError(f"damaged: a {head.ending} of {head.width} × {head.height} pixels")
    if head.width * head.height > MAX_PIXELS:
        raise PictureError(f"too many pixels: {head.width} × {head.height}", is_final=True)
    return head


def _is_drawing(data: bytes) -> bool:
    """Return whether it is an SVG, which is a program as much as a picture."""
    return b"<svg" in data[:1000].lower()


def _png(data: bytes) -> tuple[int, int]:
    if data[12:16] != b"IHDR":
        raise IndexError
    return struct.unpack_from(">II", data, 16)


def _gif(data: bytes) -> tuple[int, int]:
    return struct.unpack_from("<HH", data, 6)


def _jpg(data: bytes) -> tuple[int, int]:
    at = 2
    for _ in range(MAX_SEGMENTS):
        while data[at] == 0xFF and data[at + 1] == 0xFF:  # fill bytes
            at += 1
        if data[at] != 0xFF:
            break
        marker = data[at + 1]
        if marker in _SOF:
            height, width = struct.unpack_from(">HH", data, at + 5)
            return width, height
        at += 2 if marker in _ALONE else 2 + max(struct.unpack_from(">H", data, at + 2)[0], 2)
    raise IndexError


def _webp(data: bytes) -> tuple[int, int]:
    form = data[12:16]
    if struct.unpack_from("<I", data, 4)[0] + 8 > len(data):
        raise IndexError  # it is cut short
    if form == b"VP8X":
        return _uint24(data, 24) + 1, _uint24(data, 27) + 1
    if form == b"VP8L" and data[20] == 0x2F:
        bits = struct.unpack_from("<I", data, 21)[0]
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if form == b"VP8 " and data[23:26] == b"\x9d\x01\x2a":
        width, height = struct.unpack_from("<HH", data, 26)
        return width & 0x3FFF, height & 0x3FFF
    raise IndexError


def _uint24(data: bytes, at: int) -> int:
    return data[at] | data[at + 1] << 8 | data[at + 2] << 16


def _is_avif(data: bytes) -> bool:
    """Return whether the file says that it is one, first of all or among what it is compatible with."""
    if data[4:8] != b"ftyp":
        return False
    brands = data[8 : min(struct.unpack_from(">I", data)[0], 400)]
    return any(brands[at : at + 4] in _BRANDS for at in (0, *range(8, len(brands), 4)))


def _avif(data: bytes) -> tuple[int, int]:
    """Return the largest size that a property of the file tells: a thumbnail has one too."""
    start = data.find(b"meta")
    end = start - 4 + struct.unpack_from(">I", data, start - 4)[0] if start >= 4 else 0
    sizes: list[tuple[int, int]] = []
    at = data.find(b"ispe", max(start, 0), end)
    while at >= 0 and len(sizes) < MAX_SEGMENTS:
        sizes.append(struct.unpack_from(">II", data, at + 8))
        at = data.find(b"ispe", at + 4, end)
    return max(sizes, key=lambda size: size[0] * size[1]) if sizes else (0, 0)


_KINDS: dict[str, tuple[Callable[[bytes], bool], Callable[[bytes], tuple[int, int]]]] = {
    "jpg": (lambda data: data.startswith(b"\xff\xd8\xff"), _jpg),
    "png": (lambda data: data.startswith(b"\x89PNG\r\n\x1a\n"), _png),
    "gif": (lambda data: data.startswith((b"GIF87a", b"GIF89a")), _gif),
    "webp": (lambda data: data.startswith(b"RIFF") and data[8:12] == b"WEBP", _webp),
    "avif": (_is_avif, _avif),
}
