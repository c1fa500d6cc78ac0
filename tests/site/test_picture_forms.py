"""Pictures are as large in a browser as their heads say, however a camera was held; what it cannot show is refused."""

import struct
from collections.abc import Callable
from pathlib import Path

import pytest

from finews_spider.newsroom.picture_files import GIF, JPG, KINDS, WEBP, _chunk, png
from finews_spider.pictures.heads import PictureError, read_head
from tests.support.built import served
from tests.support.devtools import visited
from tests.support.nonempty import nonempty

pytestmark = pytest.mark.slow

TURNED = range(5, 9)


def exif(orientation: int, order: str = "<", kind: int = 3) -> bytes:
    """A TIFF with one tag more than the orientation."""
    tags = struct.pack(f"{order}H", 2)
    tags += struct.pack(f"{order}HHII", 0x010F, 2, 1, 0) + struct.pack(f"{order}HHIHH", 0x0112, kind, 1, orientation, 0)
    return (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(f"{order}I", 8) + tags + bytes(4)


def app1(content: bytes) -> bytes:
    return b"\xff\xe1" + struct.pack(">H", len(content) + 2) + content


def exif_of_jpg(tiff: bytes) -> bytes:
    return app1(b"Exif\0\0" + tiff)


SIZE = JPG.index(b"\xff\xc2")  # the segment that tells it
PIXELS = JPG.index(b"\xff\xda")
WIDE = JPG[: SIZE + 5] + struct.pack(">HH", 4, 8) + JPG[SIZE + 9 :]  # 8 × 4; it is of one block
SEGMENT = WIDE[SIZE : SIZE + 2 + struct.unpack_from(">H", WIDE, SIZE + 2)[0]]
PNG = png(1, 8, 4)
FRAME = GIF.index(b",")
LOSSLESS = b"\x2f" + struct.pack("<I", 7 | 3 << 14) + WEBP[25:]
CANVAS = b"VP8X" + struct.pack("<I", 10) + bytes((8, 0, 0, 0)) + (7).to_bytes(3, "little") + (3).to_bytes(3, "little")


def webp(*chunks: bytes) -> bytes:
    return b"RIFF" + struct.pack("<I", sum(map(len, chunks)) + 4) + b"WEBP" + b"".join(chunks)


def chunk(name: bytes, content: bytes) -> bytes:
    return name + struct.pack("<I", len(content)) + content + bytes(len(content) % 2)


FORMS = {
    **{f"{make.__name__}.{make.__name__}": make(1) for make in KINDS},
    **{f"orientation-{number}.jpg": WIDE[:2] + exif_of_jpg(exif(number)) + WIDE[2:] for number in range(10)},
    "big-endian.jpg": WIDE[:2] + exif_of_jpg(exif(6, ">")) + WIDE[2:],
    "first-counts.jpg": WIDE[:2] + exif_of_jpg(exif(3)) + exif_of_jpg(exif(6)) + WIDE[2:],
    "first-turns.jpg": WIDE[:2] + exif_of_jpg(exif(6)) + exif_of_jpg(exif(3)) + WIDE[2:],
    "behind-xmp.jpg": WIDE[:2] + app1(b"http://ns.adobe.com/xap/1.0/\0<x/>") + exif_of_jpg(exif(6)) + WIDE[2:],
    "behind-size.jpg": WIDE[:PIXELS] + exif_of_jpg(exif(6)) + WIDE[PIXELS:],
    "odd-byte.jpg": WIDE[:2] + app1(b"Exif\0\xff" + exif(6)) + WIDE[2:],
    "no-short.jpg": WIDE[:2] + exif_of_jpg(exif(6, kind=4)) + WIDE[2:],
    "no-tags.jpg": WIDE[:2] + exif_of_jpg(b"II*\0\xff\xff\xff\xff") + WIDE[2:],
    "junk-between.jpg": WIDE[:2] + b"junk\xff\0" + WIDE[2:],
    "two-sizes.jpg": WIDE[:SIZE] + SEGMENT + WIDE[SIZE:],
    "no-pixels.jpg": WIDE[:PIXELS],
    "lossless.jpg": WIDE[: SIZE + 1] + b"\xc3" + WIDE[SIZE + 2 :],
    "turned.png": PNG[:33] + _chunk(b"eXIf", exif(6)) + PNG[33:],
    "wrong-sum.png": PNG[:29] + bytes(4) + PNG[33:],
    "no-pixels.png": PNG[:33] + PNG[-12:],
    "no-screen.gif": GIF[:6] + bytes(4) + GIF[10:],
    "large-frame.gif": GIF[: FRAME + 5] + struct.pack("<HH", 4, 2) + GIF[FRAME + 9 :],
    "far-frame.gif": GIF[: FRAME + 1] + struct.pack("<HH", 3, 5) + GIF[FRAME + 5 :],
    "canvas.webp": webp(CANVAS, chunk(b"VP8L", LOSSLESS), chunk(b"EXIF", exif(6))),  # which turns no WebP
    "other-canvas.webp": webp(CANVAS, chunk(b"VP8L", WEBP[20:])),
    "no-frame.webp": webp(CANVAS),
}


def test_they_are_as_large_as_their_heads_say_and_none_is_refused_that_is_shown(
    tmp_path: Path, tool: Callable[[str], str]
) -> None:
    for name, data in FORMS.items():
        (tmp_path / name).write_bytes(data)
    (tmp_path / "index.html").write_text("".join(f'<img src="{name}">' for name in FORMS), encoding="utf-8")
    with served(tmp_path) as address:
        (visit,) = visited(tool("chromium"), tmp_path / "profile", [f"{address}/index.html"])
    shown = {one.source: (one.width, one.height) if one.is_shown else None for one in visit.pictures}
    assert shown == {name: size_of(data) for name, data in FORMS.items()}
    assert {name for name, size in shown.items() if size == (4, 8)} >= {f"orientation-{one}.jpg" for one in TURNED}


def size_of(data: bytes) -> tuple[int, int] | None:
    try:
        return read_head(data)[1:]
    except PictureError:
        return None


@pytest.mark.parametrize(("name", "size"), nonempty([("orientation-6.jpg", (4, 8)), ("turned.png", (4, 8))]))
def test_a_picture_that_is_turned_has_the_sides_that_it_is_shown_with(name: str, size: tuple[int, int]) -> None:
    assert size_of(FORMS[name]) == size
