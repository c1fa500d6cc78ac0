"""The reports of runs on disk: written whole, kept for some weeks, read back to compare a run with."""

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

from finews_spider import dates
from finews_spider.archive.atomic import check_inside, write_all
from finews_spider.shapes import fits

Report = dict[str, Any]

SCHEMA = 1
FOLDER = Path(".finews/runs")
BASELINE_RUNS = 60  # of the last reports that new posts came with, to compare with, and all between them
MAX_REPORTS = 1000  # reports to read for that: runs without news, and those that another run kept from beginning
KEPT = timedelta(days=60)  # a report has some KB, and a run every five minutes makes a hundred thousand a year
NAMES = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}-\d{2}-\d{2}(?:-\d+)?\.json")
COUNTS = (
    "asked",
    "archived",
    "edited",
    "unchanged",
    "withdrawn",
    "given_up",
    "last_route",
    "blocked",
    "chars",
    "bodies",
)
BY_REASON = ("skipped", "refused", "failed", "routes")
# What reports are compared by.
COMPARED = {
    "arguments": {str: str},
    "hosts": {str: {"left_alone": str}},
    "broken": [str],
    "exit_code": (int, type(None)),
    "sources": {
        str: {
            "lists": {str: {"pages": int, "rows": int, "failed": str}},
            "new": int,
            **dict.fromkeys(COUNTS, int),
            **{name: {str: int} for name in BY_REASON},
        }
    },
}


def write(report: Report, output: Path) -> Path:
    """Keep the report, whole. Raises OSError where the disk refuses."""
    folder = output / FOLDER
    check_inside(output, folder)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{report['run']}.json"
    # Names of files need not be Unicode.
    text = json.dumps(report, ensure_ascii=False).encode("utf-8", "backslashreplace").decode()
    (error,), _ = write_all(output, [(path, text)])
    if error:
        raise error
    return path


def forget_old(output: Path) -> None:
    """Reports that no run is compared with any more go."""
    oldest = f"{dates.now() - KEPT:%Y-%m-%d}"
    for path in (output / FOLDER).iterdir():
        if NAMES.fullmatch(path.name) and path.name < oldest and path.is_file():
            path.unlink()


def last(output: Path) -> tuple[list[Report], list[str]]:
    """The last reports, the newest last, and what is wrong with files that are none."""
    try:
        names = sorted(path.name for path in (output / FOLDER).iterdir())
    except FileNotFoundError:
        return [], []
    except NotADirectoryError:
        return [], [f"{output / FOLDER} is no folder; move it away, the reports of runs go there"]
    others = [name for name in names if not NAMES.fullmatch(name)]
    found, wrong = [], [f"{output / FOLDER / name} is no report of a run; move it away" for name in others]
    with_news = 0
    for name in [name for name in reversed(names) if NAMES.fullmatch(name)][:MAX_REPORTS]:
        try:
            found.append(_read(output / FOLDER / name))
            with_news += any(each["archived"] for each in found[-1]["sources"].values())
        except (OSError, ValueError, RecursionError) as error:
            wrong.append(f"{output / FOLDER / name} is no report of a run ({error}); move it away")
        if with_news == BASELINE_RUNS:
            break
    return found[::-1], wrong[:1] + ([f"… and {len(wrong) - 1} more files there"] if len(wrong) > 1 else [])


def _read(path: Path) -> Report:
    report = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(report, dict) or report.get("schema") != SCHEMA:
        raise ValueError("its schema is another")
    if not fits(report, COMPARED):
        raise ValueError("it lacks fields, or they are of another type")
    return report
