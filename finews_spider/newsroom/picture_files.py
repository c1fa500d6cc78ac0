"""Pictures in each of the kinds that browsers show: tiny, valid, and no two alike."""

import re
import struct
import zlib
from base64 import b64decode

from finews_spider.newsroom.pages import Page, View

PATH = re.compile(r"/download/D(\d{1,20})\.jpg", re.ASCII)
MISSING = 7  # of ten pictures, the one whose number ends so is not there

JPG = b64decode(
    "/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAP////////////////////////////////////////////////////////////////////////////////"
    "//////wgALCAABAAEBAREA/8QAFBABAAAAAAAAAAAAAAAAAAAAAP/aAAgBAQABPxA="
)
GIF = b64decode("R0lGODlhAQABAIAAAAAAAP///ywAAAAAAQABAAACAUwAOw==")
WEBP = b64decode("UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA==")
AVIF = b64decode(
    "AAAAIGZ0eXBhdmlmAAAAAGF2aWZtaWYxbWlhZk1BMUIAAADybWV0YQAAAAAAAAAoaGRscgAAAAAAAAAAcGljdAAAAAAAAAAAAAAAAGxpYmF2aWYA"
    "AAAADnBpdG0AAAAAAAEAAAAeaWxvYwAAAABEAAABAAEAAAABAAABGgAAAB0AAAAoaWluZgAAAAAAAQAAABppbmZlAgAAAAABAABhdjAxQ29sb3IA"
    "AAAAamlwcnAAAABLaXBjbwAAABRpc3BlAAAAAAAAAAIAAAACAAAAEHBpeGkAAAAAAwgICAAAAAxhdjFDgQ0MAAAAABNjb2xybmNseAACAAIAAYAA"
    "AAAXaXBtYQAAAAAAAAABAAEEAQKDBAAAACVtZGF0EgAKCBgANogQEAwgMg8f8D///8WfhwB8+ErK42A="
)


def png(number: int, width: int = 3, height: int = 2) -> bytes:
    """Return a picture of one colour, which the number tells."""
    row = b"\0" + bytes((number >> 16 & 255, number >> 8 & 255, number & 255)) * width
    return png_of(width, height, zlib.compress(row * height))


def png_of(width: int, height: int, pixels: bytes) -> bytes:
    """Return a PNG that claims that size, whatever its pixels are."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", pixels), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, data) for name, data in chunks)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def jpg(number: int) -> bytes:
    """Return one with the number as a comment."""
    comment = str(number).encode()
    return JPG[:2] + b"\xff\xfe" + struct.pack(">H", len(comment) + 2) + comment + JPG[2:]


def gif(number: int) -> bytes:
    """Return one with the number as a comment."""
    comment = str(number).encode()
    return GIF[:-1] + b"\x21\xfe" + bytes((len(comment),)) + comment + b"\0" + GIF[-1:]


def webp(number: int) -> bytes:
    """Return one with the number in a chunk that nobody reads."""
    data = WEBP[12:] + b"XNUM" + struct.pack("<I", 20) + f"{number:020}".encode()
    return b"RIFF" + struct.pack("<I", len(data) + 4) + b"WEBP" + data


def avif(number: int) -> bytes:
    """Return one with the number in a box that nobody reads."""
    return AVIF + struct.pack(">I", 28) + b"free" + f"{number:020}".encode()


KINDS = (jpg, png, gif, webp, avif)


class PictureHost:
    """dfscdn.dfcfw.com: all pictures are called .jpg there, whatever they are."""

    def page(self, target: str, view: View) -> Page | None:
        """Return a picture; None for other paths, and for a tenth of the pictures."""
        found = PATH.fullmatch(target)
        if not found or found[1].endswith(str(MISSING)):
            return None
        return Page(KINDS[int(found[1]) // 10 % len(KINDS)](int(found[1])), "image/jpeg")
