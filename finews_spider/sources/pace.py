"""How a host's documented interface is asked: at a pace of its own, which is stricter than that of its pages."""

from dataclasses import dataclass


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
