"""Reports that say what a test is about, and nothing else."""

from datetime import datetime
from math import isfinite
from typing import Any

from hypothesis import strategies as st

from finews_spider.dates import BEIJING
from finews_spider.reporting.report import SCHEMA, ListReport, RunReport, SourceReport

STARTED = datetime(2026, 11, 22, 21, 45, 12, tzinfo=BEIJING)
COUNTS = "new asked archived edited unchanged withdrawn given_up last_route blocked chars bodies".split()
BY_REASON = "skipped refused failed routes".split()

REPORTS = st.from_type(RunReport).filter(lambda report: isfinite(report.seconds or 0))  # JSON has no other numbers


def list_report(**fields: Any) -> ListReport:
    """A list that was read to what was known, or has failed."""
    ended = "failed" if fields.get("failed") else "known"
    return ListReport(**{"pages": 1, "rows": 0, "failed": "", "ended": ended, **fields})


def source_report(**fields: Any) -> SourceReport:
    """A source of which nothing came."""
    return SourceReport(**{"lists": {}, **dict.fromkeys(COUNTS, 0), **{name: {} for name in BY_REASON}, **fields})


def run_report(**fields: Any) -> RunReport:
    """A run that asked for nothing, and has not ended."""
    begun: dict[str, Any] = {"schema": SCHEMA, "run": "2026-11-22T21-45-12", "started": STARTED}
    empty: dict[str, Any] = {"arguments": {}, "sources": {}, "hosts": {}, "broken": [], "exit_code": None}
    return RunReport(**begun | empty | fields)
