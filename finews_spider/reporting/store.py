"""The reports of runs on disk: written whole, kept for some weeks, read back to compare a run with."""

import json
import re
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from finews_spider.archive.atomic import check_inside, write_all
from finews_spider.reporting.report import RunReport

FOLDER = Path(".finews/runs")
BASELINE_RUNS = 60  # of the last reports that new posts came with, to compare with, and all between them
MAX_REPORTS = 1000  # reports to read for that: runs without news, and those that another run kept from beginning
KEPT = timedelta(days=60)  # a report has some KB, and a run every five minutes makes a hundred thousand a year
NAMES = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}-\d{2}-\d{2}(?:-\d+)?\.json")


def path_of(output: Path, run: str) -> Path:
    """Return where the report of that run lies."""
    return output / FOLDER / f"{run}.json"


def write(report: RunReport, output: Path) -> Path:
    """Keep the report, whole; return its file. Raises OSError where the disk refuses."""
    path = path_of(output, report.run)
    check_inside(output, path.parent)
    path.parent.mkdir(parents=True, exist_ok=True)
    (error,), _ = write_all(output, [(path, to_json(report))])
    if error:
        raise error
    return path


def to_json(report: RunReport) -> str:
    """Return the report as it is kept. Names of files need not be Unicode: what is none is written as an escape."""
    # json, for msgspec's own writer and reader refuse such names.
    text = json.dumps(_without_empty(msgspec.to_builtins(report, str_keys=True)), ensure_ascii=False)
    return text.encode("utf-8", "backslashreplace").decode()


def _without_empty(report: Any) -> Any:
    """Return the report without the keys that few have: of lists that are read as ever, and of gaps where none is."""
    _drop_empty(report, "moved", "pictures")
    _drop_empty(report["window"] or {}, "uncovered", "beyond", "backfill")
    for source in report["sources"].values():
        _drop_empty(source, "gaps")
        for reading in source["lists"].values():
            _drop_empty(reading, "skipped", "looked", "late")
    return report


def _drop_empty(values: dict[str, Any], *keys: str) -> None:
    for key in keys:
        if not values.get(key, True):
            del values[key]


def from_json(text: str) -> RunReport:
    """Return the report that was kept. Raises ValueError or RecursionError where it is none."""
    return msgspec.convert(json.loads(text), RunReport)


def forget_old(output: Path, now: datetime) -> None:
    """Delete the reports that no run is compared with any more."""
    oldest = f"{now - KEPT:%Y-%m-%d}"
    for path in (output / FOLDER).iterdir():
        if NAMES.fullmatch(path.name) and path.name < oldest and path.is_file():
            path.unlink()


def read_last(output: Path) -> tuple[list[RunReport], list[str]]:
    """Return the last reports, the newest last, and warnings of files that are none."""
    folder = output / FOLDER
    try:
        names = sorted((path.name for path in folder.iterdir()), key=_order)
    except FileNotFoundError:
        return [], []
    except NotADirectoryError:
        return [], [f"{folder} is no folder; move it away, the reports of runs go there"]
    paths = [folder / name for name in names if NAMES.fullmatch(name)]
    reports, warnings = _baseline(paths[::-1])
    warnings = [_no_report(folder / name) for name in names if not NAMES.fullmatch(name)] + warnings
    return reports[::-1], warnings[:1] + ([f"… and {len(warnings) - 1} more files there"] if warnings[1:] else [])


def read_newest(output: Path, number: int) -> list[RunReport]:
    """Return so many of the last reports at the most, the newest first; files that are none are passed over."""
    folder = output / FOLDER
    names = sorted((path.name for path in folder.iterdir()), key=_order, reverse=True) if folder.is_dir() else []
    reports: list[RunReport] = []
    for name in filter(NAMES.fullmatch, names):
        with suppress(OSError, ValueError, RecursionError):
            reports.append(from_json((folder / name).read_text(encoding="utf-8")))
        if len(reports) == number:
            break
    return reports


def _order(name: str) -> str:
    """Return what puts reports in order: of two runs of one second the second has a number behind it."""
    return name.removesuffix(".json")


def _baseline(newest_first: list[Path]) -> tuple[list[RunReport], list[str]]:
    reports: list[RunReport] = []
    warnings = []
    with_news = 0
    for path in newest_first[:MAX_REPORTS]:
        try:
            reports.append(from_json(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, RecursionError) as error:
            warnings.append(_no_report(path, f" ({error})"))
        else:
            with_news += any(source.archived for source in reports[-1].sources.values())
        if with_news == BASELINE_RUNS:
            break
    return reports, warnings


def _no_report(path: Path, why: str = "") -> str:
    return f"{path} is no report of a run{why}; move it away"
