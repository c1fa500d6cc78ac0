"""Checks category pages: whether each category has one, with its title; what is none is set aside and written anew."""

import shutil
from collections.abc import Iterator
from pathlib import Path

from finews_spider.archive import category_pages
from finews_spider.archive.category_pages import Category, Page, State
from finews_spider.evidence.checks import Fault, fixed_by
from finews_spider.evidence.git_history import GitHistory
from finews_spider.evidence.mend import ASIDE


def checked_pages(output: Path, history: GitHistory | None, *, fix: bool) -> Iterator[tuple[Fault, bool]]:
    """Yield what is wrong with pages, and whether it is mended. Raises OSError."""
    for category in category_pages.scan(output).values():
        page = category_pages.page(output, category)
        name = page.path.relative_to(output).as_posix()
        if page.state is State.UNTITLED and (why := _torn(page.path, name, history)):
            yield Fault("category page", name, why, fixed_by("writes it")), fix and _replaced(output, category, page)
        elif page.state in (State.MISSING, State.WRONG):
            fault = Fault("category page", name, page.state, fixed_by("writes it"))
            yield fault, fix and category_pages.fix(output, category, page)


def _torn(path: Path, name: str, history: GitHistory | None) -> str:
    """Return why it is no page; empty for one of another make, and for what somebody committed as it is."""
    if not path.exists():
        return "it is a link to nothing"
    if not path.is_file():
        return "it is no file"
    data = path.read_bytes()
    if history and history.is_equal(name, data):
        return ""
    if not data:
        return State.MISSING
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return "it is no text in UTF-8"
    return "" if text.startswith("---") and "\n---" in text[3:] else "it has no whole front matter"


def _replaced(output: Path, category: Category, page: Page) -> bool:
    """Write the page anew; what is in its place is kept, and a folder stays."""
    if page.path.is_dir():
        return False
    if page.path.exists() and page.path.stat().st_size:
        (output / ASIDE).mkdir(exist_ok=True)
        shutil.move(page.path, output / ASIDE / page.path.name)
    else:
        page.path.unlink()
    return category_pages.fix(output, category, Page(page.path, State.MISSING))
