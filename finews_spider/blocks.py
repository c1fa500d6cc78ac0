"""How a body is laid out: blocks one under the other, spaced as in the seed post, every text inside a block.

kramdown reads what stands outside a block tag as Markdown, so stray text has to stand in a paragraph.
"""

import re

# HTML's block elements, as kramdown has them; the rest is inline.
BLOCKS = frozenset(
    "address article aside blockquote center dd details dir div dl dt fieldset figcaption figure footer form"
    " h1 h2 h3 h4 h5 h6 header hr li main menu nav ol p pre section summary table ul".split()
)
VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())

_ATTRIBUTES = r"(?:\s[^\s<>=/]+(?:=(?:\"[^\"]*\"|'[^']*'))?)*"
_TAG = re.compile(rf"<(?P<close>/?)(?P<name>[a-zA-Z][a-zA-Z0-9]*){_ATTRIBUTES}\s*/?>")
_VOID_TAG = re.compile(rf"<(?P<name>area|br|col|hr|img|wbr)(?P<attributes>{_ATTRIBUTES})\s*/?>")


def arrange(html: str) -> str:
    """Well-formed HTML (as a serialiser writes it) with its blocks in the seed's order of lines.

    A block starts on a new line with one space before it; but the seed has none after a picture's <center>, and none
    before the source line.
    """
    out = ""
    for block in _blocks(html):
        joined = out.endswith("</center>") or block.startswith('<p class="em_media">')
        out += block if joined or not out else f"\n {block}"
    return out


def close_void(html: str) -> str:
    """Void elements as in the seed: `<br />`, `<img … />`."""
    return _VOID_TAG.sub(r"<\g<name>\g<attributes> />", html)


def _blocks(html: str) -> list[str]:
    """The top-level blocks of `html`; runs of text and inline elements between them become paragraphs."""
    blocks: list[str] = []
    run = start = depth = 0
    for tag in _TAG.finditer(html):
        name = tag["name"].lower()
        if depth == 0 and not tag["close"]:
            start = tag.start()
            outer = name
        depth += -1 if tag["close"] else name not in VOID
        if depth == 0 and (tag["close"] or name in VOID) and _stands_alone(outer, html[start : tag.end()]):
            blocks += _paragraph(html[run:start])
            blocks += _element(outer, html[start : tag.end()])
            run = tag.end()
    return blocks + _paragraph(html[run:])


def _stands_alone(name: str, element: str) -> bool:
    return name in BLOCKS or any(tag["name"].lower() in BLOCKS for tag in _TAG.finditer(element))


def _element(name: str, element: str) -> list[str]:
    """The block itself; for an inline element around blocks, what it holds."""
    if name in BLOCKS:
        return [] if element == "<p></p>" else [element]
    opening = _TAG.match(element)
    assert opening
    return _blocks(element[opening.end() : element.rindex("<")])


def _paragraph(run: str) -> list[str]:
    text = run.strip()
    return [f"<p>{text}</p>"] if text else []
