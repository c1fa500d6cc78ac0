"""The pages of the documentation, and what stands in them: blocks of code, inline code, links, tables."""

import re
from dataclasses import dataclass
from pathlib import Path

from tests.support.paths import ROOT

PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """A block of code: its language, as written after the fence, and its lines."""

    page: Path
    language: str
    text: str

    @property
    def lines(self) -> list[str]:
        """The lines, without the comments of a shell and what is empty then."""
        lines = (re.sub(r"(^|\s+)# .*", "", line).strip() for line in self.text.splitlines())
        return [line for line in lines if line]


def name(page: Path) -> str:
    """The page's path in the checkout."""
    return page.relative_to(ROOT).as_posix()


def text(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


def blocks(page: Path) -> list[Block]:
    """The page's blocks of code, in their order."""
    return [Block(page, *found) for found in _BLOCK.findall(text(name(page)))]


def inline(page: Path) -> list[str]:
    """What stands between backquotes in the page's sentences and tables; a line's end is a blank there."""
    prose = _BLOCK.sub("", text(name(page)))
    return [" ".join(code.split()) for code in re.findall(r"`([^`]+)`", prose)]


def rows(page: str, head: str) -> list[list[str]]:
    """The cells of all the page's tables whose first column has this head."""
    tables = re.findall(rf"^\| {re.escape(head)} \|.*\n\|[-|: ]*\n((?:\|.*\n)+)", text(page), re.MULTILINE)
    lines = [line for table in tables for line in table.splitlines()]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def keys(page: str, head: str) -> list[str]:
    """The code in the first cells of these tables."""
    return [code for cells in rows(page, head) for code in re.findall(r"`([^`]+)`", cells[0])]
