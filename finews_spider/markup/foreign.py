"""How drawings and formulas are read, which have names of their own: a post has neither, but what they say in words."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from selectolax.lexbor import LexborNode

from finews_spider.markup import media
from finews_spider.markup.cuts import Attributes
from finews_spider.markup.reader import Elements, Enter, Leave, Reader
from finews_spider.markup.styles import Look

DRAWING = 128  # why a text is not seen: it is not written into the drawing

# What stands before a part of a formula, and what it is written as: the figures of a power do not become one number.
_SUB, _SUP, _OVER, _ROOT = ("", "sub"), ("", "sup"), ("/", ""), ("√", "")
_ON_A_LINE = frozenset({"mfrac", "msqrt", "mroot"})  # 1+2 over 3 is (1+2)/3 there
_PARTS = {
    "mfrac": (("", ""), _OVER),
    "msup": (("", ""), _SUP),
    "msub": (("", ""), _SUB),
    "msubsup": (("", ""), _SUB, _SUP),
    "mover": (("", ""), _SUP),
    "munder": (("", ""), _SUB),
    "munderover": (("", ""), _SUB, _SUP),
    "msqrt": (_ROOT,),
    "mroot": (_ROOT, _SUP),
    "mmultiscripts": (("", ""), *(_SUB, _SUP) * 4),
}


def roots(html: Callable[[], Elements]) -> dict[str, Enter]:
    """The elements of HTML that hold others than those of HTML; `html` gives these, for what is inside again."""

    def back(reader: Reader, node: LexborNode, attributes: Attributes, look: Look) -> Leave:
        return _switch(reader, look, html())

    def written(reader: Reader, node: LexborNode, attributes: Attributes, look: Look) -> Leave:
        """What is written in a drawing, each text apart."""
        reader.show(DRAWING)
        return _apart(reader, node, attributes, look)

    def foreign_object(reader: Reader, node: LexborNode, attributes: Attributes, look: Look) -> Leave:
        reader.show(DRAWING)
        reader.layout.end_paragraph()
        return _switch(reader, look, html())

    drawing: Elements = {
        "text": written,
        "foreignObject": foreign_object,
        "image": media.drawn_picture,
        **dict.fromkeys(
            "script style title desc metadata defs symbol clipPath mask pattern marker filter".split(), _never_shown
        ),
    }
    formula: Elements = {
        **dict.fromkeys(_PARTS, _parts),
        **dict.fromkeys(("mtd", "mspace"), _apart),
        **dict.fromkeys("mi mn mo ms mtext".split(), back),
        **dict.fromkeys("script style annotation annotation-xml mphantom".split(), _never_shown),
    }

    def svg(reader: Reader, node: LexborNode, attributes: Attributes, look: Look) -> Leave:
        reader.hide(DRAWING)
        return _switch(reader, look, drawing)

    def math(reader: Reader, node: LexborNode, attributes: Attributes, look: Look) -> Leave:
        return _switch(reader, look, formula)

    return {"svg": svg, "math": math}


def _switch(reader: Reader, look: Look, elements: Elements) -> Leave:
    reader.context = replace(reader.context, elements=elements)
    return reader.around_block(look)


def _never_shown(reader: Reader, node: LexborNode, attributes: Attributes, look: Look) -> None:
    reader.cut("never_shown")


def _apart(reader: Reader, node: LexborNode, attributes: Attributes, look: Look) -> Leave:
    """What stands apart from what is before and behind it."""
    reader.text(" ")
    around = reader.context
    return lambda: reader.layout.text(" ", around.paragraph, around.inline)


def _parts(reader: Reader, node: LexborNode, attributes: Attributes, look: Look) -> Leave:
    tag, close = node.tag or "", ""
    for part, (sign, name) in zip(node.iter(), _PARTS[tag], strict=False):
        row = node if tag == "msqrt" else part
        is_long = tag in _ON_A_LINE and len(list(row.iter())) > 1
        reader.before(part, partial(_begin_part, reader, close + sign + "(" * is_long, name))
        close = ")" * is_long
    around = reader.around_block(look)
    return partial(_end_part, reader, close, around) if close else around


def _begin_part(reader: Reader, sign: str, name: str) -> None:
    if sign:
        reader.text(sign)
    if name:
        reader.inline(name)


def _end_part(reader: Reader, sign: str, around: Leave) -> None:
    reader.text(sign)
    around()
