"""A run's report in the words of its summary: what came, what needs attention and what to type, what it cost.

Every text in a Digest is on one line and printable, whatever a site or a host sent.
"""

import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from finews_spider.printable import safe_line
from finews_spider.reporting.summary_window import Table, days_table, reached
from finews_spider.reporting.terminal import duration, plural
from finews_spider.settings import FINEWS_OUTPUT

Report = Mapping[str, Any]

ALWAYS = ("rows", "known", "new", "archived", "owed")
SOMETIMES = ("edited", "unchanged", "refused", "failed", "blocked", "withdrawn", "given_up")
MAX_NOTES = 10  # of one kind
MAX_REASONS = 5


class Note(NamedTuple):
    """What needs attention, or what to type."""

    label: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """What every summary shows, in this order."""

    title: str
    sources: Table
    days: Table
    notes: list[Note]
    ending: str
    code: int | None
    quiet: bool  # nothing came, and nothing needs attention


def digest(report: Report) -> Digest:
    """The digest of a report, which may be of a run that was refused, or that has not ended."""
    notes = [Note(label, safe_line(text, limit=2000)) for label, text in _notes(report)]
    code = report.get("exit_code")
    started = re.sub("[^0-9:-]", " ", str(report.get("started") or ""))[:16]
    return Digest(
        title=f"finews {started}: {_headline(report)}" if started.strip() else f"finews: {_headline(report)}",
        sources=_sources(report),
        days=days_table(report.get("window") or {}),
        notes=notes,
        ending=_ending(report),
        code=code,
        quiet=not (notes or code or report.get("window") or _sum(report, "archived")),
    )


def _parts(of: Mapping[str, Any], name: str) -> dict[str, Any]:
    """A part by name, which may be missing or null, as may each of its own parts."""
    return {key: {} if part is None else part for key, part in (of.get(name) or {}).items()}


def _count(source: Mapping[str, Any], name: str) -> int:
    """A figure; of one that is told by reason, the sum."""
    value = source.get(name) or 0
    return sum(each or 0 for each in value.values()) if isinstance(value, Mapping) else int(value)


def _sum(report: Report, name: str) -> int:
    return sum(_count(source, name) for source in _parts(report, "sources").values())


def _headline(report: Report) -> str:
    if not report.get("ended"):
        return "the run has not ended: it is still going, or was killed"
    if not report.get("sources"):
        return "nothing was asked for" if report.get("exit_code") else "nothing new"
    new, edited, posts = _sum(report, "archived"), _sum(report, "edited"), report.get("posts")
    parts = [plural(new, "new post")] if new else [] if edited else ["nothing new"]
    parts += [plural(edited, "edited post")] if edited else []
    return ", ".join([*parts, *([f"{posts:,} in the archive"] if posts else [])])


def _sources(report: Report) -> Table:
    sources = _parts(report, "sources")
    names = [*ALWAYS, *(name for name in SOMETIMES if any(_count(source, name) for source in sources.values()))]
    rows = [
        (
            safe_line(name),
            f"{len(_parts(source, 'lists')):,}",
            *(f"{_count(source, each):,}" for each in names),
            _newest(source),
        )
        for name, source in sources.items()
    ]
    return Table(("source", "lists", *(name.replace("_", " ") for name in names), "newest"), rows)


def _newest(source: Mapping[str, Any]) -> str:
    return safe_line(source.get("newest") or "")[:16].replace("T", " ")


# What needs attention.


def _notes(report: Report) -> Iterator[tuple[str, str]]:
    yield from _some_of("broken", report.get("broken") or [])
    window = report.get("window")
    if window and not any(_parts(window, "days").values()):
        yield "not covered", "the run ended before it could tell what its lists cover"
    for name, source in _parts(report, "sources").items():
        for text in reached(name, _parts(source, "lists"), window):
            yield "lists", text
    yield from _of_articles(report)
    for name, host in _parts(report, "hosts").items():
        if host.get("left_alone"):
            yield "left alone", f"{name}: it {host['left_alone']}"
    yield from _some_of("warning", report.get("warnings") or [])
    yield from _published(report.get("published") or {})
    for command in _commands(report):
        yield "type", command


def _published(published: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    commit, files = published.get("commit"), published.get("files") or 0
    if commit:
        said = f"{plural(files, 'file')} in commit {commit[:10]}" if files else f"commit {commit[:10]}"
        yield "published", f"{said}, {'pushed' if published.get('pushed') else 'not pushed'}"
    yield from _some_of("published", published.get("notes") or [])
    if published.get("trouble"):
        yield "not published", published["trouble"]


def _of_articles(report: Report) -> Iterator[tuple[str, str]]:
    sources = _parts(report, "sources")
    for label in ("failed", "refused"):
        for name, source in sources.items():
            if reasons := source.get(label):
                yield label, f"{name}: {_reasons(reasons)}"
    for label, thing, what in (
        ("owed", "article", "; a later run asks again"),
        ("blocked", "answer", ": captcha, block or login pages"),
        ("withdrawn", "article", ""),
        ("given_up", "article", "; no run asks again"),
    ):
        counts = {name: _count(source, label) for name, source in sources.items()}
        if said := ", ".join(f"{plural(count, thing)} of {name}" for name, count in counts.items() if count):
            yield label.replace("_", " "), said + what


def _reasons(reasons: Mapping[str, int]) -> str:
    ordered = sorted(reasons.items(), key=lambda reason: (-(reason[1] or 0), reason[0]))
    said = [f"{count or 0:,} × {why}" for why, count in ordered[:MAX_REASONS]]
    rest = sum(count or 0 for _, count in ordered[MAX_REASONS:])
    return ", ".join([*said, *([plural(rest, "other")] if rest else [])])


def _some_of(label: str, texts: list[str]) -> Iterator[tuple[str, str]]:
    for text in texts[:MAX_NOTES]:
        yield label, text
    if len(texts) > MAX_NOTES:
        yield label, f"and {len(texts) - MAX_NOTES} more; the run's report has all"


def _commands(report: Report) -> Iterator[str]:
    arguments = {name: value for name, value in _parts(report, "arguments").items() if name != "url"}
    lists = [each for source in _parts(report, "sources").values() for each in _parts(source, "lists").values()]
    ends = {each.get("ended") for each in lists}
    if report.get("broken") or "failed" in ends:
        yield "scrapy doctor  # says what answers, and what to do"
    if report.get("window") and ends & {"failed", None}:
        yield f"{_crawl(report, arguments)}  # reads the days again; what is archived costs nothing"
    elif _sum(report, "owed"):
        source = {name: value for name, value in arguments.items() if name == "source"}
        yield f"{_crawl(report, source)}  # asks again for what is owed"


def _crawl(report: Report, arguments: Mapping[str, Any]) -> str:
    words = ["scrapy", "crawl", "finews"]
    words += [word for name, value in arguments.items() for word in ("-a", f"{name}={value}")]
    if (output := report.get("output")) and output != FINEWS_OUTPUT:
        words += ["-s", f"FINEWS_OUTPUT={output}"]
    return shlex.join(words)


# What it cost.


def _ending(report: Report) -> str:
    hosts = _parts(report, "hosts").values()
    requests, retries = (sum(host.get(name) or 0 for host in hosts) for name in ("requests", "retries"))
    parts = [plural(requests, "request")] if hosts else []
    parts += [f"{retries:,} of them again"] if retries else []
    parts += [duration(report["seconds"])] if report.get("seconds") is not None else []
    code, why = report.get("exit_code"), safe_line(report.get("why") or "")
    ended = f"exit code {code}" if code is not None else "no exit code"
    above = [*(report.get("broken") or []), (report.get("published") or {}).get("trouble") or ""]
    said = not why or why in map(safe_line, above)  # what is broken, or not published, stands above
    return "; ".join([*([", ".join(parts)] if parts else []), ended if said else f"{ended}: {why}"])
