"""Eastmoney: its columns and flashes, and the routes to an article by its number."""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any, ClassVar
from urllib.parse import unquote, urlencode, urlsplit

from parsel import Selector

from finews_spider.dates import BEIJING, Window, read_time
from finews_spider.items import Article, ArticleRef
from finews_spider.markup.plain import BROKEN
from finews_spider.refusals import Skipped
from finews_spider.sources.base import (
    AbsentError,
    Count,
    Listing,
    ListingPage,
    Origin,
    Query,
    Route,
    Slug,
    Source,
    Switch,
    Text,
    UnreadableError,
)
from finews_spider.sources.eastmoney_ids import FLASH, IDS, IdLink, id_in_article_page, id_in_url, link_of
from finews_spider.sources.eastmoney_placeholders import put_back
from finews_spider.sources.limits import check_html
from finews_spider.sources.links import absolute
from finews_spider.sources.parsing import (
    base_of,
    body_in,
    digest_of,
    html_list,
    html_page,
    in_lower_case,
    json_object,
    media_name_in,
    name_of,
    name_shown,
    shown,
    text_of,
    title_of,
    title_shown,
    whole,
)

PAGE_SIZE = 200  # rows; more is clamped
# Any value does, and none is an error; one that stays lets listings be revalidated.
TRACE = "finews"
_EASTMONEY = re.compile(r"(?:[a-z0-9-]+\.)*eastmoney\.com")

Rows = tuple[str, ...]  # numbers of a page's rows: a page that is the same as the one before it ends the list


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column page of the site, whose rows the column API gives by number."""

    id: Count
    slug: Slug
    name: Text
    enabled: Switch = True


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

    def hosts(self) -> set[str]:
        """Every host that it may be asked for."""
        origins = (self.listapi, self.weblist, self.newsapi, self.newsinfo, self.finance, self.roll)
        return {urlsplit(origin).netloc.lower() for origin in origins}

    def column_slugs(self) -> set[str]:
        """The columns that a run can be narrowed to."""
        return {column.slug for column in self.columns}

    def listings(self, query: Query) -> list[Listing]:
        """The columns, and the flashes from the end of the window back."""
        reader = self if query.window else replace(self, pages=min(self.pages, self.recent_pages))
        listings = []
        if set(query.categories) != {FLASH.category}:
            wanted = [each for each in self.columns if (each.slug in query.columns if query.columns else each.enabled)]
            # The rolling list tells neither column nor media name, so it stands in only where all are wanted.
            all_wanted = not query.columns and not query.categories
            listings = [reader._column(each, fallback=reader._roll() if all_wanted else None) for each in wanted]
        if self.flashes and not query.columns and (not query.categories or FLASH.category in query.categories):
            listings.append(reader._flashes(_cursor(query.window)))
        return listings

    def routes(self, ref: ArticleRef) -> list[Route]:
        """The article API, the API of the mobile pages, the page."""
        number = IDS.number(ref.id)
        query = urlencode({"newsid": number, "newstype": 1, "guid": TRACE, "source": "wap", "version": 1})
        return [
            self._route(ref, "article API", f"{self.newsinfo}/kuaixun/v2/api/article/{number}?guid={TRACE}", _read_api),
            self._route(ref, "getnews API", f"{self.newsinfo}/kuaixun/v2/api/content/getnews?{query}", _read_getnews),
            self._route(ref, "article page", f"{self.finance}/a/{number}.html", _read_page),
        ]

    def share_link_of(self, id_: str) -> str:
        """The link to write under the article."""
        return link_of(id_, self.share_link, self.flash_link)

    def ref(self, url: str) -> ArticleRef | None:
        """The article of an article page; a dozen hosts of Eastmoney's serve it."""
        url = absolute("", url)
        id_ = id_in_article_page(url)
        return ArticleRef(source=self.name, id=id_, url=url) if id_ and self._is_own(url) else None

    def _is_own(self, url: str) -> bool:
        """Whether an absolute address is Eastmoney's, any host of it."""
        parts = urlsplit(url)
        return bool(_EASTMONEY.fullmatch(parts.hostname or "")) or parts.netloc in self.hosts()

    def _route(self, ref: ArticleRef, name: str, url: str, read: Callable[[Article, str], None]) -> Route:
        def read_it(text: str) -> Article:
            article = self.article(ref)
            read(article, text)
            article.media_name = article.media_name or media_name_in(article.body)
            return article

        return Route(name, url, read_it)

    # Columns: pages by number, newest first but not strictly.

    def _column(self, column: Column, number: int = 1, before: Rows = (), fallback: Listing | None = None) -> Listing:
        query = {"client": "web", "biz": "web_news_col", "column": column.id, "order": 1, "needInteractData": 0}
        query |= {"page_index": number, "page_size": PAGE_SIZE, "req_trace": TRACE}
        return Listing(
            f"column {column.slug}",
            f"{self.listapi}/comm/web/getNewsByColumns?{urlencode(query)}",
            partial(self._read_column, column, number, before),
            fallback=fallback,
        )

    def _read_column(self, column: Column, number: int, before: Rows, text: str) -> ListingPage:
        page = ListingPage()
        data = _data(text, "list")
        page.total = _total(data.get("totle_hits"))
        rows = _rows(page, data, "list")
        for row in rows:
            self._add_article(page, row)
        found = _numbers(rows, "code")
        self._go_on(page, found, before, number, lambda: self._column(column, number + 1, found))
        return page

    def _go_on(
        self, page: ListingPage, found: Rows, before: Rows, number: int, next_page: Callable[[], Listing]
    ) -> None:
        """Name the next page, unless this one is empty, the same as the one before it, or the last that is allowed."""
        if found and found != before:
            page.limit_reached = number >= self.pages
            page.next_page = None if page.limit_reached else next_page()

    def _add_article(self, page: ListingPage, row: dict[str, Any]) -> None:
        number, time, title, media_name = page.take(row, "code", "showTime", "title", "mediaName")
        url = whole(text_of(row.get("uniqueUrl"))) or whole(text_of(row.get("url")))
        if row.get("np_dst") == "CFH":
            page.skip(Skipped.BLOG)
        elif url and not self._is_own(absolute(f"{self.listapi}/", url)):
            page.skip(Skipped.OTHER_HOST)
        elif number not in IDS:
            page.skip(_why_no_id(row.get("code")))
        else:
            page.add(self._ref(f"NW{IDS.number(number)}", time, title_of(title), name_of(media_name)), time)

    def _ref(self, id_: str, time: str, title: str, media_name: str = "", digest: str = "") -> ArticleRef:
        url = f"{self.finance}/a/{IDS.number(id_)}.html"
        ref = ArticleRef(source=self.name, id=id_, url=url, title=title, media_name=media_name, digest=digest)
        ref.category = IDS.family(id_).category_of(media_name)
        if moment := read_time(time):
            ref.time, ref.to_the_second = moment
            ref.day = moment.time.date()
        return ref

    # Flashes: pages by cursor, which is the realSort of the last row: unix seconds and six digits.

    def _flashes(self, cursor: str = "", number: int = 1, before: Rows = ()) -> Listing:
        query = {"client": "web", "biz": "web_724", "fastColumn": 102, "sortEnd": cursor, "pageSize": PAGE_SIZE}
        return Listing(
            "flashes",
            f"{self.weblist}/comm/web/getFastNewsList?{urlencode({**query, 'req_trace': TRACE})}",
            partial(self._read_flashes, cursor, number, before),
            fallback=self._old_flashes() if number == 1 else None,
        )

    def _read_flashes(self, cursor: str, number: int, before: Rows, text: str) -> ListingPage:
        page = ListingPage()
        data = _data(text, "fastNewsList")
        rows = _rows(page, data, "fastNewsList")
        for row in rows:
            self._add_flash(page, row, "code", "showTime", "title", "summary")
        found = _numbers(rows, "code")
        after = _cursor_in(data)
        if after and after != cursor:
            self._go_on(page, found, before, number, lambda: self._flashes(after, number + 1, found))
        if not found and cursor and number == 1:  # the cursor was built, and the site does not take it
            page.linked.append(self._flashes())
        return page

    def _add_flash(self, page: ListingPage, row: dict[str, Any], *names: str) -> None:
        """Take a row; `names` are those of its number, time, title and digest."""
        number, time, title, digest = page.take(row, *names)
        if number not in IDS:
            page.skip(_why_no_id(row.get(names[0])))
        elif not digest and row.get(names[-1]):
            page.skip(Skipped.DAMAGED)  # nothing but the list tells it, and the next time it may be whole
        else:
            page.add(self._ref(IDS.number(number), time, title_of(title), digest=digest_of(digest)), time)

    def _old_flashes(self, number: int = 1, before: Rows = ()) -> Listing:
        query = urlencode({"column": 102, "limit": PAGE_SIZE, "p": number})
        url = f"{self.newsapi}/kuaixun/v2/api/list?{query}"
        return Listing("older flash list", url, partial(self._read_old_flashes, number, before))

    def _read_old_flashes(self, number: int, before: Rows, text: str) -> ListingPage:
        page = ListingPage()
        rows = _rows(page, json_object(text, "news"), "news")
        for row in rows:
            self._add_flash(page, row, "newsid", "showtime", "title", "digest")
        found = _numbers(rows, "newsid")
        self._go_on(page, found, before, number, lambda: self._old_flashes(number + 1, found))
        return page

    # The rolling list stands in for columns whose API fails: articles of all columns, minutes only.

    def _roll(self, number: int = 1, before: Rows = ()) -> Listing:
        url = f"{self.roll}/default_{number}.html"
        return Listing("roll", url, partial(self._read_roll, number, before), may_be_absent=number > 1)

    def _read_roll(self, number: int, before: Rows, text: str) -> ListingPage:
        page = ListingPage()
        html = html_list(text)
        rows = html.css("#artList li")
        if not rows:
            raise UnreadableError("roll page has no #artList li")
        base = base_of(html, f"{self.roll}/default_{number}.html")
        for row in rows:
            self._add_row_of_roll(page, row, base)
        found = tuple(ref.id for ref in page.refs)
        self._go_on(page, found, before, number, lambda: self._roll(number + 1, found))
        return page

    def _add_row_of_roll(self, page: ListingPage, row: Selector, base: str) -> None:
        links = row.xpath(".//a[@title]") or row.xpath(".//a")
        urls = {absolute(base, link.xpath("@href").get("")): link for link in links}
        ref = next(filter(None, map(self.ref, urls)), None)
        if ref:
            title = urls[ref.url].xpath("string(@title[.!=''] | self::a[not(@title) or @title=''])").get()
            time = text_of(row.xpath("string(span)").get())
            page.add(self._ref(ref.id, time, whole(title_shown(title))), time)
        else:
            page.skip(_why_no_ref(urls))


def _cursor(window: Window) -> str:
    """A cursor for the end of the window, as the site's own look; empty for now."""
    if window.until is None or window.until == date.max:
        return ""
    end = datetime(window.until.year, window.until.month, window.until.day, tzinfo=BEIJING) + timedelta(days=1)
    return f"{int(end.astimezone(UTC).timestamp())}000000"


def _data(text: str, rows: str) -> dict[str, Any]:
    """The `data` of a list API's answer, which is null when something is wrong, with status 200."""
    answer = json_object(text, rows)
    data = answer.get("data")
    code, message = answer.get("code"), answer.get("message")
    if not isinstance(data, dict) or code not in ("1", 1, None):
        raise UnreadableError(f"no data: data is {shown(data)}, code {shown(code)}, message {shown(message)}")
    return data


def _rows(page: ListingPage, data: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """The rows; what is no object is a damaged one."""
    rows = data.get(name)
    if not isinstance(rows, list):
        raise UnreadableError(f"{name} is no list: it is {shown(rows)}")
    if len(rows) > 10 * PAGE_SIZE:
        raise UnreadableError(f"{name} is too long: it has {len(rows)} rows, {PAGE_SIZE} were asked for")
    objects = [row for row in rows if isinstance(row, dict)]
    for _ in range(len(rows) - len(objects)):
        page.skip(Skipped.DAMAGED)
    return objects


def _total(value: object) -> int:
    """How many rows a list says that it has; 0 where it does not."""
    return int(str(value)) if type(value) in (int, str) and re.fullmatch("[0-9]{1,9}", str(value)) else 0


def _why_no_id(value: object) -> Skipped:
    """Why that is no number of an article."""
    is_damaged = BROKEN in value if isinstance(value, str) else bool(value) and type(value) is not int
    return Skipped.DAMAGED if is_damaged else Skipped.NO_ID


def _why_no_ref(urls: Collection[str]) -> Skipped:
    """Why none of these is an article's address."""
    if any(BROKEN in unquote(url) for url in urls):
        return Skipped.DAMAGED
    return Skipped.OTHER_HOST if any(map(id_in_url, urls)) else Skipped.NO_ID


def _numbers(rows: list[dict[str, Any]], name: str) -> Rows:
    return tuple(shown(row.get(name)) for row in rows)


def _cursor_in(data: dict[str, Any]) -> str:
    """The cursor of the next page; empty where there is none."""
    cursor = data.get("sortEnd") or ""
    if type(cursor) not in (str, int) or not re.fullmatch(r"[\w-]{0,40}", str(cursor)):
        raise UnreadableError(f"sortEnd is no cursor: it is {shown(cursor)}")
    return str(cursor)


def _read_api(article: Article, text: str) -> None:
    data = _object(json_object(text), "data")
    _take(article, data, title="Art_Title", media_name="Art_Media_Name", body="Art_Content", time="Art_ShowTime")


def _read_getnews(article: Article, text: str) -> None:
    """The fields stand under `news`, sometimes at the top; pictures and links stand beside the body."""
    answer = json_object(text)
    news = answer if "body" in answer else _object(answer, "news")
    _take(article, news, title="title", media_name="source", body="body", time="showtime")
    article.body = put_back(article.body, news.get("images"), news.get("links"))


def _object(answer: dict[str, Any], name: str) -> dict[str, Any]:
    """The object in which an answer tells of an article; null where there is none."""
    if name not in answer:
        raise UnreadableError(f"no field {name}")
    if answer[name] is None:
        raise AbsentError(f"{name} is null")
    if not isinstance(answer[name], dict):
        raise UnreadableError(f"in {name} an object was due: it is {shown(answer[name])}")
    found: dict[str, Any] = answer[name]
    return found


def _take(article: Article, data: dict[str, Any], time: str, **names: str) -> None:
    """Fill the article's fields from the answer's keys; one that is not there is a changed shape."""
    lower = in_lower_case(data)
    for name in (*names.values(), time):
        if name.lower() not in lower:
            raise UnreadableError(f"no field {name}")
    for field, name in names.items():
        setattr(article, field, text_of(lower[name.lower()]))
    article.title, article.media_name = title_of(article.title), name_of(article.media_name)
    check_html(article.body)
    _set_time(article, text_of(lower[time.lower()]))


def _read_page(article: Article, text: str) -> None:
    """The page, in the template of today or in that of some years ago, which old pages keep."""
    page = html_page(text)
    article.body = body_in(text, "#ContentBody")
    infos = page.css(".contentwrap .infos > div")
    today = bool(infos)
    article.title = title_shown(page.css(".contentwrap .title" if today else ".newsContent h1").xpath("string()").get())
    _set_time(
        article, infos.xpath("string()").get("") if today else page.css(".newsContent .time").xpath("string()").get("")
    )
    source = (
        infos[1:].xpath("string()").get("") if today else page.css(".newsContent .source").xpath("string()").get("")
    )
    article.media_name = name_shown(re.sub("^来源[：:]", "", source.strip()))


def _set_time(article: Article, text: str) -> None:
    if moment := read_time(text):
        article.time, article.to_the_second = moment
