"""A run's summary for a terminal."""

from typing import TextIO

import rich.table
from rich import box
from rich.console import Console, Group, RenderableType
from rich.text import Text

from finews_spider.exit_codes import ExitCode
from finews_spider.reporting.summary import Summary
from finews_spider.reporting.summary_notes import Note
from finews_spider.reporting.summary_window import Coverage
from finews_spider.reporting.tables import Table, is_number

STYLES = {
    "broken": "bold red",
    "not published": "bold red",
    "published": "green",
    "not covered": "bold red",
    "failed": "red",
    "lists": "cyan",
    "type": "bold cyan",
}
ENDINGS: dict[int | None, str] = {ExitCode.OK: "green", ExitCode.OWED: "yellow"}


def print_tables(summary: Summary, stream: TextIO) -> None:
    """Print the summary on a terminal."""
    Console(file=stream, force_terminal=True).print(render(summary), crop=False)


def render(summary: Summary) -> RenderableType:
    """Return for rich: what came, source by source, what a window's lists cover, what needs attention."""
    parts: list[RenderableType] = [Text(summary.title, "bold")]
    parts += [_table(table) for table in (summary.sources, summary.days) if table.rows]
    parts += map(_note, summary.notes)
    parts.append(Text(summary.ending, ENDINGS.get(summary.exit_code, "red")))
    return Group(*parts)


def _note(note: Note) -> Text:
    text = Text.assemble((note.label, STYLES.get(note.label, "yellow")), ": ", note.text)
    if note.label == "type":  # left whole, to be copied
        text.no_wrap, text.overflow = True, "ignore"
    return text


def _table(table: Table) -> rich.table.Table:
    grid = rich.table.Table(box=box.SIMPLE, pad_edge=False, padding=(0, 1, 0, 0))
    for head in table.columns:
        grid.add_column(Text(head), justify="right" if is_number(head) else "left", overflow="fold")
    for row in table.rows:
        grid.add_row(*(Text(cell, _style(head, cell)) for head, cell in zip(table.columns, row, strict=True)))
    return grid


def _style(head: str, cell: str) -> str:
    if head == "covered by":
        return "bold red" if Coverage.NONE.value in cell else "" if cell.startswith("all") else "yellow"
    return "yellow" if head in ("owed", "failed", "refused") and cell != "0" else ""
