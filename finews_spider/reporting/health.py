"""Broken means loud: find the sources that look broken, by a run's report beside those of the runs before it.

Arithmetic only: no disk, no clock. Each check looks at one source, and at what this run itself shows: a trouble that is
over is not named again. One that lasts is named by every run.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from finews_spider.exit_codes import ExitCode
from finews_spider.refusals import UNREAD
from finews_spider.reporting.history import (
    MIN_ARTICLES,
    NARROW_ARGS,
    ONE_OFF_ARGS,
    SourceRun,
    latest,
    lowest_mean,
    mean,
    moment,
)
from finews_spider.reporting.program import command, hint
from finews_spider.reporting.report import RunReport
from finews_spider.sources.base import Source

BASELINE_RUNS = 3  # in which a list had rows, so that it always has some
MAX_LOST = 1 / 2
MAX_LAST_ROUTE = 1 / 3  # of the bodies: flashes of the source finews ask for their post page first, so it is never all
MIN_LENGTH = 1 / 3  # of the lowest mean so far: quiet nights stay well above it
ROUTES_PER_ARTICLE = 3  # to one article, whose answers are login pages each time when it alone is behind a login

MAX_SKIPPED = 1 / 3  # of a list's rows, for one reason; a fifth are blogs in some columns
MIN_SKIPPED = 3  # rows; of a short list one row is much
MAX_UNREAD = 1 / 20  # of a list's rows, where the reason is that finews does not understand them
MIN_UNREAD = 2
MORE_SKIPPED = 2  # times as many as ever before

NO_ROWS, SHORTER, SKIPPED = "no rows", "much shorter", "more rows skipped than ever"

NAME_NOT_FOUND = "CannotResolveHostError"  # as Scrapy calls it
OFFLINE = "no name can be resolved: is this machine offline?"


def troubles(report: RunReport, before: Sequence[RunReport], sources: Mapping[str, Source], now: datetime) -> list[str]:
    """Return why sources look broken, a sentence each, with figures and what to do; empty when all is well.

    `before`: the reports of the last runs that came to their end, newest last; those with a window, url or refresh
    count for nothing. `sources`: those of the report. Its `exit_code` is 130 where the run was interrupted.
    """
    if is_offline(report):
        return [OFFLINE]
    found: list[str] = []
    for name in report.sources:
        run = SourceRun.of(name, report, sources[name].kind_of_list)
        earlier = _comparable(run, before)
        alike = [] if run.has(NARROW_ARGS) else [one for one in earlier if not one.has(NARROW_ARGS)]
        found += failed_lists(run)
        found += lists_without_rows(run, earlier)
        found += skipped_rows(run, earlier)
        found += old_news(run, timedelta(days=sources[name].max_age_days), now)
        found += lost_articles(run, alike)
        found += late_articles(run, alike)
        found += shorter_bodies(run, alike)
        found += block_pages(run)
    return found


def is_offline(report: RunReport) -> bool:
    """Return whether no host was found by its name."""
    answers = [set(host.statuses) for host in report.hosts.values()]
    return bool(answers) and all(kinds == {NAME_NOT_FOUND} for kinds in answers)


def _comparable(run: SourceRun, before: Sequence[RunReport]) -> list[SourceRun]:
    """Return the runs before it whose lists are like its own."""
    if run.has(ONE_OFF_ARGS):
        return []
    reports = [report for report in before if run.source in report.sources]
    runs = [SourceRun.of(run.source, report, run.kind_of_list) for report in reports]
    return [one for one in runs if not one.has(ONE_OFF_ARGS)]


def failed_lists(run: SourceRun) -> Iterator[str]:
    """Lists that could not be had or read: certain at once."""
    failed = {name: reading.failed for name, reading in run.report.lists.items() if reading.failed}
    left = any("left alone" in why for why in failed.values())
    hosts = [f"{name} {host.left_alone}" for name, host in run.run_report.hosts.items() if left and host.left_alone]
    if failed:
        whys = ", ".join([most_frequent(failed.values()), *hosts])
        yield f"{run.source}: {names(failed, run)} could not be read: {whys}; {doctor()}"


def lists_without_rows(run: SourceRun, earlier: Sequence[SourceRun]) -> Iterator[str]:
    """Lists that have always had rows, and have none."""
    empty = [name for name in run.report.lists if run.rows(name) == 0 and _always_has_rows(name, earlier)]
    had = [rows for one in earlier for name in empty if (rows := one.rows(name))]
    if empty:
        yield (
            f"{run.source}: {names(empty, run)} {'has' if len(empty) == 1 else 'have'} {NO_ROWS}, and had"
            f" {had[-1] if had else 'some'} before; {doctor()}; where that is meant to be, edit sources.toml"
        )


def _always_has_rows(name: str, earlier: Sequence[SourceRun]) -> bool:
    """As far as is known. Runs in which it was broken count for nothing, but since the last it has not recovered."""
    readings = [one for one in earlier if one.rows(name) is not None]
    well = [one for one in readings if not one.had(NO_ROWS, name)]
    if readings and readings[-1].had(NO_ROWS, name):
        return True
    return len(well) >= BASELINE_RUNS and all(one.rows(name) for one in well)


def skipped_rows(run: SourceRun, earlier: Sequence[SourceRun]) -> Iterator[str]:
    """Lists of which far more rows than ever are skipped for one reason. Where all are, the list is not read."""
    found: dict[str, dict[str, int]] = {}
    for name, reading in run.report.lists.items():
        for reason, rows in reading.skipped.items():
            most, fewest = (MAX_UNREAD, MIN_UNREAD) if reason in UNREAD else (MAX_SKIPPED, MIN_SKIPPED)
            share = run.skipped_share(name, reason) or 0
            is_much = rows >= fewest and share > most
            if is_much and share > MORE_SKIPPED * _usual_share(name, reason, earlier):
                found.setdefault(reason, {})[name] = rows
    for reason, lists in found.items():
        yield (
            f"{run.source}: {names(lists, run)} {'has' if len(lists) == 1 else 'have'} {SKIPPED}:"
            f" {sum(lists.values())} × {reason}; {doctor()}"
        )


def _usual_share(name: str, reason: str, earlier: Sequence[SourceRun]) -> float:
    """Return the largest share of runs in which that was no trouble; all of it where they are too few to know."""
    shares = [one.skipped_share(name, reason) for one in earlier if not one.had(SKIPPED, name)]
    known = [share for share in shares if share is not None]
    return max(known) if len(known) >= BASELINE_RUNS else 1.0


def old_news(run: SourceRun, limit: timedelta, now: datetime) -> Iterator[str]:
    """Lists that answer well and are frozen. Columns apart from flashes: the ones may be when the others go on."""
    if not limit or run.has(ONE_OFF_ARGS | NARROW_ARGS) or run.run_report.exit_code == ExitCode.INTERRUPTED:
        return
    for kind, time in _newest(run, now).items():
        if now - time > limit:
            lists = [name for name in run.report.lists if run.kind_of_list(name) == kind]
            yield (
                f"{run.source}: the newest item of {names(lists, run)} is of {time:%Y-%m-%d %H:%M},"
                f" {(now - time).days} days ago; {doctor()}; where that is meant to be, edit max_age_days"
                f" in sources.toml, which is {limit.days}"
            )


def _newest(run: SourceRun, now: datetime) -> dict[str, datetime]:
    """Return the time of the newest item by kind of list; a row of another year would hide the rest."""
    newest: dict[str, datetime] = {}
    for name, reading in run.report.lists.items():
        time = moment(reading.newest) if reading.newest else None
        if time and time <= now + timedelta(days=1):
            kind = run.kind_of_list(name)
            newest[kind] = max(time, newest.get(kind, time))
    return newest


def lost_articles(run: SourceRun, earlier: Sequence[SourceRun]) -> Iterator[str]:
    """Most articles are refused, fail or are gone. One that is gone is withdrawn; where all are, the host has moved."""
    runs = latest(run, earlier, lambda one: one.fresh)
    fresh, archived = sum(one.fresh for one in runs), sum(one.archived for one in runs)
    lost = min(fresh - archived, sum(one.lost for one in runs))
    if lost > fresh * MAX_LOST and run.lost > run.archived:
        whys = Counter({f"refused, {why}": number for why, number in run.report.refused.items()})
        whys += Counter(run.report.failed) + Counter({"withdrawn": run.report.withdrawn})
        yield (
            f"{run.source}: {lost} of {fresh} new articles{in_runs(runs)} could not be archived:"
            f" {most_frequent(whys)}; {doctor()}; when it is fixed, {hint('owed', '--retry')}"
        )


def late_articles(run: SourceRun, earlier: Sequence[SourceRun]) -> Iterator[str]:
    """Most bodies come by the last route: the routes before it are dead, and nothing stands behind it."""
    runs = latest(run, earlier, lambda one: one.bodies)
    late, bodies = sum(one.late for one in runs), sum(one.bodies for one in runs)
    if late >= MIN_ARTICLES and late > bodies * MAX_LAST_ROUTE and run.late > run.bodies * MAX_LAST_ROUTE:
        yield (
            f"{run.source}: {late} of {bodies} articles{in_runs(runs)} came by the last route only: {doctor()} for the"
            " routes before it, and edit their hosts in sources.toml"
        )


def shorter_bodies(run: SourceRun, earlier: Sequence[SourceRun]) -> Iterator[str]:
    """Bodies are much shorter than they have ever been: stubs, or what stands before a paywall."""
    runs = latest(run, earlier, lambda one: one.bodies)
    before = list(earlier)
    while before and (before[-1].had(SHORTER) or not before[-1].bodies):  # back to where it began
        before.pop()
    since = [one for one in earlier[len(before) :] if one.bodies]
    usual = lowest_mean(before)
    least = usual * MIN_LENGTH if usual else mean(since) / MIN_LENGTH if since else 0
    if runs and run.bodies and max(mean(runs), mean([run])) < least:
        was = f"{usual:.0f} and more before" if usual else "as in the runs before"
        yield (
            f"{run.source}: the bodies of {sum(one.bodies for one in runs)} articles{in_runs(runs)} are {SHORTER}:"
            f" {mean(runs):.0f} characters on average, {was}; look at a new post and at its page; {doctor()}"
        )


def block_pages(run: SourceRun) -> Iterator[str]:
    """Captchas, block and login pages; more than articles explain that are behind one whenever they are asked for."""
    more = run.report.blocked - ROUTES_PER_ARTICLE * (run.report.asked - run.fresh)
    if more >= MIN_ARTICLES and more > run.fresh * MAX_LOST:
        yield (
            f"{run.source}: {run.report.blocked} answers were captcha, block, login or empty pages: the site keeps this"
            f" address out; wait a day, raise DOWNLOAD_DELAY, let FINEWS_CONTACT reach you; {doctor()}"
        )


# Wording.


def names(some: Iterable[str], run: SourceRun) -> str:
    """Return `home, all 36 column lists`: lists by name, or by kind where they are all that there are of it."""
    kinds = {name: run.kind_of_list(name) for name in some}
    lists = Counter(map(run.kind_of_list, run.report.lists))
    whole = {kind for kind, number in Counter(kinds.values()).items() if number == lists[kind] > 1}
    parts = [f"all {lists[kind]} {kind} lists" if kind in whole else name for name, kind in kinds.items()]
    return ", ".join(dict.fromkeys(parts))


def most_frequent(whys: Iterable[str]) -> str:
    """Return `HTTP 503 (31), not JSON (2)`: the most frequent, in short. Takes a Counter too."""
    return ", ".join(f"{why[:100]} ({number})" for why, number in Counter(whys).most_common(3) if number)


def in_runs(runs: Sequence[SourceRun]) -> str:
    """Return over how many runs that is."""
    return f" of the last {len(runs)} runs" if len(runs) > 1 else ""


def doctor() -> str:
    """Return where it is said what answers, and what to do."""
    return f"see {command('doctor')}"
