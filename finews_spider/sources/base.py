"""What a source is: where to read listings, and the routes to one article. Adding one is a class with this base.

Everything here is pure: text in, refs or an Article out. No disk, no network, no clock, no Scrapy. The spider asks for
the URLs that a source names and hands the answers to the `read` that stands beside each URL.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, TypeVar

from finews_spider.dates import Window, read_day, read_listed_day
from finews_spider.items import Article, ArticleRef
from finews_spider.markup.plain import BROKEN, strip
from finews_spider.refusals import UNREAD, Skipped
from finews_spider.sources.block_pages import block_page
from finews_spider.sources.ids import IdScheme
from finews_spider.sources.links import without_surplus
from finews_spider.sources.pace import Pace
from finews_spider.sources.values import Days, Origin, Switch, Text

Page = TypeVar("Page")


class UnreadableError(ValueError):
    """An answer that is not what its URL gives when all is well: says which part is missing or wrong."""


class AbsentError(UnreadableError):
    """The answer says that there is no such article."""


class NotArticleError(UnreadableError):
    """The page is of another kind, and says so: a list, or one about the site."""


class BlockedError(UnreadableError):
    """In place of the answer stands a captcha, a block page, a login page or an empty one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What a run is asked for: categories and columns are slugs, none means all.

    `whole` lists have as many pages as one of a window may have, since it is not known how far they were read.
    """

    categories: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    window: Window = field(default_factory=Window)
    whole: bool = False


@dataclass(slots=True)
class ListingPage:
    """What one listing names.

    `next_page` is the older page of the same list, which a run reads unless this one shows that it need not; where the
    limit of pages leaves it out, `limit_reached` is set. `linked` are other lists, which a run reads in any case.
    `skipped` counts rows by why they are no refs; `missing_fields` names fields that rows should have. `undated` are
    refs of which the list tells no day but `昨天 09:00`. `total` is how many rows the list says that it has, on all its
    pages; 0 where it does not say. `whole` are days of which all was read, with this page, that a list in no order has.
    `categories` are named by a page that leads to all of them.
    """

    refs: list[ArticleRef] = field(default_factory=list)
    next_page: "Listing | None" = None
    limit_reached: bool = False
    linked: list["Listing"] = field(default_factory=list)
    skipped: dict[Skipped, int] = field(default_factory=dict)
    missing_fields: set[str] = field(default_factory=set)
    undated: list[tuple[ArticleRef, str]] = field(default_factory=list)
    total: int = 0
    whole: Window | None = None
    categories: list[str] = field(default_factory=list)

    def skipped_all(self) -> bool:
        """Return whether it has rows, and none is a ref."""
        return bool(self.skipped and not self.refs)

    def add(self, ref: ArticleRef, time: str) -> None:
        """Take a ref, and how the list writes its time."""
        self.refs.append(ref)
        if ref.day is None and time:
            self.undated.append((ref, time))

    def skip(self, reason: Skipped) -> None:
        """Count a row that is no ref."""
        self.skipped[reason] = self.skipped.get(reason, 0) + 1

    def take(self, row: dict[str, Any], *names: str) -> list[str]:
        """These fields of a JSON row, as text; a number is its digits, and what is no text, or broken, is empty."""
        self.missing_fields.update(name for name in names if name not in row)
        values = (row.get(name) for name in names)
        texts = [strip(str(value)) if type(value) in (str, int) else "" for value in values]
        return ["" if BROKEN in text else text for text in texts]


class NoRefsError(UnreadableError):
    """A page has rows, and none of them is a ref."""

    def __init__(self, page: ListingPage) -> None:
        self.page = page
        super().__init__(f"none of {sum(page.skipped.values())} rows: {', '.join(sorted(page.skipped))}")


@dataclass(frozen=True, slots=True)
class Listing:
    """A page that names articles, and how to read it.

    `fallback` stands in for it when it cannot be had or read. Where it `may_be_absent`, HTTP 404 is no failure.
    A list is `in_order` where its rows go back in time. One that is not may have pages for days: `older` makes that for
    the days before, which is read also where this one cannot be.
    """

    name: str
    url: str
    reader: Callable[[str], ListingPage]
    fallback: "Listing | None" = None
    may_be_absent: bool = False
    in_order: bool = True
    older: "Callable[[], Listing | None] | None" = None
    pace: Pace | None = None

    def read(self, text: str, at: datetime | None = None) -> ListingPage:
        """What the answer names; `at` is its own Date, from which times like `昨天 09:00` tell a day.

        Raises UnreadableError where it is no such listing, NoRefsError where none of several rows tells an id.
        """
        page = _read(self.reader, text)
        if page.skipped_all() and page.skipped.keys() <= UNREAD and sum(page.skipped.values()) > 1:
            raise NoRefsError(page)
        for ref, time in page.undated:
            ref.day = read_day(time) or (read_listed_day(time, at) if at else None)
        return page


@dataclass(frozen=True, slots=True)
class Route:
    """One way to an article's text, and how to read it.

    Of an archive: the address `original` that the page was captured from, which its links are relative to, and the
    `digest` of what was captured. Of several routes to one `page`, one that was read is enough.
    """

    name: str
    url: str
    reader: Callable[[str], Article]
    original: str = ""
    digest: str = ""
    page: str = ""
    pace: Pace | None = None

    def read(self, text: str) -> Article:
        """What the answer has. Raises UnreadableError where it is not what its URL gives when all is well."""
        return _read(self.reader, text)


def _read(reader: Callable[[str], Page], text: str) -> Page:
    """What a reader makes of an answer. One that it cannot read may be a block page: then BlockedError says which."""
    try:
        return reader(text)
    except UnreadableError as error:
        if kind := block_page(text):
            raise BlockedError(kind) from error
        raise


@dataclass(frozen=True, kw_only=True)
class Source(ABC):
    """A place that news comes from: a dataclass whose fields are the keys of its table in sources.toml.

    `name` is that table's, `ids` how it names articles, `parameters` what of the query of an article's address tells
    which article that is. It has to name its hosts, listings and routes, to make the link of an id, and an article of a
    link.
    """

    name: ClassVar[str]
    ids: ClassVar[IdScheme]
    parameters: ClassVar[frozenset[str]] = frozenset()
    is_documented: ClassVar[bool] = False  # whether its interfaces are asked whatever robots.txt says of pages
    is_archive: ClassVar[bool] = False  # of other sources' pages: it is asked only where somebody names it

    enabled: Switch = True  # whether a run reads it when none is named
    fallback_sources: tuple[Text, ...] = ()  # whose routes are tried after its own; they have the same ids
    max_age_days: Days = 0  # older than that its newest item cannot be when all is well; 0 is no limit
    pictures: tuple[Origin, ...] = ()  # hosts of its articles' pictures, asked where FINEWS_PICTURES is on

    @abstractmethod
    def hosts(self) -> set[str]:
        """Return every host that it may be asked for, with its port where the sources file has one."""

    @abstractmethod
    def listings(self, query: Query) -> list[Listing]:
        """Return the listings that a run starts with."""

    @abstractmethod
    def routes(self, ref: ArticleRef) -> list[Route]:
        """Return the ways to one article, best first."""

    @abstractmethod
    def share_link_of(self, id_: str) -> str:
        """Return the public address of an article, written under its post."""

    @abstractmethod
    def ref(self, url: str) -> ArticleRef | None:
        """Return the article that a link names, where the link is this source's."""

    def has(self, id_: str) -> bool:
        """Return whether an id may be of one of this source's articles."""
        return id_ in self.ids

    def bound(self, sources: Mapping[str, "Source"]) -> "Source":
        """Return it with what it needs of the other sources of its file. Raises ValueError where that is not there."""
        return self

    def interfaces(self) -> dict[str, str]:
        """Return addresses of interfaces that are documented for programs, by name."""
        return {}

    def captured(self, url: str) -> ArticleRef | None:
        """Return the article, with its day, of which a page of this source was captured there, whatever its host."""
        return None

    def page_route(self, ref: ArticleRef) -> Route | None:
        """Return the route to the article's own page; None where it has none, or nobody knows its address."""
        return None

    def directory(self) -> Listing | None:
        """Return the page that leads to all categories; None where it has none."""
        return None

    def column_slugs(self) -> set[str]:
        """Return the columns that a run can be narrowed to."""
        return set()

    def shown(self, ref: ArticleRef) -> ArticleRef:
        """Return the ref with addresses that can be shown and kept: the rest of a query is somebody else's."""
        ref.url = without_surplus(ref.url, self.parameters)
        ref.share_link = without_surplus(ref.share_link, self.parameters)
        return ref

    def article(self, ref: ArticleRef, **fields: Any) -> Article:
        """Return the article of a ref, of which nothing else is known but these fields."""
        return Article(source=self.name, id=ref.id, url=ref.url, family=self.ids.family(ref.id), **fields)

    def kind_of_list(self, name: str) -> str:
        """Return `column` of `column cgnjj`: where all lists of one kind fail alike, their kind is named."""
        return name.split(" ")[0]
