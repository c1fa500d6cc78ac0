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


def with_placeholders(html: str, sizes: bool) -> PlaceholderBody:
    """Return a body with placeholders for pictures and links. `sizes`: the pictures' records have size and style."""
    images: list[dict[str, str]] = []
    links: list[dict[str, str]] = []

    def image(match: re.Match[str]) -> str:
        attributes = {name: unescape(value) for name, value in ATTRIBUTE.findall(match[1])}
        images.append(_image(attributes, sizes))
        return f"<!--IMG#{len(images) - 1}-->"

    def link(match: re.Match[str]) -> str:
        links.append({"text": match[2], "url_w": match[1], "url_m": match[1]})
        return f"<!--Link#{len(links) - 1}-->"

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
