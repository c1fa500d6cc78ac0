"""Ids of any source: whatever its scheme takes for one, it can be the name of a file and of a page."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from finews_spider.items import Family
from finews_spider.sources import known
from finews_spider.sources.ids import IdScheme
from finews_spider.sources.loader import SOURCES, source_class

CARELESS = IdScheme({"(?s:.*)": Family()}, example="x")


@given(st.one_of(st.text(max_size=8), st.text("aZ09-_./\\%\n", max_size=8), st.just("a" * 201)))
@example("a")
@example("../a")
@example("a\n")
@example("-a")
@example("a/../b")
def test_a_careless_pattern_takes_nothing_that_could_be_no_file_name(text: str) -> None:
    assert (text in CARELESS) == bool(re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,199}", text))


def test_an_id_is_of_the_first_family_whose_pattern_it_is() -> None:
    words, rest = Family(tag_ending="报道"), Family(is_flash=True, category="kuaibao", tag="快报")
    scheme = IdScheme({"[a-z]+": words, "[a-z0-9]+": rest}, example="x")
    assert [scheme.family(id_) for id_ in ("abc", "a1")] == [words, rest]


@pytest.mark.parametrize("text", ["", "../x", "a b"])
def test_what_is_no_id_is_of_no_family(text: str) -> None:
    with pytest.raises(ValueError, match="not an id: "):
        CARELESS.family(text)
    with pytest.raises(ValueError, match="not an id: "):
        known.family_of(text)


def test_an_id_that_shares_nothing_is_its_own_number() -> None:
    assert (CARELESS.number("abc"), CARELESS.siblings("abc")) == ("abc", ())


def test_the_delivered_sources_name_the_same_articles_alike() -> None:
    assert source_class("finews").ids is source_class("eastmoney").ids


@pytest.mark.parametrize("name", SOURCES)
def test_the_example_of_a_source_is_an_id_of_it_alone(name: str) -> None:
    ids = source_class(name).ids
    assert [scheme for scheme in known.id_schemes() if ids.example in scheme] == [ids]
