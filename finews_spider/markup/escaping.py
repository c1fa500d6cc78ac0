"""Texts and attributes as HTML, written as nh3 writes them, so that it leaves them as they are."""

from finews_spider.markup.characters import drop_forbidden


def escape(text: str) -> str:
    """Return a text as HTML."""
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text.replace("\u00a0", "&nbsp;")


def attribute(name: str, value: str) -> str:
    """Return an attribute, with a space before it."""
    value = escape(value if value.isprintable() else drop_forbidden(value)).replace('"', "&quot;")
    return f' {name}="{value}"'
