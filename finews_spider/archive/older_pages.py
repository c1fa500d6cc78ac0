"""Pages for what the home page and long category pages do not list: `older/2.html`, `older/<slug>/2.html`, and so on.

Jekyll makes one page of one file, so these are written ahead of the posts, and the layout `older` lists what is there.
Categories are counted when the home page needs one more, 500 posts later, and after posts have moved: so long a page
ahead is enough. A category of up to 1,000 posts is one page. None is removed: no link leads to one that is empty.
"""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from finews_spider.archive import category_pages, front_matter
from finews_spider.archive.atomic import write_all
from finews_spider.archive.paths import OLDER, POSTS

LAYOUT = "_layouts/older.html"
ON_HOME = 200  # posts on the home page
PER_PAGE = 500  # as the layouts have it; also of the first page of a category that is longer than one page
TITLE = "更早的文章"


def are_kept(output: Path) -> bool:
    """Return whether the site has a layout for them."""
    return (output / LAYOUT).is_file()


def ensure(output: Path, posts: int, note: Callable[[Iterable[str]], None], *, recount: bool = False) -> None:
    """Write the pages that are missing, of a site that has the layout and so many posts to build.

    `recount`: count categories also where the home page needs no other. `note` hears of the pages before they are
    written. Raises OSError where the disk refuses.
    """
    if posts <= ON_HOME or not are_kept(output):
        return
    pages = dict(_missing(output, "", posts, f"title: {front_matter.quoted(TITLE)}\n"))
    if pages or recount:
        for category in category_pages.scan(output, (POSTS,)).values():
            if category.posts > PER_PAGE and category.tag:
                pages.update(
                    _missing(output, category.slug, category.posts, category_pages.fields(category.slug, category.tag))
                )
    if not pages:
        return
    note(pages)
    errors, _ = write_all(output, [(output / path, text) for path, text in pages.items()])
    for error in filter(None, errors):
        raise error


def _missing(output: Path, slug: str, posts: int, fields: str) -> Iterator[tuple[str, str]]:
    """Yield path and text of each page that is not there, up to one more than the posts need."""
    for number in range(2, posts // PER_PAGE + 3):
        path = "/".join(filter(None, (OLDER, slug, f"{number}.html")))
        if not (output / path).exists():
            yield path, f"---\nlayout: older\n{fields}number: {number}\n---\n"
