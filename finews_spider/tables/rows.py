"""A post as a row. The table has one row an id; posts tell all of it, but for what their evidence tells."""

import hashlib
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from finews_spider.archive import front_matter
from finews_spider.archive.posts import parse, unescape_markdown
from finews_spider.dates import read_time
from finews_spider.items import Article
from finews_spider.sources import known
from finews_spider.sources.parsing import media_name_in
from finews_spider.tables.files import PostFile
from finews_spider.tables.text import text_of

# The form of a post that a person has changed, or that an older tool wrote: the link and the way back end it.
_CONTENT = re.compile(r"\A\ufeff?---[ \t]*\r?\n(?s:.*?)\n(?:---|\.\.\.)[ \t]*\r?\n(?P<content>(?s:.*))\Z")
_END = re.compile(r"\s*^<(?P<link>[^<>\s]*)>\s*(?:^\[返回.*)?\s*\Z", re.MULTILINE)
_DIGEST = re.compile(r"\A\s*> ?(?P<digest>.*)(?:\r?\n)*")
_HEAD = 4096  # bytes in which the front matter of a twin is looked for


class Row(NamedTuple):
    """A post. All are texts; what is not known is empty. The README of an export says what each column is."""

    id: str
    number: str
    family: str
    title: str
    published: str
    medium: str
    category: str
    tag: str
    digest: str
    text: str
    html: str
    url: str
    path: str
    sha256: str
    captured: str
    evidence: str


COLUMNS = Row._fields
Captures = Mapping[tuple[str, str], tuple[str, str]]  # (captured, evidence) by id and SHA-256


class UnreadPost(NamedTuple):
    """A post's path, and why it is no row."""

    path: str
    why: str


class Rows:
    """Reads posts, and their twins: the medium of a flash is told by the article of the same number."""

    def __init__(self, output: Path, files: list[PostFile], captures: Captures | None = None) -> None:
        self._output = output
        self._files = files
        self._paths = {file.id: file.path for file in files}
        self._captures = captures or {}

    def __iter__(self) -> Iterator[Row | UnreadPost]:
        """Yield a row for each post, or why it is none."""
        return (self.row(file) for file in self._files)

    def row(self, file: PostFile) -> Row | UnreadPost:
        """Return a post's row, or why it is none."""
        try:
            return self._row(file, (self._output / file.path).read_bytes())
        except OSError as error:
            return UnreadPost(file.path, error.strerror or str(error))
        except ValueError as error:  # UnicodeError among them
            return UnreadPost(file.path, str(error))

    def _row(self, file: PostFile, data: bytes) -> Row:
        post = data.decode().replace("\0", "\ufffd")
        article, head = article_of(post, file.id), front_matter.fields(post)
        assert article.time
        sha256 = hashlib.sha256(data).hexdigest()
        captured, evidence = self._captures.get((file.id, sha256), ("", ""))
        row = Row(
            id=file.id,
            number=_number(file.id),
            family="flash" if article.is_flash else "article",
            title=article.title,
            published=article.time.isoformat(),
            medium=self._medium(article),
            category=_written(head, "categories", "category"),
            tag=_written(head, "tags"),
            digest=article.digest,
            text=text_of(article.body),
            html=article.body,
            url=article.share_link,
            path=file.path,
            sha256=sha256,
            captured=captured,
            evidence=evidence,
        )
        "".join(row).encode()  # half a character is no text
        return row

    def _medium(self, article: Article) -> str:
        if not article.is_flash:
            return article.media_name
        return next(filter(None, map(self._medium_of, _siblings(article.id))), "") or media_name_in(article.body)

    def _medium_of(self, id_: str) -> str:
        """Return the medium of an article's post; empty where there is none."""
        try:
            with (self._output / self._paths[id_]).open("rb") as file:
                head = file.read(_HEAD).decode("utf-8", "ignore")
            tag = _written(front_matter.fields(head), "tags")
        except (KeyError, OSError, ValueError):
            return ""
        return known.family_of(id_).media_name_of(tag)


def article_of(text: str, id_: str) -> Article:
    """Return the article of a post, also of one whose form is not quite the seed's.

    Raises ValueError where it tells no title or no time.
    """
    try:
        return parse(text, id_)
    except ValueError:
        return _article_of_other_form(text, id_)


def _article_of_other_form(text: str, id_: str) -> Article:
    head, found = front_matter.fields(text), _CONTENT.match(text)
    moment, title = read_time(_written(head, "date")), front_matter.value(head.get("title", ""))
    if not found or not title or not moment:
        raise ValueError(f"its front matter tells no {'title' if found and moment else 'time'}")
    family = known.family_of(id_)
    article = Article(source="", id=id_, url="", family=family, title=title, time=moment.time)
    article.media_name = family.media_name_of(_written(head, "tags"))
    content = found["content"]
    if end := _END.search(content):
        article.share_link, content = end["link"], content[: end.start()]
    if family.is_flash and (lead := _DIGEST.match(content)):
        article.digest, content = unescape_markdown(lead["digest"].strip()), content[lead.end() :]
    article.body = content.strip("\r\n")
    return article


def _written(head: Mapping[str, str], *keys: str) -> str:
    """Return the first of the keys that is there, also where it is a list of several."""
    written = next((head[key] for key in keys if key in head), "")
    try:
        return front_matter.value(written)
    except ValueError:
        return " ".join(part.strip().strip("\"'") for part in written.strip("[]").split(","))


def _scheme_ids(id_: str) -> tuple[str, tuple[str, ...]]:
    scheme = next((scheme for scheme in known.id_schemes() if id_ in scheme), known.id_schemes()[0])
    return scheme.number(id_), scheme.siblings(id_)


def _number(id_: str) -> str:
    return _scheme_ids(id_)[0]


def _siblings(id_: str) -> tuple[str, ...]:
    return _scheme_ids(id_)[1]
