"""How a host's documented interface is asked: at a pace of its own, which is stricter than that of its pages."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple, Protocol, runtime_checkable


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """The pace of one interface of a host, of which `delays` has all, each with the seconds between two requests.

    After a refusal (HTTP 429) none of them is asked for `pause` seconds, and after `max_refusals` none in this run.
    Where it is `documented`, it is asked at its documented pace whatever robots.txt says of pages.
    """

    interface: str
    delays: tuple[tuple[str, float], ...]
    pause: float = 60.0
    max_refusals: int = 2
    documented: bool = False


class Playback(NamedTuple):
    """What asks an archive of the web for a capture of an address, and whether what came from a URL is one of it."""

    url: str
    pace: Pace
    is_captured: Callable[[str], bool]


@runtime_checkable
class PlaysCaptures(Protocol):
    """A source that is an archive of the web."""

    def playback(self, address: str, day: date) -> Playback:
        """Return what asks for the capture of an address that is nearest to the end of the week of that day."""
