"""What a site's config gives to doubt: a clock that is not the posts', and links that lead to another site."""

from pathlib import Path

import pytest

from finews_spider.archive.site_config import doubts
from tests.conftest import TimedSite
from tests.support.paths import ROOT

OURS = "//finews.withounder.com"
RIGHT = "timezone: Asia/Shanghai\n"


def of(folder: Path, config: str, site: str = OURS) -> list[str]:
    (folder / "_config.yml").write_text(config, encoding="utf-8")
    return doubts(folder, site)


@pytest.mark.parametrize(
    "config", ["", "title: 站\n", "# timezone: Asia/Shanghai\n", "x:\n  timezone: UTC\n", "timezone:\n"]
)
def test_a_config_without_a_zone_puts_posts_a_day_off(tmp_path: Path, config: str) -> None:
    config = f"title: 站\n{config}"
    assert [text.partition(":")[0] for text in of(tmp_path, config)] == ["_config.yml has no timezone"]


@pytest.mark.parametrize(
    ("config", "site"),
    [
        ("", OURS),  # it names no site
        ("url: https://finews.withounder.com\n", OURS),
        ('url: "https://FINEWS.withounder.com/" # mine\n', OURS),
        ("url: 'https://me.github.io'\nbaseurl: /my-site\n", "https://me.github.io/my-site/"),
        ("url: https://me.github.io\nbaseurl: /my-site\n", "/my-site"),
        ("url: https://me.github.io\n", ""),
        (f"url: https://me.github.io\nback_links: {OURS}\n", OURS),  # the layout replaces them
    ],
)
def test_links_that_lead_to_this_site_are_right(tmp_path: Path, config: str, site: str) -> None:
    assert of(tmp_path, RIGHT + config, site) == []


@pytest.mark.parametrize(
    ("config", "site", "here"),
    [
        ("url: https://me.github.io\n", OURS, "//me.github.io:"),
        ("url: https://me.github.io\nbaseurl: /my-site # a path\n", "//me.github.io", "//me.github.io/my-site:"),
        ("url: https://me.github.io\nbaseurl: /my-site\n", "", "//me.github.io/my-site:"),
        ("url: https://me.github.io\nback_links: //other.example\n", OURS, "//me.github.io:"),
    ],
)
def test_links_that_lead_to_another_site_are_named(tmp_path: Path, config: str, site: str, here: str) -> None:
    (text,) = of(tmp_path, RIGHT + config, site)
    assert f"lead to {site or '/'}, " in text
    assert here in text


def test_the_name_that_github_pages_is_given_is_the_sites(tmp_path: Path) -> None:
    (tmp_path / "CNAME").write_text("my.example\n")
    assert "//my.example:" in of(tmp_path, RIGHT)[0]
    assert of(tmp_path, RIGHT, "//my.example") == []
    assert of(tmp_path, f"{RIGHT}url: https://finews.withounder.com\n") == []


def test_an_address_that_is_none_is_no_address(tmp_path: Path) -> None:
    assert of(tmp_path, f"{RIGHT}url: http://[x\n") == []


def test_nothing_is_said_of_the_delivered_site_and_of_a_folder_that_is_none(tmp_path: Path) -> None:
    assert doubts(ROOT / "output", OURS) == []
    assert doubts(tmp_path, OURS) == []
    (tmp_path / "_config.yml").write_bytes(b"\xff")
    assert doubts(tmp_path, OURS) == []


def test_a_run_says_it_once_and_doctor_whenever_it_is_asked(archived: TimedSite) -> None:
    (archived.output / "_config.yml").write_text("url: https://me.github.io\n")
    warnings = [archived.crawl().out and archived.report()["warnings"] for _ in range(2)]
    assert [len(texts) for texts in warnings] == [2, 0]
    (archived.output / "_config.yml").write_text("url: https://you.github.io\n")
    ran = archived.crawl()
    (text,) = archived.report()["warnings"]
    assert "//you.github.io" in text
    assert f"warning: {text}" in ran.out
    ran = archived.run("doctor", *archived.words((), {})[4:])
    assert f"warning: {text}" in ran.out
