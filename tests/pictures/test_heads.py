"""What a picture is, its first bytes tell; a name, a type and a claim are not believed."""

import struct
import zlib
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finews_spider.newsroom.picture_files import AVIF, KINDS, png, png_of
from finews_spider.pictures.heads import MAX_PIXELS, Head, PictureError, read_head
from tests.support.nonempty import nonempty

SIZES = {"jpg": (1, 1), "png": (3, 2), "gif": (1, 1), "webp": (1, 1), "avif": (2, 2)}
HUGE = 60_000  # pixels of a side


def webp_of(chunk: bytes) -> bytes:
    return b"RIFF" + struct.pack("<I", len(chunk) + 4) + b"WEBP" + chunk


def jpg_of(*segments: bytes) -> bytes:
    return b"\xff\xd8" + b"".join(segments) + b"\xff\xda\x00\x02"


def sof(width: int, height: int, marker: int = 0xC0) -> bytes:
    return bytes((0xFF, marker)) + struct.pack(">HBHHB", 17, 8, height, width, 3) + bytes(9)


def vp8x(width: int, height: int) -> bytes:
    """A canvas."""
    sides = ((side - 1).to_bytes(3, "little") for side in (width, height))
    return b"VP8X\x0a\0\0\0" + bytes(4) + b"".join(sides)


def vp8l(width: int, height: int) -> bytes:
    """A frame."""
    return b"VP8L\x05\0\0\0\x2f" + struct.pack("<I", width - 1 | height - 1 << 14) + b"\0"


def gif_of(width: int, height: int, *frame: int) -> bytes:
    """A screen, and a frame of its size or another."""
    sides = frame or (width, height)
    return b"GIF89a" + struct.pack("<HHBBB", width, height, 0, 0, 0) + b"," + struct.pack("<HHHHB", 0, 0, *sides, 0)


# By what they are: bytes, and what is said of them.
HOSTILE: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "no picture"),
    "HTML": (b"<!DOCTYPE html><script>a</script>", "no picture"),
    "HTML behind white space": (b"\n\n <html>", "no picture"),
    "an SVG": (b'<svg xmlns="http://www.w3.org/2000/svg"><script>a</script></svg>', "no picture"),
    "an SVG behind XML": (b'<?xml version="1.0"?><!DOCTYPE svg><SVG onload="a()"/>', "no picture"),
    "a script": (b"/*\xff\xd8\xff*/alert(1)", "no picture"),
    "a BMP": (b"BM\x00\x00\x00\x00" + bytes(60), "no picture"),
    "a TIFF": (b"II*\x00" + bytes(60), "no picture"),
    "an ICO": (b"\x00\x00\x01\x00" + bytes(60), "no picture"),
    "a PDF": (b"%PDF-1.7\n", "no picture"),
    "a film": (b"\x00\x00\x00\x18ftypmp42" + bytes(60), "no picture"),
    "a HEIC": (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + bytes(60), "no picture"),
    "a RIFF with sound": (b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(60), "no picture"),
    "a PNG behind a mark": (b"\xef\xbb\xbf" + png(1), "no picture"),
    "a PNG of too many pixels": (png_of(HUGE, HUGE, b""), "too many pixels"),
    "a PNG of the most that is possible": (png_of(2**31, 2**31, zlib.compress(b"")), "too many pixels"),
    "a PNG without a width": (png_of(0, 5, b""), "damaged"),
    "a PNG that is cut short": (png(1)[:20], "damaged"),
    "a PNG whose head has another sum": (png(1)[:29] + bytes(4) + png(1)[33:], "damaged"),
    "a PNG without pixels": (png(1)[:33] + png(1)[-12:], "damaged"),
    "a PNG of chunks without end": (png(1)[:33] + b"\0\0\0\0tEXt\0\0\0\0" * 90_000, "damaged"),
    "a PNG whose chunk is larger than the file": (png(1)[:33] + b"\xff\xff\xff\xfftEXt", "damaged"),
    "a PNG of 0 × 0": (png_of(0, 0, b""), "damaged"),
    "a PNG behind which stands a page": (png(1)[:33] + b"<script>a</script>" * 9, "damaged"),
    "a PNG whose head is no head": (png(1).replace(b"IHDR", b"IDAT"), "damaged"),
    "a GIF of too many pixels": (gif_of(HUGE, HUGE), "too many pixels"),
    "a GIF whose first frame has too many": (gif_of(1, 1, HUGE, HUGE), "too many pixels"),
    "a GIF without a frame": (gif_of(1, 1)[:13] + b";", "damaged"),
    "a GIF of comments without end": (gif_of(1, 1)[:13] + b"\x21\xfe" + b"\1a" * 2_000_000, "damaged"),
    "a GIF that is cut short": (b"GIF89a\x01", "damaged"),
    "a JPEG of too many pixels": (jpg_of(sof(HUGE, HUGE)), "too many pixels"),
    "a JPEG of two sizes": (jpg_of(sof(2, 2), sof(HUGE, HUGE)), "damaged"),
    "a JPEG of two sizes, progressive": (jpg_of(sof(2, 2, 0xC2), sof(2, 2, 0xC2)), "damaged"),
    "a JPEG without pixels": (jpg_of(sof(2, 2))[:-4], "damaged"),
    "a JPEG whose pixels tell a size": (jpg_of(b"\xff\xda\x00\x02", sof(2, 2)), "damaged"),
    "a JPEG of no width": (jpg_of(sof(0, 2)), "damaged"),
    "a JPEG that is lossless": (jpg_of(sof(2, 2, 0xC3)), "damaged"),
    "a JPEG of zeros": (jpg_of(b"\xff\xe0\0\2") + b"\xff\0" * 2_000_000, "damaged"),
    "a JPEG without a size": (jpg_of(b"\xff\xda\x00\x02", b"\x12" * 90), "damaged"),
    "a JPEG of segments without end": (jpg_of(b"\xff\xe0\x00\x02" * 90_000), "damaged"),
    "a JPEG whose segment has no length": (jpg_of(b"\xff\xe0\x00\x00" * 90_000), "damaged"),
    "a JPEG that is cut short": (b"\xff\xd8\xff", "damaged"),
    "a JPEG of fill bytes": (b"\xff\xd8" + b"\xff" * 90_000, "damaged"),
    "a WebP of too many pixels": (webp_of(vp8x(1 << 24, 1 << 24) + b"ANMF" + bytes(20)), "too many pixels"),
    "a WebP whose canvas is a claim": (webp_of(vp8x(1, 1) + vp8l(16_000, 16_000)), "damaged"),
    "a WebP without a frame": (webp_of(vp8x(1, 1)), "damaged"),
    "a WebP of chunks without end": (webp_of(vp8x(1, 1) + b"EXIF\0\0\0\0" * 90_000), "damaged"),
    "a WebP that is cut short": (b"RIFF\xff\xff\xff\x7fWEBPVP8X\x0a\0\0\0" + bytes(10), "damaged"),
    "a WebP of no kind": (webp_of(b"VP9 " + bytes(30)), "damaged"),
    "an AVIF of too many pixels": (AVIF.replace(struct.pack(">II", 2, 2), struct.pack(">II", HUGE, HUGE)), "too many"),
    "an AVIF whose box has no end": (AVIF.replace(b"\0\0\0\xf2meta", b"\0\0\0\0meta"), "damaged"),
    "an AVIF whose box is of 64 bits": (AVIF.replace(b"\0\0\0\xf2meta", b"\0\0\0\1meta"), "damaged"),
    "an AVIF whose box is larger than the file": (AVIF[:60].replace(b"\xf2meta", b"\xffmeta"), "damaged"),
    "an AVIF of brands without end": (b"\xff\xff\xff\xffftypmif1" + b"mif1" * 90_000, "no picture"),
    "an AVIF of sizes without end": (AVIF[:40] + b"\x7f\xff\xff\xffmeta" + b"ispe" * 90_000, "too many"),
    "an AVIF without a size": (AVIF.replace(b"ispe", b"isp_"), "damaged"),
}


@pytest.mark.parametrize("make", KINDS, ids=lambda make: str(make.__name__))
def test_each_kind_is_told_with_its_size(make: Callable[[int], bytes]) -> None:
    name = make.__name__
    assert read_head(make(12_345)) == Head(name, *SIZES[name])


@pytest.mark.parametrize("what", nonempty(HOSTILE))
def test_what_is_none_of_them_is_refused(what: str) -> None:
    data, why = HOSTILE[what]
    with pytest.raises(PictureError, match=why):
        read_head(data)


def test_other_forms_of_jpeg_and_webp_have_their_sizes_too() -> None:
    assert read_head(jpg_of(b"\xff\xe0\x00\x04ab", b"\xff\xff", sof(640, 480, 0xC2))) == Head("jpg", 640, 480)
    lossless = vp8l(640, 480)
    lossy = b"VP8 \x0a\0\0\0\0\0\0\x9d\x01\x2a" + struct.pack("<HH", 640, 480)
    still = vp8x(640, 480) + b"ICCP\3\0\0\0abc\0" + lossless
    moving = vp8x(640, 480) + b"ANIM\6\0\0\0" + bytes(6) + b"ANMF" + bytes(20)
    assert {read_head(webp_of(chunk)) for chunk in (lossless, lossy, still, moving)} == {Head("webp", 640, 480)}


def test_an_avif_that_is_turned_has_the_sides_that_it_is_shown_with() -> None:
    tall = AVIF.replace(struct.pack(">II", 2, 2), struct.pack(">II", 2, 3))
    turns = [tall.replace(b"pixi\0", b"irot" + bytes((quarters,))) for quarters in range(4)]
    assert [read_head(data)[1:] for data in turns] == [(2, 3), (3, 2), (2, 3), (3, 2)]


def test_as_many_pixels_as_are_kept_are_kept() -> None:
    assert read_head(png_of(MAX_PIXELS // 1000, 1000, b"")).width == MAX_PIXELS // 1000
    with pytest.raises(PictureError) as refused:
        read_head(png_of(MAX_PIXELS // 1000 + 1, 1000, b""))
    assert refused.value.is_final


@given(st.sampled_from(KINDS), st.integers(0, 400), st.binary(max_size=12))
def test_damage_is_told_and_nothing_else_is_raised(make: Callable[[int], bytes], at: int, damage: bytes) -> None:
    data = bytearray(make(1))
    data[at : at + len(damage)] = damage
    for part in (bytes(data), bytes(data[:at])):
        try:
            head = read_head(part)
        except PictureError:
            continue
        assert 0 < head.width * head.height <= MAX_PIXELS
