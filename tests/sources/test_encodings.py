"""Bytes are read in the encoding that they have, and what is garbled is no text."""

from contextlib import suppress
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finews_spider.newsroom.words import WORDS, text
from finews_spider.newsroom.world import World
from finews_spider.sources.base import UnreadableError
from finews_spider.sources.encodings import decode
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
        decode(b"\xff\xff\xff")


@given(written=TEXTS, encoding=st.sampled_from(["utf-8", "gb18030"]))
def test_a_paragraph_is_read_as_it_was_written(written: str, encoding: str) -> None:
    assert decode((written + RARE).encode(encoding)) == written + RARE


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_so_is_all_that_the_newsroom_says(encoding: str) -> None:
    said = [each for story in WORLD for each in (story.title, story.digest, WORLD.wrapped_body(story))]
    said += ["".join(words) for words in WORDS.values()]
    assert all(decode(each.encode(encoding)) == each for each in nonempty(said))


@given(written=TEXTS, data=st.data())
def test_damaged_utf_8_is_unreadable(written: str, data: st.DataObject) -> None:
    body = bytearray(written.encode())
    beyond_ascii = [at for at, byte in enumerate(body) if byte > 0x7F]
    for at in sorted(data.draw(st.sets(st.sampled_from(beyond_ascii), min_size=1, max_size=5)), reverse=True):
        body[at : at + 1] = data.draw(st.binary(max_size=1))
    with suppress(UnreadableError):
        assert decode(bytes(body)) == body.decode()  # it happens to be UTF-8 still


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
