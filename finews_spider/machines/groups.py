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
    joined: dict[str, str] = {}  # hosts and tables, each to another of its group, the last to itself
    for name, source in sources.items():
        for other in (*_hosts(source), *map(_table, _helpers(source, sources))):
            joined[_end(joined, other)] = _end(joined, _table(name))
    members: dict[str, list[str]] = {}
    for name in sorted(sources):
        members.setdefault(_end(joined, _table(name)), []).append(name)
    return {name: JOINED.join(members[_end(joined, _table(name))]) for name in sources}


def _end(joined: dict[str, str], place: str) -> str:
    """Return what all of a group lead to; the way there gets shorter."""
    while (following := joined.setdefault(place, place)) != place:
        joined[place] = joined[following]
        place = following
    return place


def _table(name: str) -> str:
    """Return the name of a source as no host has it."""
    return f"[{name}]"


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
