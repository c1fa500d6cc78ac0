"""Archives of the web: pages of other sources, found by day in an index (CDX) and played back as they were captured."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Annotated, ClassVar
from urllib.parse import urlsplit

from finews_spider.dates import Window
from finews_spider.items import ArticleRef
from finews_spider.sources.base import Listing, Query, Route, Source
from finews_spider.sources.eastmoney_ids import IDS
from finews_spider.sources.pace import Pace, Playback
from finews_spider.sources.values import Count, Seconds, Slug, Switch, Text, form
from finews_spider.sources.wayback_cdx import FIELDS, Capture, capture_of, end_of_near, read_capture, same_address
from finews_spider.sources.wayback_lists import CaptureList, filled

CDX, PLAYBACK = "cdx", "playback"  # the interfaces

Url = Annotated[
    str, form(r"https?://[A-Za-z0-9.-]+(?::[0-9]{1,5})?(?:/[^\s?#{}]*[^\s?#{}/])?", "an address without / at its end")
]
Template = Annotated[
    str,
    form(
        r"(?:[^\s{}*]|\{(?:year|month|day|slug)\})+",
        "the beginning of an address, in which {year}, {month}, {day}, {slug} may stand",
    ),
]


@dataclass(frozen=True, kw_only=True)
class CaptureQuery:
    """What the index is asked for: addresses of the source's pages that begin so, of a day, a month, a year or all."""

    source: Text
    prefix: Template
    filter: Annotated[
        str, form(r"(?:[^\s{}]|\{(?:year|month|day|slug)\})*", "a filter of the index, like original:.*")
    ] = ""

    def address(self, path: str, day: date) -> str:
        """Return the address of a page with that path, of an article of that day; empty where it does not begin so."""
        host, _, beginning = self.prefix.partition("{slug}")[0].partition("/")
        return f"http://{host}{path}" if path.startswith(filled(f"/{beginning}", Window(day, day))) else ""


@dataclass(frozen=True, kw_only=True)
class WaybackSource(Source):
    """The source `wayback`; its fields are the keys of its table in sources.toml, but for `live`: the other sources."""

    name: ClassVar = "wayback"
    ids: ClassVar = IDS
    is_archive: ClassVar = True

    cdx: Url
    play: Url
    queries: tuple[CaptureQuery, ...]
    slugs: tuple[Slug, ...] = ()
    fields: Annotated[str, form("[a-z]+(?:,[a-z]+)*", "names of fields, comma-separated")] = ",".join(FIELDS)
    index_rows: Count = 2_000
    index_pages: Count = 500
    cdx_delay: Seconds = 2.5
    playback_delay: Seconds = 1.0
    pause: Seconds = 60.0
    documented_interface: Switch = False
    live: Mapping[str, Source] = field(default_factory=dict, init=False)

    def bound(self, sources: Mapping[str, Source]) -> "WaybackSource":
        """Return it with the sources whose pages it has. Raises ValueError for a name that is none of them."""
        for query in self.queries:
            other = sources.get(query.source)
            if other is None or other.is_archive or other.ids is not self.ids:
                raise ValueError(f"{query.source!r} is not the name of a source of this file whose pages can be read")
        bound = replace(self)
        names = dict.fromkeys(query.source for query in self.queries)
        object.__setattr__(bound, "live", {name: sources[name] for name in names})
        return bound

    @property
    def is_documented(self) -> bool:  # type: ignore[override]  # a key of its table says so
        """Whether its interfaces are asked whatever robots.txt says of pages."""
        return self.documented_interface

    def interfaces(self) -> dict[str, str]:
        """Index and playback."""
        return {CDX: self.cdx, PLAYBACK: f"{self.play}/20211230000000id_/http://example.com/"}

    def hosts(self) -> set[str]:
        """The hosts of index and playback."""
        return {urlsplit(url).netloc.lower() for url in (self.cdx, self.play)}

    def listings(self, query: Query) -> list[Listing]:
        """A list for each query, which goes back through the days of the window; none without one."""
        window = query.window
        if window.since is None or window.until is None:
            return []
        lists = (self._list(one, slug) for one in self.queries for slug in self._slugs(one, query))
        return [one.listing(window) for one in lists]

    def routes(self, ref: ArticleRef) -> list[Route]:
        """The captures that the index named; of a ref of another source, the one nearest to the week of its day."""
        captures = [*filter(None, map(read_capture, ref.captures.splitlines()))] or list(self._nearest(ref))
        return [*filter(None, (self._route(ref, capture) for capture in captures))]

    def share_link_of(self, id_: str) -> str:
        """The link that the first of its sources writes."""
        return next(iter(self.live.values())).share_link_of(id_)

    def shown(self, ref: ArticleRef) -> ArticleRef:
        """The ref as it is: its source's rules were applied when it was made."""
        return ref

    def ref(self, url: str) -> ArticleRef | None:
        """The article of a page that the archive plays: `…/20211231010203id_/https://…`."""
        capture = self._played(url)
        return self.ref_of(capture) if capture else None

    def ref_of(self, capture: Capture) -> ArticleRef | None:
        """The article of which a page was captured; its links and its parameters are those of its own source."""
        live, ref = self._captured(capture)
        if live is None or ref is None:
            return None
        ref = live.shown(ref)
        ref.source, ref.share_link, ref.captures = self.name, live.share_link_of(ref.id), str(capture)
        return ref

    def playback(self, address: str, day: date) -> Playback:
        """Where the capture of an address is played that is nearest to the end of the week of that day."""
        capture = Capture(timestamp=end_of_near(day), original=address)

        def is_captured(url: str) -> bool:
            """Return whether it is of the address, by whichever of HTTP and HTTPS, and of the usual ports."""
            found = self._played(url)
            return found is not None and same_address(found.original) == same_address(address)

        return Playback(capture.playback_url(self.play), self.pace(PLAYBACK), is_captured)

    def kind_of_list(self, name: str) -> str:
        """`index`: all lists of captures are of one."""
        return "index"

    def pace(self, interface: str) -> Pace:
        """How that interface is asked."""
        delays = ((CDX, self.cdx_delay), (PLAYBACK, self.playback_delay))
        return Pace(interface=interface, delays=delays, pause=self.pause, documented=self.documented_interface)

    def _played(self, url: str) -> Capture | None:
        found = re.fullmatch(r"/([0-9]{14})(?:[a-z]{2}_)?/(https?:.+)", url.removeprefix(self.play))
        return capture_of(found[1], "", found[2]) if found and url.startswith(self.play) else None

    def _list(self, query: CaptureQuery, slug: str) -> CaptureList:
        return CaptureList(
            cdx=self.cdx,
            prefix=query.prefix.replace("{slug}", slug),
            filter_=query.filter.replace("{slug}", slug),
            fields=self.fields,
            rows=self.index_rows,
            max_pages=self.index_pages,
            ref_of=self.ref_of,
            pace=self.pace(CDX),
        )

    def _slugs(self, one: CaptureQuery, query: Query) -> tuple[str, ...]:
        return (query.categories or self.slugs) if "{slug}" in one.prefix + one.filter else ("",)

    def _captured(self, capture: Capture) -> tuple[Source | None, ArticleRef | None]:
        found = ((live, live.captured(capture.original)) for live in self.live.values())
        return next(((live, ref) for live, ref in found if ref), (None, None))

    def _nearest(self, ref: ArticleRef) -> Iterator[Capture]:
        """Yield what asks for the capture nearest to the end of the week of the article's day, of each of its pages.

        The host is that which the queries name: the live one may have another by now.
        """
        found: dict[str, Capture] = {}
        for query in self.queries:
            live = self.live[query.source]
            page = live.page_route(ref)
            known = live.captured(page.url) if page else None
            if page and known and known.day and (url := query.address(urlsplit(page.url).path, known.day)):
                found.setdefault(live.name, Capture(timestamp=end_of_near(known.day), original=url))
        yield from found.values()

    def _route(self, ref: ArticleRef, capture: Capture) -> Route | None:
        live, own = self._captured(capture)
        page = (
            live.page_route(replace(own, id=ref.id))
            if live and own and IDS.number(own.id) == IDS.number(ref.id)
            else None
        )
        if live is None or page is None:
            return None
        return Route(
            "capture",
            capture.playback_url(self.play),
            page.reader,
            original=capture.original,
            digest=capture.digest,
            page=live.name,
            pace=self.pace(PLAYBACK),
        )
