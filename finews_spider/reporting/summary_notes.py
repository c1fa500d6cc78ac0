"""The notes of a run's summary: what needs attention, and what to type."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from finews_spider.printable import safe_line
from finews_spider.refusals import UNWANTED
from finews_spider.reporting.health import OFFLINE
from finews_spider.reporting.missing import gap_in_words
from finews_spider.reporting.program import OUTPUT, command, hint, options_given
from finews_spider.reporting.report import GapReport, PicturesReport, PublishedReport, RunReport, SourceReport
from finews_spider.reporting.summary_window import reading_notes
from finews_spider.reporting.terminal import plural
from finews_spider.settings import FINEWS_OUTPUT

MAX_NOTES = 10  # of one kind
MAX_REASONS = 5
MAX_LENGTH = 2000  # of one, in characters: a command is to be copied whole


class Note(NamedTuple):
    """What needs attention, or what to type."""

    label: str
    text: str


def notes_of(report: RunReport) -> list[Note]:
    """Return the notes, each on one line and printable."""
    return [Note(label, safe_line(text, limit=MAX_LENGTH)) for label, text in _notes(report)]


def _notes(report: RunReport) -> Iterator[tuple[str, str]]:
    yield from _first("broken", report.broken)
    if OFFLINE in report.broken:
        return
    if report.window and report.window.until and not any(report.window.days.values()):
        yield "not covered", "the run ended before it could tell what its lists cover"
    if report.window and report.window.backfill and report.window.backfill.runs > 1:
        backfill = report.window.backfill
        runs = f"{backfill.runs} runs since {backfill.began:%Y-%m-%d %H:%M}"
        yield "backfill", f"{plural(backfill.archived, 'post')} of its days came in {runs}"
    yield from _of_lists(report)
    yield from _of_articles(report.sources)
    yield from _of_pictures(report.pictures)
    for name, host in report.hosts.items():
        if host.left_alone:
            yield "left alone", f"{name}: it {host.left_alone}"
    yield from _first("warning", report.warnings)
    if report.published:
        yield from _of_publishing(report.published)
    for line in _commands(report):
        yield "type", line


def _first(label: str, texts: Sequence[str]) -> Iterator[tuple[str, str]]:
    for text in texts[:MAX_NOTES]:
        yield label, text
    if len(texts) > MAX_NOTES:
        yield label, f"and {len(texts) - MAX_NOTES} more; the run's report has all"


def _of_lists(report: RunReport) -> Iterator[tuple[str, str]]:
    for name, source in report.sources.items():
        yield from _first("gap", [f"{name}: {gap_in_words(gap)}{_what_becomes(gap)}" for gap in source.gaps])
    for name, source in report.sources.items():
        for text in reading_notes(name, source.lists, report.window):
            yield "lists", text


def _what_becomes(gap: GapReport) -> str:
    if gap.state == "given up":
        return "; no run looks again: backfill these days"
    return f"; later runs look again ({plural(gap.looks, 'look')} so far)"


def _of_publishing(published: PublishedReport) -> Iterator[tuple[str, str]]:
    if published.commit:
        commit = f"commit {published.commit[:10]}"
        files = f"{plural(published.files, 'file')} in {commit}" if published.files else commit
        yield "published", f"{files}, {'pushed' if published.pushed else 'not pushed'}"
    yield from _first("published", published.notes)
    if published.trouble:
        yield "not published", published.trouble


def _of_articles(sources: Mapping[str, SourceReport]) -> Iterator[tuple[str, str]]:
    for name, source in sources.items():
        if source.failed:
            yield "failed", f"{name}: {_reasons(source.failed)}"
    for name, source in sources.items():
        if source.refused:
            yield "refused", f"{name}: {_reasons(source.refused)}"
    for name, source in sources.items():
        if skipped := {why: rows for why, rows in source.skipped.items() if why not in UNWANTED}:
            yield "skipped", f"{name}: rows of its lists: {_reasons(skipped)}"
    owed = {name: source.owed for name, source in sources.items()}
    blocked = {name: source.blocked for name, source in sources.items()}
    withdrawn = {name: source.withdrawn for name, source in sources.items()}
    given_up = {name: source.given_up for name, source in sources.items()}
    yield from _by_source("owed", "article", owed, "; a later run asks again")
    yield from _by_source("blocked", "answer", blocked, ": captcha, block or login pages")
    yield from _by_source("withdrawn", "article", withdrawn)
    yield from _by_source("given up", "article", given_up, "; no run asks again")


def _by_source(label: str, thing: str, counts: Mapping[str, int], ending: str = "") -> Iterator[tuple[str, str]]:
    if texts := [f"{plural(count, thing)} of {name}" for name, count in counts.items() if count]:
        yield label, ", ".join(texts) + ending


def _of_pictures(pictures: PicturesReport | None) -> Iterator[tuple[str, str]]:
    if not pictures:
        return
    kept = f"kept, {pictures.from_archive:,} of them from an archive of the web" if pictures.from_archive else "kept"
    figures = {kept: pictures.kept, "owed": pictures.owed, "given up": pictures.given_up, "removed": pictures.left}
    if texts := [f"{number:,} {what}" for what, number in figures.items() if number]:
        reasons = f" ({_reasons(pictures.failed)})" if pictures.failed else ""
        yield "pictures", f"{', '.join(texts)}{reasons}"
    if pictures.elsewhere:
        yield "pictures", f"not kept, of hosts that sources.toml does not name: {_reasons(pictures.elsewhere)}"


def _reasons(reasons: Mapping[str, int]) -> str:
    ordered = sorted(reasons.items(), key=lambda reason: (-reason[1], reason[0]))
    texts = [f"{count:,} × {why}" for why, count in ordered[:MAX_REASONS]]
    rest = sum(count for _, count in ordered[MAX_REASONS:])
    return ", ".join([*texts, *([plural(rest, "other")] if rest else [])])


def _commands(report: RunReport) -> Iterator[str]:
    ends = {reading.ended for source in report.sources.values() for reading in source.lists.values()}
    if report.broken or "failed" in ends:
        yield f"{hint('doctor')}  # says what answers, and what to do"
    if report.window and ends & {"failed", None}:
        again = crawl_command(report.output, report.arguments)
        yield f"{again}  # reads the days again; what is archived costs nothing"
    elif any(source.owed for source in report.sources.values()):
        source = {name: value for name, value in report.arguments.items() if name == "source"}
        yield f"{crawl_command(report.output, source)}  # asks again for what is owed"


def crawl_command(output: str, arguments: Mapping[str, str]) -> str:
    """Return the command line of a crawl, as it can be typed."""
    words = [word for name, value in arguments.items() for word in ("-a", f"{name}={value}")]
    if output and Path(output) != Path(FINEWS_OUTPUT).absolute():
        words += ["-s", f"{OUTPUT}={output}"]
    return command("crawl", *words, *options_given(OUTPUT))
