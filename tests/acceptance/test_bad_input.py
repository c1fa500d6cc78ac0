"""What cannot be meant is refused before anything is asked for: exit code 2, one message, no traceback."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from finews_spider.newsroom.world import World
from tests.conftest import Ran, Site, run_forked
from tests.support.paths import ROOT


def refused(ran: Ran, *words: str) -> bool:
    assert "Traceback" not in ran.err
    assert [word for word in words if word not in ran.err] == []
    return ran.code == 2


@pytest.mark.parametrize(
    ("argument", "words"),
    [
        ("source=fnews", ["source", "fnews", "finews"]),
        ("sauce=finews", ["sauce", "source, category"]),
        ("since=2021-13-01", ["since", "2021-13-01", "YYYY-MM-DD"]),
        ("until=yesterday", ["until", "YYYY-MM-DD"]),
        ("category=a/b", ["category", "a/b", "slug"]),
        ("url=https://example.com/NW202112302230672549.html", ["url", "example.com", "use a share link"]),
    ],
)
def test_wrong_argument(site: Site, argument: str, words: list[str]) -> None:
    assert refused(site.crawl(argument), *words)
    assert site.room.log == []
    assert not site.output.exists()


@pytest.mark.parametrize("other", ["since=2022-01-01", "category=emnews", "column=cgnjj"])
def test_url_stands_alone(site: Site, other: str) -> None:
    link = f"{site.room.urls['finance']}/a/202112302230000000.html"
    assert refused(site.crawl("source=eastmoney", f"url={link}", other), "url", other.partition("=")[0])


def test_a_column_of_flashes_is_none(site: Site) -> None:
    assert refused(site.crawl("column=cgnjj", "category=emnews"), "column, category")


def test_a_category_that_the_home_page_does_not_lead_to(site: Site) -> None:
    ran = site.crawl("source=finews,eastmoney", "category=ZhongguoZhengquan,emnews")
    assert refused(ran)
    assert "no list has ZhongguoZhengquan; did you mean zhongguozhengquanbao?" in ran.out
    assert [request.path for request in site.room.log if request.path != "/robots.txt"] == ["/"]
    assert not site.posts()


def test_a_window_up_to_the_last_day_is_one_without_end(site: Site) -> None:
    ran = site.crawl("source=eastmoney", "since=2021-12-30", "until=9999-12-31")
    assert "fault in finews" not in ran.out
    assert "Traceback" not in ran.err
    assert site.posts()


def test_a_category_that_no_list_has(site: Site) -> None:
    ran = site.crawl("source=eastmoney", "category=zhongguozhengquan")
    assert refused(ran)
    assert "no list has zhongguozhengquan; did you mean zhongguozhengquanbao?" in ran.out
    assert not site.posts()


def test_a_category_that_is_new_today(site: Site, world: World) -> None:
    """The archive does not know it, the home page does; and where that cannot be read, the category's own page does."""
    before = world.time(30)
    site.room.now = before
    assert site.crawl("category=emnews").code == 0
    site.room.now = None
    assert site.crawl("category=guangzhouribao").code == 0
    site.room.answer("site", "/", status=404, times=2)  # the first is robots.txt
    assert site.crawl("category=zhongguozhengquanbao").code == 0
    assert {"guangzhouribao", "zhongguozhengquanbao"} <= {path.stem for path in site.output.glob("category/*")}


def test_until_before_since(site: Site) -> None:
    assert refused(site.crawl("since=2022-01-02", "until=2022-01-01"), "until", "2022-01-01", "since", "2022-01-02")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("shar = []", ["sources.toml:4: finews.shar: unknown key; known are ", "did you mean share?"]),
        ('site = "finews.withounder.com"', ["finews.site", "https://example.com"]),
        ('site = "http://localhost:99999"', ["finews.site", "https://example.com"]),
        ("enabled = 1", ["finews.enabled", "true or false"]),
        ("site = ", ["sources.toml", "line"]),
    ],
)
def test_wrong_sources_file(tmp_path: Path, line: str, words: list[str]) -> None:
    text = (Path("finews_spider") / "sources.toml").read_text(encoding="utf-8")
    name = line.partition(" ")[0]
    lines = [entry for entry in text.split("\n") if not entry.startswith(f"{name} =")]
    lines.insert(lines.index("[finews]") + 1, line)
    sources = tmp_path / "sources.toml"
    sources.write_text("\n".join(lines), encoding="utf-8")
    assert refused(run_forked("crawl", "finews", "-s", f"FINEWS_SOURCES_FILE={sources}"), *words)


def test_no_such_spider() -> None:
    assert refused(run_forked("crawl", "finew"), "'finew'", "use finews")


@pytest.mark.parametrize("words", [(), ("finews", "finews"), ("finews", "--refersh")])
def test_not_one_spider(words: tuple[str, ...]) -> None:
    ran = run_forked("crawl", *words)
    assert ran.code == 2
    assert "scrapy crawl finews [-a NAME=VALUE ...]" in ran.out + ran.err
    assert "Traceback" not in ran.err


def test_an_argument_without_its_option(site: Site) -> None:
    ran = run_forked("crawl", "finews", "since=2022-01-01", "-s", f"FINEWS_OUTPUT={site.output}")
    assert refused(ran, "since=2022-01-01: an argument needs -a before it: -a since=2022-01-01")


@pytest.mark.parametrize("word", ["finews", "--retyr"])
@pytest.mark.parametrize("command", ["categories", "demo", "owed", "reindex"])
def test_a_command_takes_no_argument(tmp_path: Path, command: str, word: str) -> None:
    ran = run_forked(command, word, "-s", f"FINEWS_OUTPUT={tmp_path}/new")
    assert refused(ran, f"{word}: not accepted")
    assert list(tmp_path.iterdir()) == []


def test_a_doctor_takes_sources_alone(tmp_path: Path) -> None:
    ran = run_forked("doctor", "finewz", "-s", f"FINEWS_OUTPUT={tmp_path}/new")
    assert refused(ran, "finewz: is no source", "finews")


def test_a_demo_without_articles(tmp_path: Path) -> None:
    assert refused(run_forked("demo", "--articles", "0", "--folder", tmp_path / "demo"), "--articles", "0", "1 or more")
    assert list(tmp_path.iterdir()) == []


def test_missing_sources_file(tmp_path: Path) -> None:
    ran = run_forked("crawl", "finews", "-s", f"FINEWS_SOURCES_FILE={tmp_path}/none.toml")
    assert refused(ran, "none.toml", "No such file")


def test_a_machine_that_is_offline_is_told_in_one_sentence(site: Site) -> None:
    sources = site.output.with_name("nowhere.toml")
    sources.write_text(re.sub(r"https?://127[^/\"]*", "https://nowhere.invalid", site.room.sources_toml()), "utf-8")
    ran = site.crawl("source=finews,eastmoney", settings={"FINEWS_SOURCES_FILE": str(sources)})
    assert ran.code == 4
    assert ran.out.splitlines()[3:-1] == ["broken: no name can be resolved: is this machine offline?"]
    assert ran.err.count(" ERROR: ") == 1  # of the robots.txt of the one host
    assert "Traceback" not in ran.err


def test_wrong_post_path(tmp_path: Path) -> None:
    ran = run_forked("crawl", "finews", "-s", "FINEWS_POST_PATH=_posts/{id}.md")
    assert refused(ran, "FINEWS_POST_PATH", "by-day, flat")


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("FINEWS_OUTPTU", "x", ["did you mean FINEWS_OUTPUT?"]),
        ("FINEWS_OUTPUT", " ", ["empty", "the folder of the site"]),
        ("FINEWS_OWED_DAYS", "-3", ["'-3'", "0 or more"]),
        ("DOWNLOAD_DELAY", "abc", ["'abc'", "0 or more"]),
        ("DOWNLOAD_TIMOUT", "3", ["no setting; did you mean DOWNLOAD_TIMEOUT?"]),
        ("FINEWS_PROGRESS", "maybe", ["'maybe'", "use 1 or 0"]),
        ("DOWNLOAD_TIMEOUT", "0", ["'0'", "more than 0"]),
        ("DOWNLOAD_MAXSIZE", "lots", ["'lots'", "more than 0"]),
        ("CONCURRENT_REQUESTS", "abc", ["'abc'", "a whole number, more than 0"]),
        ("CONCURRENT_REQUESTS_PER_DOMAIN", "1.5", ["'1.5'", "a whole number, more than 0"]),
        ("RETRY_TIMES", "-1", ["'-1'", "a whole number, 0 or more"]),
        ("LOG_LEVEL", "info", ["'info'", "DEBUG, INFO"]),
        ("LOG_FILE", "/nowhere/log", ["'/nowhere/log'", "a folder that is there"]),
        ("LOG_FILE", "/", ["'/'", "a file that can be written"]),
        ("FINEWS_CONTACT", "me", ["'me'", "mailto:"]),
        ("FINEWS_SITE", "javascript:alert(1)", ["//example.com"]),
    ],
)
def test_wrong_setting(site: Site, name: str, value: str, words: list[str]) -> None:
    assert refused(site.crawl(settings={name: value}), name, *words)
    assert site.room.log == []


@pytest.mark.slow
def test_the_folder_one_stands_in(site: Site, tmp_path: Path) -> None:
    words = site.words((), {"FINEWS_OUTPUT": "."})
    (tmp_path / "_config.yml").touch()
    (tmp_path / "scrapy.cfg").write_text("[settings]\ndefault = finews_spider.settings\n")
    environment = os.environ | {"PYTHONPATH": str(Path.cwd())}
    command = [sys.executable, "-W", "error", "-m", "scrapy", *words]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert list(tmp_path.glob("_posts/**/*.md"))


@pytest.mark.parametrize(("name", "is_taken"), [("notes.txt", False), (".DS_Store", True), ("_config.yml", True)])
def test_a_folder_of_something_else_is_no_site(site: Site, name: str, is_taken: bool) -> None:
    site.output.mkdir()
    (site.output / name).touch()
    ran = site.crawl("category=emnews")
    assert (ran.code == 2, site.room.log == []) == (not is_taken, not is_taken)
    assert ("is not empty, and no site: notes.txt is in it" in ran.err) == (not is_taken)
    assert {path.name for path in site.output.iterdir()} >= {name}
    assert is_taken or len(list(site.output.iterdir())) == 1


def test_finews_itself_is_no_site(site: Site) -> None:
    ran = site.crawl(settings={"FINEWS_OUTPUT": str(ROOT)})
    assert refused(ran, f"FINEWS_OUTPUT: {ROOT} is finews's own folder")


def test_output_that_cannot_be_written(site: Site) -> None:
    site.output.write_text("a file where the folder should be")
    assert refused(site.crawl(), "FINEWS_OUTPUT", str(site.output))
    assert site.room.log == []


def test_a_file_in_place_of_the_ledgers_folder(site: Site) -> None:
    site.output.mkdir()
    (site.output / ".finews").touch()
    assert refused(site.crawl(), "FINEWS_OUTPUT", f"{site.output / '.finews'} is not a folder")
