"""A table of the summary, as every rendering takes it."""

from typing import NamedTuple

TEXTS = ("source", "window", "newest", "covered by")  # columns; the cells of all others are numbers


class Table(NamedTuple):
    """Its columns' heads, and its rows: a text a cell, on one line and printable."""

    columns: tuple[str, ...]
    rows: list[tuple[str, ...]]

    def counts(self, row: tuple[str, ...]) -> list[tuple[str, str]]:
        """Return the head and the cell of a row's numbers."""
        return [(head, cell) for head, cell in zip(self.columns, row, strict=True) if is_number(head)]


def is_number(head: str) -> bool:
    """Return whether the column's cells are numbers."""
    return head not in TEXTS
