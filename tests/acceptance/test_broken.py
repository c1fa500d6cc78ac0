"""Broken means loud, through the front door: 60 days without a false alarm, breakages that the first run tells of."""

import json
import re
import shutil
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import cached_property
from itertools import accumulate
from pathlib import Path
from typing import Any

import pytest

from finews_spider.dates import BEIJING
from finews_spider.newsroom.finews import post_folder
from finews_spider.newsroom.server import Newsroom
from finews_spider.newsroom.words import SLUGS
from finews_spider.newsroom.world import World
from tests.conftest import Site
from tests.support import forks
from tests.support.whole import whole

pytestmark = pytest.mark.slow

FIRST = date(2022, 1, 3)  # a Monday
TEXT_API = "/NewsData/GetNewsText.do"
COLUMNS = ("ccjdd", "cssgs", "cgnjj")  # each has stories from the first day on


class Uneven(World):
    """So many stories on each day from FIRST on."""

    def __init__(self, stories: list[int]) -> None:
        super().__init__(articles=sum(stories), days=len(stories), until=FIRST + timedelta(days=len(stories) - 1))
        self._until = list(accumulate(stories))

    @cached_property
    def _midnight(self) -> datetime:
        return datetime.combine(FIRST, time(), BEIJING)

    def time(self, index: int) -> datetime:
        day = bisect_right(self._until, index)
        first = self._until[day - 1] if day else 0
        return self._midnight + timedelta(days=day, seconds=(index - first) * 86400 // (self._until[day] - first))


@dataclass
class Days(Site):
    """A site that is fed day by day, by a clock of its own."""

    sources: str

    def crawl_at(self, day: int, hour: int = 22, out: int | None = None) -> tuple[int, list[str]]:
        """The exit code of a run on that day, and what it says is broken. `out`: later days' stories are not."""
        now = datetime.combine(FIRST + timedelta(days=day), time(hour), BEIJING)
        self.room.now = now if out is None else now - timedelta(days=day - out)
        self.room.clock = now
        words = self.words((f"source={self.sources}",), {"FINEWS_SOURCES_FILE": str(self.sources_file())})
        with self.log.open("wb") as log:
            code = forks.start(words, log, log, now).wait()
        report = json.loads(max(self.output.glob(".finews/runs/*.json")).read_text(encoding="utf-8"))
        assert report["exit_code"] == code
        return code, report["broken"]

    def sources_file(self) -> Path:
        """Few columns, and the limit of age that is shipped."""
        columns = rf'    {{ id = (?!\d+, slug = "(?:{"|".join(COLUMNS)})).*\n'
        head, table, eastmoney = re.sub(columns, "", self.room.sources_toml()).partition("[eastmoney]")
        file = self.output.with_name("few.toml")
        file.write_text(head + table + eastmoney.replace("max_age_days = 0", "max_age_days = 10"), encoding="utf-8")
        return file


# Nothing is wrong.


HOLIDAY = whole(28, 16)  # its first day


def stories_of(day: int) -> int:
    """Busy days, ordinary ones, quiet weekends, and a holiday of nine days with next to nothing."""
    if HOLIDAY <= day < HOLIDAY + 9:
        return int(day == HOLIDAY + 4)
    if day % 7 >= 5:
        return (3, 0, 1)[day % 3]
    return 30 if day % 10 == 1 else 8


def test_sixty_days_without_an_alarm(tmp_path: Path) -> None:
    days = range(whole(60, 27))
    stories = [stories_of(day) for day in days]
    often = {5: "a Saturday", 11: "a busy day", HOLIDAY + 5: "a holiday"}
    runs = [(day, hour) for day in days for hour in ((9, 13, 17, 22) if day in often else (22,))]
    with Newsroom(Uneven(stories)) as room:
        site = Days(tmp_path / "site", room, "finews,eastmoney")
        noted = {run: noted for run in runs if (noted := site.crawl_at(*run)) != (0, [])}
    assert noted == {}
    assert len(site.posts()) > sum(stories)


# Something is.

HEALTHY = 4  # days before it
PARKED = "<html><head><title>example.com</title></head><body><h1>此域名可以出售</h1></body></html>"
CAPTCHA = "<html><head><title>安全验证</title></head><body>请拖动滑块完成验证</body></html>"
LOGIN = "<html><head><title>用户登录</title></head><body><form><input type=password></form></body></html>"
PORTAL = f"<html><head><title>东方财富网</title></head><body>{'<p>财经要闻一览</p>' * 99}</body></html>"
CATEGORY = "/category/zhongguozhengquanbao"
LIST_API = "/comm/web/"
TEXTS = {"share": TEXT_API, "origin": TEXT_API}
ARTICLES = {"newsinfo": "/kuaixun/", "finance": "/a/"}
POSTS = [f"/{post_folder(slug)}/2022/" for slug in (*SLUGS.values(), "emnews")]

Happens = Callable[[Newsroom], None]
Edit = Callable[[str], str]


def answers(paths: dict[str, str], **another: Any) -> Happens:
    """These roles answer so to paths that begin so."""

    def happens(room: Newsroom) -> None:
        for role, prefix in paths.items():
            room.answer(role, prefix, **another)

    return happens


def and_posts(before: Happens, **another: Any) -> Happens:
    """And so do the pages of posts."""

    def happens(room: Newsroom) -> None:
        before(room)
        for prefix in POSTS:
            room.answer("site", prefix, **another)

    return happens


def replaced(pattern: str, by: str) -> Edit:
    return lambda text: re.sub(pattern, by, text, flags=re.DOTALL)


def cut(text: str) -> str:
    """Bodies are their first words."""

    def first_words(found: re.Match[str]) -> str:
        return f"{found[1]}<p>{re.sub('<[^>]*>', '', found[2])[:12]}</p>"

    return re.sub(r'("(?:text|content|body|Art_Content)":")((?:[^"\\]|\\.)*)', first_words, text)


NO_TITLE = replaced(r'("(?:Art_T|t)itle":")(?:[^"\\]|\\.)*|(<div class="title">|<h1>)[^<]*', r"\1\2")

# What happens to the sites one day, and what the run of that day has to say of the source.
BREAKAGES: dict[str, tuple[str, Happens, str]] = {
    "a category without rows": (
        "finews",
        answers({"site": CATEGORY}, edit=replaced("<li>.*</li>", "")),
        r"category zhongguozhengquanbao has no rows, and had \d+ before",
    ),
    "columns without rows": (
        "eastmoney",
        answers({"listapi": LIST_API}, edit=replaced(r'"list":\[.*\]', '"list":[]')),
        r"all 3 column lists have no rows, and had \d+ before",
    ),
    "another markup": (
        "finews",
        answers({"site": "/"}, edit=replaced("(</?)li>", r"\1div>")),
        "home could not be read: cannot be read: home page names no article",
    ),
    "JSON of another shape": (
        "eastmoney",
        answers({"listapi": LIST_API}, edit=replaced('"list"', '"items"')),
        "all 3 column lists could not be read: cannot be read: list is no list",
    ),
    "rows of another shape": (
        "eastmoney",
        answers({"weblist": LIST_API}, edit=replaced('"code":"2', '"newsid":"2')),
        "flashes could not be read",
    ),
    "HTML where JSON is due": (
        "eastmoney",
        answers({"weblist": LIST_API}, body=PORTAL),
        "flashes could not be read: cannot be read: not JSON",
    ),
    "a login page": (
        "eastmoney",
        answers({"listapi": LIST_API}, body=LOGIN),
        r"all 3 column lists could not be read: cannot be read: login page \(3\)",
    ),
    "a captcha with status 200": (
        "finews",
        answers(TEXTS, body=CAPTCHA),
        r"\d+ answers were captcha, block, login or empty pages",
    ),
    "a dead host of lists": (
        "eastmoney",
        answers({"listapi": "/", "roll": "/"}, status=503),
        "all 3 column lists, roll could not be read: HTTP 503",
    ),
    "what robots.txt forbids": (
        "eastmoney",
        lambda room: room.robots.update(weblist="User-agent: *\nDisallow: /"),
        "flashes could not be read: Forbidden by robots.txt",
    ),
    "a parked domain": ("finews", answers({"site": "/"}, body=PARKED), "home, all 2 category lists could not be read"),
    "share host and origin gone": (
        "finews",
        answers(TEXTS, status=502),
        r"\d+ of \d+ articles came by the last route only",
    ),
    "empty texts": (
        "finews",
        answers(TEXTS, edit=replaced(r'("text|content)":".*"', r'\1":""')),
        r"\d+ of \d+ articles came by the last route only",
    ),
    "all articles gone": (
        "finews",
        and_posts(answers({**TEXTS, **ARTICLES}, status=404), status=404),
        r"(\d+) of \1 new articles could not be archived: HTTP 404 \(\1\)",
    ),
    "articles of another shape": (
        "eastmoney",
        answers(ARTICLES, edit=replaced('Art_Content|"body"|ContentBody', "Text")),
        r"1[0-9] of 1[0-9] new articles could not be archived: .*no #ContentBody",  # some are flashes alone
    ),
    "titles gone": (
        "eastmoney",
        answers({**ARTICLES, "listapi": LIST_API, "weblist": LIST_API}, edit=NO_TITLE),
        r"[0-9]+ of [0-9]+ articles came by the last route only",  # the page, whose <title> tells it
    ),
    "bodies cut to a stub": (
        "finews",
        answers(TEXTS, edit=cut),
        r"the bodies of \d+ articles are much shorter: \d{2,3} characters on average, \d{4} and more before",
    ),
    "bodies of some words": (
        "eastmoney",
        answers(ARTICLES, edit=cut),
        r"the bodies of \d+ articles are much shorter",
    ),
}


together = pytest.mark.xdist_group("broken")  # who look at the same healthy sites


@pytest.fixture(scope="module")
def healthy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Days]]:
    """Each source's site after some days without trouble; stories are there for some days more."""
    with Newsroom(Uneven([24] * (HEALTHY + 3))) as room:
        sites = {}
        for source in ("finews", "eastmoney"):
            sites[source] = Days(tmp_path_factory.mktemp(source) / "site", room, source)
            assert [sites[source].crawl_at(day) for day in range(HEALTHY)] == [(0, [])] * HEALTHY
        yield sites


@pytest.fixture
def copy(healthy: dict[str, Days], tmp_path: Path) -> Iterator[Callable[[str], Days]]:
    """A copy of a source's site."""
    room = healthy["finews"].room

    def copy_of(source: str) -> Days:
        shutil.copytree(healthy[source].output, tmp_path / "site")
        return replace(healthy[source], output=tmp_path / "site")

    yield copy_of
    room.clear()


@together
@pytest.mark.parametrize("source", ["finews", "eastmoney"])
def test_the_day_after_is_well(copy: Callable[[str], Days], source: str) -> None:
    assert copy(source).crawl_at(HEALTHY) == (0, [])


@together
@pytest.mark.parametrize("name", BREAKAGES)
def test_a_breakage_is_told_of_by_the_first_run(copy: Callable[[str], Days], name: str) -> None:
    source, happens, noted = BREAKAGES[name]
    site = copy(source)
    happens(site.room)
    code, reasons = site.crawl_at(HEALTHY)
    assert code == 4
    assert any(re.match(f"{source}: {noted}", reason) for reason in reasons), reasons


@together
@pytest.mark.parametrize(
    ("name", "noted"),
    [
        ("columns without rows", "have no rows"),
        ("all articles gone", "could not be archived"),
        ("bodies cut to a stub", "are much shorter"),
    ],
)
def test_what_lasts_is_told_of_until_it_is_mended(copy: Callable[[str], Days], name: str, noted: str) -> None:
    source, happens, _ = BREAKAGES[name]
    site = copy(source)
    happens(site.room)
    for day in (HEALTHY, HEALTHY + 1):
        code, (reason,) = site.crawl_at(day)
        assert code == 4
        assert noted in reason
    site.room.clear()
    assert site.crawl_at(HEALTHY + 2) == (0, [])


@together
def test_what_a_broken_source_calls_gone_is_archived_when_it_is_mended(copy: Callable[[str], Days]) -> None:
    site = copy("finews")
    _, happens, _ = BREAKAGES["all articles gone"]
    happens(site.room)
    before = site.names()
    for hour in (0, 6, 12, 18):
        site.crawl_at(HEALTHY, hour=hour)
    (finews,) = site.report()["sources"].values()
    site.room.clear()
    site.crawl_at(HEALTHY, hour=23)
    new = site.report()["sources"]["finews"]["new"]  # what came meanwhile
    assert finews["owed"] > 0
    assert finews["withdrawn"] == 0
    assert len(site.names() - before) == finews["owed"] + new


@together
def test_lists_that_are_frozen_are_told_of(copy: Callable[[str], Days]) -> None:
    site = copy("eastmoney")
    assert site.crawl_at(HEALTHY + 9, out=HEALTHY) == (0, [])
    code, reasons = site.crawl_at(HEALTHY + 11, out=HEALTHY)
    assert code == 4
    assert [reason.partition(" is of")[0] for reason in reasons] == [
        "eastmoney: the newest item of all 3 column lists",
        "eastmoney: the newest item of flashes",
    ]
