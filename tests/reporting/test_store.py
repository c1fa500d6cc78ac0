"""Reports as they are kept, and what is taken for one when they are read."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from finews_spider.reporting.report import RunReport
from finews_spider.reporting.store import from_json, read_last, to_json, write
from tests.support.paths import FIXTURES
from tests.support.reports import REPORTS, list_report, run_report, source_report


@pytest.mark.parametrize("version", ["0.1.0", "0.2.0"])
def test_a_report_of_a_version_before_is_read_and_written_to_the_byte(version: str) -> None:
    old = (FIXTURES / "reports" / f"{version}.json").read_text(encoding="utf-8")
    assert to_json(from_json(old)) == old


@pytest.mark.slow
@given(REPORTS)
def test_every_report_is_read_as_it_was_written(report: RunReport) -> None:
    report = replace(report, seconds=48.1)  # no figure is not a number, or endless
    assert from_json(to_json(report)) == report


def test_a_name_that_is_no_unicode_is_kept(tmp_path: Path) -> None:
    report = run_report(warnings=["/site/\udcff"])
    written = write(report, tmp_path_with_aside(tmp_path))
    assert rb"/site/\udcff" in written.read_bytes()
    assert read_last(tmp_path) == ([report], [])


def tmp_path_with_aside(output: Path) -> Path:
    """The output folder, with the folder where files are written before they get their names."""
    (output / ".finews" / "tmp").mkdir(parents=True)
    return output


def as_dict(**fields: Any) -> dict[str, Any]:
    """A report as JSON holds it, with one list, one source and one host."""
    source = source_report(lists={"home": list_report()})
    report: dict[str, Any] = json.loads(to_json(run_report(sources={"finews": source})))
    return {**report, "hosts": {"a.example": {"left_alone": ""}}, **fields}


NEEDED = [
    (),
    ("sources", "finews"),
    ("sources", "finews", "lists", "home"),
    ("hosts", "a.example"),
]
KEYS = [
    {"schema", "run", "started", "arguments", "sources", "hosts", "broken", "exit_code"},
    {"lists", "new", "asked", "archived", "edited", "unchanged", "withdrawn", "given_up", "last_route", "blocked"}
    | {"chars", "bodies", "skipped", "refused", "failed", "routes"},
    {"pages", "rows", "failed"},
    {"left_alone"},
]


def at(report: dict[str, Any], path: tuple[str, ...]) -> dict[str, Any]:
    for name in path:
        report = report[name]
    return report


def test_what_the_runs_are_not_compared_by_may_be_missing_from_old_reports() -> None:
    report = as_dict(new_in_a_later_version=1)
    for path, keys in zip(NEEDED, KEYS, strict=True):
        part = at(report, path)
        for key in part.keys() - keys:
            del part[key]
    read = from_json(json.dumps(report))
    assert (read.published, read.posts, read.sources["finews"].rows) == (None, None, 0)


@pytest.mark.parametrize(
    ("path", "key"), [(path, key) for path, keys in zip(NEEDED, KEYS, strict=True) for key in sorted(keys)]
)
def test_what_lacks_a_key_that_runs_are_compared_by_is_no_report(path: tuple[str, ...], key: str) -> None:
    report = as_dict()
    del at(report, path)[key]
    with pytest.raises(ValueError, match=f"`{key}`"):
        from_json(json.dumps(report))


@pytest.mark.parametrize(
    ("key", "value"), [("schema", 2), ("broken", "no"), ("sources", []), ("exit_code", "0"), ("started", "soon")]
)
def test_what_has_a_value_of_another_type_is_no_report(key: str, value: object) -> None:
    with pytest.raises(ValueError, match=rf"\$\.{key}"):
        from_json(json.dumps(as_dict(**{key: value})))


def test_of_many_files_that_are_no_reports_one_is_named(tmp_path: Path) -> None:
    folder = tmp_path / ".finews" / "runs"
    folder.mkdir(parents=True)
    for name in ("b", "a", "2026-11-22T21-45-12.json"):
        (folder / name).write_text("[1]", encoding="utf-8")
    reports, warnings = read_last(tmp_path)
    assert reports == []
    assert warnings == [f"{folder / 'a'} is no report of a run; move it away", "… and 2 more files there"]


def test_a_list_tells_of_rows_that_were_skipped_only_where_some_were() -> None:
    lists = {"a": list_report(), "b": list_report(skipped={"damaged": 1})}
    report = run_report(sources={"eastmoney": source_report(lists=lists)})
    assert to_json(report).count('"skipped"') == 2  # the source has the other
    assert from_json(to_json(report)) == report
