"""Whatever text comes from outside, the files that it gives have plain names inside the output folder."""

import re
import string
from collections.abc import Iterator
from datetime import date, datetime, time
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finews_spider.archive import category_pages
from finews_spider.archive.archive import Archive
from finews_spider.archive.paths import FOLDERS, POST_PATHS, id_in_post_name
from finews_spider.dates import BEIJING
from finews_spider.ledger.database import Ledger
from finews_spider.ledger.posts import Index
from finews_spider.slugs import slug
from finews_spider.sources import known
from finews_spider.sources.eastmoney_ids import IDS, id_in_url

NUMBER = "202112302230672549"
DAYS = st.dates(date(1900, 1, 1), date(2099, 12, 31))
TRICKS = [
    *r"../ ..\ / \ // %2e%2e%2f %252e ..%c0%af ．．／ \\host\ C: file:// . ~ $HOME `id` ; | %00 ' {{ {% <".split(),
    *"CON aux .git _posts -rf -- .md .html 证券 é".split(),
    *('"', "\0", "\n", "\r", " ", "\u202e", "\u200b", "\U0001f600", "a" * 5000, NUMBER, f"NW{NUMBER}"),
]
OUTPUT = Path("/site")
HOSTILE = st.lists(st.one_of(st.sampled_from(TRICKS), st.text(max_size=8)), max_size=6).map("".join)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    with Ledger(tmp_path_factory.mktemp("names")) as ledger:
        yield Index(ledger, FOLDERS, id_in_post_name)


@given(text=HOSTILE, day=DAYS, pattern=st.sampled_from(sorted(POST_PATHS.values())))
def test_an_id_is_the_name_of_a_file_in_the_output_folder_or_none(
    index: Index, text: str, day: date, pattern: str
) -> None:
    archive = Archive(OUTPUT, index, pattern)
    midnight = datetime.combine(day, time(0, tzinfo=BEIJING))
    if known.is_id(text):
        assert is_plain(archive.path(text, midnight).relative_to(OUTPUT))
    else:
        with pytest.raises(ValueError, match="not an id"):
            archive.path(text, midnight)


@given(text=HOSTILE)
def test_an_id_in_a_link_is_an_id(text: str) -> None:
    for url in (text, f"https://a.example/{text}", f"/a/{text}.html", f"?infoCode={text}", f"?infoCode={quote(text)}"):
        found = id_in_url(url)
        assert found is None or found in IDS


@given(name=HOSTILE)
def test_a_category_page_is_a_file_in_the_output_folder_or_none(name: str) -> None:
    try:
        page = category_pages.path(slug(name))
    except ValueError:
        assert slug(name) == ""
    else:
        assert is_plain(Path(page))


@given(text=HOSTILE)
def test_no_other_text_is_a_slug(text: str) -> None:
    try:
        page = category_pages.path(text)
    except ValueError:
        return
    assert is_plain(Path(page))


def is_plain(path: Path) -> bool:
    """Whether it lies below, and nothing but letters, digits, - and _ is in it, before an ending."""
    *folders, name = path.parts
    allowed = set(string.ascii_letters + string.digits + "-_")
    return (
        not path.is_absolute()
        and all(set(folder) <= allowed for folder in folders)
        and re.fullmatch(r"[A-Za-z0-9_-]+\.(md|html)", name) is not None
    )
