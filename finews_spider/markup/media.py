"""How pictures, players and frames are read."""

from selectolax.lexbor import LexborHTMLParser, LexborNode

from finews_spider.markup import pictures, players
from finews_spider.markup.cuts import Attributes
from finews_spider.markup.parsing import parse, text_of
from finews_spider.markup.reader import Leave, Reader, sibling
from finews_spider.markup.styles import INDENT, VISIBILITY, Look
from finews_spider.markup.visibility import is_pixel

_UNSEEN = VISIBILITY | INDENT  # what hides a picture too


def picture(reader: Reader, node: LexborNode, attributes: Attributes, look: Look) -> None:
    """A picture that has an address and can be seen."""
    if is_pixel(attributes):
        reader.cut("hidden")
    elif address := _address(reader, node):
        _write(reader, attributes, address)


def drawn_picture(reader: Reader, node: LexborNode, attributes: Attributes, look: Look) -> None:
    """The <image> of a drawing."""
    if address := reader.resolve(attributes.get("href") or attributes.get("xlink:href")):
        _write(reader, {}, address)


def noscript(reader: Reader, node: LexborNode, attributes: Attributes, look: Look) -> None:
    """No browser shows its text; its picture is the one that a script loads, unless that stands beside it."""
    beside, after = sibling(node), sibling(node, after=True)
    if beside is None or beside.tag != "img" or not _address(reader, beside):
        inside = _inside(node)
        known = {reader.last_picture, _address(reader, after) if after is not None and after.tag == "img" else ""}
        for image in inside.css("img") if inside else ():
            if _address(reader, image) not in known:
                picture(reader, image, image.attributes, look)
    reader.cut("never_shown")


def player(reader: Reader, node: LexborNode, attributes: Attributes, look: Look) -> None:
    """A link to what is played, or to the page in a frame."""
    tag = node.tag or ""
    address = players.address_of(node, attributes, reader.base)
    if not address or reader.context.unseen or is_pixel(attributes):
        reader.cut("player")
    elif tag in ("object", "embed") and players.is_picture(attributes, address):
        _write(reader, {}, address)
    else:
        around = reader.context
        reader.link(address)
        reader.text(players.words_of(node, attributes) or players.kind_of(tag, attributes, address))
        reader.context = around


def plugin(reader: Reader, node: LexborNode, attributes: Attributes, look: Look) -> Leave | None:
    """A player like the others; one that plays nothing shows what stands in it."""
    if not players.address_of(node, attributes, reader.base) and not players.is_unsupported(text_of(node)):
        return reader.around_block(look)
    player(reader, node, attributes, look)
    return None


def _address(reader: Reader, image: LexborNode) -> str:
    beside = (sibling(image, after=True), sibling(image))
    only = not any(node is not None and node.tag == "noscript" and _inside(node) for node in beside)
    return pictures.address_of(image.attributes, reader.base, _sources(image), only=only)


def _sources(image: LexborNode) -> list[Attributes]:
    """What stands before it in a <picture>."""
    sources: list[Attributes] = []
    node = sibling(image)
    while node is not None and node.tag == "source":
        sources.append(node.attributes)
        node = sibling(node)
    return sources[::-1]


def _inside(noscript: LexborNode) -> LexborHTMLParser | None:
    """What is in a <noscript>, which is a text to a browser that runs scripts; None where that has no picture."""
    html = text_of(noscript)
    return parse(html) if "<img" in html.lower() else None


def _write(reader: Reader, attributes: Attributes, address: str) -> None:
    if not reader.context.unseen & _UNSEEN:
        reader.last_picture = address
        reader.picture(pictures.picture(attributes, address))
