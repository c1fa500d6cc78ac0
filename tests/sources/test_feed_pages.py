"""The sixty pages that a reader of articles is judged by hold what their JSON files say that they hold."""

import json
import re
from collections import defaultdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from selectolax.lexbor import LexborHTMLParser, LexborNode

from tests.support.nonempty import nonempty
from tests.support.paths import FIXTURES

Facts = dict[str, Any]

FIELDS = "url title time media paragraphs selectors article".split()
SELECTORS = "title time media body cut".split()
UNSEEN = "script, style, noscript, template, [hidden], [style*='display: none'], [style*='display:none']"
PAGES = nonempty(sorted((FIXTURES / "feed_pages").glob("*.html")))


def facts_of(path: Path) -> Facts:
    """Return what is expected of a page."""
    facts: Facts = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    return facts


ARTICLES = nonempty(path for path in PAGES if facts_of(path)["article"])
NO_ARTICLES = nonempty(path for path in PAGES if not facts_of(path)["article"])
each_page = pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
each_article = pytest.mark.parametrize("path", ARTICLES, ids=lambda path: path.stem)


def decoded(page: bytes) -> str:
    """Return a page's text in the encoding that it declares; raise UnicodeDecodeError where that is not its own."""
    declared = re.search(rb"charset=[\"']?([\w-]+)", page[:1024], re.IGNORECASE)
    assert declared, "a page declares its encoding"
    encoding = declared[1].decode().lower()
    return page.decode("gb18030" if encoding.startswith("gb") else encoding)


def squeezed(text: str) -> str:
    """Return a text without white space: each page breaks and indents its lines in its own way."""
    return "".join(text.split())


def visible(page: bytes) -> LexborHTMLParser:
    """Return a page without what a browser does not show."""
    tree = LexborHTMLParser(decoded(page))
    for node in tree.css(UNSEEN):
        node.decompose()
    return tree


def only(page: bytes, selector: str) -> LexborNode:
    """Return the one element that a selector matches, invisible ones included (`meta`)."""
    nodes = LexborHTMLParser(decoded(page)).css(selector)
    assert len(nodes) == 1, f"{selector} matches {len(nodes)} elements"
    return nodes[0]


def shows_time(node: LexborNode, time: datetime) -> bool:
    """Return whether an element says a time, in an attribute or in words; a day alone is its midnight in Beijing."""
    written = node.attributes.get("datetime") or node.attributes.get("content")
    if written:
        return datetime.fromisoformat(written) == time
    numbers = [int(digits) for digits in re.findall(r"\d+", node.text())]
    day, clock = [time.year, time.month, time.day], [time.hour, time.minute]
    return numbers[:3] == day and (numbers[3:5] == clock or clock == [0, 0])


def body_text(page: bytes, selectors: Facts) -> str:
    """Return what the body selector gives when all that is to be cut has gone."""
    body = only(page, selectors["body"])
    for node in body.css(", ".join(["script, noscript", *selectors["cut"]])):
        node.decompose()
    return squeezed(body.text())


def check(page: bytes, facts: Facts) -> None:
    """Raise AssertionError where an article's page is not what its facts say."""
    selectors = facts["selectors"]
    body = visible(page).body
    assert body
    shown = squeezed(body.text())
    assert [text for text in facts["paragraphs"] if squeezed(text) not in shown] == []
    assert body_text(page, selectors) == squeezed("".join(facts["paragraphs"]))
    assert squeezed(only(page, selectors["title"]).text()) == squeezed(facts["title"])
    assert shows_time(only(page, selectors["time"]), datetime.fromisoformat(facts["time"]))
    if facts["media"]:
        assert facts["media"] in only(page, selectors["media"]).text()


def test_there_are_sixty_pages_of_eighteen_sites() -> None:
    assert (len(PAGES), len(ARTICLES), len(NO_ARTICLES)) == (60, 54, 6)
    assert {path.stem for path in PAGES} == {path.stem for path in PAGES[0].parent.glob("*.json")}
    assert len({facts_of(path)["url"] for path in PAGES}) == 60
    assert len({urlsplit(facts_of(path)["url"]).hostname for path in PAGES}) == 18


def test_the_selectors_are_the_sites_not_the_pages() -> None:
    sites = defaultdict(list)
    for path in PAGES:
        facts = facts_of(path)
        sites[urlsplit(facts["url"]).hostname].append(facts["selectors"])
    assert [host for host, selectors in sites.items() if any(other != selectors[0] for other in selectors)] == []


@each_page
def test_every_field_is_there(path: Path) -> None:
    facts = facts_of(path)
    assert list(facts) == FIELDS
    assert list(facts["selectors"]) == SELECTORS
    assert decoded(path.read_bytes())
    assert facts["title"]
    assert bool(facts["paragraphs"]) == bool(facts["time"]) == facts["article"]
    assert [text for text in facts["paragraphs"] if not text or text != " ".join(text.split())] == []


@each_article
def test_an_article_is_in_its_page(path: Path) -> None:
    facts = facts_of(path)
    assert datetime.fromisoformat(facts["time"]).utcoffset() == timedelta(hours=8)
    check(path.read_bytes(), facts)


@each_article
@pytest.mark.parametrize("wrong", [{"title": "无"}, {"time": "2001-01-01T00:00:00+08:00"}, {"paragraphs": ["无"]}])
def test_wrong_facts_are_seen(path: Path, wrong: Facts) -> None:
    with pytest.raises(AssertionError):
        check(path.read_bytes(), facts_of(path) | wrong)


@each_article
def test_a_damaged_page_is_seen(path: Path) -> None:
    page, facts = path.read_bytes(), facts_of(path)
    start = facts["paragraphs"][-1][:2].encode("gb18030" if b"\r\n" in page else "utf-8")
    assert start in page
    with pytest.raises(AssertionError):
        check(page.replace(start, b""), facts)


@pytest.mark.parametrize("path", nonempty(path for path in PAGES if "-paper-" in path.stem or "-tables-" in path.stem))
def test_papers_and_portals_of_old_are_bytes_of_gbk(path: Path) -> None:
    page = path.read_bytes()
    assert b"\r\n" in page, "no tool may turn its line ends"
    with pytest.raises(UnicodeDecodeError):
        page.decode()
