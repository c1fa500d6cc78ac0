"""What a run says of how finews is set up."""

import pytest

from tests.conftest import Site

pytestmark = pytest.mark.slow

NO_SITE, NO_CONTACT = "an archive begins, in a folder that is no site yet", "FINEWS_CONTACT is not set"
DEFAULT = {"FINEWS_CONTACT": "https://finews.withounder.com/"}


def test_a_new_archive_is_begun_aloud_once(site: Site) -> None:
    assert NO_SITE in site.crawl("category=emnews").out
    assert NO_SITE not in site.crawl("category=emnews").out


def test_a_site_is_begun_without_a_word(site: Site) -> None:
    site.output.mkdir()
    (site.output / "_config.yml").write_text("timezone: Asia/Shanghai\n", encoding="utf-8")
    assert "warning" not in site.crawl("category=emnews").out


def test_a_contact_is_missed_until_it_is_set(site: Site) -> None:
    assert NO_CONTACT in site.crawl("category=emnews", settings=DEFAULT).out
    assert site.crawl("category=emnews", settings=DEFAULT).out.count("\n") == 2  # nothing new is told in short
    assert any(NO_CONTACT in warning for warning in site.report()["warnings"])
    assert NO_CONTACT not in site.crawl("category=emnews").out


def test_old_posts_that_were_moved_are_no_nothing(site: Site) -> None:
    site.crawl("category=emnews")
    ran = site.crawl("category=emnews", settings={"FINEWS_KEEP_DAYS": "30"})
    assert f" {len(site.posts())} old posts moved, " in ran.out
    assert "nothing new" not in ran.out
