"""A run's summary for a terminal."""

from typing import TextIO

import rich.table
from rich import box
from rich.console import Console, Group, RenderableType
from rich.text import Text

from finews_spider.reporting.summary import Note, Report, digest
from finews_spider.reporting.summary_window import NAMES, REMARKS, Covered, Table

STYLES = {
    "broken": "bold red",
    "not published": "bold red",
    "published": "green",
    "not covered": "bold red",
    "failed": "red",
    "lists": "cyan",
    "type": "bold cyan",
}


def show(report: Report, stream: TextIO) -> None:
    """The summary, on a terminal."""
    Console(file=stream, force_terminal=True).print(table(report), crop=False)


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
