"""Pages of posts on the existing site."""

from collections.abc import Iterator

from selectolax.lexbor import LexborNode

from finews_spider.sources.eastmoney_ids import IDS, id_in_url
from finews_spider.sources.parsing import outer_html


def element_after(node: LexborNode) -> LexborNode | None:
    """Return the element that follows; None where none does."""
    after = node.next
    while after is not None and not after.is_element_node:
        after = after.next
    return after


def body_after(heading: LexborNode, number: str) -> Iterator[str]:
    """Yield the HTML that follows the heading of a post, up to the paragraph of the share link."""
    node = heading.next
    while node is not None:
        link = node.css_first("a") if node.tag == "p" else None
        href = (link.attributes.get("href") or "") if link is not None else ""
        if link is not None and href == link.text() and IDS.number(id_in_url(href) or "") == number:
            return
        yield outer_html(node)
        node = node.next


def bare_links(section: LexborNode) -> list[str]:
    """Return the links whose words are their address."""
    links = [(link.attributes.get("href") or "", link.text()) for link in section.css("p > a")]
    return [href for href, words in links if href == words]
