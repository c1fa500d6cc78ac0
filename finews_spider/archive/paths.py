"""Where posts lie below the output folder: the one place that names these folders and files."""

import re

from finews_spider.exceptions import ConfigurationError

POSTS = "_posts"
OLD = "old_post"  # posts that retention moved; Jekyll passes it by
OLD_BUILT = "_old_post"  # the same as a collection, which Jekyll builds
FOLDERS = (POSTS, OLD, OLD_BUILT)

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
