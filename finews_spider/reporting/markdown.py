"""A run's summary as Markdown, for the summary of a step in GitHub Actions."""

import re
from collections.abc import Iterable, Iterator

from finews_spider.reporting.summary import Summary
from finews_spider.reporting.tables import Table, is_number


def render(summary: Summary) -> str:
    """Return Markdown. What comes from outside stands in code spans, where nothing has a meaning."""
    lines = [f"### {summary.title}", ""]
    for table in (summary.sources, summary.days):
        lines += _table(table) if table.rows else ()
    lines += [f"- **{note.label}** {_code(note.text)}" for note in summary.notes]
    return "\n".join([*lines, "", _code(summary.ending), "", ""])


def _table(table: Table) -> Iterator[str]:
    yield _cells(table.columns)
    yield _cells("--:" if is_number(head) else "---" for head in table.columns)
    for row in table.rows:
        yield _cells(map(_code, row))
    yield ""


def _cells(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _code(text: str) -> str:
    """Return a number as it is, any other text whole in a code span.

    No escape for `|` is safe in every table, so another bar stands for it.
    """
    if re.fullmatch("[0-9,]*", text):
        return text
    fence = "`" * (1 + max(map(len, re.findall("`+", text)), default=0))
    pad = " " if text[0] in "` " or text[-1] in "` " else ""
    return f"{fence}{pad}{text.replace('|', '¦')}{pad}{fence}"
