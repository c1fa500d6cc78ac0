"""What is told of kept pictures is believed as far as finews may have written it."""

from pathlib import Path

import pytest

from finews_spider.pictures import kept

SHA256 = "0" * 64
GOOD = f'"p.example/a.jpg": "p.example/a.jpg 1 1 {SHA256}"'


@pytest.mark.parametrize(
    "line",
    [
        f'"p.example/\\q": "p.example/b.jpg 1 1 {SHA256}"',
        f'"p.example/\t": "p.example/b.jpg 1 1 {SHA256}"',
        f'"p.example/b.jpg": "../_posts/a.md 1 1 {SHA256}"',
        f'"p.example/b.jpg": "p.example/../../../b.jpg 1 1 {SHA256}"',
        f'"p.example/b.jpg": "/etc/passwd 1 1 {SHA256}"',
    ],
)
def test_a_line_that_finews_never_writes_is_no_entry(tmp_path: Path, line: str) -> None:
    file = tmp_path / "01.yml"
    file.write_text(f"{line}\n{GOOD}\n", encoding="utf-8")
    assert kept.read(file) == {"p.example/a.jpg": kept.Kept("p.example/a.jpg", 1, 1, SHA256)}
