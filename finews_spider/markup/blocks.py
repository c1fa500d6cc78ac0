"""How a body is laid out: blocks one under the other, spaced as in the seed post, every text inside a block.

kramdown reads what stands outside a block tag as Markdown, so stray text has to stand in a paragraph.
"""

import re
from collections.abc import Iterator

# HTML's block elements, as kramdown has them; the rest is inline.
BLOCKS = frozenset(
    "address article aside blockquote center dd details dir div dl dt fieldset figcaption figure footer form"
    " h1 h2 h3 h4 h5 h6 header hr li main menu nav ol p pre section summary table ul".split()
)
VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())

_SOURCE_LINE = re.compile(r'<p class="em_media">.*?</p>', re.DOTALL)
_ATTRIBUTES = r"(?:\s[^\s<>=/]+(?:=(?:\"[^\"]*\"|'[^']*'))?)*"
_TAG = re.compile(rf"<(/?)([a-zA-Z][a-zA-Z0-9]*){_ATTRIBUTES}\s*/?>")
_VOID_TAG = re.compile(rf"<(?P<name>area|br|col|hr|img|wbr)(?P<attributes>{_ATTRIBUTES})\s*/?>")


def arrange(html: str) -> str:
    """Well-formed HTML (as a serialiser writes it) with its blocks in the seed's order of lines.

    A block starts on a new line with one space before it; but the seed has none after a picture's <center>, and none
    before the source line.
    """
    out: list[str] = []
    for block in _blocks(html):
        joined = not out or out[-1].endswith("</center>") or block.startswith('<p class="em_media">')
        out.append(block if joined else f"\n {block}")
    return "".join(out)


def close_void(html: str) -> str:
    """Void elements as in the seed: `<br />`, `<img … />`."""
    return _VOID_TAG.sub(r"<\g<name>\g<attributes> />", html)


def without_source_line(html: str) -> str:
    """The body but for the line that names who published it."""
    return _SOURCE_LINE.sub("", html)


def _blocks(html: str) -> Iterator[str]:
    """The top-level blocks of `html`; runs of text and inline elements between them become paragraphs.

    An inline element around blocks dissolves. Each tag is looked at once, however deep they nest.
    """
    tags = [(tag[1], tag[2].lower(), tag.start(), tag.end()) for tag in _TAG.finditer(html)]
    ends, around = _pairs(tags)
    run = at = 0
    while at < len(tags):
        close, name, start, end = tags[at]
        last = ends.get(at, at)
        if name in BLOCKS or at in around or close:
            yield from _paragraph(html[run:start])
            if name in BLOCKS:
                end = tags[last][3]
                yield from _block(html[start:end])
            else:
                last = at
            run = end
        at = last + 1
    yield from _paragraph(html[run:])


def _pairs(tags: list[tuple[str, str, int, int]]) -> tuple[dict[int, int], set[int]]:
    """Where each element ends, by where it starts; and those with blocks inside."""
    ends: dict[int, int] = {}
    around: set[int] = set()
    inside: list[int] = []
    for at, (close, name, _, _) in enumerate(tags):
        if close:
            if inside:
                ends[inside.pop()] = at
            continue
        if name in BLOCKS:
            around.update(_up_to_a_member(inside, around))
        if name not in VOID:
            inside.append(at)
    return ends, around


def _up_to_a_member(inside: list[int], around: set[int]) -> list[int]:
    """Those around the innermost one, up to one that is known to have blocks: so are then all beyond."""
    for depth, opened in enumerate(reversed(inside)):
        if opened in around:
            return inside[len(inside) - depth :]
    return inside


def _block(element: str) -> list[str]:
    return [] if element == "<p></p>" else [element]


def _paragraph(run: str) -> list[str]:
    text = run.strip()
    return [f"<p>{text}</p>"] if text else []
