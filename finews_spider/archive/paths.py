"""Where posts and category pages lie below the output folder: the one place that names these folders and files."""

import re
from functools import cache

from finews_spider.exceptions import ConfigurationError
from finews_spider.sources import known
from finews_spider.sources.ids import SAFE_ID

POSTS = "_posts"
OLD = "old_post"  # posts that retention moved; Jekyll passes it by
OLD_BUILT = "_old_post"  # the same as a collection, which Jekyll builds
FOLDERS = (POSTS, OLD, OLD_BUILT)
INDEX = "index.html"
TITLES = "_data/titles.json"  # of a site that has an index of titles
OLDER = "older"  # pages of what lists do not have on their first

BY_DAY = "_posts/{year}/{month}/{day}/{year}-{month}-{day}-{id}.md"
FLAT = "_posts/{year}-{month}-{day}-{id}.md"
POST_PATHS = {"by-day": BY_DAY, "flat": FLAT}

_PATTERN = re.compile(r"_posts/(?:[\w.-]+/|\{(?:year|month|day)\}/)*\{year\}-\{month\}-\{day\}-\{id\}\.(?:md|markdown)")


def post_pattern(value: str) -> str:
    """The pattern of post paths that the setting FINEWS_POST_PATH gives, by name or as it is.

    Raises ConfigurationError for one that Jekyll would not find, or in which ids and days would not tell posts apart.
    """
    pattern = POST_PATHS.get(value, value)
    if not _PATTERN.fullmatch(pattern) or ".." in pattern:
        raise ConfigurationError(
            f"FINEWS_POST_PATH: {value!r} is not accepted; use {', '.join(POST_PATHS)}, or a path like {BY_DAY}"
        )
    return pattern


def id_in_post_name(name: str) -> str | None:
    """Return the id in a post's file name, `2021-12-30-NW202112302230672549.md`, of any source that finews knows.

    None for any other file: posts of a person are nobody's.
    """
    found = _post_name().fullmatch(name)
    return found["id"] if found else None


def category_page(slug: str) -> str:
    """Return where the page of a category belongs, below the output folder."""
    has_folder = any(family.has_folder and family.category == slug for family in known.families())
    return f"{slug}/{INDEX}" if has_folder else f"category/{slug}.html"


def category_link(slug: str) -> str:
    """Return what a link to that page has after the site's address."""
    return category_page(slug).removesuffix(INDEX)


@cache
def _post_name() -> re.Pattern[str]:
    """Return one pattern for all ids: a folder may hold a million names."""
    ids = "|".join(f"(?:{pattern})" for scheme in known.id_schemes() for pattern in scheme.patterns)
    return re.compile(
        rf"[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}-(?=(?:{SAFE_ID})\.[a-z]+\Z)(?P<id>{ids})\.(?:md|markdown|html)"
    )
