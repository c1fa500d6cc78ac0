"""Pictures that are set aside by verify: none is lost, however it is called."""

from pathlib import Path

from finews_spider.archive.atomic import TEMPORARY
from finews_spider.pictures import kept
from finews_spider.pictures.check import check
from finews_spider.pictures.store import write


def test_pictures_are_set_aside_under_the_names_that_they_have(tmp_path: Path) -> None:
    (tmp_path / TEMPORARY).mkdir(parents=True)
    deep = "/".join(["p.example", *["a" * 60] * 6, "b.jpg"])
    files = {"p.example/a/b.jpg": b"1", "p.example/a-b.jpg": b"2", deep: b"3"}
    write(tmp_path, {f"media/{file}": data for file, data in files.items()})
    entries = {file: kept.Kept(file, 1, 1, "0" * 64) for file in files}
    write(tmp_path, {kept.path_of("2022-01-05"): kept.text_of(entries)})
    aside = tmp_path / "aside"
    assert {fault.what for fault in check(tmp_path, aside, lambda _: None, fix=True) if fault} == {"damaged"}
    assert {path.read_bytes() for path in aside.rglob("*.jpg")} == {b"1", b"2", b"3"}
