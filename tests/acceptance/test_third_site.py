"""A source whose ids are of another kind, at the front door: nothing but its module and its table knows of them."""

import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from finews_spider.archive.posts import render
from finews_spider.crawl.articles import FOREIGN_POST
from tests.conftest import FULL_SPEED, Ran, run_forked
from tests.support import existing
from tests.support.forks import PREPARE
from tests.support.third_site import ThirdSite, served, third_site
from tests.support.trees import Tree, set_identity

pytestmark = pytest.mark.slow  # a process a run: the source is not of those that are loaded before

STORIES = ["2021-12-a-battery-boom", "2021-12-a-title-in-words", "2021-11-older-news", "2021-11-oldest-news"]
POST = "_posts/2021/12/30/2021-12-30-2021-12-a-battery-boom.md"
FOREIGN = "_posts/2021-12-30-202112302230672549.md"  # of the other sources, which these runs do not read
# The source finews, of a host on which nobody listens.
FINEWS = """\
[finews]
site = "http://127.0.0.1:1"
share = []
origin = []
text_path = "/{id}"
share_link = "http://127.0.0.1:1/{id}"
flash_link = "http://127.0.0.1:1/{id}"
"""
OWN = "_posts/2021-12-30-a-title-in-words.md"  # a person's


@dataclass
class Third:
    """An output folder that is fed from the third site."""

    output: Path
    site: ThirdSite
    tables: str = ""  # of sources that stand before it in the sources file

    def scrapy(self, *words: str, **settings: str) -> Ran:
        """`scrapy …`, in a process that knows the source; what the site was asked for is written anew."""
        sources = self.output.with_suffix(".toml")
        sources.write_text(f'{self.tables}[third]\nsite = "{self.site.url}"\n', encoding="utf-8")
        options = {**FULL_SPEED, "FINEWS_OUTPUT": str(self.output), "FINEWS_SOURCES_FILE": str(sources), **settings}
        settings_given = [word for name, value in options.items() for word in ("-s", f"{name}={value}")]
        del self.site.requested[:]
        return run_forked(*words, *settings_given, environment={PREPARE: "tests.support.third_site"})

    def crawl(self, *arguments: str, **settings: str) -> Ran:
        return self.scrapy("crawl", "finews", *(word for entry in arguments for word in ("-a", entry)), **settings)

    def posts(self) -> dict[str, str]:
        """The posts of the third site, by their ids."""
        found = self.output.glob("*/[0-9]*/**/*.md")
        return {path.stem[11:]: path.read_text(encoding="utf-8") for path in found}

    def report(self) -> dict[str, Any]:
        """Of the last run, what it says of the source."""
        (*_, last) = sorted(self.output.glob(".finews/runs/*.json"), key=lambda path: path.stat().st_mtime_ns)
        found: dict[str, Any] = json.loads(last.read_text(encoding="utf-8"))["sources"]["third"]
        return found

    def articles_asked(self) -> list[str]:
        return [path for path in self.site.requested if re.match(r"/(?:20|b/)", path)]


@pytest.fixture
def third(tmp_path: Path) -> Iterator[Third]:
    with served(third_site()) as site:
        yield Third(tmp_path / "site", site)


@pytest.fixture(scope="module")
def first_run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Third, Ran]]:
    """What a run left in a folder where other posts are. Tests take `archived`, a copy."""
    with served(third_site()) as site:
        third = Third(tmp_path_factory.mktemp("third") / "site", site)
        other = next(existing.articles(1))
        for path, text in {FOREIGN: render(other, existing.SITE), OWN: "---\nlayout: post\n---\n文\n"}.items():
            (third.output / path).parent.mkdir(parents=True, exist_ok=True)
            (third.output / path).write_text(text, encoding="utf-8")
        yield third, third.crawl()


@pytest.fixture
def archived(first_run: tuple[Third, Ran], tmp_path: Path) -> Iterator[Third]:
    third, _ = first_run
    stories = [replace(story) for story in third.site.stories]
    shutil.copytree(third.output, tmp_path / "site")
    yield replace(third, output=tmp_path / "site")
    third.site.stories, third.site.failing = stories, set()


def briefs(of: Third) -> list[str]:
    return [story.id for story in of.site.briefs]


def test_every_article_becomes_one_post(first_run: tuple[Third, Ran]) -> None:
    third, ran = first_run
    assert ran.code == 0, ran.err
    assert third.posts().keys() == {*STORIES, *briefs(third)}
    assert third.report()["archived"] == 6


def test_a_row_whose_id_could_be_no_file_name_costs_that_row(first_run: tuple[Third, Ran]) -> None:
    assert first_run[0].report()["skipped"] == {"no id": 1}


def test_a_post_is_named_by_its_id_and_bears_the_media_names_tag_and_the_sources_link(
    first_run: tuple[Third, Ran],
) -> None:
    third, _ = first_run
    assert (third.output / POST).read_text(encoding="utf-8") == (
        "---\nlayout: post\n"
        'title: "储能产业将在云岭发力"\n'
        "date: 2021-12-30 07:57:23 +0800\ncategories: yuanshanribao\ntags: 远山日报报道\n---\n"
        "<p>各地稳步推进示范项目，企业订单回暖，业内人士认为趋势将持续。</p>\n\n"
        f"<{third.site.url}/2021/12/a-battery-boom>\n\n"
        "[返回远山日报报道](//finews.withounder.com/category/yuanshanribao.html)｜[返回首页](//finews.withounder.com/)"
    )


def test_a_brief_is_a_digest_with_its_body_in_the_category_of_its_family(first_run: tuple[Third, Ran]) -> None:
    third, _ = first_run
    brief, bare = (third.posts()[id_].split("---\n", 2) for id_ in briefs(third))
    assert "categories: kuaibao\ntags: 快报\n" in brief[1]
    assert brief[2].startswith("> 远山转债今日上市。\n\n<p>各地")
    assert bare[2].startswith(f"> 云岭今日停牌。\n\n<{third.site.url}/b/")
    assert "[返回快报](//finews.withounder.com/category/kuaibao.html)" in bare[2]


def test_a_second_run_asks_for_no_article(archived: Third) -> None:
    ran = archived.crawl()
    assert (ran.code, archived.articles_asked()) == (0, [])
    assert archived.report()["known"] == 4  # of the list's second page nothing is asked
    assert "/news/?page=2" not in archived.site.requested


def test_a_backfill_reads_back_through_the_window(third: Third) -> None:
    ran = third.crawl("since=2021-11-01", "until=2021-11-30")
    assert ran.code == 7, ran.err  # nobody knows what came before the oldest row
    assert "days of the window covered by no list: 2021-11-01 to" in ran.out
    assert third.posts().keys() == {"2021-11-older-news", "2021-11-oldest-news"}
    assert "/news/?page=2" in third.site.requested
    assert third.crawl().code == 0
    assert third.posts().keys() == {*STORIES, *briefs(third)}


def test_one_link_is_one_article(third: Third) -> None:
    assert third.crawl(f"url={third.site.url}/2021/12/a-title-in-words").code == 0
    assert list(third.posts()) == ["2021-12-a-title-in-words"]
    refused = third.crawl(f"url={third.site.url}/2021/12/A-Title")
    assert refused.code == 2
    assert "names no article of third" in refused.err


def test_an_edit_is_written_in_its_place_and_nothing_else_is(archived: Third) -> None:
    before = archived.posts()
    story = archived.site.stories[0]
    story.title, story.body = "更正：储能产业将在远山发力", story.body.replace("回暖", "转冷")
    ran = archived.crawl("refresh=99999")
    assert ran.code == 0, ran.err
    after = archived.posts()
    assert [id_ for id_ in before if before[id_] != after[id_]] == ["2021-12-a-battery-boom"]
    assert "转冷" in (archived.output / POST).read_text(encoding="utf-8")
    assert (archived.report()["edited"], archived.report()["unchanged"]) == (1, 5)
    assert len(archived.articles_asked()) == 6  # none for the post of another source, of which nothing is said either
    assert FOREIGN_POST not in ran.err


def test_a_post_is_looked_at_by_a_source_that_has_such_ids_also_where_the_site_has_moved(archived: Third) -> None:
    """Its link tells no source then, and another source stands first."""
    with served(ThirdSite(archived.site.stories)) as moved:
        archived = replace(archived, site=moved, tables=FINEWS)
        assert archived.crawl("refresh=99999").code == 4  # the other source's site is none
        assert archived.report()["unchanged"] == 6


def test_what_cannot_be_had_is_owed_by_its_id(third: Third) -> None:
    third.site.failing = {"/2021/12/a-title-in-words"}
    assert third.crawl().code == 3
    assert third.scrapy("owed").out.startswith("2021-12-a-title-in-words  owed  third  一题\n")
    third.site.failing = set()
    assert third.scrapy("owed", "--retry").code == 0
    assert third.crawl().code == 0
    assert third.articles_asked() == ["/2021/12/a-title-in-words"]


def test_what_is_forgotten_is_not_asked_for(third: Third) -> None:
    assert third.scrapy("crawl", "finews", "-a", f"url={third.site.url}/2021/11/older-news").code == 0
    for id_ in ("2021-12-a-title-in-words", *briefs(third)):
        assert third.scrapy("owed", "--forget", id_).code == 0
    assert third.scrapy("owed", "--forget", "a-title-in-words").code == 2
    assert third.crawl().code == 0
    assert third.posts().keys() == {*STORIES} - {"2021-12-a-title-in-words"}


def test_posts_are_learned_from_their_names_and_a_persons_are_nobodys(archived: Third) -> None:
    (archived.output / ".finews" / "ledger.sqlite").unlink()
    assert "ledger.sqlite: 7 posts" in archived.scrapy("reindex").out
    assert archived.crawl().code == 0
    assert archived.articles_asked() == []


def test_its_categories_have_pages(archived: Third) -> None:
    assert "missing: emnews/index.html" in archived.scrapy("categories", "--fix").out  # of the foreign post alone
    ran = archived.scrapy("categories")
    assert ran.code == 0, ran.out
    assert "      4  yuanshanribao  远山日报报道\n      2  kuaibao  快报\n" in ran.out
    page = archived.output / "category" / "yuanshanribao.html"
    page.write_text(page.read_text(encoding="utf-8").replace("报道", ""), encoding="utf-8")
    assert "wrong" not in archived.scrapy("categories").out  # the media name alone is right too
    page.write_text(page.read_text(encoding="utf-8").replace("日报", "晚报"), encoding="utf-8")
    assert "wrong title" in archived.scrapy("categories").out


def test_old_posts_move_and_stay_known(archived: Third) -> None:
    assert archived.crawl(FINEWS_KEEP_DAYS="30").code == 0
    moved = {path.stem[11:] for path in (archived.output / "old_post").glob("**/*.md")}
    assert moved == {*STORIES, *briefs(archived), "202112302230672549"}
    assert (archived.output / OWN).exists()
    assert archived.crawl().code == 0
    assert archived.articles_asked() == []


def test_a_commit_counts_its_posts(third: Third, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    set_identity(tmp_path / "home", monkeypatch)
    tree = Tree(third.output)
    third.output.mkdir()
    tree.git("init", "-q")
    tree.save("_config.yml", "title: 新闻\n")
    assert third.crawl(FINEWS_PUBLISH="commit").code == 0
    message = existing.git(third.output, "log", "-1", "--format=%B")
    assert message.startswith("6 new posts in 2 categories\n")
    assert "Finews-New: 6\nFinews-Categories: 2\n" in message


def test_the_doctor_looks_at_it(third: Third) -> None:
    ran = third.scrapy("doctor")
    assert ran.code == 0, ran.out
    assert third.articles_asked() == ["/2021/12/a-battery-boom"]
    third.site.failing = {"/news/?page=1", "/briefs.json"}
    ran = third.scrapy("doctor")
    assert ran.code == 4
    assert f"third, page: not asked\n  {third.site.url}/2000/01/a-title-in-words\n" in ran.out
