import json
import subprocess
from collections.abc import Callable

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from finews_spider.archive.front_matter import fields, quoted, scalar, value, with_field

PAGE = "---\nlayout: category\ntitle: 别家新闻\ncategory: a\n---\n<p>手写的</p>\ntitle: 文\n"
TEXTS = st.text(st.characters(exclude_categories=["Cs"]))


@given(TEXTS)
def test_a_quoted_text_is_read_back_by_yaml_and_here(text: str) -> None:
    assert yaml.safe_load(quoted(text)) == value(quoted(text)) == text


@given(st.one_of(TEXTS, st.sampled_from(["true", "2021", "0x1F", "1e3", "2021-12-30", "~", "- a", "a: b", "a #b"])))
def test_a_scalar_is_a_string_for_yaml(text: str) -> None:
    assert yaml.safe_load(scalar(text)) == text
    assert value(scalar(text)) == text


PLAIN = [
    "《财经》新媒体新闻",
    "·观察新闻",
    "“头条”新闻",
    "S&P全球新闻",
    "36氪新闻",
    "证券时报e公司新闻",
    "A·B（香港）新闻",
    "新闻:早报",
    "-某报",
]
QUOTED = [
    "12:30",
    "1,234",
    "1_000",
    "007",
    ".5",
    "1e3",
    "on",
    "Y",
    "~",
    "2021-12-30",
    "a: b",
    "a #b",
    "a:",
    "- a",
    "-1",
    ":a",
]
QUOTED += [
    "@财经新闻",
    "*新闻",
    "[财经]新闻",
    "'财经'新闻",
    "#新闻",
    "%新闻",
    "!新闻",
    "=",
    "0x1F",
    "---",
    " 新闻",
    "新闻\u3000",
]


@pytest.mark.parametrize("text", PLAIN)
def test_quotes_stand_only_where_yaml_needs_them(text: str) -> None:
    """As the existing site wrote its posts."""
    assert scalar(text) == text


def test_ruby_reads_each_scalar_as_the_same_string(tool: Callable[[str], str]) -> None:
    """Jekyll's YAML takes more for numbers, dates and symbols than Python's."""
    texts = [*PLAIN, *QUOTED]
    lines = "".join(f"- {scalar(text)}\n" for text in texts)
    script = "require 'yaml'; require 'json'; puts YAML.load(STDIN.read).to_json"
    done = subprocess.run([tool("ruby"), "-e", script], input=lines, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == texts


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("中国证券报新闻", "中国证券报新闻"),
        ("21世纪经济报道  南财理财通新闻", "21世纪经济报道  南财理财通新闻"),
        ('"a\\"b"', 'a"b'),
        ("'a''b'", "a'b"),
        ('["一  二新闻"]', "一  二新闻"),
        ("[一新闻]", "一新闻"),
        ("一[新闻]", "一[新闻]"),
        ("['一, 二']", "一, 二"),
        ("", ""),
        ("[]", ""),
    ],
)
def test_a_value_is_the_text_of_its_scalar(written: str, text: str) -> None:
    assert value(written) == text


@pytest.mark.parametrize(
    "written", ['"a', '"a" b', '["a", "b"]', "[a, b]", "'a' b'", "'a", "|", ">-", "&a b", "*a", "{a: b}", '"\\ud800"']
)
def test_what_cannot_be_read_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        value(written)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_fields_are_those_of_the_front_matter_alone(end: str) -> None:
    assert fields(PAGE.replace("\n", end)) == {"layout": "category", "title": "别家新闻", "category": "a"}


@pytest.mark.parametrize("text", ["", "文", "---\ntitle: a\n", "\n---\ntitle: a\n---\n", "--\ntitle: a\n--\n"])
def test_a_text_without_front_matter_has_no_fields(text: str) -> None:
    assert fields(text) == {}


def test_empty_and_repeated_keys() -> None:
    assert fields("---\ntags:\n  - a\ntitle: a\ntitle:  b \n...\n") == {"tags": "", "title": "b"}


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_one_field_is_changed_and_nothing_else(end: str) -> None:
    changed = PAGE.replace("title: 别家新闻", 'title: "对"').replace("\n", end)
    assert with_field(PAGE.replace("\n", end), "title", '"对"') == changed


@pytest.mark.parametrize(
    "text",
    [
        "<p>手写的</p>\n",
        "---\nlayout: a\n---\ntitle: a\n",
        "---\ntitle: a\n  b\n---\n",
        "---\ntitle: >-\n  a\n---\n",
        "---\ntitle: |\n---\n",
        "---\ntitle: a\ntitle: b\n---\n",
        "---\n  title: a\n---\n",
    ],
)
def test_a_field_that_is_not_one_line_is_not_changed(text: str) -> None:
    assert with_field(text, "title", '"对"') is None


@given(TEXTS)
def test_the_changed_field_is_read_back(text: str) -> None:
    assert value(fields(with_field(PAGE, "title", quoted(text)) or "")["title"]) == text
