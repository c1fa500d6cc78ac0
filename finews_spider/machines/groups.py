"""Groups of sources that may ask one host: of a group, one unit is done at a time. Pure."""

from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from finews_spider.sources.base import Source
from finews_spider.sources.wayback import WaybackSource

JOINED = "+"  # between the names of a group's sources


def groups(sources: Mapping[str, Source]) -> dict[str, str]:
    """Return the group of each source: the names of all whose runs may ask a host that its own runs may ask, too.

    That is transitive: two sources without a common host are of one group where a third has one with each.
    """
    links = {name: {*_hosts(source), *_helpers(source, sources)} for name, source in sources.items()}
    found: list[tuple[set[str], set[str]]] = []  # names, and their hosts and helpers
    for name, reached in links.items():
        names, all_reached = {name}, {name, *reached}
        for other in [group for group in found if group[1] & all_reached]:
            found.remove(other)
            names |= other[0]
            all_reached |= other[1]
        found.append((names, all_reached))
    return {name: JOINED.join(sorted(names)) for names, _ in found for name in names}


def group_of_pictures(host: str, sources: Mapping[str, Source]) -> str:
    """Return the group whose articles have pictures at that host; empty where none has."""
    found = groups(sources)
    origins = {name: {urlsplit(origin).netloc.lower() for origin in one.pictures} for name, one in sources.items()}
    return next((found[name] for name in sources if host.lower() in origins[name]), "")


def _hosts(source: Source) -> Iterator[str]:
    """Yield the names of hosts that it may be asked for, its pictures' too, without ports: these are one machine."""
    yield from map(_name, source.hosts())
    yield from (_name(urlsplit(origin).netloc) for origin in source.pictures)


def _helpers(source: Source, sources: Mapping[str, Source]) -> Iterator[str]:
    """Yield the sources whose routes its articles may take; of an archive, also those whose pages it has.

    What a run owes of these may be an article that the archive names, and the other way round.
    """
    yield from (name for name in source.fallback_sources if name in sources)
    if isinstance(source, WaybackSource):
        yield from source.live


def _name(netloc: str) -> str:
    return netloc.lower().rpartition("@")[2].partition(":")[0]
