"""The ids and the families of all kinds of source that finews knows, whether a sources file has them or not."""

from functools import cache

from finews_spider.items import Family
from finews_spider.sources import feed_ids
from finews_spider.sources.ids import IdScheme
from finews_spider.sources.loader import SOURCES


@cache
def id_schemes() -> tuple[IdScheme, ...]:
    """Return the schemes of all sources; some share one. Of what is imported late, feeds have one of their own."""
    schemes = (source.ids for source in SOURCES.values() if not isinstance(source, str))
    return tuple(dict.fromkeys((*schemes, feed_ids.IDS)))


@cache
def families() -> tuple[Family, ...]:
    """Return the families of all posts."""
    return tuple(family for scheme in id_schemes() for family in scheme.families)


def is_id(text: str) -> bool:
    """Return whether some source has such ids."""
    return any(text in scheme for scheme in id_schemes())


def family_of(id_: str) -> Family:
    """Return the family of an id. Raises ValueError for what is no id."""
    scheme = next((scheme for scheme in id_schemes() if id_ in scheme), id_schemes()[0])
    return scheme.family(id_)


@cache
def fixed_categories() -> frozenset[str]:
    """Return the categories that all posts of a family have; no medium may have one of them."""
    return frozenset(family.category for family in families()) - {""}


@cache
def tag_endings() -> tuple[str, ...]:
    """Return what stands after media names in tags."""
    return tuple({family.tag_ending: None for family in families() if family.tag_ending})
