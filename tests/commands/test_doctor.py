"""`scrapy doctor` through the front door."""

import json

import pytest

from finews_spider.newsroom.world import World
from tests.conftest import FULL_SPEED, Ran, Site, run_forked


@pytest.fixture(scope="module")
def world() -> World:
    """With something in every column."""
    return World(articles=240)


def doctor(site: Site, *names: str, keys: str = "") -> Ran:
    sources = site.output.with_suffix(".toml")
    sources.write_text(site.room.sources_toml() + keys, encoding="utf-8")
    words = [word for name, value in FULL_SPEED.items() for word in ("-s", f"{name}={value}")]
    return run_forked(
        "doctor", *names, "-s", f"FINEWS_SOURCES_FILE={sources}", "-s", f"FINEWS_OUTPUT={site.output}", *words
    )


def line(ran: Ran, name: str) -> str:
    return next(line for line in ran.out.splitlines() if f" {name} " in line)


def test_all_is_well(site: Site) -> None:
    ran = doctor(site)
    assert ran.code == 0, ran.out
    assert ran.err == ""
    assert "All endpoints answer." in ran.out
    assert not site.output.exists()


def test_every_endpoint_and_column_is_asked_once(site: Site) -> None:
    ran = doctor(site)
    requested = [(logged.role, logged.path) for logged in site.room.log if logged.path != "/robots.txt"]
    assert len(requested) == len(set(requested))
    assert ran.out.count("eastmoney  column ") == 40
    names = ("home", "category emnews", "flashes", "older flash list", "flash history", "roll")
    for name in (*names, "column 366", "article API", "getnews API", "article page"):
        assert " ok " in line(ran, name)


def test_a_dead_host_is_named_with_what_to_do(site: Site) -> None:
    site.room.answer("weblist", "/comm/", status=502)
    ran = doctor(site)
    assert ran.code == 4
    assert "HTTP 502" in line(ran, "flashes")
    assert site.room.urls["weblist"] in ran.out
    assert "try again later" in ran.out


def test_what_robots_txt_forbids_is_said(site: Site) -> None:
    site.room.robots["roll"] = "User-agent: *\nDisallow: /\n"
    ran = doctor(site)
    assert ran.code == 4
    assert "robots.txt" in line(ran, "roll")
    assert "ask the site" in ran.out


def test_a_changed_shape_is_said(site: Site) -> None:
    rows = [{"code": "202201010000000001", "showTime": "2022-01-01 00:00:00"}]
    site.room.answer("listapi", "/comm/", body=json.dumps({"code": "1", "data": {"list": rows}}))
    site.room.answer("newsinfo", "/kuaixun/v2/api/article/", body='{"data": {"Title": "x"}}')
    ran = doctor(site)
    assert ran.code == 4
    assert "mediaName, title" in line(ran, "column cgnjj")
    assert "no field Art_Title" in ran.out


def test_a_captcha_is_said(site: Site) -> None:
    site.room.answer("weblist", "/comm/", body="<html><title>安全验证</title><body>请拖动滑块</body></html>")
    ran = doctor(site)
    assert ran.code == 4
    assert "kept out: captcha page" in line(ran, "flashes")
    assert "raise DOWNLOAD_DELAY" in ran.out


def test_a_wrong_sources_file_is_refused(site: Site) -> None:
    ran = run_forked("doctor", "-s", f"FINEWS_SOURCES_FILE={site.output}.toml")
    assert ran.code == 2
    assert "cannot be read" in ran.err


# Archives of the web.


def test_an_archive_is_asked_only_where_it_is_named(site: Site) -> None:
    doctor(site)
    assert site.room.requests("archive") == []
    ran = doctor(site, "wayback")
    assert ran.code == 0, ran.out
    assert {logged.role for logged in site.room.log if logged.path != "/robots.txt"} >= {"archive"}
    assert "allows all" in line(ran, "robots.txt")
    assert " ok " in line(ran, "capture")
    assert " ok " in line(ran, "finance.eastmoney.com/a/{year}{month}{day}")


@pytest.mark.parametrize(
    ("rules", "keys", "code", "answer"),
    [
        ("Disallow: /cdx/", "", 4, "Forbidden by robots.txt: cdx"),
        ("Disallow: /web/", "", 4, "Forbidden by robots.txt: playback"),
        ("Disallow: /", "documented_interface = true\n", 0, "forbids cdx, playback"),
    ],
)
def test_what_the_robots_txt_of_an_archive_says_of_its_interfaces_is_told(
    site: Site, rules: str, keys: str, code: int, answer: str
) -> None:
    site.room.robots["archive"] = f"User-agent: *\n{rules}\n"
    ran = doctor(site, "wayback", keys=keys)
    assert ran.code == code, ran.out
    assert answer in ran.out
    assert ("documented_interface = true" in ran.out) == (code == 4)


def test_a_robots_txt_of_an_archive_that_does_not_come_is_named(site: Site) -> None:
    site.room.answer("archive", "/robots.txt", status=500)
    assert doctor(site, "wayback").code == 4


def test_an_unknown_name_is_refused(site: Site) -> None:
    ran = doctor(site, "waybak")
    assert ran.code == 2
    assert "waybak: is no source; sources are finews, eastmoney, wayback" in ran.err
