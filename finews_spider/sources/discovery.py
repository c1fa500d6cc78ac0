"""Where a site has its feeds and sitemaps: what its pages and its robots.txt link, and the usual places. Pure."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from parsel import Selector

from finews_spider.sources.links import absolute
from finews_spider.sources.parsing import one_line

FEEDS = ("/feed/", "/rss.xml", "/feed.xml", "/atom.xml", "/index.xml", "/rss", "/feed.json")
SITEMAPS = ("/sitemap.xml", "/sitemap_index.xml", "/wp-sitemap.xml", "/news-sitemap.xml", "/sitemap.txt")
_TYPES = re.compile(r"application/(?:rss\+xml|atom\+xml|feed\+json|rdf\+xml)", re.IGNORECASE)
_OF_COMMENTS = re.compile(r"/comments?/|comments?=", re.IGNORECASE)
_SITEMAP = re.compile(r"^[ \t]*sitemap[ \t]*:[ \t]*(\S+)", re.IGNORECASE | re.MULTILINE)
_MAX_NAME = 20  # characters
_SECOND_LEVEL = frozenset("com net org gov edu co ac".split())


def feeds_linked(html: str, url: str) -> list[str]:
    """Return the feeds that a page names in its head, and else in links whose address says so; none of comments."""
    page = Selector(html, type="html")
    links = page.xpath("//link[@rel='alternate' or @rel='feed'][@href]")
    named = [link.attrib["href"] for link in links if _TYPES.match(link.attrib.get("type", ""))]
    named = named or [href for href in page.xpath("//a/@href").getall() if re.search(r"(?:rss|atom|feed)\b", href)]
    found = (absolute(url, href) for href in named)
    return list(dict.fromkeys(feed for feed in found if feed and not _OF_COMMENTS.search(feed)))


def site_name(html: str) -> str:
    """Return what a home page calls its site; empty where its title is a sentence."""
    page = Selector(html, type="html")
    name = one_line(page.xpath("string(//meta[@property='og:site_name']/@content)").get(""))
    name = name or re.split(r"\s*[-_|–—｜,，]\s*", one_line(page.xpath("string(//title)").get("")))[0]
    return name if len(name) <= _MAX_NAME else ""


def sitemaps_named(robots_txt: str, url: str) -> list[str]:
    """Return the sitemaps that a robots.txt names."""
    return list(dict.fromkeys(filter(None, (absolute(url, href) for href in _SITEMAP.findall(robots_txt)))))


def usual_places(url: str, paths: tuple[str, ...]) -> Iterator[str]:
    """Yield the addresses of these paths on the host of an address."""
    yield from (absolute(url, path) for path in paths)


def table_name(url: str) -> str:
    """Return a name for the table of a site: `yuanshan` of `www.yuanshan.com.cn`."""
    labels = (urlsplit(url).hostname or "").removeprefix("www.").split(".")
    while len(labels) > 1 and (len(labels[-1]) < 4 or labels[-1] in _SECOND_LEVEL or not labels[-1].isalpha()):
        labels.pop()
    name = re.sub("[^A-Za-z0-9_-]", "", labels[-1])[:40]
    return name if re.match("[A-Za-z]", name) else "site"
