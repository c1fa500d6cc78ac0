"""A month's captures are packed for other tools, and checked wherever they are."""

import json
import shutil
import sqlite3
import subprocess
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from random import Random

import pytest

from finews_spider import dates
from finews_spider.evidence.pack import sort_key
from finews_spider.evidence.reader import records
from finews_spider.evidence.segments import segments
from finews_spider.exit_codes import ExitCode
from tests.conftest import Ran, Site, run_forked
from tests.evidence.conftest import ALL, folder
from tests.support.nonempty import nonempty

pytestmark = pytest.mark.slow


def evidence(site: Site, *words: str | Path) -> Ran:
    options = [f"FINEWS_OUTPUT={site.output}", f"FINEWS_SOURCES_FILE={site.output.with_suffix('.toml')}"]
    ran = run_forked("evidence", *words, *(word for option in options for word in ("-s", option)))
    assert "Traceback" not in ran.err
    return ran


@pytest.fixture
def month() -> str:
    return f"{dates.now():%Y-%m}"


@pytest.fixture
def pack(site: Site, month: str) -> Path:
    """Of two runs, the first of which is of the month before."""
    assert site.crawl(settings=ALL).code == 0
    for path in folder(site).glob("finews-*"):
        path.rename(path.with_name(path.name.replace(month, "2020-01", 1)))
    rename_in_ledger(site, month)
    assert site.crawl(settings=ALL).code == 0
    ran = evidence(site, "pack", month)
    assert ran.code == 0, ran.err + ran.out
    return folder(site) / f"finews-{month}.wacz"


def rename_in_ledger(site: Site, month: str) -> None:
    with closing(sqlite3.connect(site.output / ".finews/ledger.sqlite", isolation_level=None)) as ledger:
        for table in ("pages", "captures"):
            ledger.execute(f"UPDATE {table} SET capture = replace(capture, 'finews-{month}', 'finews-2020-01')")


def test_a_pack_has_what_its_revisits_refer_to_an_index_and_pages(pack: Path, month: str) -> None:
    with zipfile.ZipFile(pack) as archive:
        names = archive.namelist()
        assert f"archive/finews-{month}-referred.warc.gz" in names
        index = [line.split(" ", 2) for line in archive.read("indexes/index.cdx").decode().splitlines()]
        assert index == sorted(index)
        files = {name: archive.read(name) for name in names if name.startswith("archive/")}
        for _, _, fields in nonempty(index):
            entry = json.loads(fields)
            data = files[f"archive/{entry['filename']}"]
            assert data[int(entry["offset"]) :].startswith(b"\x1f\x8b")
        assert json.loads(archive.read("pages/pages.jsonl").splitlines()[0])["format"] == "json-pages-1.0"


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("http://a.com", "com,a)/"),
        ("http://A.com/X/", "com,a)/x"),
        ("http://127.0.0.1:4080/emnews/", "1,0,0,127:4080)/emnews"),
        ("https://www2.a.com:443/x?B=2&a=1&a=0&b", "com,a)/x?a=0&a=1&b&b=2"),
        ("http://a.com//x/./y/../z?", "com,a)/x/z"),
        ("http://a.com/%7Ex/%E4%B8%AD?q=%2F", "com,a)/~x/%e4%b8%ad?q=/"),
        ("http://a.com/x?sid=0123456789abcdef0123456789abcdef&a=1#b", "com,a)/x?a=1"),
    ],
)
def test_addresses_are_sorted_as_replay_tools_look_for_them(url: str, key: str) -> None:
    """These are what pywb 2.10 makes of them."""
    assert sort_key(url) == key


def scrapy(site: Site, *words: str) -> Ran:
    options = [f"FINEWS_OUTPUT={site.output}", f"FINEWS_SOURCES_FILE={site.output.with_suffix('.toml')}"]
    return run_forked(*words, *(word for option in options for word in ("-s", option)))


def test_it_takes_the_place_of_its_files_and_is_read_in_their_place(site: Site, month: str) -> None:
    assert site.crawl(settings=ALL).code == 0
    assert evidence(site, "pack", month).code == 0
    assert segments(folder(site)) == []
    ran = scrapy(site, "verify")
    assert (ran.code, ran.out.splitlines()[-1]) == (0, "no fault"), ran.out
    assert site.crawl(settings=ALL).code == 0
    (segment,) = segments(folder(site))
    assert "response" not in {record.kind for record in records(segment)}  # all is known
    assert evidence(site, "pack", month).code == 0
    assert segments(folder(site)) == []
    assert scrapy(site, "verify").code == 0
    ran = scrapy(site, "reparse")
    assert (ran.code, ran.out.splitlines()[-1]) == (0, "75 posts with captures: 75 same")


def test_a_pack_that_is_damaged_is_found_by_verify(site: Site, pack: Path) -> None:
    data = bytearray(pack.read_bytes())
    data[len(data) // 3] ^= 1
    pack.write_bytes(data)
    ran = scrapy(site, "verify")
    assert ran.code == ExitCode.CHECK_FAILED
    assert "damaged: " in ran.out


def test_the_same_pack_is_made_each_time(site: Site, pack: Path, month: str) -> None:
    before = pack.read_bytes()
    assert evidence(site, "pack", month).code == 0
    assert pack.read_bytes() == before


@pytest.mark.slow
def test_the_validator_of_wacz_accepts_it(pack: Path, tool: Callable[[str], str]) -> None:
    done = subprocess.run([tool("wacz"), "validate", "-f", pack], capture_output=True, text=True, check=False)
    assert "Validation succeeded" in done.stdout, done.stdout + done.stderr


def test_files_are_checked_wherever_they_are(site: Site, pack: Path, tmp_path: Path) -> None:
    assert evidence(site, "check").code == 0
    away = tmp_path / "away"
    away.mkdir()
    for path in [pack, *segments(folder(site))]:
        shutil.copy(path, away)
    copies = sorted(away.iterdir())
    assert evidence(site, "check", *copies).code == 0
    random = Random(1)
    for path in nonempty(copies):
        whole = path.read_bytes()
        at = random.randrange(len(whole) // 2)
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0x10]) + whole[at + 1 :])
        ran = evidence(site, "check", path)
        assert ran.code == ExitCode.CHECK_FAILED, (path, at)
        path.write_bytes(whole[: len(whole) * 2 // 3])
        assert evidence(site, "check", path).code == ExitCode.CHECK_FAILED
        path.write_bytes(whole)


@pytest.mark.parametrize("words", [(), ("pack",), ("pack", "2026-13"), ("pack", "2019-01"), ("check", "nowhere")])
def test_what_cannot_be_meant_is_refused(site: Site, words: tuple[str, ...]) -> None:
    folder(site).mkdir(parents=True)
    (site.output / "_posts").mkdir()
    site.words((), {})
    assert evidence(site, *words).code == ExitCode.WRONG
