"""Pages that nobody wrote for readers: they are read or refused, within some seconds."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from finews_spider.sources.base import UnreadableError
from finews_spider.sources.encodings import decode
from finews_spider.sources.feed_pages import ArticlePages
from tests.support.feed_pages import judged_pages
from tests.support.feed_sites import SENTENCES
from tests.support.mutants import mutant
from tests.support.nonempty import nonempty

HEAD = (
    "<html><head><title>储能产业将在云岭发力</title></head><body><h1>储能产业将在云岭发力</h1><i>2021-12-30 07:57</i>"
)
PAGES = nonempty([decode(page.path.read_bytes()) for page in judged_pages()[::7]])
WITH_SELECTORS = ArticlePages(body="div", title="h1, h2, title", time="time, span, td")
HOSTILE = {
    "divs in divs": "<div>" * 14_000 + SENTENCES[0] + "</div>" * 14_000,
    "parts that are called otherwise": ("<div class=share>" * 200 + SENTENCES[0] + "</div>" * 200) * 60,
    "tags that are not closed": "<b>" * 9_000 + SENTENCES[0],
    "lists in lists": "<ul>" * 3_000 + "<li>x" * 10_000,
    "cells": "<table>" + "<tr><td>1<td>2" * 9_000 + f"</table><p>{SENTENCES[0]}</p>",
}


@pytest.mark.slow
@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE)
def test_no_page_takes_long(body: str) -> None:
    began = time.process_time()
    try:
        ArticlePages().read(f"{HEAD}{body}</body></html>")
    except UnreadableError as error:
        assert "no article" in str(error)  # noqa: PT017  # either will do
    assert time.process_time() - began < 20


@settings(max_examples=40)
@given(st.data())
def test_whatever_a_page_has_become_it_is_read_or_refused(data: st.DataObject) -> None:
    text = mutant(data.draw, data.draw(st.sampled_from(range(len(PAGES))).map(PAGES.__getitem__)))
    reader = data.draw(st.sampled_from([ArticlePages(), WITH_SELECTORS]))
    try:
        found = reader.read(text)
    except UnreadableError:
        return
    assert found.body
