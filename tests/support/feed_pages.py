"""The judged pages of `tests/fixtures/feed_pages`, and how well a reader does on them."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

from selectolax.lexbor import LexborHTMLParser, LexborNode

from finews_spider.sources.base import UnreadableError
from finews_spider.sources.encodings import decode
from finews_spider.sources.feed_pages import ArticlePages, FoundArticle
from pipelines.clean import clean
from pipelines.sanitize import sanitize
from tests.support.paths import ROOT

FOLDER = ROOT / "tests/fixtures/feed_pages"
BLOCKS = frozenset(
    "p h1 h2 h3 h4 h5 h6 ul ol li table tr td th blockquote div center dl dt dd hr figure figcaption".split()
)


@dataclass
class JudgedPage:
    """A page, and what is expected of it."""

    path: Path
    expected: dict[str, Any]

    @property
    def name(self) -> str:
        return self.path.stem

    def read(self, *, with_selectors: bool) -> FoundArticle | None:
        """What the reader makes of it; None where it refuses it."""
        selectors = self.expected["selectors"] if with_selectors else {}
        given: dict[str, Any] = {name: selectors.get(name) or "" for name in ("title", "time", "media", "body")}
        try:
            return ArticlePages(**given, cut=tuple(selectors.get("cut") or ())).read(decode(self.path.read_bytes()))
        except UnreadableError:
            return None

    def paragraphs(self, *, with_selectors: bool) -> list[str]:
        """What a post would have of it, paragraph by paragraph; nothing where it is refused."""
        found = self.read(with_selectors=with_selectors)
        return paragraphs_of(sanitize(clean(found.body, self.expected["url"]))) if found else []


def judged_pages() -> list[JudgedPage]:
    """All pages, in the order of their names."""
    return [
        JudgedPage(path, json.loads(path.with_suffix(".json").read_text("utf-8")))
        for path in sorted(FOLDER.glob("*.html"))
    ]


def bare(text: str) -> str:
    """A text without white space, which is of no weight."""
    return "".join(text.split())


def paragraphs_of(body: str) -> list[str]:
    """The paragraphs of a body: of each block its lines, as `<br>` parts them; a block of code is one."""
    tree = LexborHTMLParser(f"<body>{body}</body>")
    assert tree.body
    lines = [""]
    for text in _texts(tree.body):
        if text is None:
            lines.append("")
        else:
            lines[-1] += text
    return [line for line in map(bare, lines) if line]


def _texts(node: LexborNode) -> Iterator[str | None]:
    """Yield texts, and None where a line ends."""
    at = node.child
    while at is not None:
        if at.is_text_node:
            yield at.text_content
        elif at.tag in ("br", "pre"):
            yield from (None, at.text(), None)
        elif at.is_element_node:
            ends = [None] if at.tag in BLOCKS else []
            yield from (*ends, *_texts(at), *ends)
        at = at.next


@dataclass
class Score:
    """Recall and precision by paragraph and by character, of several pages together."""

    counts: Counter[str] = field(default_factory=Counter)

    def add(self, expected: list[str], found: list[str]) -> None:
        wanted, got = Counter(map(bare, expected)), Counter(found)
        wanted_text = "\n".join(map(bare, expected))
        matcher = SequenceMatcher(None, wanted_text, "\n".join(found), autojunk=False)
        self.counts += Counter(
            wanted=wanted.total(),
            got=got.total(),
            both=(wanted & got).total(),
            wanted_chars=sum(map(len, wanted.elements())),
            got_chars=sum(map(len, got.elements())),
            both_chars=sum(_chars(wanted_text[one.a : one.a + one.size]) for one in matcher.get_matching_blocks()),
        )

    def figures(self) -> dict[str, float]:
        """All four, by name."""
        of = self.counts
        return {
            "recall of paragraphs": of["both"] / (of["wanted"] or 1),
            "precision of paragraphs": of["both"] / (of["got"] or 1),
            "recall of characters": of["both_chars"] / (of["wanted_chars"] or 1),
            "precision of characters": of["both_chars"] / (of["got_chars"] or 1),
        }


def _chars(text: str) -> int:
    return len(text) - text.count("\n")
