"""The live crawler's settings: the risky defaults of Scrapy are off."""

import pytest
from scrapy.crawler import Crawler
from scrapy.settings import Settings
from scrapy.utils.project import get_project_settings

from finews_spider import __version__
from finews_spider.spiders.finews import FinewsSpider
from tests.conftest import Site, run_forked, run_scrapy


@pytest.fixture(scope="module")
def settings() -> Settings:
    return Crawler(FinewsSpider, get_project_settings()).settings


@pytest.mark.parametrize(
    "name", ["TELNETCONSOLE_ENABLED", "REMOTE_CONTROL_ENABLED", "METAREFRESH_ENABLED", "COOKIES_ENABLED"]
)
def test_off(settings: Settings, name: str) -> None:
    assert settings.getbool(name) is False


@pytest.mark.parametrize("name", ["ROBOTSTXT_OBEY", "DOWNLOAD_VERIFY_CERTIFICATES", "DOWNLOAD_FAIL_ON_DATALOSS"])
def test_on(settings: Settings, name: str) -> None:
    assert settings.getbool(name) is True


@pytest.mark.parametrize("scheme", ["file", "data", "ftp", "s3"])
def test_only_http_is_fetched(settings: Settings, scheme: str) -> None:
    assert settings.getwithbase("DOWNLOAD_HANDLERS")[scheme] is None


def test_one_request_a_second_a_host(settings: Settings) -> None:
    assert settings.getfloat("DOWNLOAD_DELAY") == 1
    assert settings.getfloat("DOWNLOAD_DELAY_JITTER") == 0
    assert settings.getint("CONCURRENT_REQUESTS_PER_DOMAIN") == 1


def test_an_answer_has_bounds(settings: Settings) -> None:
    assert settings.getint("DOWNLOAD_MAXSIZE") <= 64 * 1024 * 1024
    assert settings.getint("DOWNLOAD_TIMEOUT") <= 60
    assert settings.getint("REDIRECT_MAX_TIMES") <= 5


def test_user_agent_says_who_and_how_to_reach_them(site: Site) -> None:
    site.crawl(settings={"FINEWS_CONTACT": "mailto:me@example.com"})
    agents = {logged.headers["User-Agent"] for logged in site.room.log}
    assert agents == {f"finews/{__version__} (+mailto:me@example.com)"}


def test_scrapy_lists_the_spider() -> None:
    assert run_forked("list").out == "finews\n"


@pytest.mark.slow
def test_scrapy_shell_works(site: Site) -> None:
    loopback = "FINEWS_PRIVATE_NETWORKS=127.0.0.0/8"
    code = "print(response.css('h2::text').get())"
    ran = run_scrapy("shell", "--nolog", "-s", loopback, "-c", code, site.room.urls["site"])
    assert ran.code == 0, ran.err
    assert "新闻" in ran.out
