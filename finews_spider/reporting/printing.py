"""Print a run's summary, as fits where it goes."""

import os
from pathlib import Path
from typing import TextIO

from finews_spider.reporting import markdown, plain_text
from finews_spider.reporting.report import RunReport
from finews_spider.reporting.summary import Summary, summary_of
from finews_spider.reporting.terminal import is_terminal


def print_summary(report: RunReport, stream: TextIO) -> None:
    """Print tables on a terminal and lines elsewhere; in GitHub Actions, add Markdown to the summary of the step."""
    summary = summary_of(report)
    if is_terminal(stream):
        from finews_spider.reporting.rich_tables import print_tables  # a run without a screen is spared rich

        print_tables(summary, stream)
    else:
        _print_lines(summary, stream)
    if step := os.environ.get("GITHUB_STEP_SUMMARY"):
        _append(Path(step), markdown.render(summary), stream)


def _print_lines(summary: Summary, stream: TextIO) -> None:
    encoding = stream.encoding or "utf-8"
    for line in plain_text.render(summary):
        print(line.encode(encoding, "backslashreplace").decode(encoding), file=stream, flush=True)


def _append(file: Path, text: str, stream: TextIO) -> None:
    try:
        with file.open("a", encoding="utf-8") as step:
            step.write(text)
    except OSError as error:
        print(f"warning: no summary of the step: {error}", file=stream)
