"""Eastmoney: its columns and flashes, and the routes to an article by its number."""

from dataclasses import dataclass
from functools import partial
from itertools import combinations
from typing import ClassVar
from urllib.parse import urlsplit

from finews_spider.items import ArticleRef
from finews_spider.sources.base import Listing, Query, Route, Source
from finews_spider.sources.eastmoney_articles import ArticleRoutes
from finews_spider.sources.eastmoney_columns import Column, Columns, Roll
from finews_spider.sources.eastmoney_flashes import Flashes, OlderFlashes
from finews_spider.sources.eastmoney_history import FlashHistory
from finews_spider.sources.eastmoney_ids import FLASH, IDS, IdLink, day_of, id_in_article_page, link_of
from finews_spider.sources.eastmoney_rows import RowReader
from finews_spider.sources.links import address
from finews_spider.sources.values import Count, Origin, Switch


@dataclass(frozen=True, kw_only=True)
class EastmoneySource(Source):
    """The source `eastmoney`; its fields are the keys of its table in sources.toml."""

    name: ClassVar = "eastmoney"
    ids: ClassVar = IDS

    listapi: Origin
    weblist: Origin
    newsapi: Origin
    newsinfo: Origin
    finance: Origin
    roll: Origin
    share_link: IdLink
    flash_link: IdLink
    columns: tuple[Column, ...]
    pages: Count
    recent_pages: Count
    flashes: Switch = True

    def __post_init__(self) -> None:
        for one, other in combinations(self.columns, 2):
            if same := set(one.names) & set(other.names):
                raise ValueError(f"two columns are called {min(same)}: {one.id} and {other.id}")

    def hosts(self) -> set[str]:
        """Every host that it may be asked for."""
        origins = (self.listapi, self.weblist, self.newsapi, self.newsinfo, self.finance, self.roll)
        return {urlsplit(origin).netloc.lower() for origin in origins}

    def column_slugs(self) -> set[str]:
        """The columns that a run can be narrowed to, by slug and by number."""
        return {name for column in self.columns for name in column.names}

    def listings(self, query: Query) -> list[Listing]:
        """The columns, and the flashes from the end of the window back."""
        listings = []
        if set(query.categories) != {FLASH.category}:
            listings += self._columns(query)
        if self.flashes and not query.columns and (not query.categories or FLASH.category in query.categories):
            listings.append(self._flashes(query).listing())
        return listings

    def routes(self, ref: ArticleRef) -> list[Route]:
        """The article API, the API of the mobile pages, the page."""
        routes = ArticleRoutes(newsinfo=self.newsinfo, finance=self.finance)
        return routes.of(IDS.number(ref.id), partial(self.article, ref))

    def share_link_of(self, id_: str) -> str:
        """The link to write under the article, where no list tells the one that it has."""
        return link_of(id_, self.share_link, self.flash_link)

    def ref(self, url: str) -> ArticleRef | None:
        """The article of an article page; a dozen hosts of Eastmoney's serve it."""
        url = address(url)
        id_ = id_in_article_page(url)
        return ArticleRef(source=self.name, id=id_, url=url) if id_ and self._rows().is_own(url) else None

    def captured(self, url: str) -> ArticleRef | None:
        """The article of an article page; its day is in its id."""
        id_ = id_in_article_page(address(url))
        day = day_of(id_) if id_ else None
        return ArticleRef(source=self.name, id=id_, url=address(url), day=day) if id_ and day else None

    def page_route(self, ref: ArticleRef) -> Route | None:
        """The article page; a flash is on none."""
        return None if IDS.family(ref.id).is_flash else self.routes(ref)[-1]

    def _columns(self, query: Query) -> list[Listing]:
        rows, pages = self._rows(), self._pages(query)
        columns = Columns(origin=self.listapi, rows=rows, max_pages=pages)
        wanted = [
            column
            for column in self.columns
            if (set(column.names) & set(query.columns) if query.columns else column.enabled)
        ]
        # The rolling list tells neither column nor media name, so it stands in only where all are wanted.
        all_wanted = not query.columns and not query.categories
        roll = Roll(origin=self.roll, rows=rows, max_pages=pages).listing() if all_wanted else None
        return [columns.listing(column, fallback=roll) for column in wanted]

    def _flashes(self, query: Query) -> Flashes:
        rows, pages = self._rows(), self._pages(query)
        older = OlderFlashes(origin=self.newsapi, rows=rows, max_pages=pages)
        history = FlashHistory(origin=self.newsapi, rows=rows, max_pages=pages)
        return Flashes(
            origin=self.weblist, rows=rows, max_pages=pages, window=query.window, older=older, history=history
        )

    def _rows(self) -> RowReader:
        return RowReader(source=self.name, finance=self.finance)

    def _pages(self, query: Query) -> int:
        return self.pages if query.window or query.whole else min(self.pages, self.recent_pages)
