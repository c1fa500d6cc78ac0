"""How large a picture is shown, by its first bytes, of each kind. Pure; nothing is decoded.

Each raises IndexError or struct.error where no browser would show a picture; tests/site has Chromium agree.
"""

import re
import struct
import zlib
from collections.abc import Iterator

from finews_spider.pictures.exif import is_turned

MAX_SEGMENTS = 1000  # of a head; cameras write some dozen
MAX_BLOCKS = 100_000  # of a GIF's comments, of 255 bytes at the most

Size = tuple[int, int]  # width and height

# Of JPEG.
_MARKER = re.compile(rb"\xff[^\x00\xff]")  # what stands before one is passed by
_SOF = frozenset((0xC0, 0xC1, 0xC2, 0xC9, 0xCA))  # markers that a size stands behind
_SOF_OF_OTHERS = frozenset(range(0xC0, 0xD0)) - _SOF - {0xC4, 0xC8, 0xCC}  # of kinds that no browser shows
_ALONE = frozenset((0x01, *range(0xD0, 0xD8)))  # markers without a length
_APP1, _SOS, _EXIF = 0xE1, 0xDA, b"Exif\0"  # and a byte that nobody looks at


def jpg(data: bytes) -> Size:
    """Return the size, turned where the first EXIF says so; it has one size, and pixels behind it."""
    at, size, exif = 2, None, None
    for _ in range(MAX_SEGMENTS):
        marker, start = _segment(data, at)
        at = start if marker in _ALONE else start + max(struct.unpack_from(">H", data, start)[0], 2)
        if marker == _SOS and size:
            return size[::-1] if exif and is_turned(exif) else size
        if marker == _SOS or marker in _SOF_OF_OTHERS or (marker in _SOF and size):
            break
        if marker in _SOF:
            size = struct.unpack_from(">HH", data, start + 3)[::-1]
        elif marker == _APP1 and exif is None and data[start + 2 : start + 7] == _EXIF:
            exif = data[start + 8 : at]
    raise IndexError


def _segment(data: bytes, at: int) -> tuple[int, int]:
    """Return the next marker, and where what belongs to it starts."""
    if found := _MARKER.search(data, at):
        return data[found.end() - 1], found.end()
    raise IndexError


def png(data: bytes) -> Size:
    """Return the size, turned where an EXIF says so that stands before the pixels."""
    turned = False
    for number, (kind, chunk, is_whole) in enumerate(_png_chunks(data)):
        if number == 0 and not (kind == b"IHDR" and is_whole):
            break
        if number == 0:
            size: Size = struct.unpack_from(">II", chunk)
        elif kind == b"eXIf" and is_whole:
            turned = turned or is_turned(chunk)
        elif kind == b"IDAT":
            return size[::-1] if turned else size
    raise IndexError


def _png_chunks(data: bytes) -> Iterator[tuple[bytes, bytes, bool]]:
    """Yield name and content of chunks, and whether their sums are right; of pixels not the content."""
    at = 8
    for _ in range(MAX_SEGMENTS):
        length, kind = struct.unpack_from(">I4s", data, at)
        end = at + 8 + length
        chunk = b"" if kind == b"IDAT" else data[at + 8 : end]
        yield kind, chunk, zlib.crc32(kind + chunk) == int.from_bytes(data[end : end + 4])
        at = end + 4


def gif(data: bytes) -> Size:
    """Return the size of the screen, or what the first frame takes, where that is more."""
    width, height, flags = struct.unpack_from("<HHB", data, 6)
    at = 13 + (3 << (flags & 7) + 1 if flags & 0x80 else 0)
    for _ in range(MAX_BLOCKS):
        if data[at] == 0x2C:
            left, top, across, down = struct.unpack_from("<HHHH", data, at + 1)
            return max(width, left + across), max(height, top + down)
        if data[at] != 0x21:
            break
        at += 2
        while length := data[at]:
            at += length + 1
        at += 1
    raise IndexError


def webp(data: bytes) -> Size:
    """Return the size of the picture, which is that of its canvas where it has one."""
    if struct.unpack_from("<I", data, 4)[0] + 8 > len(data):
        raise IndexError  # it is cut short
    canvas = None
    at = 12
    for _ in range(MAX_SEGMENTS):
        form, length = struct.unpack_from("<4sI", data, at)
        if form == b"VP8X":
            canvas = _uint24(data, at + 12) + 1, _uint24(data, at + 15) + 1
        elif form == b"ANMF" and canvas:
            return canvas
        elif form in (b"VP8 ", b"VP8L"):
            return _webp_frame(data, at, form, canvas)
        elif not canvas:
            break
        at += 8 + length + length % 2
    raise IndexError


def _webp_frame(data: bytes, at: int, form: bytes, canvas: Size | None) -> Size:
    if form == b"VP8L" and data[at + 8] == 0x2F:
        bits = struct.unpack_from("<I", data, at + 9)[0]
        size = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    elif form == b"VP8 " and data[at + 11 : at + 14] == b"\x9d\x01\x2a":
        width, height = struct.unpack_from("<HH", data, at + 14)
        size = width & 0x3FFF, height & 0x3FFF
    else:
        raise IndexError
    if canvas not in (None, size):
        raise IndexError
    return size


def _uint24(data: bytes, at: int) -> int:
    return data[at] | data[at + 1] << 8 | data[at + 2] << 16


def avif(data: bytes) -> Size:
    """Return the largest size that a property of the file tells, since a thumbnail has one too; turned as it says."""
    start = data.find(b"meta")
    end = start - 4 + struct.unpack_from(">I", data, start - 4)[0] if start >= 4 else 0
    sizes: list[Size] = []
    at = data.find(b"ispe", max(start, 0), end)
    while at >= 0 and len(sizes) < MAX_SEGMENTS:
        sizes.append(struct.unpack_from(">II", data, at + 8))
        at = data.find(b"ispe", at + 4, end)
    size = max(sizes, key=lambda size: size[0] * size[1]) if sizes else (0, 0)
    turn = data.find(b"irot", max(start, 0), end)
    return size[::-1] if turn >= 0 and data[turn + 4] & 1 else size
