"""A body read into a tree. lxml's own way to read fragments raises AssertionError for two <body>s, and for none."""

import re

from lxml import etree, html

# Characters of a body. Those seen have 3,000; of an attack, parsers and kramdown take time in the square of its length.
LONGEST = 300_000

_END_OF_PAGE = re.compile("</(?:html|body)", re.IGNORECASE)  # what follows it would be lost

_parser = html.HTMLParser()


def tree(body: str) -> html.HtmlElement:
    """The element <body> around the body's HTML."""
    page = etree.fromstring(f"<html><body>{_END_OF_PAGE.sub('</no', body)}", _parser)
    found = page.find("body")
    root: html.HtmlElement = page if found is None else found
    root.attrib.clear()
    return root


def is_cut_off() -> bool:
    """Whether the last one nested so deep that its rest was left out."""
    return any(error.type_name == "ERR_RESOURCE_LIMIT" for error in _parser.error_log)
