"""The table of pictures: of each picture of a post, whether it is kept, as what, and else what became of it."""

import csv
import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from types import ModuleType

import pytest

from finews_spider.archive.atomic import TEMPORARY
from finews_spider.crawl.clock import Clock
from finews_spider.ledger.database import Ledger
from finews_spider.ledger.patience import Patience
from finews_spider.ledger.pictures import OwedPictures
from finews_spider.newsroom.picture_files import KINDS, png
from finews_spider.pictures import kept
from finews_spider.pictures.heads import read_head
from finews_spider.pictures.store import Fetched, keep
from finews_spider.tables.pictures import TYPES, PictureRow
from tests.support.nonempty import nonempty
from tests.support.posts import article, flash, write
from tests.tables.conftest import run
from tests.tables.test_export import contents

pytestmark = pytest.mark.slow

DAY = "2021-12-30"
HOST = "https://p.example"
PATHS = ("/kept.png", "/owed.jpg", "/gone.jpg?a=1&amp;b=2", "/=1+1.jpg", *(f"/{make.__name__}" for make in KINDS))


@pytest.fixture
def pictured(output: Path) -> Path:
    """An archive of a post with pictures in each state, one with one of them, and one with none."""
    (output / TEMPORARY).mkdir(parents=True)
    body = "<p>文</p>" + "".join(f'<p><img src="{HOST}{path}" alt="图" /></p>' for path in PATHS)
    write(output, article(1, body), flash(2, f'<p>文<img src="{HOST}/kept.png" /></p>'), article(3))
    made = {"/kept.png": png(1, 60, 40)} | {f"/{make.__name__}": make(1) for make in KINDS}
    fetched = [Fetched(f"p.example{path}", data, read_head(data), [DAY]) for path, data in made.items()]
    keep(output, fetched, lambda _: None)
    with Ledger(output) as ledger:
        owed = OwedPictures(ledger, Patience(0), Clock(None))
        missing = [(DAY, f"p.example{path}", f"{HOST}{path.replace('&amp;', '&')}") for path in PATHS[1:3]]
        owed.note(missing)
        owed.fail(missing[1][1], "too large", is_final=True)
    return output


def exported(output: Path) -> Path:
    folder = output.parent / "data"
    ran = run(output, "export", folder, "--format", "parquet,csv,jsonl,sqlite")
    assert ran.code == 0, ran.err
    return folder


def read(folder: Path) -> list[PictureRow]:
    """The table, as its lines of JSON have it."""
    lines = (folder / "pictures/2021-12.jsonl").read_text(encoding="utf-8").splitlines()
    return [PictureRow(**json.loads(line)) for line in lines]


def test_each_picture_of_each_post_is_told_with_its_state(pictured: Path) -> None:
    folder = exported(pictured)
    rows = read(folder)
    of_first = [row for row in rows if row.post == "NW202112300000000001"]
    assert [(row.place, row.address.removeprefix(HOST), row.state) for row in of_first] == [
        ("1", "/kept.png", "kept"),
        ("2", "/owed.jpg", "owed"),
        ("3", "/gone.jpg?a=1&b=2", "given up"),
        ("4", "/=1+1.jpg", "not kept"),
        *((str(place), f"/{make.__name__}", "kept") for place, make in enumerate(KINDS, 5)),
    ]
    assert [row.post for row in rows] == ["202112300000000002", *["NW202112300000000001"] * len(PATHS)]
    for row in nonempty(rows):
        if row.state == "kept":
            data = (pictured / row.path).read_bytes()
            head = read_head(data)
            assert (row.sha256, row.bytes) == (sha256(data).hexdigest(), str(len(data)))
            assert (row.type, row.width, row.height) == (TYPES[head.ending], str(head.width), str(head.height))
        else:
            assert row[4:] == ("",) * 6


def test_all_readers_agree_and_the_package_is_valid(pictured: Path, library: Callable[[str], ModuleType]) -> None:
    folder = exported(pictured)
    want = sorted(map(tuple, read(folder)))
    files = str(folder / "pictures/2021-12.parquet")
    assert sorted(library("duckdb").sql(f"SELECT * FROM '{files}'").fetchall()) == want
    table = library("pyarrow.parquet").read_table(files)
    assert sorted(tuple(row.values()) for row in table.to_pylist()) == want
    assert sorted(library("polars").read_parquet(files).rows()) == want
    with closing(sqlite3.connect(folder / "pictures/2021-12.sqlite")) as db:
        assert sorted(db.execute("SELECT * FROM pictures").fetchall()) == want
    with (folder / "pictures/2021-12.csv").open(encoding="utf-8", newline="") as file:
        head, *rows = csv.reader(file)
    assert tuple(head) == PictureRow._fields
    assert sorted(map(tuple, rows)) == want
    report = library("frictionless").validate(str(folder / "datapackage.json"))
    assert report.flatten(["message"]) == []
    assert len(report.tasks) == 8


def test_nothing_is_written_twice_and_what_comes_later_is(pictured: Path) -> None:
    folder = exported(pictured)
    before = contents(folder)
    ran = run(pictured, "export", folder)
    assert "3 posts, 10 pictures; 0 files written" in ran.out
    file = pictured / kept.path_of(DAY)
    entries = kept.read(file)
    entries["p.example/owed.jpg"] = entries["p.example/kept.png"]._replace(width=7)
    file.write_text(kept.text_of(entries), encoding="utf-8")
    exported(pictured)
    changed = {name for name, data in contents(folder).items() if before[name] != data}
    assert changed == {
        "datapackage.json",
        *(f"pictures/2021-12.{name}" for name in ("csv", "jsonl", "parquet", "sqlite")),
    }


def test_an_archive_without_kept_pictures_has_no_such_table(output: Path) -> None:
    write(output, article(1, f'<p><img src="{HOST}/a.jpg" /></p>'))
    assert not (exported(output) / "pictures").exists()
    with Ledger(output):
        pass
    exported(output)
    assert not (output.parent / "data/pictures").exists()
