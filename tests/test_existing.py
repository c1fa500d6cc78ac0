"""A crawl into a repository of the existing site's shape: nothing is touched but what is new, and all is known."""

from pathlib import Path

from finews_spider.newsroom.server import Newsroom
from finews_spider.newsroom.world import World
from finews_spider.slugs import slug
from tests import existing
from tests.conftest import Site
from tests.existing import fingerprints

POST = """---
layout: post
title: 当时的题
date: {time:%F %T} +0800
categories: {category}
tags: {media_name}新闻
---
<p>当时的正文</p>
"""


def test_a_crawl_adds_posts_and_touches_nothing(tmp_path: Path, room: Newsroom, world: World) -> None:
    output = existing.make(tmp_path / "site", 2000)
    archived = [story for story in world if story.in_article and not story.in_flash][:6]
    for n, story in enumerate(archived):
        folder = output / ("_posts", "old_post")[n % 2]
        text = POST.format(time=story.time, category=slug(story.media_name), media_name=story.media_name)
        (folder / f"{story.time:%F}-NW{story.number}.md").write_text(text, encoding="utf-8")
    before = fingerprints(output)
    site = Site(output, room)
    ran = site.crawl(settings={"FINEWS_POST_PATH": "flat"})
    assert ran.code == 0
    asked = " ".join(site.articles_asked())
    assert not any(story.number in asked for story in archived)
    after = fingerprints(output)
    assert {path: told for path, told in after.items() if path in before} == before
    new = after.keys() - before.keys()
    assert {path.split("/")[0] for path in new} <= {"_posts", "category"}
    assert len([path for path in new if path.startswith("_posts/")]) == sum(
        story.in_article + story.in_flash for story in world
    ) - len(archived)


def test_the_repository_has_the_shape_of_the_existing_site(tmp_path: Path) -> None:
    site = existing.make(tmp_path / "site", 300)
    assert len(list(site.glob("_posts/*-NW*.md"))) == len(list(site.glob("old_post/*-NW*.md"))) == 100
    assert (site / "_posts/-202205262391921712.md").exists()
    assert {path.parent.name for path in site.rglob("*.md")} == {"_posts", "old_post", "category", "site"}
    existing.commit_all(site)
    assert existing.git(site, "status", "--porcelain") == ""
