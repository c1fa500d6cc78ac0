"""What is told of kept pictures is believed as far as finews may have written it."""

from pathlib import Path

import pytest
import yaml

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


@pytest.mark.parametrize("character", ["\u2028", "\u2029", "\x85", "\x7f", "\ufeff", "图", '"', "\\"])
def test_an_address_of_whatever_characters_is_read_as_it_was_written(tmp_path: Path, character: str) -> None:
    entries = {f"p.example/a{character}b.jpg": kept.Kept("p.example/a-b.jpg", 1, 1, SHA256)}
    file = tmp_path / "01.yml"
    file.write_text(kept.text_of(entries), encoding="utf-8")
    assert kept.read(file) == entries
    assert yaml.safe_load(file.read_text(encoding="utf-8")) == {key: str(entry) for key, entry in entries.items()}
