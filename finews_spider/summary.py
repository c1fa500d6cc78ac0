"""A run's summary, from its report: plain lines for logs and mails, a table for a terminal, Markdown for GitHub."""

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TextIO

import rich.table
from rich import box
from rich.console import Console, Group, RenderableType
from rich.text import Text

from finews_spider.digest import Digest, Note, Report, digest
from finews_spider.digest_window import NAMES, REMARKS, Covered, Table
from finews_spider.terminal import is_terminal

STYLES = {"broken": "bold red", "not covered": "bold red", "failed": "red", "lists": "cyan", "type": "bold cyan"}


def say(report: Report, stream: TextIO) -> None:
    """The summary to a stream, as fits it, and in GitHub Actions to the summary of the step."""
    if is_terminal(stream):
        Console(file=stream, force_terminal=True).print(table(report), crop=False)
    else:
        encoding = stream.encoding or "utf-8"
        for line in plain(report):
            print(line.encode(encoding, "backslashreplace").decode(encoding), file=stream, flush=True)
    if step := os.environ.get("GITHUB_STEP_SUMMARY"):
        with Path(step).open("a", encoding="utf-8") as file:
            file.write(markdown(report))


# Plain lines.


def plain(report: Report) -> list[str]:
    """Lines of text; two, when nothing came and nothing needs attention."""
    said = digest(report)
    if said.quiet:
        known = ", ".join(f"{row[0]} {row[said.sources.head.index('known')]} known" for row in said.sources.rows)
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


# A terminal's.


def table(report: Report) -> RenderableType:
    """For rich: what came, source by source, then what a window's lists cover, then what needs attention."""
    said = digest(report)
    parts: list[RenderableType] = [Text(said.title, "bold")]
    parts += [_grid(each) for each in (said.sources, said.days) if each.rows]
    parts += map(_note, said.notes)
    parts.append(Text(said.ending, "green" if said.code == 0 else "yellow" if said.code == 3 else "red"))
    return Group(*parts)


def _note(note: Note) -> Text:
    text = Text.assemble((note.label, STYLES.get(note.label, "yellow")), ": ", note.text)
    if note.label == "type":  # left whole, to be copied
        text.no_wrap, text.overflow = True, "ignore"
    return text


def _grid(of: Table) -> rich.table.Table:
    grid = rich.table.Table(box=box.SIMPLE, pad_edge=False, padding=(0, 1, 0, 0))
    for head in of.head:
        grid.add_column(Text(head), justify="left" if head in (*NAMES, *REMARKS) else "right", overflow="fold")
    for row in of.rows:
        grid.add_row(*(Text(cell, _style(head, cell)) for head, cell in zip(of.head, row, strict=True)))
    return grid


def _style(head: str, cell: str) -> str:
    if head == "covered by":
        return "bold red" if Covered.NOT.value in cell else "" if cell.startswith("all") else "yellow"
    return "yellow" if head in ("owed", "failed", "refused") and cell != "0" else ""


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
