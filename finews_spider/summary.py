"""A run's summary, from its report: plain lines for logs and mails, Markdown for GitHub, tables for a terminal."""

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TextIO

from finews_spider.digest import Digest, Report, digest
from finews_spider.digest_window import NAMES, REMARKS, Covered, Table
from finews_spider.terminal import is_terminal


def say(report: Report, stream: TextIO) -> None:
    """The summary to a stream, as fits it, and in GitHub Actions to the summary of the step."""
    if is_terminal(stream):
        from finews_spider.tables import show  # a run without a screen is spared rich

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


# Plain lines.


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


# GitHub's.


def markdown(report: Report) -> str:
    """Markdown for the summary of a step. What comes from outside stands in code spans, where nothing has a meaning."""
    said = digest(report)
    lines = [f"### {said.title}", ""]
    for each in (said.sources, said.days):
        if each.rows:
            lines += [_cells(each.head), _cells("---" if head in (*NAMES, *REMARKS) else "--:" for head in each.head)]
            lines += [_cells(map(_code, row)) for row in each.rows] + [""]
    lines += [f"- **{note.label}** {_code(note.text)}" for note in said.notes]
    return "\n".join([*lines, "", _code(said.ending), "", ""])


def _cells(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _code(text: str) -> str:
    """A number, or a code span that holds the text whole.

    No escape for `|` is safe in every table, so another bar stands for it.
    """
    if re.fullmatch("[0-9,]*", text):
        return text
    fence = "`" * (1 + max(map(len, re.findall("`+", text)), default=0))
    pad = " " if text[0] in "` " or text[-1] in "` " else ""
    return f"{fence}{pad}{text.replace('|', '¦')}{pad}{fence}"
