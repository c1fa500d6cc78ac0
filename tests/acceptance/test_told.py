"""What an operator is told beside the summary: the way out of a source that is gone, figures, a log for programs."""

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest

from finews_spider.archive.lock import archive_lock
from finews_spider.downloader.proxies import prepare_proxies
from finews_spider.exceptions import ConfigurationError
from tests.conftest import Site, TimedSite, run_scrapy

pytestmark = pytest.mark.slow

SAMPLE = re.compile(r'[a-z_]+(?:\{[a-z]+="(?:[^"\\\n]|\\.)*"\})? -?[0-9.e+]+')
WAY_OUT = "sources.finews.enabled = false"


@pytest.fixture
def timed(site: Site) -> TimedSite:
    return TimedSite(site.output, site.room)


def test_the_way_out_of_a_source_that_is_gone(timed: TimedSite) -> None:
    assert timed.crawl().code == 0
    timed.room.answer("site", "/", status=503)
    said = []
    for _ in range(4):
        timed.now += timedelta(days=3)
        said.append(WAY_OUT in timed.crawl().out)
    assert said == [False, False, False, True]  # a week after the first that it did not answer
    ran = timed.crawl()
    assert "finews has answered nothing since 2022-01-16 09:00; if it is gone for good, switch it off" in ran.out
    assert "as the first line of a finews.toml in the site's folder" in ran.out
    words = timed.words((), {})[4:]
    assert WAY_OUT in timed.run("doctor", *words).out
    switched_off = timed.output.parent / "finews.toml"
    switched_off.write_text(f"{WAY_OUT}\n", encoding="utf-8")
    ran = timed.run("doctor", "--config", str(switched_off), *words)
    assert "every endpoint" in ran.out
    assert WAY_OUT not in ran.out
    timed.room.clear()
    assert WAY_OUT not in timed.crawl().out
    assert WAY_OUT not in timed.run("doctor", *words).out


def test_the_line_switches_it_off(site: Site, tmp_path: Path) -> None:
    (tmp_path / "finews.toml").write_text(f'{WAY_OUT}\noutput = "site"\n', encoding="utf-8")
    words = site.words(("source=eastmoney",), {})
    arguments = [word for word in words if word not in ("-a", "source=eastmoney")]
    ran = run_scrapy(*arguments, "--config", tmp_path / "finews.toml")
    assert ran.code == 0, ran.err
    assert site.room.requests("site") == []
    assert site.posts()


def test_a_run_that_is_refused_has_figures_and_one_that_waits_for_another_has_none(site: Site, tmp_path: Path) -> None:
    file = tmp_path / "finews.prom"
    settings = {"FINEWS_METRICS": str(file)}
    assert site.crawl("since=yesterday", settings=settings).code == 2
    assert "finews_run_exit_code 2" in file.read_text(encoding="utf-8").splitlines()
    file.unlink()
    with archive_lock(site.output):
        assert site.crawl(settings=settings).code == 6
    assert not file.exists()


def test_the_figures_of_a_run(site: Site, tmp_path: Path) -> None:
    file = tmp_path / "finews.prom"
    assert site.crawl("category=emnews", settings={"FINEWS_METRICS": str(file)}).code == 0
    lines = file.read_text(encoding="utf-8").splitlines()
    samples = [line for line in lines if not line.startswith("# ")]
    assert [line for line in samples if not SAMPLE.fullmatch(line)] == []
    assert {"finews_run_exit_code 0", f"finews_posts {len(site.posts())}"} <= set(samples)
    assert f'finews_source_archived{{source="finews"}} {len(site.posts())}' in samples
    assert len([line for line in lines if line.startswith("# TYPE finews_host_requests")]) == 1
    assert list(tmp_path.glob(".*.tmp")) == []


@pytest.mark.parametrize("file", ["finews.txt", "missing/finews.prom"])
def test_figures_that_nobody_would_read(site: Site, tmp_path: Path, file: str) -> None:
    ran = site.crawl(settings={"FINEWS_METRICS": str(tmp_path / file)})
    assert ran.code == 2
    assert "FINEWS_METRICS" in ran.err
    assert site.room.log == []


def test_a_log_for_programs(site: Site) -> None:
    site.room.answer("site", "/emnews/", status=503)
    ran = site.crawl(settings={"FINEWS_LOG": "json"})
    _, _, opened = ran.err.partition("Spider opened")
    lines = [json.loads(line) for line in opened.splitlines()[1:]]
    assert {"time", "level", "logger", "message"} <= set.intersection(*(set(line) for line in lines))
    assert any(line["level"] == "error" and "HTTP 503" in line["message"] for line in lines)


PROXIES = ("http_proxy", "https_proxy", "all_proxy")


@pytest.fixture
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in (*PROXIES, *map(str.upper, PROXIES)):
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


def test_a_proxy_for_all_is_one_for_each(no_proxy: pytest.MonkeyPatch) -> None:
    no_proxy.setenv("ALL_PROXY", "http://me:s3cret@10.0.0.1:8080")
    no_proxy.setenv("https_proxy", "10.0.0.2:8080")
    found: dict[str, str] = {}
    prepare_proxies(found)
    assert found == {"http_proxy": "http://me:s3cret@10.0.0.1:8080", "https_proxy": "10.0.0.2:8080"}


@pytest.mark.parametrize(
    ("name", "address", "words"),
    [
        ("http_proxy", "socks5://me:s3cret@10.0.0.1:1080", "http_proxy: a proxy of the scheme socks5 cannot be used"),
        ("all_proxy", "https://me:s3cret@10.0.0.1", "all_proxy: a proxy of the scheme https cannot be used"),
        ("https_proxy", "http://me:s3cret@10.0.0.1:port", "https_proxy: is no address of a proxy"),
        ("https_proxy", "http://", "https_proxy: is no address of a proxy"),
        ("https_proxy", "me:s3cret://x@", "https_proxy: is no address of a proxy"),
    ],
)
def test_a_proxy_that_cannot_be_used(no_proxy: pytest.MonkeyPatch, name: str, address: str, words: str) -> None:
    no_proxy.setenv(name, address)
    with pytest.raises(ConfigurationError, match=words) as refused:
        prepare_proxies({})
    assert "s3cret" not in str(refused.value)


def test_a_run_refuses_such_a_proxy(site: Site) -> None:
    ran = site.crawl(http_proxy="socks5://me:s3cret@127.0.0.1:9")
    assert ran.code == 2
    assert "scheme socks5" in ran.err
    assert "s3cret" not in ran.err
    assert site.room.log == []


def test_requests_go_by_the_proxy_for_all(site: Site) -> None:
    """The newsroom's host of share links is the proxy: it sees requests that are meant for others."""
    site.crawl("category=emnews", all_proxy=site.room.urls["share"])
    assert site.room.requests("site") == []
    assert site.room.requests("share")
