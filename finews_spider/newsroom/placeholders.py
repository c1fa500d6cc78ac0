"""Bodies as Eastmoney's `getnews` gives them: placeholders in the text, pictures and links in lists beside it."""

import re
from dataclasses import dataclass
from html import unescape

IMAGE = re.compile(r"<img ([^>]*)>")
LINK = re.compile(r'<a href="([^"]*)"[^>]*>([^<]*)</a>')
ATTRIBUTE = re.compile(r'([\w-]+)="([^"]*)"')
CHART = re.compile(r"nid=([\w.]+)")
CLEAN_IMAGE = re.compile(r'(<img src="[^"]*" alt="[^"]*")[^>]* />')


@dataclass(frozen=True, slots=True)
class PlaceholderBody:
    """`<!--IMG#0-->` in the body stands for `images[0]`, `<!--Link#0-->` for `links[0]`."""

    body: str
    images: list[dict[str, str]]
    links: list[dict[str, str]]


def with_placeholders(html: str, sizes: bool, spaced: bool = False) -> PlaceholderBody:
    """Return a body with placeholders for pictures and links.

    `sizes`: the pictures' records have size and style. `spaced`: there are spaces in the placeholders, links have their
    address for mobile screens only, and those of pictures begin with `//`.
    """
    images: list[dict[str, str]] = []
    links: list[dict[str, str]] = []

    def image(match: re.Match[str]) -> str:
        attributes = {name: unescape(value) for name, value in ATTRIBUTE.findall(match[1])}
        record = _image(attributes, sizes)
        images.append({**record, "src": record["src"].removeprefix("https:")} if spaced else record)
        return placeholder("IMG", images)

    def link(match: re.Match[str]) -> str:
        links.append({"text": match[2], "url_w": "" if spaced else match[1], "url_m": match[1]})
        return placeholder("Link", links)

    def placeholder(kind: str, records: list[dict[str, str]]) -> str:
        text = f"{kind}#{len(records) - 1}"
        return f"<!-- {text} -->" if spaced else f"<!--{text}-->"

    return PlaceholderBody(LINK.sub(link, IMAGE.sub(image, html)), images, links)


def without_sizes(clean: str) -> str:
    """Return a clean body without the sizes of its pictures."""
    return CLEAN_IMAGE.sub(r"\1 />", clean)


def _image(attributes: dict[str, str], sizes: bool) -> dict[str, str]:
    """Return a picture's record; its `code` is empty unless it is a stock chart."""
    src = attributes.get("data-src") or attributes.get("data-original") or attributes["src"]
    chart = CHART.search(src)
    size = {name: attributes.get(name, "") for name in ("width", "height", "style")} if sizes else {}
    return {"src": src, "alt": attributes.get("alt", ""), "code": chart[1] if chart else "", **size}
