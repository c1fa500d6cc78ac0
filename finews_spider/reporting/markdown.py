"""A run's summary as Markdown, for the summary of a step in GitHub Actions."""

import re
from collections.abc import Iterable

from finews_spider.reporting.summary import Report, digest
from finews_spider.reporting.summary_window import NAMES, REMARKS


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
