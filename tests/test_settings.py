"""The live crawler's settings: the risky defaults of Scrapy are off."""

import logging
import subprocess
import sys

import pytest
from scrapy.crawler import Crawler
from scrapy.settings import Settings, default_settings
from scrapy.utils.project import get_project_settings

from finews_spider import __version__
from finews_spider.spiders.finews import FinewsSpider
from tests.conftest import Site, run_forked, run_scrapy
from tests.support.paths import ROOT


@pytest.fixture(scope="module")
def settings() -> Settings:
    return Crawler(FinewsSpider, get_project_settings()).settings


@pytest.mark.parametrize(
    ("kind", "component"),
    [
        ("EXTENSIONS", "telnet.TelnetConsole"),
        ("EXTENSIONS", "remote_control.RemoteControl"),
        ("DOWNLOADER_MIDDLEWARES", "redirect.MetaRefreshMiddleware"),
        ("DOWNLOADER_MIDDLEWARES", "cookies.CookiesMiddleware"),
    ],
)
def test_off(settings: Settings, kind: str, component: str) -> None:
    names = " ".join(settings.get_component_priority_dict_with_base(kind))
    assert component in " ".join(getattr(default_settings, f"{kind}_BASE"))
    assert component not in names


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


def last_line_of(site: Site, before: str, at_exit: str) -> list[str]:
    """The words of what a crawl by the program finews prints at its exit, in a process of its own."""
    lines = [f"import atexit, logging, sys; {before}", f"atexit.register(lambda: print({at_exit}))"]
    program = "\n".join([*lines, "from finews_spider.commands.main import main", "main()"])
    crawl, _, *words = site.words((), {})
    process = [sys.executable, "-c", program, crawl, *words]
    done = subprocess.run(process, cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout.splitlines()[-1].split()


@pytest.mark.slow
def test_a_crawl_imports_nothing_that_it_does_not_use(site: Site) -> None:
    loaded = set(last_line_of(site, "", "*sys.modules"))
    assert "finews_spider.commands.crawl" in loaded
    assert {"finews_spider.commands.demo", "finews_spider.sources.feed", "aiohttp", "tldextract"} & loaded == set()


@pytest.mark.slow
def test_no_record_is_made_of_what_the_log_leaves_out(site: Site) -> None:
    record = "lambda name, level, *a, **k: made.append(level) or logging.LogRecord(name, level, *a, **k)"
    made = last_line_of(site, f"made = []; logging.setLogRecordFactory({record})", "*made")
    assert made.count(str(logging.DEBUG)) < len(site.posts())


@pytest.mark.slow
def test_scrapy_shell_works(site: Site) -> None:
    loopback = "FINEWS_PRIVATE_NETWORKS=127.0.0.0/8"
    code = "print(response.css('h2::text').get())"
    ran = run_scrapy("shell", "--nolog", "-s", loopback, "-c", code, site.room.urls["site"])
    assert ran.code == 0, ran.err
    assert "新闻" in ran.out
