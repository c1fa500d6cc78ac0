"""finews as a program: the wheel, installed for all and read-only, used by somebody else, in any folder."""

import os
import re
import shutil
import subprocess
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from finews_spider import __version__
from finews_spider.newsroom.server import Newsroom
from finews_spider.newsroom.world import World
from tests.support.installed import NOBODY, Installed, build, nobodys_python
from tests.support.paths import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("installed")]


@pytest.fixture
def finews(installed: Path) -> Iterator[Installed]:
    folder = Path(tempfile.mkdtemp(prefix="finews-home-"))
    if nobodys_python():
        os.chown(folder, NOBODY, NOBODY)
    yield Installed(installed, folder)
    shutil.rmtree(folder)


def test_a_wheel_is_the_same_bytes_whenever_it_is_built(wheel: Path, tmp_path: Path) -> None:
    assert build(tmp_path).read_bytes() == wheel.read_bytes()


def test_a_wheel_holds_two_packages_and_no_posts(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0] for name in names if ".dist-info/" not in name} == {"finews_spider", "pipelines"}
    held = {name.removeprefix("finews_spider/site/") for name in names if name.startswith("finews_spider/site/")}
    tracked = subprocess.check_output(["git", "-C", str(ROOT), "ls-files", "output"], text=True).splitlines()
    assert held == {name.removeprefix("output/") for name in tracked}


def test_the_demo_runs_in_an_empty_folder_of_a_user_without_rights(finews: Installed) -> None:
    if not nobodys_python():
        refuse = pytest.fail if os.environ.get("CI") else pytest.skip
        refuse("nobody cannot be had: that takes root, and a Python that all may start")
    ran = finews.type("demo")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "300 new posts" in ran.stdout
    assert re.search(r"^  \S*finews crawl  #", ran.stdout, re.MULTILINE)
    assert sorted(path.name for path in finews.folder.iterdir()) == ["demo"]
    assert {path.stat().st_uid for path in finews.folder.rglob("*")} == {NOBODY}


def test_a_new_site_is_made_and_fed(finews: Installed) -> None:
    made = finews.type("init", "my-site")
    assert (made.returncode, made.stderr) == (0, "")
    site = finews.folder / "my-site"
    assert {".git", ".github", "finews.toml", "_config.yml"} <= {path.name for path in site.iterdir()}
    made_of = ("_config.yml", "_layouts", "_layouts/post.html", ".github/workflows/crawl.yml")
    closed = [name for name in made_of if not (site / name).stat().st_mode & 0o200]
    assert closed == []  # as they all are where they come from
    with Newsroom(World()) as room:
        (site / "newsroom.toml").write_text(room.sources_toml(), encoding="utf-8")
        lines = ['sources_file = "newsroom.toml"', 'private_networks = "127.0.0.0/8"', "[scrapy]", "DOWNLOAD_DELAY = 0"]
        (site / "finews.toml").write_text("\n".join(lines), encoding="utf-8")
        doctor = finews.type("doctor", folder=site)
        assert (doctor.returncode, "Traceback" in doctor.stderr) == (0, False), doctor.stdout
        deeper = site / "assets"  # the file is found from there
        crawled = finews.type("crawl", "-a", "source=finews", folder=deeper)
        assert crawled.returncode == 0, crawled.stderr
    assert list(site.glob("_posts/**/*.md"))
    assert not (deeper / ".finews").exists()
    owed = finews.type("owed", folder=site)
    assert (owed.returncode, owed.stderr) == (0, "")


@pytest.mark.parametrize(
    ("words", "code", "printed"),
    [
        (["craw"], 2, "finews: craw: no command; did you mean crawl?\n"),
        (["owed"], 2, "finews owed: FINEWS_OUTPUT: {folder} is no site; make one with finews init DIR"),
        (["crawl"], 2, "finews crawl: FINEWS_OUTPUT: {folder} is no site; make one with finews init DIR"),
        (["crawl", "finews"], 2, "finews"),
        (["init"], 2, "finews: error: name the folder of the new site"),
        (["init", "a", "b"], 2, "name the folder of the new site"),
        (["init", "."], 0, ""),
    ],
)
def test_wrong_words(finews: Installed, words: list[str], code: int, printed: str) -> None:
    ran = finews.type(*words)
    assert ran.returncode == code
    assert printed.format(folder=finews.folder) in ran.stderr
    assert "Traceback" not in ran.stderr


def test_a_site_is_taken_where_one_stands_in_it_and_only_there(finews: Installed) -> None:
    finews.type("init", "site")
    (finews.folder / "site" / "finews.toml").unlink()  # which would be found from deeper folders too
    ran = finews.type("owed", folder=finews.folder / "site")
    assert (ran.returncode, ran.stderr) == (0, "")
    deeper = finews.folder / "site" / "assets"
    refused = finews.type("owed", folder=deeper)
    assert (refused.returncode, f"{deeper} is no site; make one with finews init DIR" in refused.stderr) == (2, True)


def test_it_says_what_it_is(finews: Installed) -> None:
    assert finews.type("--version").stdout == f"finews {__version__}\n"
    for words in ([], ["--help"], ["-h"]):
        ran = finews.type(*words)
        assert ran.returncode == 0
        assert "  crawl       Read the news, and archive what is new" in ran.stdout
    assert "finews crawl [-a NAME=VALUE ...]" in finews.type("crawl", "--help").stdout


def test_a_folder_that_is_not_empty_is_no_new_site(finews: Installed) -> None:
    finews.type("init", "site")
    ran = finews.type("init", "site")
    assert (ran.returncode, ran.stderr.startswith("finews init: site: is not empty")) == (2, True)


def test_another_package_in_place_of_ours_is_refused(finews: Installed) -> None:
    (finews.folder / "pipelines").mkdir()
    (finews.folder / "pipelines" / "__init__.py").touch()
    ran = finews.type("--version", PYTHONPATH=str(finews.folder))
    assert ran.returncode == 2
    assert ran.stderr.startswith(f"finews: another package named pipelines is installed in {finews.folder}")
