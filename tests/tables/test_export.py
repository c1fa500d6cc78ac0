"""The posts as files for other tools: the same rows in all of them, the same bytes each time, all or nothing."""

import csv
import hashlib
import json
import re
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from types import ModuleType

import pytest

from finews_spider.exceptions import ConfigurationError
from finews_spider.tables import formats as all_formats
from finews_spider.tables.export import STAGING, Export
from finews_spider.tables.files import post_files
from finews_spider.tables.formats import FORMATS, check_installed
from finews_spider.tables.rows import COLUMNS, Rows
from tests.conftest import Site
from tests.evidence.conftest import ALL
from tests.support.nonempty import nonempty
from tests.support.posts import TIME, article, flash, write
from tests.tables.conftest import rows, run

POSTS = 2_000
ODD = [
    "=1+1", "+86", "-5%", "@a", "'quoted", "＝1+1", "a,b", 'a"b', "a;b", "%", "NULL", "null", "nan", "true",
    "0012", "1e5", "𠮷野家", "e\u0301", "\u200b零宽", "\\N", "#", "[1]", "{\"a\": 1}",
]  # fmt: skip


def export(output: Path, folder: Path, *names: str, **selection: str) -> Export:
    made = Export(folder, list(names or FORMATS), selection)
    files, _ = post_files(output)
    made.write(files, Rows(output, files))
    return made


def fingerprints(folder: Path) -> dict[str, tuple[int, bytes]]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): (path.stat().st_mtime_ns, path.read_bytes()) for path in files}


def contents(folder: Path) -> dict[str, bytes]:
    return {path: data for path, (_, data) in fingerprints(folder).items()}


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """An archive of three months, with texts of all kinds, and its export."""
    output = tmp_path_factory.mktemp("many") / "site"
    for number in range(POSTS):
        odd = ODD[number % len(ODD)]
        time = TIME + timedelta(hours=number)
        body = f"<p>{odd.replace('<', '&lt;')}</p><pre>甲\n\n乙{number}</pre>"
        if number % 3:
            write(output, article(number, body, time, title=odd))
        else:
            write(output, flash(number, "" if number % 2 else body, time, title=odd, digest=f"{odd} {number}"))
    folder = output.parent / "data"
    export(output, folder)
    return output, folder


def expected(output: Path) -> list[tuple[str, ...]]:
    return sorted(tuple(row) for row in rows(output).values())


def read_sqlite(folder: Path) -> list[tuple[str, ...]]:
    found = []
    for path in nonempty(sorted(folder.glob("sqlite/*"))):
        with closing(sqlite3.connect(path)) as db:
            assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            found += db.execute(f"SELECT {', '.join(COLUMNS)} FROM posts").fetchall()
    return sorted(found)


def unmarked(cell: str) -> str:
    return cell.removeprefix("'")


@pytest.mark.slow
def test_there_is_a_file_a_month_and_format(many: tuple[Path, Path]) -> None:
    months = ("2021-12", "2022-01", "2022-02", "2022-03")
    files = {f"{name}/{month}.{name}" for name in FORMATS for month in months}
    assert set(contents(many[1])) == files | {"datapackage.json", "README.md", "CITATION.cff"}


@pytest.mark.slow
def test_readers_agree_and_texts_are_those_of_the_posts(
    many: tuple[Path, Path], library: Callable[[str], ModuleType]
) -> None:
    output, folder = many
    want = expected(output)
    assert len(want) == POSTS
    files = str(folder / "parquet/*.parquet")
    assert sorted(library("duckdb").sql(f"SELECT * FROM '{files}'").fetchall()) == want
    table = library("pyarrow.parquet").read_table(folder / "parquet")
    assert sorted(tuple(row[name] for name in COLUMNS) for row in table.to_pylist()) == want
    assert sorted(library("polars").read_parquet(files).rows()) == want
    assert read_sqlite(folder) == want


@pytest.mark.slow
def test_json_lines_and_csv_hold_the_same(many: tuple[Path, Path]) -> None:
    output, folder = many
    lines = [line for path in folder.glob("jsonl/*") for line in path.read_text(encoding="utf-8").split("\n") if line]
    assert sorted(tuple(json.loads(line).values()) for line in lines) == expected(output)
    cells = []
    for path in nonempty(sorted(folder.glob("csv/*"))):
        with path.open(encoding="utf-8", newline="") as file:
            head, *found = csv.reader(file)
        assert tuple(head) == COLUMNS
        cells += found
    assert sorted(tuple(map(unmarked, row)) for row in cells) == expected(output)
    assert not any(cell.startswith(("=", "+", "-", "@", "＝", "\t", "\r")) for row in nonempty(cells) for cell in row)


@pytest.mark.slow
def test_csv_is_read_by_others_as_it_was_written(many: tuple[Path, Path], library: Callable[[str], ModuleType]) -> None:
    output, folder = many
    files = str(folder / "csv/*.csv")
    query = f"SELECT * FROM read_csv('{files}', all_varchar = true, header = true, nullstr = '\x01')"
    assert sorted(tuple(map(unmarked, row)) for row in library("duckdb").sql(query).fetchall()) == expected(output)


@pytest.mark.slow
def test_frictionless_finds_it_valid_and_damage_invalid(
    many: tuple[Path, Path], library: Callable[[str], ModuleType], tmp_path: Path
) -> None:
    copy = shutil.copytree(many[1], tmp_path / "data")
    report = library("frictionless").validate(str(copy / "datapackage.json"))
    assert report.flatten(["message"]) == []
    assert len(report.tasks) == 4 * 4
    parquet = copy / "parquet/2022-01.parquet"
    parquet.write_bytes(parquet.read_bytes()[:-1] + b"?")
    assert not library("frictionless").validate(str(copy / "datapackage.json")).valid


@pytest.mark.slow
def test_the_same_posts_give_the_same_bytes_and_nothing_is_written_twice(
    many: tuple[Path, Path], tmp_path: Path
) -> None:
    output, folder = many
    before = fingerprints(folder)
    assert export(output, folder).written == []
    assert fingerprints(folder) == before
    export(output, tmp_path / "again")
    assert contents(tmp_path / "again") == contents(folder)


def test_only_months_that_changed_are_written(output: Path, tmp_path: Path) -> None:
    folder = tmp_path / "data"
    write(output, article(1), article(2, time=TIME + timedelta(days=40)))
    export(output, folder)
    write(output, article(3))
    made = export(output, folder, "csv")
    assert set(made.written) == {f"{name}/2021-12.{name}" for name in FORMATS} | {"datapackage.json"}
    assert made.rows == 3


def test_a_file_that_was_damaged_or_deleted_is_written_again(output: Path, tmp_path: Path) -> None:
    write(output, article(1))
    whole = tmp_path / "data"
    export(output, whole)
    before = contents(whole)
    (whole / "csv/2021-12.csv").write_text("damaged")
    (whole / "jsonl/2021-12.jsonl").unlink()
    assert export(output, whole).written == ["csv/2021-12.csv", "jsonl/2021-12.jsonl"]
    assert contents(whole) == before


def test_a_month_whose_posts_are_gone_keeps_its_file(output: Path, tmp_path: Path) -> None:
    folder = tmp_path / "data"
    write(output, article(1), article(2, time=TIME + timedelta(days=40)))
    export(output, folder)
    before = contents(folder)
    shutil.rmtree(output / "_posts/2021")
    assert export(output, folder).written == []
    assert contents(folder) == before


def test_the_list_of_files_has_their_hashes(output: Path, tmp_path: Path) -> None:
    write(output, article(1))
    export(output, tmp_path / "data")
    listed = json.loads((tmp_path / "data/datapackage.json").read_text(encoding="utf-8"))
    for entry in nonempty(listed["resources"]):
        data = (tmp_path / "data" / entry["path"]).read_bytes()
        assert (entry["hash"], entry["bytes"]) == (f"sha256:{hashlib.sha256(data).hexdigest()}", len(data))


def test_where_the_disk_refuses_the_folder_is_as_it_was(
    output: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "data"
    write(output, article(1))
    export(output, folder)
    before = fingerprints(folder)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    write(output, article(2))
    monkeypatch.setitem(all_formats.FORMATS, "sqlite", full)
    with pytest.raises(OSError, match="No space"):
        export(output, folder)
    assert fingerprints(folder) == before


def test_what_a_killed_export_left_is_no_hindrance(output: Path, tmp_path: Path) -> None:
    folder = tmp_path / "data"
    write(output, article(1))
    (folder / STAGING).mkdir(parents=True)
    (folder / STAGING / "csv-2021-12.csv").write_text("half")
    (folder / "csv").mkdir()
    (folder / "csv/2021-12.csv").write_text("of the killed one, whole, and in no list")
    export(output, folder)
    export(output, tmp_path / "other")
    assert contents(folder) == contents(tmp_path / "other")


def test_a_folder_of_something_else_is_refused(output: Path, tmp_path: Path) -> None:
    write(output, article(1))
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken/thesis.tex").write_text("years of work")
    (tmp_path / "file").write_text("")
    for name in ("taken", "file", "site"):
        with pytest.raises(ConfigurationError, match="name another"):
            export(output, tmp_path / name)


def test_a_folder_is_of_one_selection(output: Path, tmp_path: Path) -> None:
    write(output, article(1))
    export(output, tmp_path / "data", "csv", since="2021-12-30")
    with pytest.raises(ConfigurationError, match="is an export of since=2021-12-30, not of all posts"):
        export(output, tmp_path / "data", "csv")


def test_readme_and_citation_are_the_users_once_they_are_there(output: Path, tmp_path: Path) -> None:
    write(output, article(1))
    export(output, tmp_path / "data", "csv")
    (tmp_path / "data/README.md").write_text("mine")
    write(output, article(2))
    assert export(output, tmp_path / "data").written != []
    assert (tmp_path / "data/README.md").read_text() == "mine"


@pytest.mark.slow
def test_the_queries_of_the_readme_run(
    many: tuple[Path, Path], library: Callable[[str], ModuleType], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = many[1]
    view, *queries = re.findall(r"```sql\n(.*?)```", (folder / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    assert len(queries) == 3
    monkeypatch.chdir(folder)
    with library("duckdb").connect() as db:
        db.execute(view)
        days, media, single = ([*map(tuple, db.execute(query).fetchall())] for query in queries)
    assert sum(number for *_, number in days) == POSTS
    assert media[0][0] == "中国证券报"
    assert len(single) == 20
    with closing(sqlite3.connect(folder / "sqlite/2022-01.sqlite")) as db:
        found = [db.execute(query).fetchall() for query in queries]
    assert sum(number for *_, number in found[0]) == 31 * 24
    assert all(nonempty(found))


def test_parquet_without_its_library_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "duckdb", None)
    check_installed(["csv", "sqlite"])
    with pytest.raises(ConfigurationError, match="pip install 'finews-spider\\[export\\]'"):
        check_installed(["csv", "parquet"])


# The command.


def test_a_window_and_a_category(output: Path, tmp_path: Path) -> None:
    write(output, flash(1), *(article(number, time=TIME + timedelta(days=number)) for number in range(2, 6)))
    words = ("-a", "since=2022-01-02", "-a", "until=2022-01-03", "-a", "category=zhongguozhengquanbao")
    ran = run(output, "export", tmp_path / "data", "--format", "jsonl", *words)
    assert (ran.code, ran.out) == (0, f"{tmp_path}/data: 2 posts; 4 files written, the others are as they were\n")
    lines = (tmp_path / "data/jsonl/2022-01.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["published"][:10] for line in lines] == ["2022-01-02", "2022-01-03"]
    assert run(output, "export", tmp_path / "data", "--format", "jsonl").code == 2


def test_without_texts(output: Path, tmp_path: Path) -> None:
    write(output, flash(1, "<p>文</p>", digest="秘密"))
    assert run(output, "export", tmp_path / "data", "--format", "csv,jsonl", "--no-text").code == 0
    (line,) = (tmp_path / "data/jsonl/2021-12.jsonl").read_text(encoding="utf-8").splitlines()
    assert list(json.loads(line)) == [name for name in COLUMNS if name not in ("digest", "text", "html")]
    assert not any("秘密".encode() in data for data in nonempty(contents(tmp_path / "data").values()))


def test_a_post_that_cannot_be_read_is_named(output: Path, tmp_path: Path) -> None:
    (path, _) = write(output, article(1), article(2))
    path.write_bytes(b"\xff")
    ran = run(output, "export", tmp_path / "data", "--format", "csv")
    assert ran.code == 8
    assert f"not read: {path.relative_to(output)}: 'utf-8' codec" in ran.out
    assert "1 post; 4 files written" in ran.out


@pytest.mark.parametrize(
    "words",
    ["", "a b", "a --format xlsx", "a --format ,", "a --format csv -a since=soon", "a --format csv -a url=x"],
)
def test_wrong_arguments_are_refused(output: Path, words: str) -> None:
    assert run(output, "export", *words.split()).code == 2
    assert not Path("a").exists()


@pytest.mark.slow
def test_what_was_kept_of_a_post_stands_in_its_row(site: Site, tmp_path: Path) -> None:
    assert site.crawl(settings=ALL).code == 0
    assert run(site.output, "export", tmp_path / "data", "--format", "jsonl").code == 0
    lines = [line for path in (tmp_path / "data").glob("jsonl/*") for line in path.read_text("utf-8").splitlines()]
    found = [json.loads(line) for line in lines]
    assert len(found) == len(site.posts())
    for row in nonempty(found):
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z", row["captured"])
        assert row["evidence"].startswith("urn:uuid:")
