"""A body read into a tree. lxml's own way to read fragments raises AssertionError for two <body>s, and for none."""

import re
from collections.abc import Callable

from lxml import etree, html

MAX_BODY = (
    1_000_000  # characters of a body; those seen have up to 11,000, what Word writes may have thirty times as many
)
_PASSES = 8  # two do for what is no attack

_END_OF_PAGE = re.compile("</(?:html|body)", re.IGNORECASE)  # what follows it would be lost
_INLINE_DATA = re.compile(r"data:[a-z]+/[a-z0-9.+-]+;base64,[A-Za-z0-9+/=]*+", re.IGNORECASE)  # pictures, never kept

_parser = html.HTMLParser()


class IncompleteBodyError(ValueError):
    """A body that cannot be read or written whole, and half a body is none."""


def tree(body: str) -> html.HtmlElement:
    """The element <body> around the body's HTML. Raises IncompleteBodyError for one that is too long or too deep."""
    if len(body) > MAX_BODY:
        body = _INLINE_DATA.sub("", body)
    if len(body) > MAX_BODY:
        raise IncompleteBodyError(f"longer than {MAX_BODY} characters")
    page = etree.fromstring(f"<html><body>{_END_OF_PAGE.sub('</no', body)}", _parser)
    if any(error.type_name == "ERR_RESOURCE_LIMIT" for error in _parser.error_log):
        raise IncompleteBodyError("nested too deep")
    found = page.find("body")
    root: html.HtmlElement = page if found is None else found
    root.attrib.clear()
    return root


def until_stable(step: Callable[[str], str], body: str) -> str:
    """What a step makes of a body, and of that again, until it comes to rest.

    A parser may read what it wrote in another way. Raises IncompleteBodyError for what does not come to rest.
    """
    for _ in range(_PASSES):
        made = step(body)
        if made == body:
            return made
        body = made
    raise IncompleteBodyError("read in another way each time")
