"""Runs in a repository of the existing site's shape and size: nothing is touched but what is new, and all is known."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from finews_spider.newsroom.server import Newsroom
from finews_spider.newsroom.world import Story, World
from finews_spider.slugs import slug
from tests.conftest import Ran, Site, run_forked
from tests.support import existing
from tests.support.existing import UNTITLED, WRONG, fingerprints, git
from tests.support.nonempty import nonempty
from tests.support.whole import whole

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("existing")]  # one repository for all
POSTS = whole(40_000, 20_000)
SETTINGS = {"FINEWS_PUBLISH": "commit", "FINEWS_POST_PATH": "flat"}
POST = """---
layout: post
title: 当时的题
date: {time:%F %T} +0800
categories: {category}
tags: {media_name}新闻
---
<p>当时的正文</p>
"""


@dataclass
class Crawled:
    """The repository after a run, its files before and after, and the stories that had posts before."""

    site: Site
    ran: Ran
    before: dict[str, tuple[int, str]]
    after: dict[str, tuple[int, str]]
    archived: list[Story]
    requested: list[str]

    @property
    def new(self) -> set[str]:
        """The files that the run added."""
        return self.after.keys() - self.before.keys()

    def copy(self, folder: Path) -> Site:
        """To change."""
        shutil.copytree(self.site.output, folder, copy_function=copy_or_link)
        return Site(folder, self.site.room)


@pytest.fixture(scope="module")
def crawled(world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crawled]:
    archived = [story for story in world if story.in_article and not story.in_flash][::2]
    output = tmp_path_factory.mktemp("existing") / "site"
    existing.make_repository(output, POSTS, map(as_it_was_written, range(len(archived)), archived))
    before = fingerprints(output)
    with Newsroom(world) as room:
        site = Site(output, room)
        ran = site.crawl(settings=SETTINGS)
        yield Crawled(site, ran, before, fingerprints(output), archived, site.articles_asked())


def copy_or_link(file: str, there: str) -> None:
    """A post may be in two places at once: nobody writes into it, but puts another in its place."""
    (os.link if file.endswith(".md") else shutil.copy2)(file, there)


def as_it_was_written(n: int, story: Story) -> tuple[str, bytes]:
    """The path and the text of a story's post."""
    folder = ("_posts", "old_post")[n % 2]
    text = POST.format(time=story.time, category=slug(story.media_name), media_name=story.media_name)
    return f"{folder}/{story.time:%F}-NW{story.number}.md", text.encode()


def test_a_run_adds_posts_and_pages_and_touches_nothing(crawled: Crawled, world: World) -> None:
    assert crawled.ran.code == 0
    assert {path: noted for path, noted in crawled.after.items() if path in crawled.before} == crawled.before
    posts = {path for path in crawled.new if path.startswith("_posts/")}
    assert {path.partition("/")[0] for path in crawled.new - posts} == {"category"}
    assert len(posts) == sum(story.in_article + story.in_flash for story in world) - len(crawled.archived)


def test_all_posts_are_known(crawled: Crawled) -> None:
    requested = " ".join(crawled.requested)
    assert not any(story.number in requested for story in nonempty(crawled.archived))
    posts = [path for path in crawled.new if path.startswith("_posts/")]
    assert crawled.site.report()["posts"] == POSTS + len(crawled.archived) + len(posts)


def test_the_one_commit_has_the_new_files_and_nothing_else(crawled: Crawled) -> None:
    output = crawled.site.output
    changed = git(output, "show", "--format=", "--name-status", "--no-renames", "-z", "HEAD").split("\0")[:-1]
    assert set(changed[::2]) == {"A"}
    assert set(changed[1::2]) == crawled.new
    assert len(git(output, "log", "--format=%h").split()) == 2
    assert git(output, "status", "--porcelain", "--untracked-files=all") == ""


def test_a_second_run_asks_for_no_article_and_commits_nothing(crawled: Crawled, tmp_path: Path) -> None:
    site = crawled.copy(tmp_path / "site")
    ran = site.crawl(settings=SETTINGS)
    assert (ran.code, site.articles_asked()) == (0, [])
    assert "nothing new" in ran.out
    assert len(git(site.output, "log", "--format=%h").split()) == 2
    assert git(site.output, "status", "--porcelain", "--untracked-files=all") == ""


def test_old_posts_move_in_one_commit_and_stay_known(crawled: Crawled, tmp_path: Path) -> None:
    site = crawled.copy(tmp_path / "site")
    names = site.names()
    ran = site.crawl(settings={**SETTINGS, "FINEWS_KEEP_DAYS": "30"})
    assert (ran.code, site.articles_asked()) == (0, [])
    assert site.names() == names
    assert {path.name for path in (site.output / "_posts").iterdir()} == {
        path.removeprefix("_posts/") for path in existing.ODD_FILES if path.startswith("_posts/")
    }
    status = git(site.output, "show", "--format=", "--name-status", "-M100%", "-l0", "HEAD").splitlines()
    assert len(status) > POSTS / 2
    assert {line[:5] for line in status} == {"R100\t"}
    assert git(site.output, "log", "-1", "--format=%s").strip() == f"{len(status)} moved"
    assert git(site.output, "status", "--porcelain", "--untracked-files=all") == ""


def test_categories_are_listed_and_mended_by_the_lines_of_their_titles(crawled: Crawled, tmp_path: Path) -> None:
    output = crawled.copy(tmp_path / "site").output
    listed = run_forked("categories", "-s", f"FINEWS_OUTPUT={output}")
    assert listed.code == 8
    assert f"{crawled.site.report()['posts']} posts in " in listed.out
    assert f"wrong title: category/{WRONG}.html: 重庆商报新闻 -> 广州日报新闻" in listed.out
    assert run_forked("categories", "--fix", "-s", f"FINEWS_OUTPUT={output}").code == 0
    assert set(git(output, "diff", "--numstat").splitlines()) == {
        f"1\t1\tcategory/{WRONG}.html",
        "1\t1\tcategory/meirijingjixinwen.md",
    }
    assert f"category/{UNTITLED}.html" not in git(output, "status", "--porcelain")


def test_the_repository_has_the_shape_of_the_existing_site(tmp_path: Path) -> None:
    site = existing.make_repository(tmp_path / "site", 300)
    assert len(list(site.glob("_posts/*-NW*.md"))) == len(list(site.glob("old_post/*-NW*.md"))) == 100
    assert (site / "_posts/-202205262391921712.md").exists()
    assert {path.parent.name for path in site.rglob("*.md")} == {"_posts", "old_post", "category", "site"}
    assert git(site, "status", "--porcelain") == ""
