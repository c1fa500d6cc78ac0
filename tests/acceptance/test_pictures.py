"""Pictures are kept, as they came, and posts are the same to the byte with them and without."""

import gzip
import hashlib
import re
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import pytest
from aiohttp import web

from finews_spider.archive.atomic import TEMPORARY
from finews_spider.newsroom.picture_files import png
from finews_spider.newsroom.server import Newsroom
from finews_spider.newsroom.world import World
from finews_spider.pictures import kept
from finews_spider.pictures.extension import MAX_UNDER_WAY
from finews_spider.pictures.heads import Head
from finews_spider.pictures.store import Fetched, expire, keep
from tests.conftest import Ran, Site, TimedSite, run_forked
from tests.evidence.conftest import kept as captures
from tests.evidence.conftest import urls
from tests.support.nonempty import nonempty
from tests.support.paths import ROOT

pytestmark = pytest.mark.slow

ON = {"FINEWS_PICTURES": "on"}


def git(folder: Path, *words: str) -> str:
    command = ["git", "-c", "user.name=a", "-c", "user.email=a@example.com", "-C", str(folder), *words]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def pictures(site: Site, *words: str) -> Ran:
    """`scrapy pictures`."""
    _, _, *options = site.words((), ON)
    return run_forked("pictures", *(word for word in options if word not in ("-a", "source=finews")), *words)


def entries(site: Site) -> dict[str, kept.Kept]:
    """All that is kept, by address."""
    return {key: entry for _, file in kept.days(site.output) for key, entry in kept.read(file).items()}


def media(site: Site) -> set[str]:
    return {
        path.relative_to(site.output / "media").as_posix() for path in site.output.glob("media/**/*") if path.is_file()
    }


def bytes_of(site: Site) -> dict[Path, bytes]:
    """All that lies in `media/`."""
    return {path: path.read_bytes() for path in (site.output / "media" / file for file in media(site))}


def test_all_that_its_host_has_is_kept_as_it_came(site: Site, world: World) -> None:
    site.room.pictures_here = True
    assert site.crawl("source=finews,eastmoney", settings=ON).code == 0
    report, found = site.report()["pictures"], entries(site)
    answers = {logged.path: logged.status for logged in site.room.requests("pictures", "/download")}
    assert {200, 404} == set(answers.values())
    host = site.room.urls["pictures"].removeprefix("http://")
    assert {f"{host}{path}" for path, status in answers.items() if status == 200} == found.keys()
    for key, entry in nonempty(found.items()):
        data = (site.output / "media" / entry.file).read_bytes()
        page = site.room._page("pictures", key.removeprefix(host))
        assert hashlib.sha256(data).hexdigest() == hashlib.sha256(page.body).hexdigest() == entry.sha256
    assert media(site) == {entry.file for entry in found.values()}
    assert (report["kept"], report["owed"]) == (len(found), len(answers) - len(found))


def test_what_came_is_told_in_the_summary_the_metrics_and_the_progress(site: Site, tmp_path: Path) -> None:
    site.room.pictures_here = True
    ran = site.crawl(settings=ON | {"FINEWS_METRICS": str(tmp_path / "finews.prom")})
    report = site.report()["pictures"]
    assert f"\npictures: {report['kept']} kept, {report['owed']} owed (" in ran.out
    metrics = dict(line.rsplit(" ", 1) for line in (tmp_path / "finews.prom").read_text("utf-8").splitlines())
    told = {name: int(metrics[f"finews_pictures_{name}"]) for name in ("kept", "bytes", "owed", "given_up")}
    assert told == {name: report[name] for name in told}
    counted = {name: ran.stats[f"finews/pictures/{name}"] for name in ("due", "done")}
    assert counted == dict.fromkeys(counted, report["kept"] + report["owed"])
    without = Site(tmp_path / "without", site.room)
    assert without.crawl(settings={"FINEWS_METRICS": str(tmp_path / "without.prom")}).code == 0
    assert "pictures" not in (tmp_path / "without.prom").read_text("utf-8")


def test_posts_are_the_same_with_pictures_and_without_and_each_run_commits_its_pictures(
    site: Site, tmp_path: Path
) -> None:
    git(tmp_path, "init", "-q", "-b", "main", str(site.output))
    site.room.pictures_here = True
    assert site.crawl(settings=ON | {"FINEWS_PUBLISH": "commit"}).code == 0
    assert git(site.output, "status", "--porcelain").split() in ([], ["??", ".finews/"])
    tracked = git(site.output, "ls-files").split()
    assert {file for file in tracked if file.startswith("media/")} == {f"media/{file}" for file in media(site)} != set()
    with_pictures = site.posts()
    without = Site(tmp_path / "without", site.room)
    assert without.crawl().code == 0
    assert without.posts() == with_pictures
    assert not (without.output / "media").exists()
    assert not (without.output / "_data").exists()
    assert "pictures" not in without.report()


def test_where_it_is_off_nothing_of_it_is_loaded_or_asked_for(site: Site) -> None:
    site.room.pictures_here = True
    ran = site.crawl(PYTHONPROFILEIMPORTTIME="1")
    assert "finews_spider.sources" in ran.err
    assert not re.search(r"finews_spider\.(?:pictures|ledger\.pictures)\b", ran.err)
    assert site.room.requests("pictures") == []


def test_pictures_of_hosts_that_no_source_names_are_not_asked_for_and_are_told(site: Site) -> None:
    assert site.crawl(settings=ON).code == 0  # posts name the real host, and the sources file the newsroom
    assert site.room.requests("pictures") == []
    assert site.report()["pictures"]["elsewhere"].keys() == {"dfscdn.dfcfw.com"}


def test_a_run_for_a_category_that_is_none_asks_for_no_picture(site: Site) -> None:
    site.room.pictures_here = True
    site.room.answer("pictures", "/download", status=404)
    soon = ON | {"FINEWS_OWED_PAUSE": "0"}
    assert site.crawl(settings=soon).code == 0
    assert site.report()["pictures"]["owed"]
    site.room.log.clear()
    assert site.crawl("category=ZhongguoZhengquan", settings=soon).code == 2
    assert site.room.requests("site")
    assert site.room.requests("pictures", "/download") == []


def test_a_picture_that_is_missing_is_asked_for_again_after_a_pause_and_kept_when_it_comes(
    tmp_path: Path, room: Newsroom
) -> None:
    site = TimedSite(tmp_path / "site", room)
    room.pictures_here = True
    room.answer("pictures", "/download", status=503)
    assert site.crawl(settings=ON).code == 0
    assert len(site.posts()) > 10
    assert not entries(site)
    owed = site.report()["pictures"]["owed"]
    assert owed > 5
    room.clear()
    room.pictures_here = True
    assert site.crawl(settings=ON).code == 0
    asked = len(site.room.requests("pictures", "/download"))
    assert asked < owed  # those that were asked for wait; of a host that fails, most were not
    site.now += timedelta(days=1)
    assert site.crawl(settings=ON).code == 0
    assert len(entries(site)) + site.report()["pictures"]["owed"] == owed
    assert len(entries(site)) > owed / 2


def test_a_picture_that_stays_missing_is_given_up_after_some_days_and_no_run_asks_again(
    tmp_path: Path, room: Newsroom
) -> None:
    site = TimedSite(tmp_path / "site", room)
    room.pictures_here = True
    gone = 0
    for _ in range(12):
        assert site.crawl(settings=ON).code == 0
        gone += site.report()["pictures"]["given_up"]
        site.now += timedelta(days=2)
    assert gone > 0
    assert site.report()["pictures"]["owed"] == 0
    assert site.room.requests("pictures", "/download") == []


def test_what_is_older_or_more_than_is_asked_for_leaves_the_site_and_no_run_brings_it_back(
    tmp_path: Path, room: Newsroom
) -> None:
    site = TimedSite(tmp_path / "site", room)
    room.pictures_here = True
    assert site.crawl(settings=ON).code == 0
    before = entries(site)
    assert site.crawl(settings=ON | {"FINEWS_PICTURES_DAYS": "5"}).code == 0
    kept_days = [day for day, _ in kept.days(site.output)]
    assert min(kept_days) >= "2022-01-08"
    after = entries(site)
    assert 0 < len(after) < len(before)
    assert media(site) == {entry.file for entry in after.values()}
    assert site.report()["pictures"]["left"] == len(before) - len(after)
    assert site.crawl(settings=ON | {"FINEWS_PICTURES_DAYS": "5"}).code == 0
    assert entries(site) == after


IN_NO_TIME = """
from scrapy.cmdline import execute
from finews_spider.pictures.extension import PicturesExtension
PicturesExtension.max_seconds = 0.5
execute()
"""


def test_a_run_asks_for_so_long_only_and_the_next_one_goes_on(site: Site) -> None:
    site.room.pictures_here = True
    site.room.answer("pictures", "/download", delay=1.0)
    command = [sys.executable, "-c", IN_NO_TIME, *site.words((), ON)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=60)
    report, asked = site.report()["pictures"], len(site.room.requests("pictures", "/download"))
    assert report["kept"] > 0
    assert report["owed"] + report["kept"] > asked == MAX_UNDER_WAY
    site.room.clear()
    assert site.crawl(settings=ON).code == 0
    assert len(site.room.requests("pictures", "/download")) == report["owed"] + report["kept"] - asked


def test_of_too_much_the_oldest_leaves(tmp_path: Path) -> None:
    noted: list[str] = []
    (tmp_path / TEMPORARY).mkdir(parents=True)
    head = Head("png", 3, 2)
    for day in ("2022-01-01", "2022-01-02", "2022-01-03"):
        one = Fetched(f"p.example/{day}.png", b"x" * 400_000, head, [day])
        both = Fetched("p.example/logo.png", b"y" * 200_000, head, [day])
        keep(tmp_path, [one, both], noted.extend)
    assert expire(tmp_path, 0, 2, date(2022, 1, 9), noted.extend) == 0
    assert expire(tmp_path, 0, 1, date(2022, 1, 9), noted.extend) == 1
    assert [day for day, _ in kept.days(tmp_path)] == ["2022-01-02", "2022-01-03"]
    assert {path.name for path in tmp_path.glob("media/**/*.png")} == {"2022-01-02.png", "2022-01-03.png", "logo.png"}
    assert {"media/p.example/2022-01-01.png", "_data/pictures/2022-01/01.yml"} <= set(noted)
    assert expire(tmp_path, 3, 0, date(2022, 1, 9), noted.extend) == 3
    assert not list(tmp_path.glob("media/*"))


def test_a_name_that_another_picture_has_is_not_taken_from_it(tmp_path: Path) -> None:
    (tmp_path / TEMPORARY).mkdir(parents=True)
    head = Head("png", 3, 2)
    for number, day in enumerate(("2022-01-01", "2022-01-02")):
        keep(tmp_path, [Fetched("p.example/a.png", bytes((number,)), head, [day])], lambda _: None)
    files = [entry.file for _, file in kept.days(tmp_path) for entry in kept.read(file).values()]
    assert len(set(files)) == 2
    assert [(tmp_path / "media" / file).read_bytes() for file in files] == [b"\0", b"\1"]


def test_pictures_of_posts_that_are_there_are_asked_for_by_a_command(site: Site) -> None:
    site.room.pictures_here = True
    assert site.crawl().code == 0
    posts = site.posts()
    ran = pictures(site, "-a", "since=2022-01-05", "-a", "until=2022-01-08")
    assert ran.code == 0, ran.err
    assert "kept" in ran.out
    assert {day for day, _ in kept.days(site.output)} <= {f"2022-01-0{day}" for day in range(5, 9)}
    some = len(entries(site))
    assert some > 0
    assert pictures(site, "-a", "since=2021-01-01").code == 0
    assert len(entries(site)) > some
    assert not [logged for logged in site.room.log if logged.role != "pictures"]
    assert site.posts() == posts
    assert site.crawl().code == 0


def test_the_command_asks_one_host_alone(site: Site) -> None:
    site.room.pictures_here = True
    assert site.crawl().code == 0
    host = site.room.urls["pictures"].partition("//")[2]
    sources = site.output.with_name("two.toml")
    text = re.sub(r"(?m)^pictures = .*", f'pictures = ["http://{host}", "http://127.0.0.9"]', site.room.sources_toml())
    sources.write_text(text, encoding="utf-8")
    options = ("-s", f"FINEWS_SOURCES_FILE={sources}", "-a", "since=2021-01-01")
    assert pictures(site, *options, "-a", "host=127.0.0.9").code == 0
    assert site.room.log == []
    assert entries(site) == {}
    assert pictures(site, *options, "-a", f"host={host}").code == 0
    assert len(entries(site)) > 10
    ran = pictures(site, *options, "-a", "host=else.example")
    assert ran.code == 2
    assert "host=else.example: is none of the sources file's pictures, 127.0.0.1:" in ran.err


def test_the_command_refuses_what_cannot_be_meant(site: Site) -> None:
    assert site.crawl().code == 0
    assert pictures(site, "-s", "FINEWS_PICTURES=off").code == 2
    assert pictures(site, "-a", "since=yesterday").code == 2
    assert pictures(site, "-a", "category=a").code == 2
    with closing(sqlite3.connect(site.output / ".finews/ledger.sqlite")) as ledger:
        ledger.execute("PRAGMA user_version = 99")
    ran = pictures(site)
    assert ran.code == 2
    assert "is of version 99" in ran.err
    assert "Traceback" not in ran.err


def test_verify_names_pictures_that_are_missing_damaged_or_orphaned_and_has_the_site_forget_them(site: Site) -> None:
    site.room.pictures_here = True
    assert site.crawl(settings=ON).code == 0
    verify = ("verify", "-s", f"FINEWS_OUTPUT={site.output}")
    assert re.search(r"\d pictures read\nno fault", run_forked(*verify).out)
    assert f"{sum(len(kept.read(file)) for _, file in kept.days(site.output))} pictures read" in run_forked(*verify).out
    missing, damaged, *others = sorted(entries(site).values(), key=lambda entry: entry.file)
    (site.output / "media" / missing.file).unlink()
    (site.output / "media" / damaged.file).write_bytes(b"\xff\xd8\xff")
    orphan = site.output / "media" / missing.file.partition("/")[0] / "orphan.png"
    orphan.write_bytes(b"a")
    (site.output / "media/mine.png").write_bytes(b"of the site's own")
    ran = run_forked(*verify)
    assert ran.code == 8
    for what in (f"missing: media/{missing.file}", f"damaged: media/{damaged.file}", "orphaned: media/"):
        assert what in ran.out
    assert re.search(
        rf"verify --fix -s FINEWS_OUTPUT={site.output}, then \S+ pictures -a since=\S+ -s FINEWS_", ran.out
    )
    assert f"verify --fix -s FINEWS_OUTPUT={site.output} sets it aside" in ran.out
    assert run_forked(*verify, "--fix").code == 0
    assert set(entries(site).values()) == set(others)
    assert media(site) == {*(entry.file for entry in others), "mine.png"}
    assert run_forked(*verify).code == 0


def test_with_evidence_verify_brings_back_what_the_site_has_lost(site: Site) -> None:
    site.room.pictures_here = True
    settings = ON | {"FINEWS_EVIDENCE": "articles", "FINEWS_PUBLISH": "commit"}
    git(site.output.parent, "init", "-q", "-b", "main", str(site.output))
    assert site.crawl(settings=settings).code == 0
    before, there = entries(site), bytes_of(site)
    missing, damaged, *_ = sorted(there)
    missing.unlink()
    damaged.write_bytes(b"damaged")
    ran = run_forked("verify", "--fix", "-s", f"FINEWS_OUTPUT={site.output}")
    assert ran.code == 0
    assert ran.out.count("; it is brought back from its capture") == 2
    assert "2 faults, 2 mended" in ran.out
    assert bytes_of(site) == there
    assert entries(site) == before
    assert [path.read_bytes() for path in site.output.glob(f".finews/damaged/**/{damaged.name}")] == [b"damaged"]
    assert "no fault" in run_forked("verify", "-s", f"FINEWS_OUTPUT={site.output}").out
    shutil.rmtree(site.output / "_evidence")
    missing.unlink()
    ran = run_forked("verify", "--fix", "-s", f"FINEWS_OUTPUT={site.output}")
    assert "the site tells of it no more" in ran.out


def test_so_does_it_what_came_packed(site: Site) -> None:
    packed = gzip.compress(png(1))

    async def pack(_: web.BaseRequest) -> web.StreamResponse:
        return web.Response(body=packed, headers={"Content-Encoding": "gzip"})

    site.room.pictures_here = True
    site.room.answer("pictures", "/download", handler=pack)
    assert site.crawl(settings=ON | {"FINEWS_EVIDENCE": "articles"}).code == 0
    there = bytes_of(site)
    assert set(there.values()) == {png(1)}
    for file in there:
        file.unlink()
    ran = run_forked("verify", "--fix", "-s", f"FINEWS_OUTPUT={site.output}")
    assert "the site tells of it no more" not in ran.out
    assert bytes_of(site) == there


def test_with_evidence_pictures_are_captures_too(site: Site) -> None:
    site.room.pictures_here = True
    assert site.crawl(settings=ON | {"FINEWS_EVIDENCE": "articles"}).code == 0
    assert {f"http://{key}" for key in nonempty(entries(site))} <= set(urls(captures(site, "response", "revisit")))
    assert run_forked("verify", "-s", f"FINEWS_OUTPUT={site.output}").code == 0


def test_the_command_tells_what_cannot_be_published_as_a_run_does(site: Site) -> None:
    site.room.pictures_here = True
    assert site.crawl("category=emnews").code == 0
    ran = pictures(site, "-s", "FINEWS_PUBLISH=commit")
    assert ran.code == 5
    told, _, _ = ran.err.partition("Spider opened")
    assert "scrapy pictures: FINEWS_PUBLISH: " in told
    assert "git init" in told
