"""Bytes are read in the encoding that they have, and what is garbled is no text."""

import gzip
from contextlib import suppress
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finews_spider.newsroom.words import WORDS, text
from finews_spider.newsroom.world import World
from finews_spider.sources.base import UnreadableError
from finews_spider.sources.encodings import MAX_UNPACKED, decode
from tests.support.nonempty import nonempty

WORLD = World(300)
TEXTS = st.integers(0, 10**6).map(lambda seed: f"<p>{text(Random(seed), 3)}</p>")  # three sentences, as in a paragraph
RARE = "<p>㐂镕𠮷囍𬎆，“…”——·</p>"  # of GB18030, not of GB2312


def garbled(written: str, encoding: str) -> bytes:
    """Of UTF-8 that somebody on the way took for this encoding."""
    return written.encode().decode(encoding, "replace").encode()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030"])
def test_bytes_are_read_in_the_encoding_that_they_have(encoding: str) -> None:
    assert decode("中国证券报".encode(encoding)) == "中国证券报"


def test_bytes_of_no_encoding_are_unreadable() -> None:
    with pytest.raises(UnreadableError, match="neither UTF-8 nor GB18030"):
        decode(b"\xff\xff\xff\xff")


@pytest.mark.parametrize(
    ("encoding", "broken"),
    [("utf-8", b"\xff"), ("utf-8", b"\xe4\xb8"), ("gb18030", b"\xff"), ("gb18030", b"\x81 ")],
)
def test_a_broken_character_costs_itself(encoding: str, broken: bytes) -> None:
    before, after = "<p>沪指收涨，两市成交额突破万亿元。</p>" * 5, "<p>北向资金净流入。</p>" * 5
    read = decode(before.encode(encoding) + broken + after.encode(encoding))
    assert read.startswith(before)
    assert read.endswith(after)
    assert "\ufffd" in read


@pytest.mark.parametrize(
    ("encoding", "body", "text"),
    [
        ("gbk", b"\x80", "€"),
        ("gb18030", b"\xa8\xbc", "ḿ"),
        ("gb18030", b"\xa6\xd9\xfe\x59", "︐龴"),
    ],
)
def test_gb18030_is_decoded_as_browsers_do(encoding: str, body: bytes, text: str) -> None:
    sentence = "欧元区通胀回落，市场预期降息。"
    assert decode(sentence.encode(encoding) + body) == sentence + text


@pytest.mark.parametrize("marks", [1, 2])
def test_byte_order_marks_are_none(marks: int) -> None:
    assert decode("\ufeff".encode() * marks + "题".encode()) == "题"


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_is_read_where_it_has_its_mark(encoding: str) -> None:
    assert decode("\ufeff沪指".encode(encoding)) == "沪指"


@given(written=TEXTS, encoding=st.sampled_from(["utf-8", "gb18030"]))
def test_a_paragraph_is_read_as_it_was_written(written: str, encoding: str) -> None:
    assert decode((written + RARE).encode(encoding)) == written + RARE


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_so_is_all_that_the_newsroom_says(encoding: str) -> None:
    printed = [entry for story in WORLD for entry in (story.title, story.digest, WORLD.wrapped_body(story))]
    printed += ["".join(words) for words in WORDS.values()]
    assert all(decode(entry.encode(encoding)) == entry for entry in nonempty(printed))


@pytest.mark.slow
@given(written=TEXTS, data=st.data())
def test_damaged_utf_8_costs_what_is_damaged_or_is_unreadable(written: str, data: st.DataObject) -> None:
    body = bytearray(written.encode())
    beyond_ascii = [at for at, byte in enumerate(body) if byte > 0x7F]
    for at in sorted(data.draw(st.sets(st.sampled_from(beyond_ascii), min_size=1, max_size=5)), reverse=True):
        body[at : at + 1] = data.draw(st.binary(max_size=1))
    with suppress(UnreadableError):
        assert decode(bytes(body)) == body.decode("utf-8", "replace")


@given(written=TEXTS, encoding=st.sampled_from(["gbk", "gb18030", "latin-1", "cp1252"]))
def test_utf_8_that_was_taken_for_another_encoding_is_unreadable(written: str, encoding: str) -> None:
    with pytest.raises(UnreadableError, match="garbled"):
        decode(garbled(written, encoding))


@given(written=TEXTS)
def test_gbk_that_was_taken_for_utf_8_is_unreadable(written: str) -> None:
    with pytest.raises(UnreadableError, match="garbled"):
        decode(written.encode("gbk").decode("utf-8", "replace").encode())


def test_what_a_site_itself_could_not_show_stays() -> None:
    assert decode("公司拟以��元收购丁公司股份".encode()) == "公司拟以��元收购丁公司股份"


@pytest.mark.parametrize("plain", ["", "plain", "naïve café", "русский язык", "日本語のテキスト", "😀" * 20])
def test_other_scripts_are_text(plain: str) -> None:
    assert decode(plain.encode()) == plain


@pytest.mark.parametrize("text", ["", "中国证券报", "x" * 100_000])
def test_a_gzip_file_is_unpacked(text: str) -> None:
    assert decode(gzip.compress(text.encode())) == text
    assert decode(gzip.compress(text.encode("gb18030"))) == text


PACKED = gzip.compress(b"text" * 100)


@pytest.mark.parametrize("body", [PACKED[:-9], PACKED[:3], PACKED[:4] + b"x" * 40], ids=["cut", "head", "damaged"])
def test_a_damaged_gzip_file_is_no_text(body: bytes) -> None:
    with pytest.raises(UnreadableError, match="gzip"):
        decode(body)


def test_a_gzip_bomb_is_refused_before_it_is_unpacked() -> None:
    with pytest.raises(UnreadableError, match="too large"):
        decode(gzip.compress(b"\0" * (MAX_UNPACKED + 1)))
