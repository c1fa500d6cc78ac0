"""The parts of a page: its frame, headings, tables. All text is escaped here, and a page holds no script."""

from base64 import b64encode
from collections.abc import Iterable, Sequence
from hashlib import sha256
from html import escape

from finews_spider.overview.style import STYLE
from finews_spider.overview.symbols import SYMBOLS
from finews_spider.printable import safe_line

MARK = '<meta name="generator" content="finews">'  # by which a page is known to be finews's own
MAX_TEXT = 80  # characters of a name
MAX_NOTE = 400

_STYLE_HASH = b64encode(sha256(STYLE.encode()).digest()).decode()
_FRAME = f"""<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
{MARK}
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; \
img-src data:; base-uri 'none'; form-action 'none'">
<meta name="referrer" content="no-referrer">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{{title}}</title>
<link rel="icon" href="data:,">
<style>{STYLE.replace("{", "{{").replace("}", "}}")}</style>
</head>
<body>
{SYMBOLS.replace("{", "{{").replace("}", "}}")}
<header>
<nav aria-label="总览">{{links}}</nav>
<h1>{{title}}</h1>
<p class="soft">{{about}}</p>
</header>
<main>
{{body}}
</main>
</body>
</html>
"""
_LINKS = {"../": "首页", "./": "总览", "health.html": "运行状况"}


def text(value: object, limit: int = MAX_TEXT) -> str:
    """Return a text as a page may show it: on one line, cut, escaped."""
    return escape(safe_line(value, limit))


def page(title: str, about: str, body: str, here: str = "") -> str:
    """Return a whole page; `here` is its own address among those of the overview."""
    current = {here: ' aria-current="page"'}
    links = (f'<a href="{link}"{current.get(link, "")}>{name}</a>' for link, name in _LINKS.items())
    return _FRAME.format(title=text(title), about=text(about, MAX_NOTE), links=" ".join(links), body=body)


def section(title: str, *parts: str) -> str:
    """Return a section under a heading; the parts are HTML."""
    return "\n".join((f"<section>\n<h2>{text(title)}</h2>", *parts, "</section>"))


def block(name: str, parts: Iterable[str], element: str = "div") -> str:
    """Return parts, HTML, together under a name of the style."""
    inside = "\n".join(parts)
    return f'<{element} class="{name}">\n{inside}\n</{element}>'


def number(value: int) -> str:
    """Return a number with its thousands apart."""
    return f"{value:,}"


def table(caption: str, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table; heads and caption are texts, cells are HTML, and the first of a row is its head."""
    top = "".join(f'<th scope="col">{text(head)}</th>' for head in heads)
    lines = (
        f'<tr><th scope="row">{first}</th>{"".join(f"<td>{cell}</td>" for cell in cells)}</tr>'
        for first, *cells in rows
    )
    body = "\n".join(lines)
    name = text(caption)
    return (
        f'<div class="wide" role="region" tabindex="0" aria-label="{name}">\n<table>\n<caption>{name}</caption>\n'
        f"<thead><tr>{top}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table>\n</div>"
    )


def folded(summary: str, *parts: str) -> str:
    """Return parts that are shown when a reader opens them."""
    return "\n".join((f"<details><summary>{text(summary)}</summary>", *parts, "</details>"))


def paragraph(words: str) -> str:
    """Return a note."""
    return f'<p class="soft">{text(words, MAX_NOTE)}</p>'


def command(line: str) -> str:
    """Return a command line to copy."""
    return f"<code>{text(line, MAX_NOTE)}</code>"
