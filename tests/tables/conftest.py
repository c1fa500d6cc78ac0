"""An archive to make tables of, and the command that makes them."""

from pathlib import Path

import pytest

from finews_spider.tables.files import post_files
from finews_spider.tables.rows import Row, Rows, UnreadPost
from tests.conftest import Ran, run_forked


@pytest.fixture
def output(tmp_path: Path) -> Path:
    """An output folder."""
    folder = tmp_path / "site"
    (folder / "_posts").mkdir(parents=True)
    return folder


def rows(output: Path) -> dict[str, Row]:
    """The rows of an archive, by id; all of its posts can be read."""
    found = list(Rows(output, post_files(output)[0]))
    assert not [row for row in found if isinstance(row, UnreadPost)]
    return {row.id: row for row in found if isinstance(row, Row)}


def run(output: Path, command: str, *words: str | Path) -> Ran:
    """`scrapy …`, by itself."""
    ran = run_forked(command, *words, "-s", f"FINEWS_OUTPUT={output}")
    assert "Traceback" not in ran.err
    return ran
