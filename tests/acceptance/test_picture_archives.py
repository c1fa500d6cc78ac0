"""A picture that its host has no more is had from an archive of the web, where a source names one, once."""

import hashlib
import re
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from finews_spider.dates import BEIJING
from finews_spider.newsroom.server import Newsroom
from finews_spider.newsroom.web_archive import PICTURES_AT
from finews_spider.pictures import kept
from tests.acceptance.test_archive_looks import LookingSite
from tests.acceptance.test_hostile_pictures import cut_short
from tests.acceptance.test_pictures import ON, entries, media
from tests.conftest import run_forked
from tests.evidence.conftest import kept as captures
from tests.evidence.conftest import urls
from tests.pictures.test_heads import HOSTILE
from tests.support.nonempty import nonempty

pytestmark = pytest.mark.slow

LATER = datetime(2022, 2, 20, 9, tzinfo=BEIJING)  # all posts are older than a week
SOON = ON | {"FINEWS_OWED_PAUSE": "0"}  # what failed is due at once


@pytest.fixture
def looking(tmp_path: Path, room: Newsroom) -> LookingSite:
    """A site that has its posts; of its pictures the host has none any more."""
    site = LookingSite(tmp_path / "site", room, LATER)
    room.pictures_here = True
    assert site.crawl().code == 0
    room.answer("pictures", "/download", status=404)
    return site


def looked_for(site: LookingSite) -> Counter[str]:
    """What was asked of the archive, by the path on the host of pictures."""
    paths = [logged.path for logged in site.room.requests("archive", "/web/")]
    return Counter(re.sub(r".*id_/https?://[^/]+", "", path) for path in paths)


def old_ones(site: LookingSite, **settings: str) -> dict[str, int]:
    """What a run reports that asks for the pictures of all posts."""
    words = [word for name, value in (SOON | settings).items() for word in ("-s", f"{name}={value}")]
    _, _, *options = site.words((), {})
    options = [word for word in options if word not in ("-a", "source=finews")]
    ran = site.run("pictures", *options, *words, "-a", "since=2021-12-01")
    assert ran.code in (0, 4), ran.err  # an archive that fails looks broken
    assert "Traceback" not in ran.err
    report: dict[str, int] = site.report()["pictures"]
    return report


def test_what_it_captured_is_kept_as_it_came(looking: LookingSite) -> None:
    report = old_ones(looking)
    asked, found = looked_for(looking), entries(looking)
    host = looking.room.urls["pictures"].removeprefix("http://")
    assert asked.keys() == {logged.path for logged in looking.room.requests("pictures", "/download")}
    assert found.keys() == {f"{host}{path}" for path in nonempty(asked) if not path.endswith("7.jpg")}
    for key, entry in nonempty(found.items()):
        original = looking.room._page("pictures", key.removeprefix(host)).body
        assert (looking.output / "media" / entry.file).read_bytes() == original
        assert entry.sha256 == hashlib.sha256(original).hexdigest()
    assert report["from_archive"] == report["kept"] == len(found)
    assert report["owed"] == len(asked) - len(found) > 0
    assert f"{len(found)} kept, {len(found)} of them from an archive of the web, " in looking.log.read_text("utf-8")
    (logged, *_) = looking.room.requests("archive", "/web/")
    assert re.match(r"/web/202\d{11}id_/http", logged.path)
    assert run_forked("verify", "-s", f"FINEWS_OUTPUT={looking.output}").code == 0


def test_so_is_what_was_on_a_host_that_answers_no_more(looking: LookingSite) -> None:
    async def gone(request: web.BaseRequest) -> web.StreamResponse:
        assert request.transport
        request.transport.close()
        return web.Response()

    looking.room.answer("pictures", "/", handler=gone)
    report = old_ones(looking)
    assert len(entries(looking)) == report["from_archive"] > 5
    assert len(looking.room.requests("pictures", "/download")) <= 5


def test_it_is_asked_only_where_it_is_named_and_once(looking: LookingSite) -> None:
    named, looking.fallback = looking.fallback, '["eastmoney"]'
    assert old_ones(looking)["from_archive"] == 0
    assert not looked_for(looking)
    looking.fallback = named
    assert looking.crawl(settings=SOON).code == 0
    missing = {path for path, count in looked_for(looking).items() if path.endswith("7.jpg") and count == 1}
    assert missing
    assert looking.crawl(settings=SOON).code == 0
    assert looking.room.requests("pictures", "/download")
    assert not looked_for(looking)
    old_ones(looking)  # by this command, they are asked for as if for the first time
    assert looked_for(looking).keys() == missing


def test_what_may_come_yet_is_not_looked_for(tmp_path: Path, room: Newsroom) -> None:
    site = LookingSite(tmp_path / "site", room)  # of posts of two weeks
    room.pictures_here = True
    room.answer("pictures", "/download", status=404)
    assert site.crawl(settings=SOON).code == 0
    assert 0 < len(looked_for(site)) < len(site.room.requests("pictures", "/download"))
    first: dict[str, str] = {}
    for day, file in kept.days(site.output):
        first |= {key: min(day, first.get(key, day)) for key in kept.read(file)}
    assert max(nonempty(list(first.values()))) <= "2022-01-06"
    room.answer("pictures", "/download", status=503)  # another answer than that it is gone
    site.now += timedelta(days=9)
    assert site.crawl(settings=SOON).code == 0
    assert not looked_for(site)


@pytest.mark.parametrize("answer", [{"status": 429}, {"handler": cut_short}], ids=["busy", "cut short"])
def test_an_archive_that_does_not_answer_to_the_end_is_asked_by_a_later_run(
    looking: LookingSite, answer: dict[str, Any]
) -> None:
    looking.room.answer("archive", "/web/", **answer)
    assert old_ones(looking)["from_archive"] == 0
    asked = looked_for(looking).keys()
    assert asked
    looking.room.clear()
    looking.room.answer("pictures", "/download", status=404)
    assert looking.crawl(settings=SOON).code == 0
    assert looking.report()["pictures"]["from_archive"] == len(entries(looking)) > 2
    assert looked_for(looking).keys() >= asked


def test_what_its_robots_txt_forbids_is_not_asked_for(looking: LookingSite) -> None:
    looking.room.robots["archive"] = "User-agent: *\nDisallow: /web/\n"
    assert old_ones(looking)["from_archive"] == 0
    assert not looked_for(looking)


@pytest.mark.parametrize(
    "location",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://localhost:1/a.png",
        "{pictures}/placeholder.png",
        f"{{archive}}/web/{PICTURES_AT}id_/https://{{host}}/download/D0.jpg",
    ],
)
def test_what_leads_elsewhere_is_none(looking: LookingSite, location: str) -> None:
    urls = looking.room.urls
    host = urls["pictures"].removeprefix("http://")
    there = location.format(pictures=urls["pictures"], archive=urls["archive"], host=host)

    async def lead(request: web.BaseRequest) -> web.StreamResponse:
        if there.endswith(request.path_qs):
            page = looking.room._page("pictures", "/download/D0.jpg")
            return web.Response(body=page.body, content_type="image/jpeg")
        return web.Response(status=302, headers={"Location": there})

    looking.room.answer("archive", "/web/", handler=lead)
    report = old_ones(looking)
    assert (report["kept"], report["from_archive"]) == (0, 0)
    assert not media(looking)
    assert not [logged for logged in looking.room.log if "placeholder" in logged.path or "latest" in logged.path]


def test_hostile_captures_are_refused(looking: LookingSite) -> None:
    turn = iter(list(HOSTILE.values()) * 9)

    async def attack(_: web.BaseRequest) -> web.StreamResponse:
        return web.Response(body=next(turn)[0], content_type="image/jpeg")

    looking.room.answer("archive", "/web/", handler=attack)
    assert old_ones(looking)["kept"] == 0
    assert not media(looking)


def test_with_evidence_it_is_kept_where_it_was_played(looking: LookingSite) -> None:
    old_ones(looking, FINEWS_EVIDENCE="articles")
    played = {url for url in urls(captures(looking, "response")) if f"/web/{PICTURES_AT}id_/" in url}
    assert len(played) >= len(nonempty(entries(looking)))
