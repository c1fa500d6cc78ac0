"""How a body is laid out: blocks one under the other, spaced as in the seed post, every text inside a block.

kramdown reads what stands outside a block tag as Markdown, so stray text has to stand in a paragraph. What is written
nests as HTML5 wants it, so that any parser reads it as it was meant, and writes the same.
"""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import takewhile

from finews_spider.markup.characters import SPACE, drop_forbidden
from finews_spider.markup.escaping import escape
from finews_spider.markup.parsing import MAX_BODY, IncompleteBodyError

ROWS = {"li": ("ul", "ol"), "dt": ("dl",), "dd": ("dl",), "caption": ("table",), "td": ("tr",), "th": ("tr",)}
_LISTS = frozenset({"ul", "ol", "dl"})
_CELLS = frozenset({"td", "th"})
_UNSEEN_TAG = re.compile("<(?!img)[^>]*>")


@dataclass(frozen=True, slots=True)
class Paragraph:
    """What the texts of an element are written as. A bare one needs no tags where it is all that a row holds."""

    name: str = "p"
    attributes: str = ""
    is_bare: bool = False


BARE = Paragraph(is_bare=True)


class Inline:
    """An inline element that is open. It is written when there is something in it, in each block anew."""

    __slots__ = ("end", "name", "start")

    def __init__(self, name: str, attributes: str = "") -> None:
        self.name = name
        self.start = f"<{name}{attributes}>"
        self.end = f"</{name}>"


@dataclass(slots=True)
class _Container:
    """A block that holds blocks, or the body itself."""

    name: str
    start: str = ""
    parts: list[str] = field(default_factory=list)
    bare: str = ""  # the text of the only part, if it needs no paragraph
    rows: int = 0
    is_filled: bool = False

    def add(self, part: str, bare: str = "") -> None:
        self.bare = "" if self.parts else bare
        self.parts.append(part)

    @property
    def inner(self) -> str:
        return self.bare or "".join(self.parts)


class Layout:
    """Takes texts, pictures, and the starts and ends of blocks, in order; `html` is what they make."""

    __slots__ = tuple(
        "_breaks _containers _cuts _filters _gap _gap_inline _line".split()
        + "_line_rule _opened _out _paragraph _size _words".split()
    )

    def __init__(self, line_rule: Callable[[str], str], cuts: Counter[str], *, filters: bool) -> None:
        """`line_rule` names the rule that cuts a line of text; `filters`: there may be characters that no post has."""
        self._line_rule = line_rule
        self._cuts = cuts
        self._filters = filters
        self._containers = [_Container("")]
        self._size = 0
        self._gap_inline: tuple[Inline, ...] = ()  # around the gap
        self._begin()

    # What a paragraph holds.

    def text(self, text: str, paragraph: Paragraph, inline: tuple[Inline, ...]) -> None:
        """A text as it stands between two tags."""
        if self._filters:
            text = drop_forbidden(text)
        if paragraph.name == "pre":
            self._add_verbatim(text, paragraph, inline)
            return
        core = text.strip(SPACE)
        if not core:
            self._space(text, inline)
        elif len(core) == len(text):
            self._add(escape(core), core, paragraph, inline)
        else:
            start = len(text) - len(text.lstrip(SPACE))
            self._space(text[:start], inline)
            self._add(escape(core), core, paragraph, inline)
            self._space(text[start + len(core) :], inline)

    def picture(self, html: str, paragraph: Paragraph, inline: tuple[Inline, ...]) -> None:
        """An element that is seen as it is."""
        self._add(html, "", paragraph, inline)

    def line_break(self, paragraph: Paragraph, inline: tuple[Inline, ...]) -> None:
        """A line ends; at the ends of a paragraph there is none."""
        if paragraph.name == "pre":
            self._add_verbatim("\n", paragraph, inline)
        elif self._out:
            self._gap_inline = inline if not self._breaks else self._gap_inline
            self._breaks += 1

    # Blocks.

    def end_paragraph(self) -> None:
        """What follows stands in another block."""
        if self._out:
            self._end_line()
            if self._out:
                self._reopen(())
                self._write("".join(self._out))
            self._begin()

    def is_row_of_block(self, name: str) -> bool:
        """Whether a row like that can stand here."""
        return self._containers[-1].name in ROWS[name]

    def open(self, name: str, attributes: str = "") -> None:
        """A block starts that holds blocks, up to its `close`."""
        self.end_paragraph()
        self._containers.append(_Container(name, f"<{name}{attributes}>"))

    def close(self) -> None:
        """It ends; without anything in it, it is not written."""
        self.end_paragraph()
        closed, parent = self._containers.pop(), self._containers[-1]
        parent.is_filled = parent.is_filled or closed.is_filled
        if closed.name in _LISTS and not closed.rows:
            for part in closed.parts:
                parent.add(part)
        elif (closed.is_filled or closed.name != "table") and (closed.parts or closed.name in _CELLS):
            parent.add(f"{closed.start}{closed.inner}</{closed.name}>")
            parent.rows += closed.name in ROWS

    def rule(self) -> None:
        """A line across."""
        self.end_paragraph()
        self._containers[-1].add("<hr />")

    def html(self) -> str:
        """A block starts on a new line with one space before it; but the seed has none after a picture's <center>.

        And none before the source line.
        """
        self.end_paragraph()
        html = "\n ".join(self._containers[0].parts)
        return html.replace("</center>\n ", "</center>").replace('\n <p class="em_media">', '<p class="em_media">')

    # The paragraph that is being written.

    def _begin(self) -> None:
        self._out: list[str] = []
        self._opened: tuple[Inline, ...] = ()
        self._paragraph = BARE
        self._gap = ""  # space that is written when something follows it
        self._breaks = 0  # ends of lines, likewise
        self._words: list[str] = []  # of the last line
        self._line: tuple[int, tuple[Inline, ...]] = (0, ())  # where it starts

    def _space(self, space: str, inline: tuple[Inline, ...]) -> None:
        if space and self._out and not self._breaks:
            self._gap_inline = self._gap_inline if self._gap else inline
            self._gap += space

    def _add(self, html: str, words: str, paragraph: Paragraph, inline: tuple[Inline, ...]) -> None:
        if not self._out:
            self._paragraph = paragraph
        elif self._breaks:
            self._end_line()
            self._line = len(self._out), self._opened
            if self._out:
                self._add_gap("<br />" * self._breaks, inline)
            self._breaks = 0
        elif self._gap:
            self._add_gap(escape(self._gap), inline)
        self._gap = ""
        self._reopen(inline)
        self._words.append(words)
        self._out.append(html)

    def _add_gap(self, html: str, inline: tuple[Inline, ...]) -> None:
        """What is between two texts stands where it stood: inside the elements that both are in, or the second."""
        self._reopen(inline if self._gap_inline is inline else _common(self._opened, self._gap_inline))
        self._out.append(html)

    def _add_verbatim(self, text: str, paragraph: Paragraph, inline: tuple[Inline, ...]) -> None:
        text = text if self._out else text.lstrip("\n")  # a parser takes one of them away each time
        if text:
            self._add(escape(text), text, paragraph, inline)

    def _reopen(self, inline: tuple[Inline, ...]) -> None:
        """Close and open inline elements, so that these are open."""
        if inline is not self._opened:
            kept = len(_common(self._opened, inline))
            self._out += [element.end for element in reversed(self._opened[kept:])]
            self._out += [element.start for element in inline[kept:]]
            self._opened = inline

    def _end_line(self) -> None:
        """A line ends; one that a rule cuts is taken back."""
        if rule := self._line_rule("".join(self._words)):
            self._cuts[rule] += 1
            length, self._opened = self._line
            del self._out[length:]
        self._words = []

    def _write(self, html: str) -> None:
        paragraph = self._paragraph
        if paragraph.name == "pre":
            html = html.rstrip()
            if not _UNSEEN_TAG.sub("", html).strip(SPACE):
                return
        self._size += len(html)
        if self._size > 2 * MAX_BODY:  # a long link around many blocks
            raise IncompleteBodyError(f"longer than {2 * MAX_BODY} characters when it is written")
        container = self._containers[-1]
        container.is_filled = True
        whole = f"<{paragraph.name}{paragraph.attributes}>{html}</{paragraph.name}>"
        container.add(whole, html if paragraph.is_bare else "")


def _common(first: tuple[Inline, ...], second: tuple[Inline, ...]) -> tuple[Inline, ...]:
    """The elements that both start with."""
    pairs = takewhile(lambda pair: pair[0] is pair[1], zip(first, second, strict=False))
    return tuple(one for one, _ in pairs)
