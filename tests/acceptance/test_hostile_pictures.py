"""Pictures that mean harm, at the front door: refused, or kept as what they are, and no article waits for them."""

import gzip
import zlib
from contextlib import suppress
from itertools import cycle

import pytest
from aiohttp import web

from finews_spider.newsroom.picture_files import jpg, png
from finews_spider.newsroom.rules import Handler
from finews_spider.pictures.addresses import MAX_PICTURES, file_of
from finews_spider.pictures.requests import MAX_BYTES
from tests.acceptance.test_pictures import ON, entries, media
from tests.conftest import Site
from tests.pictures.test_heads import HOSTILE
from tests.support.nonempty import nonempty

pytestmark = pytest.mark.slow


def name_in_article(site: Site, *addresses: str) -> None:
    """Have the next article that is asked for name these pictures too."""
    names = "".join(f"<img src='{address}'>" for address in addresses)
    site.room.answer("share", "/NewsData/", edit=lambda text: text.replace("<p>", f"<p>{names}", 1), times=1)


def test_addresses_that_have_one_name_on_a_disk_are_kept_apart(site: Site) -> None:
    host = site.room.urls["pictures"]
    plain = file_of(f"{host[7:]}/download/D.JPG", "png").partition("/")[2]  # the name of another is an address too
    paths = [
        "D.jpg",
        "d.jpg",
        "D.JPG",
        "d.jpg?a",
        "d.png",
        "D/d.jpg",
        "..%2fd.jpg",
        "%2e%2e/d.jpg",
        "CON.jpg",
        "d.jpg.",
        "图.jpg",
    ]
    paths += [f"../{plain}", "x" * 300 + ".jpg", "x" * 300 + "y.jpg", "y/" * 100 + "d.jpg"]
    name_in_article(site, *(f"{host}/download/{path}" for path in nonempty(paths)))
    site.room.answer("pictures", "/", handler=number_of)
    assert site.crawl(settings=ON).code == 0
    found = entries(site)
    assert len(found) == len(paths)
    files = {entry.file for entry in found.values()}
    assert len({file.lower() for file in files}) == len(files) == len(paths)
    assert media(site) == files
    asked = [logged.path for logged in site.room.requests("pictures") if logged.path != "/robots.txt"]
    assert {(site.output / "media" / file).read_bytes() for file in files} == {
        png(zlib.crc32(one.encode())) for one in asked
    }


async def number_of(request: web.BaseRequest) -> web.StreamResponse:
    """A picture that tells what was asked for."""
    if request.path == "/robots.txt":
        return web.Response(status=404)
    return web.Response(body=png(zlib.crc32(request.path_qs.encode())), content_type="image/png")


def test_what_comes_packed_is_kept_unpacked_and_not_where_it_is_too_much(site: Site) -> None:
    host = site.room.urls["pictures"]
    picture = jpg(1) + bytes(9000)
    bomb = jpg(1) + bytes(MAX_BYTES)
    packed = {
        "D1.jpg": (gzip.compress(picture), "gzip"),
        "D2.jpg": (zlib.compress(picture), "deflate"),
        "D3.jpg": (picture, "identity"),
        "D4.jpg": (gzip.compress(bomb), "gzip"),
        "D5.jpg": (picture, "gzip"),
        "D6.jpg": (gzip.compress(gzip.compress(bomb)), "gzip, gzip"),
    }

    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        body, encoding = packed[request.path.rpartition("/")[2]]
        return web.Response(body=body, headers={"Content-Encoding": encoding})

    name_in_article(site, *(f"{host}/download/{name}" for name in packed))
    site.room.answer("pictures", "/download", handler=answer)
    ran = site.crawl(settings=ON)
    assert ran.code == 0
    assert "Traceback" not in ran.err
    assert {key.rpartition("/")[2] for key in entries(site)} == {"D1.jpg", "D2.jpg", "D3.jpg"}
    assert {path.read_bytes() for path in site.output.glob("media/**/*.jpg")} == {picture}
    asked = {logged.headers["Accept-Encoding"] for logged in site.room.requests("pictures", "/download")}
    assert asked == {"identity"}  # what is not packed tells its length


async def redirect(_: web.BaseRequest) -> web.StreamResponse:
    return web.Response(status=302, headers={"Location": "http://localhost:1/a.png"})


async def metadata(_: web.BaseRequest) -> web.StreamResponse:
    return web.Response(status=302, headers={"Location": "http://169.254.169.254/latest/meta-data/"})


async def endless(request: web.BaseRequest) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "image/png"})
    await response.prepare(request)
    with suppress(ConnectionError):
        for _ in range(200):
            await response.write(png(1) + bytes(60_000))
    return response


async def cut_short(request: web.BaseRequest) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Length": "100000"})
    await response.prepare(request)
    await response.write(png(1))
    assert request.transport
    request.transport.close()
    return response


def test_hostile_answers_are_refused_and_no_article_waits_for_them(site: Site) -> None:
    attacks: list[tuple[bytes, str] | Handler] = [*HOSTILE.values(), redirect, metadata, endless, cut_short]
    turn = cycle(attacks)

    async def attack(request: web.BaseRequest) -> web.StreamResponse:
        one = next(turn)
        if isinstance(one, tuple):
            return web.Response(body=one[0], headers={"Content-Type": "image/jpeg"})
        return await one(request)

    host = site.room.urls["pictures"]
    paths = [f"/download/D{number}.jpg" for number in range(len(attacks))]
    for first in range(0, len(paths), MAX_PICTURES):  # of one article, no more are asked for
        name_in_article(site, *(f"{host}{path}" for path in paths[first : first + MAX_PICTURES]))
    site.room.answer("pictures", "/download", handler=attack)
    ran = site.crawl(settings=ON)
    assert ran.code == 0
    assert "Traceback" not in ran.err
    report = site.report()["pictures"]
    assert {logged.path for logged in site.room.requests("pictures", "/download")} == {*paths}
    assert not media(site)
    assert not entries(site)
    assert {"too many pixels", "damaged", "no picture", "too large", "cut short"} <= report["failed"].keys()
    final = (
        sum(why.startswith("too many") or "SVG" in what for what, (_, why) in HOSTILE.items()) + 1
    )  # and the endless
    assert (report["given_up"], report["owed"]) == (final, len(attacks) - final)  # another try would give the same
    assert not [logged for logged in site.room.log if logged.path.startswith("/latest")]
