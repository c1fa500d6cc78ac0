"""How well articles are found in the sixty judged pages, of which `tests/fixtures/feed_pages/README.md` tells."""

from collections.abc import Callable

import pytest

from tests.support.feed_pages import JudgedPage, Score, bare, judged_pages
from tests.support.nonempty import nonempty

PAGES = nonempty(judged_pages())
ARTICLES = nonempty([page for page in PAGES if page.expected["article"]])
OTHERS = nonempty([page for page in PAGES if not page.expected["article"]])
each_article = pytest.mark.parametrize("page", ARTICLES, ids=lambda page: str(page.name))
each_other = pytest.mark.parametrize("page", OTHERS, ids=lambda page: str(page.name))


def figures(*, with_selectors: bool) -> dict[str, float]:
    """All pages' together."""
    score = Score()
    for page in ARTICLES:
        score.add(page.expected["paragraphs"], page.paragraphs(with_selectors=with_selectors))
    return score.figures()


@each_article
def test_with_selectors_a_page_gives_its_paragraphs_and_nothing_else(page: JudgedPage) -> None:
    assert page.paragraphs(with_selectors=True) == [bare(text) for text in page.expected["paragraphs"]]


@each_article
def test_with_selectors_title_time_and_medium_are_as_expected(page: JudgedPage) -> None:
    found = page.read(with_selectors=True)
    assert found
    assert found.time
    assert (bare(found.title), found.time.time.isoformat()) == (bare(page.expected["title"]), page.expected["time"])
    assert not page.expected["media"] or found.media_name == page.expected["media"]


@each_other
@pytest.mark.parametrize("with_selectors", [True, False])
def test_a_page_that_is_no_article_is_refused(page: JudgedPage, with_selectors: bool) -> None:
    assert page.read(with_selectors=with_selectors) is None


@pytest.mark.parametrize(
    ("with_selectors", "least"),
    # Of the reader as it was first written, before these pages were read: 0.933, 0.460, 0.943, 0.702 without selectors.
    [(True, (1.0, 1.0, 1.0, 1.0)), (False, (0.98, 0.95, 0.99, 0.98))],
)
def test_recall_and_precision_of_all_pages_do_not_fall(
    with_selectors: bool, least: tuple[float, ...], record_property: Callable[[str, object], None]
) -> None:
    found = figures(with_selectors=with_selectors)
    record_property("figures", found)
    assert list(found) == [
        "recall of paragraphs",
        "precision of paragraphs",
        "recall of characters",
        "precision of characters",
    ]
    short = {name: value for (name, value), low in zip(found.items(), least, strict=True) if value < low}
    assert short == {}


@each_article
def test_without_selectors_title_and_time_are_as_expected(page: JudgedPage) -> None:
    found = page.read(with_selectors=False)
    assert found
    assert found.time
    assert (bare(found.title), found.time.time.isoformat()) == (bare(page.expected["title"]), page.expected["time"])
