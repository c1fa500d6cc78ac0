"""The summary of a run, made from its report: what came, what needs attention and what to type, what it cost."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from finews_spider.exit_codes import WORDS
from finews_spider.printable import safe_line
from finews_spider.refusals import UNREAD
from finews_spider.reporting.doubts import NO_CONTACT
from finews_spider.reporting.report import HostReport, RunReport, SourceReport
from finews_spider.reporting.summary_notes import Note, notes_of
from finews_spider.reporting.summary_window import days_table
from finews_spider.reporting.tables import Table
from finews_spider.reporting.terminal import duration, plural

ALWAYS = ("rows", "known", "new", "archived", "owed")  # columns of the sources' table
SOMETIMES = ("edited", "unchanged", "refused", "failed", "blocked", "withdrawn", "given up")  # where one has a number


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What every rendering shows, in this order. Each text is on one line and printable, whatever a site sent."""

    title: str
    sources: Table
    days: Table  # of a window; without rows where there is none
    notes: list[Note]
    ending: str
    exit_code: int | None
    quiet: bool  # nothing came, and nothing needs attention


def summary_of(report: RunReport) -> Summary:
    """Return the summary of a report, which may be of a run that was refused, or that has not ended."""
    notes = notes_of(report)
    return Summary(
        title=f"finews {report.started:%Y-%m-%d %H:%M}: {_verdict(report)}{_headline(report)}",
        sources=_sources_table(report.sources),
        days=days_table(report.window) if report.window else Table((), []),
        notes=notes,
        ending=_ending(report),
        exit_code=report.exit_code,
        quiet=not (
            _need_attention(notes, report) or report.exit_code or report.window or _archived(report) or report.moved
        ),
    )


def _need_attention(notes: Sequence[Note], report: RunReport) -> bool:
    """Return whether a note tells of more than rows that are no news, of which some columns have some, and pictures."""
    reasons = [reason for source in report.sources.values() for reason in source.skipped]
    usual = ("skipped", "pictures") if report.sources else ("skipped",)
    return any(note.label not in usual and note.text != NO_CONTACT for note in notes) or not UNREAD.isdisjoint(reasons)


def _archived(report: RunReport) -> int:
    return sum(source.archived for source in report.sources.values())


def _verdict(report: RunReport) -> str:
    """Return how the run ended, in few words; empty where the headline says it."""
    words = [words for code, words in WORDS.items() if code == report.exit_code and report.sources]
    return "".join(f"{text}; " for text in words)


def _headline(report: RunReport) -> str:
    if not report.ended:
        return "the run has not ended: it is still going, or was killed"
    if not report.sources:
        return "nothing was asked for" if report.exit_code else "nothing new"
    new, edited = _archived(report), sum(source.edited for source in report.sources.values())
    parts = [plural(new, "new post")] if new else []
    parts += [plural(edited, "edited post")] if edited else []
    parts += [f"{plural(report.moved, 'old post')} moved"] if report.moved else []
    parts = parts or ["nothing new"]
    parts += [f"{report.posts:,} in the archive"] if report.posts else []
    return ", ".join(parts)


def _sources_table(sources: Mapping[str, SourceReport]) -> Table:
    counts = {name: _counts(source) for name, source in sources.items()}
    columns = ALWAYS + tuple(name for name in SOMETIMES if any(of_source[name] for of_source in counts.values()))
    rows = [
        (
            safe_line(name),
            f"{len(source.lists):,}",
            *(f"{counts[name][column]:,}" for column in columns),
            safe_line(source.newest or "")[:16].replace("T", " "),
        )
        for name, source in sources.items()
    ]
    return Table(("source", "lists", *columns, "newest"), rows)


def _counts(source: SourceReport) -> dict[str, int]:
    """Return a source's numbers, by the heads of their columns."""
    return {
        "rows": source.rows,
        "known": source.known,
        "new": source.new,
        "archived": source.archived,
        "owed": source.owed,
        "edited": source.edited,
        "unchanged": source.unchanged,
        "refused": sum(source.refused.values()),
        "failed": sum(source.failed.values()),
        "blocked": source.blocked,
        "withdrawn": source.withdrawn,
        "given up": source.given_up,
    }


def _ending(report: RunReport) -> str:
    cost = _cost(report.hosts, report.seconds)
    ended = f"exit code {report.exit_code}" if report.exit_code is not None else "no exit code"
    above = [*report.broken, report.published.trouble if report.published else ""]
    why = safe_line(report.why)
    if why and why not in map(safe_line, above):  # what is broken, or not published, stands above
        ended = f"{ended}: {why}"
    return f"{cost}; {ended}" if cost else ended


def _cost(hosts: Mapping[str, HostReport], seconds: float | None) -> str:
    requests = sum(host.requests for host in hosts.values())
    retries = sum(host.retries for host in hosts.values())
    parts = [plural(requests, "request")] if hosts else []
    parts += [f"{retries:,} of them again"] if retries else []
    parts += [duration(seconds)] if seconds is not None else []
    return ", ".join(parts)
