"""What a page says of itself for machines: JSON-LD, `<meta>`, `<time>`; and the line under its headline. Pure."""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from itertools import islice, pairwise
from typing import Any

from parsel import Selector

from finews_spider.dates import BEIJING, Moment, read_day, read_time
from finews_spider.sources.eastmoney_infos import Piece, source_in
from finews_spider.sources.parsing import name_of, title_of, title_shown

_ARTICLE_TYPES = re.compile(
    r"(?:News|Report|Blog|Analysis|Opinion|Review|Background|Tech|Scholarly|Social)?\w*(?:Article|Posting)$"
)
_LIST_TYPES = frozenset({"CollectionPage", "SearchResultsPage", "ItemList", "ProfilePage", "ContactPage", "AboutPage"})
_TIMES = (
    "article:published_time og:published_time og:release_date datepublished publishdate publish-date publish_date"
    " pubdate pubtime publishtime publish_time publication_date dc.date.issued dcterms.issued dcterms.created"
    " dc.date sailthru.date parsely-pub-date weibo:article:create_at bytedance:published_time apub:time"
    " firstpublishedtime citation_publication_date date"
).split()
_LISTS = frozenset(
    "home blog archive category tag search search-results error404 author date paged".split()
)  # of WordPress
_MAX_LD = 500_000  # characters of a script
_MAX_NODES = 2_000
_TEXT = 500
_DAY = re.compile(r"(?<![0-9])((?:19|20)[0-9]{2})\s*[-/.年]\s*([0-9]{1,2})\s*[-/.月]\s*([0-9]{1,2})(?![0-9])")
_GO_ZONE = re.compile(r"(?<=[+-][0-9]{4})\s+[A-Z]{2,5}$")  # 2021-12-30 07:57:23 +0800 CST
_CHANGED = re.compile("更新|修改|modified|updated", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Metadata:
    """What is declared: `kind` is article, list, or empty where that is not told."""

    title: str = ""
    site: str = ""
    kind: str = ""
    time: Moment | None = None


def read_metadata(page: Selector, zone: tzinfo = BEIJING) -> Metadata:
    """Return what a page declares of itself."""
    metas = _metas(page)
    nodes = list(islice(_ld_nodes(page), _MAX_NODES))
    article = next((node for node in nodes if _is_of(node, _ARTICLE_TYPES)), {})
    publisher = article.get("publisher")
    site = metas.get("og:site_name") or (publisher.get("name") if isinstance(publisher, dict) else "")
    times = [article.get("datePublished"), *(metas.get(name) for name in _TIMES)]
    times += page.css("[itemprop=datePublished]").xpath("@datetime | @content").getall()[:1]
    return Metadata(
        title=title_of(article.get("headline")) or title_shown(metas.get("og:title") or metas.get("twitter:title")),
        site=name_of(site),
        kind=_kind(page, metas, nodes, is_article=bool(article)),
        time=best_time(filter(None, (moment_in(text, zone) for text in times if isinstance(text, str)))),
    )


def _metas(page: Selector) -> dict[str, str]:
    found: dict[str, str] = {}
    for meta in page.xpath("//meta[@content]"):
        name = meta.attrib.get("property") or meta.attrib.get("name") or meta.attrib.get("itemprop") or ""
        found.setdefault(name.lower(), meta.attrib["content"].strip())
    return found


def _ld_nodes(page: Selector) -> Iterator[dict[str, Any]]:
    for script in page.xpath("//script[contains(@type, 'ld+json')]/text()").getall():
        if len(script) > _MAX_LD:
            continue
        try:
            value = json.loads(script.strip().rstrip(";"), strict=False)
        except (ValueError, RecursionError):
            continue
        yield from _nodes(value)


def _nodes(value: Any, depth: int = 0) -> Iterator[dict[str, Any]]:
    if depth > 4:
        return
    if isinstance(value, list):
        for item in value:
            yield from _nodes(item, depth + 1)
    elif isinstance(value, dict):
        yield value
        yield from _nodes(value.get("@graph"), depth + 1)
        yield from _nodes(value.get("mainEntity"), depth + 1)


def _types(node: dict[str, Any]) -> list[str]:
    kinds = node.get("@type")
    return [kind for kind in (kinds if isinstance(kinds, list) else [kinds]) if isinstance(kind, str)]


def _is_of(node: dict[str, Any], pattern: re.Pattern[str]) -> bool:
    return any(pattern.fullmatch(kind.rpartition("/")[2]) for kind in _types(node))


def _kind(page: Selector, metas: dict[str, str], nodes: Iterable[dict[str, Any]], *, is_article: bool) -> str:
    classes = set(page.xpath("string(//body/@class)").get("").split())
    if is_article or metas.get("og:type", "").lower().startswith(("article", "news")):
        return "list" if classes & _LISTS and not classes & {"single", "single-post"} else "article"
    if "single-post" in classes:
        return "article"
    is_list = any(kind in _LIST_TYPES for node in nodes for kind in _types(node))
    return "list" if is_list or (classes & _LISTS and "single" not in classes) else ""


# Times.


def moment_in(text: str, zone: tzinfo = BEIJING) -> Moment | None:
    """Return the first time in a text; the beginning of its day where it has no clock."""
    if moment := read_time(text, zone):
        return moment
    found = _DAY.search(text[:_TEXT])
    day = read_day(f"{found[1]}-{found[2]:0>2}-{found[3]:0>2}") if found else None
    return Moment(datetime(day.year, day.month, day.day, tzinfo=BEIJING), to_the_second=False) if day else None


def best_time(moments: Iterable[Moment]) -> Moment | None:
    """Return the first; of those within a day of it, one that tells more."""
    moments = list(moments)
    if not moments:
        return None
    near = [other for other in moments if abs(other.time - moments[0].time) <= timedelta(days=1)]
    return max(near, key=_precision)


def _precision(moment: Moment) -> int:
    has_clock = (moment.time.hour, moment.time.minute) != (0, 0)
    return 2 * moment.to_the_second + has_clock


def times_shown(page: Selector, zone: tzinfo = BEIJING) -> list[Moment]:
    """Return the times of `<time>` elements, but for those of changes."""
    found = []
    for element in page.css("time")[:10]:
        classes = " ".join(element.attrib.get(name, "") for name in ("class", "itemprop"))
        if not _CHANGED.search(classes):
            text = element.attrib.get("datetime") or element.xpath("string()").get("")
            found.append(moment_in(text, zone))
    titles = page.css("span[title], abbr[title]")[:30].xpath("@title").getall()  # as a theme of Hugo has it
    found += [read_time(_GO_ZONE.sub("", title), zone) for title in titles if _DAY.match(title)]
    return [moment for moment in found if moment]


def line_of(pieces: Sequence[Piece], zone: tzinfo = BEIJING) -> tuple[Moment | None, str]:
    """Return the time and the source that the texts between a headline and its article tell."""
    texts = [piece.text for piece in pieces]
    ordered = sorted(texts, key=lambda text: bool(_CHANGED.search(text)))
    joined = [f"{first} {second}" for first, second in pairwise(texts)]
    clocks = (read_time(text, zone) for text in (*ordered, *joined))
    time = next(filter(None, clocks), None) or next(filter(None, (moment_in(text, zone) for text in ordered)), None)
    return time, source_in(pieces)
