"""What a body may hold in a post: elements, attributes, styles. All else goes."""

TAGS = frozenset(
    "p center blockquote pre hr br h1 h2 h3 h4 h5 h6 ul ol li dl dt dd"
    " table caption colgroup col thead tbody tfoot tr th td"
    " a b strong i em u s del ins sub sup small code q cite img".split()
)
ATTRIBUTES = {
    "*": set[str](),  # nh3 would let lang and title through
    "a": {"href"},
    "img": {"src", "alt", "width", "height", "style"},
    "p": {"class", "style"},
    "ol": {"start", "type"},
    "li": {"value"},
    "table": {"border"},
    "th": {"colspan", "rowspan", "style"},
    "td": {"colspan", "rowspan", "style"},
}
# Their content is no text of the article either.
CODE = frozenset("script style iframe form noscript object embed svg math template textarea select title".split())
STYLES = {
    "img": frozenset({"border", "padding", "margin", "text-align"}),
    "p": frozenset({"text-align"}),
    "th": frozenset({"text-align"}),
    "td": frozenset({"text-align"}),
}
