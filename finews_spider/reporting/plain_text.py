"""A run's summary as lines of text, for logs and mails."""

from collections.abc import Iterator

from finews_spider.reporting.summary import Summary
from finews_spider.reporting.summary_window import Coverage
from finews_spider.reporting.tables import Table


def render(summary: Summary) -> list[str]:
    """Return lines of text; two, when nothing came and nothing needs attention."""
    if summary.quiet:
        known = _known(summary.sources)
        return [f"{summary.title}; {known}" if known else summary.title, summary.ending]
    notes = (f"{note.label}: {note.text}" for note in summary.notes)
    return [summary.title, *_sources(summary.sources), *_days(summary.days), *notes, summary.ending]


def _known(sources: Table) -> str:
    counts = [(row[0], row[sources.columns.index("known")]) for row in sources.rows]
    return ", ".join(f"{source} {count} known" for source, count in counts if count != "0")


def _sources(table: Table) -> Iterator[str]:
    for row in table.rows:
        counts = ", ".join(_count(head, cell) for head, cell in table.counts(row) if cell != "0")
        newest = f"; newest {row[-1]}" if row[-1] else ""
        yield f"  {row[0]}: {counts}{newest}"


def _days(table: Table) -> Iterator[str]:
    for row in table.rows:
        counts = ", ".join(_count(head, cell) for head, cell in table.counts(row))
        by = row[-1]
        covered = by if by in (Coverage.IN_PART.value, Coverage.NONE.value) else f"covered by {by}"
        yield f"  {row[0]}, {row[1]}: {counts}; {covered}"


def _count(head: str, cell: str) -> str:
    return f"{cell} {head.removesuffix('s') if cell == '1' else head}"
