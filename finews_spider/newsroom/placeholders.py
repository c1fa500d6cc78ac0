"""Bodies as Eastmoney's `getnews` gives them: pictures and links stand beside the text, in lists."""

import re
from dataclasses import dataclass
from html import unescape

IMAGE = re.compile(r"<img ([^>]*)>")
LINK = re.compile(r'<a href="([^"]*)"[^>]*>([^<]*)</a>')
ATTRIBUTE = re.compile(r'([\w-]+)="([^"]*)"')
CHART = re.compile(r"nid=([\w.]+)")
CLEAN_IMAGE = re.compile(r'(<img src="[^"]*" alt="[^"]*")[^>]* />')


@dataclass(frozen=True, slots=True)
class Placed:
    """`<!--IMG#0-->` in the body stands for `images[0]`, `<!--Link#0-->` for `links[0]`."""

    body: str
    images: list[dict[str, str]]
    links: list[dict[str, str]]


def place(html: str, sizes: bool) -> Placed:
    """Take pictures and links out of a body. `sizes`: pictures tell how large they are shown, and their border."""
    images: list[dict[str, str]] = []
    links: list[dict[str, str]] = []

    def image(found: re.Match[str]) -> str:
        had = {name: unescape(value) for name, value in ATTRIBUTE.findall(found[1])}
        images.append(_image(had, sizes))
        return f"<!--IMG#{len(images) - 1}-->"

    def link(found: re.Match[str]) -> str:
        links.append({"text": found[2], "url_w": found[1], "url_m": found[1]})
        return f"<!--Link#{len(links) - 1}-->"

    return Placed(LINK.sub(link, IMAGE.sub(image, html)), images, links)


def without_sizes(clean: str) -> str:
    """A clean body whose pictures tell no sizes."""
    return CLEAN_IMAGE.sub(r"\1 />", clean)


def _image(had: dict[str, str], sizes: bool) -> dict[str, str]:
    """A picture's record; `code` is set where it is a stock chart."""
    src = had.get("data-src") or had.get("data-original") or had["src"]
    chart = CHART.search(src)
    sized = {name: had.get(name, "") for name in ("width", "height", "style")} if sizes else {}
    return {"src": src, "alt": had.get("alt", ""), "code": chart[1] if chart else "", **sized}
