"""A body as an editor would leave it."""

from collections import Counter
from typing import NamedTuple

from finews_spider.markup.characters import may_hold_forbidden
from finews_spider.markup.cuts import line_rule
from finews_spider.markup.elements import HTML
from finews_spider.markup.layout import Layout
from finews_spider.markup.parsing import first_node, parse
from finews_spider.markup.reader import Reader


class Cleaned(NamedTuple):
    """A clean body, and how often each rule cut something."""

    body: str
    cuts: Counter[str]


def cleaned(body: str, base: str = "") -> Cleaned:
    """The body, read once and written once; links and pictures are those of a page at `base`.

    Raises IncompleteBodyError.
    """
    cuts: Counter[str] = Counter()
    layout = Layout(line_rule, cuts, filters=may_hold_forbidden(body))
    parser = parse(body)  # to be kept as long as its nodes are
    Reader(layout, HTML, base, cuts).read(first_node(parser))
    return Cleaned(layout.html(), cuts)
