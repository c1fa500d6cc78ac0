"""The index of titles that the search of the site reads: cut by month, and within by what is looked for.

A month has files of *grams* and files of *rows*. A gram is a character, or two that stand together; `file_of` tells its
file, which lists the numbers of the posts that have it, each as its distance from the one before. The posts of a file
of rows follow each other. So a search reads, of each month, a file or two of grams, and the rows of what it found.
`output/assets/search.js` is the other half of this.
"""

import json
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import NamedTuple
from urllib.parse import quote

from finews_spider.archive.paths import TITLES
from finews_spider.tables.index import MEDIUM, PostIndex

FOLDER, MONTHS = "titles", TITLES
ROWS = 32  # of a file
POSTS_A_FILE = 16  # of grams; a month has so many files, a power of two, that there are about so many posts to each
MAX_FILES = 256


class Title(NamedTuple):
    """What the site shows of a post that was found."""

    title: str
    url: str
    day: str
    media: str

    @property
    def grams(self) -> set[str]:
        """Return the grams of title and medium."""
        text = unicodedata.normalize("NFKC", f"{self.title} {self.media}").lower()
        return {gram for word in text.split() for gram in (*word, *map("".join, pairwise(word)))}


def files(index: PostIndex) -> dict[str, str]:
    """Return the texts of all files of the index, by path, of the posts that the site builds."""
    made, months = {}, {}
    for month, titles in sorted(_by_month(index).items()):
        number = 1
        while number < min(len(titles) / POSTS_A_FILE, MAX_FILES):
            number *= 2
        months[month] = {"posts": len(titles), "files": number}
        for place in range(0, len(titles), ROWS):
            made[f"{FOLDER}/{month}/rows-{place // ROWS}.json"] = _lines(titles[place : place + ROWS])
        for place, grams in enumerate(_grams(titles, number)):
            made[f"{FOLDER}/{month}/grams-{place}.json"] = json.dumps(grams, ensure_ascii=False, separators=(",", ":"))
    (posts,) = index.db.execute("SELECT count(*) FROM posts WHERE path LIKE '\\_posts/%' ESCAPE '\\'").fetchone()
    made[MONTHS] = json.dumps({"posts": posts, "months": months}, indent=1) + "\n"
    return made


def file_of(gram: str, number: int) -> int:
    """Return which of so many files has the gram."""
    code = 0
    for sign in gram:
        code = code * 31 + ord(sign)
    return code % number


def _by_month(index: PostIndex) -> Mapping[str, list[Title]]:
    """Return titles by month, the oldest first: new ones come behind. A flash that has an article is left out."""
    is_built = "{}.path NOT LIKE 'old\\_post/%' ESCAPE '\\'"
    has_article = f"article.number = posts.number AND article.family = 'article' AND {is_built.format('article')}"
    rows = index.db.execute(
        f"SELECT title, category, published, id, {MEDIUM}, tag FROM posts WHERE {is_built.format('posts')}"
        f" AND NOT (family = 'flash' AND EXISTS (SELECT 1 FROM posts article WHERE {has_article})) ORDER BY key"
    )
    months: dict[str, list[Title]] = defaultdict(list)
    for title, category, published, id_, medium, tag in rows:
        day = published[:10]
        url = f"/{quote(category.lower(), safe='')}/{day.replace('-', '/')}/{id_}.html"
        months[day[:7]].append(Title(title, url, day, medium or tag.removesuffix("新闻")))
    return months


def _grams(titles: list[Title], number: int) -> Iterator[dict[str, list[int]]]:
    places: list[dict[str, list[int]]] = [defaultdict(list) for _ in range(number)]
    for place, title in enumerate(titles):
        for gram in title.grams:
            places[file_of(gram, number)][gram].append(place)
    for grams in places:
        yield {gram: [found[0], *(b - a for a, b in pairwise(found))] for gram, found in sorted(grams.items())}


def _lines(titles: list[Title]) -> str:
    rows = (json.dumps(title, ensure_ascii=False, separators=(",", ":")) for title in titles)
    return "[" + ",\n".join(rows) + "]"
