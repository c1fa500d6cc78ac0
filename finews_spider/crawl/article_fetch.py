"""One article under way: from the refs that name it to the items that become its posts."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import chain
from typing import Any, NamedTuple

from scrapy import Request

from finews_spider.downloader.failures import FetchFailure
from finews_spider.items import Article, ArticleRef, Family
from finews_spider.sources.base import AbsentError, NotArticleError, Route, UnreadableError
from finews_spider.sources.parsing import media_name_in

NOT_UP_YET = timedelta(hours=1)  # after its time; as long as the pause after a first absence


class Wanted(NamedTuple):
    """A ref that the article was wanted by, and what was known then; see `ArticleFetch.add`."""

    ref: ArticleRef
    share_link: str
    kept: Article | None


class Tried(NamedTuple):
    """A route that was tried, the `meta` of its request, and why nothing came that could be read.

    Not the request itself: it has the fetch, and what leads back to itself stays in memory for long.
    """

    route: Route
    meta: Mapping[str, Any]
    failure: str


@dataclass(slots=True, kw_only=True)
class ArticleFetch:
    """One number. It is fetched once, and gives an item for each id (family) that a listing names it by."""

    number: str
    routes: list[Iterator[Route]] = field(default_factory=list)
    refs: dict[str, ArticleRef] = field(default_factory=dict)
    items: dict[str, Article] = field(default_factory=dict)  # id, source, family and link; the rest is filled in
    read: Article = field(init=False)  # what its own pages say
    known: Article = field(init=False)  # what listings and the archive say
    requested: set[str] = field(default_factory=set)  # URLs
    read_pages: set[str] = field(default_factory=set)  # of routes that lead to one page
    tried: bool = False  # whether anybody was asked
    answered: bool = False  # whether a route told what the body is, if any
    absences: int = 0  # answers that say that there is no such article
    missing: int = 0  # answers 404 and 410, which a host that moved gives for everything; pages of another kind
    troubles: int = 0  # failures that say nothing of it
    failures: list[tuple[Route, FetchFailure]] = field(default_factory=list)
    history: list[Wanted | Tried] = field(default_factory=list)  # what items are made of
    handed_over: dict[str, int] = field(default_factory=dict)  # by id, how much of the history there was then
    archives: dict[str, list[Route]] = field(default_factory=dict)  # by id, of what has become withdrawn
    in_archive: bool = False  # whether these are asked

    def __post_init__(self) -> None:
        self.read = Article(source="", id=self.number, url="", family=Family())
        self.known = Article(source="", id=self.number, url="", family=Family())

    def add(self, ref: ArticleRef, item: Article, routes: Iterable[Route], kept: Article | None) -> None:
        """Wanted by this id too. `kept` is the article of a post: of the other family, or its own, asked for again."""
        self.history.append(Wanted(ref, item.share_link, kept))
        self.refs[ref.id] = ref
        self.routes.insert(0, iter(routes))
        self.items[ref.id] = item
        if kept:
            self.known.fill(kept)
            self.known.media_name = self.known.media_name or media_name_in(kept.body)
            self.answered = self.answered or bool(kept.body)
        for name in ("title", "media_name", "digest", "body"):
            setattr(self.known, name, getattr(self.known, name) or getattr(ref, name))
        if self.known.time is None or (ref.to_the_second and not self.known.to_the_second):
            self.known.time, self.known.to_the_second = ref.time, ref.to_the_second

    def item(self, id_: str) -> Article:
        """Return what is known by now, in that family; what its own pages say comes first."""
        item = replace(self.items[id_])
        item.fill(self.read)
        item.fill(self.known)
        return item

    def is_whole(self) -> bool:
        """Return whether no page is needed any more. A flash may have a body or not: some page has to say so."""
        waiting = self.items.keys() - self.handed_over.keys()
        if not (self.read.body or self.known.body) and not all(self.items[id_].is_flash for id_ in waiting):
            return False  # as before the first answer: no need to make the items
        return self._body_is_told() and all(self.item(id_).is_whole() for id_ in waiting)

    def next_route(self) -> Route | None:
        """Return the next route to what is missing; None when nothing is, or no route is left."""
        if self.is_whole():
            return None
        for route in chain.from_iterable(self.routes):
            if route.url not in self.requested and not (route.page and route.page in self.read_pages):
                self.requested.add(route.url)
                return route
        return None

    def log(self, route: Route, request: Request | None, failure: str = "") -> None:
        """Note that a route was tried."""
        self.history.append(Tried(route, request.meta if request else {}, failure))

    def take(self, article: Article, route: Route | None = None) -> None:
        """Take what a route gave."""
        self.tried = True
        if route and article.body:
            self.read_pages.add(route.page)
        self.read.fill(article)
        if article.share_link and article.id in self.items:
            self.items[article.id].share_link = article.share_link
        # All fields empty is transient (seen 2022: the next answer was whole), and tells nothing of a body.
        is_answer = bool(article.title or article.time or article.body)
        self.answered = self.answered or is_answer
        self.troubles += not is_answer

    def fail(self, route: Route, failure: FetchFailure, request: Request | None = None) -> None:
        """Note that a route did not answer."""
        self.log(route, request, str(failure))
        self.tried = self.tried or failure.tried
        self.failures.append((route, failure))
        self.missing += failure.is_absence
        self.troubles += not failure.is_absence

    def reject(self, route: Route, error: UnreadableError) -> None:
        """Note that a route's answer could not be read, or says that there is no such article."""
        self.tried = True
        self.failures.append((route, FetchFailure.reading(error)))
        self.absences += isinstance(error, AbsentError)
        self.missing += isinstance(error, NotArticleError)
        self.troubles += not isinstance(error, AbsentError | NotArticleError)

    def hand_over(self) -> Iterator[Article]:
        """The items, as they are when no route is left or none is needed.

        A flash whose body nobody told is not among them, but where the source says that there is no article.
        """
        for id_ in [id_ for id_ in self.items if id_ not in self.handed_over]:
            self.handed_over[id_] = len(self.history)
            if not self.items[id_].is_flash or self.answered or (self.absences and not self.troubles):
                yield self.item(id_)

    def look_in_archives(self) -> bool:
        """Go on with the routes to archives, once; return whether there are any."""
        if self.in_archive or not self.archives:
            return False
        self.in_archive = True
        for id_ in self.archives:
            self.handed_over.pop(id_, None)
        self.routes = [iter(routes) for routes in self.archives.values()]
        return True

    @property
    def kind(self) -> str:
        """The kind of the last route's failure."""
        return self.failures[-1][1].kind if self.failures else "its pages do not tell"

    @property
    def reason(self) -> str:
        """Why it is not had: what every route that failed told."""
        return "; ".join(f"{route.name}: {failure}" for route, failure in self.failures) or self.kind

    @property
    def source(self) -> str:
        """The name of the source that named it first."""
        return next(iter(self.refs.values())).source

    @property
    def is_absent(self) -> bool:
        """Whether the sites say that there is no such article, and nothing else."""
        return self.missing > 0 and self.troubles == 0 and not self.answered

    def is_early(self, now: datetime) -> bool:
        """Whether it is absent, and so new that its page may not be up yet: no other route is worth a request now."""
        times = [ref.time for ref in self.refs.values() if ref.to_the_second]
        return self.is_absent and bool(times) and all(time and abs(now - time) < NOT_UP_YET for time in times)

    def _body_is_told(self) -> bool:
        return self.answered or not any(item.is_flash for item in self.items.values())
