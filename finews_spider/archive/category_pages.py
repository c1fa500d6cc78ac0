"""Category pages: `category/<slug>.html`, one for each category that the archive's posts have.

A page's title is the tag of its posts: pages of the existing site often had the name of another source. A page that is
there already is a person's; only `fix` touches it, and only the line of its title.

On a site without our layout the title of a new page is its `heading`: themes list every page that has a `title` in
their navigation (minima does), and there may be 2,000 categories.
"""

import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from finews_spider.archive import front_matter
from finews_spider.archive.atomic import TEMPORARY, write_all
from finews_spider.archive.paths import FOLDERS, category_page, id_in_post_name
from finews_spider.sources import known

LAYOUT = "_layouts/category.html"
HEAD = 4096  # bytes of a post that are read first; its front matter is hardly ever longer

_TITLES = ("title", "heading")  # the keys of it, in order

_LIST = """\
<h2>{{ page.heading | escape }}</h2>
<ul>
{%- for post in site.categories[page.category] %}
<li><a href="{{ site.baseurl }}{{ post.url | escape }}">{{ post.title | escape }}</a></li>
{%- endfor %}
</ul>
"""
_SLUG = re.compile(r"[A-Za-z0-9_-]{1,200}")
_SUFFIXES = (".html", ".md", ".markdown")  # all of them are built as the same page


@dataclass(slots=True)
class Category:
    """What the posts of one category tell of it."""

    slug: str
    posts: int = 0
    tags: Counter[str] = field(default_factory=Counter)
    newest: tuple[str, str] = ("", "")  # the day and time, and the tag, of the newest post that has one

    @property
    def tag(self) -> str:
        """The title of its page: the newest post's tag; empty when no post tells one."""
        return self.newest[1]

    def count(self, time: str, tag: str) -> None:
        """One more post."""
        self.posts += 1
        if tag:
            self.tags[tag] += 1
            self.newest = max(self.newest, (time, tag))


class State(StrEnum):
    """What is to be said of a category's page."""

    RIGHT = ""
    MISSING = "missing"
    WRONG = "wrong title"
    SHARED = "left alone, another category's"  # it differs in case, and the disk does not tell them apart
    UNTITLED = "left alone, no title to read"  # of another make
    NAMELESS = "missing, and no post tells a title"


@dataclass(frozen=True, slots=True)
class Page:
    """A category's page: where it is or belongs, what is to be said of it, and the title it has."""

    path: Path
    state: State
    title: str = ""


def ensure(output: Path, tags: Mapping[str, str]) -> list[Path]:
    """Write the pages that are missing of these categories, given as {slug: tag}; the paths of those that were written.

    A page that is there is not even read. Raises OSError where the disk refuses.
    """
    write = text if (output / LAYOUT).exists() else whole_text
    return [
        _write(output, path(slug), write(slug, tag)) for slug, tag in sorted(tags.items()) if not find(output, slug)
    ]


def path(slug: str) -> str:
    """Where the page belongs, below the output folder. Raises ValueError for what is no slug."""
    if not _SLUG.fullmatch(slug):
        raise ValueError(f"not a slug: {slug!r}")
    return category_page(slug)


def find(output: Path, slug: str) -> Path | None:
    """The category's page, in any of the forms that a person may have given it."""
    there = output / path(slug)
    return next((page for suffix in _SUFFIXES if os.path.lexists(page := there.with_suffix(suffix))), None)


def text(slug: str, tag: str) -> str:
    """A page, which the layout fills."""
    return f"---\nlayout: category\n{fields(slug, tag)}---\n"


def fields(slug: str, tag: str, key: str = "title") -> str:
    """Return the lines of front matter by which a page is a category's."""
    return f"{key}: {front_matter.quoted(tag)}\ncategory: {front_matter.scalar(slug)}\n"


def whole_text(slug: str, tag: str) -> str:
    """A page of a site that has no such layout: it lists the posts by itself."""
    return f"---\nlayout: default\n{fields(slug, tag, 'heading')}---\n{_LIST}"


def scan(output: Path, folders: Iterable[str] = FOLDERS) -> dict[str, Category]:
    """The categories of all posts in these folders, by slug. Only front matter is read: 40,000 posts take seconds."""
    found: dict[str, Category] = {}
    for post in _posts(output, folders):
        head = front_matter.fields(_head(post))
        slug = _value(head.get("categories") or head.get("category", ""))
        if _SLUG.fullmatch(slug):
            day = os.path.basename(post)[:10]  # noqa: PTH119 (40,000 of them)
            found.setdefault(slug, Category(slug)).count(day + head.get("date", ""), _value(head.get("tags", "")))
    return dict(sorted(found.items()))


def of(post: Path) -> str:
    """The slug of the category that the post is in; empty where it does not tell."""
    head = front_matter.fields(_head(str(post)))
    return _value(head.get("categories") or head.get("category", ""))


def page(output: Path, category: Category) -> Page:
    """How the category's page is."""
    there = find(output, category.slug)
    if not there:
        return Page(output / path(category.slug), State.MISSING if category.tag else State.NAMELESS)
    head = front_matter.fields(_text(there))
    title = next((title for key in _TITLES if (title := _value(head.get(key, "")))), "")
    owner = _value(head.get("category", "")) or category.slug
    if owner != category.slug and owner.lower() == category.slug.lower():
        return Page(there, State.SHARED, title)
    if there.is_symlink() or not title:
        return Page(there, State.UNTITLED)
    right = not category.tag or title in (category.tag, *map(category.tag.removesuffix, known.tag_endings()))
    return Page(there, State.RIGHT if right else State.WRONG, title)


def fix(output: Path, category: Category, page: Page) -> bool:
    """Write a page that is missing, or the line of a title that is wrong; whether it could be done."""
    if page.state is State.MISSING:
        return bool(ensure(output, {category.slug: category.tag}))
    if page.state is not State.WRONG:
        return False
    text = _text(page.path)
    key = next(key for key in _TITLES if _value(front_matter.fields(text).get(key, "")))
    fixed = front_matter.with_field(text, key, front_matter.quoted(category.tag))
    if fixed is not None:
        _write(output, str(page.path.relative_to(output)), fixed)
    return fixed is not None


def same_but_for_case(slugs: Iterable[str]) -> list[list[str]]:
    """Slugs that are one file on some disks, TechWeb and Techweb, together."""
    by_lower: dict[str, list[str]] = {}
    for slug in sorted(slugs):
        by_lower.setdefault(slug.lower(), []).append(slug)
    return [alike for alike in by_lower.values() if len(alike) > 1]


def _posts(output: Path, folders: Iterable[str]) -> Iterator[str]:
    for folder in folders:
        for parent, _, names in os.walk(output / folder):
            yield from (f"{parent}/{name}" for name in names if id_in_post_name(name))


def _head(post: str) -> str:
    """The post's front matter; empty when it is gone or cannot be read."""
    try:
        with open(post, "rb", opener=_at_once) as file:
            head = file.read(HEAD)
            if b"\n---" not in head:
                head += file.read()
        return head[: head.find(b"\n---") + 4].decode()
    except (OSError, UnicodeDecodeError):
        return ""


def _at_once(path: str, flags: int) -> int:
    """Open it, and wait for nobody where it is a pipe."""
    return os.open(path, flags | os.O_NONBLOCK)


def _value(scalar: str) -> str:
    try:
        return front_matter.value(scalar)
    except ValueError:
        return ""


def _text(there: Path) -> str:
    """The page as it is, line ends and all; empty for one that is not UTF-8."""
    try:
        return there.read_bytes().decode()
    except (OSError, UnicodeDecodeError):
        return ""


def _write(output: Path, path: str, text: str) -> Path:
    """Whole or not at all, by a name that was free or by that of the page that is fixed."""
    (output / TEMPORARY).mkdir(parents=True, exist_ok=True)
    (error,), _ = write_all(output, [(output / path, text)])
    if error:
        raise error
    return output / path
