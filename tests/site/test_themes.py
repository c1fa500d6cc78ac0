"""Sites of another make: themes, zones and addresses that are not the delivered site's."""

import subprocess
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from parsel import Selector

from finews_spider.archive import category_pages
from finews_spider.archive.posts import render
from tests.support import existing
from tests.support.built import build
from tests.support.nonempty import nonempty

pytestmark = pytest.mark.slow

CONFIG = "title: 我的站\ntheme: minima\nfuture: true\ntimezone: Asia/Shanghai\n"
ABOUT = "---\nlayout: page\ntitle: 关于\n---\n文\n"


@pytest.fixture
def minima(tool: Callable[[str], str]) -> str:
    """Jekyll, where the theme is installed."""
    jekyll = tool("jekyll")
    if subprocess.run(["ruby", "-e", "gem 'minima'"], capture_output=True, check=False).returncode:
        tool("the theme minima")
    return jekyll


def test_a_theme_that_lists_pages_in_its_header_lists_no_category(minima: str, tmp_path: Path) -> None:
    site = tmp_path / "site"
    (site / "_posts").mkdir(parents=True)
    (site / "_config.yml").write_text(CONFIG, encoding="utf-8")
    (site / "index.md").write_text("---\nlayout: home\n---\n", encoding="utf-8")
    (site / "about.md").write_text(ABOUT, encoding="utf-8")
    articles = list(existing.articles(30, timedelta(hours=1)))
    for article in articles:
        text = render(article, existing.SITE)
        (site / f"_posts/{article.time:%Y-%m-%d}-{article.id}.md").write_text(text, encoding="utf-8")
    category_pages.ensure(site, {article.category: article.tag for article in articles})
    built = build(minima, site)
    header = page(built / "index.html").css("header a.page-link::text").getall()
    assert header == ["关于"]
    for article in nonempty(articles):
        there = page(built / category_pages.path(article.category))
        assert there.css("h2::text").get() == article.tag
        assert article.title in there.css("main li a::text").getall()


def page(path: Path) -> Selector:
    return Selector(path.read_text(encoding="utf-8"), type="html")
