import pytest

from finews_spider.fragments import LONGEST
from finews_spider.sources import UnreadableError
from finews_spider.sources.answers import decode, json_object, media_name_in, one_line


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030"])
def test_bytes_are_read_in_the_encoding_that_they_have(encoding: str) -> None:
    assert decode("中国证券报".encode(encoding)) == "中国证券报"


def test_bytes_of_no_encoding_are_unreadable() -> None:
    with pytest.raises(UnreadableError, match="neither UTF-8 nor GB18030"):
        decode(b"\xff\xff\xff")


def test_keys_of_an_object_are_in_lower_case() -> None:
    assert json_object('{"Title": "题", "medianame": "A"}') == {"title": "题", "medianame": "A"}


@pytest.mark.parametrize("text", ["", "<html></html>", "{", "callback({)", "[" * 100_000])
def test_what_is_no_json_is_unreadable(text: str) -> None:
    with pytest.raises(UnreadableError, match=r"^not JSON: "):
        json_object(text)


@pytest.mark.parametrize("text", ["[]", "null", '"a"', "1"])
def test_what_is_no_object_is_unreadable(text: str) -> None:
    with pytest.raises(UnreadableError, match=r"^not a JSON object: "):
        json_object(text)


def test_an_unreadable_answer_is_quoted_in_short() -> None:
    with pytest.raises(UnreadableError) as caught:
        json_object("验证码" * 1000)
    assert len(str(caught.value)) < 100


def test_texts_of_an_object_can_be_written() -> None:
    json_object('{"title": "\\ud83d"}')["title"].encode()


@pytest.mark.parametrize(
    ("value", "text"), [(" a\n\tb\u3000c ", "a b c"), ("", ""), (None, ""), (1, ""), (["a"], ""), ({}, "")]
)
def test_a_text_is_put_on_one_line(value: object, text: str) -> None:
    assert one_line(value) == text


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("（文章来源：中国证券报）", "中国证券报"),
        ("(文章来源:中国证券报)", "中国证券报"),
        ("文章来源：中国证券报", "中国证券报"),
        ("　　（ 文章来源： 中国证券报 ）", "中国证券报"),
        ("（文章来源：安信国际证券(香港)）", "安信国际证券(香港)"),
        ("（文章来源：21世纪经济报道  南财理财通）", "21世纪经济报道  南财理财通"),
        ("（文章来源：<b>中国</b>证券报）", "中国证券报"),
        (
            '（文章来源：<span id="Info.1"><a href="http://a.example/" class="infokey">中国</a></span>证券报）',
            "中国证券报",
        ),
        ("（文章来源：）", ""),
    ],
)
def test_the_source_line_names_who_published_it(line: str, name: str) -> None:
    assert media_name_in(f'<p>文</p><p class="em_media">{line}</p>') == name


def test_the_last_source_line_counts() -> None:
    assert media_name_in("<p>（文章来源：甲）</p><p>（文章来源：乙）</p><p>文</p>") == "乙"


@pytest.mark.parametrize("body", ["", "<p>文</p>", "<p>本文的文章来源：甲</p>", "<p>（文章来源不明）</p>"])
def test_other_bodies_name_nobody(body: str) -> None:
    assert media_name_in(body) == ""


def test_what_follows_the_source_is_not_in_its_name() -> None:
    assert media_name_in("<p>（文章来源：中国证券报）（责任编辑：甲）</p>") == "中国证券报"


@pytest.mark.parametrize(
    "body", ["<p>文章来源：某报</p></body><body>", "<html><style></style><p>文章来源：某报", "</body><p>文章来源：某报"]
)
def test_the_source_line_is_found_in_whatever_is_no_body(body: str) -> None:
    assert media_name_in(body) == "某报"


def test_a_body_that_is_too_long_is_not_read() -> None:
    assert media_name_in("<p>文章来源：某报</p>" + " " * LONGEST) == ""


def test_a_callback_with_endless_space_after_it_takes_no_longer_than_it_is() -> None:
    with pytest.raises(UnreadableError):
        json_object("a()" + " " * 100_000 + "b")
