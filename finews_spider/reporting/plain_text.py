"""A run's summary, from its report: plain lines for logs and mails, Markdown for GitHub, tables for a terminal."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from finews_spider.reporting.markdown import markdown
from finews_spider.reporting.summary import Digest, Report, digest
from finews_spider.reporting.summary_window import NAMES, REMARKS, Covered, Table
from finews_spider.reporting.terminal import is_terminal


def say(report: Report, stream: TextIO) -> None:
    """The summary to a stream, as fits it, and in GitHub Actions to the summary of the step."""
    if is_terminal(stream):
        from finews_spider.reporting.rich_tables import show  # a run without a screen is spared rich

        show(report, stream)
    else:
        encoding = stream.encoding or "utf-8"
        for line in plain(report):
            print(line.encode(encoding, "backslashreplace").decode(encoding), file=stream, flush=True)
    if step := os.environ.get("GITHUB_STEP_SUMMARY"):
        _append(Path(step), markdown(report), stream)


def _append(file: Path, text: str, stream: TextIO) -> None:
    try:
        with file.open("a", encoding="utf-8") as summary:
            summary.write(text)
    except OSError as error:
        print(f"warning: no summary of the step: {error}", file=stream)


def plain(report: Report) -> list[str]:
    """Lines of text; two, when nothing came and nothing needs attention."""
    said = digest(report)
    if said.quiet:
        counts = [(row[0], row[said.sources.head.index("known")]) for row in said.sources.rows]
        known = ", ".join(f"{source} {count} known" for source, count in counts if count != "0")
        return [f"{said.title}; {known}" if known else said.title, said.ending]
    return [said.title, *_rows_in_words(said), *(f"{note.label}: {note.text}" for note in said.notes), said.ending]


def _rows_in_words(said: Digest) -> Iterator[str]:
    for row in said.sources.rows:
        *_, newest = row
        yield f"  {row[0]}: {_counts(said.sources, row, zeros=False)}{newest and f'; newest {newest}'}"
    for row in said.days.rows:
        yield f"  {row[0]}, {row[1]}: {_counts(said.days, row)}; {_covered(row[-1])}"


def _counts(of: Table, row: tuple[str, ...], *, zeros: bool = True) -> str:
    cells = [(head, cell) for head, cell in zip(of.head, row, strict=True) if head not in (*NAMES, *REMARKS)]
    return ", ".join(
        f"{cell} {head.removesuffix('s') if cell == '1' else head}" for head, cell in cells if zeros or cell != "0"
    )


def _covered(by: str) -> str:
    return by if by in (Covered.IN_PART.value, Covered.NOT.value) else f"covered by {by}"
