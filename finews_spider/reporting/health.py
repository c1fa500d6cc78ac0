"""Broken means loud: what a run's report, beside those of the runs before it, tells of a source that broke.

Arithmetic only: no disk, no clock. Each check looks at one source, and at what this run itself shows: a trouble that is
over is not told of again. One that lasts is told of by every run.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from finews_spider.reporting.history import (
    MIN_ARTICLES,
    NARROW_ARGS,
    ONE_OFF_ARGS,
    Report,
    Run,
    kind,
    latest,
    lowest_mean,
    mean,
    moment,
)

BASELINE_RUNS = 3  # in which a list had rows, so that it always has some
MAX_LOST = 1 / 2
MAX_LAST_ROUTE = 1 / 3  # of the bodies: flashes of the source finews ask for their post page first, so it is never all
MIN_LENGTH = 1 / 3  # of the lowest mean so far: quiet nights stay well above it
ROUTES_PER_ARTICLE = 3  # to one article, whose answers are login pages each time when it alone is behind a login
INTERRUPTED = 130

NO_ROWS, SHORTER = "no rows", "much shorter"
DOCTOR = "see scrapy doctor"


def troubles(report: Report, before: Sequence[Report], limits: Mapping[str, int], now: datetime) -> list[str]:
    """Why the run is broken, a sentence each, with figures and what to do; empty when all is well.

    `before`: the reports of the last runs that came to their end, newest last; those with a window, url or refresh
    count for nothing. `limits`: days that a source's newest item may be old; 0 is none. The report's `exit_code` is 130
    where the run was interrupted.
    """
    found: list[str] = []
    for source in report["sources"]:
        run = Run(source, report)
        others = [] if run.has(ONE_OFF_ARGS) else [Run(source, each) for each in before if source in each["sources"]]
        earlier = [each for each in others if not each.has(ONE_OFF_ARGS)]
        alike = [] if run.has(NARROW_ARGS) else [each for each in earlier if not each.has(NARROW_ARGS)]
        found += failed_lists(run)
        found += lists_without_rows(run, earlier)
        found += old_news(run, timedelta(days=limits.get(source, 0)), now)
        found += lost_articles(run, alike)
        found += late_articles(run, alike)
        found += shorter_bodies(run, alike)
        found += block_pages(run)
    return found


def failed_lists(run: Run) -> Iterator[str]:
    """Pagination that could not be had or read: certain at once."""
    failed = {name: reading["failed"] for name, reading in run["lists"].items() if reading["failed"]}
    hosts = {name: host["left_alone"] for name, host in run.report["hosts"].items() if host["left_alone"]}
    left = hosts if any("left alone" in why for why in failed.values()) else {}
    whys = [figures(failed.values()), *(f"{name} {why}" for name, why in left.items())]
    if failed:
        yield f"{run.source}: {names(failed, run)} could not be read: {', '.join(whys)}; {DOCTOR}"


def lists_without_rows(run: Run, earlier: Sequence[Run]) -> Iterator[str]:
    """Pagination that have always had rows, and have none."""
    empty = [name for name in run["lists"] if run.rows(name) == 0 and _always_has_rows(name, earlier)]
    had = [rows for each in earlier for name in empty if (rows := each.rows(name))]
    if empty:
        yield (
            f"{run.source}: {names(empty, run)} {'has' if len(empty) == 1 else 'have'} {NO_ROWS}, and had"
            f" {had[-1] if had else 'some'} before; {DOCTOR}; where that is meant to be, edit sources.toml"
        )


def _always_has_rows(name: str, earlier: Sequence[Run]) -> bool:
    """As far as is known. Runs in which it was broken count for nothing, but since the last it has not recovered."""
    readings = [each for each in earlier if each.rows(name) is not None]
    well = [each for each in readings if not each.was_told(NO_ROWS, name)]
    if readings and readings[-1].was_told(NO_ROWS, name):
        return True
    return len(well) >= BASELINE_RUNS and all(each.rows(name) for each in well)


def old_news(run: Run, limit: timedelta, now: datetime) -> Iterator[str]:
    """Pagination that answer well and are frozen. Columns apart from flashes: the ones may be when the others go on."""
    if not limit or run.has(ONE_OFF_ARGS | NARROW_ARGS) or run.report["exit_code"] == INTERRUPTED:
        return
    newest: dict[str, datetime] = {}
    for name, reading in run["lists"].items():
        time = moment(reading["newest"]) if reading["newest"] else None
        if time and time <= now + timedelta(days=1):  # a row of another year would hide the rest
            newest[kind(name)] = max(time, newest.get(kind(name), time))
    for each, time in newest.items():
        if now - time > limit:
            lists = [name for name in run["lists"] if kind(name) == each]
            yield (
                f"{run.source}: the newest item of {names(lists, run)} is of {time:%Y-%m-%d %H:%M},"
                f" {(now - time).days} days ago; {DOCTOR}; where that is meant to be, edit max_age_days"
                f" in sources.toml, which is {limit.days}"
            )


def lost_articles(run: Run, earlier: Sequence[Run]) -> Iterator[str]:
    """Most articles are refused, fail or are gone. One that is gone is withdrawn; where all are, the host has moved."""
    runs = latest(run, earlier, lambda each: each.fresh)
    fresh, archived = sum(each.fresh for each in runs), sum(each.archived for each in runs)
    lost = min(fresh - archived, sum(each.lost for each in runs))
    if lost > fresh * MAX_LOST and run.lost > run.archived:
        whys = Counter({f"refused, {why}": number for why, number in run["refused"].items()})
        whys += Counter(run["failed"]) + Counter({"withdrawn": run["withdrawn"]})
        yield (
            f"{run.source}: {lost} of {fresh} new articles{in_runs(runs)} could not be archived: {figures(whys)};"
            f" {DOCTOR}; when it is mended, scrapy owed --retry"
        )


def late_articles(run: Run, earlier: Sequence[Run]) -> Iterator[str]:
    """Most bodies come by the last route: the routes before it are dead, and nothing stands behind it."""
    runs = latest(run, earlier, lambda each: each.bodies)
    late, bodies = sum(each.late for each in runs), sum(each.bodies for each in runs)
    if late >= MIN_ARTICLES and late > bodies * MAX_LAST_ROUTE and run.late > run.bodies * MAX_LAST_ROUTE:
        yield (
            f"{run.source}: {late} of {bodies} articles{in_runs(runs)} came by the last route only: {DOCTOR} for the"
            " routes before it, and edit their hosts in sources.toml"
        )


def shorter_bodies(run: Run, earlier: Sequence[Run]) -> Iterator[str]:
    """Bodies are much shorter than they have ever been: stubs, or what stands before a paywall."""
    runs = latest(run, earlier, lambda each: each.bodies)
    before = list(earlier)
    while before and (before[-1].was_told(SHORTER) or not before[-1].bodies):  # back to where it began
        before.pop()
    since = [each for each in earlier[len(before) :] if each.bodies]
    usual = lowest_mean(before)
    least = usual * MIN_LENGTH if usual else mean(since) / MIN_LENGTH if since else 0
    if runs and run.bodies and max(mean(runs), mean([run])) < least:
        was = f"{usual:.0f} and more before" if usual else "as in the runs before"
        yield (
            f"{run.source}: the bodies of {sum(each.bodies for each in runs)} articles{in_runs(runs)} are {SHORTER}:"
            f" {mean(runs):.0f} characters on average, {was}; look at a new post and at its page; {DOCTOR}"
        )


def block_pages(run: Run) -> Iterator[str]:
    """Captchas, block and login pages; more than articles explain that are behind one whenever they are asked for."""
    more = int(run["blocked"]) - ROUTES_PER_ARTICLE * (int(run["asked"]) - run.fresh)
    if more >= MIN_ARTICLES and more > run.fresh * MAX_LOST:
        yield (
            f"{run.source}: {run['blocked']} answers were captcha, block, login or empty pages: the site keeps this"
            f" address out; wait a day, raise DOWNLOAD_DELAY, let FINEWS_CONTACT reach you; {DOCTOR}"
        )


# How it is said.


def names(some: Iterable[str], run: Run) -> str:
    """`home, all 36 column lists`: lists by name, or by kind where they are all that there are of it."""
    some = list(some)
    there = Counter(map(kind, run["lists"]))
    whole = {each for each, number in Counter(map(kind, some)).items() if number == there[each] > 1}
    said = [f"all {there[kind(name)]} {kind(name)} lists" if kind(name) in whole else name for name in some]
    return ", ".join(dict.fromkeys(said))


def figures(whys: Iterable[str]) -> str:
    """`HTTP 503 (31), not JSON (2)`: the most frequent, in short. Takes a Counter too."""
    return ", ".join(f"{why[:100]} ({number})" for why, number in Counter(whys).most_common(3) if number)


def in_runs(runs: Sequence[Run]) -> str:
    """Over how many runs that is."""
    return f" of the last {len(runs)} runs" if len(runs) > 1 else ""
