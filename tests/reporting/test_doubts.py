"""What a run says of how finews is set up."""

import shutil

import pytest
from scrapy.utils.project import get_project_settings

from finews_spider.commands.skeleton import copy_site
from finews_spider.config import read_config
from finews_spider.reporting.doubts import doubts
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


def test_a_site_whose_layouts_do_not_show_kept_pictures_is_told_what_to_add(site: Site) -> None:
    copy_site(site.output)
    on = {"FINEWS_PICTURES": "on"}

    def told() -> str:
        """What `doctor` and a run would say; those of the delivered site are right."""
        settings = get_project_settings()
        settings.setdict({**on, "FINEWS_OUTPUT": str(site.output)})
        return "".join(one for one in doubts(read_config(settings)) if "pictures" in one)

    assert told() == ""
    layout = site.output / "_layouts/post.html"
    text = layout.read_text(encoding="utf-8")
    for other in ("{{ content }}", "{% include pictures-of-mine.html %}", text.replace("include pictures", "comment")):
        layout.write_text(other, encoding="utf-8")
        assert told().endswith(
            "do not show them: have its layout of posts write"
            " {% include pictures.html html=content path=page.path root=site.baseurl %} where it writes {{ content }}"
        )
    layout.write_text("{%- include_cached\n pictures.html html=content -%}", encoding="utf-8")
    assert told() == ""
    (site.output / "_includes/pictures.html").unlink()
    assert told().endswith("do not show them: take _includes/pictures.html from the delivered site")
    shutil.rmtree(site.output / "_layouts")  # of a theme
    assert "; have its layout of posts write" in told()
    assert "pages of this site do not show" in site.crawl("category=emnews", settings=on).out
    assert "pages of this site do not show" not in site.crawl("category=emnews").out
