"""How each element of HTML is read: as a block, in a line, or not at all."""

from dataclasses import replace

from selectolax.lexbor import LexborNode

from finews_spider.markup import foreign, media
from finews_spider.markup.allowlist import ATTRIBUTES, SOURCE_LINE
from finews_spider.markup.characters import SPACE
from finews_spider.markup.cuts import Attributes
from finews_spider.markup.escaping import attribute
from finews_spider.markup.layout import Paragraph
from finews_spider.markup.parsing import text_of
from finews_spider.markup.reader import Elements, Enter, Leave, Reader, sibling
from finews_spider.markup.styles import VISIBILITY, Look

_WRAPPERS = frozenset({"keytip", "infokey", "em_stock_key_common"})  # links around names of stocks and keywords
_ALIGNS = frozenset({"left", "right", "center", "justify"})
_ALIGNED = {align: Paragraph("p", attribute("style", f"text-align:{align};")) for align in _ALIGNS} | {"": Paragraph()}
_SOURCE_LINES = {
    align: Paragraph("p", attribute("class", SOURCE_LINE) + aligned.attributes) for align, aligned in _ALIGNED.items()
}


# Blocks.


def _paragraph(reader: Reader, _: LexborNode, attributes: Attributes, look: Look) -> Leave:
    align = (_align(attributes, look) if attributes else "") or reader.context.align
    is_source_line = attributes and SOURCE_LINE in (attributes.get("class") or "").split()
    return reader.paragraphs((_SOURCE_LINES if is_source_line else _ALIGNED)[align])


def _heading(reader: Reader, node: LexborNode, attributes: Attributes, look: Look) -> Leave:
    return reader.paragraphs(Paragraph(node.tag or ""))


def _centered(reader: Reader, node: LexborNode, attributes: Attributes, look: Look) -> Leave:
    return reader.paragraphs(Paragraph("center"), align="center")


def _preformatted(reader: Reader, node: LexborNode, attributes: Attributes, look: Look) -> Leave:
    return reader.paragraphs(Paragraph("pre"))


def _division(reader: Reader, node: LexborNode, attributes: Attributes, look: Look) -> Leave:
    """A block that no post has: its texts stand in paragraphs of their own."""
    reader.layout.end_paragraph()
    align = _align(attributes, look) if attributes else ""
    if align and align != reader.context.align:
        paragraph = reader.context.paragraph
        if paragraph.name == "p":
            paragraph = _ALIGNED[align]
        reader.context = replace(reader.context, paragraph=paragraph, align=align)
    return reader.layout.end_paragraph


def _container(reader: Reader, node: LexborNode, attributes: Attributes, look: Look) -> Leave:
    """A block that holds blocks."""
    tag = node.tag or ""
    return reader.block(tag, _written(tag, attributes) if attributes else "")


def _part_of_table(reader: Reader, node: LexborNode, attributes: Attributes, look: Look) -> Leave:
    """What holds cells: these stand where it says. A table's own `align` is where the table stands."""
    own = _align({} if node.tag == "table" else attributes, look) if attributes else ""
    align = own or reader.context.align
    leave = _container(reader, node, attributes, look)
    if align:
        reader.context = replace(reader.context, align=align)
    return leave


def _cell(reader: Reader, node: LexborNode, attributes: Attributes, look: Look) -> Leave:
    """A cell of a table; its paragraphs stand where it does."""
    tag = node.tag or ""
    if not reader.layout.is_row_of_block(tag):
        return _division(reader, node, attributes, look)
    align = (_align(attributes, look) if attributes else "") or reader.context.align
    written = _written(tag, attributes) if attributes else ""
    return reader.block(tag, written + attribute("style", f"text-align:{align};") if align else written)


def _list(reader: Reader, node: LexborNode, attributes: Attributes, look: Look) -> Leave:
    return reader.block("ul")


def _row(reader: Reader, node: LexborNode, attributes: Attributes, look: Look) -> Leave:
    """A row of a list or a table; outside of one it is a division."""
    is_in_place = reader.layout.is_row_of_block(node.tag or "")
    return (_container if is_in_place else _division)(reader, node, attributes, look)


def _rule(reader: Reader, node: LexborNode, attributes: Attributes, look: Look) -> None:
    if not reader.context.unseen & VISIBILITY:
        reader.layout.rule()


def _dialog(reader: Reader, node: LexborNode, attributes: Attributes, look: Look) -> Leave | None:
    """A dialog that nobody opened is not shown."""
    if "open" in attributes or look.display:
        return _division(reader, node, attributes, look)
    reader.cut("hidden")
    return None


# What stands in a line.


def _break(reader: Reader, node: LexborNode, attributes: Attributes, look: Look) -> None:
    reader.layout.line_break(reader.context.paragraph, reader.context.inline)


def _inline(reader: Reader, node: LexborNode, attributes: Attributes, look: Look) -> Leave:
    reader.inline(node.tag or "")
    return reader.around_block(look)


def _struck(reader: Reader, node: LexborNode, attributes: Attributes, look: Look) -> Leave:
    reader.inline("s")
    return reader.around_block(look)


def _link(reader: Reader, node: LexborNode, attributes: Attributes, look: Look) -> Leave:
    """A link; one that leads nowhere dissolves, as do those around names of stocks."""
    is_wrapper = not _WRAPPERS.isdisjoint((attributes.get("class") or "").split())
    if not is_wrapper and (address := reader.resolve_link(attributes.get("href"))):
        reader.link(address)
    return reader.around_block(look)


def _reading(reader: Reader, node: LexborNode, attributes: Attributes, look: Look) -> Leave:
    """How the characters before it are read; in brackets, where the source has none."""
    before, around = sibling(node), reader.context
    if (before is not None and before.tag == "rp") or not text_of(node).strip(SPACE):
        return reader.around_block(look)
    reader.text("（")

    def end() -> None:
        after, reader.context = reader.context, around
        reader.text("）")
        reader.context = after

    return end


def _bracket(reader: Reader, node: LexborNode, attributes: Attributes, look: Look) -> Leave | None:
    """The source's own brackets around a reading; elsewhere a browser shows none."""
    beside = (sibling(node), sibling(node, after=True))
    if any(neighbour is not None and neighbour.tag == "rt" for neighbour in beside):
        return reader.around_block(look)
    reader.cut("never_shown")
    return None


# What is not read.


def _never_shown(reader: Reader, node: LexborNode, attributes: Attributes, look: Look) -> None:
    reader.cut("never_shown")


def _control(reader: Reader, node: LexborNode, attributes: Attributes, look: Look) -> None:
    reader.cut("control")


def _align(attributes: Attributes, look: Look) -> str:
    """Where the texts of a block stand; empty where that is not told."""
    align = look.align or (attributes.get("align") or "").strip().lower()
    return align if align in _ALIGNS else ""


def _written(tag: str, attributes: Attributes) -> str:
    """The attributes that a post keeps; its style is made anew."""
    allowed = ATTRIBUTES.get(tag, set())
    return "".join(
        attribute(name, attributes[name] or "") for name in attributes if name in allowed and name != "style"
    )


_NAMES: dict[Enter, str] = {
    _paragraph: "p",
    _heading: "h1 h2 h3 h4 h5 h6",
    _centered: "center",
    _preformatted: "pre listing xmp plaintext",
    _division: "address article aside body details div fieldset figcaption figure footer form header hgroup html"
    " legend main nav optgroup option search section summary",
    _container: "blockquote ul ol dl",
    _part_of_table: "table thead tbody tfoot tr",
    _cell: "td th",
    _list: "menu dir",
    _row: "li dt dd caption",
    _rule: "hr",
    _dialog: "dialog",
    _break: "br",
    _inline: "b strong i em u s del ins sub sup small code q cite",
    _struck: "strike",
    _link: "a",
    _reading: "rt",
    _bracket: "rp",
    media.picture: "img amp-img",
    media.noscript: "noscript",
    media.player: "video audio iframe embed amp-video amp-audio amp-iframe",
    media.plugin: "object",
    _never_shown: "script style template title head base link meta noembed noframes canvas param source track colgroup"
    " datalist fencedframe",
    _control: "button input select textarea keygen meter progress geolocation",
}
HTML: Elements = {tag: enter for enter, tags in _NAMES.items() for tag in tags.split()} | foreign.roots(lambda: HTML)
