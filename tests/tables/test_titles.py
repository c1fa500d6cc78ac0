"""The index of titles: every part of a title leads to it, and one search reads little of it."""

import gzip
import json
import unicodedata
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from finews_spider.ledger.database import Ledger
from finews_spider.ledger.unpublished import Unpublished
from finews_spider.tables.index import use
from finews_spider.tables.site_titles import is_due
from finews_spider.tables.titles import MONTHS, ROWS, file_of, files
from tests.conftest import Site
from tests.support.nonempty import nonempty
from tests.support.posts import TIME, article, flash, write
from tests.tables.conftest import run
from tools.texts import substrings, texts

BUDGET = 100_000  # bytes, packed, of one search


def index_of(output: Path) -> dict[str, Any]:
    def make(index: Any) -> dict[str, str]:
        index.sync()
        return files(index)

    return {path: json.loads(text) for path, text in use(output, make).items()}


def rows_of(found: dict[str, Any], month: str) -> list[list[str]]:
    paths = sorted((path for path in found if f"{month}/rows-" in path), key=lambda path: int(path[20:-5]))
    return [row for path in paths for row in found[path]]


def titles_with(found: dict[str, Any], month: str, gram: str) -> list[str]:
    """As the script of the site looks them up."""
    number, numbers = 0, []
    grams = found[f"titles/{month}/grams-{file_of(gram, found[MONTHS]['months'][month]['files'])}.json"]
    for distance in grams.get(gram, []):
        number += distance
        numbers.append(number)
    return [rows_of(found, month)[number][0] for number in numbers]


@pytest.mark.slow
def test_every_gram_leads_to_all_titles_that_have_it(output: Path) -> None:
    heads = [text.replace("\n", " ") for text in texts(150, seed=4, length=(10, 30))]
    write(output, *(article(n, time=TIME + timedelta(minutes=n), title=head) for n, head in enumerate(heads)))
    found = index_of(output)
    assert found[MONTHS] == {"posts": 150, "months": {"2021-12": {"posts": 150, "files": 16}}}
    assert [row[0] for row in rows_of(found, "2021-12")] == heads
    for gram in nonempty(substrings(heads, 40, seed=3, length=(1, 2))):
        gram = unicodedata.normalize("NFKC", gram).lower()[:2]
        want = [head for head in heads if gram in unicodedata.normalize("NFKC", head).lower()]
        assert titles_with(found, "2021-12", gram) == want


def test_a_row_has_what_is_shown(output: Path) -> None:
    write(output, article(1, media_name="TechWeb"), flash(2, time=TIME + timedelta(minutes=1)))
    rows = rows_of(index_of(output), "2021-12")
    assert rows == [
        ["标题1", f"/techweb/2021/12/30/{article(1).id}.html", "2021-12-30", "TechWeb"],
        ["快讯2", f"/emnews/2021/12/30/{flash(2).id}.html", "2021-12-30", "东财滚动"],
    ]


def test_a_category_leads_to_no_other_host(output: Path) -> None:
    (path,) = write(output, article(1))
    path.write_text(path.read_text(encoding="utf-8").replace("zhongguozhengquanbao", "/a.example"), "utf-8")
    ((_, url, *_),) = rows_of(index_of(output), "2021-12")
    assert url == f"/%2Fa.example/2021/12/30/{article(1).id}.html"


def test_a_flash_that_has_an_article_and_posts_that_are_not_built_are_left_out(output: Path) -> None:
    one, _, three = write(output, article(1), flash(1), article(3))
    (output / "old_post").mkdir()
    three.rename(output / "old_post" / three.name)
    assert [row[0] for row in rows_of(index_of(output), "2021-12")] == ["标题1"]
    one.rename(output / "old_post" / one.name)
    assert [row[0] for row in rows_of(index_of(output), "2021-12")] == ["快讯1"]


@pytest.mark.slow
def test_a_search_at_50000_posts_a_year_reads_little(output: Path) -> None:
    """What `output/assets/search.js` reads at most: 20 files, all of grams where nothing is found, and search.json."""
    heads = [" ".join(text.split()) for text in texts(4_200, seed=4, length=(18, 30))]
    media = ["中国证券报", "上海证券报", "证券时报", "每日经济新闻", "财联社"]
    for number, head in enumerate(heads):
        moment = TIME.replace(day=1) + timedelta(minutes=9 * number)
        write(output, article(number, time=moment, title=head, media_name=media[number % 5]))

    def make(index: Any) -> dict[str, str]:
        index.sync()
        return files(index)

    texts_of = use(output, make)
    packed = {path: len(gzip.compress(text.encode())) for path, text in texts_of.items()}
    grams = sorted((size for path, size in packed.items() if "/2021-12/grams-" in path), reverse=True)
    rows = [size for path, size in packed.items() if "/2021-12/rows-" in path]
    assert (len(grams), len(rows)) == (256, -(-4_200 // ROWS))
    newest = [
        {"title": row[0], "url": row[1], "day": row[2], "media": row[3]}
        for row in rows_of({path: json.loads(text) for path, text in texts_of.items()}, "2021-12")[-600:]
    ]
    rest = len(gzip.compress(json.dumps(newest, ensure_ascii=False).encode()))
    print(grams[:20], max(rows), rest)
    assert rest + sum(grams[:20]) < BUDGET
    assert rest + sum(grams) * 10 // 256 + 10 * max(rows) < BUDGET


def test_only_files_that_changed_are_written_and_are_to_be_published(output: Path) -> None:
    write(output, *(article(n, time=TIME + timedelta(seconds=n)) for n in range(2)))
    write(output, article(9, time=TIME + timedelta(days=60)))
    ran = run(output, "titles")
    assert (ran.code, ran.out) == (0, f"{output}/titles: 5 files; 5 written, 0 removed\n")
    assert run(output, "titles").out == f"{output}/titles: 5 files; 0 written, 0 removed\n"
    for path in output.glob("_posts/2022/**/*.md"):
        path.unlink()
    assert run(output, "titles").out == f"{output}/titles: 3 files; 1 written, 2 removed\n"
    with Ledger(output) as ledger:
        noted = [*Unpublished(ledger)]
    assert {"_data/titles.json", "titles/2022-02/rows-0.json", "titles/2021-12/grams-0.json"} <= set(noted)
    assert json.loads((output / MONTHS).read_text()) == {"posts": 2, "months": {"2021-12": {"posts": 2, "files": 1}}}


def months_of(site: Site) -> Any:
    return json.loads((site.output / MONTHS).read_text(encoding="utf-8"))


@pytest.mark.slow
def test_a_run_has_the_index_follow_where_there_is_one(site: Site) -> None:
    assert site.crawl().code == 0
    assert not (site.output / MONTHS).exists()
    assert run(site.output, "titles").code == 0
    before = months_of(site)
    gone = max(site.output.glob("_posts/**/*.md"))
    gone.unlink()
    assert run(site.output, "owed", "--forget", gone.stem[11:]).code == 0
    assert site.crawl().code == 0
    assert months_of(site)["posts"] == before["posts"] - 1
    (site.output / MONTHS).write_text("damaged")
    assert site.crawl().code == 0
    assert months_of(site)["posts"] == before["posts"] - 1


def test_it_is_written_again_when_many_posts_came_or_one_has_gone(output: Path) -> None:
    assert not is_due(output, 10)
    (output / "_data").mkdir()
    (output / MONTHS).write_text('{"posts": 1000, "months": {}}')
    assert [is_due(output, posts) for posts in (999, 1000, 1299, 1300)] == [True, False, False, True]
    (output / MONTHS).write_text("[]")
    assert is_due(output, 1000)
