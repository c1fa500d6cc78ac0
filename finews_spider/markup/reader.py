"""Reads a body's tree from its first node to its last, and tells the layout what a reader sees of it.

What is cut is not walked into, and counted by the rule that cuts it; what no post has dissolves, and its text stays.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

from selectolax.lexbor import LexborNode

from finews_spider.markup.addresses import resolve, resolve_link
from finews_spider.markup.cuts import CHART_END, CHART_START, Attributes, element_rule
from finews_spider.markup.escaping import attribute
from finews_spider.markup.layout import BARE, Inline, Layout, Paragraph
from finews_spider.markup.parsing import MAX_DEPTH, IncompleteBodyError
from finews_spider.markup.styles import PLAIN, Look, look_of
from finews_spider.markup.visibility import is_hidden

Leave: TypeAlias = Callable[[], None]  # what is to be done where an element ends
# Begins an element; returns what its end needs, or None where nobody reads what is in it.
Enter: TypeAlias = Callable[["Reader", LexborNode, Attributes, Look], Leave | None]
Elements: TypeAlias = Mapping[str, Enter]  # by name; one that is not there dissolves in its line

_REPEATABLE = frozenset({"sub", "sup", "q", "small"})
_MAX_REPEATED = 4


@dataclass(slots=True)
class Context:
    """What holds for the texts inside an element; never changed, but replaced by another."""

    elements: Elements
    unseen: int = 0  # why they are not seen, as bits
    paragraph: Paragraph = BARE
    inline: tuple[Inline, ...] = ()
    align: str = ""


class Reader:
    """Walks a tree. What begins an element changes `context` for what is inside; where it ends, it is as before."""

    __slots__ = ("_charts_without_end", "_roles", "base", "context", "cuts", "last_picture", "layout")

    def __init__(self, layout: Layout, elements: Elements, base: str, cuts: Counter[str]) -> None:
        self.layout = layout
        self.context = Context(elements)
        self.base = base
        self.cuts = cuts
        self.last_picture = ""
        self._charts_without_end: set[int] = set()  # the elements that they are in
        self._roles: dict[int, Leave] = {}

    def read(self, node: LexborNode | None) -> None:
        """Read a node, what is in it, and all that follows it. Raises IncompleteBodyError where it nests too deep."""
        waiting: list[tuple[LexborNode | None, Context, Leave]] = []
        while node is not None or waiting:
            if node is None:
                node, self.context, leave = waiting.pop()
                leave()
                continue
            tag = node.tag or ""
            if tag == "-text":
                self.text(node.text_content or "")
                node = node.next
            elif tag[:1] == "-":
                node = self._after_chart(node) if CHART_START in (node.comment_content or "") else node.next
            else:
                context = self.context
                entered = self._enter(node, tag)
                if entered is None:
                    node, self.context = node.next, context
                else:
                    waiting.append((node.next, context, entered))
                    node = node.first_child
                    if len(waiting) > MAX_DEPTH:
                        raise IncompleteBodyError("nested too deep")

    def text(self, text: str) -> None:
        """A text, in what is open here."""
        context = self.context
        if not context.unseen:
            self.layout.text(text, context.paragraph, context.inline)

    def picture(self, html: str) -> None:
        """A picture, likewise."""
        self.layout.picture(html, self.context.paragraph, self.context.inline)

    def paragraphs(self, paragraph: Paragraph, align: str = "") -> Leave:
        """The texts inside are written as such paragraphs; blocks inside are aligned like that, or as around it."""
        self.layout.end_paragraph()
        around = self.context
        self.context = Context(around.elements, around.unseen, paragraph, around.inline, align or around.align)
        return self.layout.end_paragraph

    def block(self, name: str, attributes: str = "") -> Leave:
        """What is inside stands in a block that holds blocks."""
        self.layout.open(name, attributes)
        around = self.context
        self.context = Context(around.elements, around.unseen, BARE, around.inline)
        return self.layout.close

    def inline(self, name: str) -> None:
        """What is inside stands in an inline element; once is enough for most."""
        repeated = sum(element.name == name for element in self.context.inline)
        if repeated < (_MAX_REPEATED if name in _REPEATABLE else 1):
            self._stand_in((*self.context.inline, Inline(name)))

    def link(self, address: str) -> None:
        """What is inside stands in a link; of two around a text the inner one counts."""
        around = tuple(element for element in self.context.inline if element.name != "a")
        self._stand_in((*around, Inline("a", attribute("href", address))))

    def hide(self, reason: int) -> None:
        """The texts inside are not seen."""
        self.context = replace(self.context, unseen=self.context.unseen | reason)

    def show(self, reason: int) -> None:
        """They are not hidden by that any more."""
        self.context = replace(self.context, unseen=self.context.unseen & ~reason)

    def resolve(self, address: str | None) -> str:
        """An address of the body."""
        return resolve(address, self.base)

    def resolve_link(self, address: str | None) -> str:
        """That of a link."""
        return resolve_link(address, self.base)

    def cut(self, rule: str) -> None:
        """An element is not read, by that rule."""
        self.cuts[rule] += 1

    def before(self, node: LexborNode, begin: Leave) -> None:
        """What is to be done where this node, which is further on, begins."""
        self._roles[node.mem_id] = begin

    def _enter(self, node: LexborNode, tag: str) -> Leave | None:
        attributes: Attributes = node.attributes
        look = PLAIN
        if attributes:
            look = look_of(attributes.get("style"))
            if rule := element_rule(tag, attributes) or ("hidden" if is_hidden(tag, attributes, look) else ""):
                self.cut(rule)
                return None
            if look is not PLAIN:
                self._look(look)
        if self._roles and (begin := self._roles.pop(node.mem_id, None)):
            begin()
        enter = self.context.elements.get(tag)
        if enter:
            return enter(self, node, attributes, look)
        return self.around_block(look)

    def around_block(self, look: Look) -> Leave:
        """An element that stands in a line, unless it is displayed as a block."""
        if not look.is_block:
            return _nothing
        self.layout.end_paragraph()
        return self.layout.end_paragraph

    def _look(self, look: Look) -> None:
        """What a style says of the texts inside."""
        if look.hides or look.shows:
            self.context = replace(self.context, unseen=(self.context.unseen | look.hides) & ~look.shows)
        if look.is_struck:
            self.inline("s")

    def _stand_in(self, inline: tuple[Inline, ...]) -> None:
        around = self.context
        self.context = Context(around.elements, around.unseen, around.paragraph, inline, around.align)

    def _after_chart(self, start: LexborNode) -> LexborNode | None:
        """What follows a live chart: it ends at its own comment, or there is none."""
        parent = start.parent.mem_id if start.parent else 0
        node = None if parent in self._charts_without_end else start.next
        while node is not None and CHART_END not in (node.comment_content or ""):
            node = node.next
        if node is None:
            self._charts_without_end.add(parent)
            return start.next
        self.cut("chart")
        return node.next


def _nothing() -> None:
    """An element ends without more ado."""


def sibling(node: LexborNode, *, after: bool = False) -> LexborNode | None:
    """The node beside this one, before or after it, but for white space."""
    beside = node.next if after else node.prev
    while beside is not None and beside.tag == "-text" and not (beside.text_content or "").strip():
        beside = beside.next if after else beside.prev
    return beside
